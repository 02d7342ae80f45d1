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
from types import MappingProxyType

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage.records import ASIDE, aside_of, column_set
from zuora_mock.storage.statements import execute_many
from zuora_mock.storage.stored import Scoped

_Cells = Sequence[object]
NOTHING: Mapping[str, Value] = MappingProxyType({})


def insert_records(
    on: Scoped, kind: ObjectType, records: Iterable[Record], first: int, common: Mapping[str, Value] = NOTHING
) -> None:
    """`first` is the place of the first in the order of all."""
    alike: defaultdict[tuple[str, ...], tuple[list[int], list[Record]]] = defaultdict(lambda: ([], []))
    for seq, record in enumerate(records, first):
        places, group = alike[tuple(record)]
        places.append(seq)
        group.append(record)
    for names, (places, group) in alike.items():
        shared = {**on.scope, **{name: value for name, value in common.items() if name not in names}}
        _insert(on, kind.table, shared, places, *_columns(kind, names, group))


def _columns(
    kind: ObjectType, names: tuple[str, ...], records: Sequence[Record]
) -> tuple[tuple[str, ...], Sequence[_Cells]]:
    """The columns of records that have these fields, and what stands in them."""
    known, columns = column_set(kind), list(zip(*map(dict.values, records), strict=True))
    if known.issuperset(names):
        return names, columns
    own = [name in known for name in names]
    aside = zip(*(aside_of(kind, record) for record in records), strict=True)
    return (*compress(names, own), *ASIDE), [*compress(columns, own), *aside]


def _insert(
    on: Scoped,
    table: str,
    shared: Mapping[str, object],
    places: Sequence[int],
    names: tuple[str, ...],
    columns: Sequence[_Cells],
) -> None:
    """`shared` is what stands in other columns of all rows."""
    dialect = on.connection.dialect
    whole = len(places) - len(places) % dialect.block if dialect.block > 1 else 0
    if whole:
        some = columns if whole == len(places) else [column[:whole] for column in columns]
        also, own, cells = _apart(places[:whole], names, some)
        all_shared = {**shared, **also}
        values, size = tuple(all_shared.values()), dialect.block
        blocks = [(*values, *chain.from_iterable(cells[at : at + size])) for at in range(0, whole, size)]
        execute_many(on, _statement(table, tuple(all_shared), own, size, dialect.mark), blocks)
    if whole < len(places):
        values = tuple(shared.values())
        rows = zip(places[whole:], *(column[whole:] for column in columns), strict=True)
        execute_many(on, _statement(table, tuple(shared), names, 1, dialect.mark), [(*values, *each) for each in rows])


def _apart(
    places: Sequence[int], names: tuple[str, ...], columns: Sequence[_Cells]
) -> tuple[dict[str, object], tuple[str, ...], Sequence[_Cells]]:
    """What else all rows have in common, and what each has for itself."""
    alike = [column[0] == column[-1] and column.count(column[0]) == len(places) for column in columns]
    own = list(map(not_, alike))
    shared = dict(zip(compress(names, alike), (column[0] for column in compress(columns, alike)), strict=True))
    return shared, tuple(compress(names, own)), list(zip(places, *compress(columns, own), strict=True))


@lru_cache(maxsize=1024)
def _statement(table: str, shared: tuple[str, ...], own: tuple[str, ...], rows: int, mark: Callable[[int], str]) -> str:
    each = ("seq", *own)
    first, width = len(shared) + 1, len(each)
    starts = range(first, first + width * rows, width)
    marks = (map(mark, (*range(1, first), *range(start, start + width))) for start in starts)
    names, values = (f'"{name}"' for name in (*shared, *each)), (f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(values)}"  # noqa: S608 (the catalogue's)
