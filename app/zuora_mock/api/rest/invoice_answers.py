"""Invoices, items and taxes as REST answers them (API reference, examples of Retrieve an invoice and of its items)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from zuora_mock.api.rest.records import RestRecord, layout_of, show_record
from zuora_mock.billing.drafts import DISCOUNTED
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import BALANCE, CHARGE, TAX, micros
from zuora_mock.domain.money import number
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

SUCCESS: Mapping[str, Any] = {"success": {"type": "boolean"}}

INVOICE_LAYOUT = layout_of(
    "id invoiceNumber accountId amount amountWithoutTax discount invoiceDate dueDate autoPay comments status "
    "taxAmount taxExemptAmount transferredToAccounting sourceType billToContactId soldToContactId shipToContactId "
    "templateId paymentTerm sequenceSetId adjustmentAmount balance billToContactSnapshotId "
    "creditBalanceAdjustmentAmount creditMemoAmount includesOneTime includesRecurring includesUsage lastEmailSentDate "
    "paymentAmount postedBy postedDate refundAmount soldToContactSnapshotId communicationProfileId source sourceId "
    "targetDate taxMessage taxStatus createdById createdDate updatedById updatedDate billRunId currency "
    "invoiceGroupNumber"
)
UPDATED_LAYOUT = layout_of(
    "id accountId amount autoPay balance cancelledById cancelledOn comment createdById createdDate "
    "creditBalanceAdjustmentAmount currency discount dueDate invoiceDate number postedById postedOn status targetDate "
    "taxAmount templateId totalTaxExemptAmount transferredToAccounting updatedById updatedDate"
)
ITEM_LAYOUT = layout_of(
    "id accountingCode adjustmentLiabilityAccountingCode adjustmentRevenueAccountingCode appliedToItemId "
    "availableToCreditAmount balance bookingReference chargeAmount chargeDate chargeDescription chargeId chargeName "
    "chargeType contractAssetAccountingCode contractLiabilityAccountingCode contractRecognizedRevenueAccountingCode "
    "deferredRevenueAccountingCode description excludeItemBillingFromRevenueAccounting itemType numberOfDeliveries "
    "processingType productName productRatePlanChargeId purchaseOrderNumber quantity recognizedRevenueAccountingCode "
    "reflectDiscountInNetAmount revRecCode revRecStartDate revRecTriggerCondition revenueRecognitionRuleName "
    "serviceEndDate serviceStartDate sku sourceItemType subscriptionId subscriptionName taxAmount taxationItems "
    "taxCode taxMode unbilledReceivablesAccountingCode unitOfMeasure unitPrice"
)
TAX_LAYOUT = layout_of(
    "id balance creditAmount exemptAmount jurisdiction locationCode name paymentAmount taxAmount taxCode "
    "taxCodeDescription taxDate taxRate taxRateDescription taxRateType"
)
NEW_TAX_LAYOUT = layout_of(
    "id createdById createdDate exemptAmount invoiceItemId jurisdiction locationCode name taxAmount taxCode "
    "taxCodeDescription taxDate taxMode taxRate taxRateDescription taxRateType updatedById updatedDate"
)

_PROCESSING = ("Charge", "Discount", "Prepayment", "Tax", "Rounding")
_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "null"}]}


class InvoiceView(RestRecord):
    kind, layout = INVOICE, INVOICE_LAYOUT
    also: ClassVar[Mapping[str, Any]] = {"discount": {"type": "number"}, **SUCCESS}


class UpdatedInvoiceView(RestRecord):
    """Some names differ from those that a read answers."""

    kind, layout = INVOICE, UPDATED_LAYOUT
    also: ClassVar[Mapping[str, Any]] = {
        "cancelledById": _TEXT,
        "cancelledOn": _TEXT,
        "discount": {"type": "number"},
        **SUCCESS,
    }


class TaxView(RestRecord):
    kind, layout = TAXATION_ITEM, TAX_LAYOUT


class NewTaxView(RestRecord):
    kind, layout = TAXATION_ITEM, NEW_TAX_LAYOUT


class ItemView(RestRecord):
    kind, layout = INVOICE_ITEM, ITEM_LAYOUT
    also: ClassVar[Mapping[str, Any]] = {
        "balance": _NUMBER,
        "availableToCreditAmount": _NUMBER,
        "processingType": {"type": "string", "enum": list(_PROCESSING)},
        "taxationItems": {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}}},
    }


class ItemsView(BaseModel):
    """`nextPage` is not there on the last page."""

    invoiceItems: list[ItemView]
    nextPage: str | None = None
    success: bool


class TaxesView(BaseModel):
    """`nextPage` is not there on the last page."""

    data: list[TaxView]
    nextPage: str | None = None
    success: bool


class TaxationItemsView(BaseModel):
    success: bool
    taxationItems: list[NewTaxView]


def show_invoice(transaction: Transaction, record: Record) -> dict[str, Any]:
    """An invoice without contacts of its own has those of its account (assumed)."""
    account = transaction.get(ACCOUNT, str(record.get("AccountId"))) or {}
    contacts: Record = {f"{to}ContactId": account.get(f"{to}Id") for to in ("BillTo", "SoldTo")}
    return _with_discount(transaction, INVOICE_LAYOUT, {**contacts, **record})


def show_updated(transaction: Transaction, record: Record) -> dict[str, Any]:
    return _with_discount(transaction, UPDATED_LAYOUT, record)


def _with_discount(transaction: Transaction, layout: Sequence[str], record: Record) -> dict[str, Any]:
    """`discount` is the sum of the discount items (assumed)."""
    discounts = transaction.find(INVOICE_ITEM, InvoiceId=record["Id"], ProcessingType=DISCOUNTED)
    shown = show_record(transaction, INVOICE, tuple(layout), {"AutoPay": False, **record})
    return {**shown, "discount": number(sum(micros(each, CHARGE) for each in discounts))}


def show_item(transaction: Transaction, record: Record, taxes: Sequence[Record]) -> dict[str, Any]:
    """A discount owes nothing by itself; an item without a balance of its own owes its charge."""
    processing = int(record.get("ProcessingType") or 0)
    own = {
        "balance": None
        if processing == DISCOUNTED
        else number(micros(record, BALANCE if BALANCE in record else CHARGE)),
        "processingType": _PROCESSING[processing],
        "taxationItems": {"data": [show_tax(transaction, tax) for tax in taxes]},
    }
    source: Record = {"SourceItemType": "SubscriptionComponent" if record.get("SubscriptionId") else "None"}
    return {**show_record(transaction, INVOICE_ITEM, ITEM_LAYOUT, {**source, **record}), **own}


def show_tax(transaction: Transaction, record: Record) -> dict[str, Any]:
    """A tax without a balance of its own owes its amount."""
    owed: Record = {BALANCE: micros(record, TAX), "CreditAmount": 0, "PaymentAmount": 0}
    return show_record(transaction, TAXATION_ITEM, TAX_LAYOUT, {**owed, **record})


def show_new_tax(transaction: Transaction, record: Record) -> dict[str, Any]:
    return show_record(transaction, TAXATION_ITEM, NEW_TAX_LAYOUT, record)
