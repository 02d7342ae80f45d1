"""The catalogue's objects and fields as JSON Schema (2020-12)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from zuora_mock.domain.catalogue import Access, Field, ObjectType
from zuora_mock.domain.values import Type

Schema = dict[str, Any]

SENT: Mapping[Type, Schema] = {
    Type.ID: {"type": "string", "pattern": "^[0-9a-fA-F]{32}$"},
    Type.STRING: {"type": "string"},
    Type.TEXT: {"type": "string"},
    Type.MONEY: {"type": "number"},
    Type.DOUBLE: {"type": "number"},
    Type.PERCENT: {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
    Type.INTEGER: {"type": "integer"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.DATETIME: {"type": "string", "format": "date-time"},
    Type.STRUCTURE: {"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]},
}
"""How clients send the values of each type."""


_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(name: str) -> list[str]:
    """`Account` and `Number` of `AccountNumber`."""
    return _WORD_ENDS.split(name)


def relation_of(field: Field) -> str:
    """`BillToContact` for `BillToId`, `DefaultPaymentMethod` for `DefaultPaymentMethodId`."""
    stem = field.name.removesuffix("Id")
    last_word = words_of(field.target)[-1]
    return stem if stem.endswith(field.target) else f"{stem.removesuffix(last_word)}{field.target}"


def field_schema(
    field: Field,
    types: Mapping[Type, Schema] = SENT,
    *,
    values: Sequence[str] | None = None,
    versioned: bool = True,
    nullable: bool = False,
) -> Schema:
    """`types` says how values are written, `values` takes the place of the field's own, `versioned` names its WSDL."""
    schema, choices = dict(types[field.type]), field.values if values is None else values
    if choices:
        schema["enum"] = list(choices)
    elif field.limit and field.type in {Type.STRING, Type.TEXT}:
        schema["maxLength"] = field.limit
    if versioned and field.since:
        schema["description"] = f"X-Zuora-WSDL-Version {field.since} or later"
    return {"anyOf": [schema, {"type": "null"}]} if nullable else schema


def object_schema(kind: ObjectType, access: Access | None = None) -> Schema:
    """An object as it is read, or what a client may send to create or to update it.

    What is read may have words that cannot be written, such as the status of an invoice that was split.
    """
    fields = [field for field in kind.fields if (field.shown if access is None else access in field.access)]
    schemas = {field.name: field_schema(field, values=() if access is None else None) for field in fields}
    required = [field.name for field in fields if field.required and access is Access.CREATE]
    schema: Schema = {"type": "object", "properties": schemas}
    return {**schema, "required": required} if required else schema
