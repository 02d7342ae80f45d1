"""`/__admin/stubs`: a test's own answers in WireMock's mapping form, and where they stand among the mock's own."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start

pytestmark = pytest.mark.assumed

WIREMOCK = Path(__file__).parents[1] / "wiremock"
FOLDER = sorted((WIREMOCK / "mappings").glob("*.json"))
STUBS, MEMO = "/__admin/stubs", "/v1/debit-memos/DM-1"
GOOD: dict[str, Any] = {"jsonBody": {"success": True}}

ANSWERS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/v1/debit-memos/DM-00000001", {}, 200, '"number":"DM-00000001"'),
    ("GET", "/rest/v1/debit-memos/DM-00000001", {}, 200, '"number":"DM-00000001"'),
    ("GET", "/v1/debit-memos/DM-00000009", {}, 404, '"message":"Cannot find entity"'),
    ("GET", "/v1/debit-memos/nonsense", {}, 404, "does not exist"),
    ("GET", "/v1/debit-memos/subscription/A-S1?status=completed", {}, 200, '{"debitMemos":[],"success":true}'),
    ("GET", "/v1/debit-memos/subscription/A-S1?status=completed&page=1", {}, 404, "does not exist"),
    ("GET", "/v1/debit-memos/subscription/B-S1?status=completed", {}, 404, "does not exist"),
    ("POST", "/v1/debit-memos/preview", {"json": {"a": [{"orderActions": [{"type": "Suspend"}]}]}}, 404, ""),
    ("GET", "/v1/creditmemos/CM1?page=1&pageSize=40", {}, 200, '"creditmemos":[]'),
    ("GET", "/v1/creditmemos/CM1?page=1", {}, 404, "does not exist"),
    ("DELETE", "/v1/creditmemos/CM1", {}, 204, ""),
    ("PATCH", "/workflows/7", {}, 200, "a,b\n1,2\n"),
    ("POST", "/workflows/7/run", {"headers": {"X-Team": "b52"}}, 500, "boom"),
    ("POST", "/workflows/7/run", {"headers": {"X-Team": "good"}}, 200, "a,b\n1,2\n"),
    ("POST", "/apps/PublicHostedPageLite.do", {"data": {"method": "submitPage", "id": "8ad0"}}, 200, "<html/>"),
    ("POST", "/apps/PublicHostedPageLite.do", {"data": {"method": "submitPage", "id": "x"}}, 404, ""),
    ("GET", "/apps/page", {"headers": {"Cookie": "a=b; session=1"}}, 302, ""),
    ("POST", "/v1/usage", {"content": b"ACCOUNT_ID,UOM\nA-1,Each\n"}, 200, '{"success":true}'),
    ("GET", "/v1/tags?tag=b&tag=a", {}, 200, '["a","b"]'),
    ("GET", "/v1/tags?tag=a", {}, 404, ""),
]
"""Method, path, options, status, and a piece of the body."""


def mapping(url: str = MEMO, response: dict[str, Any] = GOOD, **more: Any) -> dict[str, Any]:
    return {"request": {"method": "GET", "urlPath": url, **more.pop("request", {})}, "response": response, **more}


def add(client: Client, body: dict[str, Any]) -> str:
    answer = client.post(STUBS, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def refused(client: Client, body: dict[str, Any]) -> list[str]:
    """The places of what is wrong."""
    answer = client.post(STUBS, json=body)
    assert answer.status_code == 400
    assert client.get(STUBS).json()["mappings"] == []
    return [each["pointer"] for each in answer.json()["errors"]]


def entry(client: Client, answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
    return found


class TestAFolderOfWireMock:
    @pytest.fixture
    def folder(self, client: Client) -> Client:
        """A client whose tenant has got every file as it is."""
        for file in FOLDER:
            answer = client.post(STUBS, content=file.read_bytes(), headers={"Content-Type": "application/json"})
            assert answer.status_code == 201, (file.name, answer.text)
        return client

    def test_every_file_of_it_is_taken_as_it_is(self, folder: Client) -> None:
        kept = {json.dumps({**each, "id": None}, sort_keys=True) for each in folder.get(STUBS).json()["mappings"]}
        given = {json.dumps({**json.loads(f.read_text()), "id": None}, sort_keys=True) for f in FOLDER}
        assert kept == given
        assert len(given) == 21

    def test_its_stubs_answer_what_they_are_for(self, folder: Client) -> None:
        for method, path, options, status, piece in ANSWERS:
            answer = folder.request(method, path, **options)
            assert (answer.status_code, piece in answer.text) == (status, True), (method, path, answer.text)

    def test_a_body_is_compared_as_a_mapping_says(self, folder: Client) -> None:
        action = {"type": "CreateSubscription", "createSubscription": {}}
        lines = [{"orderActions": [{"type": "AddProduct"}, action], "subscriptionNumber": None}]
        good = {"existingAccountNumber": "A-1", "orderDate": "2026-01-01", "subscriptions": lines}
        account = {"existingAccountNumber": "A-2"}
        bodies = [good, {**good, "more": 1}, {**good, **account}, {**good, "orderDate": 20260101}, {"orderDate": "1"}]
        assert [folder.post("/v1/debit-memos", json=each).status_code for each in bodies] == [200, 200, 404, 404, 404]
        del good["existingAccountNumber"]
        assert folder.post("/v1/debit-memos", json=good).status_code == 400

    def test_what_a_json_path_leads_to_is_compared_zipped_or_not(self, folder: Client) -> None:
        good = {"query": "select id from invoice", "outputFormat": "JSON"}
        bodies = [good, {**good, "query": "select id from account"}, {"query": good["query"]}]
        assert [folder.post("/query/jobs", json=each).status_code for each in bodies] == [200, 400, 404]
        zipped = gzip.compress(json.dumps(good).encode())
        assert folder.post("/query/jobs", content=zipped, headers={"Content-Encoding": "gzip"}).status_code == 200

    def test_a_scenario_goes_on_as_it_is_called(self, folder: Client) -> None:
        states = [folder.get("/v1/async-jobs/1").json()["status"] for _ in range(3)]
        assert states == ["Processing", "Completed", "Completed"]
        folder.delete(STUBS)
        assert folder.get("/v1/async-jobs/1").status_code == 404

    def test_a_stub_for_anybody_answers_without_a_token(self, folder: Client, mock: Mock) -> None:
        report, basic = "/reporting/api/v1/reports", base64.b64encode(b"reports:s3cret").decode()
        assert mock.get(report, headers={"Authorization": f"Basic {basic}"}).json() == {"reports": []}
        assert mock.get(report).status_code == 401
        assert mock.get("/v1/debit-memos/DM-00000001").status_code == 401

    def test_a_file_as_wiremock_exports_it_goes_in_and_comes_out(self, client: Client) -> None:
        file = (WIREMOCK / "exported.json").read_bytes()
        ids = client.post(STUBS, content=file).json()["ids"]
        assert [each[-3:] for each in ids] == ["102", "101"]
        assert client.get("/v1/bill-runs/1").json() == {"status": "Pending"}
        listed = client.get(STUBS).json()
        assert listed["meta"] == {"total": 2}
        client.delete(STUBS)
        client.post(STUBS, json=listed)
        assert client.get(STUBS).json() == listed


class TestWhereAStubStands:
    def test_it_answers_what_the_mock_has_not_and_header_and_journal_say_so(self, client: Client) -> None:
        made = add(client, mapping())
        answer = client.get(MEMO)
        assert answer.json() == {"success": True}
        assert answer.headers["Zuora-Mock-Level"] == "stubbed"
        assert answer.headers["Zuora-Mock-Stub"] == made
        assert "Zuora-Mock-Unsupported" not in answer.headers
        assert (entry(client, answer)["stub"], entry(client, answer)["operation"]) == (made, None)

    def test_the_mocks_own_operation_goes_first_and_the_journal_says_so(self, client: Client) -> None:
        for path in ("/v1/accounts/A-1", "/v1/object/product/none"):
            made = add(client, mapping(path))
            answer = client.get(path)
            assert "Zuora-Mock-Stub" not in answer.headers
            said = f"stub {made} fits, but the mock answers this itself: it does not say override"
            assert said in entry(client, answer)["notes"]

    def test_unless_the_stub_overrides_it(self, client: Client) -> None:
        add(client, mapping("/v1/accounts/A-1", override=True))
        answer = client.get("/v1/accounts/A-1")
        assert (answer.json(), answer.headers["Zuora-Mock-Level"]) == ({"success": True}, "stubbed")
        assert entry(client, answer)["operation"] == "accounts.get"
        assert client.get("/v1/accounts/A-2").headers.get("Zuora-Mock-Level") is None

    def test_why_a_stub_that_is_near_did_not_answer_stands_in_the_journal(self, client: Client) -> None:
        add(client, mapping(name="memos", request={"headers": {"X-Team": {"equalTo": "a"}}}))
        answer = client.get(MEMO)
        assert answer.status_code == 404
        assert entry(client, answer)["notes"][0].endswith("(memos) does not fit: /request/headers/X-Team")

    def test_priority_goes_first_then_the_newest(self, client: Client) -> None:
        for status, priority in ((201, 5), (202, 4), (203, 4), (204, 6)):
            add(client, mapping(response={"status": status}, priority=priority))
        assert client.get(MEMO).status_code == 203

    def test_a_token_that_is_none_gets_no_stub(self, mock: Mock, client: Client) -> None:
        add(client, mapping())
        assert mock.get(MEMO).status_code == 401

    def test_a_token_request_is_answered_where_that_is_meant(self, mock: Mock, client: Client) -> None:
        add(client, mapping("/oauth/token", {"status": 503}, request={"method": "POST"}, override=True))
        form = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
        assert mock.post("/oauth/token", data=form).status_code == 503

    def test_tenants_do_not_see_each_others(self, mock: Mock, client: Client) -> None:
        add(client, mapping())
        assert mock.sign_in("5" * 36).get(MEMO).status_code == 404

    def test_an_ordered_fault_strikes_before_it(self, client: Client) -> None:
        add(client, mapping())
        client.post("/__admin/faults", json={"match": {"path": MEMO}, "times": 1, "fault": {"kind": "rate-limit"}})
        assert [client.get(MEMO).status_code for _ in range(2)] == [429, 200]

    def test_its_own_fault_and_delay_are_journalled_as_such(self, client: Client) -> None:
        made = add(client, mapping(response={"fault": "EMPTY_RESPONSE", "fixedDelayMilliseconds": 1}))
        with pytest.raises(ConnectionResetError):
            client.get(MEMO)
        last = client.get("/__admin/requests").json()["requests"][0]
        assert (last["fault"], last["stub"], last["status"]) == ("EMPTY_RESPONSE", made, 0)

    def test_verification_asks_for_it_and_tells_what_was_near(self, client: Client) -> None:
        made = add(client, mapping())
        client.get(MEMO)
        assert client.post("/__admin/verify", json={"match": {"stub": made}, "count": 1}).json()["ok"]
        miss = client.post("/__admin/verify", json={"match": {"stub": "another"}}).json()["nearest"][0]
        assert miss["differs"] == {"stub": {"expected": "another", "actual": made}}

    def test_a_repeated_key_repeats_its_answer(self, client: Client) -> None:
        add(client, mapping(request={"method": "POST"}))
        answers = [client.post(MEMO, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert [each.json() for each in answers] == [{"success": True}] * 2
        assert answers[1].headers["Zuora-Mock-Replayed"] == "true"

    def test_a_body_that_is_too_large_meets_no_stub(self, server: Start) -> None:
        client = server(max_body=1000).sign_in()
        add(client, mapping(request={"method": "POST"}))
        assert client.post(MEMO, content=b"x" * 1001).status_code == 404


class TestKeeping:
    def test_one_is_read_replaced_and_removed(self, client: Client) -> None:
        made = add(client, mapping(name="first"))
        assert client.get(f"{STUBS}/{made}").json()["name"] == "first"
        other = client.put(f"{STUBS}/{made}", json=mapping(response={"status": 410}, id=made))
        assert other.json()["response"] == {"status": 410}
        assert client.get(MEMO).status_code == 410
        assert client.put(f"{STUBS}/{made}", json=mapping(id="other")).status_code == 400
        assert client.delete(f"{STUBS}/{made}").status_code == 204
        assert client.get(MEMO).status_code == 404
        gone = [client.get(f"{STUBS}/{made}"), client.put(f"{STUBS}/{made}", json=mapping())]
        assert [each.status_code for each in (*gone, client.delete(f"{STUBS}/{made}"))] == [404] * 3

    def test_one_of_the_same_id_takes_its_place_and_is_the_newest(self, client: Client) -> None:
        add(client, mapping(response={"status": 201}, id="mine"))
        add(client, mapping(response={"status": 202}))
        add(client, mapping(response={"status": 203}, id="mine"))
        assert client.get(MEMO).status_code == 203
        assert client.get(STUBS).json()["meta"]["total"] == 2

    def test_a_reset_brings_back_those_of_the_fixture_and_no_other(self, mock: Mock, client: Client) -> None:
        other = "6" * 36
        base = {"stubs": [mapping(id="kept")]}
        made = client.put(f"/__admin/tenants/{other}", json={"clientSecret": "s", "base": base})
        assert made.status_code == 201, made.text
        own = mock.sign_in(other, "s")
        add(own, mapping("/v1/bill-runs", id="gone"))
        assert own.post("/__admin/reset").json()["removed"]["stubs"] == 2
        assert own.get(MEMO).status_code == 200
        assert own.get("/v1/bill-runs").status_code == 404

    def test_state_seed_snapshot_and_fork_carry_them(self, mock: Mock, client: Client) -> None:
        add(client, mapping(id="kept"))
        state = client.get("/__admin/state").json()
        assert [each["id"] for each in state["stubs"]] == ["kept"]
        client.post("/__admin/snapshots", json={"name": "with"})
        client.delete(STUBS)
        assert client.get(MEMO).status_code == 404
        client.post("/__admin/snapshots/with/restore")
        assert client.get(MEMO).status_code == 200
        client.post("/__admin/tenants/default/fork", json={"clientId": "7" * 36, "clientSecret": "s"})
        assert mock.sign_in("7" * 36, "s").get(MEMO).status_code == 200
        seeded = mock.sign_in("8" * 36)
        assert seeded.post("/__admin/seed", json={"stubs": state["stubs"]}).status_code == 200
        assert seeded.get(MEMO).status_code == 200

    def test_what_is_wrong_in_a_fixture_is_told_with_its_place(self, client: Client) -> None:
        wrong = {"stubs": [mapping(), {"request": {"urlPath": "v1"}, "response": {"transformers": []}}]}
        answer = client.post("/__admin/seed", json=wrong)
        assert [each["pointer"] for each in answer.json()["errors"]] == [
            "/stubs/1/request/urlPath",
            "/stubs/1/response/transformers",
        ]

    def test_they_survive_a_restart(self, new_server: Start, tmp_path: Path) -> None:
        first = new_server(db=tmp_path / "mock.db")
        client = first.sign_in()
        client.post(STUBS, json={"mappings": [json.loads(file.read_text()) for file in FOLDER]})
        client.get("/v1/async-jobs/1")
        first.stop()
        again = Client(new_server(db=tmp_path / "mock.db"), client.token)
        assert again.get("/v1/async-jobs/1").json()["status"] == "Completed"
        assert again.get("/v1/debit-memos/DM-00000001").status_code == 200

    def test_one_too_many_is_refused_however_it_comes(self, server: Start) -> None:
        client = server(most_stubs=1).sign_in()
        add(client, mapping())
        for answer in (
            client.post(STUBS, json=mapping()),
            client.post("/__admin/seed", json={"stubs": [mapping()]}),
        ):
            assert answer.status_code == 409
            assert answer.json()["detail"] == "there is room for 1 stubs: remove some, or raise --most-stubs"
        assert client.get(STUBS).json()["meta"]["total"] == 1
        assert client.get(MEMO).status_code == 200


def test_what_the_mock_cannot_do_is_refused_with_its_place_and_nothing_is_kept(client: Client) -> None:
    wrong = mapping(
        response={"transformers": ["response-template"]}, request={"bodyPatterns": [{"matchesXPath": "/a"}]}
    )
    places = ["/request/bodyPatterns/0/matchesXPath", "/response/transformers"]
    assert refused(client, wrong) == places
    assert refused(client, {"mappings": [mapping(), wrong]}) == [f"/mappings/1{place}" for place in places]
