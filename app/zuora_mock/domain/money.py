"""Amounts and percentages as whole numbers.

    micros     1e-6 of a currency's unit: what is stored          46.15 USD = 46_150_000
    minor      the currency's smallest unit: what is shared out   46.15 USD = 4_615
    nano       1e-9 of one percent                                33.333333333 % = 33_333_333_333

Every conversion is exact or a ValueError; only `number` and `percent_number` make floats, for JSON.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from functools import cache, lru_cache

MICROS = 1_000_000
NANOS = 1_000_000_000

LIMIT = 9 * 10**18  # below 2**63, the largest whole number that a database column holds
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@lru_cache(maxsize=256)
def _exponent(code: str) -> int | None:
    """Raises ValueError for a code that ISO 4217 has not."""
    from iso4217 import Currency  # noqa: PLC0415  (start-up cost: it parses the whole ISO table when imported)

    return Currency(code).exponent


def is_currency(code: str) -> bool:
    """Whether ISO 4217 has the code."""
    try:
        _exponent(code)
    except ValueError:
        return False
    return True


def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit (ISO 4217): USD 2, JPY 0, KWD 3; 2 where the list has none."""
    digits = _exponent(currency) if is_currency(currency) else None
    return 2 if digits is None else digits


@lru_cache(maxsize=256)
def minor_unit(currency: str) -> int:
    """In micros."""
    return _micros_per_minor(minor_digits(currency))


def parse_micros(value: str | int | Decimal) -> int:
    """Micros of an amount below 9e12 with at most six decimals (trailing zeros aside), else ValueError."""
    return _scaled(value, 6)


def parse_nano_percent(value: str | int | Decimal) -> int:
    """Nano-percent of a percentage below 9e9 with at most nine decimals (trailing zeros aside), else ValueError."""
    return _scaled(value, 9)


def to_minor(micros: int, digits: int) -> int:
    """Minor units of a currency with `digits` decimals; ValueError for an amount that it cannot express."""
    minor, rest = divmod(micros, _micros_per_minor(digits))
    if rest:
        raise ValueError(f"{text(micros)} has more than {digits} decimals")
    return minor


def to_micros(minor: int, digits: int) -> int:
    return minor * _micros_per_minor(digits)


def number(micros: int) -> int | float:
    """The amount as a JSON number: 120, 46.15."""
    return micros / MICROS if micros % MICROS else micros // MICROS


def percent_number(nano: int) -> int | float:
    """The percentage as a JSON number: 40, 33.333333333."""
    return nano / NANOS if nano % NANOS else nano // NANOS


def text(micros: int) -> str:
    """The amount as the shortest exact decimal: `120`, `46.15`, `-0.000001`."""
    return fixed(micros, 6).rstrip("0").rstrip(".")


def percent_text(nano: int) -> str:
    """The percentage as the shortest exact decimal: `40`, `33.333333333`."""
    return fixed(nano, 9).rstrip("0").rstrip(".")


def fixed(units: int, digits: int) -> str:
    """Units of 10**-digits with all their decimals: 4600 with two digits is `46.00`, with none `4600`."""
    whole, rest = divmod(abs(units), 10**digits)
    decimals = f".{rest:0{digits}}" if digits else ""
    return f"{'-' if units < 0 else ''}{whole}{decimals}"


def _micros_per_minor(digits: int) -> int:
    return int(10 ** (6 - digits))


def _scaled(value: str | int | Decimal, decimals: int) -> int:
    """The value times 10**decimals, refused before anything large is computed."""
    parsed = _finite(value)
    if parsed and parsed.adjusted() > 12:
        raise ValueError("the number is too large")
    try:
        units = _exact().multiply(parsed, Decimal(10**decimals))
    except DecimalException:
        raise ValueError(f"the number has more than {decimals} decimals") from None
    return _whole(units, decimals)


def _finite(value: str | int | Decimal) -> Decimal:
    if isinstance(value, bool) or (isinstance(value, str) and not _DECIMAL.fullmatch(value)):
        raise ValueError("the value is not a number")
    if isinstance(value, int) and abs(value) >= LIMIT:
        raise ValueError("the number is too large")
    try:
        parsed = Decimal(value)
    except InvalidOperation:
        raise ValueError("the number is too large") from None
    if not parsed.is_finite():
        raise ValueError("the number is not finite")
    return parsed


def _whole(units: Decimal, decimals: int) -> int:
    if units.copy_abs() >= LIMIT:
        raise ValueError("the number is too large")
    if units != units.to_integral_value():
        raise ValueError(f"the number has more than {decimals} decimals")
    return int(units)


@cache
def _exact() -> Context:
    """Arithmetic that refuses to round; 40 digits are more than any accepted number has."""
    return Context(prec=40, traps=[Inexact, InvalidOperation])
