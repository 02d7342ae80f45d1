"""Tenants as this process knows them: made, found, emptied, copied and put back.

The same `Tenant` object stands for a tenant as long as the process lives. Verbs on one tenant are part of the caller's
transaction; what finds, makes or removes tenants sees to its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from zuora_mock.bounds import Bounds
from zuora_mock.domain.catalogue import COMPUTED
from zuora_mock.settings import CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET
from zuora_mock.storage import bulk, configuration, jobs, tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.tenants import images
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import adding, reading, seeding
from zuora_mock.tenants.fixtures.problems import FixtureError, problem
from zuora_mock.tenants.fixtures.reading import Fixture
from zuora_mock.tenants.fixtures.seeding import SeedResult

_COUNTED = {
    **{kind.table: f"{kind.name[0].lower()}{kind.name[1:]}s" for kind in COMPUTED},
    "stored_records": "storedRecords",
    "jobs": "jobs",
    "idempotency": "idempotencyKeys",
    "journal": "requests",
    "faults": "faults",
    "stubs": "stubs",
}
"""What a reset counts, by table, and what it is called in the answer."""


class TenancyError(Exception):
    """A tenant, client or snapshot that cannot be had; the text says why."""


class Unknown(TenancyError):
    """There is none of this name."""


class Taken(TenancyError):
    """There is one of this name already."""


class TooMany(TenancyError):
    """There are as many as the settings allow."""


class Tenancy:
    """`listeners` are called with a tenant whose rows were replaced or removed, to drop what they remember of it.

    `anonymous` is the first fixture's tenant: calls that name nobody are its own.
    """

    def __init__(
        self,
        database: Database,
        credentials: Credentials,
        fixtures: Sequence[Fixture],
        bounds: Bounds,
    ) -> None:
        self.listeners: list[Callable[[Tenant], None]] = []
        self._database, self._credentials = database, credentials
        self._bounds = bounds
        self._guests: dict[int, None] = {}
        self._tenants: dict[int, Tenant] = {}
        self._clients: dict[tuple[int, str], Client] = {}
        self._fixtures = {each.digest: each for each in fixtures}
        self._initial, self._first = tuple(fixtures), fixtures[0]
        self._named: dict[str, Fixture] = {}
        self.establish()

    def establish(self) -> None:
        """Reads the database anew, and makes the tenants of the fixtures that it has not. Raises FixtureError."""
        for known in (self._tenants, self._clients, self._named):
            known.clear()
        with self._database.transaction():
            for each in self._initial:
                self._establish(each)
        self.anonymous = self._known(self._first.document.tenant)
        own = {tenants.find_key(self._database, name) for name in self._named}
        self._guests = dict.fromkeys(key for key in self.keys() if key not in own)

    # Finding

    def keys(self) -> list[int]:
        return tenants.all_keys(self._database)

    def all(self) -> Iterator[Tenant]:
        """Oldest first."""
        known = map(self.by_key, self.keys())
        return (tenant for tenant in known if tenant)

    def by_key(self, key: int) -> Tenant | None:
        return self._tenants.get(key) or self._register(tenants.by_key(self._database, key))

    def by_name(self, name: str) -> Tenant | None:
        key = tenants.find_key(self._database, name)
        return None if key is None else self.by_key(key)

    def find_client(self, client_id: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_client(self._database, client_id))

    def find_user(self, username: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_user(self._database, username))

    def client_of(self, tenant: Tenant, client_id: str) -> Client | None:
        client = self._clients.get((tenant.key, client_id))
        if client is None:
            client = tenants.find_client(self._database, client_id)
            if client is None or client.tenant != tenant.key:
                return None
            self._clients[tenant.key, client_id] = client
        return client

    def resolve(self, name: str) -> Tenant | None:
        """The tenant of this name, or of the client with this id."""
        by_client = self.find_client(name)
        return self.by_name(name) or (by_client[0] if by_client else None)

    def use(self, tenant: Tenant) -> None:
        """Notes that somebody called it."""
        if tenant.key in self._guests:
            del self._guests[tenant.key]
            self._guests[tenant.key] = None

    # Making and removing

    def make_room(self) -> Iterator[None]:
        """Removes the tenants unused longest, as long as there are too many; each and its snapshots are pieces."""
        while len(self._guests) > self._bounds.settings.most_tenants:
            key = next(iter(self._guests))
            del self._guests[key]
            tenant = self.by_key(key)
            if tenant is not None:
                yield from self._make_room(tenant)

    def admit(self, client_id: str, secret: str) -> tuple[Tenant, Client] | None:
        """A tenant of its own for a client that nobody knows, filled from the first fixture; None if not welcome."""
        welcome = self._bounds.settings.unknown_clients == "accept"
        if not welcome or len(client_id) != CLIENT_ID_LENGTH or self.resolve(client_id):
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
        return self._make(self._chosen(base), client_id, secret)

    def put(self, client_id: str, secret: str, base: str | Fixture | None = None) -> tuple[Tenant, bool]:
        """A tenant for this client as `create` makes it, and whether it was made.

        One that is there already is emptied and filled anew; its tokens and snapshots stay. Raises as `create` does,
        Taken where the client belongs to a tenant of another name or to that of a fixture.
        """
        tenant = None if client_id in self._named else self.by_name(client_id)
        if tenant is None:
            return self.create(client_id, secret, base), True
        _check_client(client_id, secret)
        with begin(self._database, tenant) as transaction:
            if isinstance(base, str) and base not in self._named:
                self._become(transaction, self._known(base))
            else:
                tenant.fixture = self._keep(self._chosen(base))
                self.reset(transaction)
            configuration.remove_clients(
                transaction, [each.client_id for each in configuration.clients_of(transaction)]
            )
            configuration.add_clients(transaction, [seeding.own_client(tenant, client_id, secret)])
        self._forget(tenant)
        return tenant, False

    def fork(self, base: str, client_id: str, secret: str) -> Tenant:
        """A copy of everything of a tenant but its clients, tokens, journal and faults. Raises as `create` does."""
        self._check_new(client_id, secret)
        source = self._known(base)
        with self._database.transaction():
            tenant = tenants.load_details(self._database, images.copy(self._database, source, client_id))
            with begin(self._database, tenant) as transaction:
                jobs.unlink_all(transaction)
                configuration.add_clients(transaction, [seeding.own_client(tenant, client_id, secret)])
        self._welcome(tenant)
        return tenant

    def remove(self, name: str) -> None:
        """The tenant with everything of it. Raises Unknown, and TenancyError for the first fixture's."""
        tenant = self._known(name)
        if tenant is self.anonymous:
            raise TenancyError(f"the tenant {tenant.name} of the first fixture stays")
        with begin(self._database, tenant) as transaction:
            for snapshot in configuration.snapshots_of(transaction).values():
                images.drop(self._database, snapshot)
            bulk.remove_all(transaction)
            self._credentials.remove_all(transaction)
            tenants.remove(self._database, tenant.key)
            tenants.forget_fixtures(self._database)
        self._forget(tenant)
        self._tenants.pop(tenant.key, None)
        self._guests.pop(tenant.key, None)
        self._forget_fixture(tenant.fixture)

    def _make_room(self, tenant: Tenant) -> Iterator[None]:
        with begin(self._database, tenant) as transaction:
            snapshots = configuration.snapshots_of(transaction)
        for snapshot in snapshots.values():
            with self._database.transaction():
                images.drop(self._database, snapshot)
            yield
        with suppress(Unknown):
            self.remove(tenant.name)
            self._bounds.forget("most_tenants", 1, f"the tenants ({tenant.name})")
        yield

    # Data

    def reset(self, transaction: Transaction) -> dict[str, int]:
        """Everything back to the fixture; how many rows of each kind are gone. Tokens stay and live anew."""
        tenant = transaction.tenant
        fixture = self._fixture(tenant.fixture)
        removed = bulk.clear(transaction)
        tenant.entries = 0
        seeding.fill(transaction, fixture)
        seeding.reset_clients(transaction, fixture)
        self._credentials.renew_all(transaction)
        self._forget(tenant)
        return {shown: removed[table] for table, shown in _COUNTED.items()}

    def reset_all(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Each tenant is a piece: its name, and what is gone."""
        for tenant in self.all():
            with begin(self._database, tenant) as transaction:
                removed = self.reset(transaction)
            yield tenant.name, removed

    def seed(self, transaction: Transaction, fixture: Fixture) -> SeedResult:
        """Adds the fixture to what is there. Raises FixtureError."""
        self._forget_clients(transaction.tenant)
        return adding.add(transaction, fixture)

    # Snapshots

    def snapshot(self, transaction: Transaction, name: str) -> None:
        """Remembers data, jobs, policy, clock and keys, in place of an older snapshot of this name."""
        older = configuration.snapshots_of(transaction).get(name)
        if older is not None:
            images.drop(self._database, older)
        else:
            self._check_room(transaction)
        images.copy(self._database, transaction.tenant, name, snapshot_of=transaction.tenant.key)

    def _check_room(self, transaction: Transaction) -> None:
        most = self._bounds.settings.most_snapshots
        if len(configuration.snapshots_of(transaction)) >= most:
            raise TooMany(f"{transaction.tenant.name} has {most} snapshots: delete some, or raise --most-snapshots")

    def drop_snapshot(self, transaction: Transaction, name: str) -> None:
        """Raises Unknown."""
        images.drop(self._database, self._image(transaction, name).key)

    def restore(self, transaction: Transaction, name: str) -> None:
        """Data, jobs, policy, clock and keys as they were; journal, faults and tokens stay. Raises Unknown."""
        self._take_over(transaction, self._image(transaction, name))

    # Helpers

    def _establish(self, fixture: Fixture) -> None:
        """The tenant of a fixture, if the database has it not: what is there keeps its data, not its way back."""
        name = fixture.document.tenant
        if name in self._named:
            raise FixtureError(fixture.source, [problem("/tenant", "another fixture has this tenant", name)])
        self._named[name] = fixture
        tenants.keep_fixture(self._database, fixture.digest, fixture.text)
        known = self.by_name(name)
        if known:
            known.fixture = fixture.digest
            with begin(self._database, known) as transaction:
                configuration.save(transaction)
            return
        tenant = tenants.add(self._database, name, fixture.digest, fixture.document.settings)
        with begin(self._database, tenant) as transaction:
            if strangers := adding.strangers(transaction, fixture.document):
                raise FixtureError(fixture.source, strangers)
            seeding.fill(transaction, fixture)
            configuration.add_clients(transaction, seeding.clients_by(fixture, tenant))
        self._tenants[tenant.key] = tenant

    def _make(self, fixture: Fixture, client_id: str, secret: str) -> Tenant:
        with self._database.transaction():
            tenant = tenants.add(self._database, client_id, self._keep(fixture), fixture.document.settings)
            with begin(self._database, tenant) as transaction:
                seeding.fill(transaction, fixture)
                configuration.add_clients(transaction, [seeding.own_client(tenant, client_id, secret)])
        self._welcome(tenant)
        return tenant

    def _welcome(self, tenant: Tenant) -> None:
        self._tenants[tenant.key] = tenant
        self._guests[tenant.key] = None

    def _forget_fixture(self, digest: str) -> None:
        """One that no tenant goes back to any more."""
        if tenants.fixture_text(self._database, digest) is None:
            self._fixtures.pop(digest, None)

    def _become(self, transaction: Transaction, source: Tenant) -> None:
        """A copy of another tenant, as `fork` makes it. Raises TenancyError, Unknown."""
        tenant = transaction.tenant
        image = tenants.by_key(self._database, source.key)
        if image is None or tenant is source:
            raise TenancyError(f"the tenant {tenant.name} cannot be its own base")
        bulk.clear(transaction)
        tenant.entries = 0
        self._take_over(transaction, image)
        jobs.unlink_all(transaction)

    def _take_over(self, transaction: Transaction, image: Tenant) -> None:
        """Data, jobs, policy, clock and keys of another tenant or of a snapshot."""
        tenant = transaction.tenant
        bulk.delete_data(self._database, tenant.key)
        bulk.copy_data(self._database, image.key, tenant.key)
        image.key, image.name, image.entries = tenant.key, tenant.name, tenant.entries
        image.exercised, image.counters.tokens = tenant.exercised, tenant.counters.tokens
        tenants.put_back(tenant, tenants.image_of(image))
        configuration.save(transaction)
        self._credentials.renew_all(transaction)
        self._forget(tenant)

    def _chosen(self, base: str | Fixture | None) -> Fixture:
        return self._named[base] if isinstance(base, str) else base or self._first

    def _keep(self, fixture: Fixture) -> str:
        """Its digest, by which a reset finds it."""
        tenants.keep_fixture(self._database, fixture.digest, fixture.text)
        self._fixtures[fixture.digest] = fixture
        return fixture.digest

    def _forget_clients(self, tenant: Tenant) -> None:
        for each in [key for key in self._clients if key[0] == tenant.key]:
            del self._clients[each]

    def _forget(self, tenant: Tenant) -> None:
        self._forget_clients(tenant)
        for listener in self.listeners:
            listener(tenant)

    def _image(self, transaction: Transaction, name: str) -> Tenant:
        """The snapshot of this name. Raises Unknown."""
        key = configuration.snapshots_of(transaction).get(name)
        image = None if key is None else tenants.by_key(self._database, key)
        if image is None:
            raise Unknown(f"the tenant {transaction.tenant.name} has no snapshot {name}")
        return image

    def _fixture(self, digest: str) -> Fixture:
        """A fixture of an earlier run is in the database."""
        if digest not in self._fixtures:
            text = tenants.fixture_text(self._database, digest) or ""
            self._fixtures[digest] = reading.parse(text, "the kept fixture")
        return self._fixtures[digest]

    def _known(self, name: str) -> Tenant:
        tenant = self.resolve(name)
        if tenant is None:
            raise Unknown(f"there is no tenant or client {name}")
        return tenant

    def _check_new(self, client_id: str, secret: str) -> None:
        _check_client(client_id, secret)
        if self.resolve(client_id):
            raise Taken(f"there is a tenant or client {client_id} already")

    def _with_tenant(self, client: Client | None) -> tuple[Tenant, Client] | None:
        tenant = self.by_key(client.tenant) if client else None
        return (tenant, client) if tenant and client else None

    def _register(self, tenant: Tenant | None) -> Tenant | None:
        return self._tenants.setdefault(tenant.key, tenant) if tenant else None


def _check_client(client_id: str, secret: str) -> None:
    if len(client_id) != CLIENT_ID_LENGTH:
        raise TenancyError(f"a client id has exactly {CLIENT_ID_LENGTH} characters")
    if not 1 <= len(secret) <= LONGEST_CLIENT_SECRET:
        raise TenancyError(f"a client secret has 1 to {LONGEST_CLIENT_SECRET} characters")
