"""Rows as a fixture made them, kept before they are first changed, so that a way back to it costs what was changed.

What came later has a higher `seq`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeAlias

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, exists, insert, select, text, tuple_

from zuora_mock.domain.catalogue import BY_NAME, ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage import stored
from zuora_mock.storage.definitions import Table
from zuora_mock.storage.statements import Connected, Parameters, Prepared, execute
from zuora_mock.storage.stored import Scoped
from zuora_mock.storage.tables import DATA_TABLES, KEPT_TABLES, ORIGINALS, STORED_KEYS, STORED_RECORDS
from zuora_mock.storage.tenants import Tenant

_ORIGINALS = tuple(ORIGINALS.values())
_OTHERS = tuple(each for each in DATA_TABLES if each not in {*KEPT_TABLES, *_ORIGINALS, STORED_KEYS})
"""Those that a way back empties: a fixture fills few of them, and with little. Stored keys follow from the records."""


def keep(on: Scoped, table: Table, by: str, values: Iterable[object]) -> None:
    """Before the rows are changed or removed that have one of these values in this column."""
    filled = on.tenant.filled
    if filled is not None and filled.rows[table.name]:
        scope = {**on.scope, "last": filled.counters.seq}
        _keeping(table, by).run_many(on, [{**scope, "value": each} for each in values])


def count(on: Connected, world: int, tables: tuple[Table, ...] = KEPT_TABLES) -> Counter[str]:
    """Rows by table."""
    counts = execute(on, _counts(tables, on.connection.dialect.mark), (world,)).fetchone()
    return Counter(dict(zip((each.name for each in tables), counts, strict=True)))


def count_all(on: Scoped) -> Counter[str]:
    """Rows of the tenant's data, by table."""
    return count(on, on.tenant.world, DATA_TABLES)


def changed(on: Scoped) -> int:
    """How many rows the way back removes or writes, more or less."""
    tenant = on.tenant
    later = tenant.counters.seq - _last(tenant)
    return later + count(on, tenant.world, (*_ORIGINALS, *_OTHERS)).total()


def put_back(on: Scoped, entities: Iterable[Scoped]) -> Counter[str]:
    """All rows are as they were when the world was filled; how many there were until now, by table."""
    filled, whose = on.tenant.filled, {"whose": on.tenant.world}
    there, kept = Counter(filled.rows if filled else {}), count(on, on.tenant.world, _ORIGINALS)
    touched = [each for each in KEPT_TABLES if kept[ORIGINALS[each.name].name]]
    for each in entities:
        there.update(_make_room(each, touched))
    for table in touched:
        _putting_back(table).run(on, whose)
        there[table.name] -= _emptying(ORIGINALS[table.name]).write(on, whose)
    there.update({each.name: _emptying(each).write(on, whose) for each in _OTHERS})
    return there


def _make_room(on: Scoped, touched: Sequence[Table]) -> Counter[str]:
    """Removes what is new in an entity, and what stands where a row was kept; how many they were."""
    last = _last(on.tenant)
    removed, scope = Counter[str](), {**on.scope, "last": last}
    later = KEPT_TABLES if on.tenant.counters.seq > last else ()
    for table, which in [*((each, _is_new) for each in later), *((each, _is_changed) for each in touched)]:
        if table is STORED_RECORDS:
            _each_stored(on, STORED_RECORDS, which, scope, stored.remove_keys)
        removed[table.name] += _removal(table, which).write(on, scope)
    if STORED_RECORDS in touched:
        _each_stored(on, ORIGINALS[STORED_RECORDS.name], _mine, scope, stored.add_keys)
    return removed


def _each_stored(
    on: Scoped, table: Table, which: Which, scope: Parameters, do: Callable[[Scoped, ObjectType, list[Record]], None]
) -> None:
    for name, *texts in _stored(table, which).all(on, scope):
        do(on, BY_NAME[name], [stored.record_of(texts)])


def add_keys(on: Scoped, world: int) -> Iterator[int]:
    """Those of the stored records that were kept of another world, record by record; 1 for each."""
    for name, *texts in _stored(ORIGINALS[STORED_RECORDS.name], _mine).all(on, {**on.scope, "tenant": world}):
        stored.add_keys(on, BY_NAME[name], [stored.record_of(texts)])
        yield 1


def _last(tenant: Tenant) -> int:
    return tenant.filled.counters.seq if tenant.filled else 0


Which: TypeAlias = Callable[[Table], ColumnElement[bool]]
"""A condition for rows."""


def _is_new(table: Table) -> ColumnElement[bool]:
    later = and_(_mine(table), table.c.seq > bindparam("last"))
    if table is not STORED_RECORDS:
        return later
    same = table.alias()
    return and_(later, table.c.object.in_(select(same.c.object).where(_mine(same)).distinct()))


def _is_changed(table: Table) -> ColumnElement[bool]:
    kept = ORIGINALS[table.name]
    return and_(_mine(table), tuple_(*table.own_key).in_(select(*kept.own_key).where(_mine(kept))))


def is_original(table: Table) -> ColumnElement[bool]:
    """Whether a row is as it was when its world was filled: it is none of what came after, and was never kept."""
    kept = ORIGINALS[table.name]
    same = (one == other for one, other in zip(table.own_key, kept.own_key, strict=True))
    return and_(table.c.seq <= bindparam("filled"), ~exists().where(kept.c.tenant == table.c.tenant, *same))


def _mine(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.tenant == bindparam("tenant"), table.c.entity == bindparam("entity"))


@cache
def _keeping(table: Table, by: str) -> Prepared:
    """The sum keeps the engine from going through all rows in the order of `seq`."""
    return Prepared(
        text(
            f"INSERT INTO {ORIGINALS[table.name].name} SELECT * FROM {table.name} "  # noqa: S608  (names of ours)
            f'WHERE tenant = :tenant AND entity = :entity AND "{by}" = :value AND seq + 0 <= :last '
            "ON CONFLICT DO NOTHING"
        )
    )


@cache
def _counts(tables: tuple[Table, ...], mark: Callable[[int], str]) -> str:
    """As text: to compile it, where it is run once, took longer than to count."""
    return f"SELECT {', '.join(f'(SELECT count(*) FROM {each.name} WHERE tenant = {mark(1)})' for each in tables)}"  # noqa: S608  (names of ours)


@cache
def _removal(table: Table, which: Which) -> Prepared:
    return Prepared(delete(table).where(which(table)))


@cache
def _stored(table: Table, which: Which) -> Prepared:
    return Prepared(select(*(table.c[name] for name in ("object", "body", "custom"))).where(which(table)))


@cache
def _putting_back(table: Table) -> Prepared:
    kept = ORIGINALS[table.name]
    rows = select(*kept.c).where(kept.c.tenant == bindparam("whose"))
    return Prepared(insert(table).from_select(kept.c.keys(), rows))


@cache
def _emptying(table: Table) -> Prepared:
    return Prepared(delete(table).where(table.c.tenant == bindparam("whose")))
