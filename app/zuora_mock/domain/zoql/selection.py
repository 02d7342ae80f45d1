"""What a ZOQL query means against the catalogue: names resolved, literals turned into kept values.

    Selection    kind, canonical names, an OR of ANDs of clauses
    Clause       one condition on kept values; `value` None asks whether the field is empty

Which operators and literals a field takes follows from its type (SOAP API, ZOQL; Date formats):

    id, string        all and like      'text' or "text"; ids in any case
    number            all but like      123.45 or '123.45'
    date              all but like      date, in quotes or not; up to WSDL version 68 a dateTime: the day's midnight
    dateTime          all but like      dateTime, in quotes or not
    boolean           = !=              true, false; never in quotes
    textarea          none
    any               as a string       also a number, compared as one, true, false, a date and a dateTime

and every type takes `= null` and `!= null`, but a custom field that holds dates. A custom field that nobody declared is
of type `any`; assumed: the literal says how it is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import ROUND_FLOOR, Context, Decimal
from typing import TypeAlias

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import Access, Field, ObjectType, find_object, is_custom, known_at
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.dates import is_date, parse_datetime
from zuora_mock.domain.spelling import nearest
from zuora_mock.domain.values import DATE_TIMES_UP_TO, NUMERIC, Type
from zuora_mock.domain.zoql.grammar import (
    MAX_CHARACTERS,
    Boolean,
    Condition,
    DateTime,
    Literal,
    Null,
    Number,
    Operator,
    Query,
    Text,
)
from zuora_mock.errors import Refusal

NEVER_KEPT = 2**63 - 1
"""A whole number that a column can hold and no field does: kept numbers stay below 9e18."""

_ORDERED = frozenset(Operator) - {Operator.LIKE}
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
_EXACT = Context(prec=MAX_CHARACTERS + 2000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Kept: TypeAlias = str | int | float
Comparison: TypeAlias = tuple[Operator, Kept]


@dataclass(frozen=True, slots=True)
class Clause:
    """`numeric`: a custom field, which holds text, is compared as the number that the text may be."""

    field: str
    operator: Operator
    value: Kept | None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """`names` are canonical, in the order of the catalogue, `Id` among them. Empty `where`: every record."""

    kind: ObjectType
    names: tuple[str, ...]
    where: tuple[tuple[Clause, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """What names and literals are read against; `typed` is the object as the query spells it."""

    kind: ObjectType
    typed: str
    wsdl: int
    zone: tzinfo
    custom: CustomFields


def resolve(query: Query, *, wsdl: int, zone: tzinfo, custom: CustomFields) -> Selection:
    """Raises Refusal: `zoql.object`, `zoql.field`, `zoql.value`."""
    kind = _find_object(query.object, wsdl)
    context = _Context(kind, query.object, wsdl, zone, custom)
    fields = [_selected(context, name) for name in query.fields]
    where = tuple(tuple(_clause(context, each) for each in conjunction) for conjunction in query.where)
    return _ruled(Selection(kind, _in_order(kind, fields), where))


def _find_object(typed: str, wsdl: int) -> ObjectType:
    kind = find_object(typed, wsdl)
    if kind is None:
        message, expected = f"invalid type specified: {typed}", "an object that can be queried"
        raise rules.QUERY_OBJECT.refusal(message, expected=expected, actual=typed)
    return kind


def _find_field(context: _Context, typed: str, access: Access) -> Field:
    """The field, whatever may be done with it; one of this access is what should have stood there instead."""
    field = context.kind.find_field(typed) or context.custom.find_in_any_case(context.kind, typed)
    if field is None:
        raise _invalid_field(context, typed, _known(context, typed, access), typed)
    if field.since > context.wsdl:
        raise _invalid_field(context, typed, f"X-Zuora-WSDL-Version {field.since} or later", context.wsdl)
    return field


def _known(context: _Context, typed: str, access: Access) -> list[str]:
    """The names of the fields that could stand there, those that are near before the others."""
    names = [each.name for each in known_at(context.kind.fields, context.wsdl) if access in each.access]
    names += context.custom.names(context.kind)
    return list(dict.fromkeys([*nearest(typed, names), *names]))


def _selected(context: _Context, typed: str) -> Field:
    field, expected = _find_field(context, typed, Access.QUERY), "a field that may be selected"
    if Access.FILTER in field.access and Access.QUERY not in field.access:
        message = f"Cannot use the {field.name} field in the select clause"
        raise rules.QUERY_SELECT.refusal(message, expected=expected, actual=typed)
    if Access.QUERY not in field.access:
        raise _invalid_field(context, typed, expected, typed)
    return field


def _invalid_field(context: _Context, typed: str, expected: object, actual: object) -> Refusal:
    message = f"invalid field for query: {context.typed}.{typed}"
    return rules.QUERY_FIELD.refusal(message, expected=expected, actual=actual)


def _in_order(kind: ObjectType, fields: Iterable[Field]) -> tuple[str, ...]:
    names = dict.fromkeys(("Id", *(field.name for field in fields)))
    known = (field.name for field in kind.fields if field.name in names)
    return (*known, *(name for name in names if name not in kind.by_name))


def _ruled(selection: Selection) -> Selection:
    """What the object's rules of selection make of it. Raises Refusal (`zoql.select`)."""
    for rule in selection.kind.select_rules:
        chosen = [name for name in rule.names if name in selection.names]
        if chosen and rule.verb == "with":
            selection = _narrowed(selection, rule.rest)
        elif chosen and not _allowed(selection, rule.verb, chosen):
            raise rules.QUERY_SELECT.refusal(rule.rest, expected=_WANTED[rule.verb], actual=", ".join(chosen))
    return selection


