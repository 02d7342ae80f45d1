"""Tenants: one isolated world each, with its own clock, ids, settings and data.

A `Tenant` is this process's copy of a row; whoever changes it writes the row in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from zuora_mock import ids
from zuora_mock.clock import Clock
from zuora_mock.domain.custom_fields import NONE_DECLARED, CustomFields
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.settings import JobPolicy, TenantSettings
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CLIENTS, ENTITIES, FIXTURES, JOURNAL, ORGS, PAYMENT_TERMS, TENANTS


@dataclass(slots=True)
class Counters:
    """How many of each the tenant has made; ids and numbers follow from these alone."""

    ids: int = 0
    seq: int = 0
    invoices: int = 0
    accounts: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Entity:
    number: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client; `entities` are the numbers of those it may enter."""

    tenant: int
    client_id: str
    secret: str
    username: str
    password: str
    active: bool
    entities: tuple[int, ...]


@dataclass(slots=True)
class Tenant:
    key: int
    name: str
    fixture: str
    settings: TenantSettings
    policy: JobPolicy
    clock: Clock
    counters: Counters
    entities: tuple[Entity, ...] = ()
    terms: dict[str, PaymentTerm] = field(default_factory=dict)
    orgs: frozenset[str] = frozenset()
    custom_fields: CustomFields = NONE_DECLARED
    entries: int = 0
    exercised: set[tuple[str, str]] = field(default_factory=set)

    @property
    def seed(self) -> str:
        """The fixture's seed, else the tenant's name: two tenants differ, two runs of one tenant do not."""
        return str(self.settings.seed) if self.settings.seed is not None else self.name

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.settings.time_zone)

    @property
    def default_term(self) -> PaymentTerm | None:
        return next((term for term in self.terms.values() if term.default), None)

    def now(self) -> int:
        return self.clock.now()

    def next_id(self) -> str:
        self.counters.ids += 1
        return ids.object_id(self.seed, "object", self.counters.ids)

    def next_seq(self) -> int:
        self.counters.seq += 1
        return self.counters.seq


_COUNTER_NAMES = tuple(each.name for each in fields(Counters))
_BY_KEY = select(TENANTS).where(TENANTS.c.key == bindparam("key"))
_KEY_BY_NAME = select(TENANTS.c.key).where(TENANTS.c.name == bindparam("name"), TENANTS.c.snapshot_of.is_(None))
_SAVE_COUNTERS = Prepared(
    update(TENANTS).where(TENANTS.c.key == bindparam("_key")).values({n: bindparam(f"_{n}") for n in _COUNTER_NAMES})
)
_SAVED = ("fixture", "settings", "policy", "custom_fields", "clock_offset", "clock_frozen_at", *_COUNTER_NAMES)
_SAVE = Prepared(
    update(TENANTS).where(TENANTS.c.key == bindparam("_key")).values({name: bindparam(f"_{name}") for name in _SAVED})
)
_LAST_ENTRY = Prepared(
    select(JOURNAL.c.n).where(JOURNAL.c.tenant == bindparam("whose")).order_by(JOURNAL.c.n.desc()).limit(1)
)
_ENTITIES_OF = Prepared(
    select(ENTITIES.c.number, ENTITIES.c.id, ENTITIES.c.name)
    .where(ENTITIES.c.tenant == bindparam("whose"))
    .order_by(ENTITIES.c.number)
)
_ORGS_OF = Prepared(select(ORGS.c.id).where(ORGS.c.tenant == bindparam("whose")))
_SNAPSHOTS_OF = Prepared(
    select(TENANTS.c.name, TENANTS.c.key).where(TENANTS.c.snapshot_of == bindparam("whose")).order_by(TENANTS.c.key)
)
_UNUSED: dict[str, object] = {**dict.fromkeys(("clock_offset", *_COUNTER_NAMES), 0), "custom_fields": "{}"}
_MADE = ("name", "snapshot_of", "fixture", "settings", "policy")
_INSERT = Prepared(insert(TENANTS).values({name: bindparam(name) for name in (*_MADE, *_UNUSED)}))
_REMOVE = Prepared(delete(TENANTS).where(TENANTS.c.key == bindparam("whose")))


