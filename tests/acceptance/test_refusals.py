"""Three families, three dialects: what a refused call looks like, and which of several reasons comes first."""

from __future__ import annotations

import gc
import re
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock
from tests.acceptance.wire import AUTHENTICATE, CONTENT_TYPE, NO_DATA, UNKNOWN_ID, act, crud, error, fault, rule_of
from zuora_mock.api.gateway.exchange import Exchange

ACTIONS = ["create", "delete", "execute", "generate", "query", "queryMore", "update"]
PROCESS, UUID = "[0-9A-F]{16}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
GET_INVOICE = f"/v1/object/invoice/{UNKNOWN_ID}"


def endpoint_unknown(answer: httpx.Response, path: str) -> bool:
    """The REST form, whose ids are those of the call."""
    body = answer.json()
    message = f"The endpoint {path} does not exist. Please check the URL or refer to the API documentation."
    return (
        list(body) == ["success", "processId", "reasons", "requestId"]
        and re.fullmatch(PROCESS, body["processId"]) is not None
        and body["requestId"] == answer.headers["Zuora-Request-Id"]
        and (body["success"], body["reasons"]) == (False, [{"code": 50000040, "message": message}])
    )


class TestWhoCalls:
    """401 comes before everything else."""

    @pytest.mark.documented("Older API, ProxyUnauthorizedResponse")
    @pytest.mark.parametrize("path", ["/v1/action/query", "/v1/action/nonsense", GET_INVOICE, "/v1/object/nonsense"])
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
    def test_actions_and_crud_say_authentication_error(self, mock: Mock, path: str, headers: dict[str, str]) -> None:
        answer = mock.post(path, headers=headers)
        assert (answer.status_code, answer.text) == (401, '{"message":"Authentication error"}')
        assert answer.headers["WWW-Authenticate"] == AUTHENTICATE
        assert answer.headers["Zuora-Mock-Rule"] == "auth.credential; provenance=documented"
        assert answer.headers["Content-Type"] == CONTENT_TYPE

    @pytest.mark.observed("calls to rest.zuora.com, 2026")
    @pytest.mark.parametrize("path", ["/v1/invoices/1", "/v1/nonsense", "/object-query/invoices", "/nonsense"])
    def test_rest_says_unauthorized_to_nobody(self, mock: Mock, path: str) -> None:
        answer = mock.get(path)
        expected = '{"reasons":[{"code":"90000011","message":"Unauthorized"}],"success":false}'
        assert (answer.status_code, answer.text) == (401, expected)
        assert "WWW-Authenticate" not in answer.headers

    @pytest.mark.observed("calls to rest.zuora.com, 2026")
    @pytest.mark.parametrize("path", ["/v1/invoices/1", "/v1/nonsense", "/object-query/invoices", "/nonsense"])
    def test_rest_says_authentication_error_to_a_bad_token(self, mock: Mock, path: str) -> None:
        answer = mock.get(path, headers={"Authorization": "Bearer nonsense"})
        expected = '{"reasons":[{"message":"Authentication error","code":"90000011"}],"success":false}'
        assert (answer.status_code, answer.text) == (401, expected)

    @pytest.mark.assumed
    def test_the_word_bearer_is_read_in_any_case(self, client: Client) -> None:
        answer = client.get(GET_INVOICE, headers={"Authorization": f"bearer  {client.token}"})
        assert answer.status_code == 404

    @pytest.mark.documented("Older API, ProxyUnauthorizedResponse")
    def test_failed_to_get_user_info_is_said_only_when_ordered(self, client: Client) -> None:
        answer = client.get(GET_INVOICE, headers={"Zuora-Mock-Fault": "user-info"})
        assert (answer.status_code, answer.text) == (401, '{"message":"Failed to get user info"}')
        assert answer.headers["WWW-Authenticate"] == AUTHENTICATE


