"""`/__admin`: who may call it and whom it is about; what is mistyped harms nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, Mock, Start

pytestmark = pytest.mark.assumed

OTHER = "a" * 36


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:zuora-mock:")


class TestWhomACallIsAbout:
    def test_who_names_no_tenant_means_the_only_one(self, mock: Mock) -> None:
        assert mock.get("/__admin/clock").status_code == 200
        assert mock.post("/__admin/reset").json()["tenant"] == "default"

    def test_who_names_no_tenant_of_several_is_refused(self, mock: Mock) -> None:
        mock.sign_in(OTHER, "s")
        for method, path in (("GET", "/__admin/clock"), ("POST", "/__admin/reset"), ("DELETE", "/__admin/tenants")):
            assert refusal(mock.request(method, path)) == (400, "no-tenant-named")

    def test_a_mistyped_tenant_resets_nobody(self, mock: Mock) -> None:
        client = mock.sign_in()
        client.order_split()
        assert refusal(mock.post("/__admin/reset?tenat=x")) == (400, "unknown-parameter")
        assert "did you mean 'tenant'?" in mock.post("/__admin/reset?tenat=x").json()["detail"]
        assert refusal(mock.post("/__admin/reset", headers={"Zuora-Mock-Tenat": "x"})) == (400, "unknown-header")
        assert refusal(mock.post("/__admin/reset?tenant=x")) == (404, "unknown-tenant")
        assert client.jobs()

    def test_all_or_one_of_them_are_reset_but_not_both(self, mock: Mock) -> None:
        assert refusal(mock.post("/__admin/reset?all=true&tenant=default")) == (400, "ambiguous-reset")
        assert refusal(mock.post("/__admin/reset?all=perhaps")) == (400, "invalid-request")
        assert mock.post("/__admin/reset?all=false").json()["tenant"] == "default"
        assert mock.post("/__admin/reset?all=true").json()["tenants"].keys() == {"default"}

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/__admin/state?tenant=default&colour=red"),
            ("POST", "/__admin/seed?all=true"),
            ("GET", "/__admin/tenants?tenant=default"),
            ("GET", "/__admin/requests?operaton=query"),
            ("GET", "/__admin/rules?limit"),
            ("GET", "/__admin/config?x=1"),
            ("GET", "/__admin/openapi.json?x=1"),
            ("PUT", "/__admin/clock?freeze=true"),
        ],
    )
    def test_a_parameter_that_there_is_not_is_refused(self, mock: Mock, method: str, path: str) -> None:
        assert refusal(mock.request(method, path)) == (400, "unknown-parameter")

    def test_the_headers_that_order_faults_do_nothing_here(self, mock: Mock) -> None:
        headers = {"Zuora-Mock-Fault": "rate-limit", "Zuora-Mock-Delay": "1", "Zuora-Mock-Tenant": CLIENT_ID}
        assert mock.get("/__admin/clock", headers=headers).status_code == 200


class TestPagesOfOthers:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:3000"},
            {"Origin": "http://["},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Host": "evil.example"},
            {"Host": "localhost.evil.example:9867"},
            {"Host": "[::1"},
            {"Host": "127.0.0.1.evil.example"},
        ],
    )
    def test_a_foreign_page_may_not_drive_the_mock(self, mock: Mock, headers: dict[str, str]) -> None:
        client = mock.sign_in()
        client.order_split()
        sent = {"Host": "localhost", **headers}
        refused = mock.post("/__admin/reset", headers=sent)
        assert refusal(refused) == (403, "unknown-host" if "Host" in headers else "foreign-site")
        assert mock.get("/__admin/health", headers=sent).status_code == 200
        assert client.jobs()

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "localhost:9867", "Origin": "http://localhost:9867", "Sec-Fetch-Site": "same-origin"},
            {"Host": "LOCALHOST:80", "Origin": "http://localhost"},
            {"Host": "mock.example", "Origin": "https://mock.example"},
            {"Host": "127.0.0.1:9867", "Sec-Fetch-Site": "none"},
            {"Host": "[::1]:9867"},
            {"Host": "192.168.1.7"},
            {"Host": "zuora-mock:9867"},
            {"Host": "zuora-mock."},
            {"Host": "billing:9867"},
            {"Host": "testserver"},
        ],
    )
    def test_its_own_pages_and_names_may(self, server: Start, headers: dict[str, str]) -> None:
        mock = server(allowed_hosts=("Billing", "mock.example"))
        assert mock.get("/__admin/clock", headers=headers).status_code == 200

    def test_whence_counts_before_the_token(self, server: Start) -> None:
        mock = server(admin_token="hush")
        assert refusal(mock.get("/__admin/clock", headers={"Host": "evil.example"})) == (403, "unknown-host")

    def test_zuoras_face_is_called_by_any_name(self, mock: Mock) -> None:
        form = {"client_id": OTHER, "client_secret": "s", "grant_type": "client_credentials"}
        headers = {"Host": "rest.zuora.example", "Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
        assert mock.post("/oauth/token", data=form, headers=headers).status_code == 200


class TestTheAdminToken:
    @pytest.mark.parametrize("token", ["hüsch", "тише", "\udce4"])
    @pytest.mark.parametrize("name", ["Zuora-Mock-Admin-Token", "Authorization"])
    def test_it_may_be_beyond_ascii(self, server: Start, token: str, name: str) -> None:
        mock = server(admin_token=token)
        given = token.encode("utf-8", "surrogateescape")
        headers = {name: given if name == "Zuora-Mock-Admin-Token" else b"Bearer " + given}
        assert mock.get("/__admin/clock", headers=headers).status_code == 200

    def test_it_may_come_in_latin_1_too(self, server: Start) -> None:
        headers = {"Zuora-Mock-Admin-Token": "hüsch".encode("latin-1")}
        assert server(admin_token="hüsch").get("/__admin/clock", headers=headers).status_code == 200

    @pytest.mark.parametrize("given", [b"????", b"", b"\xff\xfe", "тишь".encode()])
    def test_another_is_none(self, server: Start, given: bytes) -> None:
        mock = server(admin_token="тише")
        refused = mock.get("/__admin/clock", headers={"Zuora-Mock-Admin-Token": given})
        assert refusal(refused) == (401, "admin-token-needed")


async def pieces(count: int, taken: list[int]) -> AsyncIterator[bytes]:
    for n in range(count):
        taken.append(n)
        yield b" " * 1000


class TestBodies:
    def test_nothing_is_read_of_a_body_without_the_token(self, server: Start) -> None:
        taken: list[int] = []
        refused = server(admin_token="hush").post("/__admin/seed", content=pieces(5, taken))
        assert (refused.status_code, taken) == (401, [])

    @pytest.mark.parametrize("path", ["/__admin/seed", "/__admin/clock/advance"])
    def test_one_that_is_too_long_is_refused_as_soon_as_it_is(self, server: Start, path: str) -> None:
        mock, taken = server(max_body=1000), list[int]()
        refused = mock.post(path, content=pieces(1000, taken))
        assert refusal(refused) == (413, "body-too-large")
        assert len(taken) < 20
        assert refusal(mock.post(path, content=b" " * 16_001)) == (413, "body-too-large")
        assert mock.post(path, content=b" " * 16_000).status_code == 400


DEEP = "[" * 900 + "]" * 900
HALF = '"\\ud800"'
NUL = r'"a\u0000"'
DEEPEST = "[" * 190 + "]" * 190
BODIES: dict[str, list[str]] = {
    "/__admin/faults": [
        '{{"match": {{"body": {{"/x": {value}}}}}, "fault": {{"kind": "rate-limit"}}}}',
        '{{"match": {{"trackId": {value}}}, "fault": {{"kind": "rate-limit"}}}}',
        '{{"match": {{"headers": {{"X": {value}}}}}, "fault": {{"kind": "rate-limit"}}}}',
        '{{"fault": {{"kind": "error", "code": "TEMPORARY_ERROR", "message": {value}}}}}',
        '{{"fault": {{"kind": {value}}}}}',
        '{{"fault": {value}}}',
    ],
    "/__admin/verify": [
        '{{"match": {{"body": {{"/x": {value}}}}}}}',
        '{{"match": {{"rule": {value}}}}}',
        '{{"order": [{value}]}}',
        '{{"count": {value}}}',
    ],
    "/__admin/seed": [
        '{{"accounts": {value}}}',
        '{{"accounts": [{{"AccountNumber": "A-9", "Name": {value}, "Currency": "USD"}}]}}',
        '{{"accounts": [{{"AccountNumber": "A-9", "Name": "N", "Currency": "USD", "x__c": {value}}}]}}',
        '{{"settings": {{"timeZone": {value}}}}}',
    ],
    "/__admin/tenants": [
        '{{"clientId": {value}, "clientSecret": "s"}}',
        '{{"clientId": "cccccccccccccccccccccccccccccccccccc", "clientSecret": {value}}}',
        '{{"clientId": "cccccccccccccccccccccccccccccccccccc", "clientSecret": "s", "base": {value}}}',
        '{{"clientId": "cccccccccccccccccccccccccccccccccccc", "clientSecret": "s", "base": {{"clients": {value}}}}}',
    ],
    "/__admin/snapshots": ['{{"name": {value}}}'],
    "/__admin/clock/advance": ['{{"seconds": {value}}}', '{{"seconds": 1, {value}: 1}}'],
    "/__admin/jobs/nothing/fail": ['{{"reason": {value}}}'],
}


class TestNoFailures:
    @pytest.mark.parametrize(
        "value", [DEEP, DEEPEST, HALF, f"{{{HALF}: 1}}", "9" * 5000, "1e400", "NaN", "9" * 400, NUL]
    )
    @pytest.mark.parametrize(("path", "shape"), [(path, each) for path, shapes in BODIES.items() for each in shapes])
    def test_no_value_makes_a_call_fail(self, mock: Mock, path: str, shape: str, value: str) -> None:
        client = mock.sign_in()
        assert client.post(path, content=shape.format(value=value)).status_code < 500
        client.post("/v1/action/query", content=f'{{"queryString": {value}, "x": {value}}}')
        for read in ("faults", "requests", "requests/1", "state", "tenants", "jobs", "snapshots"):
            assert client.get(f"/__admin/{read}").status_code in {200, 404}

    def test_a_body_of_raw_surrogates_is_no_json(self, mock: Mock) -> None:
        refused = mock.post("/__admin/verify", content=b'{"match": {"body": {"/x": "\xed\xa0\x80"}}}')
        assert refusal(refused) == (400, "malformed-json")

    def test_nul_is_not_text(self, mock: Mock) -> None:
        refused = mock.post("/__admin/verify", content=rb'{"match": {"body": {"/x": "a\u0000"}}}')
        assert refusal(refused) == (400, "malformed-json")
        assert mock.post("/__admin/verify", content=rb'{"match": {"body": {"/x": "a\\u0000"}}}').is_success

    def test_a_pointer_of_thousands_of_digits_points_at_nothing(self, mock: Mock) -> None:
        client = mock.sign_in()
        pattern = {"body": {f"/objects/{'9' * 5000}": None}}
        assert client.post("/__admin/faults", json={"match": pattern, "fault": {"kind": "rate-limit"}}).is_success
        assert client.post("/v1/action/create", json={"type": "Account", "objects": []}).status_code == 429
        assert client.post("/__admin/verify", json={"match": pattern}).json()["ok"] is True

    @pytest.mark.parametrize(
        "instant", ["9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
    )
    def test_an_instant_at_the_end_of_time_is_refused(self, mock: Mock, instant: str) -> None:
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/__admin/faults", {"json": {"expiresAt": instant, "fault": {"kind": "rate-limit"}}}),
            ("POST", "/__admin/seed", {"json": {"clock": {"now": instant}}}),
            ("PUT", "/__admin/clock", {"json": {"now": instant}}),
            ("GET", "/__admin/requests", {"params": {"since": instant}}),
        ]
        for method, path, options in calls:
            assert mock.request(method, path, **options).status_code == 400

    def test_a_filter_as_long_as_a_call_is_no_failure(self, mock: Mock) -> None:
        for name in ("path", "trackId", "rule", "operation", "method"):
            assert mock.get("/__admin/requests", params={name: "a" * 60_000}).status_code in {200, 400}

    def test_a_pattern_of_many_stars_is_matched_at_once(self, mock: Mock) -> None:
        client = mock.sign_in()
        stars = {"trackId": "*a" * 1000 + "*b", "path": "*a" * 1000 + "*b"}
        client.post("/__admin/faults", json={"match": stars, "fault": {"kind": "rate-limit"}})
        client.get(f"/v1/object/invoice/{'a' * 10_000}", headers={"Zuora-Track-Id": "a" * 60})
        assert client.post("/__admin/verify", json={"match": stars}).json()["ok"] is False
        assert client.get("/__admin/requests", params={"path": "*a" * 100 + "*b"}).json()["requests"] == []


@pytest.mark.assumed
def test_faults_by_header_need_the_admin_token_where_there_is_one(server: Start) -> None:
    client = server(admin_token="geheim").sign_in()
    order = {"Zuora-Mock-Fault": "rate-limit", "Zuora-Mock-Delay": "1"}
    body = {"queryString": "select Id from Account"}
    assert client.post("/v1/action/query", json=body, headers=order).status_code == 200
    allowed = {**order, "Zuora-Mock-Admin-Token": "geheim"}
    assert client.post("/v1/action/query", json=body, headers=allowed).status_code == 429
