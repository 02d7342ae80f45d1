"""The data of tenants and snapshots: made anew or copied under a number of its own, then taken over as a whole.

What is being made belongs to nobody until the tenant changes over to it, in one transaction; from then on nobody has
what the tenant had before. What belongs to nobody is swept: once the work was answered, or after a start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias

from zuora_mock.clock import Clock
from zuora_mock.domain.catalogue import COMPUTED
from zuora_mock.storage import bulk, claims, configuration, originals, replicas, tenants, unfinished
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import Result, Stepwise, on_behalf_of
from zuora_mock.storage.tenants import Client, Counters, Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import DuplicateRow
from zuora_mock.tenants.fixtures import seeding
from zuora_mock.tenants.fixtures.fixture import Fixture
from zuora_mock.tenants.refusals import taken

_FEW = 30_000
"""Where at most so many rows were changed, a reset puts them back; else it copies what the fixture made."""

Then: TypeAlias = Callable[[Transaction], object]
"""The rest of a transaction."""


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


class Worlds:
    """Its steps are for transactions of their own (`storage.steps`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._being_made: set[int] = set()

    def on(self, tenant: Tenant) -> Transaction:
        return on_behalf_of(self._database, tenant)

    @contextmanager
    def being_made(self) -> Iterator[int]:
        """A new one, without data, which goes again if nobody keeps it."""
        number = bulk.new_world(self._database)
        self._being_made.add(number)
        try:
            yield number
        finally:
            self._being_made.discard(number)

    def copy(self, source: Tenant, world: int) -> Stepwise[Tenant]:
        """The tenant, or a snapshot, with a copy of its data; no row says so yet."""
        yield from bulk.copy_world(self._database, source.world, world)
        return draft_of(source, world)

    def copy_of_another(self, source: Tenant, world: int) -> Stepwise[Tenant]:
        """The same for another tenant, which the fixture would fill with other ids."""
        draft = yield from self.copy(source, world)
        draft.filled = None
        return draft

    def add(self, tenant: Tenant, clients: Sequence[Client] = (), snapshot_of: int | None = None) -> None:
        """Writes the row of a tenant or a snapshot whose world was made. Raises Taken: others may do so too."""
        try:
            tenants.add(self._database, tenant, snapshot_of=snapshot_of)
            configuration.add_clients(self.on(tenant), clients)
        except DuplicateRow:
            raise taken(tenant.name) from None
        bulk.keep_world(self._database, tenant.world)

    def drop(self, key: int) -> None:
        """Removes the row of a tenant or a snapshot; its data belongs to nobody then."""
        found = tenants.by_key(self._database, key)
        if found is not None:
            bulk.give_up_world(self._database, found.world)
            tenants.remove(self._database, key)

    def replace(
        self, tenant: Tenant, make: Callable[[int], Stepwise[Tenant]], then: Then, *, anew: bool
    ) -> Stepwise[dict[str, int]]:
        """A world that is made takes the place of the tenant's; `then` is part of the same transaction.

        With `anew` the journal and the faults go too; then it is how many rows are gone, by table.
        """
        with self.being_made() as world:
            draft, transaction = (yield from make(world)), self.on(tenant)
            removed = originals.count_all(transaction) if anew else {}
            removed |= bulk.clear(transaction) if anew else {}
            tenant.entries = 0 if anew else tenant.entries
            self._change_over(tenant, draft)
            then(transaction)
        return removed

    def reset(self, tenant: Tenant, fixture: Fixture, then: Then) -> Stepwise[dict[str, int]]:
        """The tenant has the fixture's data, and nothing else; as `replace` with `anew`."""

        def filled(world: int) -> Stepwise[Tenant]:
            draft = draft_of(tenant, world)
            yield from seeding.fill(self.on(draft), fixture)
            return draft

        def copied(world: int) -> Stepwise[Tenant]:
            draft = draft_of(tenant, world)
            yield from bulk.copy_filled(self.on(draft), tenant.world)
            seeding.begin_again(self.on(draft), fixture)
            return draft

        unfinished.undo(self._database, tenant.key)
        if not seeding.is_filled(tenant, fixture):
            return (yield from self.replace(tenant, filled, then, anew=True))
        if originals.changed(self.on(tenant)) <= _FEW:
            return self._go_back(tenant, fixture, then)
        return (yield from self.replace(tenant, copied, then, anew=True))

    def _go_back(self, tenant: Tenant, fixture: Fixture, then: Then) -> dict[str, int]:
        transaction = self.on(tenant)
        removed = bulk.clear(transaction) | seeding.go_back(transaction, fixture)
        tenant.entries = 0
        configuration.save(transaction)
        then(transaction)
        return removed

    def extend(self, tenant: Tenant, add: Callable[[Transaction], Stepwise[Result]]) -> Stepwise[Result]:
        """A copy of the tenant's world, to which something was added, takes its place."""
        with self.being_made() as world:
            draft = yield from self.copy(tenant, world)
            added = yield from add(self.on(draft))
            self._change_over(tenant, draft)
        return added

    def _change_over(self, tenant: Tenant, draft: Tenant) -> None:
        """Data, jobs, policy, clock and keys of the draft become the tenant's; its own world is nobody's."""
        before = tenant.world
        draft.key, draft.name, draft.entries = tenant.key, tenant.name, tenant.entries
        draft.exercised, draft.counters.tokens = tenant.exercised, tenant.counters.tokens
        tenants.put_back(tenant, tenants.image_of(draft))
        configuration.save(self.on(tenant))
        bulk.keep_world(self._database, tenant.world)
        bulk.give_up_world(self._database, before)

    def start(self) -> None:
        """In a transaction: others that start wait until it is over. What the dead have left half done is undone."""
        replicas.start_by_turns(self._database)
        self._undo()
        for _ in self.sweep():
            pass

    def inherit(self) -> Stepwise[bool]:
        """The same for those that died since, if there are any; whether there were."""
        if not replicas.bury(self._database):
            return False
        self._undo()
        yield
        yield from self.sweep()
        return True

    def _undo(self) -> None:
        unfinished.undo(self._database)
        claims.end_of_the_dead(self._database)

    def sweep(self) -> Stepwise[None]:
        """Removes what belongs to nobody: each time what does so then, for a world may get an owner meanwhile."""
        while left := self._left():
            yield from bulk.remove_world(self._database, left[0])

    def _left(self) -> list[int]:
        return [each for each in bulk.ownerless(self._database) if each not in self._being_made]


def shown(removed: Mapping[str, int]) -> dict[str, int]:
    """How many rows are gone, as a reset tells it."""
    return {name: removed[table] for table, name in _COUNTED.items()}


def blank_tenant(name: str, fixture: Fixture, world: int) -> Tenant:
    """One that is to be filled; its row gives it its key."""
    settings = fixture.document.settings
    return Tenant(0, world, name, fixture.digest, settings, settings.jobs, Clock(), Counters())


def draft_of(tenant: Tenant, world: int) -> Tenant:
    """What the tenant may become."""
    return replace(tenant, world=world, counters=replace(tenant.counters))
