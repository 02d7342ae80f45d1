"""Accounts as REST makes and changes them: with their contacts, in one go.

Sources: API reference, Create an account, Update an account. Where it says nothing of a default: that of a fixture.
"""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.billing import accounts, holdings
from zuora_mock.billing.fields import no_such
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE, LATEST_WSDL
from zuora_mock.domain.conditions import Clause, Operator, Selection
from zuora_mock.domain.object_query.reading import Ordering
from zuora_mock.domain.values import Record
from zuora_mock.errors import Remedy
from zuora_mock.storage import object_queries
from zuora_mock.storage.transaction import Transaction

BILL_TO, SOLD_TO, SHIP_TO = accounts.CONTACTS
_EMAILS = ("WorkEmail", "PersonalEmail")

_NEW: Record = {
    "Status": "Active",
    "Batch": "Batch1",
    "BcdSettingOption": "ManualSet",
    "InvoiceDeliveryPrefsEmail": False,
    "InvoiceDeliveryPrefsPrint": False,
    "PaymentMethodCascadingConsent": False,
    "TaxExemptStatus": "No",
}


def contact(transaction: Transaction, account: Record, field: str) -> Record | None:
    """The contact that a field of the account names."""
    named = account.get(field)
    return None if named is None else transaction.get(CONTACT, str(named))


def latest_invoices(transaction: Transaction, account: Record) -> list[Record]:
    """The last six by their dates (API reference, Retrieve an account summary: the last six)."""
    of_account = Clause("AccountId", Operator.EQUAL, str(account["Id"]))
    by_date = Ordering(INVOICE.by_name["InvoiceDate"], descending=True)
    return object_queries.page(transaction, Selection(INVOICE, (), ((of_account,),)), by_date, None, holdings.MOST)


def create(transaction: Transaction, given: Record, contacts: Mapping[str, Record | str]) -> Record:
    """The account. `contacts` are new ones by the field that names them, or the field whose contact they share.

    The sold-to contact is a copy of the bill-to one where none is given. Raises Refusal as `accounts.check_new`.
    """
    account = transaction.new_id()
    wanted = {SOLD_TO: contacts[BILL_TO], **contacts}
    made = {
        field: _new_contact(transaction, account, each) for field, each in wanted.items() if not isinstance(each, str)
    }
    named = {field: made[each] if isinstance(each, str) else made[field] for field, each in wanted.items()}
    term = transaction.tenant.default_term
    default: Record = {"PaymentTerm": term.name} if term else {}
    record = accounts.check_new(transaction, {**_NEW, **default, **given, **named}, LATEST_WSDL)
    transaction.insert(ACCOUNT, [transaction.stamp_new({"Id": account, **record})])
    return {"Id": account, **record}


def _new_contact(transaction: Transaction, account: str, fields: Record) -> str:
    new = transaction.new_id()
    transaction.insert(CONTACT, [transaction.stamp_new({"Id": new, "AccountId": account, **fields})])
    return new


def change(transaction: Transaction, account: Record, given: Record, contacts: Mapping[str, Record]) -> None:
    """Empty texts empty a field. Raises Refusal as `accounts.check_change`."""
    _check_own(transaction, account, given)
    account = {**account, **_changed_contacts(transaction, account, contacts)}
    values = {**_emptied(given), **_delivery(transaction, account, contacts)}
    complete = accounts.check_change(transaction, {**account, **values}, LATEST_WSDL)
    before = transaction.get(ACCOUNT, str(account["Id"])) or {}
    changed = {name: value for name, value in complete.items() if before.get(name) != value}
    if changed:
        transaction.update(ACCOUNT, before, {**changed, **transaction.stamp()})


def _emptied(given: Record) -> Record:
    return {name: None if value == "" else value for name, value in given.items()}


def _check_own(transaction: Transaction, account: Record, given: Record) -> None:
    """Raises Refusal (`object.reference`) for a contact of another account."""
    for name in accounts.CONTACTS:
        wanted = given.get(name)
        found = transaction.get(CONTACT, str(wanted)) if wanted else None
        if wanted and (found is None or found["AccountId"] != account["Id"]):
            raise no_such(
                name, "contact of the account", wanted, "the id of a contact of it", Remedy({f"/{name}": None})
            )


def _changed_contacts(transaction: Transaction, account: Record, contacts: Mapping[str, Record]) -> Record:
    """Changes the contacts that are there and makes those that are not; returns the fields that name new ones."""
    new: Record = {}
    for field, fields in contacts.items():
        before = contact(transaction, account, field)
        if before is None:
            new[field] = _new_contact(transaction, str(account["Id"]), fields)
        elif fields:
            transaction.update(CONTACT, before, {**_emptied(fields), **transaction.stamp()})
    return new


def _delivery(transaction: Transaction, account: Record, contacts: Mapping[str, Record]) -> Record:
    """Who gives an address to the bill-to contact wants invoices by mail; who takes the last one does not."""
    if not any(name in contacts.get(BILL_TO, {}) for name in _EMAILS):
        return {}
    bill_to = contact(transaction, account, BILL_TO) or {}
    return {"InvoiceDeliveryPrefsEmail": any(bill_to.get(name) for name in _EMAILS)}
