"""What a client may send as a value, and how a kept one is printed."""

from __future__ import annotations

from datetime import UTC

import pytest

from zuora_mock.domain.values import Type, Value, parse, printer

NUMBERS = (Type.MONEY, Type.DOUBLE, Type.INTEGER, Type.PERCENT)


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("text", ["40", "+40", "40.0", "4e1", "4E+1", "400e-1", "040"])
def test_a_number_may_stand_in_a_string(kind: Type, text: str) -> None:
    assert parse(kind, text, wsdl=153, zone=UTC) == parse(kind, 40, wsdl=153, zone=UTC)


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize(
    "text",
    ["", " 40", "40 ", "40\n", "4_0", "٤٠", "４０", ".5", "5.", "1,5", "0x28", "NaN", "Infinity", "1e", "--4"],  # noqa: RUF001
)
def test_no_other_spelling_is_a_number(kind: Type, text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        parse(kind, text, wsdl=153, zone=UTC)


def test_instants_of_records_are_whole_seconds() -> None:
    whole = parse(Type.DATETIME, "2026-01-15T12:00:00", wsdl=153, zone=UTC)
    assert parse(Type.DATETIME, "2026-01-15T12:00:00.999Z", wsdl=153, zone=UTC) == whole == 1_768_478_400_000


@pytest.mark.parametrize(
    ("nano", "wsdl", "printed"),
    [
        (60_500_000_000, 74, 60.5),
        (60_500_000_000, 73, 61),
        (60_499_999_999, 73, 60),
        (500_000_000, 43, 1),
        (40_000_000_000, 73, 40),
    ],
)
def test_percentages_are_whole_numbers_up_to_version_73(nano: int, wsdl: int, printed: Value) -> None:
    show = printer(Type.PERCENT, wsdl=wsdl, zone=UTC)
    assert show is not None
    assert repr(show(nano)) == repr(printed)
