"""`generate`: a draft invoice for an account from the charges that its fixture says are due.

Source: Older API, Action_POSTgenerate. A charge is due once its service period has begun, and one without a period at
once. What there is to bill is ours: a charge of the fixture that was never billed, or a recurring one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zuora_mock.billing import fields
from zuora_mock.billing.drafts import Item, draft
from zuora_mock.billing.outcomes import Outcome, attempt
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM, ObjectType
from zuora_mock.domain.values import Record, Type, Value, is_id, parse, printer
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage import charges
from zuora_mock.storage.charges import Charge
from zuora_mock.storage.transaction import Transaction

REQUIRED = ("AccountId", "InvoiceDate", "TargetDate")
MEMBERS = frozenset({*REQUIRED, "IncludesOneTime", "IncludesRecurring", "IncludesUsage"})


NOTHING_DUE = "The invoice will not be generated because there are no charges due on this account."


def generate(transaction: Transaction, rows: Sequence[Any], wsdl: int) -> list[Outcome]:
    """One draft invoice for each row that names an account with charges due."""
    return [attempt(_generate, transaction, row, wsdl) for row in rows]


def _generate(transaction: Transaction, row: Any, wsdl: int) -> str:
    members = fields.members_of(row)
    dates = _dates(transaction, members, wsdl)
    account = _account(transaction, members["AccountId"])
    unbilled = charges.due(transaction, str(account["Id"]))
    due = [each for each in unbilled if _start(each) <= str(dates["TargetDate"])]
    if not due:
        raise _nothing_due(transaction, unbilled, dates, wsdl)
    charges.count_billed(transaction, due)
    return _make_draft(transaction, account, dates, due)


def _start(charge: Charge) -> str:
    """The first day of its service period; empty, which is before every day, where it has none."""
    return str(charge.item["record"].get("ServiceStartDate") or "")


def _nothing_due(transaction: Transaction, unbilled: Sequence[Charge], dates: Record, wsdl: int) -> Refusal:
    if not unbilled:
        return rules.NOTHING_DUE.refusal(NOTHING_DUE, expected="charges in the fixture", actual=0)
    at, first = "/TargetDate", min(map(_start, unbilled))
    show = printer(Type.DATE, wsdl=wsdl, zone=transaction.tenant.zone)
    remedy, expected = Remedy({at: show(first) if show else first}), f"{first} or later"
    return rules.NOTHING_DUE.refusal(NOTHING_DUE, at=at, expected=expected, actual=dates["TargetDate"], remedy=remedy)


def _dates(transaction: Transaction, members: Mapping[str, Any], wsdl: int) -> Record:
    for name in REQUIRED:
        if (value := members.get(name)) in (None, ""):
            raise fields.missing(name, expected=REQUIRED, actual=value)
    return {name: _date(transaction, name, members[name], wsdl) for name in ("InvoiceDate", "TargetDate")}


def _date(transaction: Transaction, name: str, value: Any, wsdl: int) -> Value:
    try:
        return parse(Type.DATE, value, wsdl=wsdl, zone=transaction.tenant.zone)
    except ValueError as error:
        actual = fields.shown(value)
        message, expected = f"{name}: {error}, not '{actual}'", "a date yyyy-mm-dd"
        raise rules.INVALID_VALUE.refusal(message, at=f"/{name}", expected=expected, actual=actual) from None


def _account(transaction: Transaction, id: Any) -> Record:
    account = transaction.get(ACCOUNT, id.lower()) if is_id(id) else None
    if account is None:
        raise fields.no_such("AccountId", "account", id, fields.expected_id("Account", id))
    return account


def _make_draft(transaction: Transaction, account: Record, dates: Record, due: Sequence[Charge]) -> str:
    number = transaction.next_invoice_number()
    header: Record = {"AccountId": account["Id"], "InvoiceNumber": number, "Currency": account.get("Currency"), **dates}
    items = [_typed(_with_free_ids(transaction, Item.of(charge.item)), charge.recurring) for charge in due]
    term = transaction.tenant.terms.get(str(account.get("PaymentTerm")))
    made = draft(header, items, term, transaction.stamp_new({}), transaction.new_id)
    for kind, records in ((INVOICE, [made.header]), (INVOICE_ITEM, made.items), (TAXATION_ITEM, made.taxes)):
        transaction.insert(kind, [_without_nulls(record) for record in records])
    return str(made.header["Id"])


def _typed(item: Item, recurring: bool) -> Item:
    """Where a charge does not say its type, what becomes of it does; a discount has that of its charge."""
    record: Record = {"ChargeType": "Recurring" if recurring else "OneTime", **item.record}
    return Item(record, item.taxes, [_typed(each, recurring) for each in item.discounts])


def _with_free_ids(transaction: Transaction, item: Item) -> Item:
    """A charge may give an id; the second time that it is billed somebody has it."""
    return Item(
        _with_free_id(transaction, INVOICE_ITEM, item.record),
        [_with_free_id(transaction, TAXATION_ITEM, tax) for tax in item.taxes],
        [_with_free_ids(transaction, each) for each in item.discounts],
    )


def _with_free_id(transaction: Transaction, kind: ObjectType, record: Record) -> Record:
    free = "Id" not in record or transaction.get(kind, str(record["Id"])) is None
    return record if free else {name: value for name, value in record.items() if name != "Id"}


def _without_nulls(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}
