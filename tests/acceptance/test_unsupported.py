"""What Zuora has and the mock has not is answered as what there is not, and said in header, journal and log."""

from __future__ import annotations

import logging

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock
from tests.acceptance.wire import UNKNOWN_ID, act, explained, fault, rule_of

HEADER = "Zuora-Mock-Unsupported"


def unsupported(client: Client) -> list[int]:
    """The numbers of the calls that the journal lists so."""
    return [each["n"] for each in client.get("/__admin/requests?unsupported=true").json()["requests"]]


def is_said(client: Client, answer: httpx.Response, what: str) -> bool:
    number = int(answer.headers["Zuora-Mock-Request"])
    return (
        answer.headers.get(HEADER) == what and "mock.unsupported" in rule_of(answer) and number in unsupported(client)
    )


class TestPaths:
    @pytest.mark.observed("a client's tests against a sandbox, 2025")
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v1/orders/O-1"),
            ("POST", "/v1/batch-query/"),
            ("POST", "/v1/batch-query"),
            ("POST", "/v1/hmac-signatures"),
            ("GET", "/v1/subscriptions/A-S1/versions/1"),
            ("GET", "/v1/revenue-schedules/RS-1"),
            ("PUT", "/v1/creditmemos/CM-1/apply"),
        ],
    )
    def test_below_v1_it_is_no_endpoint(self, client: Client, method: str, path: str) -> None:
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (404, 50000040)
        assert answer.json()["reasons"][0]["message"].startswith(f"The endpoint {path} does not exist. Please ")
        assert is_said(client, answer, f"{method} {path}")

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/query/jobs"),
            ("DELETE", "/query/jobs/1"),
            ("GET", "/object-query/rate-plans"),
            ("GET", "/object-query/default__pet/1"),
            ("GET", "/v2/accounts/1"),
            ("GET", "/v2/accounts"),
            ("GET", "/settings/listing"),
            ("PUT", "/settings/tax-codes/1"),
            ("GET", "/events/event-triggers"),
            ("PUT", "/notifications/email-templates/1"),
            ("POST", "/workflows/1/run"),
            ("POST", "/meters/run/1/0.0.1"),
            ("GET", "/commitments/C-1/schedules"),
        ],
    )
    def test_elsewhere_it_matches_no_route(self, client: Client, method: str, path: str) -> None:
        answer = client.request(method, path)
        assert (answer.status_code, answer.text) == (404, '{"message":"no Route matched with those values"}')
        assert is_said(client, answer, f"{method} {path}")

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v1/orders/O-1/nonsense"),
            ("GET", "/v1/orders//triggerDates"),
            ("PATCH", "/v1/orders/O-1"),
            ("HEAD", "/v1/orders/O-1"),
            ("PURGE", "/v1/orders/O-1"),
            ("GET", "/v1/nonsense"),
            ("GET", "/v2/nonsense"),
            ("GET", "/query/nonsense"),
            ("GET", "/v1" + "/x" * 5000),
        ],
    )
    def test_what_zuora_has_not_either_gets_none_of_it(self, client: Client, method: str, path: str) -> None:
        answer = client.request(method, path)
        assert (answer.status_code, HEADER in answer.headers) == (404, False)
        assert unsupported(client) == []

    @pytest.mark.documented("API reference, Update a subscription")
    def test_a_method_that_only_zuora_has_is_not_allowed_here(self, client: Client) -> None:
        answer = client.put("/v1/subscriptions/A-S1")
        assert answer.status_code == 405
        assert is_said(client, answer, "PUT /v1/subscriptions/A-S1")

    @pytest.mark.assumed
    @pytest.mark.parametrize("path", ["/v1/orders", "/query/jobs", "/v1/action/amend"])
    def test_authentication_comes_first(self, mock: Mock, path: str) -> None:
        answer = mock.get(path)
        assert (answer.status_code, HEADER in answer.headers) == (401, False)

    @pytest.mark.assumed
    def test_the_log_says_it(self, client: Client, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, "zuora_mock"):
            client.get("/v1/orders")
            act(client, "amend", {})
        assert [each.getMessage() for each in caplog.records] == [
            "not supported by this mock: GET /v1/orders",
            "not supported by this mock: POST /v1/action/amend",
        ]


class TestObjects:
    @pytest.mark.assumed
    @pytest.mark.parametrize("name", ["productt", "Nonsense", "rate-plan", "Account", "Subscription"])
    def test_a_type_that_an_action_does_not_take_gets_none_of_it(self, client: Client, name: str) -> None:
        body = {"type": name, "objects": [{"AccountId": UNKNOWN_ID}]}
        answer = act(client, "generate", body)
        assert answer.text == fault("INVALID_TYPE", f"invalid type specified: {name}")
        assert (rule_of(answer), HEADER in answer.headers) == ("object.type", False)
        assert unsupported(client) == []

    @pytest.mark.assumed
    def test_the_explanation_says_it_first(self, client: Client) -> None:
        told = explained(client, act(client, "subscribe", {}))
        assert (told["rule"], [each["rule"] for each in told["others"]]) == ("mock.unsupported", ["action.unknown"])
