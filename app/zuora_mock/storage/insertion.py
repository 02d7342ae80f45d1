"""Records written at once: where several have the same fields, a statement takes a block of them.

What all rows of a large block have in common stands in it once: to hand a value over takes the driver longer than to
store it. Of a few rows it would take longer to find out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import compress
from operator import not_

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage.records import ASIDE, aside_of, column_set
from zuora_mock.storage.statements import execute_many
from zuora_mock.storage.stored import Scoped

_Names = tuple[str, ...]
_Cells = Sequence[object]
_LARGE = 16
"""Rows of a block."""


def insert_records(on: Scoped, kind: ObjectType, records: Iterable[Record], first: int) -> None:
    """`first` is the place of the first in the order of all."""
    alike: defaultdict[_Names, list[tuple[int, Record]]] = defaultdict(list)
    for seq, record in enumerate(records, first):
        alike[tuple(record)].append((seq, record))
    for names, group in alike.items():
        _insert(on, kind.table, *_rows(kind, names, group))


def _rows(kind: ObjectType, names: _Names, group: Iterable[tuple[int, Record]]) -> tuple[_Names, Sequence[_Cells]]:
    """The columns of records that have these fields; of each record its place and what stands in them."""
    known = column_set(kind)
    if known.issuperset(names):
        return names, [[seq, *record.values()] for seq, record in group]
    own = tuple(filter(known.__contains__, names))
    return (*own, *ASIDE), [[seq, *map(record.get, own), *aside_of(kind, record)] for seq, record in group]


def _insert(on: Scoped, table: str, names: _Names, rows: Sequence[_Cells]) -> None:
    """In blocks that get smaller."""
    dialect, whose = on.connection.dialect, tuple(on.scope.values())
    for size in dialect.blocks:
        if size <= len(rows):
            end = len(rows) - len(rows) % size
            shared, values, own, cells = _parted(names, rows[:end], large=size >= _LARGE)
            blocks = [_block((*whose, *values), cells[at : at + size]) for at in range(0, end, size)]
            execute_many(on, _statement(table, shared, own, size, dialect.mark), blocks)
            rows = rows[end:]


def _parted(names: _Names, rows: Sequence[_Cells], *, large: bool) -> tuple[_Names, _Cells, _Names, Sequence[_Cells]]:
    """What all rows of a large block have in common, its values, what each has for itself, and these: places first."""
    if not large:
        return (), (), names, rows
    places, *columns = zip(*rows, strict=True)
    alike = [column.count(column[0]) == len(rows) for column in columns]
    own = list(map(not_, alike))
    values = [column[0] for column in compress(columns, alike)]
    cells = list(zip(places, *compress(columns, own), strict=True))
    return tuple(compress(names, alike)), values, tuple(compress(names, own)), cells


def _block(values: Iterable[object], rows: Iterable[_Cells]) -> _Cells:
    block = list(values)
    for row in rows:
        block.extend(row)
    return block


@lru_cache(maxsize=1024)
def _statement(table: str, shared: _Names, own: _Names, rows: int, mark: Callable[[int], str]) -> str:
    common, each = ("tenant", "entity", *shared), ("seq", *own)
    first, width = len(common) + 1, len(each)
    starts = range(first, first + width * rows, width)
    marks = (map(mark, (*range(1, first), *range(start, start + width))) for start in starts)
    names, values = (f'"{name}"' for name in (*common, *each)), (f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(values)}"  # noqa: S608 (the catalogue's)