def _from_row(row: Row[Any]) -> Tenant:
    return Tenant(
        key=row.key,
        name=row.name,
        fixture=row.fixture,
        settings=TenantSettings.model_validate_json(row.settings),
        policy=JobPolicy.model_validate_json(row.policy),
        clock=Clock(row.clock_offset, row.clock_frozen_at),
        counters=Counters(*(getattr(row, name) for name in _COUNTER_NAMES)),
        custom_fields=CustomFields.read(json.loads(row.custom_fields)),
    )


def load_details(connection: Connection, tenant: Tenant) -> Tenant:
    """Fills in what stands in other tables: entities, payment terms, organisations, the last journal entry."""
    whose = {"whose": tenant.key}
    tenant.entities = tuple(Entity(*row) for row in _ENTITIES_OF.all(connection, whose))
    tenant.terms = {term.name: term for term in read_terms(connection, tenant.key)}
    tenant.orgs = frozenset(row[0] for row in _ORGS_OF.all(connection, whose))
    last = _LAST_ENTRY.first(connection, whose)
    tenant.entries = last[0] if last else 0
    return tenant


def by_key(connection: Connection, key: int) -> Tenant | None:
    row = connection.execute(_BY_KEY, {"key": key}).one_or_none()
    return load_details(connection, _from_row(row)) if row else None


def find_key(connection: Connection, name: str) -> int | None:
    return connection.scalar(_KEY_BY_NAME, {"name": name})


def all_keys(connection: Connection) -> list[int]:
    return list(
        connection.scalars(select(TENANTS.c.key).where(TENANTS.c.snapshot_of.is_(None)).order_by(TENANTS.c.key))
    )


def add(
    connection: Connection, name: str, fixture: str, settings: TenantSettings, *, snapshot_of: int | None = None
) -> Tenant:
    """A new tenant without rows of its own yet."""
    values = {
        "name": name,
        "snapshot_of": snapshot_of,
        "fixture": fixture,
        "settings": settings.model_dump_json(by_alias=True),
        "policy": settings.jobs.model_dump_json(by_alias=True),
        **_UNUSED,
    }
    key = _INSERT.run(connection, values).lastrowid
    return Tenant(key or 0, name, fixture, settings, settings.jobs, Clock(), Counters())


def save(connection: Connection, tenant: Tenant) -> None:
    """Writes everything of the tenant's row."""
    clock = tenant.clock
    values = {
        "_key": tenant.key,
        "_fixture": tenant.fixture,
        "_settings": tenant.settings.model_dump_json(by_alias=True),
        "_policy": tenant.policy.model_dump_json(by_alias=True),
        "_custom_fields": json.dumps(tenant.custom_fields.written),
        "_clock_offset": clock.offset,
        "_clock_frozen_at": clock.frozen_at,
    }
    _SAVE.run(connection, values | {f"_{name}": getattr(tenant.counters, name) for name in _COUNTER_NAMES})


def save_counters(connection: Connection, tenant: Tenant) -> None:
    counts = {f"_{name}": getattr(tenant.counters, name) for name in _COUNTER_NAMES}
    _SAVE_COUNTERS.run(connection, {"_key": tenant.key, **counts})


def remove(connection: Connection, key: int) -> None:
    """The tenant's own row; its rows in other tables go before."""
    _REMOVE.run(connection, {"whose": key})


def snapshots_of(connection: Connection, key: int) -> dict[str, int]:
    """Names and keys of the tenant's snapshots, oldest first."""
    return {name: snapshot for name, snapshot in _SNAPSHOTS_OF.all(connection, {"whose": key})}  # noqa: C416


def keep_fixture(connection: Connection, digest: str, text: str) -> None:
    connection.execute(insert(FIXTURES).prefix_with("OR IGNORE"), {"digest": digest, "body": text})


def fixture_text(connection: Connection, digest: str) -> str | None:
    return connection.scalar(select(FIXTURES.c.body).where(FIXTURES.c.digest == digest))


def copy_counters(tenant: Tenant) -> Counters:
    count = tenant.counters
    return Counters(count.ids, count.seq, count.invoices, count.accounts, count.tokens)


