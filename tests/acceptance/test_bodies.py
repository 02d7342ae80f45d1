"""Bodies that cannot be read: refused as a whole, in the family's dialect, with nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import act, crud, error, invoice_id, rule_of, unchanged

GOOD = b'{"queryString":"select Id from Account"}'
UNREADABLE = {
    "empty": b"",
    "blanks": b" \r\n\t",
    "half": GOOD[:-1],
    "more": GOOD + b"{}",
    "single quotes": b"{'queryString':'x'}",
    "trailing comma": b'{"a":1,}',
    "comment": b'{"a":1/*x*/}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":[Infinity]}',
    "-Infinity": b'{"a":-Infinity}',
    "leading zero": b'{"a":01}',
    "plus": b'{"a":+1}',
    "hexadecimal": b'{"a":0x1}',
    "duplicate key": b'{"queryString":"x","queryString":"select Id from Account"}',
    "duplicate key within": b'{"queryString":"select Id from Account","conf":{"a":1,"\\u0061":2}}',
    "NUL as an escape": b'{"queryString":"a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000":1}',
    "NUL": b'{"queryString":"a\x00b"}',
    "tab in a string": b'{"queryString":"a\tb"}',
    "high surrogate": b'{"queryString":"\\ud83d"}',
    "low surrogate": b'{"queryString":"\\ude00x"}',
    "surrogates in the wrong order": b'{"queryString":"\\ude00\\ud83d"}',
    "surrogate in a key": b'{"\\ud83d":1}',
    "invalid UTF-8": b'{"queryString":"\xff"}',
    "overlong UTF-8": b'{"queryString":"\xc0\x80"}',
    "surrogate in UTF-8": b'{"queryString":"\xed\xa0\xbd"}',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "65 arrays": b"[" * 65 + b"]" * 65,
    "65 levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "very deep": b"[" * 200_000,
    "very deep in a value": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.assumed
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_body_is_an_error_of_the_whole_call(client: Client, body: bytes) -> None:
    with unchanged(client):
        answers = [
            act(client, "query", body),
            act(client, "execute", body),
            crud(client, "POST", "account", body),
            crud(client, "PUT", f"invoice/{invoice_id(client)}", body),
        ]
    for answer in answers:
        assert (answer.status_code, answer.json()["message"].startswith("Error - ")) == (400, True)
        assert list(answer.json()) == ["message"]
        assert answer.headers["Zuora-Mock-Rule"] == "body.json; provenance=assumed"


@pytest.mark.assumed
@pytest.mark.parametrize(
    "text",
    ["\U0001f600", "\\ud83d\\ude00", "\\u00e9", "\\\\u0000", "[[[[", "{" * 200, '\\"' + "[" * 100, "\\/", "\x7f"],
)
def test_what_only_looks_unreadable_is_read(client: Client, text: str) -> None:
    answer = act(client, "create", f'{{"type":"Account","objects":[{{"Currency":"USD","Name":"{text}"}}]}}')
    assert (answer.status_code, answer.json()[0]["Success"]) == (200, True)


@pytest.mark.assumed
def test_64_levels_are_read(client: Client) -> None:
    body = b'{"queryString":"select Id from Account","a":' + b"[" * 63 + b"]" * 63 + b"}"
    assert act(client, "query", body).status_code == 200


@pytest.mark.assumed
def test_text_beyond_the_first_plane_comes_back_as_it_went_in(client: Client) -> None:
    [made] = act(client, "create", b'{"type":"Account","objects":[{"Currency":"USD","Name":"\\ud83d\\ude00"}]}').json()
    assert crud(client, "GET", f"account/{made['Id']}").json()["Name"] == "\U0001f600"


class TestNumbers:
    """A number that is legal JSON and no possible value refuses its row or field, not the call."""

    @pytest.mark.assumed
    @pytest.mark.parametrize("number", ["1e400", "-1e400", "1e99999999999999999999", "9" * 400, "1e-400", "0.1e-9"])
    @pytest.mark.parametrize("field", ["BillCycleDay", "Status"])
    def test_its_row_is_refused_and_the_others_are_done(self, client: Client, field: str, number: str) -> None:
        good = '{"Name":"x","Currency":"USD"}'
        bad = f'{{"Name":"x","Currency":"USD","{field}":{number}}}'
        answer = act(client, "create", f'{{"type":"Account","objects":[{bad},{good}]}}')
        first, second = answer.json()
        assert (first["Success"], second["Success"]) == (False, True)
        assert first["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    @pytest.mark.parametrize("number", ["1e400", "-1e400", "1e99999999999999999999", "-1e99999999999999999999"])
    @pytest.mark.parametrize("field", ["Name", "Custom__c", "AutoPay", "Notes"])
    def test_text_and_custom_fields_refuse_it_too(self, client: Client, field: str, number: str) -> None:
        name = "" if field == "Name" else '"Name":"x",'
        body = f'{{"Currency":"USD",{name}"{field}":{number}}}'
        answer = crud(client, "POST", "account", body)
        assert (answer.status_code, answer.json()["Errors"][0]["Code"]) == (400, "INVALID_VALUE")

    @pytest.mark.assumed
    @pytest.mark.parametrize("body", ['{"type":1e400}', '{"type":"x","ids":1e400}', "1e400", "[1e999999999999999999]"])
    def test_in_place_of_another_type_it_is_a_matter_of_shape(self, client: Client, body: str) -> None:
        assert rule_of(act(client, "delete", body)) == "body.shape"

    @pytest.mark.assumed
    def test_many_decimals_are_refused_and_not_rounded(self, client: Client) -> None:
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        item = f'"InvoiceSplitId":"{made}","InvoiceDate":"2026-03-01"'
        for number, success in (("33.333333333", True), ("33.3333333331", False), ("33.33333333300", True)):
            body = f'{{"type":"InvoiceSplitItem","objects":[{{{item},"SplitPercentage":{number}}}]}}'
            assert act(client, "create", body).json()[0]["Success"] is success


class TestContentType:
    @pytest.mark.observed("clients that send none")
    @pytest.mark.parametrize(
        "given", [None, "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
    )
    def test_none_and_json_are_read(self, client: Client, given: str | None) -> None:
        headers = {} if given is None else {"Content-Type": given}
        assert client.post("/v1/action/query", content=GOOD, headers=headers).status_code == 200

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "given", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "multipart/form-data"]
    )
    def test_any_other_is_an_unsupported_media_type(self, client: Client, given: str) -> None:
        expected = error(f"Content-Type '{given}' is not supported")
        for answer in (
            act(client, "query", GOOD, Content_Type=given),
            crud(client, "POST", "account", GOOD, Content_Type=given),
        ):
            assert (answer.status_code, answer.text) == (415, expected)
            assert answer.headers["Zuora-Mock-Rule"] == "body.media-type; provenance=assumed"

    @pytest.mark.assumed
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_call_without_a_body_may_have_any(self, client: Client, method: str) -> None:
        answer = crud(client, method, "invoice/x", b"\xff", Content_Type="text/plain")
        assert rule_of(answer) in {"object.not-found", "object.id"}


class TestSize:
    @pytest.mark.assumed
    def test_a_body_over_the_limit_is_too_large(self, server: Start) -> None:
        client = server(max_body=150).sign_in()
        expected = error("the body is larger than 150 bytes")
        for answer in (act(client, "query", b"x" * 151), crud(client, "POST", "account", b" " * 5000)):
            assert (answer.status_code, answer.text) == (413, expected)
            assert answer.headers["Zuora-Mock-Rule"] == "body.size; provenance=assumed"
        assert act(client, "query", GOOD + b" " * (150 - len(GOOD))).status_code == 200

    @pytest.mark.assumed
    def test_ten_mebibytes_are_read_by_default(self, mock: Mock, client: Client) -> None:
        room = 10 * 1024 * 1024 - len(GOOD)
        assert act(client, "query", GOOD + b" " * room).status_code == 200
        assert act(client, "query", GOOD + b" " * (room + 1)).status_code == 413


@pytest.mark.assumed
def test_millions_of_rows_are_refused_for_their_number(client: Client) -> None:
    answer = act(client, "create", b'{"type":"Account","objects":[' + b"{}," * 3_000_000 + b"{}]}")
    assert (answer.status_code, answer.json()["FaultCode"]) == (400, "MAX_RECORDS_EXCEEDED")
    assert "3000001 objects in one call, at most 50" in answer.text


@pytest.mark.assumed
@pytest.mark.parametrize("value", [None, True, 1, 1.5, "x", [], {}, [[]], [None]])
@pytest.mark.parametrize("action", ["create", "update", "delete", "execute", "generate", "query", "queryMore"])
def test_every_member_may_be_of_any_type_and_is_never_a_failure(client: Client, action: str, value: Any) -> None:
    members = ("type", "ids", "objects", "synchronous", "queryString", "queryLocator", "conf")
    body = {
        "type": "InvoiceSplit",
        "ids": ["x"],
        "objects": [{}],
        "synchronous": False,
        "queryString": "x",
        "queryLocator": "x",
    }
    for name in members:
        answer = act(client, action, {**body, name: value})
        assert answer.status_code in {200, 400}, (name, answer.text)


@pytest.mark.assumed
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", '{"match": {"body": {"/a": [' + "{}," * 100_000 + '{}]}}, "fault": {"kind": "rate-limit"}}'),
        ("snapshots", "{" + ", ".join(f'"k{number}": 1' for number in range(100_001)) + "}"),
        ("tenants", '{"base": [' + "0," * 2_000_000 + "0]}"),
    ],
)
def test_a_body_without_end_is_refused_at_admin_before_it_is_read(client: Client, path: str, body: str) -> None:
    answer = client.post(f"/__admin/{path}", content=body)
    assert answer.status_code == 400
    assert answer.json()["title"] == "Malformed JSON"


@pytest.mark.assumed
def test_of_many_misfits_the_first_are_told(client: Client) -> None:
    answer = client.post("/__admin/snapshots", json={f"k{number}": 1 for number in range(50_000)})
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 100
