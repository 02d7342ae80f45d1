"""`/__admin/requests`, `/verify`, `/rules` and `/ledger`: what the calls so far were, and why they were refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.mocks import SECRET, Client, Mock, Start

pytestmark = pytest.mark.assumed

UNKNOWN = "8ad00000000000000000000000000000"


def query(client: Client, text: str = "select Id from Account") -> int:
    """Asks, and returns the number of the call."""
    answer = client.post("/v1/action/query", json={"queryString": text})
    return int(answer.headers["Zuora-Mock-Request"])


def test_calls_are_listed_newest_first_and_those_of_admin_are_not_among_them(client: Client) -> None:
    client.get("/__admin/clock")
    n = query(client)
    listed = client.get("/__admin/requests").json()
    assert [(each["n"], each["operation"]) for each in listed["requests"]] == [(n, "query"), (1, "token")]
    assert listed["forgotten"] == 0


def test_filters_are_parameters(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2026-02-01T00:00:00Z", "frozen": True})
    client.get(f"/v1/object/invoice/{UNKNOWN}", headers={"Zuora-Track-Id": "t-1"})
    for parameters in (
        "method=GET",
        "path=/v1/object/*",
        "status=404",
        "trackId=t-1",
        "operation=get-invoice",
        "rule=object.not-found",
        "since=2026-02-01T00:00:00Z&until=2026-02-01T00:00:00Z",
    ):
        found = client.get(f"/__admin/requests?{parameters}").json()["requests"]
        assert [each["operation"] for each in found] == ["get-invoice"], parameters


def test_what_zuora_has_and_the_mock_has_not_is_listed_as_unsupported(client: Client) -> None:
    client.post("/v1/action/subscribe", json={})
    client.post("/v1/action/nonsense", json={})
    found = client.get("/__admin/requests?unsupported=true").json()["requests"]
    assert [each["path"] for each in found] == ["/v1/action/subscribe"]


def test_pages_follow_each_other(client: Client) -> None:
    for _ in range(4):
        query(client)
    first = client.get("/__admin/requests?limit=3").json()["requests"]
    second = client.get(f"/__admin/requests?limit=3&before={first[-1]['n']}").json()["requests"]
    assert [each["n"] for each in (*first, *second)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("parameters", ["status=bad", "since=yesterday", "limit=0", "foo=bar"])
def test_a_filter_that_makes_no_sense_is_a_problem(client: Client, parameters: str) -> None:
    assert client.get(f"/__admin/requests?{parameters}").status_code == 400


def test_a_filter_by_an_operation_that_there_is_not_is_doubted(client: Client) -> None:
    listed = client.get("/__admin/requests?operation=qurey").json()
    assert (listed["requests"], len(listed["doubts"])) == ([], 1)
    assert "doubts" not in client.get("/__admin/requests?operation=query").json()


def test_credentials_are_masked(client: Client) -> None:
    text = "".join(client.get(f"/__admin/requests/{n}").text for n in (1, query(client)))
    assert client.token not in text
    assert "zuora-mock-secret" not in text


def test_one_call_tells_what_it_changed_and_the_work_that_it_ordered(mock: Mock, client: Client) -> None:
    split = client.prepare_split()
    client.execute(split)
    mock.pause()
    n = client.get("/__admin/requests?operation=execute").json()["requests"][0]["n"]
    whole = client.get(f"/__admin/requests/{n}").json()
    assert [(job["objectId"], job["state"]) for job in whole["jobs"]] == [(split, "succeeded")]
    parts = [each for each in whole["changes"] if each["object"] == "Invoice" and each["before"] is None]
    assert sorted(each["after"]["Amount"] for each in parts) == [40_000, 60_000]


def test_a_refusal_is_explained(client: Client) -> None:
    n = query(client, "select Nonsense from Account")
    told = client.get(f"/__admin/requests/{n}/explain").json()
    assert (told["rule"], told["others"]) == ("zoql.field", [])
    assert told["source"]
    assert told["summary"]


def test_a_call_that_was_not_refused_cannot_be_explained(client: Client) -> None:
    answer = client.get(f"/__admin/requests/{query(client)}/explain")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not refused")


def test_a_call_that_never_was_and_one_that_is_forgotten_are_told_apart(server: Start) -> None:
    client = server(journal_size=1).sign_in()
    query(client)
    titles = [client.get(f"/__admin/requests/{n}{more}").json()["title"] for n in (1, 3) for more in ("", "/explain")]
    assert titles == ["Forgotten request"] * 2 + ["Unknown request"] * 2
    assert client.get("/__admin/requests").json()["forgotten"] == 1


def test_the_journal_can_be_emptied(client: Client) -> None:
    query(client)
    assert client.delete("/__admin/requests").status_code == 204
    assert client.get("/__admin/requests").json() == {"requests": [], "forgotten": 0}
    assert query(client) == 1


def test_verification_says_what_was_missing(client: Client) -> None:
    n = query(client)
    match = {"operation": "query", "status": 200}
    assert client.post("/__admin/verify", json={"match": match, "count": 1}).json() == {"ok": True, "count": 1}
    verdict = client.post("/__admin/verify", json={"match": {**match, "status": 400}}).json()
    assert (verdict["ok"], verdict["count"]) == (False, 0)
    assert verdict["nearest"][0] == {"n": n, "differs": {"status": {"expected": 400, "actual": 200}}}


def test_verification_doubts_an_operation_that_there_is_not(client: Client) -> None:
    verdict = client.post("/__admin/verify", json={"match": {"operation": "qurey"}, "count": 0}).json()
    assert verdict["ok"] is True
    assert verdict["doubts"] == ["no operation is called 'qurey'; did you mean 'query'?"]


def test_verification_waits_until_the_call_comes(mock: Mock, client: Client) -> None:
    authorised = {"Authorization": f"Bearer {client.token}"}
    question = {"match": {"operation": "query"}, "count": 2, "withinSeconds": 60}

    async def scene() -> tuple[bool, dict[str, Any]]:
        asked = asyncio.create_task(mock.send("POST", "/__admin/verify", json=question, headers=authorised))
        for _ in range(2):
            waited = not asked.done()
            zoql = {"queryString": "select Id from Account"}
            await mock.send("POST", "/v1/action/query", json=zoql, headers=authorised)
        return waited, (await asked).json()

    assert mock.run(scene()) == (True, {"ok": True, "count": 2})


def test_verification_gives_up_when_the_time_is_over(client: Client) -> None:
    question = {"match": {"operation": "query"}, "withinSeconds": 0.01}
    assert client.post("/__admin/verify", json=question).json()["ok"] is False


def test_nobody_waits_for_longer_than_a_client_does(client: Client) -> None:
    assert client.post("/__admin/verify", json={"match": {}, "withinSeconds": 301}).status_code == 400


def test_the_journal_as_har_has_the_calls_in_their_order(client: Client) -> None:
    query(client)
    with pytest.raises(ConnectionResetError):
        client.get(f"/v1/object/invoice/{UNKNOWN}", headers={"Zuora-Mock-Fault": "applied-then-lost"})
    answer = client.get("/__admin/requests/har")
    log = answer.json()["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "zuora-mock")
    token, asked, lost = log["entries"]
    assert (token["request"]["method"], token["request"]["url"]) == ("POST", "http://zuora-mock/oauth/token")
    assert json.loads(asked["request"]["postData"]["text"]) == {"queryString": "select Id from Account"}
    assert json.loads(asked["response"]["content"]["text"])["size"] == 4
    assert (asked["response"]["status"], asked["response"]["statusText"]) == (200, "OK")
    assert (lost["response"]["status"], "applied-then-lost" in lost["comment"]) == (0, True)
    assert SECRET not in answer.text
    assert client.token not in answer.text


def test_the_journal_as_har_takes_the_same_filters(client: Client) -> None:
    for _ in range(3):
        query(client)
    found = client.get("/__admin/requests/har?operation=query&limit=2").json()["log"]["entries"]
    assert [each["comment"] for each in found] == ["request 3", "request 4"]


def test_order_is_verified(client: Client) -> None:
    query(client)
    steps = [{"operation": "token"}, {"operation": "query"}]
    wrapped = [{"match": each} for each in steps]
    for order in (steps, wrapped):
        assert client.post("/__admin/verify", json={"order": order}).json() == {"ok": True, "count": 2}
    verdict = client.post("/__admin/verify", json={"order": steps[::-1]}).json()
    assert {name: verdict[name] for name in ("ok", "count", "missing", "after")} == {
        "ok": False,
        "count": 1,
        "missing": 1,
        "after": 2,
    }


def test_a_question_that_makes_no_sense_is_a_problem(client: Client) -> None:
    assert client.post("/__admin/verify", json={}).status_code == 400


def test_rules_are_listed_with_their_sources(client: Client) -> None:
    rules = client.get("/__admin/rules").json()["rules"]
    assert all(each["source"] and each["summary"] for each in rules)
    assert {each["provenance"] for each in rules} == {"documented", "observed", "assumed"}


def test_the_ledger_comes_in_three_forms(new_server: Start) -> None:
    client = new_server().sign_in()
    query(client, "select Nonsense from Account")
    told = client.get("/__admin/ledger").json()
    met = [each["name"] for section in ("operations", "rules") for each in told[section] if each["exercised"]]
    assert sorted(met) == ["query", "token", "zoql.field"]
    assert told["totals"]["operations"]["exercised"] == 2
    text = client.get("/__admin/ledger?format=text")
    assert text.headers["Content-Type"].startswith("text/plain")
    assert text.text.startswith("operations: 2 of ")
    junit = client.get("/__admin/ledger?format=junit")
    assert junit.headers["Content-Type"] == "application/xml"
    assert {each.get("name") for each in ET.fromstring(junit.content)} == {"operations", "objects", "rules", "use"}  # noqa: S314
    assert client.get("/__admin/ledger?format=pdf").status_code == 400


def test_the_ledger_tells_on_which_level_of_the_mock_a_suite_rests(new_server: Start) -> None:
    client = (mock := new_server()).sign_in()
    for object_ in ("Invoice", "Product"):
        query(client, f"select Id from {object_}")
    stub = {"request": {"urlPathPattern": "/v1/(debit-memos|accounts)/.*"}, "response": {}, "override": True}
    client.post("/__admin/stubs", json=stub)
    for path in ("/v1/debit-memos/DM-1", "/v1/accounts/A-1", "/v1/revenue-schedules/RS-1", "/v1/nonsense"):
        client.get(path)
    use = {
        "computed": ["query Invoice", "token"],
        "stored": ["query Product"],
        "stubbed": ["GET /v1/debit-memos/{}", "accounts.get"],
        "no": ["GET /v1/revenue-schedules/{}"],
    }
    told = client.get("/__admin/ledger").json()
    assert told["use"] == use
    assert "accounts.get" not in [each["name"] for each in told["operations"] if each["exercised"]]
    guest = mock.sign_in("b" * 36)
    query(guest, "select Id from Account")
    assert guest.get("/__admin/ledger").json()["use"]["stubbed"] == []
    guest.delete("/__admin/tenants")
    assert mock.get("/__admin/ledger?all=true").json()["use"] == {
        **use,
        "computed": ["query Account", "query Invoice", "token"],
    }


@pytest.mark.assumed
@pytest.mark.parametrize(
    "path",
    ["requests/99999999999999999999", "requests?before=99999999999999999999", "requests?status=99999999999999999999"],
)
def test_a_number_that_no_column_holds_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(f"/__admin/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.assumed
def test_a_fault_expires_within_a_century(client: Client) -> None:
    order = {"fault": {"kind": "user-info"}, "expiresAfterSeconds": 1e308}
    assert client.post("/__admin/faults", json=order).status_code == 400


@pytest.mark.assumed
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/token/", "/v1/oauth/token", "/v1/connections/", "/v1/login"])
def test_whoever_signs_in_in_a_wrong_way_leaves_no_secret(client: Client, path: str) -> None:
    form = {"client_id": "c", "Client_Secret": "hush", "password": "hush"}
    headers = {"X-Api-Key": "hush", "Authorization": "Basic hush", "Password": "hush", "Cookie": "a=hush"}
    for given in ({"data": form}, {"json": form}, {"files": {"client_secret": "hush"}}):
        answer = client.post(f"{path}?client%5Fsecret=hush", headers=headers, **given)
        n = answer.headers["Zuora-Mock-Request"]
        for told in ("", "/explain"):
            entry = client.get(f"/__admin/requests/{n}{told}")
            assert entry.status_code == 200
            assert "hush" not in entry.text


@pytest.mark.assumed
def test_verification_knows_headers_of_any_name(client: Client) -> None:
    client.get(f"/v1/object/invoice/{UNKNOWN}", headers={"X-Test": "seven", "Zuora-Org-Ids": "1"})
    question = {"match": {"headers": {"X-Test": "seven", "Zuora-Org-Ids": "1"}}, "count": 1}
    assert client.post("/__admin/verify", json=question).json() == {"ok": True, "count": 1}
