"""Accounts and contacts: what must hold when they are created, changed and deleted.

Sources: SOAP API, Account and Contact; Older API, Object_POSTAccount; a refused activation told in Zuora's Community.
"""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.billing import references
from zuora_mock.billing.fields import missing, no_such
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE
from zuora_mock.domain.money import is_currency
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

_REQUIRED: Record = {"BillCycleDay": 0, "Status": "Draft"}
"""Of the fields that the reference requires: those that get a value if they are missing and nobody is strict."""

_NEW: Record = {
    **_REQUIRED,
    "Balance": 0,
    "CreditBalance": 0,
    "TotalInvoiceBalance": 0,
    "AutoPay": False,
    "AllowInvoiceEdit": False,
}

_TERM_AND_BATCH = ("PaymentTerm", "Batch")
_TERM_AND_BATCH_NEEDED = "Payment term and billing batch are required before account can be activated."
_NEEDED_IF_ACTIVE = (*_TERM_AND_BATCH, "BillToId", "SoldToId")
_LAST_DAY = 31

CONTACTS = ("BillToId", "SoldToId", "ShipToId")
"""Fields that name a contact."""


def also_required(transaction: Transaction, wsdl: int) -> Record:
    """What a strict tenant requires of a new account besides the rest, with values that would do."""
    if not transaction.tenant.settings.strict:
        return {}
    return {name: value for name, value in _REQUIRED.items() if ACCOUNT.by_name[name].since <= wsdl}


def check_new(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    """Raises Refusal for a number that is taken, values that an account cannot have, and one that cannot be active."""
    number = record.get("AccountNumber")
    if number and transaction.has(ACCOUNT, "AccountNumber", str(number)):
        raise _used(number)
    complete = {**_NEW, **record}
    _check(transaction, {}, complete)
    return {**complete, "AccountNumber": number or _next_number(transaction)}


def check_change(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    """Raises Refusal as `check_new`, and for what would be empty and must not; what was so before may stay."""
    before = transaction.get(ACCOUNT, str(record["Id"])) or {}
    for name in ("AccountNumber", *_REQUIRED):
        if record.get(name) in (None, "") and name in before:
            raise missing(name, expected="a value", actual=record.get(name), remedy=Remedy({f"/{name}": before[name]}))
    number = record.get("AccountNumber")
    if any(other["Id"] != record["Id"] for other in transaction.find(ACCOUNT, AccountNumber=number)):
        raise _used(number)
    _check(transaction, before, record)
    return record


def _used(number: Value) -> Refusal:
    message, at = f"AccountNumber: '{number}' is already used", "/AccountNumber"
    return rules.DUPLICATE.refusal(message, at=at, expected="a free number", actual=number, remedy=Remedy({at: None}))


def _check(transaction: Transaction, before: Record, record: Record) -> None:
    changed = {name: value for name, value in record.items() if before.get(name) != value}
    _check_currency(changed.get("Currency"))
    _check_cycle_day(changed.get("BillCycleDay"))
    check_term(changed.get("PaymentTerm"), transaction.tenant.terms)
    _check_active(before, record)
    references.check(transaction, ACCOUNT, changed)


def _check_currency(code: Value) -> None:
    if code is None or is_currency(str(code)):
        return
    message, at, expected = f"Currency: '{code}' is no currency of ISO 4217", "/Currency", "a code such as USD"
    meant = str(code).upper()
    remedy = Remedy({at: meant if is_currency(meant) else "USD"})
    raise rules.ACCOUNT_CURRENCY.refusal(message, at=at, expected=expected, actual=code, remedy=remedy)


def _check_cycle_day(day: Value) -> None:
    if day is None or 0 <= int(day) <= _LAST_DAY:
        return
    at, expected = "/BillCycleDay", f"a whole number from 0 to {_LAST_DAY}"
    message, remedy = f"BillCycleDay: {expected} is needed, not '{day}'", Remedy({at: min(max(int(day), 0), _LAST_DAY)})
    raise rules.ACCOUNT_CYCLE_DAY.refusal(message, at=at, expected=expected, actual=day, remedy=remedy)


def check_term(name: Value, terms: Mapping[str, PaymentTerm]) -> None:
    known = terms.get(str(name))
    if name is None or (known is not None and known.active):
        return
    message, at = f"PaymentTerm: '{name}' is not an active payment term", "/PaymentTerm"
    active = sorted(term.name for term in terms.values() if term.active)
    remedy = Remedy({at: active[0] if active else None})
    raise rules.REFERENCE.refusal(message, at=at, expected=active, actual=name, remedy=remedy)


def _check_active(before: Record, record: Record) -> None:
    """An account that is active already keeps what it has; what it never had (in a fixture) it need not get."""
    if record.get("Status") != "Active":
        return
    settled = before.get("Status") == "Active"
    absent = [name for name in _NEEDED_IF_ACTIVE if not record.get(name) and (not settled or before.get(name))]
    if not absent:
        return
    rule, message = rules.ACCOUNT_CONTACTS, f"Missing required value: {absent[0]}"
    if absent[0] in _TERM_AND_BATCH:
        rule, message = rules.MISSING_VALUE, _TERM_AND_BATCH_NEEDED
    at, actual = "/Status", {name: record.get(name) for name in _NEEDED_IF_ACTIVE}
    remedy = Remedy({f"/{name}": before[name] for name in absent} if settled else {at: "Draft"})
    raise rule.refusal(message, at=at, expected=_NEEDED_IF_ACTIVE, actual=actual, remedy=remedy)


def _next_number(transaction: Transaction) -> str:
    while True:
        transaction.tenant.counters.accounts += 1
        number = f"A{transaction.tenant.counters.accounts:08d}"
        if not transaction.has(ACCOUNT, "AccountNumber", number):
            return number


def check_contact(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    account = record["AccountId"]
    if transaction.get(ACCOUNT, str(account)) is None:
        raise no_such("AccountId", "account", account, "an account")
    return record


def remove(transaction: Transaction, record: Record) -> None:
    """Its contacts go with it. Raises Refusal (`object.delete`) while it has invoices."""
    if transaction.has(INVOICE, "AccountId", str(record["Id"])):
        message = f"Account {record['AccountNumber']} has invoices and cannot be deleted"
        raise rules.CANNOT_DELETE.refusal(message, expected="no invoices", actual=record["AccountNumber"])
    references.remove(transaction, ACCOUNT, record)
    transaction.delete(CONTACT, transaction.find(CONTACT, AccountId=record["Id"]))


def remove_contact(transaction: Transaction, record: Record) -> None:
    account = transaction.get(ACCOUNT, str(record["AccountId"])) or {}
    named = [name for name in CONTACTS if account.get(name) == record["Id"]]
    if named:
        role = "ship-to" if named == ["ShipToId"] else "bill-to or sold-to"
        message = f"the contact is {role} of account {account['AccountNumber']}"
        raise rules.CANNOT_DELETE.refusal(message, expected="another contact", actual=record["Id"])
    references.remove(transaction, CONTACT, record)
