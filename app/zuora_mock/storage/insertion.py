"""Records written at once: where many have the same fields, a statement takes a block of them.

What all rows of a table have in common stands in a block once: to hand a value over takes the driver longer than to
store it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage.records import ASIDE, aside_of, column_set
from zuora_mock.storage.statements import execute_many
from zuora_mock.storage.stored import Scoped

_Cells = Sequence[object]


def insert_records(on: Scoped, kind: ObjectType, records: Iterable[Record], first: int) -> None:
    """`first` is the place of the first in the order of all."""
    alike: defaultdict[tuple[str, ...], list[tuple[int, Record]]] = defaultdict(list)
    for each in enumerate(records, first):
        alike[tuple(each[1])].append(each)
    for names, numbered in alike.items():
        columns, rows = _rows(kind, names, numbered)
        _insert(on, kind.table, columns, rows)


def _rows(
    kind: ObjectType, names: tuple[str, ...], numbered: Iterable[tuple[int, Record]]
) -> tuple[tuple[str, ...], Sequence[_Cells]]:
    """The columns of records that have these fields, and what stands in them."""
    known = column_set(kind)
    if known.issuperset(names):
        return ("seq", *names), [(seq, *record.values()) for seq, record in numbered]
    own = [name for name in names if name in known]
    rows = [(seq, *map(record.get, own), *aside_of(kind, record)) for seq, record in numbered]
    return ("seq", *own, *ASIDE), rows


def _insert(on: Scoped, table: str, names: tuple[str, ...], rows: Sequence[_Cells]) -> None:
    dialect, scope = on.connection.dialect, on.scope
    whole = len(rows) - len(rows) % dialect.block
    if dialect.block > 1 and whole:
        _insert_blocks(on, table, names, rows[:whole])
        rows = rows[whole:]
    if rows:
        values = tuple(scope.values())
        execute_many(on, _insertion(table, (*scope, *names), dialect.mark), [(*values, *each) for each in rows])


def _insert_blocks(on: Scoped, table: str, names: tuple[str, ...], rows: Sequence[_Cells]) -> None:
    columns, size = list(zip(*rows, strict=True)), on.connection.dialect.block
    alike = [column.count(column[0]) == len(rows) for column in columns]
    own = list(map(not_, alike))
    shared: Mapping[str, object] = on.scope | dict(zip(compress(names, alike), compress(rows[0], alike), strict=True))
    values, cells = tuple(shared.values()), list(zip(*compress(columns, own), strict=True))
    blocks = [(*values, *chain.from_iterable(cells[at : at + size])) for at in range(0, len(cells), size)]
    execute_many(on, _block(table, tuple(shared), tuple(compress(names, own)), size), blocks)


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
