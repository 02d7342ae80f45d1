"""Servers that share a database of PostgreSQL: what one leaves half done that dies is undone, and done by another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.acceptance.engines import POSTGRESQL, Databases
from tests.acceptance.mocks import Client, Mock, Start
from zuora_mock import services
from zuora_mock.billing.splitting import execution
from zuora_mock.domain.lifecycle import IllegalMove
from zuora_mock.main import create_app
from zuora_mock.services import Services
from zuora_mock.storage import bulk, traffic
from zuora_mock.storage.postgresql_schema import NO_TENANT
from zuora_mock.storage.steps import Stepwise, in_transactions
from zuora_mock.storage.transaction import begin
from zuora_mock.storage.trouble import StorageTrouble
from zuora_mock.tenants.refusals import Taken
from zuora_mock.work import runner
from zuora_mock.work.turns import at_once

pytestmark = pytest.mark.assumed

PARTED = 15
"""Invoices, of which two are the parts of one that is gone."""
NAME = "00000000-0000-4000-8000-00000000cafe"


@pytest.fixture
def engine() -> str:
    return POSTGRESQL


@pytest.fixture
def mock(new_server: Start) -> Mock:
    return new_server()


@pytest.fixture
def first(mock: Mock) -> Services:
    found: Services = mock.app.state.services
    return found


@pytest.fixture
def job(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """One that splits in several transactions when it is told to."""
    monkeypatch.setattr(execution, "STEP", 1)
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    return client.order_split()


@pytest.fixture
def half(first: Services, job: str) -> Iterator[Stepwise[Any]]:
    """The first replica is in the middle of it."""
    steps = first.runner.run_now(first.tenancy.anonymous, job)
    assert len(list(islice(steps, 2))) == 2
    yield steps
    with suppress(StorageTrouble):  # where the replica has died meanwhile
        steps.close()


@pytest.fixture
def other(first: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """A replica that starts meanwhile, and looks for dead ones all the time."""
    monkeypatch.setattr(services, "_LOOK", 0)
    other = Mock(create_app(first.settings))
    yield other
    other.stop()


@pytest.fixture
def second(other: Mock) -> Services:
    found: Services = other.app.state.services
    return found


def rows(replica: Services, what: str) -> list[Any]:
    return [each for (each,) in replica.database.connection.execute(f"SELECT {what}")]


def kept(replica: Services) -> list[Any]:
    return rows(replica, f"state FROM jobs WHERE tenant > {NO_TENANT}") + rows(replica, "count(*) FROM unfinished")


def invoices(replica: Services) -> int:
    (count,) = rows(replica, f"count(*) FROM invoices WHERE tenant = {replica.tenancy.anonymous.world}")
    return int(count)


def snapshot(replica: Services, name: str) -> Stepwise[None]:
    tenant = replica.tenancy.anonymous
    return in_transactions(replica.database, tenant, replica.tenancy.snapshot(tenant, name))


def die(databases: Databases, replica: Services) -> None:
    """As killed: the session ends."""
    databases.admin.execute("SELECT pg_terminate_backend(%s, 1000)", rows(replica, "pg_backend_pid()"))


def test_what_a_replica_does_is_left_to_it_as_long_as_it_lives(
    half: Stepwise[Any], other: Mock, second: Services
) -> None:
    other.pause()
    assert kept(second) == ["running", 1]
    at_once(half)
    assert kept(second) == ["succeeded", 0]
    assert invoices(second) == PARTED


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/invoices/INV00000001"), ("GET", "/__admin/state")])
def test_who_calls_another_replica_meanwhile_waits(
    half: Stepwise[Any], client: Client, other: Mock, method: str, path: str
) -> None:
    async def scene() -> httpx.Response:
        call = asyncio.ensure_future(other.send(method, path, headers={"Authorization": f"Bearer {client.token}"}))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not call.done()
        at_once(half)
        return await call

    assert other.run(scene()).status_code == 200


def test_a_job_that_another_replica_has_run_meanwhile_is_not_run_again(
    first: Services, second: Services, client: Client, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, find = second.tenancy.anonymous, runner._find
    with begin(second.database, tenant) as transaction:
        found = iter([find(transaction, job)])
    assert at_once(first.runner.run_now(first.tenancy.anonymous, job))["state"] == "succeeded"
    monkeypatch.setattr(runner, "_find", lambda *which: next(found, None) or find(*which))
    with pytest.raises(IllegalMove):
        at_once(second.runner.run_now(tenant, job))
    assert [each["state"] for each in client.jobs()] == ["succeeded"]


@pytest.mark.usefixtures("half")
def test_a_split_in_the_middle_of_which_a_replica_dies_is_done_by_another(
    first: Services, job: str, other: Mock, second: Services, databases: Databases
) -> None:
    die(databases, first)
    other.pause()
    assert kept(second) == ["queued", 0]
    tenant = second.tenancy.anonymous
    assert at_once(second.runner.run_now(tenant, job))["state"] == "succeeded"
    assert invoices(second) == PARTED


def test_data_that_a_replica_makes_is_left_to_it_until_it_dies(
    first: Services, other: Mock, second: Services, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "STEP", 5)
    made = snapshot(first, "s")
    assert len(list(islice(made, 2))) == 2
    at_once(snapshot(second, "t"))
    count = "count(*) FROM worlds"
    assert rows(second, count) == [1]
    die(databases, first)
    other.pause()
    assert rows(second, count) == [0]


def test_an_unknown_client_that_two_replicas_meet_at_once_gets_one_tenant(
    first: Services, second: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = first.tenancy.admit(NAME, "s")
    assert mine is not None
    resolve = second.tenancy.resolve
    monkeypatch.setattr(second.tenancy, "resolve", lambda _: None)
    with pytest.raises(Taken):
        second.tenancy.create(NAME, "s").send(None)
    assert second.tenancy.admit(NAME, "s") is None
    found = second.tenancy.find_client(NAME)
    assert found is not None
    assert found[0].key == mine[0].key
    assert resolve(NAME) is found[0]


def test_the_idempotency_key_of_a_call_that_waits_is_in_use_as_long_as_its_server_lives(
    first: Services, other: Mock, second: Services, databases: Databases
) -> None:
    other.pause()
    tenant = second.tenancy.anonymous.key
    traffic.wait(first.database, tenant, "key")
    assert traffic.is_key_in_use(second.database, tenant, "key")
    die(databases, first)
    assert not traffic.is_key_in_use(second.database, tenant, "key")


def test_a_key_is_free_for_other_servers_before_the_answer_leaves(
    mock: Mock, client: Client, other: Mock, second: Services
) -> None:
    """Though the call had to wait for its work."""
    other.pause()
    client.put("/__admin/jobs/policy", json={"mode": "before-reply"})
    body = {"type": "InvoiceSplit", "synchronous": False, "ids": [client.prepare_split()]}
    headers, found = {"Authorization": f"Bearer {client.token}", "Idempotency-Key": "key"}, []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            found.append(traffic.is_key_in_use(second.database, second.tenancy.anonymous.key, "key"))
            await send(message)

        await mock.app(scope, receive, told)

    async def scene() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://localhost") as caller:
            return await caller.post("/v1/action/execute", json=body, headers=headers)

    assert mock.run(scene()).json()[0]["Success"] is True
    assert found == [False, False]
