"""Due dates by Net and Prox terms."""

from __future__ import annotations

from datetime import date

import pytest

from zuora_mock.domain.terms import PaymentTerm, due_date

END_OF_MONTH = 31


@pytest.mark.parametrize(
    ("days", "due"), [(0, date(2025, 8, 1)), (15, date(2025, 8, 16)), (30, date(2025, 8, 31)), (45, date(2025, 9, 15))]
)
def test_a_net_term_counts_days_from_the_invoice_date(days: int, due: date) -> None:
    assert due_date(PaymentTerm(f"Net {days}", days=days), date(2025, 8, 1)) == due


@pytest.mark.parametrize(
    ("invoiced", "cutoff_day", "months", "due_day", "due"),
    [
        (date(2025, 8, 10), 12, 1, 20, date(2025, 9, 20)),
        (date(2025, 8, 15), 12, 1, 20, date(2025, 10, 20)),
        (date(2025, 8, 21), 12, 1, 20, date(2025, 10, 20)),
        (date(2025, 8, 10), 20, 1, 12, date(2025, 9, 12)),
        (date(2025, 8, 15), 20, 1, 12, date(2025, 9, 12)),
        (date(2025, 8, 21), 20, 1, 12, date(2025, 10, 12)),
        (date(2025, 8, 21), 20, 3, 12, date(2025, 12, 12)),
        (date(2025, 8, 15), END_OF_MONTH, 1, END_OF_MONTH, date(2025, 9, 30)),
        (date(2025, 1, 1), 5, 1, 30, date(2025, 2, 28)),
    ],
)
def test_a_prox_term_gives_the_published_due_date(
    invoiced: date, cutoff_day: int, months: int, due_day: int, due: date
) -> None:
    assert due_date(_prox(cutoff_day, months, due_day), invoiced) == due


def test_an_invoice_dated_on_the_cutoff_day_is_not_late() -> None:
    assert due_date(_prox(12, 1, 20), date(2025, 8, 12)) == date(2025, 9, 20)
    assert due_date(_prox(12, 1, 20), date(2025, 8, 13)) == date(2025, 10, 20)


@pytest.mark.parametrize("cutoff_day", [30, END_OF_MONTH])
def test_the_cutoff_is_cut_to_the_last_day_of_the_month(cutoff_day: int) -> None:
    assert due_date(_prox(cutoff_day, 1, 10), date(2025, 2, 28)) == date(2025, 3, 10)


def test_a_late_invoice_of_december_falls_due_in_the_next_year() -> None:
    assert due_date(_prox(20, 1, END_OF_MONTH), date(2023, 12, 21)) == date(2024, 2, 29)
    assert due_date(_prox(20, 0, 5), date(2023, 12, 20)) == date(2023, 12, 5)
    assert due_date(_prox(20, 24, 5), date(2023, 11, 1)) == date(2025, 11, 5)


def test_no_due_date_lies_behind_the_last_date_there_is() -> None:
    assert due_date(PaymentTerm("Net 30", days=30), date(9999, 12, 15)) == date.max
    assert due_date(_prox(20, 1, 5), date(9999, 12, 15)) == date.max


def test_a_term_is_active_and_not_the_default_unless_it_says_so() -> None:
    term = PaymentTerm("Due Upon Receipt")
    assert (term.type, term.days, term.active, term.default) == ("Net", 0, True, False)


def _prox(cutoff_day: int, months: int, due_day: int) -> PaymentTerm:
    return PaymentTerm("Prox", type="Prox", cutoff_day=cutoff_day, months=months, due_day=due_day)
