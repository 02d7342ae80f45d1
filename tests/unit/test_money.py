"""Amounts and percentages are whole numbers, and every conversion is exact or refused."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.process.commands import environment
from zuora_mock.domain import money

AMOUNTS = st.integers(min_value=-9 * 10**18 + 1, max_value=9 * 10**18 - 1)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("CLP", 0), ("KWD", 3), ("BHD", 3)],
)
def test_a_currency_has_the_minor_unit_of_iso_4217(currency: str, digits: int) -> None:
    assert money.minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "QQQ", "jpy", "XAU"])
def test_a_currency_without_a_known_minor_unit_has_two_decimals(currency: str) -> None:
    assert money.minor_digits(currency) == 2


def test_importing_money_does_not_read_the_currency_table() -> None:
    probe = "import sys, zuora_mock.domain.money; sys.exit('iso4217' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], env=environment(), check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (120, 120_000_000),
        ("120", 120_000_000),
        ("46.15", 46_150_000),
        (Decimal("46.15"), 46_150_000),
        ("-0.000001", -1),
        ("+.5", 500_000),
        ("5.", 5_000_000),
        ("1.5e3", 1_500_000_000),
        ("-0", 0),
        (Decimal("0E+999999"), 0),
        ("0.10000000000000000", 100_000),
        ("1." + "0" * 5_000, 1_000_000),
        ("8999999999999.999999", 8_999_999_999_999_999_999),
        (-8_999_999_999_999, -8_999_999_999_999_000_000),
    ],
)
def test_an_amount_is_read_exactly(value: str | int | Decimal, micros: int) -> None:
    assert money.parse_micros(value) == micros


@pytest.mark.parametrize(
    "value",
    ["", " ", "-", ".", "abc", "1,5", " 1", "1\n", "1_000", "0x10", "\u0661", "NaN", "Infinity", True, False]
    + [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")],
)
def test_what_is_not_a_finite_number_is_not_an_amount(value: str | int | Decimal) -> None:
    with pytest.raises(ValueError, match="not"):
        money.parse_micros(value)


@pytest.mark.parametrize(
    "value",
    [
        "9000000000000",
        "-9000000000000",
        "9" * 100_000,
        "1e400",
        "1e999999999999999999999",
        "8999999999999.9999999999999",
    ]
    + [9 * 10**12, -(10**20), 10**4_000, Decimal("1E400"), Decimal("1E+999999999")],
)
def test_an_amount_that_no_column_holds_is_refused_without_being_expanded(value: str | int | Decimal) -> None:
    with pytest.raises(ValueError, match=r"too large|more than 6 decimals"):
        money.parse_micros(value)


@pytest.mark.parametrize("value", ["0.0000001", "1.1234567", Decimal("1E-999999"), "0." + "1" * 1_000])
def test_an_amount_with_more_than_six_decimals_is_refused_and_not_rounded(value: str | Decimal) -> None:
    with pytest.raises(ValueError, match="more than 6 decimals"):
        money.parse_micros(value)


@pytest.mark.parametrize(
    ("value", "nano"),
    [
        (40, 40_000_000_000),
        ("33.333333333", 33_333_333_333),
        (Decimal("50.9"), 50_900_000_000),
        ("0.000000001", 1),
        ("50.0000000000000", 50_000_000_000),
    ],
)
def test_a_percentage_is_read_exactly(value: str | int | Decimal, nano: int) -> None:
    assert money.parse_nano_percent(value) == nano


@pytest.mark.parametrize("value", ["33.3333333333", "0.0000000001"])
def test_a_percentage_with_more_than_nine_decimals_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="more than 9 decimals"):
        money.parse_nano_percent(value)


@pytest.mark.parametrize("value", ["1e10", "9000000000", 10**10])
def test_a_percentage_that_no_column_holds_is_refused(value: str | int) -> None:
    with pytest.raises(ValueError, match="too large"):
        money.parse_nano_percent(value)


@pytest.mark.parametrize(
    ("micros", "digits", "minor"),
    [(46_150_000, 2, 4_615), (-46_150_000, 2, -4_615), (100_000_000, 0, 100), (1_234_000, 3, 1_234), (0, 2, 0)],
)
def test_micros_and_minor_units_are_the_same_amount(micros: int, digits: int, minor: int) -> None:
    assert money.to_minor(micros, digits) == minor
    assert money.to_micros(minor, digits) == micros


@pytest.mark.parametrize(("micros", "digits"), [(5_000, 2), (-5_000, 2), (100_500_000, 0), (1, 3)])
def test_an_amount_finer_than_the_minor_unit_is_refused(micros: int, digits: int) -> None:
    with pytest.raises(ValueError, match=f"more than {digits} decimals"):
        money.to_minor(micros, digits)


@pytest.mark.parametrize(
    ("micros", "expected"), [(120_000_000, "120"), (46_150_000, "46.15"), (0, "0"), (-1, "-1e-06")]
)
def test_a_whole_amount_is_a_whole_json_number(micros: int, expected: str) -> None:
    assert repr(money.number(micros)) == expected


def test_a_percentage_is_a_short_json_number() -> None:
    assert repr(money.percent_number(33_333_333_333)) == "33.333333333"
    assert repr(money.percent_number(40_000_000_000)) == "40"


def test_texts_are_the_shortest_exact_decimals() -> None:
    assert [money.text(micros) for micros in (120_000_000, 46_150_000, -1, 0)] == ["120", "46.15", "-0.000001", "0"]
    assert [money.percent_text(nano) for nano in (40_000_000_000, 33_333_333_333)] == ["40", "33.333333333"]
    assert [money.fixed(*pair) for pair in ((4_600, 2), (4_600, 0), (-5, 2))] == ["46.00", "4600", "-0.05"]


@given(AMOUNTS)
@settings(deadline=None, max_examples=300)
def test_the_text_of_an_amount_reads_back_as_the_same_amount(micros: int) -> None:
    assert money.parse_micros(money.text(micros)) == micros


@given(st.integers(min_value=-(10**11), max_value=10**11), st.integers(min_value=0, max_value=4))
@settings(deadline=None, max_examples=300)
def test_minor_units_survive_the_way_to_micros_and_back(minor: int, digits: int) -> None:
    assert money.to_minor(money.to_micros(minor, digits), digits) == minor


@given(st.integers(min_value=-(10**15), max_value=10**15))
@settings(deadline=None, max_examples=300)
def test_a_json_number_of_ordinary_size_reads_back_as_the_same_amount(micros: int) -> None:
    assert money.parse_micros(str(money.number(micros))) == micros
