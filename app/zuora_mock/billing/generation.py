"""`generate`: a draft invoice for an account from the charges that its fixture says are due.

Source: Older API, Action_POSTgenerate. What is due is ours: a charge of the fixture that was never billed, or a
recurring one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zuora_mock.billing import fields
from zuora_mock.billing.drafts import Item, draft
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM, ObjectType
from zuora_mock.domain.values import Record, Type, is_id, parse
from zuora_mock.errors import Refusal
from zuora_mock.storage import charges
from zuora_mock.storage.charges import Charge
from zuora_mock.storage.transaction import Transaction

REQUIRED = ("AccountId", "InvoiceDate", "TargetDate")
MEMBERS = frozenset({*REQUIRED, "IncludesOneTime", "IncludesRecurring", "IncludesUsage"})


def generate(transaction: Transaction, objects: Sequence[Any], wsdl: int) -> list[Outcome]:
    """One draft invoice for each row that names an account with charges due."""
    return [_attempt(transaction, each, wsdl, f"/objects/{position}") for position, each in enumerate(objects)]


def _attempt(transaction: Transaction, each: Any, wsdl: int, pointer: str) -> Outcome:
    try:
        return Outcome(_generate(transaction, each, wsdl, pointer))
    except Refusal as refusal:
        return Outcome(refusal=refusal)


def _generate(transaction: Transaction, each: Any, wsdl: int, pointer: str) -> str:
    if not isinstance(each, dict):
        raise Refusal(rules.NULL_ROW, f"{pointer} is not an object", pointer=pointer, expected="an object", actual=each)
    dates = _dates(transaction, each, wsdl, pointer)
    account = _account(transaction, each["AccountId"], pointer)
    due = charges.due(transaction, str(account["Id"]))
    if not due:
        message = f"nothing is due for account {account['AccountNumber']}"
        raise Refusal(rules.NOTHING_DUE, message, pointer=pointer, expected="charges in the fixture", actual=0)
    charges.count_billed(transaction, due)
    return _make_draft(transaction, account, dates, due)


def _dates(transaction: Transaction, each: Mapping[str, Any], wsdl: int, pointer: str) -> Record:
    for name in REQUIRED:
        if each.get(name) in (None, ""):
            raise Refusal(
                rules.MISSING_VALUE,
                f"Missing required value: {name}",
                pointer=f"{pointer}/{name}",
                expected=REQUIRED,
                actual=each.get(name),
            )
    dates: Record = {}
    for name in ("InvoiceDate", "TargetDate"):
        try:
            dates[name] = parse(Type.DATE, each[name], wsdl=wsdl, zone=transaction.tenant.zone)
        except ValueError as error:
            message = f"{name}: {error}, not '{fields.shown(each[name])}'"
            raise Refusal(
                rules.INVALID_VALUE,
                message,
                pointer=f"{pointer}/{name}",
                expected="a date yyyy-mm-dd",
                actual=fields.shown(each[name]),
            ) from None
    return dates


def _account(transaction: Transaction, given: Any, pointer: str) -> Record:
    account = transaction.get(ACCOUNT, given.lower()) if is_id(given) else None
    if account is None:
        message = f"AccountId: no account has the id '{fields.shown(given)}'"
        raise Refusal(
            rules.REFERENCE,
            message,
            pointer=f"{pointer}/AccountId",
            expected=fields.expected_id("Account", given),
            actual=fields.shown(given),
        )
    return account


def _make_draft(transaction: Transaction, account: Record, dates: Record, due: Sequence[Charge]) -> str:
    number = transaction.next_invoice_number()
    header: Record = {"AccountId": account["Id"], "InvoiceNumber": number, **dates}
    items = [_with_free_ids(transaction, Item.of(each.item)) for each in due]
    term = transaction.tenant.terms.get(str(account.get("PaymentTerm")))
    made = draft(header, items, term, transaction.stamp_new({}), transaction.new_id)
    for kind, records in ((INVOICE, [made.header]), (INVOICE_ITEM, made.items), (TAXATION_ITEM, made.taxes)):
        transaction.insert(kind, [_without_nulls(each) for each in records])
    return str(made.header["Id"])


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
