"""An allocation as a person checks it: exact shares, floors, who got which unit and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from zuora_mock.domain.money import fixed, percent_text
from zuora_mock.domain.splitting.allocation import Allocation, Reason, allocate
from zuora_mock.domain.splitting.rounding import Rounding


class ExplainedCell(TypedDict):
    part: int
    exact: str
    floor: str
    units: int
    amount: str
    rule: str
    why: str


class ExplainedRow(TypedDict):
    row: str
    amount: str
    leftover: int
    parts: list[ExplainedCell]
    sum: str


class Sums(TypedDict):
    rows: str
    parts: str
    cells: str
    match: bool


class Explanation(TypedDict):
    rounding: str
    by: Literal["amount", "percentage"]
    unit: str
    shares: list[str]
    totals: list[ExplainedCell]
    rows: list[ExplainedRow]
    sums: Sums


def explain(
    rows: Sequence[tuple[str, int]],
    rounding: Rounding,
    digits: int,
    *,
    percentages: Sequence[int] = (),
    targets: Sequence[int] = (),
    binding: bool = True,
) -> Explanation:
    """How rows, each with its label, were shared out.

    Amounts are decimals of the currency, `units` and `leftover` count its minor units above the floors. An exact share
    without end is cut and marked with an ellipsis.
    """
    amounts = [amount for _, amount in rows]
    allocation = allocate(amounts, rounding, percentages=percentages, targets=targets, binding=binding)
    return Explanation(
        rounding=allocation.rounding.value,
        by="amount" if targets else "percentage",
        unit=fixed(1, digits),
        shares=[fixed(target, digits) for target in targets] or [f"{percent_text(p)} %" for p in percentages],
        totals=_cells(
            allocation, sum(allocation.rows), allocation.totals, allocation.total_reasons, _WHY_TOTAL, digits
        ),
        rows=[_row(allocation, row, label, digits) for row, (label, _) in enumerate(rows)],
        sums=_sums(allocation, digits),
    )


_WHY_CELL = {
    Reason.EXACT: "the share is a whole number of units",
    Reason.HALF_UP: "rounded half up",
    Reason.WHAT_IS_LEFT: "the last part takes what is left of the row",
    Reason.FLOOR: "rounded down",
    Reason.LARGEST_FRACTION: "one unit more: the largest fraction whose row and part both lacked one",
    Reason.REPAIR: "one unit more: passed on until row and part both came out exact",
    Reason.HANDED_ON: "rounded down: its unit was passed on to another part of the row",
}

_WHY_TOTAL = _WHY_CELL | {
    Reason.LARGEST_FRACTION: "one unit more: one of the largest fractions",
    Reason.REPAIR: "one unit more: no row could give it to the part it was meant for",
    Reason.HANDED_ON: "rounded down: no row could give it the unit that it was meant to have",
    Reason.GIVEN: "as asked for",
    Reason.SUM: "the sum of its rows",
}


def _row(allocation: Allocation, row: int, label: str, digits: int) -> ExplainedRow:
    amount, cells = allocation.rows[row], allocation.cells[row]
    explained = _cells(allocation, amount, cells, allocation.reasons[row], _WHY_CELL, digits)
    return ExplainedRow(
        row=label,
        amount=fixed(amount, digits),
        leftover=sum(cell["units"] for cell in explained),
        parts=explained,
        sum=fixed(sum(cells), digits),
    )


def _cells(
    allocation: Allocation,
    amount: int,
    shares: Sequence[int],
    reasons: Sequence[Reason],
    why: Mapping[Reason, str],
    digits: int,
) -> list[ExplainedCell]:
    """How one amount, a row or the total, came to be shared out as it was."""
    cells = []
    for part, (weight, share, reason) in enumerate(zip(allocation.weights, shares, reasons, strict=True), start=1):
        floor = amount * weight // allocation.whole
        cells.append(
            ExplainedCell(
                part=part,
                exact=_exact_text(amount * weight, allocation.whole * 10**digits),
                floor=fixed(floor, digits),
                units=share - floor,
                amount=fixed(share, digits),
                rule=reason.value,
                why=why[reason],
            )
        )
    return cells


def _sums(allocation: Allocation, digits: int) -> Sums:
    rows, parts = sum(allocation.rows), sum(allocation.totals)
    by_part = tuple(sum(row[part] for row in allocation.cells) for part in range(len(allocation.totals)))
    by_row = tuple(map(sum, allocation.cells))
    return Sums(
        rows=fixed(rows, digits),
        parts=fixed(parts, digits),
        cells=fixed(sum(by_row), digits),
        match=by_row == allocation.rows and by_part == allocation.totals,
    )


def _exact_text(numerator: int, denominator: int) -> str:
    """Up to 15 decimals, enough for every percentage of every currency."""
    units, rest = divmod(abs(numerator) * 10**15, denominator)
    decimals = fixed(-units if numerator < 0 else units, 15).rstrip("0").rstrip(".")
    return f"{decimals}…" if rest else decimals
