"""Calls that are still under way: their tenant is reset, their client gives up, their body never ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, start

pytestmark = pytest.mark.assumed

AMY = {"type": "Account", "objects": [{"Name": "Amy", "Currency": "USD"}]}
QUERY = {"queryString": "select Id from Account where Name = 'Amy'"}
PATH = f"/v1/object/invoice/{UNKNOWN_ID}"


def slow(client: Client, **headers: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {client.token}", "Zuora-Mock-Delay": "50", **headers}}


@pytest.mark.parametrize("how", ["reset", "snapshots/before/restore"])
def test_a_call_ends_with_the_state_that_it_began_in(mock: Mock, client: Client, how: str) -> None:
    client.post("/__admin/snapshots", json={"name": "before"})
    create = ("POST", "/v1/action/create", {"json": AMY, **slow(client, **{"Idempotency-Key": "k"})})
    undo = ("POST", f"/__admin/{how}", {"headers": {"Authorization": f"Bearer {client.token}"}})
    answer, undone = mock.together(create, undo)
    assert undone.status_code == 200
    assert (answer.status_code, answer.json()) == (
        503,
        {"message": "Error - the tenant was reset while the call was under way"},
    )
    assert answer.headers["Zuora-Mock-Rule"] == "mock.tenant-reset; provenance=assumed"
    assert client.post("/v1/action/query", json=QUERY).json()["size"] == 0
    again = client.post("/v1/action/create", json=AMY, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers.get("Zuora-Mock-Replayed")) == (200, None)


def test_the_key_and_the_place_of_such_a_call_are_free_at_once(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path, {"quotas": {"concurrent": 1}})
    client = mock.sign_in()
    calls = [
        ("POST", "/v1/action/create", {"json": AMY, **slow(client, **{"Idempotency-Key": "k"})}),
        ("POST", "/__admin/reset", {"headers": {"Authorization": f"Bearer {client.token}"}}),
        (
            "POST",
            "/v1/action/create",
            {"json": AMY, "headers": {"Authorization": f"Bearer {client.token}", "Idempotency-Key": "k"}},
        ),
    ]
    ended, _, done = mock.together(*calls)
    assert (ended.status_code, done.status_code) == (503, 200)


def test_a_call_of_a_tenant_that_is_removed_ends_too(mock: Mock) -> None:
    other = mock.sign_in("11111111-1111-4111-8111-111111111111", "s")
    removal: dict[str, Any] = {"params": {"tenant": "11111111-1111-4111-8111-111111111111"}}
    answer, removed = mock.together(("GET", PATH, slow(other)), ("DELETE", "/__admin/tenants", removal))
    assert (answer.status_code, removed.status_code) == (503, 204)


async def abandoned(
    mock: Mock, client: Client, *messages: dict[str, Any], wait: str = "", gone: asyncio.Event | None = None
) -> list[dict[str, Any]]:
    """What a call sends whose client sends these messages and is `gone`."""
    sent: list[dict[str, Any]] = []
    left = [*messages, {"type": "http.disconnect"}]

    async def receive() -> dict[str, Any]:
        if len(left) > 1:
            return left.pop(0)
        if gone is not None:
            gone.set()
        return left[0]

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {client.token}".encode()), (b"content-type", b"application/json")]
    headers += [(b"zuora-mock-delay", wait.encode())] if wait else []
    path = "/v1/action/create"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers, "root_path": ""}
    await mock.app(scope, receive, send)
    return sent


def test_a_body_that_ends_early_is_not_executed(mock: Mock, client: Client) -> None:
    half = {"type": "http.request", "body": b'{"type": "Account", "objects": [', "more_body": True}
    assert mock.run(abandoned(mock, client, half)) == []
    [last] = client.get("/__admin/requests?operation=create").json()["requests"]
    assert (last["status"], last["rule"]) == (0, "body.cut-short")
    assert client.post("/v1/action/query", json=QUERY).json()["size"] == 0


def test_a_client_that_gives_up_leaves_its_place_and_its_call_is_done(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path, {"quotas": {"concurrent": 1}})
    client = mock.sign_in()
    whole = {"type": "http.request", "body": b'{"type":"Account","objects":[{"Name":"Amy","Currency":"USD"}]}'}

    async def scene() -> int:
        gone = asyncio.Event()
        waiting = asyncio.ensure_future(abandoned(mock, client, whole, wait="50", gone=gone))
        await gone.wait()
        for _ in range(5):  # until the mock has taken note of it
            await asyncio.sleep(0)
        status = (await mock.send("GET", PATH, headers={"Authorization": f"Bearer {client.token}"})).status_code
        await waiting
        return status

    assert mock.run(scene()) == 404
    assert client.post("/v1/action/query", json=QUERY).json()["size"] == 1


def test_under_the_default_quotas_nobody_is_refused(mock: Mock) -> None:
    client = mock.sign_in(CLIENT_ID)
    client.put("/__admin/clock", json={"now": "2026-02-01T10:00:00Z", "frozen": True})
    calls = [("GET", PATH, slow(client))] * 45
    assert {answer.status_code for answer in mock.together(*calls)} == {404}