class TestWhereTo:
    """Unknown actions and paths, and methods that a path has not."""

    @pytest.mark.observed("Guardian client tests, 2025")
    @pytest.mark.parametrize("action", ["query1", "Query", "querymore", "", "query/", "%71uery", "getUserInfo"])
    def test_an_unknown_action_is_a_client_error(self, client: Client, action: str) -> None:
        answer = act(client, action, {})
        expected = f'{{"code":"ClientError","message":"Invalid action \'{action}\'"}}'
        assert (answer.status_code, answer.text) == (400, expected)
        assert answer.headers["Zuora-Mock-Rule"] == "action.unknown; provenance=observed"

    @pytest.mark.assumed
    @pytest.mark.parametrize("action", ["amend", "subscribe"])
    def test_an_action_that_only_zuora_has_says_so_in_a_header(self, client: Client, action: str) -> None:
        answer = act(client, action, {})
        assert answer.json() == {"code": "ClientError", "message": f"Invalid action '{action}'"}
        assert answer.headers["Zuora-Mock-Unsupported"] == f"POST /v1/action/{action}"
        assert rule_of(answer) == "action.unknown, mock.unsupported"
        [entry] = client.get("/__admin/requests", params={"limit": 1}).json()["requests"]
        assert "mock.unsupported" in str(entry)

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    @pytest.mark.parametrize("path", ["/v1/commitments", "/v1/object/nonsense/1", "/v1/object", "/v1/", "/v1"])
    def test_an_unknown_path_below_v1_is_no_endpoint(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert endpoint_unknown(answer, path)
        assert "Zuora-Mock-Unsupported" not in answer.headers
        assert answer.headers["Zuora-Mock-Rule"] == "route.unknown-path; provenance=observed"

    @pytest.mark.documented("Older API, CRUD paths")
    @pytest.mark.parametrize("name", ["invoice", "invoice-item"])
    def test_there_is_no_collection_of_what_cannot_be_created(self, client: Client, name: str) -> None:
        answer = crud(client, "POST", name, {})
        assert (answer.status_code, endpoint_unknown(answer, f"/v1/object/{name}")) == (404, True)

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    @pytest.mark.parametrize("path", ["/", "/v2/accounts", "/nonsense", "/v10", "//", "/__adminx", "/openapi.jsonx"])
    def test_a_path_elsewhere_matches_no_route(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (404, '{"message":"no Route matched with those values"}')

    @pytest.mark.assumed
    def test_our_own_document_is_only_read(self, client: Client) -> None:
        assert client.post("/openapi.json").status_code == 405

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    @pytest.mark.parametrize("action", ACTIONS)
    def test_actions_take_post_only(self, client: Client, action: str) -> None:
        answer = client.get(f"/v1/action/{action}")
        assert (answer.status_code, answer.text) == (405, error("method 'GET' not supported"))
        assert answer.headers["Allow"] == "POST"
        assert rule_of(answer) == "route.method"

    @pytest.mark.documented("Older API, CRUD paths")
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("PUT", "invoice-split/1"),
            ("DELETE", "invoice-split/1"),
            ("PUT", "invoice-split-item/1"),
            ("DELETE", "invoice-split-item/1"),
            ("POST", "invoice-split/1"),
            ("PUT", "invoice-item/1"),
            ("PATCH", "invoice/1"),
            ("GET", "account"),
            ("OPTIONS", "account/1"),
        ],
    )
    def test_crud_takes_the_methods_of_its_table_only(self, client: Client, method: str, path: str) -> None:
        answer = crud(client, method, path)
        assert (answer.status_code, answer.text) == (405, error(f"method '{method}' not supported"))
        assert method not in answer.headers["Allow"]


