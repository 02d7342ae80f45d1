"""Accounts and contacts: what must hold when they are created, changed and deleted.

Sources: SOAP API, Account and Contact; a refused activation told in Zuora's Community.
"""

from __future__ import annotations

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Repair
from zuora_mock.storage.transaction import Transaction

_NEW: Record = {
    "Status": "Draft",
    "Balance": 0,
    "CreditBalance": 0,
    "TotalInvoiceBalance": 0,
    "AutoPay": False,
    "AllowInvoiceEdit": False,
}


def check_new(transaction: Transaction, record: Record, pointer: str, _wsdl: int) -> Record:
    """Raises Refusal for a number that is taken, an unknown payment term, and an account that cannot be active yet."""
    number = record.get("AccountNumber")
    if number and transaction.taken(ACCOUNT, "AccountNumber", str(number)):
        message = f"AccountNumber: '{number}' is already used"
        raise Refusal(
            rules.DUPLICATE,
            message,
            pointer=(place := f"{pointer}/AccountNumber"),
            expected="a free number",
            actual=number,
            repair=Repair({place: None}),
        )
    complete = {**_NEW, **record}
    _check(transaction, complete, pointer)
    return {**complete, "AccountNumber": number or _next_number(transaction)}


def check_change(transaction: Transaction, record: Record, pointer: str, _wsdl: int) -> Record:
    """Raises Refusal as `check_new`, and for a number or a status that would be empty."""
    for name in ("AccountNumber", "Status"):
        if record.get(name) in (None, ""):
            raise Refusal(rules.MISSING_VALUE, f"Missing required value: {name}", pointer=f"{pointer}/{name}")
    number = record.get("AccountNumber")
    for other in transaction.find(ACCOUNT, AccountNumber=number):
        if other["Id"] != record["Id"]:
            message = f"AccountNumber: '{number}' is already used"
            place = f"{pointer}/AccountNumber"
            raise Refusal(
                rules.DUPLICATE,
                message,
                pointer=place,
                expected="a free number",
                actual=number,
                repair=Repair({place: None}),
            )
    _check(transaction, record, pointer)
    return record


def _check(transaction: Transaction, record: Record, pointer: str) -> None:
    term = record.get("PaymentTerm")
    known = transaction.tenant.terms.get(str(term))
    if term is not None and (known is None or not known.active):
        message, place = f"PaymentTerm: '{term}' is not an active payment term", f"{pointer}/PaymentTerm"
        active = sorted(each.name for each in transaction.tenant.terms.values() if each.active)
        instead = active[0] if active else None
        raise Refusal(
            rules.REFERENCE, message, pointer=place, expected=active, actual=term, repair=Repair({place: instead})
        )
    if record.get("Status") == "Active" and not (term and record.get("Batch")):
        message = "Payment term and billing batch are required before account can be activated."
        given = {name: record.get(name) for name in ("PaymentTerm", "Batch")}
        place = f"{pointer}/Status"
        raise Refusal(
            rules.MISSING_VALUE,
            message,
            pointer=place,
            expected=sorted(given),
            actual=given,
            repair=Repair({place: "Draft"}),
        )
    for name in ("BillToId", "SoldToId"):
        if record.get(name) is not None and transaction.get(CONTACT, str(record[name])) is None:
            message = f"{name}: no contact has the id '{record[name]}'"
            raise Refusal(
                rules.REFERENCE,
                message,
                pointer=f"{pointer}/{name}",
                expected="the id of a Contact",
                actual=record[name],
                repair=Repair({f"{pointer}/{name}": None}),
            )


def _next_number(transaction: Transaction) -> str:
    while True:
        transaction.tenant.counters.accounts += 1
        number = f"A{transaction.tenant.counters.accounts:08d}"
        if not transaction.taken(ACCOUNT, "AccountNumber", number):
            return number


def check_contact(transaction: Transaction, record: Record, pointer: str, _wsdl: int) -> Record:
    if transaction.get(ACCOUNT, str(record["AccountId"])) is None:
        message = f"AccountId: no account has the id '{record['AccountId']}'"
        raise Refusal(
            rules.REFERENCE, message, pointer=f"{pointer}/AccountId", expected="an account", actual=record["AccountId"]
        )
    return record


def remove(transaction: Transaction, record: Record) -> None:
    """Its contacts go with it. Raises Refusal (`object.delete`) while it has invoices."""
    if transaction.taken(INVOICE, "AccountId", str(record["Id"])):
        message = f"Account {record['AccountNumber']} has invoices and cannot be deleted"
        raise Refusal(rules.CANNOT_DELETE, message, expected="no invoices", actual=record["AccountNumber"])
    transaction.delete(CONTACT, transaction.find(CONTACT, AccountId=record["Id"]))
    transaction.delete(ACCOUNT, [record])


def remove_contact(transaction: Transaction, record: Record) -> None:
    account = transaction.get(ACCOUNT, str(record["AccountId"])) or {}
    if record["Id"] in (account.get("BillToId"), account.get("SoldToId")):
        message = f"the contact is bill-to or sold-to of account {account['AccountNumber']}"
        raise Refusal(rules.CANNOT_DELETE, message, expected="another contact", actual=record["Id"])
    transaction.delete(CONTACT, [record])
