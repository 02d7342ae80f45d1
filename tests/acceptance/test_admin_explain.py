"""`/__admin/requests/{n}/explain`: why a call was refused, and a request that is accepted instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Client, Mock, Start
from zuora_mock.domain.catalogue import DEFAULT_WSDL, OBJECTS

pytestmark = pytest.mark.assumed

QUERY = {"queryString": "select Id from Account"}
ITEMS = "InvoiceSplitItem"


def send(client: Client, accepted: dict[str, Any]) -> None:
    """Sends the request and those that follow it; each of them is accepted."""
    for each in (accepted, *accepted.get("then", [])):
        body = {} if each["body"] is None else {"json": each["body"]}
        answer = client.request(each["method"], each["path"], headers=each.get("headers", {}), **body)
        assert answer.status_code == 200, answer.text
        assert "false" not in answer.text.replace('"done":false', ""), answer.text


def complete(number: str, **fields: Any) -> dict[str, Any]:
    """An account with all that a strict tenant requires."""
    return wire.account(number, **{"BillCycleDay": 1, "Status": "Draft", **fields})


def refused(client: Client, method: str, path: str, body: wire.Body | None, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in {"Content-Type": "application/json", **headers}.items()}
    content = None if body is None else wire.content(body)
    return wire.explained(client, client.request(method, path, content=content, headers=named))


@pytest.mark.parametrize(
    ("rule", "method", "path", "body", "headers"),
    [
        ("body.media-type", "POST", "/v1/action/query", QUERY, {"Content_Type": "text/plain"}),
        ("body.gzip", "POST", "/v1/action/query", QUERY, {"Content_Encoding": "gzip"}),
        ("body.shape", "POST", "/v1/action/query", {**QUERY, "conf": 1}, {}),
        ("body.unknown-fields", "POST", "/v1/action/query?rejectUnknownFields=true", {**QUERY, "a/b": 1}, {}),
        ("route.method", "PUT", "/v1/action/query", QUERY, {}),
        ("entity.header", "POST", "/v1/action/query", QUERY, {"Zuora_Entity_Ids": "nobody"}),
        ("wsdl-version.range", "POST", "/v1/action/query", QUERY, {"X_Zuora_WSDL_Version": "x"}),
        ("track-id.form", "POST", "/v1/action/query", QUERY, {"Zuora_Track_Id": "a:b"}),
        ("idempotency.key", "POST", "/v1/action/query", QUERY, {"Idempotency_Key": "k" * 256}),
        ("fault.error", "POST", "/v1/action/query", QUERY, {"Zuora_Mock_Fault": "TEMPORARY_ERROR"}),
        ("object.reference", "POST", "/v1/object/account", complete("A-2", PaymentTerm="None"), {}),
        ("object.duplicate", "POST", "/v1/object/account", complete("A-1"), {}),
        ("object.value", "POST", "/v1/object/account", complete("A-3", Name="n" * 256), {}),
        ("object.required", "POST", "/v1/object/account", complete("A-4", Status="Active"), {}),
        ("object.required", "POST", "/v1/object/account", wire.account("A-5"), {}),
        ("account.currency", "POST", "/v1/object/account", complete("A-6", Currency="eur"), {}),
        ("account.bill-cycle-day", "POST", "/v1/object/account", complete("A-7", BillCycleDay=32), {}),
        ("account.contacts", "POST", "/v1/object/account", complete("A-8", Status="Active", Batch="Batch1"), {}),
    ],
)
def test_what_is_said_to_be_accepted_is_accepted(
    server: Start, tmp_path: Path, rule: str, method: str, path: str, body: wire.Body, headers: dict[str, str]
) -> None:
    client = wire.start(server, tmp_path, {"strict": True}).sign_in()
    told = refused(client, method, path, body, **headers)
    assert told["rule"] == rule
    send(client, told["accepted"])


@pytest.mark.parametrize(
    ("rule", "wrong", "expected"),
    [
        ("invoice-split.percentage", {"SplitPercentage": 150}, "above 0 and at most 100"),
        ("invoice-split.percentage", {"SplitPercentage": 0.12345678901}, "at most 9 decimals"),
        ("invoice-split.percentage", {"SplitPercentage": "much"}, "a number"),
        ("invoice-split.payment-term", {"PaymentTerm": "None"}, None),
    ],
)
def test_of_several_rows_the_refused_one_is_mended(
    client: Client, rule: str, wrong: dict[str, Any], expected: str | None
) -> None:
    split, [item] = wire.split(client, 50)
    good = {"InvoiceSplitId": split, "InvoiceDate": wire.DAY, "SplitPercentage": 50}
    told = refused(client, "POST", "/v1/action/create", {"type": ITEMS, "objects": [good, {**good, **wrong}]})
    assert (told["rule"], told["pointer"]) == (rule, f"/objects/1/{next(iter(wrong))}")
    assert expected in (None, told["expected"])
    assert len(told["accepted"]["body"]["objects"]) == 1
    send(client, told["accepted"])
    told = refused(client, "PUT", f"/v1/object/invoice/{item}", {"Status": "Draft"})
    assert (told["rule"], told["accepted"]) == ("object.id", None)


def test_what_is_synchronous_is_accepted_when_it_is_not(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    split, _ = wire.split(client, 60, 40)
    told = refused(client, "POST", "/v1/action/execute", {"type": "InvoiceSplit", "ids": [split], "synchronous": True})
    assert (told["rule"], told["pointer"]) == ("invoice-split.synchronous", "/synchronous")
    send(client, told["accepted"])
    told = refused(client, "POST", "/v1/action/execute", {"type": "InvoiceSplit", "ids": [split], "synchronous": False})
    assert told["message"].endswith("is queued to be executed")


@pytest.mark.parametrize("percentages", [(), (30,), (100,), (50, 40), (80, 40)])
def test_a_split_that_cannot_be_executed_is_mended_first(client: Client, percentages: tuple[float, ...]) -> None:
    [split] = client.create("InvoiceSplit", {"InvoiceId": wire.invoice_id(client)})
    item = {"InvoiceSplitId": split, "InvoiceDate": wire.DAY}
    for each in percentages:
        client.create(ITEMS, {**item, "SplitPercentage": each})
    told = wire.explained(client, wire.execute(client, wire.UNKNOWN_ID, split))
    assert (told["rule"], told["accepted"]) == ("object.id", None)
    [other] = told["others"]
    assert other["pointer"] == "/ids/1"
    send(client, other["accepted"])


def test_a_posted_invoice_is_unposted_before_it_is_split(client: Client) -> None:
    invoice = wire.invoice_id(client)
    split, _ = wire.split(client, 50)
    assert wire.crud(client, "PUT", f"invoice/{invoice}", {"Status": "Posted"}).status_code == 200
    told = wire.explained(client, wire.execute(client, split))
    assert told["rule"] == "invoice-split.draft-only"
    send(client, told["accepted"])


def test_a_job_that_failed_is_explained_by_the_call_that_ordered_it(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    split, _ = wire.split(client, 50, 50)
    answer = wire.execute(client, split)
    assert client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}/explain").status_code == 404
    assert wire.crud(client, "PUT", f"invoice/{wire.invoice_id(client)}", {"Status": "Posted"}).status_code == 200
    [job] = client.jobs()
    client.post(f"/__admin/jobs/{job['id']}/run")
    told = wire.explained(client, answer)
    assert (told["rule"], told["job"], told["state"]["Status"]) == ("invoice-split.draft-only", job["id"], "Posted")
    send(client, told["accepted"])


def test_a_job_that_was_failed_by_order_says_so(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    answer = wire.execute(client, wire.split(client, 50, 50)[0])
    [job] = client.jobs()
    client.post(f"/__admin/jobs/{job['id']}/fail", json={"reason": "the test wants it"})
    told = wire.explained(client, answer)
    assert (told["rule"], told["message"], told["job"]) == ("fault.job", "the test wants it", job["id"])
    assert told["summary"].startswith(f"Ordered by /__admin/jobs/{job['id']}/fail")


def test_an_ordered_fault_is_told_from_a_real_limit(server: Start, tmp_path: Path) -> None:
    client = wire.start(server, tmp_path, {"quotas": {"minute": 2}}).sign_in()
    order = client.post("/__admin/faults", json={"times": 1, "fault": {"kind": "rate-limit"}}).json()["id"]
    told = wire.explained(client, wire.act(client, "query", QUERY))
    assert told["fault"] == {"kind": "rate-limit", "order": order}
    assert told["summary"].startswith(f"Ordered by fault order {order}: ")
    for _ in range(2):
        answer = wire.act(client, "query", QUERY)
    told = wire.explained(client, answer)
    assert (told["rule"], told["fault"]) == ("limit.rate", None)
    assert (told["state"]["quota"], told["state"]["used"]) == (2, 3)
    assert answer.headers["Retry-After"] == str(told["state"]["retryAfter"])


@pytest.mark.parametrize(
    ("method", "path", "other"),
    [("POST", "/v1/action/amend", "action.unknown"), ("POST", "/v1/hmac-signatures", "route.unknown-path")],
)
def test_what_the_mock_has_not_is_said_first(client: Client, method: str, path: str, other: str) -> None:
    told = refused(client, method, path, {})
    assert (told["rule"], [each["rule"] for each in told["others"]]) == ("mock.unsupported", [other])


def test_pointers_and_values_are_those_of_the_request(mock: Mock, client: Client) -> None:
    create = "/v1/action/create"
    [part, *_] = wire.executed(mock, client, 50, 50)
    [split] = [each["Id"] for each in wire.find(client, "select Id from InvoiceSplit")]
    item = {"InvoiceSplitId": split, "InvoiceDate": wire.DAY, "SplitPercentage": 50}
    told = refused(client, "POST", create, {"type": ITEMS, "objects": [item]})
    assert (told["rule"], told["pointer"]) == ("invoice-split.item-closed", "/objects/0/InvoiceSplitId")
    told = refused(client, "POST", f"{create}?rejectUnknownFields=true", {"type": ITEMS, "objects": [item, {"Foo": 1}]})
    assert told["pointer"] == "/objects/1/Foo"
    told = refused(client, "POST", create, {"type": "Nothing", "objects": [{}]})
    assert told["expected"] == [kind.name for kind in OBJECTS if kind.creatable and kind.since <= DEFAULT_WSDL]
    told = refused(client, "POST", create, {"type": ITEMS})
    assert (told["pointer"], told["actual"]) == ("/objects", None)
    told = refused(client, "PUT", f"/v1/object/invoice/{part}", {"Status": "Foo"})
    assert (told["pointer"], told["expected"]) == ("/Status", ["Draft", "Posted", "Canceled"])
    client.put(f"/v1/object/invoice/{part}", json={"Status": "Canceled"})
    told = refused(client, "PUT", f"/v1/object/invoice/{part}", {"Status": "Draft"})
    assert (told["rule"], told["pointer"]) == ("invoice.status", "/Status")


def test_splitting_that_is_off_is_told_as_the_setting_that_it_is(server: Start, tmp_path: Path) -> None:
    client = wire.start(server, tmp_path, {"allowInvoiceSplitting": False}).sign_in()
    body = {"type": "InvoiceSplit", "objects": [{"InvoiceId": wire.invoice_id(client)}]}
    told = refused(client, "POST", "/v1/action/create", body)
    assert (told["rule"], told["pointer"]) == ("invoice-split.allowed", "/objects/0")
    assert (told["expected"], told["actual"]) == ({"allowInvoiceSplitting": True}, {"allowInvoiceSplitting": False})
