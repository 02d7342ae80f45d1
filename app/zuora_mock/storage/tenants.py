"""Tenants: isolated from one another, each with its own clock, ids, settings and data; found, made and removed.

A `Tenant` is this process's copy of a row; whoever changes it writes the row in the same transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import tzinfo
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, select, update

from zuora_mock import ids
from zuora_mock.clock import Clock
from zuora_mock.domain.custom_fields import NONE_DECLARED, CustomFields
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.settings import JobPolicy, TenantSettings
from zuora_mock.storage.database import Database
from zuora_mock.storage.replicas import keep_fixtures_by_turns
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tables import CLIENTS, ENTITIES, FIXTURES, JOURNAL, ORGS, PAYMENT_TERMS, TENANTS
from zuora_mock.storage.trouble import DuplicateRow


@dataclass(slots=True)
class Counters:
    """How many of each the tenant has made; ids and numbers follow from these alone."""

    ids: int = 0
    seq: int = 0
    invoices: int = 0
    accounts: int = 0
    tokens: int = 0


class Edition(NamedTuple):
    """How often a tenant was changed, and how often all of its rows were; counted where servers share the database."""

    version: int = 0
    renewal: int = 0


_FIRST = Edition()


class Filled(NamedTuple):
    """From which fixture a world was filled, on which day of the tenant's, and what there was then.

    `rows` are counts by table.
    """

    fixture: str
    day: str
    counters: Counters
    rows: dict[str, int]


class Entity(NamedTuple):
    number: int
    id: str
    name: str


class Client(NamedTuple):
    """An OAuth client; `entities` are the numbers of those it may enter."""

    tenant: int
    client_id: str
    secret: str
    username: str
    password: str
    active: bool
    entities: tuple[int, ...]


@dataclass(slots=True, eq=False, repr=False)
class Tenant:
    """`world` is the number under which its data is kept; what replaces all of it makes another one.

    `filled` is None where its data did not begin with a fixture of its own.
    """

    key: int
    world: int
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
    filled: Filled | None = None
    entries: int = 0
    exercised: frozenset[tuple[str, str]] = frozenset()
    edition: Edition = _FIRST

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

    def next_ids(self, count: int) -> list[str]:
        first = self.counters.ids + 1
        self.counters.ids += count
        return list(islice(ids.object_ids(self.seed, "object", first), count))

    def next_seqs(self, count: int) -> int:
        """The first of as many that follow each other."""
        first = self.counters.seq + 1
        self.counters.seq += count
        return first

    def next_seq(self) -> int:
        self.counters.seq += 1
        return self.counters.seq


Image = tuple[tuple[Any, ...], tuple[int, ...]]
"""A tenant as it was, whatever becomes of it, and its counters; each transaction makes one."""


def image_of(tenant: Tenant) -> Image:
    return _READ(tenant), _COUNT(tenant.counters)


def counts(tenant: Tenant) -> tuple[int, ...]:
    """As the image of a tenant has them."""
    return _COUNT(tenant.counters)


def put_back(tenant: Tenant, image: Image) -> None:
    members, counters = image
    for name, value in zip(_MEMBERS, members, strict=True):
        setattr(tenant, name, value)
    tenant.counters = Counters(*counters)


def by_key(database: Database, key: int) -> Tenant | None:
    with database.lock:
        row = _BY_KEY.first(database, {"wanted": key})
        return load_details(database, _tenant(row)) if row else None


def load_details(database: Database, tenant: Tenant) -> Tenant:
    """Fills in what stands in other tables: entities, payment terms, organisations, the last journal entry."""
    whose = {"whose": tenant.world}
    tenant.entities = tuple(Entity(*row) for row in _ENTITIES_OF.all(database, whose))
    tenant.terms = {row[0]: _term(row) for row in _TERMS_OF.all(database, whose)}
    tenant.orgs = frozenset(_ORGS_OF.column(database, whose))
    tenant.entries = next(iter(_LAST_ENTRY.column(database, {"whose": tenant.key})), 0)
    return tenant


def find_key(database: Database, name: str) -> int | None:
    with database.lock:
        row = _KEY_BY_NAME.first(database, {"wanted": name})
    return row[0] if row else None


def all_keys(database: Database) -> list[int]:
    """Of tenants, oldest first; snapshots are none."""
    with database.lock:
        return _ALL_KEYS.column(database, {})


def find_client(database: Database, client_id: str) -> Client | None:
    with database.lock:
        row = CLIENT_BY_ID.first(database, {"wanted": client_id})
    return client(row) if row else None


def find_user(database: Database, username: str) -> Client | None:
    with database.lock:
        row = _CLIENT_BY_USER.first(database, {"wanted": username})
    return client(row) if row else None


def add(on: Connected, tenant: Tenant, *, snapshot_of: int | None = None) -> None:
    """Writes the row of a new one, which gets its key. Raises DuplicateRow."""
    try:
        (tenant.key,) = _INSERT.column(on, {"name": tenant.name, "snapshot_of": snapshot_of, **values_of(tenant)})
        tenant.edition = _FIRST
    except on.connection.IntegrityError as error:
        raise DuplicateRow(str(error)) from None


def values_of(tenant: Tenant) -> dict[str, object]:
    """Of its row, by `VALUES`."""
    return {
        "world": tenant.world,
        "fixture": tenant.fixture,
        "settings": tenant.settings.model_dump_json(by_alias=True),
        "policy": tenant.policy.model_dump_json(by_alias=True),
        "custom_fields": json.dumps(tenant.custom_fields.written),
        "filled": _written(tenant.filled),
        "clock_offset": tenant.clock.offset,
        "clock_frozen_at": tenant.clock.frozen_at,
        **{name: getattr(tenant.counters, name) for name in COUNTERS},
    }


def remove(database: Database, key: int) -> None:
    """The tenant's own row; its rows in other tables go before."""
    _REMOVE.run(database, {"whose": key})


