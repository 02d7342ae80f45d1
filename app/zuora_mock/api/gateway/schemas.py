"""JSON Schemas of the bodies, for the OpenAPI page. They are made when the page is asked for, not at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zuora_mock.domain.catalogue import Access, Field, ObjectType
from zuora_mock.domain.values import Type

Schema = dict[str, Any]
MakeSchema = Callable[[], Schema]

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
    elif field.limit and "pattern" not in schema and schema["type"] == "string" and "format" not in schema:
        schema["maxLength"] = field.limit
    if field.since:
        schema["description"] = f"X-Zuora-WSDL-Version {field.since} or later"
    return schema


def object_schema(kind: ObjectType, access: Access) -> MakeSchema:
    """What a client may send to create or to update an object."""

    def make() -> Schema:
        fields = [each for each in kind.fields if access in each.access]
        schema: Schema = {"type": "object", "properties": {each.name: field_schema(each) for each in fields}}
        required = [each.name for each in fields if each.required and access is Access.CREATE]
        return {**schema, "required": required} if required else schema

    return make


def read_schema(kind: ObjectType) -> Schema:
    """What is read may have words that cannot be written, such as the status of an invoice that was split."""
    shown = {each.name: field_schema(each) for each in kind.fields}
    return {"type": "object", "properties": {name: _without_enum(schema) for name, schema in shown.items()}}


def _without_enum(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "enum"}


def _body(required: str, **properties: Schema) -> MakeSchema:
    return lambda: {"type": "object", "required": required.split(), "properties": properties}


_TEXT: Schema = {"type": "string"}
_IDS: Schema = {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 50}
_OBJECTS: Schema = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 50}
_CONF: Schema = {"type": "object", "properties": {"batchSize": {"type": "integer", "minimum": 1, "maximum": 2000}}}

BODY_SCHEMAS: Mapping[str, MakeSchema] = {
    "execute": _body(
        "type ids synchronous",
        type={"type": "string", "enum": ["InvoiceSplit"]},
        ids=_IDS,
        synchronous={"type": "boolean", "enum": [False]},
    ),
    "create": _body("type objects", type=_TEXT, objects=_OBJECTS),
    "update": _body("type objects", type=_TEXT, objects=_OBJECTS),
    "delete": _body("type ids", type=_TEXT, ids=_IDS),
    "generate": _body("type objects", type={"type": "string", "enum": ["Invoice"]}, objects=_OBJECTS),
    "query": _body("queryString", queryString={"type": "string", "maxLength": 10_000}, conf=_CONF),
    "queryMore": _body("queryLocator", queryLocator=_TEXT, conf=_CONF),
}
