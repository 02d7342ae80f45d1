"""What a ZOQL query means against the catalogue: names resolved, literals turned into kept values (SOAP API)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import NamedTuple

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import Access, Field, ObjectType, find_object, known_at
from zuora_mock.domain.conditions import (
    Clause,
    Operator,
    Reading,
    Selection,
    Text,
    UnfitOperator,
    bind,
    is_comparable,
    typed,
)
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.spelling import nearest
from zuora_mock.domain.zoql.grammar import OPERATORS, Condition, Query
from zuora_mock.errors import Refusal


class _Context(NamedTuple):
    """What names and literals are read against; `typed` is the object as the query spells it.

    `condition` is what a field has to allow, if it does not allow conditions, to stand in one.
    """

    kind: ObjectType
    typed: str
    reading: Reading
    custom: CustomFields
    condition: Access


def resolve(
    query: Query, *, wsdl: int, zone: tzinfo, custom: CustomFields, condition: Access = Access.FILTER
) -> Selection:
    """Raises Refusal: `zoql.object`, `zoql.field`, `zoql.value`."""
    kind = _find_object(query.object, wsdl)
    context = _Context(kind, query.object, Reading(wsdl, zone), custom, condition)
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
    if field.since > context.reading.wsdl:
        raise _invalid_field(context, typed, f"X-Zuora-WSDL-Version {field.since} or later", context.reading.wsdl)
    return field


def _known(context: _Context, typed: str, access: Access) -> list[str]:
    """The names of the fields that could stand there, those that are near before the others."""
    names = [each.name for each in known_at(context.kind.fields, context.reading.wsdl) if access in each.access]
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
    return selection._replace(where=where)


def _clause(context: _Context, condition: Condition) -> Clause:
    field = _find_field(context, condition.field, Access.FILTER)
    if not is_comparable(field):
        raise _invalid_field(context, condition.field, "a field that conditions take", f"a field of type {field.type}")
    if not (Access.FILTER | context.condition) & field.access:
        raise _invalid_field(context, condition.field, "a field that conditions take", condition.field)
    try:
        return bind(context.reading, field, condition.operator, condition.literal)
    except (ValueError, OverflowError) as error:
        message = f"invalid value for {context.kind.name}.{field.name}: {_shown(condition)}"
        raise rules.QUERY_VALUE.refusal(message, expected=_wanted(error), actual=_shown(condition)) from error


def _wanted(error: Exception) -> str:
    if isinstance(error, UnfitOperator):
        return f"one of the operators {' '.join(each for each in OPERATORS if each in error.allowed)}"
    return str(error)


def _shown(condition: Condition) -> str:
    """Operator and literal as typed, shortened to what fits a message."""
    text = typed(condition.literal)
    short = text if len(text) <= 40 else f"{text[:40]}…"
    return f"{condition.operator} '{short}'" if isinstance(condition.literal, Text) else f"{condition.operator} {short}"