class TestWhatIsWrong:
    """The forms in which a call is refused as a whole."""

    @pytest.mark.observed("Guardian client tests, 2025")
    def test_a_fault_of_the_call_is_fault_code_and_message(self, client: Client) -> None:
        answer = act(client, "query", {"queryString": "select accountid1 from Invoice"})
        expected = '{"FaultCode":"INVALID_FIELD","FaultMessage":"invalid field for query: Invoice.accountid1"}'
        assert (answer.status_code, answer.text) == (400, expected)
        assert answer.headers["Zuora-Mock-Rule"] == "zoql.field; provenance=observed"

    @pytest.mark.observed("hyeomans/zuora, error tests")
    def test_crud_finds_nothing_in_the_form_of_an_empty_query(self, client: Client) -> None:
        answer = client.get(GET_INVOICE)
        assert (answer.status_code, answer.content) == (404, NO_DATA)
        assert answer.headers["Zuora-Mock-Rule"] == "object.not-found; provenance=documented"

    @pytest.mark.observed("Zuora Community; Guardian client tests, 2025")
    def test_a_value_refused_by_crud_is_errors_and_success(self, client: Client) -> None:
        answer = crud(client, "POST", "account", {"Name": "x", "Currency": "USD", "Status": "Sleepy"})
        text = answer.text
        assert answer.status_code == 400
        assert text.startswith('{"Errors":[{"Code":"INVALID_VALUE","Message":"Status: ')
        assert text.endswith('"}],"Success":false}\n')

    @pytest.mark.documented("Older API, rejectUnknownFields")
    @pytest.mark.parametrize("flag", ["true", "True", "TRUE"])
    def test_unknown_fields_are_told_with_a_space_after_the_colon(self, client: Client, flag: str) -> None:
        answer = act(client, "query", {"queryString": "select Id from Account", "x": 1}, f"?rejectUnknownFields={flag}")
        assert (answer.status_code, answer.text) == (400, '{"message": "Error - unrecognised fields"}')
        assert answer.headers["Zuora-Mock-Rule"] == "body.unknown-fields; provenance=documented"

    @pytest.mark.documented("Older API, rejectUnknownFields")
    @pytest.mark.parametrize(
        "query", ["", "?rejectUnknownFields=false", "?rejectUnknownFields=", "?rejectUnknownFields"]
    )
    def test_unknown_fields_are_ignored_otherwise(self, client: Client, query: str) -> None:
        answer = act(client, "query", {"queryString": "select Id from Account", "x": 1}, query)
        assert answer.status_code == 200

    @pytest.mark.documented("Older API, rejectUnknownFields")
    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("create", {"type": "Account", "objects": [{"Name": "x", "Nonsense": 1}]}),
            ("create", {"type": "Account", "objects": [{"Name": "x"}, {"Id": UNKNOWN_ID}]}),
            ("create", {"type": "InvoiceSplitItem", "objects": [{"InvoiceId": UNKNOWN_ID}]}),
            ("update", {"type": "Invoice", "objects": [{"Id": UNKNOWN_ID, "Amount": 1}]}),
            ("delete", {"type": "Invoice", "ids": [UNKNOWN_ID], "objects": []}),
            ("execute", {"type": "InvoiceSplit", "ids": [UNKNOWN_ID], "synchronous": False, "sync": True}),
            ("generate", {"type": "Invoice", "objects": [{"AccountId": UNKNOWN_ID, "Amount": 1}]}),
            ("query", {"queryString": "select Id from Account", "conf": {"batch": 1}}),
            ("queryMore", {"queryLocator": "x", "conf": {"batch": 1}}),
        ],
    )
    def test_every_action_knows_its_fields(self, client: Client, action: str, body: dict[str, Any]) -> None:
        answer = act(client, action, body, "?rejectUnknownFields=true")
        assert answer.text == '{"message": "Error - unrecognised fields"}'
        assert "unrecognised" not in act(client, action, body).text

    @pytest.mark.documented("API reference, error responses")
    def test_a_failure_of_the_server_is_told_alike_everywhere(self, mock: Mock, client: Client) -> None:
        ordered = {"Zuora-Mock-Fault": "internal-error"}
        keys = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}
        answers = (
            client.get(GET_INVOICE, headers=ordered),
            client.post("/v1/action/query", headers=ordered),
            mock.post("/v1/connections", headers={**ordered, **keys}),
            mock.post(
                "/oauth/token", auth=(CLIENT_ID, SECRET), data={"grant_type": "client_credentials"}, headers=ordered
            ),
        )
        for answer in answers:
            assert answer.status_code == 500
            assert answer.text == '{"reasons":[{"code":"SystemError","message":"internal server error"}]}'


