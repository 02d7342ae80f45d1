"""The work of a split: its records and its invoice are loaded, checked again and planned, then the parts are written.

The parts are copies of everything on the invoice, with amounts, dates and ids of their own. Sources: Knowledge Center,
Split invoices overview (same items, custom fields copied) and Flexible billing (a part has a date and a term of its
own, other attributes stay).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from zuora_mock.billing import invoices
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    INVOICE,
    INVOICE_ITEM,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    TAXATION_ITEM,
    ObjectType,
)
from zuora_mock.domain.invoices import PAID, Invoice, put_together
from zuora_mock.domain.lifecycle import InvoiceEvent, InvoiceState, next_invoice
from zuora_mock.domain.money import minor_digits
from zuora_mock.domain.splitting.rounding import Rounding
from zuora_mock.domain.splitting.split import Part, Planned, Policy, Split, SplitItem, check, plan, verify
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage import splits, unfinished
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.splits import KeptSplit
from zuora_mock.storage.steps import Stepwise
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work.turns import at_once

_OF_THE_ORIGINAL_ALONE = frozenset(
    {"Body", "PostedBy", "PostedDate", "LastEmailSentDate", "TransferredToAccounting", "_Regenerated"}
    | {"PaymentLink", "EInvoiceStatus", "EInvoiceErrorCode", "EInvoiceErrorMessage", "EInvoiceFileId"}
)
_Piece = TypeVar("_Piece")


class Work(NamedTuple):
    """A split ready to be done. `members` are the invoices that it replaces, `whole` is what they add up to."""

    split: Split
    items: list[Record]
    policy: Policy
    currency: str
    digits: int
    members: list[Invoice]
    whole: Invoice
    plan: Planned
    keeps_original: bool

    @property
    def again(self) -> bool:
        """Whether parts are put together and split anew."""
        return "_Group" in self.whole.header


STEP = 1000
"""So many rows of parts are made, compared or written in one step."""


_RowsByKind = list[tuple[ObjectType, list[Record]]]


class Staged(NamedTuple):
    """Work whose parts are written but for their headers, so that there are no such invoices yet; `rows` are theirs.

    Besides what is their own all headers have `header`, and all rows `stamp`.
    """

    work: Work
    parts: list[Invoice]
    rows: _RowsByKind
    header: Record
    stamp: Record


def run(transaction: Transaction, job: Job) -> Stepwise[None]:
    """Splits the invoice of an InvoiceSplit. Raises Refusal if it cannot be split any more."""
    work = yield from prepare(transaction, job.object_id)
    staged = yield from stage(transaction, work)
    _name_parts(transaction, work, put_in_place(transaction, staged))


def stage(transaction: Transaction, work: Work) -> Stepwise[Staged]:
    parts = yield from _copies(transaction, work)
    yield from _now_and_then(verify(work.whole, parts), len(parts))
    stamp = transaction.stamp_new({})
    staged = Staged(work, parts, _rows_of(parts), _header(work, stamp), stamp)
    for kind, rows in staged.rows:
        for start in range(0, len(rows), STEP):
            transaction.load(kind, rows[start : start + STEP], stamp)
            if start + STEP < len(rows):
                yield
    return staged


def put_in_place(transaction: Transaction, staged: Staged) -> list[Invoice]:
    """The parts, in place of what was there before."""
    work, parts, of_parts, header, stamp = staged
    _retire(transaction, work)
    transaction.insert(INVOICE, [part.header for part in parts], header)
    for kind, rows in of_parts:
        transaction.changes.add_new(kind, rows, stamp)
    _keep(transaction, work, parts)
    return parts


def _rows_of(invoices: Sequence[Invoice]) -> _RowsByKind:
    _, items, taxes = zip(*invoices, strict=True)
    return [(INVOICE_ITEM, list(chain.from_iterable(items))), (TAXATION_ITEM, list(chain.from_iterable(taxes)))]


def _now_and_then(pieces: Iterable[_Piece], size: int) -> Stepwise[list[_Piece]]:
    """All pieces, each of so many rows, made in steps."""
    made, rows = list[_Piece](), 0
    for each in pieces:
        if rows >= STEP:
            rows = 0
            yield
        made.append(each)
        rows += size
    return made


# Load


def policy(transaction: Transaction) -> Policy:
    settings = transaction.tenant.settings
    return Policy(
        allowed=settings.allow_invoice_splitting,
        standalone=settings.allow_splitting_standalone,
        may_unpost=settings.cancel_posted_billing_documents,
        rounding=Rounding(settings.execute_rounding),
        terms=transaction.tenant.terms,
    )


def load_split(transaction: Transaction, id: str) -> Split | None:
    loaded = _load_split(transaction, id, *_OF_AN_ITEM)
    return loaded[0] if loaded else None


def _load_split(transaction: Transaction, id: str, *only: str) -> tuple[Split, list[Record]] | None:
    """The split, and its items as records of these fields or all."""
    record = transaction.get(INVOICE_SPLIT, id, "InvoiceId")
    if record is None:
        return None
    items = transaction.find(INVOICE_SPLIT_ITEM, *only, InvoiceSplitId=id)
    return Split(id, str(record["InvoiceId"]), tuple(map(_split_item, items))), items


_OF_AN_ITEM = ("Id", "SplitPercentage", "InvoiceDate", "PaymentTerm", "InvoiceId")


def _split_item(record: Record) -> SplitItem:
    percentage = record["SplitPercentage"]
    return SplitItem(  # by place: by name it takes longer
        str(record["Id"]),
        percentage if isinstance(percentage, int) else 0,
        str(record["InvoiceDate"]),
        _text(record.get("PaymentTerm")),
        _text(record.get("InvoiceId")),
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def load_group(transaction: Transaction, invoice_id: str, *only: str) -> list[Record]:
    """The invoice and, if it is a part, its siblings; nothing if it is gone. With all fields, or with these."""
    invoice = transaction.get(INVOICE, invoice_id, *only)
    if invoice is None or "_Group" not in invoice:
        return [] if invoice is None else [invoice]
    siblings = transaction.find(INVOICE, *only, _Group=invoice["_Group"])
    return [invoice, *(sibling for sibling in siblings if sibling["Id"] != invoice_id)]


# Check and plan


def prepare(transaction: Transaction, split_id: str) -> Stepwise[Work]:
    """Everything read, checked and planned, nothing written. Raises Refusal."""
    loaded = _load_split(transaction, split_id)
    if loaded is None:
        raise rules.INVALID_ID.refusal(f"there is no InvoiceSplit {split_id}", actual=split_id)
    split, items = loaded
    group, ways = load_group(transaction, split.invoice_id), policy(transaction)
    refusal = check(split, group, ways)
    if refusal is not None:
        raise refusal
    keeps_original = transaction.tenant.settings.original_after_execute == "split"
    return (yield from work_of(transaction, split, items, group, ways, keeps_original=keeps_original))


def work_of(
    transaction: Transaction,
    split: Split,
    items: list[Record],
    group: Sequence[Record],
    ways: Policy,
    *,
    keeps_original: bool,
) -> Stepwise[Work]:
    """A split that was checked, planned. Raises Refusal for amounts that cannot be shared out."""
    members, rows = list[Invoice](), 0
    for header in group:
        if rows >= STEP:
            rows = 0
            yield
        members.append(invoices.load(transaction, header))
        rows += len(members[-1].items) + len(members[-1].taxes)
    whole = put_together(group[0], members) if "_Group" in group[0] else members[0]
    account = transaction.get(ACCOUNT, str(whole.header.get("AccountId")), "Currency", "PaymentTerm") or {}
    currency = str(account.get("Currency") or "")
    digits = minor_digits(currency)
    default = transaction.tenant.default_term
    fallbacks = (whole.header.get("PaymentTerm"), account.get("PaymentTerm"), default.name if default else None)
    planned = plan(split, whole, ways, digits, [_text(term) for term in fallbacks])
    small = len(split.items) * (len(whole.items) + len(whole.taxes)) <= STEP
    shared = at_once(planned) if small else (yield from planned)
    return Work(split, items, ways, currency, digits, members, whole, shared, keeps_original)


# Copy


def _header(work: Work, stamp: Record) -> Record:
    """What the headers of all parts have in common."""
    header: Record = {
        **work.whole.header,
        **dict.fromkeys(PAID, 0),
        **stamp,
        "Status": InvoiceState.DRAFT.value,
        "_Group": work.split.id,
        "_Original": work.whole.header.get("_Original", work.whole.header["Id"]),
    }
    for name in _OF_THE_ORIGINAL_ALONE & header.keys():
        del header[name]
    return header


def _copies(transaction: Transaction, work: Work) -> Stepwise[list[Invoice]]:
    """What the parts have of their own, in the order of the items, with new ids and the next invoice numbers.

    The rows of the plan become theirs: each is the plan's own copy, and a second one of many would take its time.
    """
    parts = work.plan.parts
    numbers = transaction.next_invoice_numbers(len(parts))
    copies = (_copy(transaction, part, number) for part, number in zip(parts, numbers, strict=True))
    return (yield from _now_and_then(copies, len(work.whole.items) + len(work.whole.taxes)))


def _copy(transaction: Transaction, part: Part, number: str) -> Invoice:
    totals, items, taxes = part.invoice
    invoice_id, *new_ids = transaction.new_ids(1 + len(items) + len(taxes))
    of_old: dict[Value, str] = dict(zip([item["Id"] for item in items], new_ids, strict=False))
    _become(items, new_ids, invoice_id, "AppliedToInvoiceItemId", of_old)
    _become(taxes, new_ids[len(items) :], invoice_id, "InvoiceItemId", of_old)
    own = {
        "Id": invoice_id,
        "InvoiceNumber": number,
        "InvoiceDate": part.item.invoice_date,
        "DueDate": part.due_date,
        "PaymentTerm": part.payment_term,
    }
    return Invoice({**totals, **own}, items, taxes)


def _become(
    records: Sequence[Record], ids: Sequence[str], invoice_id: str, reference: str, of_old: Mapping[Value, str]
) -> None:
    """Rows of the plan become those of a part; what they refer to is that part's too."""
    for row, (record, new_id) in enumerate(zip(records, ids, strict=False), 1):
        record.setdefault("_Row", row)
        if reference in record:
            record[reference] = of_old.get(record[reference])
        record["InvoiceId"] = invoice_id
        record["Id"] = new_id


