"""A unit of work: one transaction on behalf of one tenant and one entity, and the verbs on Zuora's objects in it.

Records are dictionaries of Zuora's field names and kept values, without the nulls. Every statement names the tenant and
the entity; every write leaves a `Change` behind for the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Insert, Row, Select, Update, and_, bindparam, delete, insert, select, update

from zuora_mock.domain.catalogue import INVOICE, ObjectType, is_custom
from zuora_mock.domain.values import Record
from zuora_mock.ids import object_id
from zuora_mock.storage.database import Database
from zuora_mock.storage.tables import OBJECT_TABLES
from zuora_mock.storage.tenants import Tenant, copy_counters, save_counters


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it was and as it is; `before` is None for a new row, `after` for one that is gone."""

    object: str
    id: str
    before: Record | None
    after: Record | None


@dataclass(slots=True)
class Unit:
    """`stream` separates the ids that background work makes from those of calls, so that their order does not matter."""

    connection: Connection
    tenant: Tenant
    entity: int
    stream: str = ""
    changes: list[Change] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    _made: int = 0

    @property
    def scope(self) -> dict[str, int]:
        return {"tenant": self.tenant.key, "entity": self.entity}

    def now(self) -> int:
        return self.tenant.clock.now()

    def new_id(self) -> str:
        if not self.stream:
            return self.tenant.next_id()
        self._made += 1
        return object_id(self.tenant.seed, self.stream, self._made)

    def get(self, kind: ObjectType, id: str) -> Record | None:
        row = self.connection.execute(_select_by_id(kind), {**self.scope, "_id": id}).first()
        return _record(kind, row) if row is not None else None

    def find(self, kind: ObjectType, **equal: object) -> list[Record]:
        """The records whose fields equal these, in the order of their creation."""
        rows = self.connection.execute(_select_where(kind, tuple(equal)), {**self.scope, **_prefixed(equal)})
        return [_record(kind, row) for row in rows]

    def all(self, kind: ObjectType) -> list[Record]:
        return self.find(kind)

    def insert(self, kind: ObjectType, records: Sequence[Record]) -> None:
        if not records:
            return
        self.connection.execute(_insert(kind), [self._row(kind, each) for each in records])
        self.changes.extend(Change(kind.name, str(each["Id"]), None, each) for each in records)

    def update(self, kind: ObjectType, before: Record, values: Record) -> Record:
        """Writes `values` over the record; None empties a field. Returns the record as it is now."""
        after = {name: value for name, value in {**before, **values}.items() if value is not None}
        columns = {name: value for name, value in values.items() if not is_custom(name)}
        if len(columns) != len(values):
            columns["custom"] = _custom(after)
        parameters = {**self.scope, "_id": before["Id"], **_prefixed(columns)}
        self.connection.execute(_update(kind, tuple(columns)), parameters)
        self.changes.append(Change(kind.name, str(before["Id"]), before, after))
        return after

    def delete(self, kind: ObjectType, records: Sequence[Record]) -> None:
        if not records:
            return
        self.connection.execute(_delete(kind), [{**self.scope, "_id": each["Id"]} for each in records])
        self.changes.extend(Change(kind.name, str(each["Id"]), each, None) for each in records)

    def stamp_new(self, record: Record) -> Record:
        """The record with its creation noted, as Zuora notes it."""
        now, user = self.now(), user_id(self.tenant)
        return {"CreatedById": user, "CreatedDate": now, "UpdatedById": user, "UpdatedDate": now, **record}

    def stamp(self) -> Record:
        return {"UpdatedById": user_id(self.tenant), "UpdatedDate": self.now()}

    def next_invoice_number(self) -> str:
        """The next free number of the sequence `INV%08d`."""
        while True:
            self.tenant.counters.invoices += 1
            number = f"INV{self.tenant.counters.invoices:08d}"
            if not self._taken(INVOICE, "InvoiceNumber", number):
                return number

    def _taken(self, kind: ObjectType, name: str, value: str) -> bool:
        return self.connection.execute(_exists(kind, name), {**self.scope, f"_{name}": value}).first() is not None

    def taken(self, kind: ObjectType, name: str, value: str) -> bool:
        return self._taken(kind, name, value)

    def _row(self, kind: ObjectType, record: Record) -> dict[str, object]:
        get = record.get
        row: dict[str, object] = {f"_{name}": get(name) for name in _column_names(kind)}
        row["_tenant"], row["_entity"], row["_seq"] = self.tenant.key, self.entity, self.tenant.next_seq()
        row["_custom"] = _custom(record)
        return row


