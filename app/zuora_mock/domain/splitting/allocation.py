"""Sharing the rows of an invoice out over the parts of a split.

Whole minor units and exact fractions only. Rows are amounts that must stay exact (charges, discounts, taxes), parts are
the new invoices. The exact share of a cell is row x weight / whole; weights are percentages (whole: 100 %) or, when the
client gave amounts, the amounts themselves (whole: their total).

Last part (Knowledge Center, Split invoices, 2025). Each row for itself: every part but the last is rounded half up,
away from zero for negative rows (assumed), and the last part takes what is left.

Largest remainder (Knowledge Center, Split invoices, 2026: rows and parts both stay exact; the steps are assumed).
1. Totals of the parts: as given, or floors of total x percentage and the missing units to the largest fractions.
2. Every cell is floored toward minus infinity. What rows and parts then lack adds up to the same number.
3. Greedy: cells by falling fraction, then part, then row; a cell is raised by one if its row and part both lack one.
4. Repair: greed can leave a row and a part that lack a unit without a cell in common. The shortest path joins them:
   from a row to a part through a cell not raised, from a part to a row through a raised one. Flipped, it fills both.
5. Percentages only: totals chosen before the cells are looked at can be unreachable (24 and 10 at 10/10/30 and four
   times 12.5 %: the second row divides evenly in both parts that got a unit). Then the path may also lead from a part
   without an extra unit to one that has it, and the unit of the total moves the other way.

Seen as a flow the exact shares fill every row and every part, so a whole solution exists and step 5 always ends in one.
Every cell is the floor or the ceiling of its exact share; so is every total of a part.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from zuora_mock.domain.splitting.bridges import Bridges
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT, Rounding


class Reason(StrEnum):
    """Why a cell, or the total of a part, is the number that it is."""

    EXACT = "exact"
    HALF_UP = "half-up"
    WHAT_IS_LEFT = "what-is-left"
    FLOOR = "floor"
    LARGEST_FRACTION = "largest-fraction"
    REPAIR = "repair"
    HANDED_ON = "handed-on"
    GIVEN = "given"
    SUM = "sum"


class Allocation(NamedTuple):
    """Who gets what, in minor units. `cells` and `reasons` are indexed [row][part], `totals` by part."""

    rounding: Rounding
    rows: tuple[int, ...]
    weights: tuple[int, ...]
    whole: int
    cells: tuple[tuple[int, ...], ...]
    reasons: tuple[tuple[Reason, ...], ...]
    totals: tuple[int, ...]
    total_reasons: tuple[Reason, ...]


Allocating: TypeAlias = Generator[None, None, Allocation]


def allocate(
    rows: Sequence[int],
    rounding: Rounding,
    *,
    percentages: Sequence[int] = (),
    targets: Sequence[int] = (),
    binding: bool = True,
) -> Allocation:
    """By percentage, or by amount if targets are given; amounts are always shared by largest remainder.

    Targets that are not `binding` are the proportion alone, of rows that add up to something else.
    """
    return _last(allocating(rows, rounding, percentages=percentages, targets=targets, binding=binding))


def allocating(
    rows: Sequence[int],
    rounding: Rounding,
    *,
    percentages: Sequence[int] = (),
    targets: Sequence[int] = (),
    binding: bool = True,
) -> Allocating:
    """The same in steps, for many rows."""
    if targets:
        if binding:
            return (yield from largest_remainder_by_amount(rows, targets))
        return (yield from largest_remainder(rows, targets, sum(targets)))
    if rounding is Rounding.LAST_PART:
        return last_part(rows, percentages)
    return (yield from largest_remainder(rows, percentages))


def last_part(rows: Sequence[int], percentages: Sequence[int]) -> Allocation:
    """Rows half up, the last part takes the rest. ValueError unless the percentages are 100 % in all."""
    _check_percentages(percentages)
    cells = tuple(_half_up_row(row, percentages) for row in rows)
    reasons = (Reason.HALF_UP,) * (len(percentages) - 1) + (Reason.WHAT_IS_LEFT,)
    return Allocation(
        Rounding.LAST_PART,
        tuple(rows),
        tuple(percentages),
        HUNDRED_PERCENT,
        cells,
        (reasons,) * len(rows),
        tuple(map(sum, zip(*cells, strict=True))) or (0,) * len(percentages),
        (Reason.SUM,) * len(percentages),
    )


def largest_remainder(rows: Sequence[int], weights: Sequence[int], whole: int = HUNDRED_PERCENT) -> Allocating:
    """Rows and parts exact, by percentage or by other weights. ValueError unless they are the whole in all."""
    _check_percentages(weights, whole)
    totals, reasons = _totals(sum(rows), weights, whole)
    return (yield from _Matrix(rows, weights, whole, totals, reasons).solve())


def largest_remainder_by_amount(rows: Sequence[int], targets: Sequence[int]) -> Allocating:
    """Rows and parts exact, the parts as given. ValueError unless the targets add up to the rows, above zero."""
    total = sum(targets)
    if total != sum(rows) or total <= 0 or min(targets) < 0:
        raise ValueError(f"amounts of {total} cannot share out a total of {sum(rows)}")
    return (yield from _Matrix(rows, targets, total, list(targets), [Reason.GIVEN] * len(targets)).solve())


def _last(solving: Allocating) -> Allocation:
    """What the steps come to."""
    while True:
        try:
            next(solving)
        except StopIteration as end:
            found: Allocation = end.value
            return found


def _check_percentages(percentages: Sequence[int], whole: int = HUNDRED_PERCENT) -> None:
    if sum(percentages) != whole or min(percentages) < 0:
        raise ValueError(f"percentages of {sum(percentages)} are not {whole} in all")


def _half_up_row(row: int, percentages: Sequence[int]) -> tuple[int, ...]:
    sign = -1 if row < 0 else 1
    double = 2 * HUNDRED_PERCENT
    rounded = [sign * ((2 * abs(row) * share + HUNDRED_PERCENT) // double) for share in percentages[:-1]]
    return (*rounded, row - sum(rounded))


def _totals(total: int, weights: Sequence[int], whole: int) -> tuple[list[int], list[Reason]]:
    """Totals of the parts by largest remainder, ties to the earlier part."""
    shares = [divmod(total * weight, whole) for weight in weights]
    totals = [floor for floor, _ in shares]
    reasons = [Reason.FLOOR if fraction else Reason.EXACT for _, fraction in shares]
    by_fraction = sorted(range(len(shares)), key=lambda part: -shares[part][1])
    for part in by_fraction[: total - sum(totals)]:
        totals[part] += 1
        reasons[part] = Reason.LARGEST_FRACTION
    return totals, reasons


#: Totals of parts that could take a unit, and that could give one. A given total does neither.
_WITHOUT_UNIT = frozenset({Reason.FLOOR, Reason.HANDED_ON})
_WITH_UNIT = frozenset({Reason.LARGEST_FRACTION, Reason.REPAIR})


class _Step(NamedTuple):
    """To a part: from another one through a row, from another one that it gives its unit to, or from the first row."""

    before: int | None
    row: int | None
    part: int


_FLIPS_OF_A_STEP = 300
"""So many cells are repaired in a step."""


class _Matrix:
    """The largest remainder at work: floors, fractions, raised cells, and what rows and parts still lack."""

    def __init__(
        self, rows: Sequence[int], weights: Sequence[int], whole: int, totals: list[int], total_reasons: list[Reason]
    ) -> None:
        self.rows, self.weights, self.whole = tuple(rows), tuple(weights), whole
        self.totals, self.total_reasons = totals, total_reasons
        self.parts = range(len(weights))
        shares = [[divmod(row * weight, whole) for weight in weights] for row in rows]
        self.floors = [[floor for floor, _ in row] for row in shares]
        self.fractions = [[fraction for _, fraction in row] for row in shares]
        self.raised = [[False] * len(weights) for _ in rows]
        self.reasons = [[Reason.FLOOR if fraction else Reason.EXACT for fraction in row] for row in self.fractions]
        self.row_lacks = [row - sum(floors) for row, floors in zip(rows, self.floors, strict=True)]
        self.part_lacks = [
            total - sum(floors) for total, floors in zip(totals, zip(*self.floors, strict=True), strict=True)
        ]

    def solve(self) -> Allocating:
        yield
        self._hand_out_greedily()
        yield
        yield from self._repair()
        return Allocation(
            Rounding.LARGEST_REMAINDER,
            self.rows,
            self.weights,
            self.whole,
            tuple(tuple(map(int.__add__, *pair)) for pair in zip(self.floors, self.raised, strict=True)),
            tuple(map(tuple, self.reasons)),
            tuple(self.totals),
            tuple(self.total_reasons),
        )

    def _hand_out_greedily(self) -> None:
        count = len(self.rows)
        fractions = [row[part] for part in self.parts for row in self.fractions]
        cells = (cell for cell in range(len(fractions)) if fractions[cell])
        for cell in sorted(cells, key=fractions.__getitem__, reverse=True):
            part, row = divmod(cell, count)
            if self.row_lacks[row] and self.part_lacks[part]:
                self._raise(row, part, Reason.LARGEST_FRACTION)
                self.row_lacks[row] -= 1
                self.part_lacks[part] -= 1

    def _repair(self) -> Generator[None, None, None]:
        lacking = [row for row, lacks in enumerate(self.row_lacks) if lacks]
        if not lacking:
            return
        self.bridges = Bridges(self.fractions, self.raised)
        total = sum(self.rows)
        self.givers = sorted(self.parts, key=lambda part: (total * self.weights[part] % self.whole, -part))
        flips = 0
        for row in lacking:
            while self.row_lacks[row]:
                flips += 1
                if flips % _FLIPS_OF_A_STEP == 0:
                    yield
                self._flip(row, self._path(row, moving=False) or self._path(row, moving=True))

    def _path(self, start: int, *, moving: bool) -> list[_Step]:
        """The shortest path from a row to a part that lacks a unit, or nothing.

        A part stands twice in the queue: first itself, then all the rows that it leads to.
        """
        steps = {part: _Step(None, start, part) for part in self._open_parts(start)}
        queue = deque((part, True) for part in steps)
        while queue:
            part, itself = queue.popleft()
            if itself and self.part_lacks[part]:
                return _walk_back(part, steps)
            if itself:
                queue.append((part, False))
            following = self._takers(part, steps) if not itself else self._givers(part, steps) if moving else []
            for step in following:
                steps[step.part] = step
                queue.append((step.part, True))
        return []

    def _open_parts(self, row: int) -> list[int]:
        """Those whose cell in the row can be raised, larger fractions first."""
        fractions, raised = self.fractions[row], self.raised[row]
        parts = (part for part in self.parts if fractions[part] and not raised[part])
        return sorted(parts, key=lambda part: -fractions[part])

    def _takers(self, giver: int, known: Mapping[int, _Step]) -> list[_Step]:
        """The parts that a raised cell of the giver can be handed to, in the order in which its rows lead to them."""
        found = []
        for part in self.parts:
            rank = None if part in known else self.bridges.find(giver, part)
            if rank is not None:
                row = self.bridges.row(giver, rank)
                found.append((rank, -self.fractions[row][part], part, row))
        return [_Step(giver, row, part) for _, _, part, row in sorted(found)]

    def _givers(self, taker: int, known: Mapping[int, _Step]) -> list[_Step]:
        """The parts with an extra unit in their totals, for one without."""
        if self.total_reasons[taker] not in _WITHOUT_UNIT:
            return []
        givers = (part for part in self.givers if self.total_reasons[part] in _WITH_UNIT and part not in known)
        return [_Step(taker, None, part) for part in givers]

    def _flip(self, start: int, path: Sequence[_Step]) -> None:
        for step in path:
            if step.row is None:
                self._move_unit(giver=step.part, taker=step.before or 0)
                continue
            if step.before is not None:
                self.raised[step.row][step.before] = False
                self.reasons[step.row][step.before] = Reason.HANDED_ON
                self.bridges.changed(step.row, step.before)
            self._raise(step.row, step.part, Reason.REPAIR)
            self.bridges.changed(step.row, step.part)
        self.row_lacks[start] -= 1
        self.part_lacks[path[-1].part] -= 1

    def _raise(self, row: int, part: int, reason: Reason) -> None:
        self.raised[row][part] = True
        self.reasons[row][part] = reason

    def _move_unit(self, *, giver: int, taker: int) -> None:
        self.totals[giver] -= 1
        self.totals[taker] += 1
        self.total_reasons[giver] = Reason.HANDED_ON
        self.total_reasons[taker] = Reason.REPAIR


def _walk_back(part: int, steps: Mapping[int, _Step]) -> list[_Step]:
    path: list[_Step] = []
    at: int | None = part
    while at is not None:
        path.append(steps[at])
        at = steps[at].before
    return path[::-1]
