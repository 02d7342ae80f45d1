"""Terms and periods: days that lie later, months between days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zuora_mock.domain.periods import later, months_between, months_of, to_ninth

DAYS = st.dates(date(1900, 1, 1), date(2900, 1, 1)).map(date.isoformat)


@pytest.mark.parametrize(
    ("day", "count", "period", "expected"),
    [
        ("2026-02-24", 12, "Month", "2027-02-24"),
        ("2024-01-31", 1, "Month", "2024-02-29"),
        ("2024-02-29", 1, "Year", "2025-02-28"),
        ("2026-12-31", 2, "Week", "2027-01-14"),
        ("2026-12-31", 1, "Day", "2027-01-01"),
        ("9999-06-01", 2, "Year", "9999-12-31"),
        ("9999-12-01", 99, "Week", "9999-12-31"),
        ("2026-01-01", 2**31, "Week", "9999-12-31"),
        ("2026-01-01", 2**31, "Month", "9999-12-31"),
        ("2026-01-01", -(2**31), "Day", "0001-01-01"),
        ("2026-01-01", -(2**31), "Year", "0001-01-01"),
    ],
)
def test_a_day_lies_so_many_periods_later(day: str, count: int, period: str, expected: str) -> None:
    assert later(day, count, period) == expected


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2025-03-11", "2026-02-24", "11.464285714"),
        ("2026-01-01", "2027-01-01", "12"),
        ("2026-01-31", "2026-02-28", "1"),
        ("2026-01-01", "2026-01-01", "0"),
        ("2026-01-02", "2026-01-01", "0"),
    ],
)
def test_months_between_days_have_nine_decimals(first: str, last: str, months: str) -> None:
    assert months_between(first, last) == Decimal(months)


@given(DAYS, st.integers(1, 600))
def test_so_many_months_later_it_is_so_many_months_between(day: str, count: int) -> None:
    assert months_between(day, later(day, count, "Month")) == count


@given(DAYS, st.integers(0, 4000))
def test_a_later_day_is_not_fewer_months_away(day: str, count: int) -> None:
    assert months_between(day, later(day, count, "Day")) <= months_between(day, later(day, count + 1, "Day"))


def test_an_amount_keeps_nine_decimals_however_large_it_is() -> None:
    assert to_ninth(Decimal("1e30") / 3) - Decimal("1e30") / 3 < 1
    assert to_ninth(Decimal("0.12345678949")) == Decimal("0.123456789")


def test_billing_periods_have_a_length_in_months() -> None:
    lengths = [months_of(period) for period in ("Month", "Semi-Annual", "Two Years", "Subscription Term")]
    assert lengths == [1, 6, 24, None]
    assert (months_of("Specific Months", 5), months_of("Specific Weeks", 26)) == (Decimal(5), Decimal(6))
