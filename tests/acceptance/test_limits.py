"""Rate and concurrency: the headers of every answer, and 429."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, act, advance, crud, fault, rule_of, start

CONCURRENCY = (
    "The total number of concurrent requests has exceeded the limit allowed by the system. "
    "Please resubmit your request later."
)
GET_INVOICE = f"/v1/object/invoice/{UNKNOWN_ID}"


def limits(answer: httpx.Response) -> tuple[str, str, str]:
    return tuple(answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))  # type: ignore[return-value]  # three


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return start(server, tmp_path).sign_in()


class TestHeaders:
    @pytest.mark.documented("guide, Rate limits")
    def test_the_window_that_ends_first_is_told_then_all_three(self, client: Client) -> None:
        windows = "50000;w=60, 2250000;w=3600, 27000000;w=86400"
        assert limits(client.get(GET_INVOICE)) == (f"50000, {windows}", "49999", "60")
        advance(client, 25)
        assert limits(client.get(GET_INVOICE)) == (f"50000, {windows}", "49998", "35")

    @pytest.mark.documented("guide, Rate limits")
    def test_a_window_begins_anew_on_the_tenants_clock(self, client: Client) -> None:
        client.get(GET_INVOICE)
        advance(client, 60)
        assert client.get(GET_INVOICE).headers["RateLimit-Remaining"] == "49999"

    @pytest.mark.documented("guide, Concurrent request limits")
    @pytest.mark.parametrize(
        ("method", "path", "told"),
        [
            ("GET", GET_INVOICE, ["Default", "40", "39"]),
            ("GET", "/object-query/invoices", ["Object Query", "80", "79"]),
            ("POST", "/v1/accounts", ["High-volume transactions", "200", "199"]),
            ("GET", "/v1/accounts/nobody", ["Default", "40", "39"]),
        ],
    )
    def test_the_concurrency_class_is_told(self, client: Client, method: str, path: str, told: list[str]) -> None:
        headers = client.request(method, path).headers
        assert [headers[f"Concurrency-Limit-{name}"] for name in ("Type", "Limit", "Remaining")] == told

    @pytest.mark.documented("guide, Rate limits")
    @pytest.mark.parametrize("path", [GET_INVOICE, "/v1/nonsense", "/object-query/nonsense", "/v1/action/nonsense"])
    def test_refused_calls_tell_them_and_count_too(self, client: Client, path: str) -> None:
        remaining = [int(client.get(path).headers["RateLimit-Remaining"]) for _ in range(2)]
        assert remaining == [49_999, 49_998]
        assert "RateLimit-Limit" in client.get(path, headers={"Authorization": "Bearer nonsense"}).headers

    @pytest.mark.assumed
    def test_calls_elsewhere_do_not(self, client: Client) -> None:
        assert "RateLimit-Limit" not in client.get("/nonsense").headers


class TestTooMany:
    @pytest.mark.documented("guide, Rate limits")
    @pytest.mark.parametrize(("method", "path"), [("GET", GET_INVOICE), ("POST", "/v1/action/query")])
    def test_one_too_many_gets_the_gateways_answer_in_every_family(
        self, server: Start, tmp_path: Path, method: str, path: str
    ) -> None:
        client = start(server, tmp_path, {"quotas": {"minute": 2}}).sign_in()
        client.get(GET_INVOICE)
        client.get(GET_INVOICE)
        advance(client, 20)
        answer = client.request(method, path)
        expected = (
            '{"reasons":[{"code":70,"message":"API Rate limit exceeded for the minute, retry after 40 seconds"}]}'
        )
        assert (answer.status_code, answer.text) == (429, expected)
        assert limits(answer) == ("2, 2;w=60, 2250000;w=3600, 27000000;w=86400", "0", "40")
        assert answer.headers["Retry-After"] == "40"
        assert answer.headers["Zuora-Mock-Rule"] == "limit.rate; provenance=documented"

    @pytest.mark.documented("guide, Rate limits")
    def test_the_hour_and_the_day_have_quotas_too(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"quotas": {"hour": 1}}).sign_in()
        client.get(GET_INVOICE)
        assert "exceeded for the hour, retry after 3600 seconds" in client.get(GET_INVOICE).text
        advance(client, 3600)
        token = client.get(GET_INVOICE, headers={"Authorization": "x"})
        assert token.status_code == 401

    @pytest.mark.documented("guide, Concurrent request limits")
    def test_too_many_at_once_are_told_in_the_familys_form(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"quotas": {"concurrent": 0}}).sign_in()
        expected = fault("REQUEST_EXCEEDED_LIMIT", CONCURRENCY)
        for answer in (act(client, "query", {}), crud(client, "GET", f"invoice/{UNKNOWN_ID}")):
            assert (answer.status_code, answer.text) == (429, expected)
            assert (answer.headers["Retry-After"], rule_of(answer)) == ("120", "limit.concurrency")

    @pytest.mark.documented("guide, Concurrent request limits")
    def test_rest_tells_it_with_its_code(self, mock: Mock) -> None:
        keys = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}
        answer = mock.post("/v1/connections", headers={**keys, "Zuora-Mock-Fault": "concurrency-limit"})
        assert answer.json()["reasons"] == [{"code": 50000070, "message": CONCURRENCY}]

    @pytest.mark.assumed
    def test_one_tenants_calls_do_not_count_for_another(self, mock: Mock) -> None:
        one, other = mock.sign_in(), mock.sign_in("11111111-1111-4111-8111-111111111111", "s")
        for client in (one, other):
            client.put("/__admin/clock", json={"now": "2026-02-01T10:00:00Z", "frozen": True})
        one.get(GET_INVOICE)
        assert other.get(GET_INVOICE).headers["RateLimit-Remaining"] == "49999"
