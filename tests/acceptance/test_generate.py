"""POST /v1/action/generate: drafts from what the fixture says is due."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    UNKNOWN_ID,
    account,
    account_id,
    act,
    crud,
    error,
    executed,
    explained,
    fault,
    find,
    row,
    start,
    unchanged,
)

DATES = {"InvoiceDate": "2026-02-01", "TargetDate": "2026-02-28"}
ONCE = {"ChargeName": "Onboarding", "ChargeAmount": "250.00", "taxes": [{"Name": "VAT", "TaxAmount": "20.00"}]}
NOTHING_DUE = "The invoice will not be generated because there are no charges due on this account."
MONTHLY = {"ChargeName": "Platform", "ChargeAmount": "120.00", "recurring": True}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(
        server, tmp_path, accounts=[account(charges=[ONCE, MONTHLY]), account("A-2"), account("A-3", charges=[ONCE])]
    )


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def generate(client: Client, *objects: Any) -> httpx.Response:
    return act(client, "generate", {"type": "Invoice", "objects": list(objects)})


@pytest.mark.documented("Older API, Action_POSTgenerate")
def test_a_good_row_is_success_and_the_id_of_the_draft(client: Client) -> None:
    answer = generate(client, {"AccountId": account_id(client), **DATES})
    [record] = find(client, "select Id from Invoice where InvoiceNumber = 'INV00000002'")
    assert (answer.status_code, answer.text) == (200, f'[{{"Success":true,"Id":"{record["Id"]}"}}]')
    draft = crud(client, "GET", f"invoice/{record['Id']}").json()
    assert (draft["Status"], draft["Amount"], draft["TaxAmount"], draft["Balance"]) == ("Draft", 390, 20, 390)
    assert (draft["InvoiceDate"], draft["TargetDate"], draft["DueDate"]) == ("2026-02-01", "2026-02-28", "2026-03-03")


@pytest.mark.assumed
def test_what_is_due_once_is_billed_once_and_the_rest_each_time(client: Client) -> None:
    body = {"AccountId": account_id(client), **DATES}
    made = [generate(client, body).json()[0]["Id"] for _ in range(3)]
    assert [crud(client, "GET", f"invoice/{each}").json()["Amount"] for each in made] == [390, 120, 120]


@pytest.mark.observed("Guardian client tests, 2023")
def test_an_account_with_nothing_due_is_an_invalid_value(client: Client) -> None:
    answer = generate(client, {"AccountId": account_id(client, "A-2"), **DATES})
    assert answer.json() == [row("INVALID_VALUE", NOTHING_DUE)]
    assert answer.headers["Zuora-Mock-Rule"] == "generate.nothing-due; provenance=observed"


@pytest.mark.documented("Older API, Action_POSTgenerate")
def test_a_charge_is_due_once_its_service_period_has_begun(server: Start, tmp_path: Path) -> None:
    starts = {"ServiceStartDate": "2026-02-10"}, {"ServiceStartDate": "2026-03-01"}
    charges = [{"ChargeName": "Fee", "ChargeAmount": "10.00", **start_of} for start_of in starts]
    client = start(server, tmp_path, accounts=[account(charges=charges)]).sign_in()
    body = {"AccountId": account_id(client), "InvoiceDate": "2026-05-05"}
    days = ("2026-02-09", "2026-02-10", "2026-02-28", "2026-03-01", "2026-12-31")
    answers = [generate(client, {**body, "TargetDate": day}).json()[0] for day in days]
    assert [each["Success"] for each in answers] == [False, True, False, True, False]
    assert answers[0] == row("INVALID_VALUE", NOTHING_DUE)
    drafts = [crud(client, "GET", f"invoice/{answers[place]['Id']}").json() for place in (1, 3)]
    assert [each["Amount"] for each in drafts] == [10, 10]
    assert [each["InvoiceDate"] for each in drafts] == ["2026-05-05"] * 2
    assert [each["TargetDate"] for each in drafts] == ["2026-02-10", "2026-03-01"]


@pytest.mark.assumed
@pytest.mark.parametrize("wsdl", ["68", "69"])
def test_what_is_due_later_is_billed_as_the_refusal_says(server: Start, tmp_path: Path, wsdl: str) -> None:
    charge = {"ChargeName": "Fee", "ChargeAmount": "10.00", "ServiceStartDate": "2026-03-01"}
    client = start(server, tmp_path, accounts=[account(charges=[charge])]).sign_in()
    midnight = "T00:00:00" if wsdl == "68" else ""
    dates = {name: f"{day}{midnight}" for name, day in DATES.items()}
    body = {"type": "Invoice", "objects": [{"AccountId": account_id(client), **dates}]}
    answer = act(client, "generate", body, X_Zuora_WSDL_Version=wsdl)
    accepted = explained(client, answer)["accepted"]
    assert act(client, "generate", accepted["body"], X_Zuora_WSDL_Version=wsdl).json()[0]["Success"]


@pytest.mark.assumed
def test_a_draft_has_the_currency_of_its_account_and_its_items_their_type(client: Client) -> None:
    generate(client, {"AccountId": account_id(client), **DATES})
    found = {
        each["ChargeName"]: each["ChargeType"]
        for each in find(client, "select ChargeName, ChargeType from InvoiceItem where ChargeType != null")
    }
    assert found == {"Onboarding": "OneTime", "Platform": "Recurring"}
    body = {"queryString": "select InvoiceNumber, Currency from Invoice"}
    records = act(client, "query", body, X_Zuora_WSDL_Version="147").json()["records"]
    assert {each["InvoiceNumber"]: each["Currency"] for each in records} == dict.fromkeys(
        ("INV00000001", "INV00000002"), "USD"
    )
    assert act(client, "query", body, X_Zuora_WSDL_Version="146").status_code == 400


@pytest.mark.assumed
def test_of_two_rows_for_one_account_the_second_finds_less_due(client: Client) -> None:
    body = {"AccountId": account_id(client, "A-3"), **DATES}
    assert [each["Success"] for each in generate(client, body, None, body).json()] == [True, False, False]


@pytest.mark.observed("recorded create calls: only the first missing field is named")
@pytest.mark.parametrize("name", ["AccountId", "InvoiceDate", "TargetDate"])
def test_the_first_missing_field_is_named(client: Client, name: str) -> None:
    body = {"AccountId": account_id(client), **DATES, name: None}
    with unchanged(client):
        assert generate(client, body).json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")]


@pytest.mark.assumed
@pytest.mark.parametrize(
    ("field", "value"),
    [("AccountId", UNKNOWN_ID), ("AccountId", 5), ("InvoiceDate", "soon"), ("TargetDate", 1.5), ("InvoiceDate", {})],
)
def test_a_value_that_does_not_fit_is_an_invalid_value(client: Client, field: str, value: Any) -> None:
    [result] = generate(client, {"AccountId": account_id(client), **DATES, field: value}).json()
    assert result["Errors"][0]["Code"] == "INVALID_VALUE"
    assert result["Errors"][0]["Message"].startswith(f"{field}: ")


@pytest.mark.documented("Older API, Action_POSTgenerate")
def test_the_type_is_invoice(client: Client) -> None:
    answer = act(client, "generate", {"type": "CreditMemo", "objects": [{}]})
    assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", "invalid type specified: CreditMemo"))
    assert act(client, "generate", {"type": "Invoice", "objects": []}).text == error("'objects' is empty")
    assert "MAX_RECORDS_EXCEEDED" in generate(client, *[{}] * 51).text


@pytest.mark.assumed
def test_a_generated_draft_can_be_split(mock: Mock, client: Client) -> None:
    generate(client, {"AccountId": account_id(client), **DATES})
    parts = executed(mock, client, 50, 50, number="INV00000002")
    assert [crud(client, "GET", f"invoice/{each}").json()["Amount"] for each in parts] == [195, 195]
    currencies = act(client, "query", {"queryString": "select Currency from Invoice"}, X_Zuora_WSDL_Version="147")
    assert [each["Currency"] for each in currencies.json()["records"]] == ["USD"] * 3
    types = [each["ChargeType"] for each in find(client, "select ChargeType from InvoiceItem where ChargeType != null")]
    assert sorted(types) == ["OneTime", "OneTime", "Recurring", "Recurring"]


@pytest.mark.assumed
def test_a_date_at_the_end_of_time_makes_a_draft_all_the_same(client: Client) -> None:
    dates = {"InvoiceDate": "9999-12-31", "TargetDate": "9999-12-31"}
    assert generate(client, {"AccountId": account_id(client), **dates}).json()[0]["Success"]


@pytest.mark.assumed
def test_the_id_of_a_charge_is_taken_once(server: Start, tmp_path: Path) -> None:
    charge = {**MONTHLY, "Id": "c" * 32, "ChargeName": "Named"}
    client = start(server, tmp_path, accounts=[account(charges=[charge])]).sign_in()
    for _ in range(2):
        assert generate(client, {"AccountId": account_id(client), **DATES}).json()[0]["Success"]
    found = [each["Id"] for each in find(client, "select Id from InvoiceItem where ChargeName = 'Named'")]
    assert (len(set(found)), "c" * 32 in found) == (2, True)


@pytest.mark.documented("SOAP API, Date formats")
def test_up_to_wsdl_68_the_dates_are_date_times(client: Client) -> None:
    dates = {"InvoiceDate": "2026-02-01T00:00:00", "TargetDate": "2026-02-28T00:00:00"}
    body = {"type": "Invoice", "objects": [{"AccountId": account_id(client), **dates}]}
    [made] = act(client, "generate", body, X_Zuora_WSDL_Version="68").json()
    assert crud(client, "GET", f"invoice/{made['Id']}").json()["InvoiceDate"] == "2026-02-01"
