"""Many rows at once: emptying and copying what belongs to a tenant, in steps of some thousand rows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, insert, literal_column, select, tuple_

from zuora_mock.storage import originals
from zuora_mock.storage.database import Database
from zuora_mock.storage.definitions import Table
from zuora_mock.storage.originals import Which
from zuora_mock.storage.replicas import NO_OTHER
from zuora_mock.storage.statements import Connected, Parameters, Prepared
from zuora_mock.storage.tables import (
    CHARGES,
    CLIENTS,
    DATA_TABLES,
    EXERCISED,
    FAULTS,
    JOURNAL,
    KEPT_TABLES,
    ORIGINALS,
    SPLITS,
    STORED_KEYS,
    STORED_RECORDS,
    WORLDS,
)
from zuora_mock.storage.transaction import Transaction

NOBODY = 0
"""The key of no tenant."""
STEP = 2000
"""Rows that are removed or copied in one step."""


def clear(transaction: Transaction) -> dict[str, int]:
    """Removes journal and faults of the tenant; how many rows there were, by table."""
    return _delete(transaction, (JOURNAL, FAULTS), transaction.tenant.key)


def remove_all(transaction: Transaction) -> None:
    """Removes the tenant's rows in all tables but those of its data, its own row and its tokens.

    What it has exercised is kept for the ledger of all.
    """
    _BEQUEATH.run(transaction, {"whose": transaction.tenant.key})
    _delete(transaction, (JOURNAL, FAULTS, CLIENTS, EXERCISED), transaction.tenant.key)


def new_world(database: Database) -> int:
    """A number for data; until somebody has it, the data goes after a start."""
    (number,) = _NEW_WORLD.column(database, {})
    return int(number)


def keep_world(database: Database, number: int) -> None:
    """It belongs to somebody from now on."""
    _KEEP_WORLD.run(database, {"wanted": number})


def give_up_world(database: Database, number: int) -> None:
    """It belongs to nobody any more."""
    _GIVE_UP_WORLD.run(database, {"number": number})


def ownerless(database: Database) -> list[int]:
    """The worlds that belong to nobody, and that no other replica answers for."""
    return _OWNERLESS.column(database, {})


def remove_world(database: Database, number: int) -> Generator[None, None, None]:
    """Removes data that belongs to nobody, in steps."""
    yield from _in_steps(_removed(database, each, number) for each in DATA_TABLES)
    keep_world(database, number)


def copy_world(database: Database, source: int, target: int) -> Generator[None, None, None]:
    """The data of one world for another one that has none, in steps."""
    yield from _in_steps(_copied(database, each, source, target) for each in DATA_TABLES)


def copy_filled(draft: Transaction, source: int) -> Generator[None, None, None]:
    """As `copy_world`, but the objects as they were when the world was filled, and nothing else."""
    target, filled = draft.tenant.world, draft.tenant.filled
    bounds = {"filled": filled.counters.seq if filled else 0}
    yield from _in_steps(_copied(draft, each, source, target, originals.is_original, bounds) for each in KEPT_TABLES)
    yield from _in_steps([_copied(draft, STORED_KEYS, source, target, _of_copied)])
    yield from _in_steps(_copied(draft, ORIGINALS[each.name], source, target, into=each) for each in KEPT_TABLES)
    yield from _in_steps(originals.add_keys(draft.for_entity(each.number), source) for each in draft.tenant.entities)


def delete_appendages(transaction: Transaction, object_id: str) -> None:
    """Charges of an account and arithmetic of a split go with it."""
    for table, owner, deletion in _APPENDAGES:
        originals.keep(transaction, table, owner, [object_id])
        deletion.run(transaction, {**transaction.scope, "owner": object_id})


def trim(transaction: Transaction, table: Table, whose: int, most: int, newest: str = "rowid") -> int:
    """Removes all rows of the tenant, or of its world, but the newest by that column; how many they were."""
    return _trimming(table, newest).write(transaction, {"whose": whose, "most": most})


def _delete(on: Connected, tables: Iterable[Table], key: int) -> dict[str, int]:
    return {each.name: _deletion(each, last=False).write(on, {"whose": key}) for each in tables}


_NOTHING: Parameters = MappingProxyType({})
_Bound = Sequence[Any]
"""The key of a row, without whose it is; empty where there is no bound."""


def _pages(on: Connected, table: Table, number: int) -> Iterator[tuple[_Bound, _Bound]]:
    """After which row and up to which one, page by page; the first has no beginning, the last no end."""
    after: _Bound = ()
    while True:
        bounds = {"whose": number, "before": STEP - 1, **_named("after", after)}
        last = _last_of_page(table, after=bool(after)).first(on, bounds) or ()
        yield after, last
        if not last:
            return
        after = last


def _in_steps(works: Iterable[Iterator[int]]) -> Generator[None, None, None]:
    """Work that tells of how many rows it was, piece by piece."""
    size = 0
    for count in chain.from_iterable(works):
        size += count
        if size >= STEP:
            size = 0
            yield


def _removed(on: Connected, table: Table, whose: int) -> Iterator[int]:
    for _, last in _pages(on, table, whose):
        yield _deletion(table, last=bool(last)).write(on, {"whose": whose, **_named("last", last)})


def _copied(
    on: Connected,
    table: Table,
    source: int,
    target: int,
    which: Which | None = None,
    values: Parameters = _NOTHING,
    into: Table | None = None,
) -> Iterator[int]:
    for after, last in _pages(on, table, source):
        bounds = {**values, **_named("after", after), **_named("last", last)}
        copying = _copying(table, table if into is None else into, which, after=bool(after), last=bool(last))
        yield copying.write(on, {"source": source, "target": target, **bounds})


def _of_copied(keys: Table) -> ColumnElement[bool]:
    """Whether the record of a key is in the target."""
    same = (STORED_RECORDS.c[name] == keys.c[name] for name in ("entity", "Id"))
    return exists().where(STORED_RECORDS.c.tenant == bindparam("target"), *same)


def _named(prefix: str, bound: _Bound) -> dict[str, Any]:
    return {f"{prefix}_{position}": value for position, value in enumerate(bound)}


def _bound(table: Table, prefix: str) -> ColumnElement[Any]:
    return tuple_(*(bindparam(f"{prefix}_{position}") for position, _ in enumerate(table.own_key)))


def _on_page(table: Table, *, after: bool, last: bool) -> Iterator[ColumnElement[bool]]:
    if after:
        yield tuple_(*table.own_key) > _bound(table, "after")
    if last:
        yield tuple_(*table.own_key) <= _bound(table, "last")


def _delete_owned(table: Table, owner: str) -> Prepared:
    mine = (table.c.tenant == bindparam("tenant"), table.c.entity == bindparam("entity"))
    return Prepared(delete(table).where(*mine, table.c[owner] == bindparam("owner")))


_APPENDAGES = [
    (table, owner, _delete_owned(table, owner)) for table, owner in ((CHARGES, "account"), (SPLITS, "split"))
]
_NEW_WORLD, _GIVE_UP_WORLD = (
    Prepared(lambda _: insert(WORLDS).values({}).returning(WORLDS.c.number)),
    Prepared(lambda _: insert(WORLDS)),
)
_KEEP_WORLD = Prepared(lambda _: delete(WORLDS).where(WORLDS.c.number == bindparam("wanted")))
_OWNERLESS = Prepared(lambda _: select(WORLDS.c.number).where(NO_OTHER))


_THEIRS = [bindparam("nobody", NOBODY), EXERCISED.c.kind, EXERCISED.c.name]


def _inherited() -> Select[Any]:
    """In one order, in which nobody waits for another who waits for them."""
    theirs = select(*_THEIRS).where(EXERCISED.c.tenant == bindparam("whose"))
    return theirs.order_by(EXERCISED.c.kind, EXERCISED.c.name)


_BEQUEATH = Prepared(
    lambda dialect: (
        dialect.insert(EXERCISED).from_select(["tenant", "kind", "name"], _inherited()).on_conflict_do_nothing()
    )
)


@cache
def _last_of_page(table: Table, *, after: bool) -> Prepared:
    rows = select(*table.own_key).where(table.c.tenant == bindparam("whose"), *_on_page(table, after=after, last=False))
    return Prepared(rows.order_by(*table.own_key).limit(literal_column("1")).offset(bindparam("before")))


@cache
def _deletion(table: Table, *, last: bool) -> Prepared:
    return Prepared(delete(table).where(table.c.tenant == bindparam("whose"), *_on_page(table, after=False, last=last)))


@cache
def _trimming(table: Table, newest: str) -> Prepared:
    rowid: ColumnElement[int] = literal_column(f"{table.name}.rowid")
    order = rowid if newest == "rowid" else table.c[newest]
    rows = select(rowid).where(table.c.tenant == bindparam("whose")).order_by(order.desc(), rowid.desc())
    return Prepared(delete(table).where(rowid.in_(rows.offset(bindparam("most")))))


@cache
def _copying(table: Table, into: Table, which: Which | None, *, after: bool, last: bool) -> Prepared:
    others = [column for column in table.c if column.name != "tenant"]
    rows = select(bindparam("target", type_=table.c.tenant.type), *others)
    names = ["tenant", *(column.name for column in others)]
    page = rows.where(table.c.tenant == bindparam("source"), *_on_page(table, after=after, last=last))
    page = page if which is None else page.where(which(table))
    return Prepared(insert(into).from_select(names, page))
