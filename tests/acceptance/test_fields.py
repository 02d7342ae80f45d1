"""Fields of Zuora's objects: what a fixture gives comes back, and what a client may do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, account_id, act, advance, crud, executed, find, invoice, row, split, start

OF_AN_ITEM = {
    "ChargeDescription": "Seats of the platform",
    "ChargeId": "a" * 32,
    "ChargeNumber": "C-00000042",
    "ChargeType": "Recurring",
    "ProductId": "b" * 32,
    "RevRecCode": "RR-1",
    "RevRecTriggerCondition": "Upon Customer Acceptance",
    "SourceItemType": "SubscriptionComponent",
    "SubscriptionNumber": "A-S00000001",
}
TAX = {"Name": "VAT", "TaxAmount": "20.00", "Balance": "20.00", "CreditAmount": 0, "PaymentAmount": 0}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    bill = invoice(Currency="USD", BillToContactSnapshotId="c" * 32, PaymentLink="https://pay.example/1")
    bill["items"] = [{**bill["items"][0], **OF_AN_ITEM, "Balance": "100.00", "taxes": [TAX]}]
    return start(server, tmp_path, invoices=[bill])


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def only(client: Client, text: str, wsdl: int = 153) -> dict[str, Any]:
    [record] = act(client, "query", {"queryString": text}, X_Zuora_WSDL_Version=str(wsdl)).json()["records"]
    found: dict[str, Any] = record
    return found


@pytest.mark.documented("SOAP API, InvoiceItem")
def test_what_a_fixture_says_of_an_item_comes_back(client: Client) -> None:
    names = ", ".join(OF_AN_ITEM)
    found = only(client, f"select {names} from InvoiceItem where ChargeNumber = 'C-00000042'")
    read = crud(client, "GET", f"invoice-item/{found['Id']}", X_Zuora_WSDL_Version="153").json()
    for record in (found, read):
        assert {name: record[name] for name in OF_AN_ITEM} == OF_AN_ITEM


@pytest.mark.documented("Knowledge Center, Split invoices overview")
def test_parts_have_the_same_and_nothing_is_paid_on_them(mock: Mock, client: Client) -> None:
    parts = executed(mock, client, 60, 40)
    names = ", ".join((*OF_AN_ITEM, "ChargeAmount", "Balance"))
    for part, amount in zip(parts, (60, 40), strict=True):
        item = only(client, f"select {names} from InvoiceItem where InvoiceId = '{part}'")
        assert {name: item[name] for name in OF_AN_ITEM} == OF_AN_ITEM
        assert (item["ChargeAmount"], item["Balance"]) == (amount, amount)
        tax = only(client, f"select Balance, CreditAmount from TaxationItem where InvoiceId = '{part}'")
        assert (tax["Balance"], tax["CreditAmount"]) == (amount / 5, 0)
        header = only(client, f"select Currency, PaymentLink, BillToContactSnapshotId from Invoice where Id = '{part}'")
        assert header == {"Id": part, "Currency": "USD", "BillToContactSnapshotId": "c" * 32}


@pytest.mark.documented("SOAP API, Account and Contact")
def test_currency_and_account_may_change(client: Client) -> None:
    number = {"Name": "Other", "Currency": "USD", "AccountNumber": "A" * 50}
    [other] = client.create("Account", number)
    [contact] = client.create("Contact", {"AccountId": account_id(client), "FirstName": "A", "LastName": "B"})
    changes = {"Account": {"Id": other, "Currency": "EUR"}, "Contact": {"Id": contact, "AccountId": other}}
    for kind, change in changes.items():
        assert act(client, "update", {"type": kind, "objects": [change]}).json()[0]["Success"]
        assert change.items() <= crud(client, "GET", f"{kind.lower()}/{change['Id']}").json().items()


@pytest.mark.assumed
def test_a_contact_moves_only_to_an_account_that_there_is(client: Client) -> None:
    [contact] = client.create("Contact", {"AccountId": account_id(client), "FirstName": "A", "LastName": "B"})
    answer = act(client, "update", {"type": "Contact", "objects": [{"Id": contact, "AccountId": UNKNOWN_ID}]})
    assert answer.json() == [row("INVALID_VALUE", f"AccountId: no account has the id '{UNKNOWN_ID}'")]


@pytest.mark.documented("SOAP API, Account")
def test_an_account_number_has_fifty_characters(client: Client) -> None:
    body = {"Name": "x", "Currency": "USD", "AccountNumber": "A" * 51}
    [made] = act(client, "create", {"type": "Account", "objects": [body]}).json()
    assert made["Errors"][0]["Message"].startswith("AccountNumber: at most 50 characters are allowed")


@pytest.mark.assumed
@pytest.mark.parametrize("sign", ["=", "<=", ">="])
def test_an_instant_is_found_by_what_was_printed(client: Client, sign: str) -> None:
    advance(client, 0.777)
    [made] = client.create("Account", {"Name": "x", "Currency": "USD"})
    printed = crud(client, "GET", f"account/{made}").json()["CreatedDate"]
    assert printed == "2026-02-01T10:00:00.000+00:00"
    assert {"Id": made} in find(client, f"select Id from Account where CreatedDate {sign} '{printed}'")


@pytest.mark.assumed
def test_a_fine_percentage_is_read_as_a_whole_number_up_to_version_73(client: Client) -> None:
    _, [item, _] = split(client, 60.5, 39.5)
    path = f"invoice-split-item/{item}"
    read = {
        wsdl: crud(client, "GET", path, X_Zuora_WSDL_Version=str(wsdl)).json()["SplitPercentage"] for wsdl in (73, 74)
    }
    assert read == {73: 61, 74: 60.5}


@pytest.mark.assumed
@pytest.mark.parametrize("given", [" 40", "4_0", "٤٠", "40.", ".5"])
def test_a_number_in_a_string_is_written_plainly(client: Client, given: str) -> None:
    [made] = client.create("InvoiceSplit", {"InvoiceId": client.ids()["INV00000001"]})
    item = {"InvoiceSplitId": made, "InvoiceDate": "2026-03-01", "SplitPercentage": given}
    [result] = act(client, "create", {"type": "InvoiceSplitItem", "objects": [item]}).json()
    assert result == row("INVALID_VALUE", f"SplitPercentage: a number is needed, not '{given}'")


@pytest.mark.observed("iron_bank, describe")
def test_the_bill_run_of_an_invoice_is_sought_and_not_selected(client: Client) -> None:
    assert find(client, f"select Id from Invoice where BillRunId = '{UNKNOWN_ID}'") == []
    answer = act(client, "query", {"queryString": "select BillRunId from Invoice"})
    assert answer.status_code == 400
    assert answer.json()["FaultMessage"] == "Cannot use the BillRunId field in the select clause"
