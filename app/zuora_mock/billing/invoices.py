"""What a client may do to an invoice: post, unpost, cancel, delete, and change the few fields that it may change.

The parts of a split live as one group: a status that is set on one is set on all, at one instant. Only deleting is for
one alone. Everything is checked before anything is written; a check that fails raises Refusal.
Sources: Older API, Object_PUTInvoice; Knowledge Center, Split invoices overview; SOAP API, Invoice.
"""

from __future__ import annotations

from collections.abc import Sequence

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import PAID, Invoice, micros
from zuora_mock.domain.lifecycle import STATUS_EVENTS, InvoiceEvent, InvoiceState, next_invoice
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction, user_id

ONLY_PDF = (
    "When field RegenerateInvoicePDF is set to true to regenerate the invoice PDF file, "
    "changes on other fields of the invoice are not allowed."
)

MOST_PDFS = 100
"""How often the file of one invoice is made anew."""


def update(transaction: Transaction, record: Record, values: Record) -> Record:
    """The invoice as it is after the change. A status that it has already changes nothing."""
    if values:
        check_not_split(record)
    if values.get("RegenerateInvoicePDF"):
        return _regenerate(transaction, record, values)
    values = {name: value for name, value in values.items() if name != "RegenerateInvoicePDF"}
    target, group = check_move(transaction, record, values.get("Status"))
    _check_transfer(record, values, target)
    others = {name: value for name, value in values.items() if name != "Status" and record.get(name) != value}
    return _write(transaction, record, group, target, others)


def check_not_split(record: Record) -> None:
    if record["Status"] == InvoiceState.SPLIT:
        message = f"Invoice {record['InvoiceNumber']} was split and does not change any more"
        raise rules.INVOICE_FROZEN.refusal(message, expected="an invoice that was not split", actual=record["Status"])


