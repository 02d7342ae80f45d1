"""Long work at /__admin lets others in between: whoever calls later is answered before it is over."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock
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
    monkeypatch.setattr(turns, "SLICE", 0)
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
