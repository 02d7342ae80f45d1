"""Taxes of the items of a draft, one by one: what they must be, and what item and invoice become with them.

An item repeats the sum of its taxes; of one whose price has the tax in it the charge goes down. Sources: SOAP API,
TaxationItem; API reference, Create taxation items for an invoice. Assumed: what is no amount may change later, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zuora_mock.billing import invoices
from zuora_mock.billing.drafts import tax_sums, totals
from zuora_mock.billing.fields import expected_id, no_such
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import BALANCE, CHARGE, EXEMPT, TAX, TAX_AMOUNTS, TAX_EXEMPT, micros
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.money import LIMIT, minor_digits, text, to_minor
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

Move = tuple[Record, Record]
"""A tax as it was and as it is; empty where there was none, or is none."""

INCLUSIVE = "TaxInclusive"

_LONGEST: Mapping[str, int] = {"Jurisdiction": 32, "TaxCode": 32}
"""In characters, where REST takes longer ones."""


def complete(transaction: Transaction, tax: Record, item: Record) -> Record:
    """A new tax of the item, with what it has that does not say it."""
    defaults: Record = {"TaxMode": item.get("TaxMode") or "TaxExclusive", EXEMPT: 0, "InvoiceId": item["InvoiceId"]}
    return transaction.stamp_new({**defaults, **tax, "Id": transaction.new_id()})


def create(transaction: Transaction, values: Record) -> str:
    """Returns the id. Raises Refusal: there is no such item, or its invoice is no draft."""
    item = _item(transaction, values)
    invoice = _invoice(transaction, item)
    if values.get("InvoiceId", invoice["Id"]) != invoice["Id"]:
        message, at = f"InvoiceId: the item is on invoice {invoice['Id']}", "/InvoiceId"
        expected, actual, remedy = invoice["Id"], values["InvoiceId"], Remedy({at: None})
        raise rules.REFERENCE.refusal(message, at=at, expected=expected, actual=actual, remedy=remedy)
    _check_draft(invoice)
    _check(transaction, invoice, {}, values)
    tax = complete(transaction, values, item)
    transaction.insert(TAXATION_ITEM, [tax])
    settle(transaction, invoice, [({}, tax)])
    return str(tax["Id"])


def update(transaction: Transaction, before: Record, values: Record) -> None:
    """Raises Refusal: amounts change on a draft only."""
    changed: Record = {name: value for name, value in values.items() if before.get(name) != value}
    invoice = _invoice(transaction, before)
    invoices.check_not_split(invoice)
    if changed.keys() & {*TAX_AMOUNTS}:
        _check_draft(invoice)
    _check(transaction, invoice, before, changed)
    if changed.keys() & {*TAX_AMOUNTS}:
        changed |= {BALANCE: changed.get(TAX, before[TAX])} if BALANCE in before else {}
    after = transaction.update(TAXATION_ITEM, before, {**changed, **transaction.stamp()})
    if changed.keys() & {*TAX_AMOUNTS}:
        settle(transaction, invoice, [(before, after)])


def remove(transaction: Transaction, record: Record) -> None:
    """Raises Refusal (`object.delete`) once its invoice is no draft any more."""
    invoice = _invoice(transaction, record)
    if invoice["Status"] != InvoiceState.DRAFT:
        message = f"the invoice of the taxation item is {invoice['Status']}, and only a Draft loses taxes"
        raise rules.CANNOT_DELETE.refusal(message, expected=InvoiceState.DRAFT.value, actual=invoice["Status"])
    transaction.delete(TAXATION_ITEM, [record])
    settle(transaction, invoice, [(record, {})])


def settle(transaction: Transaction, invoice: Record, moves: Sequence[Move]) -> None:
    """Writes what items and invoice become."""
    by_item: dict[str, list[Move]] = {}
    for move in moves:
        by_item.setdefault(str((move[1] or move[0])["InvoiceItemId"]), []).append(move)
    for item, own in by_item.items():
        _move(transaction, transaction.get(INVOICE_ITEM, item) or {}, own)
    whole: Record = {**totals(transaction.find(INVOICE_ITEM, InvoiceId=invoice["Id"]))}
    invoices.update(transaction, invoice, {**whole, BALANCE: whole["Amount"]})


def _move(transaction: Transaction, item: Record, moves: Sequence[Move]) -> None:
    before, after = [move[0] for move in moves], [move[1] for move in moves]
    gone, new = tax_sums(before), tax_sums(after)
    values: Record = {name: micros(item, name) + new[name] - gone[name] for name in (TAX, TAX_EXEMPT)}
    charge = micros(item, CHARGE) + _included(before) - _included(after)
    if charge != micros(item, CHARGE):
        values |= {CHARGE: charge, **({BALANCE: charge} if BALANCE in item else {})}
    mode = next((tax["TaxMode"] for tax in after if tax.get("TaxMode")), item.get("TaxMode"))
    transaction.update(INVOICE_ITEM, item, {**values, "TaxMode": mode, **transaction.stamp()})


def _included(taxes: Sequence[Record]) -> int:
    return sum(micros(tax, TAX) for tax in taxes if tax.get("TaxMode") == INCLUSIVE)


def _item(transaction: Transaction, values: Record) -> Record:
    wanted = values["InvoiceItemId"]
    item = transaction.get(INVOICE_ITEM, str(wanted))
    if item is None:
        raise no_such("InvoiceItemId", INVOICE_ITEM.words, wanted, expected_id(INVOICE_ITEM.name, wanted))
    return item


def _invoice(transaction: Transaction, record: Record) -> Record:
    """That of an item or a tax."""
    return transaction.get(INVOICE, str(record.get("InvoiceId"))) or {}


def _check_draft(invoice: Record) -> None:
    invoices.check_not_split(invoice)
    if invoice["Status"] != InvoiceState.DRAFT:
        message = f"Invoice {invoice['InvoiceNumber']} is {invoice['Status']}, and only taxes of a Draft change"
        raise rules.TAX_OF_DRAFT.refusal(message, expected=InvoiceState.DRAFT.value, actual=invoice["Status"])


def _check(transaction: Transaction, invoice: Record, before: Record, changed: Record) -> None:
    for name, most in _LONGEST.items():
        if len(str(changed.get(name) or "")) > most:
            raise _wrong(name, f"at most {most} characters", changed[name])
    account = transaction.get(ACCOUNT, str(invoice["AccountId"])) or {}
    digits = minor_digits(str(account.get("Currency")))
    for name in changed.keys() & {*TAX_AMOUNTS}:
        _check_amount(name, micros(changed, name), digits)
    moved = micros(changed, TAX) - micros(before, TAX) if TAX in changed else 0
    if abs(micros(invoice, "Amount") + moved) >= LIMIT:
        raise _wrong(TAX, "a total that can be kept", text(micros(changed, TAX)))


def _check_amount(name: str, amount: int, digits: int) -> None:
    try:
        to_minor(amount, digits)
    except ValueError:
        raise _wrong(name, f"an amount of at most {digits} decimals", text(amount)) from None


def _wrong(name: str, needed: str, given: object) -> Refusal:
    message, at = f"{name}: {needed} is needed, not '{given}'", f"/{name}"
    return rules.INVALID_VALUE.refusal(message, at=at, expected=needed, actual=given)
