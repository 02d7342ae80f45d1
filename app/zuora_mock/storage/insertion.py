"""Records written at once: where several have the same fields, a statement takes a block of them.

What all rows of a large block have in common stands in it once: to hand a value over takes the driver longer than to
store it. Of a few rows it would take longer to find out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_
from types import MappingProxyType

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage.records import ASIDE, aside_of, column_set
from zuora_mock.storage.statements import execute_many
from zuora_mock.storage.stored import Scoped

_Names = tuple[str, ...]
_Row = tuple[object, ...]
"""Its place, then its values."""
_LARGE = 16
"""Rows of a block."""
NOTHING: Mapping[str, Value] = MappingProxyType({})


def insert_records(
    on: Scoped, kind: ObjectType, records: Iterable[Record], first: int, common: Mapping[str, Value] = NOTHING
) -> None:
    """`first` is the place of the first in the order of all."""
    alike: defaultdict[_Names, list[_Row]] = defaultdict(list)
    for seq, record in enumerate(records, first):
        alike[tuple(record)].append((seq, *record.values()))
    known = column_set(kind)
    for names, rows in alike.items():
        also = {name: value for name, value in common.items() if name in known and name not in names}
        _insert(on, kind.table, {**on.scope, **also}, *_in_columns(kind, names, rows, common))


def _in_columns(
    kind: ObjectType, names: _Names, rows: list[_Row], common: Mapping[str, Value]
) -> tuple[_Names, list[_Row]]:
    """Rows of these fields as they stand in columns."""
    known = column_set(kind)
    if known.issuperset(names) and known.issuperset(common):
        return names, rows
    own = [True, *(name in known for name in names)]
    asides = (aside_of(kind, {**common, **dict(zip(names, values, strict=True))}) for _, *values in rows)
    placed = [(*compress(row, own), *aside) for row, aside in zip(rows, asides, strict=True)]
    return (*compress(names, own[1:]), *ASIDE), placed


def _insert(on: Scoped, table: str, shared: Mapping[str, object], names: _Names, rows: list[_Row]) -> None:
    """In blocks that get smaller. `shared` is what stands in other columns of all rows."""
    at, mark = 0, on.connection.dialect.mark
    for size in on.connection.dialect.blocks:
        end = len(rows) - (len(rows) - at) % size
        if at == end:
            continue
        also, own, some = _apart(names, rows[at:end]) if size >= _LARGE else ({}, names, rows[at:end])
        everywhere = {**shared, **also}
        values = everywhere.values()
        blocks = [(*values, *chain.from_iterable(some[n : n + size])) for n in range(0, end - at, size)]
        execute_many(on, _statement(table, tuple(everywhere), own, size, mark), blocks)
        at = end


def _apart(names: _Names, rows: Sequence[_Row]) -> tuple[dict[str, object], _Names, list[_Row]]:
    """What else all rows have in common, which columns each has for itself, and what is in them: places first."""
    places, *columns = zip(*rows, strict=True)
    alike = [column[0] == column[-1] and column.count(column[0]) == len(places) for column in columns]
    own = list(map(not_, alike))
    shared = dict(zip(compress(names, alike), (column[0] for column in compress(columns, alike)), strict=True))
    return shared, tuple(compress(names, own)), list(zip(places, *compress(columns, own), strict=True))


@lru_cache(maxsize=1024)
def _statement(table: str, shared: _Names, own: _Names, rows: int, mark: Callable[[int], str]) -> str:
    each = ("seq", *own)
    first, width = len(shared) + 1, len(each)
    starts = range(first, first + width * rows, width)
    marks = (map(mark, (*range(1, first), *range(start, start + width))) for start in starts)
    names, values = (f'"{name}"' for name in (*shared, *each)), (f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(values)}"  # noqa: S608 (the catalogue's)
