"""What grows with use has a bound: the oldest makes room and that is told, or one more is refused."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start

pytestmark = pytest.mark.assumed

QUERY = {"queryString": "select Id from Invoice"}
PAGES = {**QUERY, "conf": {"batchSize": 1}}
HOUR, DAY = 3600, 86_400


@pytest.fixture
def mock(new_server: Start) -> Mock:
    """It counts what made room since its start."""
    return new_server()


def forgotten(mock: Mock, setting: str) -> int:
    told: int = mock.get("/__admin/config").json()[setting]["forgotten"]
    return told


def guest(number: int) -> str:
    return f"{number:036d}"


def names(mock: Mock) -> list[str]:
    return [each["name"] for each in mock.get("/__admin/tenants").json()["tenants"]]


TENANT = {"tenants": "key", "fixtures": "1"}


def kept(mock: Mock, table: str) -> int:
    [(count,)] = mock.app.state.services.database.connection.execute(
        f"SELECT count(*) FROM {table} WHERE {TENANT.get(table, 'tenant')} > 0"
    )
    return int(count)


def sweep(client: Client) -> None:
    """As it is done every so many calls."""
    for _ in range(64):
        client.get("/v1/object/account/none")


def test_the_tenant_unused_longest_makes_room(new_server: Start, caplog: pytest.LogCaptureFixture) -> None:
    mock = new_server(most_tenants=2)
    first, second = (mock.sign_in(guest(n), "s") for n in (1, 2))
    second.post("/__admin/snapshots", json={"name": "mine"})
    first.post("/v1/action/query", json=QUERY)
    mock.sign_in(guest(3), "s")
    assert names(mock) == ["default", guest(1), guest(3)]
    assert first.post("/v1/action/query", json=QUERY).status_code == 200
    assert second.post("/v1/action/query", json=QUERY).status_code == 401
    assert forgotten(mock, "most_tenants") == 1
    assert f"1 of the tenants ({guest(2)}) made room: --most-tenants is 2" in caplog.text
    assert kept(mock, "tenants") == 3  # nor is there a snapshot left


@pytest.mark.parametrize("path", ["/__admin/tenants", "/__admin/tenants/default/fork"])
def test_tenants_that_a_test_makes_count_too(new_server: Start, path: str) -> None:
    mock = new_server(most_tenants=1)
    for number in (1, 2):
        body = {"clientId": guest(number), "clientSecret": "s"}
        assert mock.post(path, json=body).status_code == 201
    assert names(mock) == ["default", guest(2)]


def test_the_fixture_of_a_tenant_goes_with_it(new_server: Start) -> None:
    mock = new_server(most_tenants=1)
    for number in (1, 2, 3):
        base = {"accounts": [{"AccountNumber": f"A-{number}", "Name": "Mine", "Currency": "USD"}]}
        body = {"clientId": guest(number), "clientSecret": "s", "base": base}
        assert mock.post("/__admin/tenants", json=body).status_code == 201
    assert kept(mock, "fixtures") == 2
    assert mock.post("/__admin/reset", params={"tenant": guest(3)}).status_code == 200


def test_one_snapshot_too_many_is_refused(new_server: Start) -> None:
    client = new_server(most_snapshots=1).sign_in()
    client.post("/__admin/snapshots", json={"name": "one"})
    answer = client.post("/__admin/snapshots", json={"name": "two"})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "default has 1 snapshots: delete some, or raise --most-snapshots"
    assert client.post("/__admin/snapshots", json={"name": "one"}).status_code == 201


def order(client: Client, path: str, **more: Any) -> httpx.Response:
    return client.post("/__admin/faults", json={"match": {"path": path}, "fault": {"kind": "rate-limit"}, **more})


def test_one_fault_too_many_is_refused(new_server: Start) -> None:
    client = new_server(most_faults=1).sign_in()
    order(client, "/v1/one")
    answer = order(client, "/v1/two")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "there are 1 orders: withdraw some, or raise --most-faults"


def test_a_fault_that_is_spent_makes_room(new_server: Start) -> None:
    mock = new_server(most_faults=1)
    client = mock.sign_in()
    order(client, "/v1/object/account/none", times=1)
    assert client.get("/v1/object/account/none").status_code == 429
    assert order(client, "/v1/two").status_code == 201
    assert [each["match"]["path"] for each in client.get("/__admin/faults").json()["faults"]] == ["/v1/two"]
    assert forgotten(mock, "most_faults") == 1


def test_the_oldest_tokens_make_room(new_server: Start) -> None:
    mock = new_server(most_tokens=2)
    tokens = [mock.sign_in() for _ in range(64)]
    assert [each.get("/v1/object/account/none").status_code for each in (tokens[0], tokens[61])] == [401, 401]
    assert [each.get("/v1/object/account/none").status_code for each in tokens[62:]] == [404, 404]
    assert forgotten(mock, "most_tokens") == 62


def test_a_reset_in_a_loop_keeps_no_tokens_beyond_the_bound(new_server: Start) -> None:
    mock = new_server(most_tokens=2)
    for _ in range(4):
        mock.sign_in().post("/__admin/reset")
    assert kept(mock, "tokens") == 2


def keyed(client: Client, key: str) -> httpx.Response:
    return client.post("/v1/action/query", json=QUERY, headers={"Idempotency-Key": key})


def test_the_oldest_idempotency_keys_make_room(new_server: Start) -> None:
    mock = new_server(most_idempotency_keys=2)
    client = mock.sign_in()
    client.put("/__admin/clock", json={"frozen": True})
    for number in range(70):
        keyed(client, f"key-{number}")
        client.post("/__admin/clock/advance", json={"seconds": 1})
    assert kept(mock, "idempotency") == 2
    assert "Zuora-Mock-Replayed" in keyed(client, "key-69").headers
    assert "Zuora-Mock-Replayed" not in keyed(client, "key-0").headers
    assert forgotten(mock, "most_idempotency_keys") == 68


def test_an_idempotency_key_that_nobody_uses_again_goes_after_a_day(mock: Mock, client: Client) -> None:
    keyed(client, "once")
    client.post("/__admin/clock/advance", json={"seconds": DAY - 60})
    assert kept(mock, "idempotency") == 1
    client.post("/__admin/clock/advance", json={"seconds": 120})
    assert kept(mock, "idempotency") == 0


def test_keys_of_tenants_that_nobody_calls_go_too(mock: Mock, client: Client) -> None:
    keyed(client, "once")
    upkeep, database = mock.app.state.services.upkeep, mock.app.state.services.database
    database.connection.execute("UPDATE idempotency SET kept_at = 0")
    assert list(upkeep.sweep_all()) == ["default"]
    assert kept(mock, "idempotency") == 0


def test_the_oldest_cursors_make_room(new_server: Start) -> None:
    mock = new_server(most_cursors=2)
    client = mock.sign_in()
    locators = [client.post("/v1/action/query", json=PAGES).json()["queryLocator"] for _ in range(4)]
    sweep(client)
    answers = [client.post("/v1/action/queryMore", json={"queryLocator": each}) for each in locators]
    assert ["records" in each.json() for each in answers] == [False, False, True, True]
    assert forgotten(mock, "most_cursors") == 2
    assert kept(mock, "cursor_rows") == 2 * len(client.ids())


def test_the_oldest_finished_jobs_make_room(new_server: Start) -> None:
    mock = new_server(most_jobs=3)
    client = mock.sign_in()
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    client.order_split("INV00000003")
    verbs = ("post", "unpost") * 4
    ids = [client.put(f"/v1/invoices/INV00000001/{verb}", json={}).json()["jobId"] for verb in verbs]
    assert len(set(ids)) == len(verbs)
    sweep(client)
    jobs = client.jobs()
    assert [each["id"] for each in jobs if each["state"] == "succeeded"] == ids[-3:]
    assert [each["type"] for each in jobs if each["state"] == "queued"] == ["InvoiceSplit"]
    assert forgotten(mock, "most_jobs") == len(verbs) - 3
    again = [client.put(f"/v1/invoices/INV00000001/{verb}", json={}).json()["jobId"] for verb in verbs]
    assert set(again).isdisjoint(ids[-3:])


def test_a_job_that_waits_has_one_timer_however_often_it_is_looked_at(mock: Mock, client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": HOUR})
    client.order_split()
    client.post("/__admin/snapshots", json={"name": "late"})
    for _ in range(3):
        client.post("/__admin/snapshots/late/restore")
        mock.pause()
    assert timers(mock) == 1


def test_a_reset_ends_the_timers_of_the_jobs_that_it_removes(mock: Mock, client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": HOUR})
    client.order_split()
    mock.pause()
    assert timers(mock) == 1
    client.post("/__admin/reset")
    assert timers(mock) == 0


def timers(mock: Mock) -> int:
    told: int = mock.get("/__admin/config").json()["most_jobs"]["timers"]
    return told


def test_every_bound_is_told(mock: Mock) -> None:
    told = mock.get("/__admin/config").json()
    bounds = {name: each["value"] for name, each in told.items() if "forgotten" in each}
    assert bounds == {
        "most_tenants": 1000,
        "most_snapshots": 100,
        "most_tokens": 10_000,
        "most_idempotency_keys": 10_000,
        "most_cursors": 100,
        "most_jobs": 10_000,
        "most_faults": 1000,
        "most_stubs": 1000,
    }
    assert told["most_tenants"]["variable"] == "ZUORA_MOCK_MOST_TENANTS"


def test_seeding_ends_no_call_that_is_under_way(mock: Mock, client: Client) -> None:
    late = ("POST", "/v1/action/query", {"json": QUERY, "headers": headers(client, **{"Zuora-Mock-Delay": "20"})})
    seed = ("POST", "/__admin/seed", {"content": json.dumps({}), "headers": headers(client)})
    assert [each.status_code for each in mock.together(late, seed)] == [200, 200]


def headers(client: Client, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token}", **more}


def test_a_client_of_the_fixture_never_makes_room(new_server: Start) -> None:
    mock = new_server(most_tenants=1)
    for number in range(3):
        mock.sign_in(guest(number), "s")
    assert mock.sign_in(CLIENT_ID, SECRET).post("/v1/action/query", json=QUERY).status_code == 200
