"""Payment terms: from an invoice date to a due date.

    Net     due = invoice date + days
    Prox    due = `due_day` of the month that lies `months` after the invoice's, one month later for an invoice dated
            after `cutoff_day`; both days are cut to the last day of their month, so that 31 means its end

Source: Knowledge Center, Prox payment term examples. Assumed: no due date lies behind 9999-12-31, the last there is.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal, NamedTuple


class PaymentTerm(NamedTuple):
    """A term of a tenant. `days` counts for Net; `cutoff_day`, `months` and `due_day` (1 to 31) count for Prox."""

    name: str
    type: Literal["Net", "Prox"] = "Net"
    days: int = 0
    cutoff_day: int = 31
    months: int = 0
    due_day: int = 31
    active: bool = True
    default: bool = False


def due_date(term: PaymentTerm, invoice_date: date) -> date:
    if term.type == "Net":
        return invoice_date + min(timedelta(days=term.days), date.max - invoice_date)
    late = invoice_date.day > _cut(invoice_date.year, invoice_date.month, term.cutoff_day)
    years, month = divmod(invoice_date.month - 1 + term.months + late, 12)
    year = invoice_date.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, _cut(year, month + 1, term.due_day))


def _cut(year: int, month: int, day: int) -> int:
    return min(day, monthrange(year, month)[1])
