"""Which payment term an invoice has, and what a date makes of it."""

from __future__ import annotations

from datetime import date

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.terms import PaymentTerm, due_date
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction


def named(transaction: Transaction, invoice: Record, account: Record) -> PaymentTerm | None:
    """The invoice's own, else that of its account, else the tenant's default."""
    tenant = transaction.tenant
    names = (invoice.get("PaymentTerm"), account.get("PaymentTerm"))
    found = (tenant.terms.get(str(name)) for name in names if name)
    return next((term for term in found if term), tenant.default_term)


def posted_on(transaction: Transaction, invoice: Record, day: str | None, *, draft: bool) -> Record:
    """The dates of an invoice that is posted with another date. Raises Refusal (`invoice.status`) if it is no draft."""
    if day is None or day == invoice["InvoiceDate"]:
        return {}
    if not draft:
        message = f"Invoice {invoice['InvoiceNumber']} is {invoice['Status']}: its date does not change any more"
        raise rules.INVOICE_STATUS.refusal(message, at="/InvoiceDate", expected="Draft", actual=invoice["Status"])
    return dated(transaction, invoice, day)


def dated(transaction: Transaction, invoice: Record, day: str) -> Record:
    """The dates of the invoice if it is of this day."""
    account = transaction.get(ACCOUNT, str(invoice.get("AccountId"))) or {}
    term = named(transaction, invoice, account)
    due = due_date(term, date.fromisoformat(day)).isoformat() if term else day
    return {"InvoiceDate": day, "DueDate": due}