class TestWhichComesFirst:
    """The order of checks, each pair of neighbours in one call that breaks both."""

    @pytest.mark.assumed
    def test_the_route_comes_before_an_ordered_fault(self, client: Client) -> None:
        answer = act(client, "nonsense", {}, Zuora_Mock_Fault="lock-competition")
        assert rule_of(answer) == "action.unknown"

    @pytest.mark.assumed
    def test_the_method_comes_before_an_ordered_fault(self, client: Client) -> None:
        answer = client.get("/v1/action/query", headers={"Zuora-Mock-Fault": "lock-competition"})
        assert rule_of(answer) == "route.method"

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("first", "headers"),
        [
            ("fault.lock-competition", {"Zuora_Mock_Fault": "lock-competition", "Zuora_Entity_Ids": "x"}),
            ("entity.header", {"Zuora_Entity_Ids": "x", "X_Zuora_WSDL_Version": "x"}),
            ("wsdl-version.range", {"X_Zuora_WSDL_Version": "x", "Idempotency_Key": ""}),
            ("idempotency.key", {"Idempotency_Key": "k" * 256, "Content_Type": "text/plain"}),
            ("body.media-type", {"Content_Type": "text/plain", "Content_Encoding": "gzip"}),
            ("body.gzip", {"Content_Encoding": "gzip"}),
        ],
    )
    def test_of_two_headers_the_earlier_check_refuses(
        self, client: Client, first: str, headers: dict[str, str]
    ) -> None:
        assert rule_of(act(client, "execute", "no JSON", **headers)) == first

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("first", "body"),
        [
            ("body.json", "{'type': 1}"),
            ("body.shape", {"type": "Nonsense", "ids": [], "synchronous": False, "unknown": 1}),
            ("body.unknown-fields", {"type": "Nonsense", "ids": ["x"], "synchronous": False, "unknown": 1}),
            ("object.type", {"type": "Nonsense", "ids": ["x"] * 51, "synchronous": False}),
            ("action.max-records", {"type": "InvoiceSplit", "ids": ["x"] * 51, "synchronous": True}),
            ("invoice-split.synchronous", {"type": "InvoiceSplit", "ids": ["x"], "synchronous": True}),
        ],
    )
    def test_of_two_faults_of_a_body_the_earlier_check_refuses(self, client: Client, first: str, body: Any) -> None:
        assert rule_of(act(client, "execute", body, "?rejectUnknownFields=true")) == first

    @pytest.mark.assumed
    def test_a_fault_of_the_call_leaves_no_row_done(self, client: Client) -> None:
        with_good_row = {"type": "Nonsense", "objects": [{"Name": "x", "Currency": "USD"}]}
        assert act(client, "create", with_good_row).text == fault("INVALID_TYPE", "invalid type specified: Nonsense")


@pytest.mark.assumed
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/action/query", {"queryString": "select nothing"}),
        ("/v1/action/create", {"type": "InvoiceSplitItem", "objects": [{"InvoiceSplitId": "x"}]}),
        ("/v1/object/invoice-split", {"InvoiceId": "x"}),
        ("/v1/nonsense", {}),
    ],
)
def test_a_refused_call_is_gone_without_the_collector(client: Client, path: str, body: Any) -> None:
    gc.disable()
    before = _exchanges()
    try:
        assert rule_of(client.post(path, json=body))
        assert _exchanges() == before
    finally:
        gc.enable()


def _exchanges() -> int:
    return sum(isinstance(each, Exchange) for each in gc.get_objects())