def save_counters(on: Connected, tenant: Tenant) -> None:
    _SAVE_COUNTERS.run_with(on, (*counts(tenant), tenant.key))


def keep_fixture(database: Database, digest: str, blocks: Sequence[bytes]) -> None:
    """The text in pieces, whatever they are."""
    keep_fixtures_by_turns(database)
    rows = [{"digest": digest, "position": position, "body": each} for position, each in enumerate(blocks)]
    _KEEP_FIXTURE.run_many(database, rows)


def forget_fixtures(database: Database) -> None:
    """Those that no tenant was made from."""
    keep_fixtures_by_turns(database)
    _FORGET_FIXTURES.run(database, {})


def fixture_blocks(database: Database, digest: str) -> list[bytes]:
    """The pieces that were kept; none where it is unknown."""
    with database.lock:
        return _FIXTURE.column(database, {"wanted": digest})


def client(row: Sequence[Any]) -> Client:
    tenant, client_id, secret, username, password, active, entities = row
    return Client(tenant, client_id, secret, username, password, bool(active), tuple(json.loads(entities)))


def _tenant(row: Sequence[Any]) -> Tenant:
    key, world, name, fixture, settings, policy, custom_fields, filled, offset, frozen_at, *counts = row
    return Tenant(
        key=key,
        world=world,
        name=name,
        fixture=fixture,
        settings=TenantSettings.model_validate_json(settings),
        policy=JobPolicy.model_validate_json(policy),
        clock=Clock(offset, frozen_at),
        counters=Counters(*counts),
        custom_fields=CustomFields.read(json.loads(custom_fields)),
        filled=_filled(filled),
    )


def _written(filled: Filled | None) -> str:
    return json.dumps(filled and (filled.fixture, filled.day, _COUNT(filled.counters), filled.rows))


def _filled(text: str) -> Filled | None:
    if (known := json.loads(text)) is None:
        return None
    fixture, day, counts, rows = known
    return Filled(fixture, day, Counters(*counts), rows)


