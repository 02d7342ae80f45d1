"""Reversing posted invoices: a credit memo over the whole amount leaves nothing to be paid.

The parts of a split are reversed together, and their original stays as it is. The mock keeps no credit memos: they have
ids, but nothing can be read of them. Source: API reference, Reverse an invoice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from zuora_mock.billing import keys, operations
from zuora_mock.billing.drafts import CHARGED
from zuora_mock.billing.invoices import check_not_split, load, owe, payments_on
from zuora_mock.billing.operations import InvoiceOperation
from zuora_mock.billing.splitting.execution import load_group
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import BALANCE, TAX, micros
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.money import text
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Remedy, together
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.transaction import Transaction

MOST_ROWS, AT_ONCE = 50_000, 2_000
"""Items, discounts and taxes of an invoice that is reversed, and that is reversed at once."""


@dataclass(frozen=True, slots=True)
class ReversalDates:
    """Of the credit memo and of its application; the tenant's today where none is given."""

    memo: str | None = None
    applied: str | None = None


class BegunReversal(NamedTuple):
    """With its job; the ids of the credit memos, that of the invoice first, where it is done."""

    job: str
    memos: Sequence[str] | None


def begin(transaction: Transaction, invoice: Record, dates: ReversalDates) -> BegunReversal:
    """Raises Refusal for what cannot be reversed so."""
    identifier, whole = str(invoice["Id"]), _complete(transaction, dates)
    group = _checked(transaction, identifier, whole)
    if _rows(transaction, invoice) > AT_ONCE:
        return BegunReversal(operations.order(transaction, InvoiceOperation.REVERSE, identifier, asdict(whole)), None)
    job = operations.note_done(transaction, InvoiceOperation.REVERSE, identifier)
    return BegunReversal(job, _reverse(transaction, group))


def run(transaction: Transaction, job: Job) -> None:
    """Does the work of a reversal that waited. Raises Refusal if it cannot be done any more."""
    invoice = keys.get(transaction, INVOICE, job.object_id)
    _reverse(transaction, _checked(transaction, str(invoice["Id"]), ReversalDates(**json.loads(job.parameters))))


def _complete(transaction: Transaction, dates: ReversalDates) -> ReversalDates:
    today = transaction.today()
    return ReversalDates(dates.memo or today, dates.applied or today)


def _rows(transaction: Transaction, invoice: Record) -> int:
    return sum(transaction.count(kind, InvoiceId=invoice["Id"]) for kind in (INVOICE_ITEM, TAXATION_ITEM))


def _checked(transaction: Transaction, identifier: str, dates: ReversalDates) -> list[Record]:
    """The invoice and its siblings."""
    group = load_group(transaction, identifier)
    for each in group:
        _check_invoice(transaction, each)
    wrong = list(_wrong_dates(group, dates))
    if wrong:
        raise together(wrong)
    return group


def _check_invoice(transaction: Transaction, invoice: Record) -> None:
    check_not_split(invoice)
    status, amount, paid = invoice["Status"], micros(invoice, "Amount"), payments_on(invoice)
    if status != InvoiceState.POSTED:
        raise _not_reversible(invoice, f"is {status}: only a posted invoice is reversed", "Posted", status)
    if amount < 0:
        raise _not_reversible(invoice, "is negative and cannot be reversed", "0 or more", text(amount))
    if paid:
        raise _not_reversible(invoice, "has payments or memos and cannot be reversed", "no payments", paid)
    rows = _rows(transaction, invoice)
    if rows > MOST_ROWS:
        raise _not_reversible(invoice, f"has more than {MOST_ROWS} items", f"at most {MOST_ROWS}", rows)


def _not_reversible(invoice: Record, why: str, expected: object, actual: object) -> Refusal:
    message, state = f"Invoice {invoice['InvoiceNumber']} {why}", {"Status": invoice["Status"]}
    return rules.REVERSIBLE.refusal(message, expected=expected, actual=actual, state=state)


def _wrong_dates(group: Sequence[Record], dates: ReversalDates) -> Iterator[Refusal]:
    latest, memo, applied = max(str(each["InvoiceDate"]) for each in group), str(dates.memo), str(dates.applied)
    whole = Remedy({"/MemoDate": max(memo, latest), "/ApplyEffectiveDate": max(applied, memo, latest)})
    if memo < latest:
        message = f"memoDate {memo} is before the date of the invoice, {latest}"
        yield _too_early("/MemoDate", message, latest, memo, whole)
    if applied < memo:
        message = f"applyEffectiveDate {applied} is before the date of the memo, {memo}"
        yield _too_early("/ApplyEffectiveDate", message, memo, applied, whole)


def _too_early(at: str, message: str, earliest: str, given: str, whole: Remedy) -> Refusal:
    return rules.REVERSAL_DATE.refusal(message, at=at, expected=f"{earliest} or later", actual=given, remedy=whole)


def _reverse(transaction: Transaction, group: Sequence[Record]) -> list[str]:
    """The ids of the credit memos of the invoices."""
    owed = sum(micros(each, BALANCE) for each in group)
    for each in group:
        _credit(transaction, each)
    owe(transaction, group[0], -owed)
    return [transaction.new_id() for _ in group]


def _credit(transaction: Transaction, header: Record) -> None:
    """The header, its items and its taxes as they are when nothing is to be paid."""
    invoice, stamp = load(transaction, header), transaction.stamp()
    credited: Record = {BALANCE: 0, "CreditMemoAmount": micros(header, "Amount"), "Reversed": True, **stamp}
    charges = [item for item in invoice.items if micros(item, "ProcessingType") == CHARGED]
    transaction.update(INVOICE, header, credited)
    transaction.update_many(INVOICE_ITEM, [(item, {BALANCE: 0, **stamp}) for item in charges])
    of_taxes: list[tuple[Record, Record]] = [
        (tax, {BALANCE: 0, "CreditAmount": micros(tax, TAX), **stamp}) for tax in invoice.taxes
    ]
    transaction.update_many(TAXATION_ITEM, of_taxes)
