"""A refusal names the nearest field where one is near: in its explanation, while Zuora's bodies stay Zuora's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    DAY,
    UNKNOWN_ID,
    Body,
    account_id,
    act,
    crud,
    explained,
    fault,
    invoice_id,
    problem,
    row,
    start,
)

pytestmark = pytest.mark.assumed

REJECT = "?rejectUnknownFields=true"


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    declared = {"Account": [{"name": "Region__c", "type": "text"}]}
    return start(server, tmp_path, customFields=declared)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


@pytest.mark.parametrize(
    ("kind", "members", "missing", "meant"),
    [
        ("Account", {"Nmae": "x", "Currency": "USD"}, "Name", {"Nmae": "Name"}),
        ("Account", {"name": "x", "currency": "USD"}, "Name", {"name": "Name", "currency": "Currency"}),
        ("Account", {"Curency": "USD", "regoin__c": "x"}, "Name", {"Curency": "Currency", "regoin__c": "Region__c"}),
        (
            "InvoiceSplitItem",
            {"InvoiceSplitId": UNKNOWN_ID, "invoiceDate": DAY},
            "InvoiceDate",
            {"invoiceDate": "InvoiceDate"},
        ),
        ("InvoiceSplit", {"invoice_id": UNKNOWN_ID}, "InvoiceId", {"invoice_id": "InvoiceId"}),
        ("Account", {"Nonsense": "x", "Balance": 1}, "Name", None),
    ],
)
def test_a_create_that_misses_a_field_says_which_member_was_meant(
    client: Client, kind: str, members: dict[str, Any], missing: str, meant: dict[str, str] | None
) -> None:
    answer = act(client, "create", {"type": kind, "objects": [members]})
    assert answer.json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {missing}")]
    assert explained(client, answer)["state"].get("didYouMean") == meant


def test_crud_says_it_too(client: Client) -> None:
    answer = crud(client, "POST", "account", {"Nmae": "x", "Currency": "USD"})
    assert answer.text == problem("MISSING_REQUIRED_VALUE", "Missing required value: Name")
    assert explained(client, answer)["state"]["didYouMean"] == {"Nmae": "Name"}


@pytest.mark.parametrize(
    ("action", "body", "meant"),
    [
        ("create", {"type": "Account", "objects": [{}, {"Nmae": "x"}]}, {"Nmae": "Name"}),
        ("create", {"typ": 1, "type": "Account", "objects": [{}]}, {"typ": "type"}),
        ("update", {"type": "Account", "objects": [{"Id": "x", "billCycleDay": 1}]}, {"billCycleDay": "BillCycleDay"}),
        ("generate", {"type": "Invoice", "objects": [{"TargtDate": DAY}]}, {"TargtDate": "TargetDate"}),
        ("query", {"queryString": "x", "conf": {"batchsize": 1}}, {"batchsize": "batchSize"}),
    ],
)
def test_unknown_fields_are_told_with_what_was_meant(
    client: Client, action: str, body: Body, meant: dict[str, str]
) -> None:
    answer = act(client, action, body, REJECT)
    assert answer.text == '{"message": "Error - unrecognised fields"}'
    assert explained(client, answer)["state"]["didYouMean"] == meant


def test_unknown_fields_of_crud_are_told_with_what_was_meant(client: Client) -> None:
    answer = crud(client, "PUT", f"account/{account_id(client)}{REJECT}", {"Nmae": "x", "regionn__c": "y"})
    assert answer.text == '{"message": "Error - unrecognised fields"}'
    assert explained(client, answer)["state"]["didYouMean"] == {"Nmae": "Name", "regionn__c": "Region__c"}


@pytest.mark.parametrize(
    ("query", "message", "first"),
    [
        ("select invoicdate from Invoice", "Invoice.invoicdate", "InvoiceDate"),
        ("select Id from Invoice where Balanse = 1", "Invoice.Balanse", "Balance"),
        ("select regoin__c from Account", "Account.regoin__c", "Region__c"),
        ("select Nonsense from Account", "Account.Nonsense", "Id"),
    ],
)
def test_a_field_that_a_query_cannot_know_is_told_with_those_that_it_can(
    client: Client, query: str, message: str, first: str
) -> None:
    answer = act(client, "query", {"queryString": query})
    assert answer.text == fault("INVALID_FIELD", f"invalid field for query: {message}")
    expected = explained(client, answer)["expected"]
    assert (expected[0], len(set(expected))) == (first, len(expected))
    assert "RegenerateInvoicePDF" not in expected


def test_a_newer_field_is_not_suggested(client: Client) -> None:
    answer = act(client, "query", {"queryString": "select PaymentTrm from Invoice"}, X_Zuora_WSDL_Version="117")
    assert "PaymentTerm" not in explained(client, answer)["expected"]
    answer = act(client, "query", {"queryString": "select PaymentTrm from Invoice"}, X_Zuora_WSDL_Version="118")
    assert explained(client, answer)["expected"][0] == "PaymentTerm"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"accounts": [{"Nmae": "x", "Name": "x", "Currency": "USD"}]},
            "Account has no such field here, did you mean Name?",
        ),
        (
            {"accounts": [{"Name": "x", "Currency": "USD", "charge": []}]},
            "Account has no such field here, did you mean charges?",
        ),
        ({"invoices": [{"AccountNumber": "A-1", "itmes": []}]}, "Invoice has no such field here, did you mean items?"),
        ({"acounts": []}, "there is no such key, did you mean accounts?"),
        ({"settings": {"timezone": "UTC"}}, "there is no such key, did you mean timeZone?"),
        ({"Zzz": []}, "there is no such key"),
        ({"accounts": [{"Name": "x", "Currency": "USD", "Zzz": 1}]}, "Account has no such field here"),
    ],
)
def test_a_fixture_is_told_what_was_meant(client: Client, document: dict[str, Any], told: str) -> None:
    answer = client.post("/__admin/seed", json=document)
    assert answer.status_code == 400
    assert told in [each["message"] for each in answer.json()["errors"]]


def test_a_body_of_many_strange_members_is_refused_soon(client: Client) -> None:
    strange = {f"{'x' * 5000}{n}": n for n in range(1000)}
    body = {"type": "InvoiceSplit", "objects": [strange | {"InvoiceId": invoice_id(client)}]}
    answer = act(client, "create", body, REJECT)
    assert answer.text == '{"message": "Error - unrecognised fields"}'
    assert "didYouMean" not in explained(client, answer)["state"]