def add_entities(connection: Connection, tenant: int, entities: Sequence[Entity]) -> None:
    rows = [{"tenant": tenant, "number": each.number, "id": each.id, "name": each.name} for each in entities]
    _INSERT_ENTITY.run_many(connection, rows)


def add_terms(connection: Connection, tenant: int, terms: Sequence[PaymentTerm], first: int = 0) -> None:
    """`first` is the position of the first of them in the tenant's list."""
    rows = [
        {
            "tenant": tenant,
            "name": term.name,
            "position": position,
            "type": term.type,
            "days": term.days,
            "cutoff_day": term.cutoff_day,
            "months": term.months,
            "due_day": term.due_day,
            "active": term.active,
            "is_default": term.default,
        }
        for position, term in enumerate(terms, first)
    ]
    _INSERT_TERM.run_many(connection, rows)


def add_orgs(connection: Connection, tenant: int, orgs: Sequence[str]) -> None:
    _INSERT_ORG.run_many(connection, [{"tenant": tenant, "id": each} for each in orgs])


def remove_terms(connection: Connection, tenant: int) -> None:
    _REMOVE_TERMS.run(connection, {"whose": tenant})


def read_terms(connection: Connection, tenant: int) -> list[PaymentTerm]:
    rows = connection.execute(
        select(PAYMENT_TERMS).where(PAYMENT_TERMS.c.tenant == tenant).order_by(PAYMENT_TERMS.c.position)
    )
    return [
        PaymentTerm(
            name=row.name,
            type=row.type,
            days=row.days,
            cutoff_day=row.cutoff_day,
            months=row.months,
            due_day=row.due_day,
            active=row.active,
            default=row.is_default,
        )
        for row in rows
    ]


_INSERT_ENTITY = Prepared(insert(ENTITIES))
_INSERT_TERM = Prepared(insert(PAYMENT_TERMS))
_INSERT_ORG = Prepared(insert(ORGS))
_REMOVE_TERMS = Prepared(delete(PAYMENT_TERMS).where(PAYMENT_TERMS.c.tenant == bindparam("whose")))


def _client(row: Sequence[Any]) -> Client:
    tenant, client_id, secret, username, password, active, entities = row
    return Client(tenant, client_id, secret, username, password, bool(active), tuple(json.loads(entities)))


def find_client(connection: Connection, client_id: str) -> Client | None:
    row = _CLIENT_BY_ID.first(connection, {"wanted": client_id})
    return _client(row) if row else None


def find_user(connection: Connection, username: str) -> Client | None:
    row = _CLIENT_BY_USER.first(connection, {"wanted": username})
    return _client(row) if row else None


def clients_of(connection: Connection, tenant: int) -> list[Client]:
    return [_client(row) for row in _CLIENTS_OF.all(connection, {"whose": tenant})]


def add_clients(connection: Connection, clients: Sequence[Client]) -> None:
    rows = [
        {
            "tenant": each.tenant,
            "client_id": each.client_id,
            "secret": each.secret,
            "username": each.username,
            "password": each.password,
            "active": each.active,
            "entities": json.dumps(each.entities),
        }
        for each in clients
    ]
    _INSERT_CLIENT.run_many(connection, rows)


def remove_clients(connection: Connection, tenant: int, client_ids: Iterable[str]) -> None:
    """These clients of the tenant."""
    _REMOVE_CLIENT.run_many(connection, [{"whose": tenant, "wanted": each} for each in client_ids])


_WHOSE = CLIENTS.c.tenant == bindparam("whose")
_CLIENTS_OF = Prepared(select(CLIENTS).where(_WHOSE).order_by(CLIENTS.c.client_id))
_CLIENT_BY_ID = Prepared(select(CLIENTS).where(CLIENTS.c.client_id == bindparam("wanted")))
_CLIENT_BY_USER = Prepared(select(CLIENTS).where(CLIENTS.c.username == bindparam("wanted")))
_INSERT_CLIENT = Prepared(insert(CLIENTS))
_REMOVE_CLIENT = Prepared(delete(CLIENTS).where(_WHOSE, CLIENTS.c.client_id == bindparam("wanted")))
