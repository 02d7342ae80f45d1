"""Parameters and answers of `/object-query/*`, described from the resources."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, PrivateAttr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from zuora_mock.api.gateway.models import Options
from zuora_mock.billing.object_queries import Extent
from zuora_mock.domain.describing import Schema, field_schema
from zuora_mock.domain.object_query.reading import EXPAND, FIELDS, FILTER, SORT, Asked, invalid
from zuora_mock.domain.object_query.resources import Member, Resource
from zuora_mock.domain.values import Type

SMALLEST, DEFAULT, LARGEST = 1, 10, 99
_PAGE_SIZE, _BELOW = "pageSize", f".{FIELDS}"
_EVERY_CASE = "Names have any case"

_Given = dict[str, list[str]]
"""The values of each parameter."""


class ReadingOptions(Options):
    """Parameters without a value are as if they were not there."""

    page_size: int = Field(
        default=DEFAULT, alias="pageSize", ge=SMALLEST, le=LARGEST, description="Also of lists of related objects"
    )
    expand: list[str] = Field(default=[], alias="expand[]", description=f"Related objects to show. {_EVERY_CASE}")
    fields: list[str] = Field(
        default=[],
        alias="fields[]",
        description=f"Members to show, with commas between them; `<member>{_BELOW}` of related objects. {_EVERY_CASE}",
    )
    include_null_fields: bool = Field(default=False, alias="includeNullFields")
    _below: _Given = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, parameters: Sequence[tuple[str, str]]) -> Self:
        """Raises Refusal (`object-query.parameter`) for a pageSize that is none."""
        given: _Given = {}
        for name, value in parameters:
            if value:
                given.setdefault(name, []).append(value)
        return cls.model_construct(**cls._values(given)).with_below(given)

    def with_below(self, given: _Given) -> Self:
        """With the fields of related objects."""
        for name, texts in given.items():
            if name.endswith(_BELOW):
                self._below.setdefault(name.removesuffix(_BELOW).lower(), []).extend(texts)
        return self

    @classmethod
    def _values(cls, given: _Given) -> dict[str, Any]:
        return {
            "page_size": _page_size(given.get(_PAGE_SIZE, [str(DEFAULT)])[-1]),
            "expand": given.get(EXPAND, []),
            "fields": given.get(FIELDS, []),
            "include_null_fields": given.get("includeNullFields", [""])[-1].lower() == "true",
        }

    @property
    def extent(self) -> Extent:
        return Extent(self.page_size, self.include_null_fields)

    @property
    def asked(self) -> Asked:
        return Asked(expansions=self.expand, fields=self.fields, below=self._below)


class ListingOptions(ReadingOptions):
    cursor: str | None = Field(default=None, description="The nextPage of the page before; the others as they were")
    filter: list[str] = Field(
        default=[],
        alias="filter[]",
        description="`<member>.<EQ|NE|LT|LE|GT|GE|SW|IN>:<value>`; all must hold; `IN:[a,b]`, `EQ:null`. "
        f"{_EVERY_CASE}, and so have the values of EQ, NE, IN and SW",
    )
    sort: list[str] = Field(default=[], alias="sort[]", description=f"`<member>.<ASC|DESC>`. {_EVERY_CASE}")

    @classmethod
    def _values(cls, given: _Given) -> dict[str, Any]:
        cursor = given.get("cursor", [None])[-1]
        lists = {"filter": given.get(FILTER, []), "sort": given.get(SORT, [])}
        return {**super()._values(given), **lists, "cursor": cursor}

    @property
    def asked(self) -> Asked:
        return Asked(self.filter, self.sort, self.expand, self.fields, self._below)


def _page_size(text: str) -> int:
    size = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST)) + 8 else 0
    if not SMALLEST <= size <= LARGEST:
        raise invalid(_PAGE_SIZE, text, f"a whole number from {SMALLEST} to {LARGEST}")
    return size


class QueriedObject(BaseModel):
    """One object; of related ones those that are asked for."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    resource: ClassVar[Resource]

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        related: dict[str, Any] = {
            each.name: {"type": "array", "items": {"type": "object"}} if each.many else _nullable({"type": "object"})
            for each in cls.resource.relations.values()
        }
        members = {each.name: _schema(each) for each in cls.resource.members}
        return {"title": cls.__name__, "type": "object", "properties": {**members, **related}}


def _schema(member: Member) -> dict[str, Any]:
    if member.field is None or member.field.type is Type.ANY:
        return {}
    return _nullable({"type": "string"} if member.as_text else field_schema(member.field, values=(), versioned=False))


def _nullable(schema: Schema) -> Schema:
    """With `includeNullFields` what is empty is there."""
    return {"anyOf": [schema, {"type": "null"}]}


class QueriedObjects(BaseModel):
    """A page; `nextPage` is not there on the last."""

    model_config = ConfigDict(defer_build=True)

    nextPage: str | None = None
    data: list[QueriedObject]


@cache
def one_of(resource: Resource) -> type[QueriedObject]:
    name = f"Queried{resource.kind.name}"
    return type(name, (QueriedObject,), {"resource": resource, "__module__": __name__, "__annotations__": {}})


@cache
def many_of(resource: Resource) -> type[QueriedObjects]:
    members = {"__module__": __name__, "__annotations__": {"data": list[one_of(resource)]}}  # type: ignore[misc]
    return type(f"Queried{resource.kind.name}s", (QueriedObjects,), members)
