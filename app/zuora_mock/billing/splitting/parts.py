"""The parts of a split as records: copies of everything on the invoice, with amounts, dates and ids of their own.

Sources: Knowledge Center, Split invoices overview (same items, custom fields copied) and Flexible billing (a part has a
date and a term of its own, other attributes stay).
"""

from __future__ import annotations

from collections.abc import Sequence

from zuora_mock.billing.splitting.preparation import Work
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, INVOICE_SPLIT_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import TOTALS, Invoice
from zuora_mock.domain.lifecycle import InvoiceEvent, InvoiceState, next_invoice
from zuora_mock.domain.splitting.split import Part
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage.transaction import Transaction

_OF_THE_ORIGINAL_ALONE = frozenset(
    {"Body", "PostedBy", "PostedDate", "LastEmailSentDate", "TransferredToAccounting", "RegenerateInvoicePDF"}
    | {"PaymentLink", "EInvoiceStatus", "EInvoiceErrorCode", "EInvoiceErrorMessage", "EInvoiceFileId"}
)
_PAYMENTS_OF_A_TAX = frozenset({"CreditAmount", "PaymentAmount"})
_NOTHING_PAID: Record = dict.fromkeys(
    ("AdjustmentAmount", "PaymentAmount", "RefundAmount", "CreditBalanceAdjustmentAmount", "CreditMemoAmount"), 0
)


def copies(transaction: Transaction, work: Work) -> list[Invoice]:
    """The parts in the order of the items, with new ids and the next invoice numbers."""
    stamp = transaction.stamp_new({})
    header: Record = {
        **{name: value for name, value in work.whole.header.items() if name not in _OF_THE_ORIGINAL_ALONE},
        **_NOTHING_PAID,
        **stamp,
        "Status": InvoiceState.DRAFT.value,
        "_Group": work.split.id,
        "_Original": work.whole.header.get("_Original", work.whole.header["Id"]),
    }
    numbers = transaction.next_invoice_numbers(len(work.parts))
    return [_copy(transaction, part, header, stamp, number) for part, number in zip(work.parts, numbers, strict=True)]


def _copy(transaction: Transaction, part: Part, header: Record, stamp: Record, number: str) -> Invoice:
    invoice_id = transaction.new_id()
    amounts = {name: part.invoice.header[name] for name in (*TOTALS, "Balance")}
    own = {
        "Id": invoice_id,
        "InvoiceNumber": number,
        "InvoiceDate": part.item.invoice_date,
        "DueDate": part.due_date,
        "PaymentTerm": part.payment_term,
    }
    new_ids: dict[Value, str] = {item["Id"]: transaction.new_id() for item in part.invoice.items}
    return Invoice(
        {**header, **amounts, **own},
        tuple(_item(item, row, invoice_id, new_ids, stamp) for row, item in enumerate(part.invoice.items, start=1)),
        tuple(
            _tax(transaction, tax, row, invoice_id, new_ids, stamp)
            for row, tax in enumerate(part.invoice.taxes, start=1)
        ),
    )


def _item(item: Record, row: int, invoice_id: str, new_ids: dict[Value, str], stamp: Record) -> Record:
    copy = {"_Row": row, **item, **stamp, "Id": new_ids[item["Id"]], "InvoiceId": invoice_id}
    if "AppliedToInvoiceItemId" in item:
        copy["AppliedToInvoiceItemId"] = new_ids.get(item["AppliedToInvoiceItemId"])
    return copy


def _tax(
    transaction: Transaction, tax: Record, row: int, invoice_id: str, new_ids: dict[Value, str], stamp: Record
) -> Record:
    own = {"Id": transaction.new_id(), "InvoiceId": invoice_id, "InvoiceItemId": new_ids.get(tax.get("InvoiceItemId"))}
    return {"_Row": row, **tax, **dict.fromkeys(_PAYMENTS_OF_A_TAX & tax.keys(), 0), **stamp, **own}


def write(transaction: Transaction, parts: Sequence[Invoice]) -> None:
    transaction.insert(INVOICE, [part.header for part in parts])
    transaction.insert(INVOICE_ITEM, [item for part in parts for item in part.items])
    transaction.insert(TAXATION_ITEM, [tax for part in parts for tax in part.taxes])


def name_parts(transaction: Transaction, work: Work, parts: Sequence[Invoice]) -> None:
    """Each item of the split names its part."""
    stamp = transaction.stamp()
    named = [(item, {"InvoiceId": part.header["Id"], **stamp}) for item, part in zip(work.items, parts, strict=True)]
    transaction.update_many(INVOICE_SPLIT_ITEM, named)


def retire(transaction: Transaction, work: Work) -> None:
    """The original goes, or stays with status Split if the tenant says so; parts that are split anew always go."""
    if transaction.tenant.settings.original_after_execute == "split" and not work.again:
        status = next_invoice(InvoiceState.DRAFT, InvoiceEvent.SPLIT).value
        transaction.update(INVOICE, work.whole.header, {"Status": status, "Balance": 0, **transaction.stamp()})
        return
    for member in work.members:
        remove(transaction, member)


def remove(transaction: Transaction, invoice: Invoice) -> None:
    """The invoice with everything on it."""
    transaction.delete(TAXATION_ITEM, invoice.taxes)
    transaction.delete(INVOICE_ITEM, invoice.items)
    transaction.delete(INVOICE, [invoice.header])
