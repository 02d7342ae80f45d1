"""Standalone invoices: made of items that a client gives, and changed item by item while they are drafts.

What is wrong with what was given is told all at once. Sources: API reference, Create a standalone invoice, Update an
invoice, Create taxation items for an invoice. Assumed: an item's price follows from amount and quantity where it is not
given; nothing can be billed that the currency cannot express.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from zuora_mock.billing import invoices, keys, taxation
from zuora_mock.billing.drafts import DISCOUNTED, Item, draft, totals
from zuora_mock.billing.fields import shown
from zuora_mock.billing.terms import dated, named
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import BALANCE, CHARGE, TAX, TAX_AMOUNTS, Invoice, micros
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.money import LIMIT, MICROS, minor_digits, text, to_minor
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal, together
from zuora_mock.pointers import pointer
from zuora_mock.storage.transaction import Transaction

STANDALONE = "Standalone"
CONTACTS = ("BillToContactId", "SoldToContactId", "ShipToContactId")


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """`contacts` are made for the account, by the field of the header that will name them."""

    header: Record
    items: Sequence[Item]
    account_number: str | None = None
    contacts: Mapping[str, Record] = field(default_factory=dict)
    posted: bool = False


class ItemChange(NamedTuple):
    """Of the item with this id, which goes if it is `deleted`; without an id it is a new one. `at` is its pointer."""

    item: Item
    at: str
    id: str | None = None
    deleted: bool = False


def create(transaction: Transaction, new: NewInvoice) -> Record:
    """The header of the invoice. Raises Refusal."""
    account = _account(transaction, new)
    wrong = [*_wrong_header(transaction, new.header, account), *_wrong_items(_placed(new.items), account)]
    if wrong:
        raise together(wrong)
    header = {**new.header, **_contacts(transaction, account, new.contacts)}
    number = str(header.get("InvoiceNumber") or transaction.next_invoice_number())
    header |= {"AccountId": account["Id"], "InvoiceNumber": number, "Currency": account.get("Currency")}
    origin: Record = {"SourceType": STANDALONE, "Source": "API", "TaxStatus": "Complete", "TargetDate": None}
    term = named(transaction, header, account)
    made = draft({**origin, **header}, map(_complete, new.items), term, transaction.stamp_new({}), transaction.new_id)
    _insert(transaction, made)
    record = keys.get(transaction, INVOICE, str(made.header["Id"]))
    return invoices.update(transaction, record, {"Status": InvoiceState.POSTED.value}) if new.posted else record


def change(transaction: Transaction, invoice: Record, values: Record, items: Sequence[ItemChange] = ()) -> Record:
    """The header as it is after the change. A new InvoiceDate brings a new DueDate. Raises Refusal."""
    invoices.check_not_split(invoice)
    if invoice["Status"] == InvoiceState.CANCELED:
        raise _not_now(invoice, "is Canceled and does not change any more", "Draft or Posted")
    if items or "InvoiceDate" in values:
        _check_draft(invoice)
    if items and invoice.get("SourceType") != STANDALONE:
        raise _not_now(invoice, "is not standalone: its items do not change", STANDALONE)
    if "InvoiceDate" in values:
        values = {**values, **dated(transaction, invoice, str(values["InvoiceDate"]))}
    if items:
        values = {**values, **_change_items(transaction, invoice, items)}
    return invoices.update(transaction, invoice, values)


def add_taxes(transaction: Transaction, invoice: Record, taxes: Sequence[Record]) -> list[Record]:
    """Taxes of items that a draft has already; each names its item. Raises Refusal."""
    _check_draft(invoice)
    items = {item["Id"]: item for item in invoices.load(transaction, invoice).items}
    account = transaction.get(ACCOUNT, str(invoice["AccountId"])) or {}
    wrong = list(_wrong_taxes(taxes, items, account))
    if wrong:
        raise together(wrong)
    added = [taxation.complete(transaction, tax, items[tax["InvoiceItemId"]]) for tax in taxes]
    transaction.insert(TAXATION_ITEM, added)
    taxation.settle(transaction, invoice, [({}, tax) for tax in added])
    return added


# What is wrong


def _account(transaction: Transaction, new: NewInvoice) -> Record:
    """By its id, its number, or both."""
    given = {"AccountId": new.header.get("AccountId"), "AccountNumber": new.account_number}
    found = {name: keys.find(transaction, ACCOUNT, str(key)) for name, key in given.items() if key}
    wrong = [_unknown(pointer(name), "account", given[name]) for name, account in found.items() if account is None]
    accounts = {str(account["Id"]): account for account in found.values() if account}
    if len(accounts) > 1:
        wrong.append(_wrong("/AccountNumber", "id and number name different accounts", "one account", given))
    if wrong:
        raise together(wrong)
    return next(iter(accounts.values()))


def _wrong_header(transaction: Transaction, header: Record, account: Record) -> Iterator[Refusal]:
    number, currency, term = header.get("InvoiceNumber"), header.get("Currency"), header.get("PaymentTerm")
    if number and transaction.has(INVOICE, "InvoiceNumber", str(number)):
        message = f"The invoice number '{number}' is used already"
        yield rules.DUPLICATE.refusal(message, at="/InvoiceNumber", expected="a free number", actual=number)
    if currency and currency != account.get("Currency"):
        message = f"The account is in {account.get('Currency')}, not in {shown(currency)}"
        yield _wrong("/Currency", message, account.get("Currency"), currency)
    active = [each.name for each in transaction.tenant.terms.values() if each.active]
    if term and term not in active:
        message = f"'{shown(term)}' is not an active payment term"
        yield rules.REFERENCE.refusal(message, at="/PaymentTerm", expected=active, actual=shown(term))
    for name in CONTACTS:
        contact = transaction.get(CONTACT, str(header.get(name)))
        if header.get(name) and (contact is None or contact["AccountId"] != account["Id"]):
            yield _unknown(pointer(name), "contact of the account", header[name])


def _placed(items: Sequence[Item]) -> Mapping[str, Item]:
    return {pointer("items", position): item for position, item in enumerate(items)}


def _wrong_items(items: Mapping[str, Item], account: Record) -> Iterator[Refusal]:
    """`items` by their pointers."""
    digits = minor_digits(str(account.get("Currency")))
    for at, item in items.items():
        yield from _wrong_item(item, digits, at)
    whole = totals(draft({"InvoiceDate": "2000-01-01"}, items.values(), None, {"CreatedDate": 0}, str).items)
    if any(abs(amount) >= LIMIT for amount in whole.values()):
        yield _wrong("/items", "The items add up to more than can be kept", text(LIMIT), text(whole["Amount"]))


def _wrong_item(item: Item, digits: int, at: str) -> Iterator[Refusal]:
    yield from _inexpressible(item.record, (CHARGE,), digits, at)
    for position, tax in enumerate(item.taxes):
        yield from _inexpressible(tax, TAX_AMOUNTS, digits, f"{at}/taxes/{position}")
    for position, discount in enumerate(item.discounts):
        place, amount = f"{at}/discounts/{position}", micros(discount.record, CHARGE)
        if amount > 0:
            yield _wrong(f"{place}/{CHARGE}", "A discount is zero or below", "0 or below", text(amount))
        yield from _wrong_item(discount, digits, place)


def _inexpressible(record: Record, names: Sequence[str], digits: int, at: str) -> Iterator[Refusal]:
    for name in names:
        amount = micros(record, name)
        if amount % MICROS:
            try:
                to_minor(amount, digits)
            except ValueError as error:
                yield _wrong(f"{at}/{name}", f"The amount {error}", f"at most {digits} decimals", text(amount))


def _wrong_taxes(taxes: Sequence[Record], items: Mapping[Value, Record], account: Record) -> Iterator[Refusal]:
    digits = minor_digits(str(account.get("Currency")))
    for position, tax in enumerate(taxes):
        at = pointer("taxationItems", position)
        if tax["InvoiceItemId"] not in items:
            yield _unknown(f"{at}/InvoiceItemId", "item of the invoice", tax["InvoiceItemId"])
        yield from _inexpressible(tax, TAX_AMOUNTS, digits, at)


def _wrong(at: str, message: str, expected: object, actual: object) -> Refusal:
    return rules.FIELD_VALUE.refusal(message, at=at, expected=expected, actual=actual)


def _unknown(at: str, noun: str, key: Value) -> Refusal:
    article = "an" if noun[0] in "aeiou" else "a"
    message, expected = f"No {noun} has the key '{shown(key)}'", f"{article} {noun}"
    return rules.REFERENCE.refusal(message, at=at, expected=expected, actual=shown(key))


def _check_draft(invoice: Record) -> None:
    invoices.check_not_split(invoice)
    if invoice["Status"] != InvoiceState.DRAFT:
        raise _not_now(invoice, f"is {invoice['Status']}, and only a Draft changes so", InvoiceState.DRAFT.value)


def _not_now(invoice: Record, why: str, expected: str) -> Refusal:
    message = f"Invoice {invoice['InvoiceNumber']} {why}"
    return rules.INVOICE_STATUS.refusal(message, expected=expected, actual=invoice["Status"])


# What is written


def _contacts(transaction: Transaction, account: Record, contacts: Mapping[str, Record]) -> Record:
    """Makes contacts of the account, one for each that is the same object; their ids by the field that names them."""
    made: dict[int, str] = {}
    for contact in contacts.values():
        if id(contact) not in made:
            made[id(contact)] = transaction.new_id()
            own: Record = {"Id": made[id(contact)], "AccountId": account["Id"], **contact}
            transaction.insert(CONTACT, [transaction.stamp_new(own)])
    return {name: made[id(contact)] for name, contact in contacts.items()}


def _complete(item: Item) -> Item:
    """With what an item has that does not say it."""
    record, discounts = item.record, [_complete(each) for each in item.discounts]
    source = "ProductRatePlanCharge" if record.get("ProductRatePlanChargeId") else "None"
    quantity = record.get("Quantity", 1)
    defaults: Record = {"Quantity": quantity, "SourceItemType": source, "ChargeType": "OneTime"}
    if isinstance(quantity, int | float) and quantity and record.get("ProcessingType") != DISCOUNTED:
        defaults["UnitPrice"] = micros(record, CHARGE) / MICROS / quantity
    return Item({**defaults, **record}, item.taxes, discounts)


def _insert(transaction: Transaction, made: Invoice) -> None:
    for kind, records in ((INVOICE, (made.header,)), (INVOICE_ITEM, made.items), (TAXATION_ITEM, made.taxes)):
        present: list[Record] = [{name: value for name, value in each.items() if value is not None} for each in records]
        transaction.insert(kind, present)


def _change_items(transaction: Transaction, header: Record, changes: Sequence[ItemChange]) -> Record:
    """Writes the items and what is on them; the totals of the invoice afterwards."""
    invoice = invoices.load(transaction, header)
    items = {str(item["Id"]): item for item in invoice.items}
    account = transaction.get(ACCOUNT, str(header["AccountId"])) or {}
    wrong = [
        _unknown(f"{each.at}/Id", "item of the invoice", each.id)
        for each in changes
        if each.id is not None and each.id not in items
    ]
    wrong += _wrong_items({each.at: each.item for each in changes}, account)
    if wrong:
        raise together(wrong)
    for each in changes:
        _change_item(transaction, invoice, each, items.get(each.id or ""))
    left = transaction.find(INVOICE_ITEM, InvoiceId=header["Id"])
    if not left:
        raise _wrong("/items", "An invoice keeps one item or more", "an item that stays", 0)
    return _totals(left)


def _change_item(transaction: Transaction, invoice: Invoice, change: ItemChange, item: Record | None) -> None:
    if item is None:
        _add_items(transaction, invoice.header, [change.item])
    elif change.deleted:
        _remove_item(transaction, invoice, item)
    else:
        _update_item(transaction, item, change.item)


def _add_items(transaction: Transaction, header: Record, items: Sequence[Item]) -> None:
    made = draft(header, map(_complete, items), None, transaction.stamp_new({}), transaction.new_id)
    transaction.insert(INVOICE_ITEM, made.items)
    transaction.insert(TAXATION_ITEM, made.taxes)


def _remove_item(transaction: Transaction, invoice: Invoice, item: Record) -> None:
    gone = [each for each in invoice.items if item["Id"] in (each["Id"], each.get("AppliedToInvoiceItemId"))]
    ids = {each["Id"] for each in gone}
    transaction.delete(TAXATION_ITEM, [tax for tax in invoice.taxes if tax.get("InvoiceItemId") in ids])
    transaction.delete(INVOICE_ITEM, gone)


def _update_item(transaction: Transaction, item: Record, change: Item) -> None:
    values = {name: value for name, value in change.record.items() if name != "Id"}
    if CHARGE in values and item.get("TaxMode") == "TaxInclusive":
        values[CHARGE] = micros(values, CHARGE) - micros(item, TAX)
    transaction.update(INVOICE_ITEM, item, {**values, **transaction.stamp()})


def _totals(items: Sequence[Record]) -> Record:
    whole: Record = {**totals(items)}
    return {**whole, BALANCE: whole["Amount"]}
