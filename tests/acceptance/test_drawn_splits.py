"""Drawn splits over HTTP against an independent calculation in fractions.

`DRAWN_SPLITS=5000` in the environment draws so many of each kind; without it a sample is enough.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Start
from tests.acceptance.test_rest_invoices import items
from tests.acceptance.test_rest_split import cents, done

DRAWN = int(os.environ.get("DRAWN_SPLITS", "60"))
HUNDRED = 100 * 10**9
FORMS = settings(max_examples=DRAWN, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Matrix = list[list[int]]


@dataclass(frozen=True)
class Charge:
    """An item with its discounts and taxes, in cents."""

    amount: int
    discounts: list[int]
    taxes: list[int]

    def item(self) -> dict[str, Any]:
        return {
            "ChargeName": "c",
            "ChargeAmount": cents(self.amount),
            "discounts": [{"ChargeName": "d", "ChargeAmount": cents(-each)} for each in self.discounts],
            "taxes": [{"Name": "t", "TaxAmount": cents(each)} for each in self.taxes],
        }


SMALL, LARGE = st.integers(0, 30), st.integers(0, 10_000_000)
AMOUNTS = st.one_of(SMALL, LARGE)
CHARGES = st.lists(
    st.builds(Charge, AMOUNTS, st.lists(SMALL, max_size=2), st.lists(AMOUNTS, max_size=2)), min_size=1, max_size=6
)


def rows(charges: Sequence[Charge]) -> list[int]:
    """What is due: items and their discounts, then the taxes."""
    charged = [row for each in charges for row in (each.amount, *(-discount for discount in each.discounts))]
    return charged + [tax for each in charges for tax in each.taxes]


def parted(draw: st.DataObject, whole: int) -> list[int]:
    """2 to 8 whole numbers above zero that make up the whole."""
    cuts = draw.draw(st.lists(st.integers(1, whole - 1), min_size=1, max_size=7, unique=True))
    edges = [0, *sorted(cuts), whole]
    return [after - before for before, after in pairwise(edges)]


def by_hand(due: Sequence[int], weights: Sequence[int], targets: Sequence[int]) -> Matrix | None:
    """The largest remainder as it is done on paper; None where units are left that no cell takes."""
    whole = sum(weights)
    shares = [[Fraction(row * weight, whole) for weight in weights] for row in due]
    cells = [[floor(share) for share in row] for row in shares]
    open_rows = [row - sum(line) for row, line in zip(due, cells, strict=True)]
    open_parts = [target - sum(line[part] for line in cells) for part, target in enumerate(targets)]
    order = [(-(share - floor(share)), part, row) for row, line in enumerate(shares) for part, share in enumerate(line)]
    for fraction, part, row in sorted(order):
        if fraction and open_rows[row] and open_parts[part]:
            cells[row][part] += 1
            open_rows[row] -= 1
            open_parts[part] -= 1
    return None if any(open_rows) or any(open_parts) else cells


def totals(total: int, weights: Sequence[int]) -> list[int]:
    shares = [Fraction(total * weight, sum(weights)) for weight in weights]
    found = [floor(share) for share in shares]
    for part in sorted(range(len(shares)), key=lambda part: found[part] - shares[part])[: total - sum(found)]:
        found[part] += 1
    return found


def matrix(client: Caller, parts: Sequence[dict[str, Any]]) -> Matrix:
    """Cents by row and part, rows as `rows` has them."""
    columns = []
    for part in parts:
        listed = items(client, part["id"], "?pageSize=40")
        taxes = [tax["taxAmount"] for row in listed for tax in row["taxationItems"]["data"]]
        columns.append([round(amount * 100) for amount in (*(row["chargeAmount"] for row in listed), *taxes)])
    return [list(row) for row in zip(*columns, strict=True)]


def check(found: Matrix, due: Sequence[int], weights: Sequence[int], targets: Sequence[int], *, exact: bool) -> None:
    """`exact`: the parts have these totals whatever happens; else they may have moved by a unit where cells had to."""
    expected, whole = by_hand(due, weights, targets), sum(weights)
    if expected is not None:
        assert found == expected
    assert [sum(row) for row in found] == list(due)
    for row, line in zip(due, found, strict=True):
        for weight, cell in zip(weights, line, strict=True):
            assert floor(Fraction(row * weight, whole)) <= cell <= ceil(Fraction(row * weight, whole))
    reached = [sum(line[part] for line in found) for part in range(len(weights))]
    if exact:
        assert reached == list(targets)
    for weight, total in zip(weights, reached, strict=True):
        assert floor(Fraction(sum(due) * weight, whole)) <= total <= ceil(Fraction(sum(due) * weight, whole))


@pytest.fixture
def drawn(server: Start, tmp_path: Path) -> defaultdict[str, Any]:
    """A client of a server for all that is drawn, and how many invoices there are."""
    return defaultdict(int, client=wire.start(server, tmp_path).sign_in())


def invoice(drawn: defaultdict[str, Any], charges: Sequence[Charge]) -> str:
    drawn["count"] += 1
    number = f"D-{drawn['count']}"
    made = wire.invoice(number) | {"items": [each.item() for each in charges]}
    assert drawn["client"].post("/__admin/seed", json={"invoices": [made]}).status_code == 200
    return number


@pytest.mark.assumed
@FORMS
@given(charges=CHARGES, draw=st.data())
def test_by_percentage_it_is_what_comes_out_on_paper(
    drawn: defaultdict[str, Any], charges: list[Charge], draw: st.DataObject
) -> None:
    due = rows(charges)
    assume(sum(due) >= 0)
    weights = parted(draw, HUNDRED)
    shares = [{"splitPercentage": f"{each // 10**9}.{each % 10**9:09d}"} for each in weights]
    parts = done(drawn["client"], invoice(drawn, charges), shares)
    check(matrix(drawn["client"], parts), due, weights, totals(sum(due), weights), exact=False)


@pytest.mark.assumed
@FORMS
@given(charges=CHARGES, draw=st.data())
def test_by_amount_it_is_what_comes_out_on_paper(
    drawn: defaultdict[str, Any], charges: list[Charge], draw: st.DataObject
) -> None:
    due = rows(charges)
    assume(sum(due) > 1)
    targets = parted(draw, sum(due))
    shares = [{"splitAmount": cents(each)} for each in targets]
    parts = done(drawn["client"], invoice(drawn, charges), shares, splitType="Amount")
    check(matrix(drawn["client"], parts), due, targets, targets, exact=True)
