"""Tenants as this process knows them: made, found, emptied, copied and put back.

The same `Tenant` object stands for a tenant as long as the process lives. Every verb that changes something is one
transaction, or part of the caller's; if it fails, the objects are as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, Literal

from sqlalchemy import Connection

from zuora_mock.domain.catalogue import OBJECTS
from zuora_mock.storage import bulk, tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.tables import CLIENTS, DATA_TABLES, EXERCISED, FAULTS, IDEMPOTENCY, JOBS, JOURNAL
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import adding, dumping, reading, seeding
from zuora_mock.tenants.fixtures.ground import problem
from zuora_mock.tenants.fixtures.reading import Fixture, FixtureError
from zuora_mock.tenants.fixtures.seeding import SeedResult

CLIENT_ID_LENGTH = 36
LONGEST_SECRET = 42

_RESET_TABLES = (*DATA_TABLES, JOURNAL, FAULTS)
_OWN_TABLES = (*_RESET_TABLES, CLIENTS, EXERCISED)
_COUNTED = {
    **{kind.table: f"{kind.name[0].lower()}{kind.name[1:]}s" for kind in OBJECTS},
    JOBS.name: "jobs",
    IDEMPOTENCY.name: "idempotencyKeys",
    JOURNAL.name: "requests",
    FAULTS.name: "faults",
}


class TenancyError(Exception):
    """A tenant, client or snapshot that cannot be had; the text says why."""


class Unknown(TenancyError):
    """There is none of this name."""


class Taken(TenancyError):
    """There is one of this name already."""


class Tenancy:
    """`listeners` are told of a tenant whose rows were replaced or removed, to drop what they remember of it.

    `anonymous` is the first fixture's tenant: calls that name nobody are its own.
    """

    def __init__(
        self,
        database: Database,
        credentials: Credentials,
        fixtures: Sequence[Fixture],
        unknown_clients: Literal["accept", "refuse"] = "accept",
    ) -> None:
        self.listeners: list[Callable[[Tenant], None]] = []
        self._database, self._credentials = database, credentials
        self._accepts = unknown_clients == "accept"
        self._tenants: dict[int, Tenant] = {}
        self._clients: dict[tuple[int, str], Client] = {}
        self._fixtures = {each.digest: each for each in fixtures}
        self._first = fixtures[0]
        self._named: dict[str, Fixture] = {}
        with database.transaction() as connection:
            for each in fixtures:
                self._establish(connection, each)
        self.anonymous = self._known(self._first.document.tenant)

    # Finding

    def all(self) -> list[Tenant]:
        found = (self.by_key(key) for key in tenants.all_keys(self._database.connection))
        return [tenant for tenant in found if tenant]

    def by_key(self, key: int) -> Tenant | None:
        return self._tenants.get(key) or self._register(tenants.by_key(self._database.connection, key))

    def by_name(self, name: str) -> Tenant | None:
        key = tenants.find_key(self._database.connection, name)
        return None if key is None else self.by_key(key)

    def find_client(self, client_id: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_client(self._database.connection, client_id))

    def find_user(self, username: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_user(self._database.connection, username))

    def client_of(self, tenant: Tenant, client_id: str) -> Client | None:
        client = self._clients.get((tenant.key, client_id))
        if client is None:
            client = tenants.find_client(self._database.connection, client_id)
            if client is None or client.tenant != tenant.key:
                return None
            self._clients[tenant.key, client_id] = client
        return client

    def clients(self, tenant: Tenant) -> list[Client]:
        return tenants.clients_of(self._database.connection, tenant.key)

    def resolve(self, name: str) -> Tenant | None:
        """The tenant of this name, or of the client with this id."""
        by_client = self.find_client(name)
        return self.by_name(name) or (by_client[0] if by_client else None)

    # Making and removing

    def admit(self, client_id: str, secret: str) -> tuple[Tenant, Client] | None:
        """A tenant of its own for a client that nobody knows, filled from the first fixture; None if not welcome."""
        if not self._accepts or len(client_id) != CLIENT_ID_LENGTH or self.resolve(client_id):
            return None
        tenant = self._make(self._first, client_id, secret)
        return tenant, seeding.own_client(tenant, client_id, secret)

    def create(self, client_id: str, secret: str, base: str | Fixture | None = None) -> Tenant:
        """A tenant for this client, from a fixture (the first, a named or a given one) or as a fork of another's.

        Raises Unknown, Taken, TenancyError, FixtureError.
        """
        self._check_new(client_id, secret)
        if isinstance(base, str) and base not in self._named:
            return self.fork(base, client_id, secret)
        fixture = self._named[base] if isinstance(base, str) else base or self._first
        return self._make(fixture, client_id, secret)

    def fork(self, base: str, client_id: str, secret: str) -> Tenant:
        """A copy of everything of a tenant but its clients, tokens, journal and faults. Raises as `create` does."""
        self._check_new(client_id, secret)
        source = self._known(base)
        with self._database.transaction() as connection:
            tenant = self._copy(connection, source, client_id)
            bulk.unlink_jobs(connection, tenant.key)
            tenants.load_details(connection, tenant)
            tenants.add_clients(connection, [seeding.own_client(tenant, client_id, secret)])
        self._tenants[tenant.key] = tenant
        return tenant

    def remove(self, name: str) -> None:
        """The tenant with everything of it. Raises Unknown, and TenancyError for the first fixture's."""
        tenant = self._known(name)
        if tenant is self.anonymous:
            raise TenancyError(f"the tenant {tenant.name} of the first fixture stays")
        with self._database.transaction() as connection:
            for snapshot in tenants.snapshots_of(connection, tenant.key).values():
                self._drop(connection, snapshot)
            bulk.delete_rows(connection, _OWN_TABLES, tenant.key)
            self._credentials.remove_all(connection, tenant)
            tenants.remove(connection, tenant.key)
        self._forget(tenant)
        del self._tenants[tenant.key]

    # Data

    def reset(self, tenant: Tenant) -> dict[str, int]:
        """Everything back to the fixture; how many rows of each kind are gone. Tokens stay and live anew."""
        with self._changing(tenant) as connection:
            fixture = self._fixture(connection, tenant.fixture)
            removed = bulk.delete_rows(connection, _RESET_TABLES, tenant.key)
            tenant.entries = 0
            seeding.fill(connection, tenant, fixture)
            self._reset_clients(connection, tenant, fixture)
            self._credentials.renew_all(connection, tenant)
        return {shown: removed[table] for table, shown in _COUNTED.items()}

    def reset_all(self) -> dict[str, dict[str, int]]:
        return {tenant.name: self.reset(tenant) for tenant in self.all()}

    def seed(self, tenant: Tenant, fixture: Fixture) -> SeedResult:
        """Adds the fixture to what is there. Raises FixtureError."""
        with self._changing(tenant) as connection:
            return adding.add(connection, tenant, fixture)

    def state(self, tenant: Tenant) -> dict[str, Any]:
        """The tenant's data as a fixture."""
        return dumping.dump(self._database.connection, tenant)

    # Snapshots

    def snapshots(self, tenant: Tenant) -> list[str]:
        """Their names, oldest first."""
        return list(tenants.snapshots_of(self._database.connection, tenant.key))

    def snapshot(self, tenant: Tenant, name: str) -> None:
        """Remembers data, jobs, policy, clock and keys, in place of an older snapshot of this name."""
        with self._database.transaction() as connection:
            older = tenants.snapshots_of(connection, tenant.key).get(name)
            if older is not None:
                self._drop(connection, older)
            self._copy(connection, tenant, name, snapshot_of=tenant.key)

    def drop_snapshot(self, tenant: Tenant, name: str) -> None:
        """Raises Unknown."""
        with self._database.transaction() as connection:
            self._drop(connection, self._image(connection, tenant, name).key)

    def restore(self, tenant: Tenant, name: str) -> None:
        """Data, jobs, policy, clock and keys as they were; journal, faults and tokens stay. Raises Unknown."""
        with self._changing(tenant) as connection:
            image = self._image(connection, tenant, name)
            bulk.delete_rows(connection, DATA_TABLES, tenant.key)
            bulk.copy_rows(connection, DATA_TABLES, image.key, tenant.key)
            image.key, image.name, image.entries = tenant.key, tenant.name, tenant.entries
            image.exercised, image.counters.tokens = tenant.exercised, tenant.counters.tokens
            _become(tenant, image)
            tenants.save(connection, tenant)
            self._credentials.renew_all(connection, tenant)

    # Helpers

    def _establish(self, connection: Connection, fixture: Fixture) -> None:
        """The tenant of a fixture, if the database has it not: what is there keeps its data, not its way back."""
        name = fixture.document.tenant
        if name in self._named:
            raise FixtureError(fixture.source, [problem("/tenant", "another fixture has this tenant", name)])
        self._named[name] = fixture
        tenants.keep_fixture(connection, fixture.digest, fixture.text)
        tenant = self.by_name(name)
        if tenant:
            tenant.fixture = fixture.digest
            tenants.save(connection, tenant)
            return
        tenant = self._fill_new(connection, fixture, name)
        if strangers := adding.strangers(connection, tenant, fixture.document):
            raise FixtureError(fixture.source, strangers)
        tenants.add_clients(connection, _clients_by(fixture, tenant))
        self._tenants[tenant.key] = tenant

    def _make(self, fixture: Fixture, client_id: str, secret: str) -> Tenant:
        with self._database.transaction() as connection:
            tenants.keep_fixture(connection, fixture.digest, fixture.text)
            tenant = self._fill_new(connection, fixture, client_id)
            tenants.add_clients(connection, [seeding.own_client(tenant, client_id, secret)])
        self._fixtures[fixture.digest] = fixture
        self._tenants[tenant.key] = tenant
        return tenant

    def _fill_new(self, connection: Connection, fixture: Fixture, name: str) -> Tenant:
        tenant = tenants.add(connection, name, fixture.digest, fixture.document.settings)
        seeding.fill(connection, tenant, fixture)
        return tenant

    def _copy(self, connection: Connection, source: Tenant, name: str, snapshot_of: int | None = None) -> Tenant:
        """A tenant's row under another key with a copy of its data."""
        made = tenants.add(connection, name, source.fixture, source.settings, snapshot_of=snapshot_of)
        made.policy, made.clock, made.counters = source.policy, source.clock, replace(source.counters, tokens=0)
        made.custom_fields = source.custom_fields
        tenants.save(connection, made)
        bulk.copy_rows(connection, DATA_TABLES, source.key, made.key)
        return made

    def _reset_clients(self, connection: Connection, tenant: Tenant, fixture: Fixture) -> None:
        """The fixture's own tenant has the fixture's clients, any other the one it is named after."""
        there = tenants.clients_of(connection, tenant.key)
        if tenant.name == fixture.document.tenant:
            wanted = _clients_by(fixture, tenant)
        else:
            own = (each for each in there if each.client_id == tenant.name)
            wanted = [seeding.own_client(tenant, each.client_id, each.secret) for each in own]
        if there != sorted(wanted, key=lambda each: each.client_id):
            tenants.remove_clients(connection, tenant.key, [each.client_id for each in there])
            tenants.add_clients(connection, wanted)

    @contextmanager
    def _changing(self, tenant: Tenant) -> Iterator[Connection]:
        saved = replace(tenant, counters=replace(tenant.counters))
        try:
            with self._database.transaction() as connection:
                yield connection
        except BaseException:
            _become(tenant, saved)
            raise
        finally:
            self._forget(tenant)

    def _forget(self, tenant: Tenant) -> None:
        for each in [key for key in self._clients if key[0] == tenant.key]:
            del self._clients[each]
        for listener in self.listeners:
            listener(tenant)

    def _drop(self, connection: Connection, snapshot: int) -> None:
        bulk.delete_rows(connection, DATA_TABLES, snapshot)
        tenants.remove(connection, snapshot)

    def _image(self, connection: Connection, tenant: Tenant, name: str) -> Tenant:
        """The snapshot of this name. Raises Unknown."""
        key = tenants.snapshots_of(connection, tenant.key).get(name)
        image = None if key is None else tenants.by_key(connection, key)
        if image is None:
            raise Unknown(f"the tenant {tenant.name} has no snapshot {name}")
        return image

    def _fixture(self, connection: Connection, digest: str) -> Fixture:
        """A fixture of an earlier run is in the database."""
        if digest not in self._fixtures:
            self._fixtures[digest] = reading.parse(tenants.fixture_text(connection, digest) or "", "the kept fixture")
        return self._fixtures[digest]

    def _known(self, name: str) -> Tenant:
        tenant = self.resolve(name)
        if tenant is None:
            raise Unknown(f"there is no tenant or client {name}")
        return tenant

    def _check_new(self, client_id: str, secret: str) -> None:
        if len(client_id) != CLIENT_ID_LENGTH:
            raise TenancyError(f"a client id has exactly {CLIENT_ID_LENGTH} characters")
        if not 1 <= len(secret) <= LONGEST_SECRET:
            raise TenancyError(f"a client secret has 1 to {LONGEST_SECRET} characters")
        if self.resolve(client_id):
            raise Taken(f"there is a tenant or client {client_id} already")

    def _with_tenant(self, client: Client | None) -> tuple[Tenant, Client] | None:
        tenant = self.by_key(client.tenant) if client else None
        return (tenant, client) if tenant and client else None

    def _register(self, tenant: Tenant | None) -> Tenant | None:
        return self._tenants.setdefault(tenant.key, tenant) if tenant else None


def _clients_by(fixture: Fixture, tenant: Tenant) -> list[Client]:
    return seeding.clients_of(tenant, fixture.document.clients, seeding.entity_keys(tenant))


def _become(tenant: Tenant, image: Tenant) -> None:
    for each in fields(Tenant):
        setattr(tenant, each.name, getattr(image, each.name))