def check_item(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    """An item changes as long as its invoice does (SOAP API, InvoiceItem: on posted ones, too)."""
    check_not_split(transaction.get(INVOICE, str(record["InvoiceId"])) or {})
    return record


def check_move(transaction: Transaction, record: Record, status: Value) -> tuple[InvoiceState, list[Record]]:
    """What the status will be, and the invoices that move there with this one. Raises Refusal."""
    state = InvoiceState(str(record["Status"]))
    target = _target(transaction, state, status)
    group = _to_move(transaction, record, target) if target is not state else []
    _check_unpaid(group, target)
    return target, group


def check_delete(record: Record) -> None:
    next_invoice(InvoiceState(str(record["Status"])), InvoiceEvent.DELETE)


def delete(transaction: Transaction, record: Record) -> None:
    """Removes a canceled invoice and what is on it; its siblings stay."""
    check_delete(record)
    remove(transaction, load(transaction, record))


def load(transaction: Transaction, header: Record) -> Invoice:
    """The invoice with everything on it."""
    of_it = {"InvoiceId": header["Id"]}
    items, taxes = transaction.find(INVOICE_ITEM, **of_it), transaction.find(TAXATION_ITEM, **of_it)
    return Invoice(header, tuple(items), tuple(taxes))


def remove(transaction: Transaction, invoice: Invoice) -> None:
    """Takes the invoice and everything on it away, whatever its status."""
    transaction.delete(TAXATION_ITEM, invoice.taxes, "InvoiceId")
    transaction.delete(INVOICE_ITEM, invoice.items, "InvoiceId")
    transaction.delete(INVOICE, [invoice.header])


def _regenerate(transaction: Transaction, record: Record, values: Record) -> Record:
    """A request for a new file is counted, and must be the only wish."""
    at, others = "/RegenerateInvoicePDF", values.keys() - {"RegenerateInvoicePDF"}
    if others:
        expected, actual, remedy = (
            ["RegenerateInvoicePDF"],
            sorted(values),
            Remedy({f"/{name}": None for name in others}),
        )
        raise rules.INVOICE_PDF.refusal(ONLY_PDF, at=at, expected=expected, actual=actual, remedy=remedy)
    count = int(record.get("_Regenerated") or 0)
    if count >= MOST_PDFS:
        message = f"The PDF file of invoice {record['InvoiceNumber']} has been regenerated {MOST_PDFS} times already"
        most, remedy = f"at most {MOST_PDFS} times", Remedy({at: None})
        raise rules.INVOICE_PDF_COUNT.refusal(message, at=at, expected=most, actual=count + 1, remedy=remedy)
    return transaction.update(INVOICE, record, {"_Regenerated": count + 1})


def _target(transaction: Transaction, state: InvoiceState, wanted: Value) -> InvoiceState:
    if wanted is None:
        return state
    event = STATUS_EVENTS[InvoiceState(str(wanted))]
    try:
        return next_invoice(state, event, may_unpost=transaction.tenant.settings.cancel_posted_billing_documents)
    except Refusal as refusal:
        raise refusal.under("Status") from None


def _check_transfer(record: Record, values: Record, target: InvoiceState) -> None:
    wanted = values.get("TransferredToAccounting")
    if wanted is None or wanted == record.get("TransferredToAccounting") or target is InvoiceState.POSTED:
        return
    message = f"TransferredToAccounting of an invoice with status {target} cannot be changed"
    at, expected = "/TransferredToAccounting", InvoiceState.POSTED.value
    raise rules.INVOICE_TRANSFERRED.refusal(
        message, at=at, expected=expected, actual=target.value, remedy=Remedy({at: None})
    )


def _to_move(transaction: Transaction, record: Record, target: InvoiceState) -> list[Record]:
    """The invoice and its siblings, without those that are there already."""
    group = transaction.find(INVOICE, _Group=record["_Group"]) if "_Group" in record else [record]
    return [each for each in group if each["Status"] != target]


def _check_unpaid(group: Sequence[Record], target: InvoiceState) -> None:
    """Nothing is unposted once a payment or an adjustment is on any invoice of the group."""
    if target is InvoiceState.POSTED:
        return
    for invoice in group:
        paid = payments_on(invoice)
        if paid:
            message = f"Invoice {invoice['InvoiceNumber']} has payments or adjustments and cannot be set to {target}"
            raise rules.INVOICE_STATUS.refusal(message, at="/Status", expected="no payments", actual=paid)


def payments_on(invoice: Record) -> list[str]:
    """The fields that tell of payments, adjustments and memos on it."""
    reversed_ = ["Reversed"] if invoice.get("Reversed") else []
    return sorted(name for name in PAID if micros(invoice, name)) + reversed_


def _write(
    transaction: Transaction, record: Record, group: Sequence[Record], target: InvoiceState, others: Record
) -> Record:
    stamp = transaction.stamp()
    moved = {"Status": target.value, **_posting(transaction, target, stamp), **stamp}
    after = record
    for invoice in group:
        own = others if invoice["Id"] == record["Id"] else {}
        written = transaction.update(INVOICE, invoice, {**moved, **own})
        after = written if invoice["Id"] == record["Id"] else after
    _move_balance(transaction, group, target)
    if others and not group:
        after = transaction.update(INVOICE, record, {**others, **stamp})
    return after


def _posting(transaction: Transaction, target: InvoiceState, stamp: Record) -> Record:
    if target is InvoiceState.POSTED:
        return {"PostedBy": user_id(transaction.tenant), "PostedDate": stamp["UpdatedDate"]}
    return {"PostedBy": None, "PostedDate": None}


def _move_balance(transaction: Transaction, group: Sequence[Record], target: InvoiceState) -> None:
    moved = sum(micros(invoice, "Balance") * _owed(invoice, target) for invoice in group)
    posted = group if target is InvoiceState.POSTED else ()
    if group:
        owe(transaction, group[0], moved, [str(each["InvoiceDate"]) for each in posted if each.get("InvoiceDate")])


def owe(transaction: Transaction, invoice: Record, moved: int, dates: Sequence[str] = ()) -> None:
    """An account owes what is posted (SOAP API, Account: Balance, TotalInvoiceBalance, LastInvoiceDate)."""
    account = transaction.get(ACCOUNT, str(invoice.get("AccountId")))
    if account is None:
        return
    values: Record = {name: micros(account, name) + moved for name in ("Balance", "TotalInvoiceBalance") if moved}
    if dates:
        values["LastInvoiceDate"] = max([*dates, str(account.get("LastInvoiceDate") or "")])
    if values:
        transaction.update(ACCOUNT, account, {**values, **transaction.stamp()})


def _owed(invoice: Record, target: InvoiceState) -> int:
    before, after = invoice["Status"] == InvoiceState.POSTED, target is InvoiceState.POSTED
    return int(after) - int(before)
