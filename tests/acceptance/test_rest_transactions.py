"""`/v1/transactions`: the invoices and payments of an account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import account, account_id, invoice, invoice_id, start

OLDER = "Older API, Transactions"
INVOICE = [
    "id accountId accountNumber accountName invoiceDate invoiceNumber dueDate invoiceTargetDate amount balance",
    "creditBalanceAdjustmentAmount createdBy status reversed body invoiceItems invoiceFiles",
]
ITEM = [
    "id subscriptionName subscriptionId serviceStartDate serviceEndDate chargeAmount chargeDescription chargeName",
    "chargeId productName quantity taxAmount unitOfMeasure",
]
PAYMENT = [
    "id accountId accountNumber accountName paymentMethodId paymentNumber type status effectiveDate amount",
    "gatewayTransactionNumber paidInvoices",
]
NEW = {"Zuora-Version": "2025-08-12"}
PAID = {"AccountId": {"AccountNumber": "A-1"}, "Type": "Electronic", "Status": "Processed"}
OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Payment": [
        {**PAID, "PaymentNumber": "P-1", "Amount": 5, "EffectiveDate": "2026-01-20", "ReferenceId": "ch_1"},
        {**PAID, "PaymentNumber": "P-2", "Amount": 7.25, "EffectiveDate": "2026-01-21"},
    ],
    "InvoicePayment": [
        {"PaymentId": {"PaymentNumber": "P-1"}, "InvoiceId": {"InvoiceNumber": "INV00000001"}, "Amount": 4.5},
    ],
    "InvoiceFile": [
        {"InvoiceId": {"InvoiceNumber": "INV00000001"}, "VersionNumber": number, "PdfFileUrl": f"/v1/files/{number}"}
        for number in (1, 2)
    ],
}


def words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    invoices = [invoice(f"INV{n:08}", f"{n}.50", Region__c="EMEA") for n in (1, 2, 3)]
    given: dict[str, Any] = {"accounts": [account(), account("B-1")], "invoices": invoices, "objects": OBJECTS}
    return start(server, tmp_path, **given).sign_in()


def read(client: Client, what: str, key: str = "A-1", query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/transactions/{what}/accounts/{key}{query}", headers=NEW)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def by_number(client: Client, number: str = "INV00000001") -> dict[str, Any]:
    [found] = [each for each in read(client, "invoices")["invoices"] if each["invoiceNumber"] == number]
    return dict(found)


class TestInvoices:
    @pytest.mark.documented(OLDER)
    def test_an_invoice_stands_with_its_items_and_files(self, client: Client) -> None:
        shown = by_number(client)
        assert list(shown) == words(INVOICE)
        assert (shown["id"], shown["accountId"]) == (invoice_id(client), account_id(client))
        assert (shown["accountNumber"], shown["accountName"]) == ("A-1", "Acme")
        assert (shown["amount"], shown["balance"], shown["creditBalanceAdjustmentAmount"]) == (1.5, 1.5, 0)
        assert (shown["reversed"], shown["body"]) == (False, None)
        [item] = shown["invoiceItems"]
        assert list(item) == words(ITEM)
        assert (item["chargeName"], item["chargeAmount"], item["quantity"]) == ("Platform", 1.5, 1)
        assert [list(each) for each in shown["invoiceFiles"]] == [["id", "versionNumber", "pdfFileUrl"]] * 2
        assert [each["versionNumber"] for each in shown["invoiceFiles"]] == [2, 1]

    @pytest.mark.documented(OLDER)
    def test_the_one_that_was_changed_last_comes_first(self, client: Client) -> None:
        client.post("/__admin/clock/advance", json={"seconds": 60})
        assert client.put("/v1/invoices/INV00000002/post", json={}).status_code == 200
        first = read(client, "invoices")["invoices"][0]
        assert (first["invoiceNumber"], first["status"]) == ("INV00000002", "Posted")

    @pytest.mark.observed("a client that follows nextPage, Guardian, 2023")
    def test_they_come_in_pages(self, client: Client) -> None:
        page = read(client, "invoices", query="?pageSize=2")
        assert list(page) == ["invoices", "nextPage", "success"]
        assert page["nextPage"] == "/v1/transactions/invoices/accounts/A-1?page=2&pageSize=2"
        second = client.get(page["nextPage"]).json()
        assert (len(second["invoices"]), "nextPage" in second) == (1, False)
        assert read(client, "invoices", "B-1") == {"invoices": [], "success": True}

    @pytest.mark.assumed
    def test_the_parts_of_a_split_are_there_and_nothing_of_it_is_only_stored(self, client: Client) -> None:
        halves = {"splits": [{"splitPercentage": 50}, {"splitPercentage": 50}]}
        assert client.put("/v1/invoices/INV00000003/split", json=halves).status_code == 200
        assert [by_number(client, number)["amount"] for number in ("INV00000004", "INV00000005")] == [1.75, 1.75]
        assert by_number(client, "INV00000003")["status"] == "Split"
        answer = client.get("/v1/transactions/invoices/accounts/A-1")
        assert "Zuora-Mock-Level" not in answer.headers


class TestPayments:
    @pytest.mark.documented(OLDER)
    def test_a_payment_tells_what_it_has_paid(self, client: Client) -> None:
        shown = read(client, "payments")
        assert list(shown) == ["payments", "success"]
        later, first = shown["payments"]
        assert list(first) == words(PAYMENT)
        assert (first["paymentNumber"], first["type"], first["amount"]) == ("P-1", "Electronic", 5)
        assert first["gatewayTransactionNumber"] == "ch_1"
        paid = {"invoiceId": invoice_id(client), "invoiceNumber": "INV00000001", "appliedPaymentAmount": 4.5}
        assert (first["paidInvoices"], later["paidInvoices"]) == ([paid], [])

    @pytest.mark.documented("guide, Pagination")
    def test_they_come_in_pages(self, client: Client) -> None:
        page = read(client, "payments", query="?pageSize=1")
        assert page["nextPage"] == "/v1/transactions/payments/accounts/A-1?page=2&pageSize=1"
        assert client.get(page["nextPage"]).json()["payments"][0]["paymentNumber"] == "P-1"

    @pytest.mark.assumed
    def test_they_rest_on_stored_records(self, client: Client) -> None:
        answer = client.get("/v1/transactions/payments/accounts/A-1")
        assert answer.headers["Zuora-Mock-Level"] == "stored"


@pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
@pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
@pytest.mark.parametrize("what", ["invoices", "payments"])
def test_an_account_that_is_not_there_is_not_found(client: Client, version: str, status: int, what: str) -> None:
    answer = client.get(f"/v1/transactions/{what}/accounts/x", headers={"Zuora-Version": version})
    assert answer.status_code == status
    assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'x'."}]
