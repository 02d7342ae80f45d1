"""The texts of an object query against its resource: which records, in which order, how much of them.

    filter    <member>.<EQ|NE|LT|LE|GT|GE|SW|IN>:<value>; several must all hold; IN takes [a,b], EQ and NE take null
    sort      <member>.<ASC|DESC>
    expand    <member>[.<member>…], one of those that the resource offers
    fields    members with commas between them; below a prefix those of a related object

Names, operators, directions, and the values of EQ, NE, IN and SW, have any case (guide, Expand, filter, fields, and
sort).
Every refusal is `object-query.parameter`, its pointer the name of the parameter, but that of a filter that is needed.
Assumed: a member that the mock keeps no value of is null in every record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, NamedTuple

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import LATEST_WSDL, Field, ObjectType, is_custom
from zuora_mock.domain.conditions import (
    Boolean,
    Clause,
    Literal,
    Null,
    Operator,
    Reading,
    Text,
    UnfitOperator,
    bind,
    bind_any,
    is_comparable,
)
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.object_query.resources import Member, Relation, Resource, member_name, resource_of
from zuora_mock.domain.spelling import nearest
from zuora_mock.domain.values import Type
from zuora_mock.errors import Refusal

FILTER, SORT, EXPAND, FIELDS = "filter[]", "sort[]", "expand[]", "fields[]"
OPERATORS: Mapping[str, Operator] = {
    "EQ": Operator.EQUAL,
    "NE": Operator.NOT_EQUAL,
    "LT": Operator.LESS,
    "LE": Operator.LESS_OR_EQUAL,
    "GT": Operator.GREATER,
    "GE": Operator.GREATER_OR_EQUAL,
    "SW": Operator.STARTS_WITH,
    "IN": Operator.IN,
}
MOST_FILTERS = 100
"""Assumed."""

_FOLDED = frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.STARTS_WITH})
_FILTER = re.compile(r"(\w+)\.([A-Za-z]+):(.*)", re.ASCII | re.DOTALL)
_SORT = re.compile(r"(\w+)\.(ASC|DESC)", re.ASCII | re.IGNORECASE)
_ID = "Id"
_NONE = Clause(_ID, Operator.EQUAL, None)
"""What no record fulfils."""


class Ordering(NamedTuple):
    """By a field, and where that is the same by id, in the same direction."""

    field: Field
    descending: bool


class Branch(NamedTuple):
    """What is shown of an object: `members`, with custom ones if it has `customs`, and the objects related to it."""

    resource: Resource
    members: tuple[Member, ...]
    customs: frozenset[str] | None
    expansions: tuple[tuple[Relation, Branch | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The texts of a call; `below` are the fields of related objects by their prefix."""

    filters: Sequence[str] = ()
    sorts: Sequence[str] = ()
    expansions: Sequence[str] = ()
    fields: Sequence[str] = ()
    below: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Wish(NamedTuple):
    where: tuple[Clause, ...]
    order: Ordering
    shown: Branch


def read(resource: Resource, asked: Asked, *, zone: tzinfo, custom: CustomFields) -> Wish:
    """Raises Refusal."""
    reader = _Reader(resource, Reading(LATEST_WSDL, zone), custom)
    return Wish(_where(reader, asked.filters), _order(resource, asked.sorts), show(resource, asked, custom))


def objects_of(resource: Resource, asked: Asked) -> tuple[ObjectType, ...]:
    """What an answer is about: the object of the resource, and those that are expanded."""
    paths = [resource.expansions[text.lower()] for text in _split(asked.expansions)]
    return tuple(dict.fromkeys((resource.kind, *(kind for path in paths for kind in resource.along(path)))))


def show(resource: Resource, asked: Asked, custom: CustomFields) -> Branch:
    """Raises Refusal."""
    tree: _Tree = {}
    for text in _split(asked.expansions):
        path = resource.expansions.get(text.lower())
        if path is None:
            raise invalid(EXPAND, text, _near(text, resource.expansions.values()))
        branch = tree
        for name in path.lower().split("."):
            branch = branch.setdefault(name, {})
    return _branch(resource, (), tree, asked, custom)


def invalid(parameter: str, actual: Any, expected: Any, shown: str = "") -> Refusal:
    """`shown` is what the message names where that is not all that was given."""
    message = f"Invalid {parameter.removesuffix('[]')} parameter: {shown or str(actual)[:_LONGEST_SHOWN]}"
    return rules.OBJECT_QUERY.refusal(message, at=parameter, expected=expected, actual=actual)


_LONGEST_SHOWN = 80
_Tree = dict[str, Any]


class _Reader(NamedTuple):
    resource: Resource
    reading: Reading
    custom: CustomFields


def _split(texts: Iterable[str]) -> list[str]:
    """Names may stand apart or with commas between them."""
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def _near(text: str, names: Iterable[str]) -> list[str]:
    """All that would do, those that are near before the others."""
    known = list(names)
    return list(dict.fromkeys([*nearest(text, known), *known]))


def _where(reader: _Reader, filters: Sequence[str]) -> tuple[Clause, ...]:
    if reader.resource.needs_filter and not filters:
        message, expected = f"{FILTER} is required", sorted(reader.resource.filters.values())
        raise rules.OBJECT_QUERY_FILTER.refusal(message, at=FILTER, expected=expected)
    if len(filters) > MOST_FILTERS:
        raise invalid(FILTER, len(filters), f"at most {MOST_FILTERS} filters", f"{len(filters)} filters")
    clauses = (_clause(reader, text) for text in filters)
    return tuple(clause for clause in clauses if clause is not None)


