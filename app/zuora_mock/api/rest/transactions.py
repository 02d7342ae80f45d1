"""Invoices and payments of an account (API reference, Older API, Transactions).

Items and files stand in the answer, as for tenants from before July 2018: for younger ones there are addresses in their
place (a generated client of 2022). `body` is null (assumed): its address is that of the file.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.account_answers import PaidView, show_paid
from zuora_mock.api.rest.files import FileView, show_files
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.records import RestRecord, layout_of, plain
from zuora_mock.api.rest.route import RestRoute, StoredRoute, router_of
from zuora_mock.billing import holdings, keys
from zuora_mock.billing.holdings import PAYMENT
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM
from zuora_mock.domain.values import Record

_INVOICE = layout_of(
    "id accountId accountNumber accountName invoiceDate invoiceNumber dueDate invoiceTargetDate amount balance "
    "creditBalanceAdjustmentAmount createdBy status reversed body invoiceItems invoiceFiles"
)
_ITEM = layout_of(
    "id subscriptionName subscriptionId serviceStartDate serviceEndDate chargeAmount chargeDescription chargeName "
    "chargeId productName quantity taxAmount unitOfMeasure"
)
_PAYMENT = layout_of(
    "id accountId accountNumber accountName paymentMethodId paymentNumber type status effectiveDate amount "
    "gatewayTransactionNumber"
)
_UNSAID: Record = {"CreditBalanceAdjustmentAmount": 0, "Reversed": False}

CurrentTransactions = Annotated[PageOptions, Query()]


class InvoiceLineView(RestRecord):
    kind, layout = INVOICE_ITEM, _ITEM


class TransactedInvoiceView(RestRecord):
    kind, layout = INVOICE, _INVOICE
    accountNumber: str
    accountName: str
    body: str | None
    invoiceItems: list[InvoiceLineView]
    invoiceFiles: list[FileView]


class BilledView(BaseModel):
    """`nextPage` is not there on the last page."""

    invoices: list[TransactedInvoiceView]
    nextPage: str | None = None
    success: bool


class TransactedPaymentView(RestRecord):
    kind, layout = PAYMENT, _PAYMENT
    accountNumber: str
    accountName: str
    paidInvoices: list[PaidView]


class ReceivedView(BaseModel):
    """`nextPage` is not there on the last page."""

    payments: list[TransactedPaymentView]
    nextPage: str | None = None
    success: bool


router, stored = router_of(RestRoute), router_of(StoredRoute)


@router.get("/transactions/invoices/accounts/{key}", name="transactions.invoices", response_model=BilledView)
@sourced("Older API, Transactions, List invoices of an account")
def invoices(call: CurrentCall, key: str, options: CurrentTransactions) -> Answer:
    """List the invoices of an account with their items."""
    account = keys.get(call.transaction, ACCOUNT, key)
    rows, further = page_of(holdings.invoices(call.transaction, account), options, call.request.path)
    shown = [_invoice(call, account, each) for each in rows]
    return Answer(200, render({"invoices": shown, **further, "success": True}))


@stored.get("/transactions/payments/accounts/{key}", name="transactions.payments", response_model=ReceivedView)
@sourced("Older API, Transactions, List payments of an account")
def payments(call: CurrentCall, key: str, options: CurrentTransactions) -> Answer:
    """List the payments of an account with what they have paid."""
    account = keys.get(call.transaction, ACCOUNT, key)
    rows, further = page_of(holdings.payments(call.transaction, account), options, call.request.path)
    shown = [_payment(call, account, each) for each in rows]
    return Answer(200, render({"payments": shown, **further, "success": True}), objects=(PAYMENT,))


def _invoice(call: Call, account: Record, record: Record) -> dict[str, Any]:
    items = call.transaction.find(INVOICE_ITEM, InvoiceId=record["Id"])
    return {
        **plain(call.transaction, INVOICE, _INVOICE, {**_UNSAID, **record, **_of_account(account)}),
        "body": None,
        "invoiceItems": [plain(call.transaction, INVOICE_ITEM, _ITEM, each) for each in items],
        "invoiceFiles": show_files(call.transaction, record),
    }


def _payment(call: Call, account: Record, record: Record) -> dict[str, Any]:
    return {
        **plain(call.transaction, PAYMENT, _PAYMENT, {**record, **_of_account(account)}),
        "paidInvoices": [show_paid(each) for each in holdings.paid(call.transaction, record)],
    }


def _of_account(account: Record) -> Record:
    return {"AccountNumber": account["AccountNumber"], "AccountName": account["Name"]}
