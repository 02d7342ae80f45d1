"""Bodies and answers of `/v1/object/*`, described from the catalogue of objects.

Models without fields: what an object has is data of the catalogue, and its schema is drawn when somebody asks for it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from zuora_mock.api import proxy
from zuora_mock.api.gateway.models import Body, no_object
from zuora_mock.api.proxy import ErrorObject, Fault, PlainError
from zuora_mock.domain.catalogue import Access, ObjectType
from zuora_mock.domain.describing import object_schema

_VERBS = {Access.CREATE: "Create", Access.UPDATE: "Update"}


class ReadObject(BaseModel):
    """One object as it is read."""

    model_config = ConfigDict(extra="allow")
    kind: ClassVar[ObjectType]

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"title": cls.__name__, **object_schema(cls.kind)}


class Members(Body):
    """The members of an object that is to be written."""

    kind: ClassVar[ObjectType]
    access: ClassVar[Access]
    document: dict[str, Any]

    @classmethod
    def read(cls, document: Any) -> Self:
        """The document as it is, for the rules to judge. Raises Refusal (`body.shape`) for what is no object."""
        if not isinstance(document, dict):
            raise no_object(document)
        return cls.model_construct(document=document)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"title": cls.__name__, **object_schema(cls.kind, cls.access)}


class Saved(BaseModel):
    Success: bool
    Id: str


class Deleted(BaseModel):
    success: bool
    id: str


class RowRefused(BaseModel):
    """The one row of the call was refused."""

    Errors: list[ErrorObject]
    Success: Literal[False]


class NoData(BaseModel):
    """There is no object with this id."""

    records: list[dict[str, Any]]
    size: int
    done: bool


REFUSED: dict[int | str, dict[str, Any]] = {
    **proxy.REFUSED,
    "4XX": {"model": RowRefused | NoData | Fault | PlainError, "description": "Refused"},
}


@cache
def record_of(kind: ObjectType) -> type[ReadObject]:
    return type(kind.name, (ReadObject,), {"kind": kind, "__module__": __name__, "__annotations__": {}})


@cache
def members_of(kind: ObjectType, access: Access) -> type[Members]:
    name = f"{kind.name}{_VERBS[access]}"
    return type(name, (Members,), {"kind": kind, "access": access, "__module__": __name__, "__annotations__": {}})
