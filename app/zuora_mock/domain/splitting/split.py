"""Splitting an invoice: what is checked, and what is planned.

`check` names the first rule that a split breaks, in this order: the billing rule, the invoice, its status and that of
its group, its source, its total, then the number of items, the sum of their percentages and their payment terms. It is
asked when the call is accepted and again when the work is done, because much may have changed in between.

`plan` shares the lines of the invoice out and dates the parts. `verify` compares the parts as they will be written with
the invoice, row by row: no part of a cent is lost, whatever made the parts.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from zuora_mock.domain import rules
from zuora_mock.domain.invoices import (
    ITEM_AMOUNTS,
    TAX_AMOUNTS,
    TOTALS,
    Invoice,
    Line,
    due_lines,
    emptied,
    exempt_lines,
    micros,
    with_amounts,
)
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.money import percent_number, percent_text, text, to_micros, to_minor
from zuora_mock.domain.splitting.allocation import allocating
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT, Rounding
from zuora_mock.domain.terms import PaymentTerm, due_date
from zuora_mock.domain.values import Record
from zuora_mock.errors import Edit, Refusal, Remedy

UNSPLITTABLE_SOURCES = frozenset({"standalone", "consolidation", "consolidated"})


class SplitItem(NamedTuple):
    """One item of an InvoiceSplit: its share in 1e-9 percent, its date as `yyyy-mm-dd`, its part once there is one.

    One that a client asks for by `amount`, in minor units, has no percentage.
    """

    id: str
    percentage: int
    invoice_date: str
    payment_term: str | None = None
    part_id: str | None = None
    amount: int | None = None


class Split(NamedTuple):
    """An InvoiceSplit with its items in the order of their creation."""

    id: str
    invoice_id: str
    items: tuple[SplitItem, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(item.part_id for item in self.items if item.part_id is not None)

    @property
    def total_percentage(self) -> int:
        return sum(item.percentage for item in self.items)

    @property
    def amounts(self) -> tuple[int, ...]:
        """Those of the parts, in minor units; nothing where they are asked for by percentage."""
        return tuple(item.amount for item in self.items if item.amount is not None)


class Policy(NamedTuple):
    """What the tenant's settings and payment terms have to say about splits."""

    allowed: bool = True
    standalone: bool = False
    may_unpost: bool = True
    rounding: Rounding = Rounding.LAST_PART
    terms: Mapping[str, PaymentTerm] | None = None


class Part(NamedTuple):
    """One planned part. `invoice` has the rows of the original, ids included, and the amounts of the part.

    Of its header it has the totals.
    """

    item: SplitItem
    payment_term: str | None
    due_date: str
    invoice: Invoice


class Planned(NamedTuple):
    """What is `due` and what is `exempt` are labels and minor units."""

    parts: list[Part]
    due: list[tuple[str, int]]
    exempt: list[tuple[str, int]]


CHECKED = ("Id", "InvoiceNumber", "Status", "SourceType", "Amount", "_Group")
"""What `check` asks of an invoice."""


def check(split: Split, group: Sequence[Record], policy: Policy) -> Refusal | None:
    """The first rule that is broken. `group` is the invoice and, if it is a part, its siblings; empty: it is gone."""
    refusal = check_invoice(split.invoice_id, group, policy) or _check_items(split, group, policy)
    if refusal is not None and refusal.rule in _MENDED:
        refusal.remedy = _remedy(split, group, policy)
    return refusal


def check_invoice(invoice_id: str, group: Sequence[Record], policy: Policy) -> Refusal | None:
    """Whether the invoice can be split at all, whatever the items."""
    if not policy.allowed:
        return splitting_is_off(_state(group))
    if not group:
        message = f"The invoice {invoice_id} does not exist"
        return rules.SPLIT_GONE.refusal(message, expected="an invoice", actual=invoice_id)
    return _check_status(group) or _check_kind(group, policy)


def splitting_is_off(state: Mapping[str, Any] | None = None) -> Refusal:
    """The refusal of every call about splits while the billing rule is off."""
    message = "Invoice splitting is not allowed by the billing rules of this tenant"
    expected, actual = {"allowInvoiceSplitting": True}, {"allowInvoiceSplitting": False}
    return rules.SPLIT_OFF.refusal(message, expected=expected, actual=actual, state=state)


def _check_status(group: Sequence[Record]) -> Refusal | None:
    other = next((invoice for invoice in group if invoice["Status"] != InvoiceState.DRAFT), None)
    if other is None:
        return None
    status = other["Status"]
    message = f"Invoice {other.get('InvoiceNumber')} has status {status}; only a Draft invoice can be split"
    draft = InvoiceState.DRAFT.value
    return rules.SPLIT_DRAFT.refusal(message, expected=draft, actual=status, state=_state(group))


