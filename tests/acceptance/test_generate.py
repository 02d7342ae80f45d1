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
    fault,
    find,
    row,
    rule_of,
    start,
    unchanged,
)

DATES = {"InvoiceDate": "2026-02-01", "TargetDate": "2026-02-28"}
ONCE = {"ChargeName": "Onboarding", "ChargeAmount": "250.00", "taxes": [{"Name": "VAT", "TaxAmount": "20.00"}]}
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


@pytest.mark.assumed
def test_an_account_with_nothing_due_is_an_invalid_value(client: Client) -> None:
    answer = generate(client, {"AccountId": account_id(client, "A-2"), **DATES})
    assert answer.json() == [row("INVALID_VALUE", "nothing is due for account A-2")]
    assert rule_of(answer) == "generate.nothing-due"


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
