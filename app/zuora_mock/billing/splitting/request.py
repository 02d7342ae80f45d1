"""A split that a client asks for in one call: by percentage or by amount, done at once or, of many items, later.

The parts are drafts, the original stays with status Split. Where it is a part itself, its group is put together and
split anew. Source: API reference, Split an invoice (2026-05-08). Assumed: terms and dates that are missing are the
original's; while a split waits no other is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from zuora_mock.billing import keys, operations
from zuora_mock.billing.operations import InvoiceOperation
from zuora_mock.billing.splitting.execution import Staged, load_group, policy, put_in_place, stage, work_of
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM
from zuora_mock.domain.invoices import micros
from zuora_mock.domain.money import minor_digits, percent_text, text, to_micros, to_minor
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT, Rounding
from zuora_mock.domain.splitting.split import Policy, Split, SplitItem, check_invoice
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, together
from zuora_mock.pointers import pointer
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.steps import Lengthy, Stepwise
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work.turns import at_once

_LARGE = 2000
"""More rows of parts than these take more than one transaction."""


@dataclass(frozen=True, slots=True)
class WantedPart:
    """`share` is a percentage in 1e-9 percent, or an amount in micros; None where it could not be read."""

    share: int | None
    invoice_date: str | None = None
    payment_term: str | None = None


@dataclass(frozen=True, slots=True)
class WantedSplit:
    by_amount: bool
    parts: tuple[WantedPart, ...]

    @classmethod
    def of(cls, written: dict[str, Any]) -> WantedSplit:
        """From what `asdict` made of it."""
        return cls(written["by_amount"], tuple(WantedPart(**each) for each in written["parts"]))


class BegunSplit(NamedTuple):
    """With its job; the parts where it is done."""

    job: str
    parts: Sequence[Record] | None


def begin(transaction: Transaction, invoice: Record, wanted: WantedSplit) -> BegunSplit:
    """Raises Refusal for what cannot be split so."""
    identifier = str(invoice["Id"])
    checked = _check(transaction, identifier, wanted)
    _check_rivals(transaction, checked.group)
    items = transaction.count(INVOICE_ITEM, InvoiceId=identifier)
    if items > transaction.tenant.settings.async_split_threshold:
        return BegunSplit(operations.order(transaction, InvoiceOperation.SPLIT, identifier, asdict(wanted)), None)
    job = operations.note_done(transaction, InvoiceOperation.SPLIT, identifier)
    if transaction.ahead is None and items * len(wanted.parts) > _LARGE:
        raise Lengthy(lambda later: _stage(later, _check(later, identifier, wanted), job))
    staged = transaction.ahead or at_once(_stage(transaction, checked, job))
    return BegunSplit(job, [{**staged.header, **part.header} for part in put_in_place(transaction, staged)])


def run(transaction: Transaction, job: Job) -> Stepwise[None]:
    """Does the work of a split that waited. Raises Refusal if it cannot be done any more."""
    invoice, wanted = keys.get(transaction, INVOICE, job.object_id), WantedSplit.of(json.loads(job.parameters))
    checked = _check(transaction, str(invoice["Id"]), wanted)
    put_in_place(transaction, (yield from _stage(transaction, checked, job.id)))


def _stage(transaction: Transaction, checked: _Checked, job: str) -> Stepwise[Staged]:
    """The job names the group of the parts."""
    split = checked.split._replace(id=job)
    work = yield from work_of(transaction, split, [], checked.group, checked.policy, keeps_original=True)
    return (yield from stage(transaction, work))


class _Checked(NamedTuple):
    split: Split
    group: list[Record]
    policy: Policy


def _check(transaction: Transaction, invoice_id: str, wanted: WantedSplit) -> _Checked:
    group = load_group(transaction, invoice_id)
    ways = policy(transaction)._replace(rounding=Rounding.LARGEST_REMAINDER)
    refusal = check_invoice(invoice_id, group, ways)
    if refusal is not None:
        raise refusal
    digits = _digits(transaction, group[0])
    wrong = list(_wrong(transaction, wanted, group, digits))
    if wrong:
        raise together(wrong)
    return _Checked(Split("", invoice_id, tuple(_items(wanted, group[0], digits))), group, ways)


def check_parts(transaction: Transaction, invoice: Record, wanted: WantedSplit) -> None:
    """Raises Refusal for everything that is wrong with the parts, as far as they could be read."""
    group = load_group(transaction, str(invoice["Id"]))
    if wrong := list(_wrong(transaction, wanted, group, _digits(transaction, invoice))):
        raise together(wrong)


def _digits(transaction: Transaction, invoice: Record) -> int:
    account = transaction.get(ACCOUNT, str(invoice.get("AccountId")), "Currency") or {}
    return minor_digits(str(account.get("Currency") or ""))


def _wrong(transaction: Transaction, wanted: WantedSplit, group: Sequence[Record], digits: int) -> Iterator[Refusal]:
    total = sum(micros(each, "Amount") for each in group)
    yield from _wrong_parts(wanted, total, digits, transaction.tenant.settings.max_splits)
    yield from _wrong_terms(wanted, policy(transaction))


def _items(wanted: WantedSplit, invoice: Record, digits: int) -> Iterator[SplitItem]:
    for part in wanted.parts:
        share = part.share or 0
        percentage, amount = (0, to_minor(share, digits)) if wanted.by_amount else (share, None)
        day = part.invoice_date or str(invoice["InvoiceDate"])
        yield SplitItem("", percentage, day, part.payment_term, amount=amount)


def _wrong_parts(wanted: WantedSplit, total: int, digits: int, most: int) -> Iterator[Refusal]:
    count, shares = len(wanted.parts), [part.share for part in wanted.parts if part.share is not None]
    if not 2 <= count <= most:
        message = f"A split has 2 to {most} parts, not {count}"
        yield rules.SPLIT_PARTS.refusal(message, at="/parts", expected=f"2 to {most} parts", actual=count)
    for position, part in enumerate(wanted.parts):
        if part.share is not None:
            yield from _wrong_share(part.share, pointer("parts", position), digits, by_amount=wanted.by_amount)
    if len(shares) < count:
        return
    if wanted.by_amount and sum(shares) != total:
        message = f"The amounts add up to {text(sum(shares))}, the invoice to {text(total)}"
        yield rules.SPLIT_AMOUNTS.refusal(message, at="/parts", expected=text(total), actual=text(sum(shares)))
    if not wanted.by_amount and sum(shares) != HUNDRED_PERCENT:
        message = f"The percentages add up to {percent_text(sum(shares))}, not to 100"
        yield rules.SPLIT_SUM.refusal(message, at="/parts", expected="100", actual=percent_text(sum(shares)))


def _wrong_share(share: int, at: str, digits: int, *, by_amount: bool) -> Iterator[Refusal]:
    if by_amount:
        smallest, name, given = to_micros(1, digits), "SplitAmount", text(share)
        right, needed = share >= smallest and share % smallest == 0, f"a multiple of {text(smallest)} above 0"
    else:
        name, given, needed = "SplitPercentage", percent_text(share), "a percentage above 0 and at most 100"
        right = 0 < share <= HUNDRED_PERCENT
    if not right:
        message = f"A share is {needed}, not {given}"
        yield rules.SPLIT_SHARE.refusal(message, at=f"{at}/{name}", expected=needed, actual=given)


def _wrong_terms(wanted: WantedSplit, ways: Policy) -> Iterator[Refusal]:
    active = [name for name, term in (ways.terms or {}).items() if term.active]
    for position, part in enumerate(wanted.parts):
        name, at = part.payment_term, pointer("parts", position, "PaymentTerm")
        if name is not None and name not in active:
            message = f"'{name}' is not an active payment term"
            yield rules.SPLIT_TERM.refusal(message, at=at, expected=active, actual=name)


def _check_rivals(transaction: Transaction, group: Sequence[Record]) -> None:
    """Of several splits of one invoice, or of parts of one group, the first that was accepted wins."""
    for member in group:
        if operations.is_pending(transaction, InvoiceOperation.SPLIT, str(member["Id"])):
            message = f"Invoice {member['InvoiceNumber']} is being split already"
            raise rules.SPLIT_ONCE.refusal(message, expected="one split of an invoice at a time", actual="a second one")