def _check_kind(group: Sequence[Record], policy: Policy) -> Refusal | None:
    number, source = group[0].get("InvoiceNumber"), str(group[0].get("SourceType") or "")
    if source.lower() in UNSPLITTABLE_SOURCES and not policy.standalone:
        message = f"Invoice {number} has source type {source} and cannot be split"
        sources = ["Subscription", "Order"]
        return rules.SPLIT_SOURCE.refusal(message, expected=sources, actual=source, state=_state(group))
    total = sum(micros(invoice, "Amount") for invoice in group)
    if total < 0:
        message = f"Invoice {number} has the negative total {text(total)} and cannot be split"
        return rules.SPLIT_NEGATIVE.refusal(message, expected="0 or more", actual=text(total), state=_state(group))
    return None


def _check_items(split: Split, group: Sequence[Record], policy: Policy) -> Refusal | None:
    count, total = len(split.items), split.total_percentage
    if count < 2:
        message = f"The split has {count} item{'' if count == 1 else 's'}; it needs at least 2"
        return rules.SPLIT_COUNT.refusal(
            message, expected="2 or more items", actual=count, state=_state_with_items(split, group)
        )
    if total != HUNDRED_PERCENT:
        message = f"The percentages of the split add up to {percent_text(total)}, not to 100"
        return rules.SPLIT_SUM.refusal(
            message, expected=100, actual=percent_number(total), state=_state_with_items(split, group)
        )
    return _check_terms(split, group, policy)


def _check_terms(split: Split, group: Sequence[Record], policy: Policy) -> Refusal | None:
    active = _active_terms(policy)
    unknown = next(
        (term for item in split.items if (term := item.payment_term) is not None and term not in active), None
    )
    if unknown is None:
        return None
    message, state = f"PaymentTerm {unknown} is not an active payment term", _state_with_items(split, group)
    return rules.SPLIT_TERM.refusal(message, expected=active, actual=unknown, state=state)


def _active_terms(policy: Policy) -> list[str]:
    return [name for name, term in (policy.terms or {}).items() if term.active]


def _state(group: Sequence[Record]) -> dict[str, Any]:
    """What of the invoice mattered, for the explanation of a refusal."""
    if not group:
        return {}
    first = group[0]
    state: dict[str, Any] = {name: first.get(name) for name in ("InvoiceNumber", "Status", "SourceType")}
    state["Amount"] = text(sum(micros(invoice, "Amount") for invoice in group))
    if len(group) > 1:
        state["group"] = {str(invoice.get("InvoiceNumber")): invoice["Status"] for invoice in group}
    return {name: value for name, value in state.items() if value is not None}


def _state_with_items(split: Split, group: Sequence[Record]) -> dict[str, Any]:
    return {
        **_state(group),
        "items": {item.id: percent_number(item.percentage) for item in split.items},
        "sum": percent_number(split.total_percentage),
    }


_MENDED = frozenset({rules.SPLIT_DRAFT, rules.SPLIT_COUNT, rules.SPLIT_SUM, rules.SPLIT_TERM})
"""Rules that can be kept by writing other records, after which the split can be executed."""


def _remedy(split: Split, group: Sequence[Record], policy: Policy) -> Remedy | None:
    """Everything that has to be done before the split can be executed, in the order of the checks."""
    statuses = {invoice["Status"] for invoice in group}
    to_draft = unposted(group, policy.may_unpost)
    if _check_kind(group, policy) or (statuses != {InvoiceState.DRAFT} and not to_draft):
        return None
    return Remedy(first=[*to_draft, *_mended_items(split, _active_terms(policy))])


def unposted(group: Sequence[Record], may_unpost: bool) -> list[Edit]:
    """What makes a group of drafts and posted invoices drafts: one changes all. Nothing where none could."""
    posted = next((invoice for invoice in group if invoice["Status"] == InvoiceState.POSTED), None)
    others = {invoice["Status"] for invoice in group} - {InvoiceState.POSTED, InvoiceState.DRAFT}
    if posted is None or others or not may_unpost:
        return []
    return [Edit("Invoice", {"Id": posted["Id"], "Status": InvoiceState.DRAFT.value})]


def _mended_items(split: Split, terms: Sequence[str]) -> list[Edit]:
    """Changed items, and further ones where some are missing, that make two or more of together 100 %."""
    wanted = _completed([item.percentage for item in split.items])
    changed = [
        {"Id": item.id, **({} if share == item.percentage else {"SplitPercentage": percent_number(share)}), **term}
        for item, share in zip(split.items, wanted, strict=False)
        if (term := _mended_term(item, terms)) or share != item.percentage
    ]
    day = split.items[0].invoice_date if split.items else "2026-01-31"
    further = [
        {"InvoiceSplitId": split.id, "InvoiceDate": day, "SplitPercentage": percent_number(share)}
        for share in wanted[len(split.items) :]
    ]
    return [Edit("InvoiceSplitItem", values) for values in (*changed, *further)]


def _mended_term(item: SplitItem, terms: Sequence[str]) -> dict[str, Any]:
    if item.payment_term is None or item.payment_term in terms:
        return {}
    return {"PaymentTerm": terms[0]} if terms else {"fieldsToNull": ["PaymentTerm"]}


