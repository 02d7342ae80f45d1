"""`/__admin`: tenants, forks and snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, Client, Mock

pytestmark = pytest.mark.assumed

NEW = {"clientId": "c" * 36, "clientSecret": "shared"}
FIXTURE = {"accounts": [{"AccountNumber": "A-77", "Name": "Seventy-seven", "Currency": "USD"}]}


def names(mock: Mock) -> set[str]:
    return {each["name"] for each in mock.get("/__admin/tenants").json()["tenants"]}


def test_a_new_tenant_starts_from_the_first_fixture(mock: Mock) -> None:
    answer = mock.post("/__admin/tenants", json=NEW)
    assert answer.status_code == 201
    assert answer.json()["clientId"] == NEW["clientId"]
    assert mock.sign_in("c" * 36, "shared").ids().keys() == mock.sign_in().ids().keys()
    assert names(mock) == {"default", "c" * 36}


def test_a_tenant_can_be_based_on_another_one_with_what_it_holds(mock: Mock) -> None:
    mock.sign_in().post("/__admin/seed", json=FIXTURE)
    for base in (CLIENT_ID, "default"):
        client_id = f"{base:*<36}"[:35] + "!"
        assert mock.post("/__admin/tenants", json={**NEW, "clientId": client_id, "base": base}).status_code == 201
    by_client = mock.sign_in(f"{CLIENT_ID[:35]}!", "shared")
    by_fixture = mock.sign_in(f"{'default':*<35}!", "shared")
    assert "A-77" in by_client.ids("accounts", "AccountNumber")
    assert "A-77" not in by_fixture.ids("accounts", "AccountNumber")


def test_a_tenant_can_be_based_on_a_fixture_of_its_own(mock: Mock) -> None:
    assert mock.post("/__admin/tenants", json={**NEW, "base": FIXTURE}).status_code == 201
    assert mock.sign_in("c" * 36, "shared").ids("accounts", "AccountNumber").keys() == {"A-77"}


OWN = "c" * 36
PUT = f"/__admin/tenants/{OWN}"


def test_a_clients_own_tenant_is_new_whether_it_was_there_or_not(mock: Mock) -> None:
    body = {"clientSecret": "shared", "base": FIXTURE}
    first = mock.put(PUT, json=body)
    assert (first.status_code, first.json()["clientId"]) == (201, OWN)
    client = mock.sign_in(OWN, "shared")
    ids = client.ids("accounts", "AccountNumber")
    client.post("/__admin/seed", json={"accounts": [{**FIXTURE["accounts"][0], "AccountNumber": "A-78"}]})
    client.post("/__admin/faults", json={"fault": {"kind": "rate-limit"}})
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    again = mock.put(PUT, json=body)
    assert (again.status_code, again.json()["requests"], again.json()["jobs"]["mode"]) == (200, 0, "after-reply")
    assert client.ids("accounts", "AccountNumber") == ids
    assert client.post("/v1/action/query", json={"queryString": "select Id from Account"}).json()["size"] == 1


def test_a_tenant_that_is_put_again_takes_another_base_and_another_secret(mock: Mock) -> None:
    mock.put(PUT, json={"clientSecret": "first", "base": FIXTURE})
    mock.put(PUT, json={"clientSecret": "second"})
    client = mock.sign_in(OWN, "second")
    assert client.ids().keys() == mock.sign_in().ids().keys()
    client.post("/__admin/seed", json=FIXTURE)
    client.post("/__admin/reset")
    assert "A-77" not in client.ids("accounts", "AccountNumber")


def test_a_tenant_that_is_put_on_another_one_has_what_that_holds(mock: Mock) -> None:
    mock.sign_in().post("/__admin/seed", json=FIXTURE)
    mock.put(PUT, json={"clientSecret": "shared", "base": {}})
    client = mock.sign_in(OWN, "shared")
    assert mock.put(PUT, json={"clientSecret": "shared", "base": CLIENT_ID}).status_code == 200
    assert client.ids() == mock.sign_in().ids()
    assert "A-77" in client.ids("accounts", "AccountNumber")


def test_what_is_wrong_with_a_base_leaves_the_tenant_as_it_was(mock: Mock) -> None:
    mock.put(PUT, json={"clientSecret": "shared", "base": FIXTURE})
    bases: tuple[Any, ...] = ({"client": []}, {"invoices": [{"AccountNumber": "A-1"}]}, "nobody", OWN)
    for base in bases:
        assert mock.put(PUT, json={"clientSecret": "shared", "base": base}).status_code in {400, 404}
    assert mock.sign_in(OWN, "shared").ids("accounts", "AccountNumber").keys() == {"A-77"}


@pytest.mark.parametrize(
    ("client_id", "body", "status"),
    [("short", {"clientSecret": "s"}, 400), (OWN, {"clientSecret": ""}, 400), (CLIENT_ID, {"clientSecret": "s"}, 409)],
)
def test_a_tenant_that_cannot_be_put_is_a_problem(
    mock: Mock, client_id: str, body: dict[str, Any], status: int
) -> None:
    assert mock.put(f"/__admin/tenants/{client_id}", json=body).status_code == status


def test_a_fork_has_the_same_ids_and_goes_its_own_way(mock: Mock) -> None:
    client = mock.sign_in()
    assert mock.post("/__admin/tenants/default/fork", json=NEW).status_code == 201
    fork = mock.sign_in("c" * 36, "shared")
    assert fork.ids() == client.ids()
    fork.order_split()
    fork.post("/__admin/jobs/settle")
    assert "INV00000001" not in fork.ids()
    assert "INV00000001" in client.ids()


def test_a_fork_takes_waiting_work_with_it(mock: Mock) -> None:
    client = mock.sign_in()
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    client.order_split()
    mock.post(f"/__admin/tenants/{CLIENT_ID}/fork", json=NEW)
    fork = mock.sign_in("c" * 36, "shared")
    assert len(fork.post("/__admin/jobs/settle").json()["ran"]) == 1
    assert [job["state"] for job in client.jobs()] == ["queued"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/__admin/tenants", {**NEW, "clientId": "short"}, 400),
        ("/__admin/tenants", {**NEW, "clientSecret": "s" * 43}, 400),
        ("/__admin/tenants", {"clientId": "c" * 36}, 400),
        ("/__admin/tenants", {**NEW, "colour": "red"}, 400),
        ("/__admin/tenants", {**NEW, "base": {"accounts": 1}}, 400),
        ("/__admin/tenants", {**NEW, "base": "nobody"}, 404),
        ("/__admin/tenants", {**NEW, "clientId": CLIENT_ID}, 409),
        ("/__admin/tenants/nobody/fork", NEW, 404),
        ("/__admin/tenants/default/fork", {**NEW, "clientId": "short"}, 400),
        ("/__admin/tenants/default/fork", {**NEW, "clientId": CLIENT_ID}, 409),
    ],
)
def test_a_tenant_that_cannot_be_is_a_problem(mock: Mock, path: str, body: dict[str, Any], status: int) -> None:
    refused = mock.post(path, json=body)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == status
    assert names(mock) == {"default"}


def test_a_tenant_is_found_by_its_name_and_by_any_client(mock: Mock) -> None:
    by_name = mock.get("/__admin/tenants/default").json()
    by_client = mock.get(f"/__admin/tenants/{CLIENT_ID}").json()
    assert by_name["name"] == by_client["name"] == "default"
    assert by_name["clientIds"] == by_client["clientIds"]
    assert CLIENT_ID in by_name["clientIds"]
    assert mock.get("/__admin/tenants/nobody").status_code == 404


def test_a_removed_tenant_is_gone_with_its_tokens(mock: Mock) -> None:
    mock.post("/__admin/tenants", json=NEW)
    client = mock.sign_in("c" * 36, "shared")
    assert mock.delete(f"/__admin/tenants/{'c' * 36}").status_code == 204
    assert client.get("/__admin/state").status_code == 404
    assert client.post("/v1/action/query", json={"queryString": "select Id from Invoice"}).status_code == 401
    assert mock.delete(f"/__admin/tenants/{'c' * 36}").status_code == 404


def test_a_tenant_can_remove_itself(mock: Mock) -> None:
    client = mock.sign_in("d" * 36, "own")
    assert client.delete("/__admin/tenants").status_code == 204
    assert names(mock) == {"default"}
    assert mock.delete("/__admin/tenants").status_code == 409


def test_the_tenant_of_the_first_fixture_stays(mock: Mock) -> None:
    assert mock.delete("/__admin/tenants/default").status_code == 409
    assert names(mock) == {"default"}


def test_a_restore_brings_data_jobs_policy_and_clock_back(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2026-02-01T00:00:00Z", "frozen": True})
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    client.order_split()
    before, jobs = client.get("/__admin/state").json(), client.jobs()
    assert client.post("/__admin/snapshots", json={"name": "before"}).status_code == 201
    client.post("/__admin/jobs/settle")
    client.put("/__admin/jobs/policy", json={"mode": "after-reply"})
    client.post("/__admin/clock/advance", json={"seconds": 86_400})
    assert client.get("/__admin/state").json() != before
    assert client.post("/__admin/snapshots/before/restore").status_code == 200
    assert client.get("/__admin/state").json() == before
    assert client.jobs() == jobs


def test_a_token_is_still_good_after_a_restore(client: Client) -> None:
    client.post("/__admin/snapshots", json={"name": "early"})
    client.put("/__admin/clock", json={"now": "2030-01-01T00:00:00Z"})
    client.post("/__admin/snapshots/early/restore")
    assert client.get(f"/v1/object/invoice/{client.ids()['INV00000001']}").status_code == 200


def test_snapshots_are_listed_replaced_and_forgotten(client: Client) -> None:
    for name in ("one", "two", "one"):
        client.post("/__admin/snapshots", json={"name": name})
    listed = client.get("/__admin/snapshots").json()["snapshots"]
    assert {each["name"] for each in listed} == {"one", "two"}
    assert len(listed) == 2
    assert client.delete("/__admin/snapshots/one").status_code == 204
    assert client.delete("/__admin/snapshots/one").status_code == 404
    assert client.delete("/__admin/snapshots").status_code == 204
    assert client.get("/__admin/snapshots").json() == {"snapshots": []}


def test_an_unknown_snapshot_cannot_be_restored(client: Client) -> None:
    assert client.post("/__admin/snapshots/never/restore").status_code == 404


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", " a", "a?b", "a#b", "50%", "Ärger", "a\n", "a" * 101])
def test_a_snapshot_whose_name_is_no_step_of_a_path_is_refused(client: Client, name: str) -> None:
    refused = client.post("/__admin/snapshots", json={"name": name})
    assert refused.status_code == 400
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/name"]


@pytest.mark.parametrize("name", ["v1.0", "before the split", "a_b-C", "a" * 100])
def test_a_snapshot_that_was_taken_can_be_restored_by_its_name(client: Client, name: str) -> None:
    assert client.post("/__admin/snapshots", json={"name": name}).status_code == 201
    assert client.post(f"/__admin/snapshots/{name}/restore").json()["name"] == name


def test_snapshots_belong_to_their_tenant(mock: Mock) -> None:
    mock.sign_in().post("/__admin/snapshots", json={"name": "mine"})
    assert mock.sign_in("e" * 36, "other").post("/__admin/snapshots/mine/restore").status_code == 404


@pytest.mark.assumed
@pytest.mark.parametrize(
    "options",
    [
        {"params": {"tenant": ""}},
        {"headers": {"Zuora-Mock-Tenant": ""}},
        {"headers": {"Authorization": "Bearer "}},
        {"headers": {"Authorization": "Basic eDp5"}},
    ],
)
def test_a_tenant_named_by_nothing_is_not_all_tenants(mock: Mock, options: dict[str, dict[str, str]]) -> None:
    answer = mock.post("/__admin/reset", **options)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.assumed
def test_members_of_bodies_are_in_camel_case_and_in_no_other(mock: Mock) -> None:
    asked = {"client_id": "eeeeeeee-0000-4000-8000-000000000001", "client_secret": "s"}
    assert mock.post("/__admin/tenants", json=asked).status_code == 400