# Write


def _retire(transaction: Transaction, work: Work) -> None:
    """The original goes, or stays with status Split; parts that are split anew always go."""
    if work.keeps_original and not work.again:
        status = next_invoice(InvoiceState.DRAFT, InvoiceEvent.SPLIT).value
        transaction.update(INVOICE, work.whole.header, {"Status": status, "Balance": 0, **transaction.stamp()})
        return
    transaction.delete(INVOICE, [member.header for member in work.members])
    for kind, rows in _rows_of(work.members):
        if len(rows) <= STEP or not unfinished.remove_later(transaction, kind, rows):
            transaction.delete(kind, rows, "InvoiceId")


def _name_parts(transaction: Transaction, work: Work, parts: Sequence[Invoice]) -> None:
    """Each item of the split names its part."""
    stamp = transaction.stamp()
    named = [(item, {"InvoiceId": part.header["Id"], **stamp}) for item, part in zip(work.items, parts, strict=True)]
    transaction.update_many(INVOICE_SPLIT_ITEM, named, "InvoiceSplitId")


def _keep(transaction: Transaction, work: Work, parts: Sequence[Invoice]) -> None:
    arithmetic = inputs_of(work, parts, transaction.now())
    splits.add(transaction, [KeptSplit(work.split.id, work.split.invoice_id, arithmetic)])


