"""Tenants: found, admitted, reset, forked, put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.benches import dump, rows
from zuora_mock import clock
from zuora_mock.bounds import Bounds
from zuora_mock.clock import Clock
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.settings import JobPolicy, Settings
from zuora_mock.storage import configuration
from zuora_mock.storage.database import Database
from zuora_mock.storage.definitions import Table
from zuora_mock.storage.jobs import NEVER
from zuora_mock.storage.steps import Result, Stepwise, in_transactions
from zuora_mock.storage.tables import DATA_TABLES, FAULTS, IDEMPOTENCY, JOBS, JOURNAL
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import begin
from zuora_mock.tenants.credentials import TOKEN_LIFETIME, Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, default_fixture_path, load, parse
from zuora_mock.tenants.fixtures.seeding import SeedResult
from zuora_mock.tenants.refusals import Taken, TenancyError, Unknown
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.work.turns import at_once

KNOWN = "00000000-0000-4000-8000-000000009867"
MINE, YOURS, THEIRS = ("m" * 36, "y" * 36, "t" * 36)
NOTED = (JOBS, IDEMPOTENCY, FAULTS, JOURNAL)


def any_row(table: Table) -> dict[str, Any]:
    """Something in every column, a job that nothing runs."""
    values: dict[type, Any] = {str: "[]", bytes: b"", int: NEVER, float: 0.5}
    row = {each.name: values[each.type.python_type] for each in table.c}
    return {**row, **{name: value for name, value in (("n", 1), ("request", 1), ("state", "queued")) if name in row}}


def owner(tenant: Tenant, table: Table) -> int:
    """What stands in the column `tenant`."""
    return tenant.world if table in DATA_TABLES else tenant.key


class Server:
    """Tenants of fixtures in a database, and the verbs on one of them, each in a transaction."""

    def __init__(self, path: Path | None = None, *fixtures: Fixture, unknown: Any = "accept") -> None:
        self.database = Database(path)
        bounds = Bounds(Settings(unknown_clients=unknown))
        self.credentials = Credentials(bounds)
        self.tenancy = Tenancy(self.database, self.credentials, fixtures or [load(default_fixture_path())], bounds)

    def admitted(self, client_id: str, secret: str = "") -> tuple[Tenant, Client]:
        admitted = self.tenancy.admit(client_id, secret)
        assert admitted is not None
        return admitted

    def take(self, steps: Stepwise[Result], tenant: Tenant | None = None) -> Result:
        return at_once(in_transactions(self.database, tenant or self.tenancy.anonymous, steps))

    def reset(self, tenant: Tenant) -> dict[str, int]:
        return self.take(self.tenancy.reset(tenant), tenant)

    def seed(self, tenant: Tenant, fixture: Fixture) -> SeedResult:
        return self.take(self.tenancy.seed(tenant, fixture), tenant)

    def snapshot(self, tenant: Tenant, name: str) -> None:
        self.take(self.tenancy.snapshot(tenant, name), tenant)

    def snapshots(self, tenant: Tenant) -> list[str]:
        with begin(self.database, tenant) as transaction:
            return list(configuration.snapshots_of(transaction))

    def drop_snapshot(self, tenant: Tenant, name: str) -> None:
        self.take(self.tenancy.drop_snapshot(tenant, name), tenant)

    def restore(self, tenant: Tenant, name: str) -> None:
        self.take(self.tenancy.restore(tenant, name), tenant)

    def create(self, client_id: str, secret: str, base: str | Fixture | None = None) -> Tenant:
        return self.take(self.tenancy.create(client_id, secret, base))

    def fork(self, base: str, client_id: str, secret: str) -> Tenant:
        return self.take(self.tenancy.fork(base, client_id, secret))

    def remove(self, name: str) -> None:
        self.take(self.tenancy.remove(name))

    def clients(self, tenant: Tenant) -> list[Client]:
        with begin(self.database, tenant) as transaction:
            return configuration.clients_of(transaction)

    def issue_token(self, tenant: Tenant, client: Client) -> str:
        with begin(self.database, tenant) as transaction:
            return self.credentials.issue_token(transaction, client)

    def state(self, tenant: Tenant) -> dict[str, Any]:
        with begin(self.database, tenant) as transaction:
            return dump(transaction)

    def numbers(self, tenant: Tenant) -> list[str]:
        with begin(self.database, tenant, 1) as transaction:
            return [str(each["InvoiceNumber"]) for each in transaction.all(INVOICE)]

    def remove_invoices(self, tenant: Tenant) -> None:
        with begin(self.database, tenant, 1) as transaction:
            transaction.delete(INVOICE, transaction.all(INVOICE))
            transaction.new_id()
            transaction.next_invoice_number()

    def disturb(self, tenant: Tenant) -> None:
        """A row in everything that a reset or a restore must know of, and other settings."""
        for table in NOTED:
            rows(self.database, f"DELETE FROM {table.name} WHERE tenant = ?", owner(tenant, table))
            row = {**any_row(table), "tenant": owner(tenant, table)}
            marks = ", ".join("?" * len(row))
            rows(self.database, f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})", *row.values())
        tenant.entries = 1
        tenant.policy, tenant.clock = JobPolicy(mode="manual"), Clock(frozen_at=1_000)

    def counts(self, tenant: Tenant) -> dict[str, int]:
        counted = "SELECT count(*) FROM {} WHERE tenant = ?"
        return {each.name: rows(self.database, counted.format(each.name), owner(tenant, each))[0][0] for each in NOTED}


@pytest.fixture
def server() -> Server:
    return Server()


def many(invoices: int) -> Fixture:
    rows = [{"ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.00", "TaxRate": 8.33}]}] * 3
    document = {
        "tenant": "many",
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoices": [{"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": rows}] * invoices,
    }
    return parse(json.dumps(document), "many")


def test_a_tenant_is_found_by_name_key_client_and_user(server: Server) -> None:
    tenant = server.tenancy.anonymous
    assert server.tenancy.by_key(tenant.key) is tenant
    assert server.tenancy.by_name("default") is tenant
    assert server.tenancy.resolve(KNOWN) is tenant
    found = server.tenancy.find_client(KNOWN)
    assert found is not None
    assert found[0] is tenant
    assert server.tenancy.find_user(KNOWN) == found
    assert server.tenancy.client_of(tenant, KNOWN) == found[1]
    assert server.tenancy.client_of(tenant, KNOWN) is server.tenancy.client_of(tenant, KNOWN)


def test_what_is_unknown_is_not_found(server: Server) -> None:
    assert server.tenancy.by_key(99) is None
    assert server.tenancy.resolve("nobody") is None
    assert server.tenancy.find_client("nobody") is None
    tenant, _ = server.admitted(MINE)
    assert server.tenancy.client_of(tenant, KNOWN) is None


def test_an_unknown_client_gets_everything_of_the_first_fixture_but_its_clients(server: Server) -> None:
    tenant, client = server.admitted(MINE, "secret")
    assert tenant.name == MINE
    assert (client.secret, client.username, client.entities) == ("secret", MINE, (1,))
    assert server.clients(tenant) == [client]
    assert server.numbers(tenant) == server.numbers(server.tenancy.anonymous)
    assert list(tenant.terms) == list(server.tenancy.anonymous.terms)


def test_a_client_is_admitted_once(server: Server) -> None:
    server.admitted(MINE)
    assert server.tenancy.admit(MINE, "other") is None


@pytest.mark.parametrize("client_id", ["short", "x" * 37, "default"])
def test_client_ids_of_another_length_are_not_admitted(server: Server, client_id: str) -> None:
    assert server.tenancy.admit(client_id, "s") is None


def test_unknown_clients_can_be_turned_away() -> None:
    assert Server(unknown="refuse").tenancy.admit(MINE, "s") is None


def test_two_tenants_have_ids_of_their_own_and_the_same_ones_in_every_run(server: Server) -> None:
    mine, yours = (server.state(server.admitted(each)[0]) for each in (MINE, YOURS))
    again = Server()
    again.admitted(THEIRS)
    second = again.state(again.admitted(MINE)[0])
    assert [each["Id"] for each in mine["invoices"]] == [each["Id"] for each in second["invoices"]]
    assert {each["Id"] for each in mine["invoices"]}.isdisjoint(each["Id"] for each in yours["invoices"])


def test_a_reset_puts_everything_back_and_counts_what_is_gone(server: Server) -> None:
    tenant, _ = server.admitted(MINE)
    before = server.state(tenant)
    server.seed(tenant, parse('{"invoices": [{"AccountNumber": "A-1"}], "settings": {"strict": true}}'))
    server.disturb(tenant)
    removed = server.reset(tenant)
    assert removed["invoices"] == len(before["invoices"]) + 1
    assert (removed["jobs"], removed["idempotencyKeys"], removed["requests"], removed["faults"]) == (1, 1, 1, 1)
    assert removed["taxationItems"] == 4
    assert set(server.counts(tenant).values()) == {0}
    assert (tenant.policy.mode, tenant.settings.strict) == ("after-reply", False)
    assert (tenant.clock, tenant.entries) == (Clock(), 0)
    after = server.state(tenant)
    assert [each["Id"] for each in after["invoices"]] == [each["Id"] for each in before["invoices"]]
    assert after["counters"] == before["counters"]
    assert server.tenancy.by_key(tenant.key) is tenant


def test_a_reset_leaves_other_tenants_alone(server: Server) -> None:
    mine, yours = (server.admitted(each)[0] for each in (MINE, YOURS))
    server.disturb(yours)
    before = server.state(yours)
    server.reset(mine)
    assert server.state(yours) == before
    assert set(server.counts(yours).values()) == {1}


def test_tokens_outlive_a_reset_with_a_fresh_lifetime_and_are_never_made_twice(server: Server) -> None:
    tenant, client = server.admitted(MINE)
    token = server.issue_token(tenant, client)
    tenant.clock = tenant.clock.advance(10 * TOKEN_LIFETIME)
    server.reset(tenant)
    tenant.clock = Clock(frozen_at=tenant.now())
    found = server.credentials.find(server.database, token)
    assert found is not None
    assert abs(found[3] - tenant.now() - TOKEN_LIFETIME) < 60_000
    assert server.issue_token(tenant, client) != token


def test_a_reset_takes_clients_that_were_added_and_keeps_those_of_the_fixture(server: Server) -> None:
    tenant = server.tenancy.anonymous
    before = server.clients(tenant)
    server.seed(tenant, parse(json.dumps({"clients": [{"clientId": MINE, "clientSecret": "s"}]})))
    server.reset(tenant)
    assert server.clients(tenant) == before
    assert server.tenancy.client_of(tenant, MINE) is None


def test_a_reset_keeps_the_client_of_a_tenant_that_is_its_own(server: Server) -> None:
    tenant, client = server.admitted(MINE)
    server.reset(tenant)
    assert server.clients(tenant) == [client]


def test_a_fork_is_a_copy_that_goes_its_own_way(server: Server) -> None:
    base, _ = server.admitted(MINE)
    server.remove_invoices(base)
    server.disturb(base)
    with begin(server.database, base):
        base.counters.invoices = 77
    fork = server.fork(MINE, YOURS, "s")
    own = {"tenant": "", "clients": []}
    assert {**server.state(fork), **own} == {**server.state(base), **own}
    assert [each.client_id for each in server.clients(fork)] == [YOURS]
    assert (fork.clock, fork.policy, fork.entries) == (Clock(frozen_at=1_000), JobPolicy(mode="manual"), 0)
    assert server.counts(fork) == {"jobs": 1, "idempotency": 1, "faults": 0, "journal": 0}
    assert rows(server.database, "SELECT request FROM jobs WHERE tenant = ?", fork.world) == [(None,)]
    server.reset(fork)
    assert (len(server.numbers(fork)), server.numbers(base)) == (14, [])


def test_a_tenant_is_created_from_the_first_a_named_or_a_given_fixture_or_another_tenant() -> None:
    server = Server(None, load(default_fixture_path()), many(2))
    server.remove_invoices(server.create("a" * 36, "s"))
    given = parse('{"tenant": "default", "accounts": [{"AccountNumber": "Z", "Name": "Z", "Currency": "USD"}]}')
    counts = [
        len(server.numbers(server.create(str(index) * 36, "s", base)))
        for index, base in enumerate((None, "default", "many", given, "a" * 36, KNOWN))
    ]
    assert counts == [14, 14, 2, 0, 0, 14]


def test_what_cannot_be_created_is_refused_by_name(server: Server) -> None:
    server.admitted(MINE)
    with pytest.raises(Taken, match=MINE):
        server.create(MINE, "s")
    with pytest.raises(Unknown, match="nobody"):
        server.create(YOURS, "s", "nobody")
    with pytest.raises(TenancyError, match="36 characters"):
        server.create("short", "s")
    with pytest.raises(TenancyError, match="42 characters"):
        server.fork(MINE, YOURS, "s" * 43)


def test_a_removed_tenant_leaves_nothing_behind(server: Server) -> None:
    tenant, client = server.admitted(MINE)
    token = server.issue_token(tenant, client)
    server.snapshot(tenant, "before")
    told: list[Tenant] = []
    server.tenancy.listeners.append(told.append)
    server.remove(MINE)
    assert told == [tenant]
    assert server.tenancy.resolve(MINE) is None
    assert server.tenancy.by_key(tenant.key) is None
    assert server.credentials.find(server.database, token) is None
    at_once(server.tenancy.sweep())
    assert server.numbers(tenant) == []
    assert list(server.tenancy.all()) == [server.tenancy.anonymous]
    with pytest.raises(Unknown):
        server.remove(MINE)


def test_the_first_fixtures_tenant_cannot_be_removed(server: Server) -> None:
    with pytest.raises(TenancyError, match="stays"):
        server.remove(KNOWN)


def test_a_snapshot_brings_data_jobs_policy_clock_and_keys_back(server: Server) -> None:
    tenant, client = server.admitted(MINE)
    server.disturb(tenant)
    server.snapshot(tenant, "before")
    before, counters = server.state(tenant), tenant.next_id()
    server.reset(tenant)
    server.remove_invoices(tenant)
    rows(server.database, "DELETE FROM journal")
    token = server.issue_token(tenant, client)
    server.restore(tenant, "before")
    assert server.state(tenant) == before
    assert tenant.next_id() == counters
    assert (tenant.policy.mode, tenant.clock) == ("manual", Clock(frozen_at=1_000))
    assert server.counts(tenant) == {"jobs": 1, "idempotency": 1, "faults": 0, "journal": 0}
    found = server.credentials.find(server.database, token)
    assert found is not None
    assert found[3] == 1_000 + TOKEN_LIFETIME
    assert server.issue_token(tenant, client) != token
    assert server.tenancy.by_name(MINE) is tenant


def test_snapshots_are_listed_replaced_and_dropped(server: Server) -> None:
    tenant = server.tenancy.anonymous
    for name in ("one", "two", "one"):
        server.snapshot(tenant, name)
    assert sorted(server.snapshots(tenant)) == ["one", "two"]
    server.drop_snapshot(tenant, "two")
    assert server.snapshots(tenant) == ["one"]
    with pytest.raises(Unknown, match="two"):
        server.restore(tenant, "two")
    with pytest.raises(Unknown):
        server.drop_snapshot(tenant, "two")
    assert list(server.tenancy.all()) == [tenant]


def test_snapshots_belong_to_their_tenant(server: Server) -> None:
    tenant, _ = server.admitted(MINE)
    server.snapshot(server.tenancy.anonymous, "mine")
    assert server.snapshots(tenant) == []
    assert server.tenancy.resolve("mine") is None


def test_a_reset_keeps_snapshots(server: Server) -> None:
    tenant = server.tenancy.anonymous
    server.snapshot(tenant, "kept")
    server.reset(tenant)
    assert server.snapshots(tenant) == ["kept"]


def test_a_verb_that_fails_leaves_the_tenant_as_it_was(server: Server) -> None:
    tenant = server.tenancy.anonymous
    before = (tenant.settings, tenant.clock, tenant.terms, tenant.counters.ids, server.state(tenant))
    document = {"settings": {"strict": True}, "clock": {"frozen": True}, "paymentTerms": [{"name": "N", "days": 1}]}
    with pytest.raises(FixtureError):
        server.seed(tenant, parse(json.dumps({**document, "invoices": [{"AccountNumber": "?"}]})))
    assert (tenant.settings, tenant.clock, tenant.terms, tenant.counters.ids, server.state(tenant)) == before


def test_a_kept_file_keeps_its_data_and_finds_its_way_back(tmp_path: Path) -> None:
    path = tmp_path / "mock.db"
    first = Server(path)
    tenant, _ = first.admitted(MINE, "secret")
    first.remove_invoices(tenant)
    first.remove_invoices(first.tenancy.anonymous)
    first.create(YOURS, "s", many(3))
    first.snapshot(tenant, "empty")
    first.database.close()
    second = Server(path)
    known = second.tenancy.find_client(MINE)
    assert known is not None
    assert (known[1].secret, second.numbers(known[0]), second.numbers(second.tenancy.anonymous)) == ("secret", [], [])
    assert second.snapshots(known[0]) == ["empty"]
    for name, count in ((MINE, 14), (YOURS, 3), ("default", 14)):
        found = second.tenancy.resolve(name)
        assert found is not None
        second.reset(found)
        assert len(second.numbers(found)) == count
    second.database.close()


def test_a_kept_tenant_is_reset_to_the_fixture_of_this_run(tmp_path: Path) -> None:
    path = tmp_path / "mock.db"
    first = Server(path, many(1))
    first.database.close()
    second = Server(path, many(2))
    assert len(second.numbers(second.tenancy.anonymous)) == 1
    second.reset(second.tenancy.anonymous)
    assert len(second.numbers(second.tenancy.anonymous)) == 2
    second.database.close()


def test_two_fixtures_of_one_tenant_or_one_client_are_refused() -> None:
    with pytest.raises(FixtureError, match="/tenant: another fixture"):
        Server(None, many(1), many(2))
    client = {"clientId": MINE, "clientSecret": "s"}
    first, second = (parse(json.dumps({"tenant": name, "clients": [client]})) for name in ("a", "b"))
    with pytest.raises(FixtureError, match="another tenant has this client"):
        Server(None, first, second)


def test_a_kept_file_knows_what_a_reset_has_to_put_back(tmp_path: Path) -> None:
    first = Server(tmp_path / "db")
    before, world = first.state(first.tenancy.anonymous), first.tenancy.anonymous.world
    first.remove_invoices(first.tenancy.anonymous)
    assert first.state(first.tenancy.anonymous) != before
    first.database.close()
    server = Server(tmp_path / "db")
    server.reset(server.tenancy.anonymous)
    assert (server.state(server.tenancy.anonymous), server.tenancy.anonymous.world) == (before, world)


def test_on_another_day_a_reset_makes_everything_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = server.tenancy.anonymous
    before, world = server.state(tenant)["invoices"], tenant.world
    now = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: now + clock.DAY)
    server.reset(tenant)
    after = server.state(tenant)["invoices"]
    assert tenant.world != world
    assert [each["Id"] for each in after] == [each["Id"] for each in before]
    assert after[0]["CreatedDate"] > before[0]["CreatedDate"]
