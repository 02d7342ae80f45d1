"""Long work on a tenant's data: whenever the process dies, there is what was there before or all that was to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.benches import dump, rows
from zuora_mock.bounds import Bounds
from zuora_mock.storage import bulk, configuration
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import Stepwise, in_transactions
from zuora_mock.storage.tables import DATA_TABLES
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import begin
from zuora_mock.storage.trouble import StorageTrouble
from zuora_mock.tenants import tenancy as tenancies
from zuora_mock.tenants import worlds
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, parse, seeding
from zuora_mock.tenants.tenancy import Tenancy

MINE = "m" * 36


def fixture(name: str, invoices: int, **more: Any) -> Fixture:
    invoice = {"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": [{"ChargeAmount": "1.00"}] * 3}
    account = {"AccountNumber": "A-1", "Name": name, "Currency": "USD"}
    clock = {"now": "2026-02-01T00:00:00Z", "frozen": True}
    document = {"tenant": name, "clock": clock, "accounts": [account], "invoices": [invoice] * invoices, **more}
    return parse(json.dumps(document), name)


FIRST = fixture("first", 20)
MORE = fixture(
    "more",
    10,
    accounts=[{"AccountNumber": "A-1", "Name": "More", "Currency": "USD", "Id": "a" * 32}],
    objects={"Product": [{"Name": f"Product {number}", "SKU": f"SKU-{number}"} for number in range(30)]},
    clients=[{"clientId": "c" * 36, "clientSecret": "s"}],
)


class Server:
    def __init__(self, path: Path | None = None) -> None:
        self.database = Database(path)
        self.tenancy = Tenancy(self.database, Credentials(Bounds()), [FIRST], Bounds())

    @property
    def tenant(self) -> Tenant:
        return self.tenancy.anonymous

    def steps(self, work: Callable[[Tenancy], Stepwise[Any]]) -> Iterator[None]:
        yield from in_transactions(self.database, self.tenant, work(self.tenancy))
        yield from self.tenancy.sweep()

    def take(self, work: Callable[[Tenancy], Stepwise[Any]]) -> None:
        for _ in self.steps(work):
            pass

    def whole(self) -> dict[str, Any]:
        """Everything that there is, of every tenant and snapshot."""
        found: dict[str, Any] = {each.name: self._state(each) for each in self.tenancy.all()}
        with begin(self.database, self.tenant) as transaction:
            names = list(configuration.snapshots_of(transaction))
        return {**found, "snapshots": names, "clients": rows(self.database, "SELECT client_id, secret FROM clients")}

    def ownerless(self) -> dict[str, int]:
        """Rows that belong to nobody, by table."""
        counted = "SELECT count(*) FROM {} WHERE abs(tenant) NOT IN (SELECT world FROM tenants)"
        found = {each.name: rows(self.database, counted.format(each.name))[0][0] for each in DATA_TABLES}
        return {name: count for name, count in found.items() if count}

    def _state(self, tenant: Tenant) -> dict[str, Any]:
        with begin(self.database, tenant) as transaction:
            return dump(transaction)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "STEP", 15)
    monkeypatch.setattr(seeding, "_STEP", 15)
    monkeypatch.setattr(tenancies, "_SMALL", 5)
    monkeypatch.setattr(worlds, "_FEW", 5)


def snapshot(tenancy: Tenancy) -> Stepwise[None]:
    return tenancy.snapshot(tenancy.anonymous, "s")


def more(tenancy: Tenancy) -> Stepwise[Any]:
    return tenancy.seed(tenancy.anonymous, MORE)


def mine(tenancy: Tenancy) -> Stepwise[Any]:
    return tenancy.create(MINE, "s", MORE)


def again(tenancy: Tenancy) -> Stepwise[Any]:
    """As the tenant's own: what is there already is replaced."""
    document = {**json.loads(str(MORE.text)), "tenant": "first"}
    return tenancy.seed(tenancy.anonymous, parse(json.dumps(document)))


Work = Callable[[Tenancy], Stepwise[Any]]

LONG: dict[str, tuple[list[Work], Work]] = {
    "reset": ([more, snapshot], lambda tenancy: tenancy.reset(tenancy.anonymous)),
    "seed": ([], more),
    "seed of what is there": ([more], again),
    "snapshot": ([], snapshot),
    "snapshot in place of another": ([snapshot, more], snapshot),
    "restore": ([snapshot, more], lambda tenancy: tenancy.restore(tenancy.anonymous, "s")),
    "forget a snapshot": ([snapshot], lambda tenancy: tenancy.drop_snapshot(tenancy.anonymous, "s")),
    "create": ([], mine),
    "fork": ([more], lambda tenancy: tenancy.fork("first", MINE, "s")),
    "put": ([mine], lambda tenancy: tenancy.put(MINE, "other")),
    "put from another": ([mine], lambda tenancy: tenancy.put(MINE, "other", "first")),
    "remove": ([mine], lambda tenancy: tenancy.remove(MINE)),
}


@pytest.mark.parametrize("name", LONG)
def test_a_death_between_two_steps_leaves_all_or_nothing(name: str, tmp_path: Path) -> None:
    preparations, work = LONG[name]

    def prepared(path: Path) -> Server:
        server = Server(path)
        for each in preparations:
            server.take(each)
        return server

    undisturbed = prepared(tmp_path / "whole.db")
    before = undisturbed.whole()
    steps = sum(1 for _ in undisturbed.steps(work))
    after = undisturbed.whole()
    assert steps > 2
    assert undisturbed.ownerless() == {}
    found = []
    for step in sorted({*range(1, steps, max(1, steps // 3)), steps}):
        dying = prepared(tmp_path / f"{step}.db")
        remaining = dying.steps(work)
        for _ in range(step):
            next(remaining)
        dying.database.close()
        reborn = Server(tmp_path / f"{step}.db")
        found.append(reborn.whole())
        assert reborn.ownerless() == {}
        reborn.database.close()
    assert [each for each in found if each not in (before, after)] == []
    assert found == sorted(found, key=lambda each: each == after)


def test_small_work_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for preparations, work in LONG.values():
        server = Server()
        for each in preparations:
            server.take(each)
        assert sum(1 for _ in server.steps(work)) <= 1


def test_what_is_wrong_with_a_large_seed_leaves_nothing() -> None:
    server = Server()
    wrong = json.loads(str(MORE.text))
    wrong["invoices"][-1]["AccountNumber"] = "nobody's"
    before = server.whole()
    with pytest.raises(FixtureError):
        server.take(lambda tenancy: tenancy.seed(tenancy.anonymous, parse(json.dumps(wrong))))
    assert server.whole() == before
    server.take(snapshot)
    assert server.ownerless() == {}


def test_a_sweep_leaves_what_was_being_made_when_it_began() -> None:
    server = Server()
    for _ in in_transactions(server.database, server.tenant, more(server.tenancy)):
        pass  # the world from before it is left
    making, sweep = in_transactions(server.database, server.tenant, mine(server.tenancy)), server.tenancy.sweep()
    next(making)
    next(sweep)
    for _ in making:
        pass
    before = server.whole()
    for _ in sweep:
        pass
    assert (server.whole(), server.ownerless()) == (before, {})


def test_a_full_disk_in_the_last_step_leaves_the_tenant_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    before, world = server.whole(), server.tenant.world
    monkeypatch.setattr(bulk, "give_up_world", lambda *_: full())
    with pytest.raises(StorageTrouble):
        server.take(more)
    assert (server.whole(), server.tenant.world) == (before, world)


def full() -> None:
    raise StorageTrouble("there is no space")