def _completed(percentages: Sequence[int]) -> list[int]:
    """Two percentages or more that make 100 %, as close to the given ones as can be."""
    if len(percentages) >= 2:
        return list(percentages) if sum(percentages) == HUNDRED_PERCENT else adjusted(percentages)
    first = next((share for share in percentages if 0 < share < HUNDRED_PERCENT), HUNDRED_PERCENT // 2)
    return [first, HUNDRED_PERCENT - first]


def adjusted(percentages: Sequence[int]) -> list[int]:
    """The percentages with the last one changed to make 100 %, or all of them in proportion where that cannot be."""
    if 0 < sum(percentages[:-1]) < HUNDRED_PERCENT:
        kept = list(percentages[:-1])
    else:
        total = sum(percentages)
        kept = [share * HUNDRED_PERCENT // total for share in percentages[:-1]]
    return [*kept, HUNDRED_PERCENT - sum(kept)]


def plan(
    split: Split, invoice: Invoice, policy: Policy, digits: int, terms: Sequence[str | None] = ()
) -> Generator[None, None, Planned]:
    """The parts of a split that `check` let pass. `terms` are asked in turn by items that name no payment term.

    Each is a step, the search for their amounts several. Raises Refusal for an amount that a currency
    with `digits` decimals cannot express.
    """
    due, exempt = due_lines(invoice), exempt_lines(invoice)
    units, exempt_units = _in_minor_units(due, digits), _in_minor_units(exempt, digits)
    of_due = yield from _columns(units, split, policy, digits, binding=True)
    of_exempt = yield from _columns(exempt_units, split, policy, digits, binding=False)
    blank, parts = emptied(invoice), []
    for item, one, other in zip(split.items, of_due, of_exempt, strict=True):
        yield
        amounts = zip(due + exempt, [*one, *other], strict=True)
        parts.append(_part(item, with_amounts(blank, amounts), terms, policy))
    return Planned(parts, _labelled(due, units), _labelled(exempt, exempt_units))


def _labelled(lines: Sequence[Line], units: Sequence[int]) -> list[tuple[str, int]]:
    return [(line.label, amount) for line, amount in zip(lines, units, strict=True)]


def _in_minor_units(lines: Sequence[Line], digits: int) -> list[int]:
    """The amounts of the lines as they are shared out. Raises Refusal for one that is no whole number of units."""
    try:
        return [to_minor(line.amount, digits) for line in lines]
    except ValueError as error:
        raise rules.SPLIT_UNIT.refusal(f"An amount cannot be shared out: {error}", expected=digits) from None


def _columns(
    rows: Sequence[int], split: Split, policy: Policy, digits: int, *, binding: bool
) -> Generator[None, None, list[list[int]]]:
    """By part, the micros of each row. Amounts that are asked for are `binding` for what is due."""
    if not rows:
        return [[] for _ in split.items]
    percentages, amounts = [item.percentage for item in split.items], split.amounts
    shares = yield from allocating(rows, policy.rounding, percentages=percentages, targets=amounts, binding=binding)
    yield
    unit = to_micros(1, digits)
    return [[cell * unit for cell in column] for column in zip(*shares.cells, strict=True)]


def _part(item: SplitItem, invoice: Invoice, terms: Sequence[str | None], policy: Policy) -> Part:
    known = policy.terms or {}
    term = next((known[name] for name in (item.payment_term, *terms) if name is not None and name in known), None)
    day = date.fromisoformat(item.invoice_date)
    return Part(item, term.name if term else None, (due_date(term, day) if term else day).isoformat(), invoice)


def verify(original: Invoice, parts: Sequence[Invoice]) -> Iterator[None]:
    """Every row and every total of the original is the sum of those of the parts, or Refusal. Row by row."""
    _verify_row(original.header, [part.header for part in parts], TOTALS)
    for kind, amounts in (("items", ITEM_AMOUNTS), ("taxes", TAX_AMOUNTS)):
        rows = getattr(original, kind)
        shares = [getattr(part, kind) for part in parts]
        if any(len(each) != len(rows) for each in shares):
            raise _unbalanced(f"number of {kind}", len(rows), [len(each) for each in shares])
        for row, share in zip(rows, zip(*shares, strict=True), strict=True):
            _verify_row(row, share, amounts)
            yield


def _verify_row(row: Mapping[str, Any], shares: Sequence[Mapping[str, Any]], amounts: Sequence[str]) -> None:
    for name in amounts:
        left = row.get(name) or 0
        for each in shares:
            left -= each.get(name) or 0
        if left:
            parts = [text(each.get(name) or 0) for each in shares]
            raise _unbalanced(f"{name} of {row['Id']}", text(row.get(name) or 0), parts)


def _unbalanced(what: str, whole: object, parts: Sequence[object]) -> Refusal:
    message = f"The parts do not add up to the original: {what} is {whole}, the parts have {parts}"
    return rules.SPLIT_BALANCE.refusal(message, expected=whole, actual=list(parts))
