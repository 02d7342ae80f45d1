"""Field types: what a client may send, how the value is kept, how it is printed.

Kept values are plain: money in micro-units, percentages in 1e-9 percent, dates as `yyyy-mm-dd`, date-times as epoch
milliseconds (UTC). Sources: SOAP API, Date formats; guide Requests and responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from zuora_mock.domain.dates import is_date, parse_datetime
from zuora_mock.domain.money import NANOS, number, parse_micros, parse_nano_percent, percent_number

Value = str | int | float | bool | None
Record = dict[str, Value]

STAMP = ("CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate")
"""Who made a record and who changed it last, and when."""
MADE = frozenset({"Id", *STAMP})
"""What no copy of a record takes over."""

DATE_TIMES_UP_TO = 68
"""Up to this WSDL version date fields are date-times (SOAP API, Date formats)."""

WHOLE_PERCENT_UP_TO = 73
"""Up to this WSDL version SplitPercentage is a whole number (SOAP API, version history)."""

_ID_LENGTH, _HEXADECIMAL = 32, "0123456789abcdefABCDEF"
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A number in a string (assumed: ASCII, with nothing around it)."""

_NUMBERS, _TEXTS = (str, int, float, Decimal), (int, Decimal)
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_DOUBLE = 10**15
_SECOND = 1000


class Type(StrEnum):
    ID = "id"
    STRING = "string"
    TEXT = "textarea"
    MONEY = "money"
    DOUBLE = "double"
    PERCENT = "percent"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "dateTime"
    #: Objects and arrays that a client sends and nobody reads.
    STRUCTURE = "object"
    #: A custom field that nobody declared: text, a number or a boolean.
    ANY = "any"


NUMERIC = frozenset({Type.MONEY, Type.DOUBLE, Type.PERCENT, Type.INTEGER})


def is_id(text: object) -> bool:
    return isinstance(text, str) and len(text) == _ID_LENGTH and not text.strip(_HEXADECIMAL)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise ValueError("a number is needed")
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        raise ValueError("a number is needed")
    try:
        parsed = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise ValueError("a number is needed") from None
    if not parsed.is_finite():
        raise ValueError("a finite number is needed")
    return parsed


def _parse_text(value: Any) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, _TEXTS):
        raise ValueError("text is needed")
    return str(value)


def _parse_id(value: Any) -> Value:
    if not is_id(value):
        raise ValueError("an id of 32 hexadecimal digits is needed")
    return str(value).lower()


def _parse_double(value: Any) -> Value:
    if type(value) is int and abs(value) <= _LARGEST_DOUBLE:
        return value
    parsed = _number(value)
    if abs(parsed) > _LARGEST_DOUBLE:
        raise ValueError("the number is too large")
    return as_number(float(parsed))


def _parse_integer(value: Any) -> Value:
    parsed = _number(value)
    if abs(parsed) > _LARGEST_INTEGER or parsed != parsed.to_integral_value():
        raise ValueError("a whole number is needed")
    return int(parsed)


def _parse_boolean(value: Any) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ValueError("true or false is needed")


def parse_date(value: Any) -> str:
    """`yyyy-mm-dd`, a day that exists."""
    if not isinstance(value, str) or not is_date(value):
        raise ValueError("a date yyyy-mm-dd is needed")
    return value


def _parse_datetime(value: Any, zone: tzinfo) -> int:
    """A date-time with or without offset (the tenant's zone), as epoch milliseconds of a whole second."""
    if not isinstance(value, str):
        raise ValueError("a date-time yyyy-mm-ddThh:mm:ss is needed")
    return parse_datetime(value, zone) // _SECOND * _SECOND


def _parse_any(value: Any) -> Value:
    if isinstance(value, str | bool | int):
        return value
    if not isinstance(value, float | Decimal) or not Decimal(value).copy_abs() <= _LARGEST_DOUBLE:
        raise ValueError("text, a number or a boolean is needed")
    return as_number(float(value))


def _ignore(_value: Any) -> Value:
    """What nobody reads is not kept."""
    return None


def as_number(value: float) -> int | float:
    """As JSON has it: a whole number without a point."""
    return int(value) if value == int(value) else value


_PARSERS: Mapping[Type, Callable[[Any], Value]] = {
    Type.ID: _parse_id,
    Type.STRING: _parse_text,
    Type.TEXT: _parse_text,
    Type.MONEY: lambda value: parse_micros(_number(value)),
    Type.DOUBLE: _parse_double,
    Type.PERCENT: lambda value: parse_nano_percent(_number(value)),
    Type.INTEGER: _parse_integer,
    Type.BOOLEAN: _parse_boolean,
    Type.DATE: parse_date,
    Type.STRUCTURE: _ignore,
    Type.ANY: _parse_any,
}


def parse(kind: Type, value: Any, *, wsdl: int, zone: tzinfo) -> Value:
    """The value as it is kept. Raises ValueError in words for a person."""
    if kind is Type.DATETIME:
        return _parse_datetime(value, zone)
    if kind is Type.DATE and wsdl <= DATE_TIMES_UP_TO and isinstance(value, str):
        return datetime.fromtimestamp(parse_datetime(value, zone) / 1000, zone).date().isoformat()
    return _PARSERS[kind](value)


def parser(kind: Type, *, wsdl: int, zone: tzinfo) -> Callable[[Any], Value]:
    """`parse` of many values of one type."""
    if kind in {Type.DATETIME, Type.DATE}:
        return lambda value: parse(kind, value, wsdl=wsdl, zone=zone)
    return _PARSERS[kind]


def format_datetime(milliseconds: int, zone: tzinfo) -> str:
    """`2016-10-20T05:45:37.000+02:00`, 29 characters."""
    return datetime.fromtimestamp(milliseconds / 1000, zone).isoformat(timespec="milliseconds")


def _whole_percent(nano: int) -> int:
    """Half up (assumed)."""
    return (nano + NANOS // 2) // NANOS


def _date_as_datetime(zone: tzinfo) -> Callable[[Any], Value]:
    return lambda value: datetime.fromisoformat(value).replace(tzinfo=zone).isoformat(timespec="milliseconds")


def printer(kind: Type, *, wsdl: int, zone: tzinfo) -> Callable[[Any], Value] | None:
    """How a kept value is printed; None where it goes out as it is."""
    if kind is Type.DATE:
        return _date_as_datetime(zone) if wsdl <= DATE_TIMES_UP_TO else None
    if kind is Type.DATETIME:
        return lambda value: format_datetime(value, zone)
    if kind is Type.PERCENT:
        return percent_number if wsdl > WHOLE_PERCENT_UP_TO else _whole_percent
    return {Type.MONEY: number, Type.DOUBLE: as_number}.get(kind)