def _term(row: Sequence[Any]) -> PaymentTerm:
    name, type_, days, cutoff_day, months, due_day, active, default = row
    return PaymentTerm(
        name=name,
        type=type_,
        days=days,
        cutoff_day=cutoff_day,
        months=months,
        due_day=due_day,
        active=bool(active),
        default=bool(default),
    )


_MEMBERS = tuple(each.name for each in fields(Tenant) if each.name != "counters")
COUNTERS = tuple(each.name for each in fields(Counters))
_READ, _COUNT = attrgetter(*_MEMBERS), attrgetter(*COUNTERS)
_CLOCK = ("clock_offset", "clock_frozen_at")
_ROW = ("key", "world", "name", "fixture", "settings", "policy", "custom_fields", "filled", *_CLOCK, *COUNTERS)
_BY_KEY = Prepared(lambda _: select(*(TENANTS.c[name] for name in _ROW)).where(TENANTS.c.key == bindparam("wanted")))
_KEY_BY_NAME = Prepared(
    lambda _: select(TENANTS.c.key).where(TENANTS.c.name == bindparam("wanted"), TENANTS.c.snapshot_of.is_(None))
)
_ALL_KEYS = Prepared(lambda _: select(TENANTS.c.key).where(TENANTS.c.snapshot_of.is_(None)).order_by(TENANTS.c.key))
_SAVE_COUNTERS = Prepared(
    lambda _: (
        update(TENANTS)
        .where(TENANTS.c.key == bindparam("_key"))
        .values({name: bindparam(f"_{name}") for name in COUNTERS})
    )
)
VALUES = ("world", "fixture", "settings", "policy", "custom_fields", "filled", *_CLOCK, *COUNTERS)
_INSERT = Prepared(
    lambda _: (
        insert(TENANTS)
        .values({name: bindparam(name) for name in ("name", "snapshot_of", *VALUES)})
        .returning(TENANTS.c.key)
    )
)
_REMOVE = Prepared(lambda _: delete(TENANTS).where(TENANTS.c.key == bindparam("whose")))
_LAST_ENTRY = Prepared(
    lambda _: select(JOURNAL.c.n).where(JOURNAL.c.tenant == bindparam("whose")).order_by(JOURNAL.c.n.desc()).limit(1)
)
_ENTITIES_OF = Prepared(
    lambda _: (
        select(ENTITIES.c.number, ENTITIES.c.id, ENTITIES.c.name)
        .where(ENTITIES.c.tenant == bindparam("whose"))
        .order_by(ENTITIES.c.number)
    )
)
_TERM = ("name", "type", "days", "cutoff_day", "months", "due_day", "active", "is_default")
_TERMS_OF = Prepared(
    lambda _: (
        select(*(PAYMENT_TERMS.c[name] for name in _TERM))
        .where(PAYMENT_TERMS.c.tenant == bindparam("whose"))
        .order_by(PAYMENT_TERMS.c.position)
    )
)
_ORGS_OF = Prepared(lambda _: select(ORGS.c.id).where(ORGS.c.tenant == bindparam("whose")))
CLIENT_BY_ID = Prepared(lambda _: select(CLIENTS).where(CLIENTS.c.client_id == bindparam("wanted")))
_CLIENT_BY_USER = Prepared(lambda _: select(CLIENTS).where(CLIENTS.c.username == bindparam("wanted")))
_KEEP_FIXTURE = Prepared(lambda dialect: dialect.insert(FIXTURES).on_conflict_do_nothing())
_FORGET_FIXTURES = Prepared(lambda _: delete(FIXTURES).where(FIXTURES.c.digest.not_in(select(TENANTS.c.fixture))))
_FIXTURE = Prepared(
    lambda _: select(FIXTURES.c.body).where(FIXTURES.c.digest == bindparam("wanted")).order_by(FIXTURES.c.position)
)
