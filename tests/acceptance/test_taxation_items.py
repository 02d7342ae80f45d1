"""Taxes of a draft by Actions and CRUD: item and invoice follow, to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.test_rest_split import done, percentages
from tests.acceptance.wire import (
    UNKNOWN_ID,
    account,
    act,
    crud,
    find,
    fixture,
    invoice,
    invoice_id,
    problem,
    row,
    rule_of,
    start,
    unchanged,
)

TAX = {
    "Name": "Sales tax",
    "Jurisdiction": "California",
    "TaxAmount": "8.25",
    "TaxDate": "2026-01-15",
    "TaxRate": 8.25,
    "TaxRateType": "Percentage",
}
INCLUSIVE = {"ChargeName": "Gross", "ChargeAmount": "110.00", "TaxMode": "TaxInclusive"}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    posted = invoice("INV00000002", Status="Posted")
    posted["items"][0]["taxes"] = [{"Name": "VAT", "TaxAmount": "10.00", "TaxRate": "10"}]
    gross = invoice("INV00000003", items=[INCLUSIVE])
    yen = invoice("INV00000004", "100", AccountNumber="A-2")
    accounts = [account(), account("A-2", Currency="JPY")]
    return start(server, tmp_path, accounts=accounts, invoices=[invoice(), posted, gross, yen])


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def item_of(client: Client, number: str = "INV00000001") -> dict[str, Any]:
    where = f"where InvoiceId = '{invoice_id(client, number)}'"
    [item] = find(client, f"select ChargeAmount, TaxAmount, TaxExemptAmount, TaxMode from InvoiceItem {where}")
    return item


def totals(client: Client, number: str = "INV00000001") -> list[float]:
    """Of the invoice: with tax, without it, the tax, what is exempt, what is owed."""
    record = crud(client, "GET", f"invoice/{invoice_id(client, number)}").json()
    return [record[name] for name in ("Amount", "AmountWithoutTax", "TaxAmount", "TaxExemptAmount", "Balance")]


def create(client: Client, number: str = "INV00000001", **fields: Any) -> httpx.Response:
    members = {**TAX, "InvoiceItemId": item_of(client, number)["Id"], **fields}
    return act(client, "create", {"type": "TaxationItem", "objects": [members]})


def made(client: Client, number: str = "INV00000001", **fields: Any) -> str:
    [outcome] = create(client, number, **fields).json()
    assert outcome["Success"], outcome
    return str(outcome["Id"])


class TestCreate:
    @pytest.mark.documented("SOAP API, TaxationItem")
    def test_item_and_invoice_follow_a_new_tax(self, client: Client) -> None:
        tax = crud(client, "GET", f"taxation-item/{made(client, ExemptAmount=2)}").json()
        assert (tax["TaxAmount"], tax["ExemptAmount"], tax["TaxMode"]) == (8.25, 2, "TaxExclusive")
        assert (tax["InvoiceId"], "Balance" in tax) == (invoice_id(client), False)
        item = item_of(client)
        assert (item["ChargeAmount"], item["TaxAmount"], item["TaxExemptAmount"]) == (100, 8.25, 2)
        assert totals(client) == [108.25, 100, 8.25, 2, 108.25]
        made(client, TaxAmount=0.01)
        assert totals(client) == [108.26, 100, 8.26, 2, 108.26]

    @pytest.mark.documented("SOAP API, TaxationItem")
    def test_what_the_price_has_in_it_is_taken_out_of_the_charge(self, client: Client) -> None:
        tax = made(client, "INV00000003", TaxAmount=10)
        item = item_of(client, "INV00000003")
        assert (item["ChargeAmount"], item["TaxAmount"]) == (100, 10)
        assert totals(client, "INV00000003") == [110, 100, 10, 0, 110]
        assert crud(client, "PUT", f"taxation-item/{tax}", {"TaxAmount": 5.5}).json()["Success"]
        assert totals(client, "INV00000003") == [110, 104.5, 5.5, 0, 110]
        assert crud(client, "DELETE", f"taxation-item/{tax}").json() == {"success": True, "id": tax}
        assert totals(client, "INV00000003") == [110, 110, 0, 0, 110]

    @pytest.mark.documented("SOAP API, TaxationItem")
    @pytest.mark.parametrize("name", TAX)
    def test_a_required_field_is_named(self, client: Client, name: str) -> None:
        with unchanged(client):
            answer = create(client, "INV00000001", **{name: None})
        assert answer.json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")]

    @pytest.mark.documented("SOAP API, TaxationItem")
    def test_only_a_draft_gets_taxes(self, client: Client) -> None:
        with unchanged(client):
            answer = create(client, "INV00000002")
        message = "Invoice INV00000002 is Posted, and only taxes of a Draft change"
        assert (answer.json(), rule_of(answer)) == ([row("INVALID_VALUE", message)], "taxation-item.draft")

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("number", "given", "message"),
        [
            ("1", {"InvoiceItemId": UNKNOWN_ID}, f"InvoiceItemId: no invoice item has the id '{UNKNOWN_ID}'"),
            ("1", {"TaxAmount": "8.255"}, "TaxAmount: an amount of at most 2 decimals is needed, not '8.255'"),
            ("4", {"TaxAmount": 8.5}, "TaxAmount: an amount of at most 0 decimals is needed, not '8.5'"),
            ("1", {"ExemptAmount": 0.001}, "ExemptAmount: an amount of at most 2 decimals is needed, not '0.001'"),
            ("1", {"TaxAmount": 8999999999999}, "TaxAmount: a total that can be kept is needed, not '8999999999999'"),
            ("1", {"TaxRateType": "Some"}, "TaxRateType: one of Percentage, FlatFee is needed, not 'Some'"),
            ("1", {"TaxCode": "x" * 33}, f"TaxCode: at most 32 characters is needed, not '{'x' * 33}'"),
        ],
    )
    def test_values_and_references_are_checked(
        self, client: Client, number: str, given: dict[str, Any], message: str
    ) -> None:
        with unchanged(client):
            answer = create(client, f"INV0000000{number}", **given)
        assert answer.json() == [row("INVALID_VALUE", message)]

    @pytest.mark.assumed
    def test_item_and_invoice_belong_together(self, client: Client) -> None:
        right, wrong = invoice_id(client), invoice_id(client, "INV00000003")
        with unchanged(client):
            answer = create(client, InvoiceId=wrong)
        assert answer.json() == [row("INVALID_VALUE", f"InvoiceId: the item is on invoice {right}")]
        made(client, InvoiceId=right)


class TestChange:
    @pytest.mark.documented("Older API, Object_PUTTaxationItem")
    def test_item_and_invoice_follow_a_changed_amount(self, client: Client) -> None:
        tax = made(client)
        answer = crud(client, "PUT", f"taxation-item/{tax}", {"TaxAmount": 9, "ExemptAmount": 1, "Name": "State tax"})
        assert answer.json() == {"Success": True, "Id": tax}
        assert totals(client) == [109, 100, 9, 1, 109]
        assert crud(client, "GET", f"taxation-item/{tax}").json()["Name"] == "State tax"

    @pytest.mark.assumed
    def test_of_a_posted_invoice_only_words_change(self, client: Client) -> None:
        [tax] = find(client, f"select Id from TaxationItem where InvoiceId = '{invoice_id(client, 'INV00000002')}'")
        path = f"taxation-item/{tax['Id']}"
        assert crud(client, "PUT", path, {"TaxCode": "VAT20", "TaxAmount": 10}).json()["Success"]
        with unchanged(client):
            answer = crud(client, "PUT", path, {"TaxAmount": 11})
        message = "Invoice INV00000002 is Posted, and only taxes of a Draft change"
        assert (answer.status_code, answer.text) == (400, problem("INVALID_VALUE", message))

    @pytest.mark.documented("SOAP API, TaxationItem")
    def test_item_and_invoice_follow_a_tax_that_goes(self, client: Client) -> None:
        tax = made(client)
        assert act(client, "delete", {"type": "TaxationItem", "ids": [tax]}).json() == [{"id": tax, "success": True}]
        assert (totals(client), item_of(client)["TaxAmount"]) == ([100, 100, 0, 0, 100], 0)

    @pytest.mark.documented("SOAP API, TaxationItem")
    def test_a_posted_invoice_loses_no_tax(self, client: Client) -> None:
        [tax] = find(client, f"select Id from TaxationItem where InvoiceId = '{invoice_id(client, 'INV00000002')}'")
        with unchanged(client):
            answer = crud(client, "DELETE", f"taxation-item/{tax['Id']}")
        message = "the invoice of the taxation item is Posted, and only a Draft loses taxes"
        assert (answer.status_code, answer.text) == (400, problem("CANNOT_DELETE", message))

    @pytest.mark.assumed
    def test_a_tax_that_a_part_has_got_is_in_the_next_split(self, client: Client) -> None:
        first, second = done(client, "INV00000001", percentages(50, 50))
        made(client, first["invoiceNumber"], TaxAmount=3)
        made(client, second["invoiceNumber"], TaxAmount=6)
        parts = done(client, second["invoiceNumber"], percentages(25, 25, 50))
        assert [each["amount"] for each in parts] == [27.25, 27.25, 54.5]
        for each in parts:
            taxes = find(client, f"select TaxAmount, InvoiceItemId from TaxationItem where InvoiceId = '{each['id']}'")
            assert {tax["InvoiceItemId"] for tax in taxes} == {item_of(client, each["invoiceNumber"])["Id"]}
            assert sum(tax["TaxAmount"] for tax in taxes) == item_of(client, each["invoiceNumber"])["TaxAmount"]


@pytest.mark.documented("SOAP API, InvoiceItem")
def test_custom_fields_of_an_item_change_on_a_posted_invoice_too(server: Start, tmp_path: Path) -> None:
    (tmp_path / "fixture.json").write_text(fixture(invoices=[invoice(Status="Posted")]), encoding="utf-8")
    client = server(fixtures=(tmp_path / "fixture.json",)).sign_in()
    item = item_of(client)["Id"]
    changed = {"Id": item, "Region__c": "EMEA", "ChargeAmount": 1}
    answer = act(client, "update", {"type": "InvoiceItem", "objects": [changed]})
    assert answer.json() == [{"Id": item, "Success": True}]
    record = crud(client, "GET", f"invoice-item/{item}").json()
    assert (record["Region__c"], record["ChargeAmount"]) == ("EMEA", 100)
    refused = act(client, "update", {"type": "InvoiceItem", "objects": [{"Id": UNKNOWN_ID, "Region__c": "EMEA"}]})
    assert refused.json() == [row("INVALID_ID", "invalid id for update")]


@pytest.mark.documented("API reference, Split an invoice")
def test_nothing_changes_on_an_invoice_that_was_split(client: Client) -> None:
    item, tax = item_of(client)["Id"], made(client)
    done(client, "INV00000001", percentages(50, 50))
    with unchanged(client):
        frozen = [
            act(client, "update", {"type": "InvoiceItem", "objects": [{"Id": item, "Region__c": "EMEA"}]}),
            act(client, "update", {"type": "TaxationItem", "objects": [{"Id": tax, "Name": "VAT"}]}),
            act(client, "create", {"type": "TaxationItem", "objects": [{**TAX, "InvoiceItemId": item}]}),
        ]
    assert {rule_of(each) for each in frozen} == {"invoice.split-original"}