_WANTED = {
    "alone": "this field with Id and no other",
    "by-id": "a condition Id = '…' and no other",
    "one-of": "one of these fields",
}


def _allowed(selection: Selection, verb: str, chosen: list[str]) -> bool:
    if verb == "by-id":
        clauses = [clause for conjunction in selection.where for clause in conjunction]
        return [(each.field, each.operator) for each in clauses] == [("Id", Operator.EQUAL)]
    return len(chosen) == 1 if verb == "one-of" else len(selection.names) <= 2


def _narrowed(selection: Selection, rest: str) -> Selection:
    """To the records whose field, the first word, has one of the values."""
    name, values = rest.split(None, 1)
    own = [Clause(name, Operator.EQUAL, value) for value in values.split("|")]
    where = tuple((*conjunction, each) for conjunction in selection.where or ((),) for each in own)
    return replace(selection, where=where)


def _clause(context: _Context, condition: Condition) -> Clause:
    field = _find_field(context, condition.field, Access.FILTER)
    if field.type not in _OPERATORS:
        raise _invalid_field(context, condition.field, "a field that conditions take", f"a field of type {field.type}")
    if Access.FILTER not in field.access:
        raise _invalid_field(context, condition.field, "a field that conditions take", condition.field)
    try:
        return _bound(context, field, condition.operator, condition.literal)
    except (ValueError, OverflowError) as error:
        message = f"invalid value for {context.kind.name}.{field.name}: {_shown(condition)}"
        raise rules.QUERY_VALUE.refusal(message, expected=str(error), actual=_shown(condition)) from error


def _bound(context: _Context, field: Field, operator: Operator, literal: Literal) -> Clause:
    """Raises ValueError in words for a person: what the field would take."""
    allowed = _EQUALITY if isinstance(literal, Null) else _OPERATORS[field.type]
    if operator not in allowed:
        raise ValueError(f"one of the operators {' '.join(each for each in Operator if each in allowed)}")
    if isinstance(literal, Null):
        _check_nullable(field)
        return Clause(field.name, operator, None)
    if field.type is Type.ANY:
        return _any(field, operator, literal)
    operator, kept = _BINDERS[field.type](context, field, operator, literal)
    if is_custom(field.name):
        return _custom(field, operator, kept)
    return Clause(field.name, operator, kept)


def _check_nullable(field: Field) -> None:
    if is_custom(field.name) and field.type is Type.DATE:
        raise ValueError("a date: custom date fields do not take null")


def _custom(field: Field, operator: Operator, kept: Kept) -> Clause:
    """Custom fields are kept as text, a boolean in words."""
    if field.type is Type.BOOLEAN:
        return Clause(field.name, operator, "true" if kept else "false")
    return Clause(field.name, operator, kept, numeric=field.type in NUMERIC)


def _shown(condition: Condition) -> str:
    """Operator and literal as typed, shortened to what fits a message."""
    text = _typed(condition.literal)
    short = text if len(text) <= 40 else f"{text[:40]}…"
    return f"{condition.operator} '{short}'" if isinstance(condition.literal, Text) else f"{condition.operator} {short}"


def _typed(literal: Literal) -> str:
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
    return Clause(field.name, operator, _typed(literal))


def _text(_context: _Context, field: Field, operator: Operator, literal: Literal) -> Comparison:
    if isinstance(literal, Text):
        return operator, literal.value.lower() if field.type is Type.ID else literal.value
    raise ValueError("a text in quotes")


def _boolean(_context: _Context, _field: Field, operator: Operator, literal: Literal) -> Comparison:
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


def _double(_context: _Context, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    return operator, float(_decimal(literal))


def _units(_context: _Context, field: Field, operator: Operator, literal: Literal) -> Comparison:
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


def _date(context: _Context, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    if context.wsdl <= DATE_TIMES_UP_TO:
        return _day(operator, _milliseconds(literal, context.zone), context.zone)
    if not isinstance(literal, Text | DateTime) or not is_date(literal.value):
        raise ValueError("a date 'yyyy-mm-dd'")
    return operator, literal.value


def _day(operator: Operator, milliseconds: int, zone: tzinfo) -> Comparison:
    """For a day that stands for its first moment in the tenant's zone."""
    day = (_EPOCH + milliseconds * _MILLISECOND).astimezone(zone).date()
    midnight = (datetime.combine(day, time(), zone) - _EPOCH) // _MILLISECOND
    return (operator, day.isoformat()) if midnight == milliseconds else _between(operator, day.isoformat(), "")


def _datetime(context: _Context, _field: Field, operator: Operator, literal: Literal) -> Comparison:
    return operator, _milliseconds(literal, context.zone)


def _milliseconds(literal: Literal, zone: tzinfo) -> int:
    if isinstance(literal, Text | DateTime):
        with suppress(ValueError, OverflowError):
            return parse_datetime(literal.value, zone)
    raise ValueError("a dateTime yyyy-mm-ddThh:mm:ss, with or without an offset")


_BINDERS: Mapping[Type, Callable[[_Context, Field, Operator, Literal], Comparison]] = {
    Type.ID: _text,
    Type.STRING: _text,
    Type.BOOLEAN: _boolean,
    Type.DOUBLE: _double,
    Type.DATE: _date,
    Type.DATETIME: _datetime,
    **dict.fromkeys(_DECIMALS, _units),
}