def _clause(reader: _Reader, text: str) -> Clause | None:
    match = _FILTER.fullmatch(text)
    operator = OPERATORS.get(match[2].upper()) if match else None
    if match is None or operator is None:
        raise invalid(FILTER, text, f"<member>.<{'|'.join(OPERATORS)}>:<value>")
    name, value = match[1], match[3]
    field = _filtered(reader, name)
    try:
        return _unkept(operator, value) if field is None else _bound(reader.reading, field, operator, value)
    except (ValueError, OverflowError) as error:
        raise invalid(FILTER, text, _wanted(error)) from error


def _filtered(reader: _Reader, name: str) -> Field | None:
    """The field of a filter; None where the mock keeps no value of it. Raises Refusal."""
    custom = reader.custom.find_in_any_case(reader.resource.kind, name)
    known = custom is not None or name.lower() in reader.resource.filters
    field = custom or (reader.resource.field_of(name) if known else None)
    if not known or (field is not None and not is_comparable(field)):
        raise invalid(FILTER, name, _near(name, reader.resource.filters.values()))
    return field


def _unkept(operator: Operator, value: str) -> Clause | None:
    return None if operator is Operator.EQUAL and _is_null(value) else _NONE


def _is_null(value: str) -> bool:
    return value.lower() == "null"


def _bound(reading: Reading, field: Field, operator: Operator, value: str) -> Clause:
    """Raises ValueError in words for a person."""
    if operator is Operator.IN:
        clause = bind_any(reading, field, [_literal(field, each) for each in _list(value)])
        return clause._replace(folded=_folds(field))
    if _is_null(value) and operator in {Operator.EQUAL, Operator.NOT_EQUAL}:
        return bind(reading, field, operator, Null())
    clause = bind(reading, field, operator, _literal(field, value))
    return clause._replace(folded=operator in _FOLDED and _folds(field))


def _folds(field: Field) -> bool:
    """Ids are in lower case anyway; custom flags are kept in words."""
    return field.type in {Type.STRING, Type.ANY} or (field.type is Type.BOOLEAN and not is_custom(field.name))


def _list(value: str) -> list[str]:
    if not (value.startswith("[") and value.endswith("]")):
        raise ValueError("values in brackets: [a,b]")
    return [each.strip() for each in value[1:-1].split(",")]


def _literal(field: Field, value: str) -> Literal:
    if field.type is Type.BOOLEAN and value.lower() in {"true", "false"}:
        return Boolean(value.lower() == "true")
    # A plus that was sent without being encoded has become a blank.
    return Text(value.replace(" ", "+") if field.type is Type.DATETIME else value)


def _wanted(error: Exception) -> str:
    if isinstance(error, UnfitOperator):
        return f"one of the operators {' '.join(word for word, each in OPERATORS.items() if each in error.allowed)}"
    return str(error)


def _order(resource: Resource, sorts: Sequence[str]) -> Ordering:
    if not sorts:
        return _latest_first(resource)
    match = _SORT.fullmatch(sorts[0]) if len(sorts) == 1 else None
    if match is None:
        raise invalid(SORT, ", ".join(sorts), "one <member>.<ASC|DESC>")
    if match[1].lower() not in resource.sorts:
        raise invalid(SORT, match[1], _near(match[1], resource.sorts.values()))
    field = resource.field_of(match[1]) or resource.kind.by_name[_ID]
    return Ordering(field, match[2].upper() == "DESC")


def _latest_first(resource: Resource) -> Ordering:
    """As pages come whose order nobody asked for (API reference, the cursors of its examples)."""
    return Ordering(resource.kind.by_name.get("UpdatedDate") or resource.kind.by_name[_ID], descending=True)


def _branch(resource: Resource, path: tuple[str, ...], tree: _Tree, asked: Asked, custom: CustomFields) -> Branch:
    expansions = []
    for name, below in tree.items():
        relation = resource.relations[name]
        kind = relation.kind
        inner = _branch(resource_of(kind), (*path, name), below, asked, custom) if kind else None
        expansions.append((relation, inner))
    names = _split(_texts(resource, path, asked))
    members, customs = _members(resource, names, custom) if names else (resource.members, None)
    return Branch(resource, members, customs, tuple(expansions))


def _texts(resource: Resource, path: tuple[str, ...], asked: Asked) -> list[str]:
    """What `fields[]` says of an object. Assumed: a prefix is the path, its last member, or the object's name."""
    prefixes = {".".join(path), *path[-1:], resource.kind.name.lower()} - {""}
    own = [] if path else list(asked.fields)
    return [*own, *(text for prefix in sorted(prefixes) for text in asked.below.get(prefix, ()))]


def _members(
    resource: Resource, names: Iterable[str], custom: CustomFields
) -> tuple[tuple[Member, ...], frozenset[str]]:
    wanted, customs = set(), set()
    for name in names:
        if custom.find_in_any_case(resource.kind, name):
            customs.add(name.lower())
        elif name.lower() in resource.by_folded_name:
            wanted.add(name.lower())
        else:
            known = [each.name for each in resource.members] + list(map(member_name, custom.names(resource.kind)))
            raise invalid(FIELDS, name, _near(name, known))
    return tuple(each for each in resource.members if each.name.lower() in wanted), frozenset(customs)
