"""JSON Schemas of Zuora's objects, drawn from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zuora_mock.domain.catalogue import Access, Field, ObjectType
from zuora_mock.domain.values import Type

Schema = dict[str, Any]

_TYPES: Mapping[Type, Schema] = {
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
}


def field_schema(field: Field) -> Schema:
    schema = dict(_TYPES[field.type])
    if field.values:
        schema["enum"] = list(field.values)
    elif field.limit and field.type in {Type.STRING, Type.TEXT}:
        schema["maxLength"] = field.limit
    if field.since:
        schema["description"] = f"X-Zuora-WSDL-Version {field.since} or later"
    return schema


def object_schema(kind: ObjectType, access: Access | None = None) -> Schema:
    """An object as it is read, or what a client may send to create or to update it.

    What is read may have words that cannot be written, such as the status of an invoice that was split.
    """
    fields = [each for each in kind.fields if access is None or access in each.access]
    schemas = {each.name: field_schema(each) for each in fields}
    if access is None:
        schemas = {name: {key: schema[key] for key in schema if key != "enum"} for name, schema in schemas.items()}
    required = [each.name for each in fields if each.required and access is Access.CREATE]
    schema: Schema = {"type": "object", "properties": schemas}
    return {**schema, "required": required} if required else schema
