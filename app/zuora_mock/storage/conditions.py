"""Conditions on fields as SQL. Whatever a user typed is a bound parameter; columns come from the catalogue by name."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, and_, bindparam, func, or_

from zuora_mock.domain.catalogue import ObjectType, is_custom
from zuora_mock.domain.conditions import Clause, Operator, Selection, Wildcard, like_pattern
from zuora_mock.domain.values import Type
from zuora_mock.storage.dialect import ESCAPE, Folded, NumberIn, Words, array, each_of, literally
from zuora_mock.storage.places import equal, one_of, table_of, value, whose


class Shape(NamedTuple):
    """A clause without its value; `empty` asks whether the field is null."""

    field: str
    operator: Operator
    empty: bool
    numeric: bool
    folded: bool


_OF_TEXT = frozenset({Operator.LIKE, Operator.STARTS_WITH})
_GREATEST = "\U0010ffff"
"""No text has it: it stands for no character."""

Shapes: TypeAlias = tuple[tuple[Shape, ...], ...]


def shapes(selection: Selection) -> Shapes:
    return tuple(
        tuple(Shape(each.field, each.operator, each.value is None, each.numeric, each.folded) for each in conjunction)
        for conjunction in selection.where
    )


def values(selection: Selection) -> dict[str, object]:
    found: dict[str, object] = {}
    for n, clause in enumerate(clause for conjunction in selection.where for clause in conjunction):
        if clause.value is not None:
            found |= {f"v{n}": _value(clause), **_bounds(clause, f"v{n}")}
    return found


def _value(clause: Clause) -> object:
    match clause.operator:
        case Operator.LIKE:
            return _pattern(str(clause.value))
        case Operator.STARTS_WITH:
            return f"{literally(str(clause.value))}%"
        case Operator.IN:
            return array(clause.value)
        case _:
            return clause.value


def _bounds(clause: Clause, parameter: str) -> dict[str, object]:
    """Between which texts those stand that begin as a pattern does."""
    if clause.operator not in _OF_TEXT:
        return {}
    pieces = like_pattern(str(clause.value)) if clause.operator is Operator.LIKE else (str(clause.value),)
    begins = pieces[0] if pieces and not isinstance(pieces[0], Wildcard) else ""
    return {f"{parameter}_first": begins, f"{parameter}_last": f"{begins}{_GREATEST}"}


def _pattern(text: str) -> str:
    wildcards = {Wildcard.ANY_TEXT: "%", Wildcard.ANY_CHARACTER: "_"}
    return "".join(
        wildcards[piece] if isinstance(piece, Wildcard) else literally(piece) for piece in like_pattern(text)
    )


def where(kind: ObjectType, shaped: Shapes) -> ColumnElement[bool]:
    numbers = count()
    matches = [and_(*(_condition(kind, each, f"v{next(numbers)}") for each in shape)) for shape in shaped]
    return and_(whose(kind), or_(*matches)) if matches else whose(kind)


def _condition(kind: ObjectType, shape: Shape, parameter: str) -> ColumnElement[bool]:
    if shape.empty:
        operand = _operand(kind, shape)
        return operand.is_(None) if shape.operator is Operator.EQUAL else operand.is_not(None)
    by_index = _BY_INDEX.get(shape.operator)
    if by_index and not shape.folded and not is_custom(shape.field):
        return by_index(kind, shape.field, parameter)
    return _compared(kind, shape, parameter)


_BY_INDEX: Mapping[Operator, Callable[[ObjectType, str, str], ColumnElement[bool]]] = {
    Operator.EQUAL: equal,
    Operator.IN: one_of,
}


def _compared(kind: ObjectType, shape: Shape, parameter: str) -> ColumnElement[bool]:
    operand, fold = _operand(kind, shape), _folding(kind, shape)
    if shape.operator is Operator.IN:
        found: ColumnElement[bool] = fold(operand).in_(each_of(parameter, operand.type, fold))
        return found
    compared: ColumnElement[bool] = _COMPARE[shape.operator](fold(operand), fold(bindparam(parameter)))
    if shape.operator in _OF_TEXT and not shape.folded:  # of a pattern that is bound no engine sees where it begins
        return and_(compared, operand.between(bindparam(f"{parameter}_first"), bindparam(f"{parameter}_last")))
    return compared


def _folding(kind: ObjectType, shape: Shape) -> Callable[[Any], Any]:
    if not shape.folded:
        return lambda element: element
    if not is_custom(shape.field) and kind.by_name[shape.field].type is Type.BOOLEAN:
        return lambda flag: func.coalesce(flag, 0)
    return Folded


_COMPARE: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    **dict.fromkeys((Operator.LIKE, Operator.STARTS_WITH), partial(ColumnElement.like, escape=ESCAPE)),
}


def _operand(kind: ObjectType, shape: Shape) -> ColumnElement[Any]:
    if not is_custom(shape.field):
        return value(kind, shape.field)
    read = NumberIn if shape.numeric else Words
    return read(table_of(kind).c.custom, shape.field)
