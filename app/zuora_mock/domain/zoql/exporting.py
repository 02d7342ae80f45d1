"""Export ZOQL: what an Export asks for, its fields with dots, its order and its limit.

    select (* | name (, name)*) from object [where …] [order by name [asc | desc]] [limit n]

A name is a field, `Object.Field`, or `Relation.Field` of what a field of the object refers to. Sources: SOAP API,
Export; tap-zuora (what it sends, how it reads the head of the file, that whatever is exported stands in conditions
too). Assumed: conditions are on fields of the object itself.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import NamedTuple

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, LATEST_WSDL, Access, Field, ObjectType, find_object
from zuora_mock.domain.conditions import Selection
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.describing import relation_of
from zuora_mock.domain.zoql.grammar import parse
from zuora_mock.domain.zoql.selection import resolve
from zuora_mock.errors import Refusal

_FORM = re.compile(r"(?ais)\s*select\s+(\*|[\w.]+(?:\s*,\s*[\w.]+)*)\s+from\s+(\w+)\b(.*)")
_LIMIT = re.compile(r"\blimit\s+([0-9]{1,9})\s*;?\s*$", re.ASCII | re.IGNORECASE)
_ORDER = re.compile(r"\border\s+by\s+([\w.]+)(?:\s+(asc|desc))?\s*;?\s*$", re.ASCII | re.IGNORECASE)


class Exported(NamedTuple):
    """A field, of the object itself or of what `by` refers to."""

    head: str
    field: Field
    by: Field | None = None


class ExportQuery(NamedTuple):
    """Which records, in which order, and how many of them."""

    selection: Selection
    columns: tuple[Exported, ...]
    order: Field | None = None
    descending: bool = False
    limit: int | None = None


def read(text: str, zone: tzinfo, custom: CustomFields) -> ExportQuery:
    """Raises Refusal: `export.query`, or the `zoql.*` rules of what stands in it."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise _refused("select … from …", text)
    names, typed, rest = form.groups()
    kind = find_object(typed)
    if kind is None:
        message = f"noSuchDataSource: {typed}"
        raise rules.EXPORT_QUERY.refusal(message, at="/Query", expected="an object of describe", actual=typed)
    rest, limit = _cut(_LIMIT, rest)
    rest, order = _cut(_ORDER, rest)
    own = parse(" ".join(("select Id from", kind.name, _undotted(rest, kind.name))))
    selection = resolve(own, wsdl=LATEST_WSDL, zone=zone, custom=custom, condition=Access.QUERY)
    columns = _every(kind, custom) if names == "*" else tuple(_column(kind, name, custom) for name in _split(names))
    return ExportQuery(
        selection._replace(names=("Id",)),
        columns,
        _column(kind, order[1], custom).field if order else None,
        bool(order and (order[2] or "").lower() == "desc"),
        int(limit[1]) if limit else None,
    )


def _cut(end: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    """The text without its end, if it has this one."""
    found = end.search(text)
    return (text[: found.start()], found) if found else (text, None)


def _split(names: str) -> list[str]:
    return [each.strip() for each in names.split(",")]


def _undotted(text: str, name: str) -> str:
    """Outside of quotes a field of the object needs not its name before it."""
    return re.sub(rf"('[^']*'|\"[^\"]*\")|\b{name}\.", lambda found: found[1] or "", text, flags=re.IGNORECASE)


def _every(kind: ObjectType, custom: CustomFields) -> tuple[Exported, ...]:
    fields = [*(each for each in kind.fields if Access.QUERY in each.access), *custom.fields(kind)]
    return tuple(Exported(f"{kind.name}.{each.name}", each) for each in fields)


def _column(kind: ObjectType, typed: str, custom: CustomFields) -> Exported:
    relation, dot, name = typed.rpartition(".")
    by = _relation(kind, relation) if dot and relation.lower() != kind.name.lower() else None
    target = BY_NAME[by.target] if by else kind
    field = target.find_field(name) or custom.find_in_any_case(target, name)
    if field is None or not (Access.QUERY in field.access or field.name.endswith("__c")):
        raise _refused(f"a field of {target.name}", typed)
    return Exported(f"{relation if by else kind.name}.{field.name}", field, by)


def _relation(kind: ObjectType, name: str) -> Field:
    """Raises Refusal."""
    found = next((each for each in kind.references if relation_of(each).lower() == name.lower()), None)
    if found is None:
        raise _refused(f"one of {', '.join(sorted(map(relation_of, kind.references)))}", name)
    return found


def _refused(expected: str, actual: str) -> Refusal:
    short = actual if len(actual) <= 80 else f"{actual[:80]}…"
    message = f"Query: {expected} is needed, not '{short}'"
    return rules.EXPORT_QUERY.refusal(message, at="/Query", expected=expected, actual=short)
