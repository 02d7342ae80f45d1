"""Splitting an invoice: what is checked, and what is planned.

`check` names the first rule that a split breaks, in this order: the billing rule, the invoice, its status and that of
its group, its source, its total, then the number of items, the sum of their percentages and their payment terms. It is
asked when the call is accepted and again when the work is done, because the world may have changed in between.

`plan` shares the lines of the invoice out and dates the parts. `verify` compares the parts as they will be written with
the invoice, row by row: no part of a cent is lost, whatever made the parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zuora_mock.domain import rules
from zuora_mock.domain.invoices import (
    ITEM_AMOUNTS,
    TAX_AMOUNTS,
    TOTALS,
    Invoice,
    Line,
    due_lines,
    exempt_lines,
    micros,
    with_amounts,
)
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.money import percent_number, percent_text, text, to_micros, to_minor
from zuora_mock.domain.splitting.allocation import HUNDRED_PERCENT, Rounding, allocate
from zuora_mock.domain.terms import PaymentTerm, due_date
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Repair, Request

UNSPLITTABLE_SOURCES = frozenset({"standalone", "consolidation", "consolidated"})


@dataclass(frozen=True, slots=True)
class SplitItem:
    """One item of an InvoiceSplit: its share in 1e-9 percent, its date as `yyyy-mm-dd`, its part once there is one."""

    id: str
    percentage: int
    invoice_date: str
    payment_term: str | None = None
    part_id: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
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


@dataclass(frozen=True, slots=True)
class Policy:
    """What the tenant's settings and payment terms have to say about splits."""

    allowed: bool = True
    standalone: bool = False
    may_unpost: bool = True
    rounding: Rounding = Rounding.LAST_PART
    terms: Mapping[str, PaymentTerm] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One planned part. `invoice` has the rows of the original, ids included, and the amounts of the part."""

    item: SplitItem
    payment_term: str | None
    due_date: str
    invoice: Invoice


def check(split: Split, group: Sequence[Record], policy: Policy, pointer: str = "") -> Refusal | None:
    """The first rule that is broken. `group` is the invoice and, if it is a part, its siblings; empty: it is gone."""
    refusal = check_invoice(split.invoice_id, group, policy, pointer) or _check_items(split, group, policy, pointer)
    if refusal is not None and refusal.rule in _MENDED:
        refusal.repair = _repair(split, group, policy)
    return refusal


def check_invoice(invoice_id: str, group: Sequence[Record], policy: Policy, pointer: str = "") -> Refusal | None:
    """Whether the invoice can be split at all, whatever the items."""
    if not policy.allowed:
        return splitting_is_off(pointer, _state(group))
    if not group:
        message = f"The invoice {invoice_id} does not exist"
        return Refusal(rules.SPLIT_GONE, message, pointer=pointer, expected="an invoice", actual=invoice_id)
    return _check_status(group, pointer) or _check_kind(group, policy, pointer)


def splitting_is_off(pointer: str, state: Mapping[str, Any] | None = None) -> Refusal:
    """The refusal of every call about splits while the billing rule is off."""
    message = "Invoice splitting is not allowed by the billing rules of this tenant"
    expected, actual = {"allowInvoiceSplitting": True}, {"allowInvoiceSplitting": False}
    return Refusal(rules.SPLIT_OFF, message, pointer=pointer, expected=expected, actual=actual, state=state)


def _check_status(group: Sequence[Record], pointer: str) -> Refusal | None:
    other = next((each for each in group if each["Status"] != InvoiceState.DRAFT), None)
    if other is None:
        return None
    return Refusal(
        rules.SPLIT_DRAFT,
        f"Invoice {other.get('InvoiceNumber')} has status {other['Status']}; only a Draft invoice can be split",
        pointer=pointer,
        expected=InvoiceState.DRAFT.value,
        actual=other["Status"],
        state=_state(group),
    )


def _check_kind(group: Sequence[Record], policy: Policy, pointer: str) -> Refusal | None:
    number, source = group[0].get("InvoiceNumber"), str(group[0].get("SourceType") or "")
    if source.lower() in UNSPLITTABLE_SOURCES and not policy.standalone:
        message = f"Invoice {number} has source type {source} and cannot be split"
        expected = ["Subscription", "Order"]
        return Refusal(
            rules.SPLIT_SOURCE, message, pointer=pointer, expected=expected, actual=source, state=_state(group)
        )
    total = sum(micros(each, "Amount") for each in group)
    if total < 0:
        message = f"Invoice {number} has the negative total {text(total)} and cannot be split"
        actual, state = text(total), _state(group)
        return Refusal(rules.SPLIT_NEGATIVE, message, pointer=pointer, expected="0 or more", actual=actual, state=state)
    return None


def _check_items(split: Split, group: Sequence[Record], policy: Policy, pointer: str) -> Refusal | None:
    count, total = len(split.items), split.total_percentage
    state = {**_state(group), **_state_of_items(split)}
    if count < 2:
        return Refusal(
            rules.SPLIT_COUNT,
            f"The split has {count} item{'' if count == 1 else 's'}; it needs at least 2",
            pointer=pointer,
            expected="2 or more items",
            actual=count,
            state=state,
        )
    if total != HUNDRED_PERCENT:
        return Refusal(
            rules.SPLIT_SUM,
            f"The percentages of the split add up to {percent_text(total)}, not to 100",
            pointer=pointer,
            expected=100,
            actual=percent_number(total),
            state=state,
        )
    return _check_terms(split, policy, pointer, state)


def _check_terms(split: Split, policy: Policy, pointer: str, state: Mapping[str, Any]) -> Refusal | None:
    active = _active_terms(policy)
    for item in split.items:
        if item.payment_term is not None and item.payment_term not in active:
            return Refusal(
                rules.SPLIT_TERM,
                f"PaymentTerm {item.payment_term} is not an active payment term",
                pointer=pointer,
                expected=active,
                actual=item.payment_term,
                state=state,
            )
    return None


def _active_terms(policy: Policy) -> list[str]:
    return [name for name, term in (policy.terms or {}).items() if term.active]


def _state(group: Sequence[Record]) -> dict[str, Any]:
    """What of the invoice mattered, for the explanation of a refusal."""
    if not group:
        return {}
    first = group[0]
    state: dict[str, Any] = {name: first.get(name) for name in ("InvoiceNumber", "Status", "SourceType")}
    state["Amount"] = text(sum(micros(each, "Amount") for each in group))
    if len(group) > 1:
        state["group"] = {str(each.get("InvoiceNumber")): each["Status"] for each in group}
    return {name: value for name, value in state.items() if value is not None}


def _state_of_items(split: Split) -> dict[str, Any]:
    return {
        "items": {item.id: percent_number(item.percentage) for item in split.items},
        "sum": percent_number(split.total_percentage),
    }


_MENDED = frozenset({rules.SPLIT_DRAFT, rules.SPLIT_COUNT, rules.SPLIT_SUM, rules.SPLIT_TERM})
"""Rules whose refusal other requests can mend, after which the split can be executed."""


def _repair(split: Split, group: Sequence[Record], policy: Policy) -> Repair | None:
    """Everything that has to be done before the split can be executed, in the order of the checks."""
    statuses = {each["Status"] for each in group}
    to_draft = unposted(group, policy.may_unpost)
    if _check_kind(group, policy, "") or (statuses != {InvoiceState.DRAFT} and not to_draft):
        return None
    mended = _mended_items(split, _active_terms(policy))
    return Repair(first=[*to_draft, *mended])


def unposted(group: Sequence[Record], may_unpost: bool) -> list[Request]:
    """The update that makes a group of drafts and posted invoices drafts; nothing where none could."""
    posted = next((each for each in group if each["Status"] == InvoiceState.POSTED), None)
    others = {each["Status"] for each in group} - {InvoiceState.POSTED, InvoiceState.DRAFT}
    if posted is None or others or not may_unpost:
        return []
    return [_request("update", "Invoice", [{"Id": posted["Id"], "Status": InvoiceState.DRAFT.value}])]


def _request(action: str, type: str, objects: Sequence[Mapping[str, Any]]) -> Request:
    return {"method": "POST", "path": f"/v1/action/{action}", "body": {"type": type, "objects": list(objects)}}


def execute_request(ids: Sequence[str]) -> Request:
    body = {"type": "InvoiceSplit", "ids": list(ids), "synchronous": False}
    return {"method": "POST", "path": "/v1/action/execute", "body": body}


def _mended_items(split: Split, terms: Sequence[str]) -> list[Request]:
    """The update of items and the creation of missing ones that make two or more of together 100 %."""
    given = [item.percentage for item in split.items]
    wanted = _completed(given)
    changed = [
        {"Id": item.id, **({} if share == item.percentage else {"SplitPercentage": percent_number(share)}), **term}
        for item, share in zip(split.items, wanted, strict=False)
        if (term := _mended_term(item, terms)) or share != item.percentage
    ]
    day = split.items[0].invoice_date if split.items else "2026-01-31"
    further = [
        {"InvoiceSplitId": split.id, "InvoiceDate": day, "SplitPercentage": percent_number(share)}
        for share in wanted[len(given) :]
    ]
    requests = (("update", changed), ("create", further))
    return [_request(action, "InvoiceSplitItem", objects) for action, objects in requests if objects]


def _mended_term(item: SplitItem, terms: Sequence[str]) -> dict[str, Any]:
    if item.payment_term is None or item.payment_term in terms:
        return {}
    return {"PaymentTerm": terms[0]} if terms else {"fieldsToNull": ["PaymentTerm"]}


def _completed(percentages: Sequence[int]) -> list[int]:
    """Two percentages or more that make 100 %, as close to the given ones as can be."""
    if len(percentages) >= 2:
        return list(percentages) if sum(percentages) == HUNDRED_PERCENT else adjusted(percentages)
    first = next((each for each in percentages if 0 < each < HUNDRED_PERCENT), HUNDRED_PERCENT // 2)
    return [first, HUNDRED_PERCENT - first]


def adjusted(percentages: Sequence[int]) -> list[int]:
    """The percentages with the last one changed to make 100 %, or all of them in proportion where that cannot be."""
    if 0 < sum(percentages[:-1]) < HUNDRED_PERCENT:
        kept = list(percentages[:-1])
    else:
        kept = [share * HUNDRED_PERCENT // sum(percentages) for share in percentages[:-1]]
    return [*kept, HUNDRED_PERCENT - sum(kept)]


def plan(split: Split, invoice: Invoice, policy: Policy, digits: int, terms: Sequence[str | None] = ()) -> list[Part]:
    """The parts of a split that `check` let pass. `terms` are asked in turn by items that name no payment term.

    Raises Refusal for an amount that a currency with `digits` decimals cannot express.
    """
    percentages = [item.percentage for item in split.items]
    due, exempt = due_lines(invoice), exempt_lines(invoice)
    of_due, of_exempt = (_columns(lines, percentages, policy, digits) for lines in (due, exempt))
    return [
        _part(item, with_amounts(invoice, zip(due + exempt, [*one, *other], strict=True)), terms, policy)
        for item, one, other in zip(split.items, of_due, of_exempt, strict=True)
    ]


def in_minor_units(lines: Sequence[Line], digits: int) -> list[int]:
    """The amounts of the lines as they are shared out. Raises Refusal for one that is no whole number of units."""
    try:
        return [to_minor(line.amount, digits) for line in lines]
    except ValueError as error:
        raise Refusal(rules.SPLIT_UNIT, f"An amount cannot be shared out: {error}", expected=digits) from None


def _columns(lines: Sequence[Line], percentages: Sequence[int], policy: Policy, digits: int) -> list[list[int]]:
    """By part, the micros of each line."""
    if not lines:
        return [[] for _ in percentages]
    cells = allocate(in_minor_units(lines, digits), policy.rounding, percentages=percentages).cells
    return [[to_micros(cell, digits) for cell in column] for column in zip(*cells, strict=True)]


def _part(item: SplitItem, invoice: Invoice, terms: Sequence[str | None], policy: Policy) -> Part:
    known = policy.terms or {}
    term = next((known[name] for name in (item.payment_term, *terms) if name is not None and name in known), None)
    day = date.fromisoformat(item.invoice_date)
    return Part(
        item=item,
        payment_term=term.name if term else None,
        due_date=(due_date(term, day) if term else day).isoformat(),
        invoice=invoice,
    )


def verify(original: Invoice, parts: Sequence[Invoice]) -> None:
    """Every row and every total of the original is the sum of those of the parts, or Refusal."""
    _verify_row(original.header, [part.header for part in parts], TOTALS)
    for kind, amounts in (("items", ITEM_AMOUNTS), ("taxes", TAX_AMOUNTS)):
        rows = getattr(original, kind)
        shares = [getattr(part, kind) for part in parts]
        if any(len(each) != len(rows) for each in shares):
            raise _unbalanced(f"number of {kind}", len(rows), [len(each) for each in shares])
        for row, share in zip(rows, zip(*shares, strict=True), strict=True):
            _verify_row(row, share, amounts)


def _verify_row(row: Record, shares: Sequence[Record], amounts: Sequence[str]) -> None:
    for name in amounts:
        whole, parts = micros(row, name), [micros(each, name) for each in shares]
        if sum(parts) != whole:
            raise _unbalanced(f"{name} of {row['Id']}", text(whole), [text(each) for each in parts])


def _unbalanced(what: str, whole: object, parts: Sequence[object]) -> Refusal:
    message = f"The parts do not add up to the original: {what} is {whole}, the parts have {parts}"
    return Refusal(rules.SPLIT_BALANCE, message, expected=whole, actual=list(parts))
