"""Tenants as this process knows them: made, found, emptied, copied and put back.

The same `Tenant` object stands for a tenant as long as the process lives. What makes, fills, copies or removes takes
steps, each for a transaction of its own (`storage.steps`), while whoever has them taken holds the tenant. Nothing of it
is seen before the last of its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from zuora_mock.bounds import Bounds
from zuora_mock.settings import CLIENT_ID_LENGTH
from zuora_mock.storage import bulk, configuration, jobs, leading, tenants
from zuora_mock.storage.beginnings import begin_beside
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import Result, Stepwise, in_transactions
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import Elsewhere
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import adding, reading, seeding
from zuora_mock.tenants.fixtures.fixture import Fixture
from zuora_mock.tenants.fixtures.problems import FixtureError, problem
from zuora_mock.tenants.fixtures.seeding import SeedResult
from zuora_mock.tenants.fixtures.text import KeptText
from zuora_mock.tenants.refusals import Taken, TenancyError, TooMany, Unknown, check_client, taken
from zuora_mock.tenants.registry import Registry
from zuora_mock.tenants.worlds import Then, Worlds, blank_tenant, shown
from zuora_mock.work.holds import Holds
from zuora_mock.work.turns import at_once, finished

_SMALL = 2000
"""A seed of so many objects at most is written to what is there, a larger one to a copy."""


class Tenancy(Registry):
    """`anonymous` is the first fixture's tenant: calls that name nobody are its own.

    `later` is given what nobody has to wait for.
    """

    def __init__(
        self,
        database: Database,
        credentials: Credentials,
        fixtures: Sequence[Fixture],
        bounds: Bounds,
    ) -> None:
        super().__init__(database, credentials, fixtures)
        self.holds = Holds(database)
        self._worlds = Worlds(database)
        self._bounds = bounds
        self.later: Callable[[Stepwise[None]], None] = at_once
        self._initial, self._first = tuple(fixtures), fixtures[0]
        self._nobody = blank_tenant("", self._first, leading.NOBODY)
        self.establish()

    def establish(self) -> None:
        """Reads the database anew, and makes the tenants of the fixtures that it has not. Raises FixtureError."""
        for known in (self._tenants, self._clients, self._named):
            known.clear()
        with self._database.transaction():
            self._worlds.start()
            for each in self._initial:
                self._establish(each)
        self.anonymous = self._known(self._first.document.tenant)
        self._guests = self._all_guests()

    def inherit(self) -> Stepwise[bool]:
        """Undoes what replicas have left half done that died since; whether there were any."""
        return self._in_transactions(self._worlds.inherit())

    # Making and removing

    @property
    def is_full(self) -> bool:
        """Whether there are too many tenants."""
        return len(self._guests) > self._bounds.settings.most_tenants

    def make_room(self) -> Iterator[None]:
        """Removes the tenants unused longest, as long as there are too many, and what belongs to nobody."""
        while self.is_full:
            key = next(iter(self._guests))
            del self._guests[key]
            tenant = self.by_key(key)
            if tenant is not None and not self.holds.holds(tenant.name):
                with suppress(Elsewhere):
                    yield from self._in_transactions(self._make_room(tenant), tenant)
                    yield from self.sweep()
                yield

    async def take(self, steps: Stepwise[Result], *names: str) -> Result:
        """What long work on the first of these tenants, there already or not, comes to, in turns with others.

        Those who want any of these tenants wait.
        """
        async with self.holds.hold(*names):
            try:
                return await finished(self._in_transactions(steps, self.by_name(names[0])))
            finally:
                self.later(self.sweep())

    def sweep(self) -> Stepwise[None]:
        """Removes data that belongs to nobody any more."""
        return self._in_transactions(self._worlds.sweep())

    def _in_transactions(self, steps: Stepwise[Result], tenant: Tenant | None = None) -> Stepwise[Result]:
        return in_transactions(self._database, tenant or self._nobody, steps)

    def admit(self, client_id: str, secret: str) -> tuple[Tenant, Client] | None:
        """A tenant of its own for a client that nobody knows, filled from the first fixture; None if not welcome."""
        welcome = self._bounds.settings.unknown_clients == "accept"
        if not welcome or len(client_id) != CLIENT_ID_LENGTH or self.resolve(client_id):
            return None
        with suppress(Taken):  # by another replica, meanwhile
            tenant = at_once(self._in_transactions(self._make(self._first, client_id, secret)))
            return tenant, seeding.own_client(tenant, client_id, secret)
        return None

    def create(self, client_id: str, secret: str, base: str | Fixture | None = None) -> Stepwise[Tenant]:
        """A tenant for this client, from a fixture (the first, a named or a given one) or as a fork of another's.

        Raises Unknown, Taken, TenancyError, FixtureError.
        """
        self._check_new(client_id, secret)
        if isinstance(base, str) and base not in self._named:
            return (yield from self.fork(base, client_id, secret))
        return (yield from self._make(self._chosen(base), client_id, secret))

    def put(self, client_id: str, secret: str, base: str | Fixture | None = None) -> Stepwise[tuple[Tenant, bool]]:
        """A tenant for this client as `create` makes it, and whether it was made.

        One that is there already is emptied and filled anew; its tokens and snapshots stay. Raises as `create` does,
        Taken where the client belongs to a tenant of another name or to that of a fixture.
        """
        tenant = None if client_id in self._named else self.by_name(client_id)
        if tenant is None:
            return (yield from self.create(client_id, secret, base)), True
        check_client(client_id, secret)

        def own(transaction: Transaction) -> None:
            there = configuration.clients_of(transaction)
            configuration.remove_clients(transaction, [each.client_id for each in there])
            configuration.add_clients(transaction, [seeding.own_client(tenant, client_id, secret)])

        if isinstance(base, str) and base not in self._named:
            yield from self._become(tenant, self._known(base), own)
        else:
            fixture = self._chosen(base)
            self._keep(fixture)
            yield from self._worlds.reset(tenant, fixture, self._renewed(own))
        return tenant, False

    def fork(self, base: str, client_id: str, secret: str) -> Stepwise[Tenant]:
        """A copy of everything of a tenant but its clients, tokens, journal and faults. Raises as `create` does."""
        self._check_new(client_id, secret)
        source = self._known(base)
        with self._worlds.being_made() as world:
            tenant = yield from self._worlds.copy_of_another(source, world)
            tenant.key, tenant.name = 0, client_id
            tenant.entries, tenant.exercised, tenant.counters.tokens = 0, frozenset(), 0
            self._add(tenant, secret)
            jobs.unlink_all(self._worlds.on(tenant))
        yield
        return self._welcome(tenant)

    def remove(self, name: str) -> Stepwise[None]:
        """The tenant with everything of it. Raises Unknown, and TenancyError for the first fixture's."""
        tenant = self._known(name)
        if tenant is self.anonymous:
            raise TenancyError(f"the tenant {tenant.name} of the first fixture stays")
        transaction = self._worlds.on(tenant)
        for snapshot in configuration.snapshots_of(transaction).values():
            self._worlds.drop(snapshot)
        bulk.remove_all(transaction)
        self._credentials.remove_all(transaction)
        self._worlds.drop(tenant.key)
        tenants.forget_fixtures(self._database)
        leading.leave(tenant)
        yield
        self._forget(tenant)
        self._drop(tenant.key)

    def _make_room(self, tenant: Tenant) -> Stepwise[None]:
        with suppress(Unknown):
            yield from self.remove(tenant.name)
            self._bounds.forget("most_tenants", 1, f"the tenants ({tenant.name})")

    # Data

    def reset(self, tenant: Tenant) -> Stepwise[dict[str, int]]:
        """Everything back to the fixture; how many rows of each kind are gone. Tokens stay and live anew."""
        fixture = yield from self._fixture(tenant.fixture)
        then = self._renewed(lambda made: seeding.reset_clients(made, fixture))
        return shown((yield from self._worlds.reset(tenant, fixture, then)))

    def seed(self, tenant: Tenant, fixture: Fixture) -> Stepwise[SeedResult]:
        """Adds the fixture to what is there. Raises FixtureError."""
        self._forget_clients(tenant.key)
        if fixture.size <= _SMALL:
            transaction = self._worlds.on(tenant)
            made = at_once(adding.add(transaction, fixture))
            configuration.save(transaction)
            return made
        return (yield from self._worlds.extend(tenant, lambda copy: adding.add(copy, fixture)))

    # Snapshots

    def snapshot(self, tenant: Tenant, name: str) -> Stepwise[None]:
        """Remembers data, jobs, policy, clock and keys, in place of an older snapshot of this name."""
        older = configuration.snapshots_of(self._worlds.on(tenant)).get(name)
        if older is None:
            self._check_room(tenant)
        with self._worlds.being_made() as world:
            made = yield from self._worlds.copy(tenant, world)
            if older is not None:
                self._worlds.drop(older)
            made.name, made.counters.tokens = name, 0
            self._worlds.add(made, snapshot_of=tenant.key)

    def _check_room(self, tenant: Tenant) -> None:
        most = self._bounds.settings.most_snapshots
        if len(configuration.snapshots_of(self._worlds.on(tenant))) >= most:
            raise TooMany(f"{tenant.name} has {most} snapshots: delete some, or raise --most-snapshots")

    def drop_snapshot(self, tenant: Tenant, name: str) -> Stepwise[None]:
        """Raises Unknown."""
        self._worlds.drop(self._image(tenant, name).key)
        yield from ()  # its data is swept later

    def restore(self, tenant: Tenant, name: str) -> Stepwise[None]:
        """Data, jobs, policy, clock and keys as they were; journal, faults and tokens stay. Raises Unknown."""
        image = self._image(tenant, name)
        yield from self._worlds.replace(tenant, partial(self._worlds.copy, image), self._renewed(), anew=False)

    # Helpers

    def _establish(self, fixture: Fixture) -> None:
        """The tenant of a fixture, if the database has it not: what is there keeps its data, not its way back."""
        name = fixture.document.tenant
        if name in self._named:
            raise FixtureError(fixture.source, [problem("/tenant", "another fixture has this tenant", name)])
        self._named[name] = fixture
        known = self.by_name(name)
        if known and not tenants.fixture_blocks(self._database, fixture.digest):
            seeding.check(fixture)
        tenants.keep_fixture(self._database, fixture.digest, fixture.text.blocks)
        if known:
            known.fixture = fixture.digest
            with begin_beside(self._database, known) as transaction:
                configuration.save(transaction)
            return
        with self._worlds.being_made() as world:
            tenant = blank_tenant(name, fixture, world)
            if strangers := adding.strangers(self._worlds.on(tenant), fixture.document):
                raise FixtureError(fixture.source, strangers)
            at_once(seeding.fill(self._worlds.on(tenant), fixture))
            self._worlds.add(tenant, seeding.clients_by(fixture, tenant))
        self._tenants[tenant.key] = tenant

    def _make(self, fixture: Fixture, client_id: str, secret: str) -> Stepwise[Tenant]:
        with self._worlds.being_made() as world:
            tenant = blank_tenant(client_id, fixture, world)
            yield from seeding.fill(self._worlds.on(tenant), fixture)
            self._add(tenant, secret)
            self._keep(fixture)
        yield
        return self._welcome(tenant)

    def _add(self, tenant: Tenant, secret: str) -> None:
        """Writes the row of a tenant that has its world, and its client. Raises Taken if there is one meanwhile."""
        self._check_free(tenant.name)
        self._worlds.add(tenant, [seeding.own_client(tenant, tenant.name, secret)])

    def _welcome(self, tenant: Tenant) -> Tenant:
        """Remembers a tenant that the database has, and will not lose again."""
        self._welcome_guest(tenant.key)
        return self._tenants.setdefault(tenant.key, tenant)

    def _become(self, tenant: Tenant, source: Tenant, then: Then) -> Stepwise[None]:
        """A copy of another tenant, as `fork` makes it. Raises TenancyError."""
        if tenant is source:
            raise TenancyError(f"the tenant {tenant.name} cannot be its own base")
        then = self._renewed(jobs.unlink_all, then)
        yield from self._worlds.replace(tenant, partial(self._worlds.copy_of_another, source), then, anew=True)

    def _renewed(self, *then: Then) -> Then:
        """To be done when a tenant has other data than before."""

        def renew(transaction: Transaction) -> None:
            for each in (*then, self._credentials.renew_all):
                each(transaction)
            leading.touch(transaction, transaction.tenant, renewed=True)
            self._forget(transaction.tenant)

        return renew

    def _chosen(self, base: str | Fixture | None) -> Fixture:
        return self._named[base] if isinstance(base, str) else base or self._first

    def _keep(self, fixture: Fixture) -> str:
        """Its digest, by which a reset finds it."""
        tenants.keep_fixture(self._database, fixture.digest, fixture.text.blocks)
        self._fixtures[fixture.digest] = fixture
        return fixture.digest

    def _image(self, tenant: Tenant, name: str) -> Tenant:
        """The snapshot of this name. Raises Unknown."""
        key = configuration.snapshots_of(self._worlds.on(tenant)).get(name)
        image = None if key is None else tenants.by_key(self._database, key)
        if image is None:
            raise Unknown(f"the tenant {tenant.name} has no snapshot {name}")
        return image

    def _fixture(self, digest: str) -> Stepwise[Fixture]:
        """A fixture of an earlier run is in the database."""
        if digest not in self._fixtures:
            text = KeptText(digest, tenants.fixture_blocks(self._database, digest))
            self._fixtures[digest] = yield from reading.of_text(text, "the kept fixture")
        return self._fixtures[digest]

    def _known(self, name: str) -> Tenant:
        tenant = self.resolve(name)
        if tenant is None:
            raise Unknown(f"there is no tenant or client {name}")
        return tenant

    def _check_new(self, client_id: str, secret: str) -> None:
        check_client(client_id, secret)
        self._check_free(client_id)

    def _check_free(self, client_id: str) -> None:
        if self.resolve(client_id):
            raise taken(client_id)
