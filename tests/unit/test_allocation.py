"""Sharing rows out over parts: the published example, computed vectors, and what must hold for every draw."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zuora_mock.domain.money import parse_nano_percent
from zuora_mock.domain.splitting import allocation as sharing
from zuora_mock.domain.splitting.allocation import Allocation, Reason, allocate, last_part
from zuora_mock.domain.splitting.explanation import explain
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT, Rounding
from zuora_mock.work.turns import at_once

Numbers = list[int]
Draw = tuple[Numbers, Numbers]


def largest_remainder(rows: Numbers, weights: Numbers) -> Allocation:
    return at_once(sharing.largest_remainder(rows, weights))


def largest_remainder_by_amount(rows: Numbers, targets: Numbers) -> Allocation:
    return at_once(sharing.largest_remainder_by_amount(rows, targets))


def percent(text: str) -> Numbers:
    return [parse_nano_percent(share) for share in text.split("/")]


FIVE = "20/20/20/20/20"
FALLING = "40/30/20/10"
THIRTEENTHS = "38.461538461/38.461538461/23.076923078"
THIRDS = "33.333333333/33.333333333/33.333333334"

BY_PERCENTAGE = [
    ([12000, 1000], THIRTEENTHS, [5000, 5000, 3000], [[4615, 4616, 2769], [385, 384, 231]]),
    ([10000], THIRDS, [3333, 3333, 3334], [[3333, 3333, 3334]]),
    ([100, 10], "33.34/33.33/33.33", [37, 37, 36], [[34, 33, 33], [3, 4, 3]]),
    ([5], "50/50", [3, 2], [[3, 2]]),
    ([5], FIVE, [1, 1, 1, 1, 1], [[1, 1, 1, 1, 1]]),
    ([3], FIVE, [1, 1, 1, 0, 0], [[1, 1, 1, 0, 0]]),
    ([1000, -1000], "50/50", [0, 0], [[500, 500], [-500, -500]]),
    ([1, -1], "50/50", [0, 0], [[1, 0], [-1, 0]]),
    (
        [12000, -2000, 1000],
        FALLING,
        [4400, 3300, 2200, 1100],
        [[4800, 3600, 2400, 1200], [-800, -600, -400, -200], [400, 300, 200, 100]],
    ),
    (
        [9999, 825, -1000],
        FALLING,
        [3930, 2947, 1965, 982],
        [[4000, 2999, 2000, 1000], [330, 248, 165, 82], [-400, -300, -200, -100]],
    ),
    ([44, 158], "75/10/15", [152, 20, 30], [[33, 4, 7], [119, 16, 23]]),
    ([0, 0], "60/40", [0, 0], [[0, 0], [0, 0]]),
]

BY_AMOUNT = [
    ([12000, 1000], [5000, 5000, 3000], [[4615, 4616, 2769], [385, 384, 231]]),
    ([1000, 12000], [5000, 5000, 3000], [[385, 384, 231], [4615, 4616, 2769]]),
    ([9999, 825, -1000], [4000, 4000, 1824], [[4071, 4071, 1857], [336, 336, 153], [-407, -407, -186]]),
]

LAST_PART = [
    ([10_000_000], FALLING, [[4_000_000, 3_000_000, 2_000_000, 1_000_000]]),
    ([120_000], "80/20", [[96_000, 24_000]]),
    ([10000], THIRDS, [[3333, 3333, 3334]]),
    ([5], "50/50", [[3, 2]]),
    ([5], FIVE, [[1, 1, 1, 1, 1]]),
    ([3], FIVE, [[1, 1, 1, 1, -1]]),
    ([100, 10], "33.34/33.33/33.33", [[33, 33, 34], [3, 3, 4]]),
    (
        [9999, 825, -1000],
        FALLING,
        [[4000, 3000, 2000, 999], [330, 248, 165, 82], [-400, -300, -200, -100]],
    ),
    ([12000, 1000], THIRTEENTHS, [[4615, 4615, 2770], [385, 385, 230]]),
    ([-25], "50/50", [[-13, -12]]),
]


def cells_of(allocation: Allocation) -> list[Numbers]:
    return [list(row) for row in allocation.cells]


@pytest.mark.parametrize(("rows", "percentages", "totals", "cells"), BY_PERCENTAGE)
def test_the_largest_remainder_by_percentage_keeps_rows_and_parts_exact(
    rows: Numbers, percentages: str, totals: Numbers, cells: list[Numbers]
) -> None:
    allocation = largest_remainder(rows, percent(percentages))
    assert list(allocation.totals) == totals
    assert cells_of(allocation) == cells


@pytest.mark.parametrize(("rows", "targets", "cells"), BY_AMOUNT)
def test_the_largest_remainder_by_amount_gives_each_part_what_was_asked(
    rows: Numbers, targets: Numbers, cells: list[Numbers]
) -> None:
    allocation = largest_remainder_by_amount(rows, targets)
    assert list(allocation.totals) == targets
    assert cells_of(allocation) == cells


@pytest.mark.parametrize(("rows", "percentages", "cells"), LAST_PART)
def test_the_last_part_takes_what_half_up_leaves(rows: Numbers, percentages: str, cells: list[Numbers]) -> None:
    assert cells_of(last_part(rows, percent(percentages))) == cells


def test_a_path_through_a_raised_cell_repairs_what_greed_left_over() -> None:
    reasons = largest_remainder([44, 158], percent("75/10/15")).reasons
    assert Reason.REPAIR in reasons[0] + reasons[1]


def test_a_total_that_no_row_can_reach_hands_its_unit_to_another_part() -> None:
    allocation = largest_remainder([24, 10], percent("10/10/30/12.5/12.5/12.5/12.5"))
    assert allocation.totals == (4, 3, 10, 5, 4, 4, 4)
    assert allocation.cells == ((3, 2, 7, 3, 3, 3, 3), (1, 1, 3, 2, 1, 1, 1))
    assert allocation.total_reasons[:4] == (Reason.LARGEST_FRACTION, Reason.HANDED_ON, Reason.FLOOR, Reason.REPAIR)


@pytest.mark.parametrize("percentages", [[], [HUNDRED_PERCENT - 1], [HUNDRED_PERCENT + 1, -1]])
def test_percentages_that_are_not_a_hundred_in_all_are_refused(percentages: Numbers) -> None:
    for rounding in Rounding:
        with pytest.raises(ValueError, match="percentages of"):
            allocate([100], rounding, percentages=percentages)


@pytest.mark.parametrize(
    ("rows", "targets"), [([100], []), ([100], [99]), ([0], [0]), ([-2], [-1, -1]), ([1], [2, -1])]
)
def test_amounts_that_do_not_share_out_a_positive_total_are_refused(rows: Numbers, targets: Numbers) -> None:
    with pytest.raises(ValueError, match="amounts of"):
        largest_remainder_by_amount(rows, targets)


def test_amounts_are_shared_by_largest_remainder_whatever_the_rounding() -> None:
    allocation = allocate([12000, 1000], Rounding.LAST_PART, targets=[5000, 5000, 3000])
    assert allocation == largest_remainder_by_amount([12000, 1000], [5000, 5000, 3000])


def test_percentages_follow_the_rounding_that_is_named() -> None:
    for rounding, of in ((Rounding.LAST_PART, last_part), (Rounding.LARGEST_REMAINDER, largest_remainder)):
        assert allocate([3], rounding, percentages=percent(FIVE)) == of([3], percent(FIVE))


AMOUNT = st.one_of(st.integers(-9, 9), st.integers(-(10**4), 10**5), st.integers(-(10**12), 10**12))
ROWS = st.lists(AMOUNT, min_size=1, max_size=12)
ROUND_SHARES = st.sampled_from([10**9, 5 * 10**8, 25 * 10**8, 125 * 10**8, 333_333_333])


@st.composite
def shares(draw: st.DrawFn) -> Numbers:
    """Two to twenty percentages that are 100 in all; round ones often, since they meet in ties."""
    share = draw(st.sampled_from([ROUND_SHARES, st.integers(1, 5 * 10**9)]))
    head = draw(st.lists(share, min_size=1, max_size=19))
    while sum(head) >= HUNDRED_PERCENT:
        head.pop()
    return [*head, HUNDRED_PERCENT - sum(head)]


@st.composite
def amounts(draw: st.DrawFn) -> Draw:
    """Rows of a positive total, and parts that share it out."""
    rows = draw(ROWS)
    rows.append(max(draw(st.integers(1, 1_000)), 1 - sum(rows)))
    rest = sum(rows)
    cuts = sorted(draw(st.lists(st.integers(0, rest), min_size=1, max_size=19)))
    return rows, [after - before for before, after in zip([0, *cuts], [*cuts, rest], strict=True)]


def assert_exact(allocation: Allocation) -> None:
    """Rows, parts, and every cell within one unit of its exact share."""
    assert tuple(map(sum, allocation.cells)) == allocation.rows
    assert tuple(map(sum, zip(*allocation.cells, strict=True))) == allocation.totals
    for row, cells in zip(allocation.rows, allocation.cells, strict=True):
        assert_floor_or_ceiling(allocation, row, cells)


def assert_floor_or_ceiling(allocation: Allocation, amount: int, shared: tuple[int, ...]) -> None:
    for weight, share in zip(allocation.weights, shared, strict=True):
        assert share in (amount * weight // allocation.whole, -(-amount * weight // allocation.whole))


@given(ROWS, shares())
@settings(deadline=None, max_examples=500)
def test_by_percentage_rows_and_parts_are_exact_and_cells_floor_or_ceiling(rows: Numbers, weights: Numbers) -> None:
    allocation = largest_remainder(rows, weights)
    assert_exact(allocation)
    assert_floor_or_ceiling(allocation, sum(rows), allocation.totals)
    assert sum(allocation.totals) == sum(rows)


@given(
    st.lists(st.integers(-60, 60), min_size=1, max_size=4),
    st.permutations([100, 100, 300, 125, 125, 125, 125]).map(lambda parts: [part * 10**8 for part in parts]),
)
@settings(deadline=None, max_examples=300)
def test_totals_that_have_to_move_stay_floor_or_ceiling(rows: Numbers, weights: Numbers) -> None:
    allocation = largest_remainder(rows, weights)
    assert_exact(allocation)
    assert_floor_or_ceiling(allocation, sum(rows), allocation.totals)


@given(amounts())
@settings(deadline=None, max_examples=500)
def test_by_amount_rows_and_parts_are_exact_and_cells_floor_or_ceiling(draw: Draw) -> None:
    rows, targets = draw
    allocation = largest_remainder_by_amount(rows, targets)
    assert_exact(allocation)
    assert list(allocation.totals) == targets
    assert set(allocation.total_reasons) == {Reason.GIVEN}


@given(ROWS, shares())
@settings(deadline=None, max_examples=300)
def test_by_the_last_part_rows_are_exact_and_the_others_within_half_a_unit(rows: Numbers, weights: Numbers) -> None:
    allocation = last_part(rows, weights)
    assert [sum(row) for row in allocation.cells] == rows
    for row, cells in zip(rows, allocation.cells, strict=True):
        for weight, cell in zip(weights[:-1], cells[:-1], strict=True):
            assert abs(cell - Fraction(row * weight, HUNDRED_PERCENT)) <= Fraction(1, 2)


@given(ROWS, shares())
@settings(deadline=None, max_examples=200)
def test_a_negative_row_mirrors_the_positive_one_by_the_last_part(rows: Numbers, weights: Numbers) -> None:
    mirrored = last_part([-row for row in rows], weights)
    assert cells_of(mirrored) == [[-cell for cell in row] for row in last_part(rows, weights).cells]


@given(ROWS, shares(), st.sampled_from(Rounding))
@settings(deadline=None, max_examples=200)
def test_the_same_rows_are_shared_out_the_same_way_again(rows: Numbers, weights: Numbers, rounding: Rounding) -> None:
    assert allocate(rows, rounding, percentages=weights) == allocate(rows, rounding, percentages=weights)


@given(ROWS, shares(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=200)
def test_the_order_of_the_rows_breaks_no_total_and_never_matters_to_the_last_part(
    rows: Numbers, weights: Numbers, random: Random
) -> None:
    order = random.sample(range(len(rows)), len(rows))
    shuffled = [rows[row] for row in order]
    before, after = last_part(rows, weights), last_part(shuffled, weights)
    assert [before.cells[row] for row in order] == list(after.cells)
    assert_exact(largest_remainder(shuffled, weights))


@pytest.mark.parametrize("rounding", list(Rounding))
def test_seven_hundred_rows_over_twenty_parts_keep_every_row_exact(rounding: Rounding) -> None:
    rows = [(row * 7_919 % 100_003) - 20_000 for row in range(700)]
    weights = [5 * 10**9 + (part * 104_729 if part % 2 else -(part + 1) * 104_729) for part in range(20)]
    weights[-1] += HUNDRED_PERCENT - sum(weights)
    allocation = allocate(rows, rounding, percentages=weights)
    assert [sum(cells) for cells in allocation.cells] == rows


def test_an_explanation_shows_exact_shares_floors_and_who_got_the_unit() -> None:
    story = explain([("charge", 12000), ("tax", 1000)], Rounding.LARGEST_REMAINDER, 2, targets=[5000, 5000, 3000])
    charge = story["rows"][0]
    assert (story["by"], story["unit"], story["shares"]) == ("amount", "0.01", ["50.00", "50.00", "30.00"])
    assert (charge["row"], charge["amount"], charge["sum"], charge["leftover"]) == ("charge", "120.00", "120.00", 1)
    assert charge["parts"][1] == {
        "part": 2,
        "exact": "46.153846153846153…",
        "floor": "46.15",
        "units": 1,
        "amount": "46.16",
        "rule": "largest-fraction",
        "why": "one unit more: the largest fraction whose row and part both lacked one",
    }
    assert story["sums"] == {"rows": "130.00", "parts": "130.00", "cells": "130.00", "match": True}


def test_an_explanation_by_percentage_has_exact_shares_to_the_last_decimal() -> None:
    story = explain([("yen", 100), ("tax", -10)], Rounding.LARGEST_REMAINDER, 0, percentages=percent(THIRDS))
    assert story["shares"] == ["33.333333333 %", "33.333333333 %", "33.333333334 %"]
    assert [cell["exact"] for cell in story["rows"][1]["parts"]] == ["-3.3333333333", "-3.3333333333", "-3.3333333334"]
    assert [cell["amount"] for cell in story["rows"][1]["parts"]] == ["-3", "-3", "-4"]
    assert [total["exact"] for total in story["totals"]] == ["29.9999999997", "29.9999999997", "30.0000000006"]
    assert [total["amount"] for total in story["totals"]] == ["30", "30", "30"]


def test_an_explanation_says_that_the_last_part_took_the_rest() -> None:
    story = explain([("tiny", 3)], Rounding.LAST_PART, 2, percentages=percent(FIVE))
    cells = story["rows"][0]["parts"]
    assert [cell["amount"] for cell in cells] == ["0.01", "0.01", "0.01", "0.01", "-0.01"]
    assert [cell["rule"] for cell in cells] == ["half-up"] * 4 + ["what-is-left"]
    assert [total["rule"] for total in story["totals"]] == ["sum"] * 5


@given(ROWS, shares(), st.sampled_from(Rounding), st.integers(0, 4))
@settings(deadline=None, max_examples=200)
def test_every_explanation_is_json_whose_sums_match(
    rows: Numbers, weights: Numbers, rounding: Rounding, digits: int
) -> None:
    story = explain([(f"row {row}", row) for row in rows], rounding, digits, percentages=weights)
    assert json.loads(json.dumps(story)) == story
    assert story["sums"]["match"]
    assert all(row["amount"] == row["sum"] for row in story["rows"])
    assert not any("…" in cell["exact"] for row in story["rows"] for cell in row["parts"])
