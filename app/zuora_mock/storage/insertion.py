"""Records written at once: where many have the same fields, a statement takes a block of them.

What all rows of a table have in common stands in a block once: to hand a value over takes the driver longer than to
store it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
    alike: defaultdict[tuple[str, ...], tuple[list[int], list[Record]]] = defaultdict(lambda: ([], []))
    for seq, record in enumerate(records, first):
        places, group = alike[tuple(record)]
        places.append(seq)
        group.append(record)
    for names, (places, group) in alike.items():
        _insert(on, kind.table, places, *_columns(kind, names, group))


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


def _insert(on: Scoped, table: str, places: Sequence[int], names: tuple[str, ...], columns: Sequence[_Cells]) -> None:
    dialect, whose = on.connection.dialect, tuple(on.scope.values())
    whole = len(places) - len(places) % dialect.block if dialect.block > 1 else 0
    if whole:
        some = columns if whole == len(places) else [column[:whole] for column in columns]
        shared, own, blocks = _blocks(whose, places[:whole], names, some, dialect.block)
        execute_many(on, _statement(table, shared, own, dialect.block, dialect.mark), blocks)
    if whole < len(places):
        rows = zip(places[whole:], *(column[whole:] for column in columns), strict=True)
        execute_many(on, _statement(table, (), names, 1, dialect.mark), [(*whose, *each) for each in rows])


def _blocks(
    whose: _Cells, places: Sequence[int], names: tuple[str, ...], columns: Sequence[_Cells], size: int
) -> tuple[tuple[str, ...], tuple[str, ...], Sequence[_Cells]]:
    """What all rows have in common, what each has for itself, and the values: those of what they share come first."""
    alike = [column.count(column[0]) == len(places) for column in columns]
    own = list(map(not_, alike))
    values = (*whose, *(column[0] for column in compress(columns, alike)))
    cells = list(zip(places, *compress(columns, own), strict=True))
    blocks = [(*values, *chain.from_iterable(cells[at : at + size])) for at in range(0, len(cells), size)]
    return tuple(compress(names, alike)), tuple(compress(names, own)), blocks


@lru_cache(maxsize=1024)
def _statement(table: str, shared: tuple[str, ...], own: tuple[str, ...], rows: int, mark: Callable[[int], str]) -> str:
    common, each = ("tenant", "entity", *shared), ("seq", *own)
    first, width = len(common) + 1, len(each)
    starts = range(first, first + width * rows, width)
    marks = (map(mark, (*range(1, first), *range(start, start + width))) for start in starts)
    names, values = (f'"{name}"' for name in (*common, *each)), (f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(values)}"  # noqa: S608 (the catalogue's)
