"""Tenants: found, admitted, reset, forked, put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from zuora_mock.clock import Clock
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.settings import JobPolicy
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import NEVER
from zuora_mock.storage.tables import FAULTS, IDEMPOTENCY, JOBS, JOURNAL
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.tenants.credentials import TOKEN_LIFETIME, Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, default_fixture_path, load, parse
from zuora_mock.tenants.tenancy import Taken, Tenancy, TenancyError, Unknown

KNOWN = "00000000-0000-4000-8000-000000009867"
MINE, YOURS, THEIRS = ("m" * 36, "y" * 36, "t" * 36)
NOTED = (JOBS, IDEMPOTENCY, FAULTS, JOURNAL)


def any_row(table: Table) -> dict[str, Any]:
    """Something in every column, a job that nothing runs."""
    values: dict[type, Any] = {str: "[]", bytes: b"", int: NEVER, float: 0.5}
    row = {each.name: values[each.type.python_type] for each in table.c}
    return {**row, **{name: value for name, value in (("n", 1), ("request", 1), ("state", "queued")) if name in row}}


class World:
    def __init__(self, path: Path | None = None, *fixtures: Fixture, unknown: Any = "accept") -> None:
        self.database = Database(path)
        self.credentials = Credentials()
        self.tenancy = Tenancy(self.database, self.credentials, fixtures or [load(default_fixture_path())], unknown)

    def admitted(self, client_id: str, secret: str = "") -> tuple[Tenant, Client]:
        admitted = self.tenancy.admit(client_id, secret)
        assert admitted is not None
        return admitted

    def numbers(self, tenant: Tenant) -> list[str]:
        return [str(each["InvoiceNumber"]) for each in Transaction(self.database.connection, tenant, 1).all(INVOICE)]

    def remove_invoices(self, tenant: Tenant) -> None:
        with begin(self.database, tenant, 1) as transaction:
            transaction.delete(INVOICE, transaction.all(INVOICE))
            transaction.new_id()
            transaction.next_invoice_number()

    def disturb(self, tenant: Tenant) -> None:
        """A row in everything that a reset or a restore must know of, and other settings."""
        key = tenant.key
        with self.database.transaction() as connection:
            for table in NOTED:
                connection.execute(table.delete().where(table.c.tenant == key))
                connection.execute(table.insert(), {**any_row(table), "tenant": key})
        tenant.entries = 1
        tenant.policy, tenant.clock = JobPolicy(mode="manual"), Clock(frozen_at=1_000)

    def counts(self, tenant: Tenant) -> dict[str, int]:
        of_tenant = {each.name: each.select().where(each.c.tenant == tenant.key) for each in NOTED}
        return {name: len(self.database.connection.execute(each).all()) for name, each in of_tenant.items()}


@pytest.fixture
def world() -> World:
    return World()


def many(invoices: int) -> Fixture:
    rows = [{"ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.00", "TaxRate": 8.33}]}] * 3
    document = {
        "tenant": "many",
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoices": [{"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": rows}] * invoices,
    }
    return parse(json.dumps(document), "many")


def test_a_tenant_is_found_by_name_key_client_and_user(world: World) -> None:
    tenant = world.tenancy.anonymous
    assert world.tenancy.by_key(tenant.key) is tenant
    assert world.tenancy.by_name("default") is tenant
    assert world.tenancy.resolve(KNOWN) is tenant
    found = world.tenancy.find_client(KNOWN)
    assert found is not None
    assert found[0] is tenant
    assert world.tenancy.find_user(KNOWN) == found
    assert world.tenancy.client_of(tenant, KNOWN) == found[1]
    assert world.tenancy.client_of(tenant, KNOWN) is world.tenancy.client_of(tenant, KNOWN)


def test_what_is_unknown_is_not_found(world: World) -> None:
    assert world.tenancy.by_key(99) is None
    assert world.tenancy.resolve("nobody") is None
    assert world.tenancy.find_client("nobody") is None
    tenant, _ = world.admitted(MINE)
    assert world.tenancy.client_of(tenant, KNOWN) is None


def test_an_unknown_client_gets_everything_of_the_first_fixture_but_its_clients(world: World) -> None:
    tenant, client = world.admitted(MINE, "secret")
    assert tenant.name == MINE
    assert (client.secret, client.username, client.entities) == ("secret", MINE, (1,))
    assert world.tenancy.clients(tenant) == [client]
    assert world.numbers(tenant) == world.numbers(world.tenancy.anonymous)
    assert list(tenant.terms) == list(world.tenancy.anonymous.terms)


def test_a_client_is_admitted_once(world: World) -> None:
    world.admitted(MINE)
    assert world.tenancy.admit(MINE, "other") is None


@pytest.mark.parametrize("client_id", ["short", "x" * 37, "default"])
def test_client_ids_of_another_length_are_not_admitted(world: World, client_id: str) -> None:
    assert world.tenancy.admit(client_id, "s") is None


def test_unknown_clients_can_be_turned_away() -> None:
    assert World(unknown="refuse").tenancy.admit(MINE, "s") is None


def test_two_tenants_have_ids_of_their_own_and_the_same_ones_in_every_run(world: World) -> None:
    mine, yours = (world.tenancy.state(world.admitted(each)[0]) for each in (MINE, YOURS))
    again = World()
    again.admitted(THEIRS)
    second = again.tenancy.state(again.admitted(MINE)[0])
    assert [each["Id"] for each in mine["invoices"]] == [each["Id"] for each in second["invoices"]]
    assert {each["Id"] for each in mine["invoices"]}.isdisjoint(each["Id"] for each in yours["invoices"])


def test_a_reset_puts_everything_back_and_counts_what_is_gone(world: World) -> None:
    tenant, _ = world.admitted(MINE)
    before = world.tenancy.state(tenant)
    world.tenancy.seed(tenant, parse('{"invoices": [{"AccountNumber": "A-1"}], "settings": {"strict": true}}'))
    world.disturb(tenant)
    removed = world.tenancy.reset(tenant)
    assert removed["invoices"] == len(before["invoices"]) + 1
    assert (removed["jobs"], removed["idempotencyKeys"], removed["requests"], removed["faults"]) == (1, 1, 1, 1)
    assert removed["taxationItems"] == 4
    assert set(world.counts(tenant).values()) == {0}
    assert (tenant.policy.mode, tenant.settings.strict) == ("after-reply", False)
    assert (tenant.clock, tenant.entries) == (Clock(), 0)
    after = world.tenancy.state(tenant)
    assert [each["Id"] for each in after["invoices"]] == [each["Id"] for each in before["invoices"]]
    assert after["counters"] == before["counters"]
    assert world.tenancy.by_key(tenant.key) is tenant


def test_a_reset_leaves_other_tenants_alone(world: World) -> None:
    mine, yours = (world.admitted(each)[0] for each in (MINE, YOURS))
    world.disturb(yours)
    before = world.tenancy.state(yours)
    world.tenancy.reset(mine)
    assert world.tenancy.state(yours) == before
    assert set(world.counts(yours).values()) == {1}


def test_tokens_outlive_a_reset_with_a_fresh_lifetime_and_are_never_made_twice(world: World) -> None:
    tenant, client = world.admitted(MINE)
    connection = world.database.connection
    token = world.credentials.issue_token(connection, tenant, client)
    tenant.clock = tenant.clock.advance(10 * TOKEN_LIFETIME)
    world.tenancy.reset(tenant)
    tenant.clock = Clock(frozen_at=tenant.now())
    found = world.credentials.find(connection, token)
    assert found is not None
    assert abs(found[3] - tenant.now() - TOKEN_LIFETIME) < 60_000
    assert world.credentials.issue_token(connection, tenant, client) != token


def test_a_reset_takes_clients_that_were_added_and_keeps_those_of_the_fixture(world: World) -> None:
    tenant = world.tenancy.anonymous
    before = world.tenancy.clients(tenant)
    world.tenancy.seed(tenant, parse(json.dumps({"clients": [{"clientId": MINE, "clientSecret": "s"}]})))
    world.tenancy.reset(tenant)
    assert world.tenancy.clients(tenant) == before
    assert world.tenancy.client_of(tenant, MINE) is None


def test_a_reset_keeps_the_client_of_a_tenant_that_is_its_own(world: World) -> None:
    tenant, client = world.admitted(MINE)
    world.tenancy.reset(tenant)
    assert world.tenancy.clients(tenant) == [client]


def test_all_tenants_are_reset_at_once(world: World) -> None:
    tenant, _ = world.admitted(MINE)
    world.remove_invoices(tenant)
    removed = world.tenancy.reset_all()
    assert (removed["default"]["invoices"], removed[MINE]["invoices"]) == (14, 0)
    assert len(world.numbers(tenant)) == 14


def test_a_fork_is_a_copy_that_goes_its_own_way(world: World) -> None:
    base, _ = world.admitted(MINE)
    world.remove_invoices(base)
    world.disturb(base)
    base.counters.invoices = 77
    fork = world.tenancy.fork(MINE, YOURS, "s")
    own = {"tenant": "", "clients": []}
    assert {**world.tenancy.state(fork), **own} == {**world.tenancy.state(base), **own}
    assert [each.client_id for each in world.tenancy.clients(fork)] == [YOURS]
    assert (fork.clock, fork.policy, fork.entries) == (Clock(frozen_at=1_000), JobPolicy(mode="manual"), 0)
    assert world.counts(fork) == {"jobs": 1, "idempotency": 1, "faults": 0, "journal": 0}
    assert world.database.connection.execute(JOBS.select().where(JOBS.c.tenant == fork.key)).one().request is None
    world.tenancy.reset(fork)
    assert (len(world.numbers(fork)), world.numbers(base)) == (14, [])


def test_a_tenant_is_created_from_the_first_a_named_or_a_given_fixture_or_another_tenant() -> None:
    world = World(None, load(default_fixture_path()), many(2))
    world.remove_invoices(world.tenancy.create("a" * 36, "s"))
    given = parse('{"tenant": "default", "accounts": [{"AccountNumber": "Z", "Name": "Z", "Currency": "USD"}]}')
    counts = [
        len(world.numbers(world.tenancy.create(str(index) * 36, "s", base)))
        for index, base in enumerate((None, "default", "many", given, "a" * 36, KNOWN))
    ]
    assert counts == [14, 14, 2, 0, 0, 14]


def test_what_cannot_be_created_is_refused_by_name(world: World) -> None:
    world.admitted(MINE)
    with pytest.raises(Taken, match=MINE):
        world.tenancy.create(MINE, "s")
    with pytest.raises(Unknown, match="nobody"):
        world.tenancy.create(YOURS, "s", "nobody")
    with pytest.raises(TenancyError, match="36 characters"):
        world.tenancy.create("short", "s")
    with pytest.raises(TenancyError, match="42 characters"):
        world.tenancy.fork(MINE, YOURS, "s" * 43)


def test_a_removed_tenant_leaves_nothing_behind(world: World) -> None:
    tenant, client = world.admitted(MINE)
    token = world.credentials.issue_token(world.database.connection, tenant, client)
    world.tenancy.snapshot(tenant, "before")
    told: list[Tenant] = []
    world.tenancy.listeners.append(told.append)
    world.tenancy.remove(MINE)
    assert told == [tenant]
    assert world.tenancy.resolve(MINE) is None
    assert world.tenancy.by_key(tenant.key) is None
    assert world.credentials.find(world.database.connection, token) is None
    assert world.numbers(tenant) == []
    assert world.tenancy.all() == [world.tenancy.anonymous]
    with pytest.raises(Unknown):
        world.tenancy.remove(MINE)


def test_the_first_fixtures_tenant_cannot_be_removed(world: World) -> None:
    with pytest.raises(TenancyError, match="stays"):
        world.tenancy.remove(KNOWN)


def test_a_snapshot_brings_data_jobs_policy_clock_and_keys_back(world: World) -> None:
    tenant, client = world.admitted(MINE)
    connection = world.database.connection
    world.disturb(tenant)
    world.tenancy.snapshot(tenant, "before")
    before, counters = world.tenancy.state(tenant), tenant.next_id()
    world.tenancy.reset(tenant)
    world.remove_invoices(tenant)
    with world.database.transaction():
        connection.execute(JOURNAL.delete())
    token = world.credentials.issue_token(connection, tenant, client)
    world.tenancy.restore(tenant, "before")
    assert world.tenancy.state(tenant) == before
    assert tenant.next_id() == counters
    assert (tenant.policy.mode, tenant.clock) == ("manual", Clock(frozen_at=1_000))
    assert world.counts(tenant) == {"jobs": 1, "idempotency": 1, "faults": 0, "journal": 0}
    found = world.credentials.find(connection, token)
    assert found is not None
    assert found[3] == 1_000 + TOKEN_LIFETIME
    assert world.credentials.issue_token(connection, tenant, client) != token
    assert world.tenancy.by_name(MINE) is tenant


def test_snapshots_are_listed_replaced_and_dropped(world: World) -> None:
    tenant = world.tenancy.anonymous
    for name in ("one", "two", "one"):
        world.tenancy.snapshot(tenant, name)
    assert sorted(world.tenancy.snapshots(tenant)) == ["one", "two"]
    world.tenancy.drop_snapshot(tenant, "two")
    assert world.tenancy.snapshots(tenant) == ["one"]
    with pytest.raises(Unknown, match="two"):
        world.tenancy.restore(tenant, "two")
    with pytest.raises(Unknown):
        world.tenancy.drop_snapshot(tenant, "two")
    assert world.tenancy.all() == [tenant]


def test_snapshots_belong_to_their_tenant(world: World) -> None:
    tenant, _ = world.admitted(MINE)
    world.tenancy.snapshot(world.tenancy.anonymous, "mine")
    assert world.tenancy.snapshots(tenant) == []
    assert world.tenancy.resolve("mine") is None


def test_a_reset_keeps_snapshots(world: World) -> None:
    tenant = world.tenancy.anonymous
    world.tenancy.snapshot(tenant, "kept")
    world.tenancy.reset(tenant)
    assert world.tenancy.snapshots(tenant) == ["kept"]


def test_a_verb_that_fails_leaves_the_tenant_as_it_was(world: World) -> None:
    tenant = world.tenancy.anonymous
    before = (tenant.settings, tenant.clock, tenant.terms, tenant.counters.ids, world.tenancy.state(tenant))
    document = {"settings": {"strict": True}, "clock": {"frozen": True}, "paymentTerms": [{"name": "N", "days": 1}]}
    with pytest.raises(FixtureError):
        world.tenancy.seed(tenant, parse(json.dumps({**document, "invoices": [{"AccountNumber": "?"}]})))
    assert (tenant.settings, tenant.clock, tenant.terms, tenant.counters.ids, world.tenancy.state(tenant)) == before


def test_a_kept_file_keeps_its_data_and_finds_its_way_back(tmp_path: Path) -> None:
    path = tmp_path / "mock.db"
    first = World(path)
    tenant, _ = first.admitted(MINE, "secret")
    first.remove_invoices(tenant)
    first.remove_invoices(first.tenancy.anonymous)
    first.tenancy.create(YOURS, "s", many(3))
    first.tenancy.snapshot(tenant, "empty")
    first.database.close()
    second = World(path)
    known = second.tenancy.find_client(MINE)
    assert known is not None
    assert (known[1].secret, second.numbers(known[0]), second.numbers(second.tenancy.anonymous)) == ("secret", [], [])
    assert second.tenancy.snapshots(known[0]) == ["empty"]
    for name, count in ((MINE, 14), (YOURS, 3), ("default", 14)):
        found = second.tenancy.resolve(name)
        assert found is not None
        second.tenancy.reset(found)
        assert len(second.numbers(found)) == count
    second.database.close()


def test_a_kept_tenant_is_reset_to_the_fixture_of_this_run(tmp_path: Path) -> None:
    path = tmp_path / "mock.db"
    first = World(path, many(1))
    first.database.close()
    second = World(path, many(2))
    assert len(second.numbers(second.tenancy.anonymous)) == 1
    second.tenancy.reset(second.tenancy.anonymous)
    assert len(second.numbers(second.tenancy.anonymous)) == 2
    second.database.close()


def test_two_fixtures_of_one_tenant_or_one_client_are_refused() -> None:
    with pytest.raises(FixtureError, match="/tenant: another fixture"):
        World(None, many(1), many(2))
    client = {"clientId": MINE, "clientSecret": "s"}
    first, second = (parse(json.dumps({"tenant": name, "clients": [client]})) for name in ("a", "b"))
    with pytest.raises(FixtureError, match="another tenant has this client"):
        World(None, first, second)
