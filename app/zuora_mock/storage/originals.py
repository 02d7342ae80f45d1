"""Rows as a fixture made them, kept before they are first changed, so that a way back to it costs what was changed.

They stand in the same tables under the number of their world with a minus. What came later has a higher `seq`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, exists, select, update

from zuora_mock.domain.catalogue import BY_NAME, ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage import stored
from zuora_mock.storage.definitions import Table
from zuora_mock.storage.statements import Connected, Parameters, Prepared, execute
from zuora_mock.storage.stored import Scoped
from zuora_mock.storage.tables import CHARGES, DATA_TABLES, OBJECT_TABLES, SPLITS, STORED_KEYS, STORED_RECORDS
from zuora_mock.storage.tenants import Tenant

TABLES: tuple[Table, ...] = (*OBJECT_TABLES.values(), STORED_RECORDS, CHARGES, SPLITS)
"""Those of which originals are kept; the keys of stored records follow from these."""
OTHERS: tuple[Table, ...] = tuple(each for each in DATA_TABLES if each not in {*TABLES, STORED_KEYS})
"""Those that a way back empties: a fixture fills few of them, and with little."""


def keep(on: Scoped, table: Table, by: str, values: Iterable[object]) -> None:
    """Before the rows are changed or removed that have one of these values in this column."""
    filled = on.tenant.filled
    if filled is not None and filled.rows[table.name]:
        scope = {**on.scope, "last": filled.counters.seq}
        _keeping(table, by).run_many(on, [{**scope, "value": each} for each in values])


def count(on: Connected, world: int, tables: tuple[Table, ...] = TABLES) -> Counter[str]:
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
    return later + count(on, -tenant.world).total() + count(on, tenant.world, OTHERS).total()


def put_back(on: Scoped, entities: Iterable[Scoped]) -> Counter[str]:
    """All rows are as they were when the world was filled; how many there were until now, by table."""
    world, filled = on.tenant.world, on.tenant.filled
    there, kept = Counter(filled.rows if filled else {}), count(on, -world)
    there.subtract(kept)
    touched = [each for each in TABLES if kept[each.name]]
    for each in entities:
        there.update(_make_room(each, touched))
    for table in touched:
        _moving_back(table).run(on, {"kept": -world, "whose": world})
    there.update({each.name: _emptying(each).write(on, {"whose": world}) for each in OTHERS})
    return there


def _make_room(on: Scoped, touched: Sequence[Table]) -> Counter[str]:
    """Removes what is new in an entity, and what stands where a row was kept; how many they were."""
    last = _last(on.tenant)
    removed, scope = Counter[str](), {**on.scope, "kept": -on.tenant.world, "last": last}
    later = TABLES if on.tenant.counters.seq > last else ()
    for table, which in [*((each, _is_new) for each in later), *((each, _is_changed) for each in touched)]:
        if table is STORED_RECORDS:
            _each_stored(on, which, scope, stored.remove_keys)
        removed[table.name] += _removal(table, which).write(on, scope)
    if STORED_RECORDS in touched:
        _each_stored(on, _is_kept, scope, stored.add_keys)
    return removed


def _each_stored(
    on: Scoped, which: Which, scope: Parameters, do: Callable[[Scoped, ObjectType, list[Record]], None]
) -> None:
    for name, *texts in _stored(which).all(on, scope):
        do(on, BY_NAME[name], [stored.record_of(texts)])


def add_keys(on: Scoped, kept: int) -> Iterator[int]:
    """Those of the stored records that were kept of another world, record by record; 1 for each."""
    for name, *texts in _stored(_is_kept).all(on, {**on.scope, "kept": kept}):
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
    same = table.alias()
    return and_(_mine(table), _name(table).in_(select(same.c[_name(table).name]).where(_mine(same, "kept"))))


def is_original(table: Table) -> ColumnElement[bool]:
    """Whether a row is as it was when its world was filled: it is none of what came after, and was never kept."""
    same = table.alias()
    of_its_own = and_(same.c.entity == table.c.entity, same.c[_name(table).name] == _name(table))
    return and_(table.c.seq <= bindparam("filled"), ~exists().where(same.c.tenant == bindparam("kept"), of_its_own))


def _is_kept(table: Table) -> ColumnElement[bool]:
    return _mine(table, "kept")


def _mine(table: FromClause, tenant: str = "tenant") -> ColumnElement[bool]:
    return and_(table.c.tenant == bindparam(tenant), table.c.entity == bindparam("entity"))


def _name(table: Table) -> ColumnElement[Any]:
    return table.c[{CHARGES.name: "account", SPLITS.name: "split"}.get(table.name, "Id")]


@cache
def _keeping(table: Table, by: str) -> Prepared:
    """The sum keeps the engine from going through all rows in the order of `seq`."""
    others = [column for column in table.c if column.name != "tenant"]
    fitting = and_(_mine(table), table.c[by] == bindparam("value"), table.c.seq + 0 <= bindparam("last"))
    rows = select(-table.c.tenant, *others).where(fitting)
    names = ["tenant", *(column.name for column in others)]
    return Prepared(lambda dialect: dialect.insert(table).from_select(names, rows).on_conflict_do_nothing())


@cache
def _counts(tables: tuple[Table, ...], mark: Callable[[int], str]) -> str:
    """As text: to compile it, where it is run once, took longer than to count."""
    return f"SELECT {', '.join(f'(SELECT count(*) FROM {each.name} WHERE tenant = {mark(1)})' for each in tables)}"  # noqa: S608  (names of ours)


@cache
def _removal(table: Table, which: Which) -> Prepared:
    return Prepared(delete(table).where(which(table)))


@cache
def _stored(which: Which) -> Prepared:
    columns = (STORED_RECORDS.c[name] for name in ("object", "body", "custom"))
    return Prepared(select(*columns).where(which(STORED_RECORDS)))


@cache
def _moving_back(table: Table) -> Prepared:
    return Prepared(update(table).where(table.c.tenant == bindparam("kept")).values(tenant=bindparam("whose")))


@cache
def _emptying(table: Table) -> Prepared:
    return Prepared(delete(table).where(table.c.tenant == bindparam("whose")))
