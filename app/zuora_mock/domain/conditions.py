"""Conditions on fields, whichever language they are written in: their literals, and what those are as kept values.

    Selection    kind, canonical names, an OR of ANDs of clauses
    Clause       one condition on kept values; `value` None asks whether the field is empty

Which operators and literals a field takes follows from its type (SOAP API, ZOQL; Date formats):

    id, string        all               text; ids in any case
    number            comparisons       a number, or a text that is one
    date              comparisons       date; up to WSDL version 68 a dateTime: the day's midnight
    dateTime          comparisons       dateTime
    boolean           = !=              true, false
    textarea          none
    any               as a string       also a number, compared as one, true, false, a date and a dateTime

and every type takes `= null` and `!= null`, but a custom field that holds dates. A custom field that nobody declared is
of type `any`; assumed: the literal says how it is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import ROUND_FLOOR, Context, Decimal
from enum import Enum, StrEnum
from typing import NamedTuple, TypeAlias

from zuora_mock.domain.catalogue import Field, ObjectType, is_custom
from zuora_mock.domain.dates import is_date, parse_datetime
from zuora_mock.domain.values import DATE_TIMES_UP_TO, NUMERIC, Type


class Operator(StrEnum):
    """How a condition compares; which operator a field takes depends on its type and is not known here."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LIKE = "like"
    IN = "in"
    STARTS_WITH = "starts with"


class Wildcard(Enum):
    """What stands in a `like` pattern besides plain text."""

    ANY_TEXT = "%"
    ANY_CHARACTER = "_"


class Text(NamedTuple):
    """A literal in quotes, without them and with its escapes resolved. It may hold a date or a dateTime."""

    value: str


class Number(NamedTuple):
    """An unquoted number, exact."""

    value: Decimal


