"""Long work at /__admin lets others in between: whoever calls later is answered before it is over."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock
from zuora_mock.storage import bulk
from zuora_mock.tenants import tenancy, worlds
from zuora_mock.tenants.fixtures import seeding
from zuora_mock.work import turns

pytestmark = pytest.mark.assumed

ACCOUNT = {"Name": "Many", "Currency": "USD"}
INVOICE = {"AccountNumber": "A-M", "InvoiceDate": "2026-01-15", "items": [{"ChargeAmount": "1.00"}]}
MANY = {"accounts": [{**ACCOUNT, "AccountNumber": "A-M"}], "invoices": [INVOICE] * 200}
LONG: dict[str, tuple[str, str, dict[str, Any]]] = {
    "settle": ("POST", "/__admin/jobs/settle", {}),
    "policy": ("PUT", "/__admin/jobs/policy", {"json": {"mode": "after-reply"}}),
    "tenants": ("GET", "/__admin/tenants", {}),
    "reset all": ("POST", "/__admin/reset?all=true", {}),
    "snapshots": ("DELETE", "/__admin/snapshots", {}),
    "state": ("GET", "/__admin/state", {}),
    "seed": ("POST", "/__admin/seed", {"content": json.dumps(MANY)}),
    "reset": ("POST", "/__admin/reset", {}),
    "snapshot": ("POST", "/__admin/snapshots", {"json": {"name": "new"}}),
    "restore": ("POST", "/__admin/snapshots/s1/restore", {}),
    "fork": ("POST", "/__admin/tenants/default/fork", {"json": {"clientId": "z" * 36, "clientSecret": "s"}}),
    "remove": ("DELETE", f"/__admin/tenants/{1:036d}", {}),
    "base": ("POST", "/__admin/tenants", {"json": {"clientId": "z" * 36, "clientSecret": "s", "base": MANY}}),
}


@pytest.fixture
def busy(mock: Mock, client: Client) -> Client:
    """A tenant with some jobs, snapshots and neighbours."""
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    for number in range(1, 7):
        client.order_split(f"INV{number:08d}")
    for number in range(12):
        client.post("/__admin/snapshots", json={"name": f"s{number}"})
        mock.sign_in(f"{number:036d}", "s")
    return client


@pytest.mark.parametrize("name", LONG)
def test_others_are_answered_in_between(mock: Mock, busy: Client, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_small_steps(monkeypatch)
    other, answered = mock.sign_in("o" * 36, "s"), []

    async def call(client: Client, what: str, method: str, path: str, **options: Any) -> int:
        headers = {"Authorization": f"Bearer {client.token}"}
        answer = await mock.send(method, path, headers=headers, **options)
        answered.append(what)
        return answer.status_code

    async def scene() -> list[int]:
        method, path, options = LONG[name]
        query = {"json": {"queryString": "select Id from Account"}}
        long, short = (
            call(busy, "long", method, path, **options),
            call(other, "short", "POST", "/v1/action/query", **query),
        )
        return list(await asyncio.gather(long, short))

    assert max(mock.run(scene())) < 300
    assert answered == ["short", "long"]


def _take_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE", 0)
    monkeypatch.setattr(bulk, "STEP", 5)
    monkeypatch.setattr(seeding, "_STEP", 5)
    monkeypatch.setattr(tenancy, "_SMALL", 5)
    monkeypatch.setattr(worlds, "_FEW", 5)


def test_who_wants_the_same_tenant_waits_and_sees_all_of_it(
    mock: Mock, busy: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_small_steps(monkeypatch)
    headers = {"Authorization": f"Bearer {busy.token}"}
    query = {"json": {"queryString": "select Id from Invoice"}, "headers": headers}
    before = busy.post("/v1/action/query", **query).json()["size"]
    busy.post("/__admin/seed", json=MANY)
    reset = ("POST", "/__admin/reset", {"headers": headers})
    ask = ("POST", "/v1/action/query", query)
    state = ("GET", "/__admin/state", {"headers": headers})
    answers = mock.together(reset, ask, state, ask)
    assert [each.status_code for each in answers] == [200] * 4
    assert answers[0].json()["removed"]["invoices"] == before + 200
    assert [answers[at].json()["size"] for at in (1, 3)] == [before] * 2
    assert len(answers[2].json()["invoices"]) == before


def test_long_works_on_one_tenant_come_one_after_the_other(
    mock: Mock, busy: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_small_steps(monkeypatch)
    headers = {"Authorization": f"Bearer {busy.token}"}
    reset = ("POST", "/__admin/reset", {"headers": headers})
    answers = mock.together(reset, reset, reset)
    assert [each.json()["removed"]["invoices"] for each in answers] == [14, 14, 14]


def test_work_that_waits_runs_when_the_tenant_is_free_again(
    mock: Mock, busy: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_small_steps(monkeypatch)
    headers = {"Authorization": f"Bearer {busy.token}"}
    seed = ("POST", "/__admin/seed", {"content": json.dumps(MANY), "headers": headers})
    policy = ("PUT", "/__admin/jobs/policy", {"json": {"mode": "after-reply"}, "headers": headers})
    assert [each.status_code for each in mock.together(seed, policy)] == [200, 200]
    assert {job["state"] for job in busy.jobs()} == {"succeeded"}


def test_a_job_that_another_call_runs_in_between_runs_once(
    mock: Mock, busy: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLICE", 0)
    headers = {"Authorization": f"Bearer {busy.token}"}
    settle = ("POST", "/__admin/jobs/settle", {"headers": headers})
    answers = mock.together(settle, settle)
    assert [each.status_code for each in answers] == [200, 200]
    assert sum(len(each.json()["ran"]) for each in answers) == 6
    assert {job["state"] for job in busy.jobs()} == {"succeeded"}
