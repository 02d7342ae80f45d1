"""Terms and billing periods of subscriptions: days that are so many periods later, and months between two days.

Source: a recorded cancellation of 2025, whose value over 11 months and 13 of 28 days is the MRR times 11.464285714.
Assumed: a period that would end on a day that its month has not ends on the last one that it has.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal

_NINTH, _WIDE = Decimal("1e-9"), Context(prec=80)
_MONTHS_OF_TERM: Mapping[str, int] = {"Month": 1, "Year": 12}
_DAYS_OF_TERM: Mapping[str, int] = {"Day": 1, "Week": 7}

_MONTHS_OF_BILLING: Mapping[str, Decimal] = {
    "Month": Decimal(1),
    "Quarter": Decimal(3),
    "Semi-Annual": Decimal(6),
    "Annual": Decimal(12),
    "Eighteen Months": Decimal(18),
    "Two Years": Decimal(24),
    "Three Years": Decimal(36),
    "Five Years": Decimal(60),
}


def later(day: str, count: int, period: str) -> str:
    """The day that lies so many periods (Day, Week, Month or Year) after this one, within what a calendar has."""
    start = date.fromisoformat(day)
    if period in _MONTHS_OF_TERM:
        return _months_later(start, count * _MONTHS_OF_TERM[period]).isoformat()
    wanted = start.toordinal() + count * _DAYS_OF_TERM[period]
    return date.fromordinal(min(max(wanted, 1), date.max.toordinal())).isoformat()


def _months_later(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def months_between(first: str, last: str) -> Decimal:
    """Whole months, and of the one that is not whole its part of days, with nine decimals."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if end <= start:
        return Decimal(0)
    months = (end.year - start.year) * 12 + end.month - start.month
    months -= _months_later(start, months) > end
    begun, whole = _months_later(start, months), _months_later(start, months + 1)
    part = Decimal((end - begun).days) / max((whole - begun).days, 1)
    return to_ninth(months + part)


def to_ninth(value: Decimal) -> Decimal:
    """With nine decimals, however large it is."""
    return value.quantize(_NINTH, context=_WIDE)


def months_of(billing_period: str, specific: int | None = None) -> Decimal | None:
    """Of a billing period; None where it has no length of its own."""
    if billing_period == "Specific Months" and specific:
        return Decimal(specific)
    if billing_period == "Specific Weeks" and specific:
        return Decimal(12 * specific) / 52
    return Decimal(12) / 52 if billing_period == "Week" else _MONTHS_OF_BILLING.get(billing_period)