class Boolean(NamedTuple):
    """`true` or `false`, unquoted."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null:
    """`null`, unquoted."""


class DateTime(NamedTuple):
    """An unquoted date or dateTime as it was typed: it has the form, but may name a day that does not exist."""

    value: str


Literal: TypeAlias = Text | Number | Boolean | Null | DateTime


def like_pattern(text: str) -> tuple[str | Wildcard, ...]:
    """Split the text of a `like` into pieces: plain text, matched with its case, and wildcards.

    Raises ValueError unless `%` is there at most once, as the first or the last character.
    """
    if text.count("%") > 1 or "%" in text[1:-1]:
        raise ValueError("% stands once, at the start or at the end")
    pieces = re.split("([%_])", text)
    return tuple(Wildcard(piece) if piece in ("%", "_") else piece for piece in pieces if piece)


NEVER_KEPT = 2**63 - 1
"""A whole number that a column can hold and no field does: kept numbers stay below 9e18."""

_OF_TEXT = frozenset({Operator.LIKE, Operator.STARTS_WITH})
_ORDERED = frozenset(Operator) - _OF_TEXT
_EQUALITY = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
_OPERATORS: Mapping[Type, frozenset[Operator]] = {
    Type.ID: frozenset(Operator),
    Type.STRING: frozenset(Operator),
    Type.ANY: frozenset(Operator),
    Type.BOOLEAN: _EQUALITY,
    **dict.fromkeys((*NUMERIC, Type.DATE, Type.DATETIME), _ORDERED),
}
_DECIMALS: Mapping[Type, int] = {Type.MONEY: 6, Type.PERCENT: 9, Type.INTEGER: 0}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_EXACT = Context(prec=12_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Kept: TypeAlias = str | int | float
Comparison: TypeAlias = tuple[Operator, Kept]


class Clause(NamedTuple):
    """`value` is a tuple of values for `in`.

    `numeric`: a custom field, which holds text, is compared as the number that the text may be. `folded`: texts are
    compared whatever their case, and a flag that is not there is false.
    """

    field: str
    operator: Operator
    value: Kept | tuple[Kept, ...] | None
    numeric: bool = False
    folded: bool = False


class Selection(NamedTuple):
    """`names` are canonical, in the order of the catalogue, `Id` among them. Empty `where`: every record."""

    kind: ObjectType
    names: tuple[str, ...]
    where: tuple[tuple[Clause, ...], ...] = ()


class Reading(NamedTuple):
    """What literals are read against."""

    wsdl: int
    zone: tzinfo


class UnfitOperator(ValueError):
    """The field takes other operators."""

    def __init__(self, allowed: Collection[Operator]) -> None:
        super().__init__()
        self.allowed = allowed


def is_comparable(field: Field) -> bool:
    """Whether conditions take a field of this type."""
    return field.type in _OPERATORS


def bind(reading: Reading, field: Field, operator: Operator, literal: Literal) -> Clause:
    """Raises ValueError in words for a person, what the field would take, and UnfitOperator."""
    allowed = _EQUALITY if isinstance(literal, Null) else _OPERATORS[field.type]
    if operator not in allowed:
        raise UnfitOperator(allowed)
    if isinstance(literal, Null):
        _check_nullable(field)
        return Clause(field.name, operator, None)
    if field.type is Type.ANY:
        return _any(field, operator, literal)
    operator, kept = _BINDERS[field.type](reading, field, operator, literal)
    if is_custom(field.name):
        return _custom(field, operator, kept)
    return Clause(field.name, operator, kept)


def bind_any(reading: Reading, field: Field, literals: Sequence[Literal]) -> Clause:
    """That the field has one of the values. Raises ValueError as `bind`."""
    clauses = [bind(reading, field, Operator.EQUAL, each) for each in literals]
    values = tuple(each.value for each in clauses if isinstance(each.value, str | int | float))
    return clauses[0]._replace(operator=Operator.IN, value=values)


def _check_nullable(field: Field) -> None:
    if is_custom(field.name) and field.type is Type.DATE:
        raise ValueError("a date: custom date fields do not take null")


def _custom(field: Field, operator: Operator, kept: Kept) -> Clause:
    """Custom fields are kept as text, a boolean in words."""
    if field.type is Type.BOOLEAN:
        return Clause(field.name, operator, "true" if kept else "false")
    return Clause(field.name, operator, kept, numeric=field.type in NUMERIC)


def typed(literal: Literal) -> str:
    match literal:
        case Null():
            return "null"
        case Boolean(value):
            return "true" if value else "false"
        case _:
            return str(literal.value)


def _any(field: Field, operator: Operator, literal: Literal) -> Clause:
    if isinstance(literal, Number):
        return Clause(field.name, operator, float(literal.value), numeric=True)
    return Clause(field.name, operator, typed(literal))


def _text(_reading: Reading, field: Field, operator: Operator, literal: Literal) -> Comparison:
    if isinstance(literal, Text):
        return operator, literal.value.lower() if field.type is Type.ID else literal.value
    raise ValueError("a text in quotes")


def _boolean(_reading: Reading, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    if isinstance(literal, Boolean):
        return operator, int(literal.value)
    raise ValueError("true or false, without quotes")


def _decimal(literal: Literal) -> Decimal:
    """An unquoted number, or one in quotes: clients that quote every value work against Zuora."""
    if isinstance(literal, Text) and _NUMBER.fullmatch(literal.value):
        return Decimal(literal.value)
    if isinstance(literal, Number):
        return literal.value
    raise ValueError("a number")


def _double(_reading: Reading, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    return operator, float(_decimal(literal))


def _units(_reading: Reading, field: Field, operator: Operator, literal: Literal) -> Comparison:
    """For a field that is kept as a whole number of units: exact, however many decimals the literal has."""
    units = _decimal(literal).scaleb(_DECIMALS[field.type], _EXACT)
    floor = int(units.to_integral_value(ROUND_FLOOR).max(-NEVER_KEPT).min(NEVER_KEPT))
    return (operator, floor) if units == floor else _between(operator, floor, NEVER_KEPT)


def _between(operator: Operator, below: Kept, never: Kept) -> Comparison:
    """For a literal that lies after `below` and before the next value that the field can have."""
    match operator:
        case Operator.LESS | Operator.LESS_OR_EQUAL:
            return Operator.LESS_OR_EQUAL, below
        case Operator.GREATER | Operator.GREATER_OR_EQUAL:
            return Operator.GREATER, below
        case _:
            return operator, never


def _date(reading: Reading, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    if reading.wsdl <= DATE_TIMES_UP_TO:
        return _day(operator, _milliseconds(literal, reading.zone), reading.zone)
    if not isinstance(literal, Text | DateTime) or not is_date(literal.value):
        raise ValueError("a date 'yyyy-mm-dd'")
    return operator, literal.value


def _day(operator: Operator, milliseconds: int, zone: tzinfo) -> Comparison:
    """For a day that stands for its first moment in the tenant's zone."""
    day = (_EPOCH + milliseconds * _MILLISECOND).astimezone(zone).date()
    midnight = (datetime.combine(day, time(), zone) - _EPOCH) // _MILLISECOND
    return (operator, day.isoformat()) if midnight == milliseconds else _between(operator, day.isoformat(), "")


def _datetime(reading: Reading, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    return operator, _milliseconds(literal, reading.zone)


def _milliseconds(literal: Literal, zone: tzinfo) -> int:
    if isinstance(literal, Text | DateTime):
        with suppress(ValueError, OverflowError):
            return parse_datetime(literal.value, zone)
    raise ValueError("a dateTime yyyy-mm-ddThh:mm:ss, with or without an offset")


_BINDERS: Mapping[Type, Callable[[Reading, Field, Operator, Literal], Comparison]] = {
    Type.ID: _text,
    Type.STRING: _text,
    Type.BOOLEAN: _boolean,
    Type.DOUBLE: _double,
    Type.DATE: _date,
    Type.DATETIME: _datetime,
    **dict.fromkeys(_DECIMALS, _units),
}