def inputs_of(work: Work, parts: Sequence[Invoice] = (), at: int | None = None) -> dict[str, Any]:
    """What goes into the split, from which its arithmetic follows: lines in minor units, shares, policy, parts."""
    header = work.whole.header
    inputs: dict[str, Any] = {
        "at": at,
        "original": {"id": work.split.invoice_id, "number": header.get("InvoiceNumber")},
        "currency": work.currency,
        "digits": work.digits,
        "rounding": work.policy.rounding.value,
        "due": work.plan.due,
        "exempt": work.plan.exempt,
        "parts": [
            {
                **({"itemId": part.item.id} if part.item.id else {}),
                **_share(part.item),
                "invoiceDate": part.item.invoice_date,
                "paymentTerm": part.payment_term,
                "dueDate": part.due_date,
            }
            for part in work.plan.parts
        ],
    }
    for part, invoice in zip(inputs["parts"], parts, strict=False):
        part["invoiceId"], part["invoiceNumber"] = invoice.header["Id"], invoice.header["InvoiceNumber"]
    if work.again:
        inputs["putTogether"] = {str(member.header["InvoiceNumber"]): member.header["Id"] for member in work.members}
    return inputs


def _share(item: SplitItem) -> dict[str, int]:
    return {"percentage": item.percentage} if item.amount is None else {"amount": item.amount}
