"""Rows of one table written at once: where they are many, a statement takes a block of them.

What all rows have in common stands in a block once: to hand a value over takes the driver longer than to store it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_

from zuora_mock.storage.statements import Connected, execute_many

_Values = tuple[object, ...]


def insert_rows(on: Connected, table: str, names: tuple[str, ...], rows: Sequence[_Values]) -> None:
    dialect = on.connection.dialect
    whole = len(rows) - len(rows) % dialect.block
    if dialect.block > 1 and whole:
        _insert_blocks(on, table, names, rows[:whole])
        rows = rows[whole:]
    if rows:
        execute_many(on, _insertion(table, names, dialect.mark), rows)


def _insert_blocks(on: Connected, table: str, names: tuple[str, ...], rows: Sequence[_Values]) -> None:
    columns, size = list(zip(*rows, strict=True)), on.connection.dialect.block
    alike = [column.count(column[0]) == len(rows) for column in columns]
    own = list(map(not_, alike))
    shared, cells = tuple(compress(rows[0], alike)), list(zip(*compress(columns, own), strict=True))
    blocks = [(*shared, *chain.from_iterable(cells[at : at + size])) for at in range(0, len(cells), size)]
    execute_many(on, _block(table, tuple(compress(names, alike)), tuple(compress(names, own)), size), blocks)


@lru_cache(maxsize=1024)
def _insertion(table: str, names: tuple[str, ...], mark: str) -> str:
    return _statement(table, names, [f"({', '.join([mark] * len(names))})"])


@lru_cache(maxsize=256)
def _block(table: str, shared: tuple[str, ...], own: tuple[str, ...], size: int) -> str:
    """Parameters have numbers: those of what is shared come first."""
    first, width = len(shared) + 1, len(own)
    common, starts = range(1, first), range(first, first + width * size, width)
    rows = [f"(?{', ?'.join(map(str, (*common, *range(start, start + width))))})" for start in starts]
    return _statement(table, (*shared, *own), rows)


def _statement(table: str, names: Sequence[str], rows: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) VALUES {', '.join(rows)}"  # noqa: S608 (names are the catalogue's)
