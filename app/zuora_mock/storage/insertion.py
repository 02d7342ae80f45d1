"""Records written at once: where many have the same fields, a statement takes a block of them.

What all rows of a table have in common stands in a block once: to hand a value over takes the driver longer than to
store it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_
from typing import NamedTuple

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
    block, scope = on.connection.dialect.block, on.scope
    whole = len(rows) - len(rows) % block
    if block > 1 and whole:
        _insert_blocks(on, table, names, rows[:whole])
        rows = rows[whole:]
    if rows:
        values = tuple(scope.values())
        _run(on, _Shape(table, tuple(scope), names), [(*values, *each) for each in rows])


def _insert_blocks(on: Scoped, table: str, names: tuple[str, ...], rows: Sequence[_Cells]) -> None:
    columns, size = list(zip(*rows, strict=True)), on.connection.dialect.block
    alike = [column.count(column[0]) == len(rows) for column in columns]
    own = list(map(not_, alike))
    shared: Mapping[str, object] = on.scope | dict(zip(compress(names, alike), compress(rows[0], alike), strict=True))
    values, cells = tuple(shared.values()), list(zip(*compress(columns, own), strict=True))
    blocks = [(*values, *chain.from_iterable(cells[at : at + size])) for at in range(0, len(cells), size)]
    _run(on, _Shape(table, tuple(shared), tuple(compress(names, own)), size), blocks)


class _Shape(NamedTuple):
    """Of a statement: the columns that all rows of it share, those that each has for itself, and how many these are."""

    table: str
    shared: tuple[str, ...]
    own: tuple[str, ...]
    rows: int = 1


def _run(on: Scoped, shape: _Shape, values: Iterable[_Cells]) -> None:
    execute_many(on, _statement(shape, on.connection.dialect.mark), values)


@lru_cache(maxsize=1024)
def _statement(shape: _Shape, mark: Callable[[int], str]) -> str:
    """Parameters have numbers: those of what is shared come first."""
    table, shared, own, rows = shape
    first, width = len(shared) + 1, len(own)
    starts = range(first, first + width * rows, width)
    marks = (map(mark, (*range(1, first), *range(start, start + width))) for start in starts)
    names, values = (f'"{name}"' for name in (*shared, *own)), (f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(values)}"  # noqa: S608 (the catalogue's)
