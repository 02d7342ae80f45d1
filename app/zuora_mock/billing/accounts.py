"""Accounts and contacts: what must hold when they are created, changed and deleted.

Sources: SOAP API, Account and Contact; a refused activation told in Zuora's Community.
"""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.billing.fields import no_such
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

_NEW: Record = {
    "Status": "Draft",
    "Balance": 0,
    "CreditBalance": 0,
    "TotalInvoiceBalance": 0,
    "AutoPay": False,
    "AllowInvoiceEdit": False,
}


def check_new(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    """Raises Refusal for a number that is taken, an unknown payment term, and an account that cannot be active yet."""
    number = record.get("AccountNumber")
    if number and transaction.taken(ACCOUNT, "AccountNumber", str(number)):
        raise _used(number)
    complete = {**_NEW, **record}
    _check(transaction, complete)
    return {**complete, "AccountNumber": number or _next_number(transaction)}


def check_change(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    """Raises Refusal as `check_new`, and for a number or a status that would be empty."""
    for name in ("AccountNumber", "Status"):
        if record.get(name) in (None, ""):
            raise rules.MISSING_VALUE.refusal(f"Missing required value: {name}", at=f"/{name}")
    number = record.get("AccountNumber")
    if any(other["Id"] != record["Id"] for other in transaction.find(ACCOUNT, AccountNumber=number)):
        raise _used(number)
    _check(transaction, record)
    return record


def _used(number: Value) -> Refusal:
    message, at = f"AccountNumber: '{number}' is already used", "/AccountNumber"
    return rules.DUPLICATE.refusal(message, at=at, expected="a free number", actual=number, remedy=Remedy({at: None}))


def _check(transaction: Transaction, record: Record) -> None:
    _check_term(record.get("PaymentTerm"), transaction.tenant.terms)
    _check_activation(record)
    _check_contacts(transaction, record)


def _check_term(name: Value, terms: Mapping[str, PaymentTerm]) -> None:
    known = terms.get(str(name))
    if name is None or (known is not None and known.active):
        return
    message, at = f"PaymentTerm: '{name}' is not an active payment term", "/PaymentTerm"
    active = sorted(term.name for term in terms.values() if term.active)
    remedy = Remedy({at: active[0] if active else None})
    raise rules.REFERENCE.refusal(message, at=at, expected=active, actual=name, remedy=remedy)


def _check_activation(record: Record) -> None:
    if record.get("Status") != "Active" or (record.get("PaymentTerm") and record.get("Batch")):
        return
    message = "Payment term and billing batch are required before account can be activated."
    needed = {name: record.get(name) for name in ("PaymentTerm", "Batch")}
    at, expected = "/Status", sorted(needed)
    raise rules.MISSING_VALUE.refusal(message, at=at, expected=expected, actual=needed, remedy=Remedy({at: "Draft"}))


def _check_contacts(transaction: Transaction, record: Record) -> None:
    for name in ("BillToId", "SoldToId"):
        contact = record.get(name)
        if contact is not None and transaction.get(CONTACT, str(contact)) is None:
            raise no_such(name, "contact", contact, "the id of a Contact", Remedy({f"/{name}": None}))


def _next_number(transaction: Transaction) -> str:
    while True:
        transaction.tenant.counters.accounts += 1
        number = f"A{transaction.tenant.counters.accounts:08d}"
        if not transaction.taken(ACCOUNT, "AccountNumber", number):
            return number


def check_contact(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    account = record["AccountId"]
    if transaction.get(ACCOUNT, str(account)) is None:
        raise no_such("AccountId", "account", account, "an account")
    return record


def remove(transaction: Transaction, record: Record) -> None:
    """Its contacts go with it. Raises Refusal (`object.delete`) while it has invoices."""
    if transaction.taken(INVOICE, "AccountId", str(record["Id"])):
        message = f"Account {record['AccountNumber']} has invoices and cannot be deleted"
        raise rules.CANNOT_DELETE.refusal(message, expected="no invoices", actual=record["AccountNumber"])
    transaction.delete(CONTACT, transaction.find(CONTACT, AccountId=record["Id"]))
    transaction.delete(ACCOUNT, [record])


def remove_contact(transaction: Transaction, record: Record) -> None:
    account = transaction.get(ACCOUNT, str(record["AccountId"])) or {}
    if record["Id"] in (account.get("BillToId"), account.get("SoldToId")):
        message = f"the contact is bill-to or sold-to of account {account['AccountNumber']}"
        raise rules.CANNOT_DELETE.refusal(message, expected="another contact", actual=record["Id"])
    transaction.delete(CONTACT, [record])
