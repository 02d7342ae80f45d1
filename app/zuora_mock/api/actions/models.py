"""Bodies and answers of `/v1/action/*` (Older API, Action_POSTexecute; Actions reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core.core_schema import CoreSchema, list_schema, union_schema

from zuora_mock.api.gateway.models import Body
from zuora_mock.api.objects.models import members_of
from zuora_mock.api.proxy import ErrorObject
from zuora_mock.domain.catalogue import CREATE, OBJECTS, UPDATE, Access
from zuora_mock.domain.zoql.grammar import MAX_CHARACTERS

MOST_ROWS = 50
_BOUNDS: dict[str, Any] = {"minItems": 1, "maxItems": MOST_ROWS}
_ID: dict[str, Any] = {"properties": {"Id": {"type": "string"}}, "required": ["Id"]}

Ids = Annotated[list[Any], Field(json_schema_extra={**_BOUNDS, "items": {"type": "string"}})]


class RowsOffered:
    """Describes rows that are members of the objects that `access` is offered for: drawn when somebody asks."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        kinds = (each for each in OBJECTS if (each.creatable if self._access is CREATE else each.updatable))
        models = [members_of(each, self._access).__pydantic_core_schema__ for each in kinds]
        rows = {**handler(list_schema(union_schema([*models]))), **_BOUNDS}
        return {**rows, "items": {**_ID, **rows["items"]}} if self._access is UPDATE else rows


Objects = Annotated[list[Any], Field(json_schema_extra={**_BOUNDS, "items": {"type": "object"}})]


def one_of(*names: str) -> dict[str, Any]:
    return {"enum": list(names)}


class ExecuteRequest(Body):
    only: ClassVar[Mapping[str, Any]] = {"synchronous": False}

    type: Annotated[str, Field(json_schema_extra=one_of("InvoiceSplit"))]
    synchronous: Annotated[bool, Field(json_schema_extra={"enum": [False]})]
    ids: Ids


class WriteRequest(Body):
    """`type` is the name of an object, `objects` are as many of it."""

    type: str
    objects: list[Any]


class CreateRequest(WriteRequest):
    objects: Annotated[list[Any], RowsOffered(CREATE)]


class UpdateRequest(WriteRequest):
    objects: Annotated[list[Any], RowsOffered(UPDATE)]


class GenerateRequest(Body):
    type: Annotated[str, Field(json_schema_extra=one_of("Invoice"))]
    objects: Objects


class DeleteRequest(Body):
    type: str
    ids: Ids


class Conf(Body):
    batchSize: Annotated[Any, Field(json_schema_extra={"type": "integer", "minimum": 1, "maximum": 2000})] = None


class QueryRequest(Body):
    queryString: Annotated[str, Field(json_schema_extra={"maxLength": MAX_CHARACTERS})]
    conf: Conf | None = None


class QueryMoreRequest(Body):
    queryLocator: str
    conf: Conf | None = None


class SaveResult(BaseModel):
    """One row, in the order of the request: done with the id of the object, or refused."""

    Success: bool
    Id: str | SkipJsonSchema[None] = None
    Errors: list[ErrorObject] | SkipJsonSchema[None] = None


class DeleteResult(BaseModel):
    """As SaveResult, in lower case except inside the errors."""

    success: bool
    id: str | SkipJsonSchema[None] = None
    errors: list[ErrorObject] | SkipJsonSchema[None] = None


class QueryResult(BaseModel):
    """`size` counts the whole result; `queryLocator` leads to the next page and is not there on the last."""

    size: int
    records: list[dict[str, Any]]
    queryLocator: str | SkipJsonSchema[None] = None
    done: bool