def user_id(tenant: Tenant) -> str:
    """The user behind the tenant's clients."""
    return object_id(tenant.seed, "user", 1)


@contextmanager
def unit_of_work(database: Database, tenant: Tenant, entity: int, stream: str = "") -> Iterator[Unit]:
    """One transaction. If anything is raised nothing of it remains, not even in the tenant's counters."""
    saved = copy_counters(tenant)
    try:
        with database.transaction() as connection:
            unit = Unit(connection, tenant, entity, stream)
            before = copy_counters(tenant)
            yield unit
            if tenant.counters != before:
                save_counters(connection, tenant)
    except BaseException:
        tenant.counters = saved
        raise


@cache
def _column_names(kind: ObjectType) -> tuple[str, ...]:
    return tuple(each.name for each in kind.stored)


def _record(kind: ObjectType, row: Row[Any]) -> Record:
    record = {name: value for name, value in zip(_column_names(kind), row, strict=False) if value is not None}
    if row[-1] is not None:
        record.update(json.loads(row[-1]))
    return record


def _custom(record: Mapping[str, object]) -> str | None:
    values = {name: value for name, value in record.items() if name.endswith("__c") and value is not None}
    return json.dumps(values, ensure_ascii=False) if values else None


def _prefixed(values: Mapping[str, object]) -> dict[str, object]:
    return {f"_{name}": value for name, value in values.items()}


def _whose(kind: ObjectType) -> ColumnElement[bool]:
    table = OBJECT_TABLES[kind.name]
    return and_(table.c.tenant == bindparam("tenant"), table.c.entity == bindparam("entity"))


def _columns(kind: ObjectType) -> Select[Any]:
    table = OBJECT_TABLES[kind.name]
    return select(*(table.c[name] for name in _column_names(kind)), table.c.custom).where(_whose(kind))


@cache
def _select_by_id(kind: ObjectType) -> Select[Any]:
    return _columns(kind).where(OBJECT_TABLES[kind.name].c.Id == bindparam("_id"))


@cache
def _select_where(kind: ObjectType, names: tuple[str, ...]) -> Select[Any]:
    table = OBJECT_TABLES[kind.name]
    return _columns(kind).where(*(table.c[name] == bindparam(f"_{name}") for name in names)).order_by(table.c.seq)


@cache
def _exists(kind: ObjectType, name: str) -> Select[Any]:
    table = OBJECT_TABLES[kind.name]
    return select(table.c.Id).where(_whose(kind), table.c[name] == bindparam(f"_{name}")).limit(1)


@cache
def _insert(kind: ObjectType) -> Insert:
    table = OBJECT_TABLES[kind.name]
    return insert(table).values({name: bindparam(f"_{name}") for name in table.c.keys()})  # noqa: SIM118


@cache
def _update(kind: ObjectType, names: tuple[str, ...]) -> Update:
    table = OBJECT_TABLES[kind.name]
    return update(table).where(_whose(kind), table.c.Id == bindparam("_id")).values({name: bindparam(f"_{name}") for name in names})


@cache
def _delete(kind: ObjectType) -> Delete:
    return delete(OBJECT_TABLES[kind.name]).where(_whose(kind), OBJECT_TABLES[kind.name].c.Id == bindparam("_id"))
