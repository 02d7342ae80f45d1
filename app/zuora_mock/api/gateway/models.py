"""What the models of bodies and query strings have in common: they describe and parse, rules refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from zuora_mock.api.gateway.call import Call
from zuora_mock.billing.fields import quoted
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.pointers import pointer

_JSON_NAMES: Mapping[str, str] = {
    "string_type": "a string",
    "bool_type": "true or false",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


class Body(BaseModel):
    """A body of JSON. Members are of their JSON type and of no other; what a member may be besides, rules say.

    `only` are members that have one value that is accepted.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")
    only: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def of(cls, call: Call) -> Self:
        """That of the call. Raises Refusal."""
        return cls.read(call.document)

    @classmethod
    def read(cls, document: Any) -> Self:
        """Raises Refusal (`body.shape`) that names the first member that is missing or of another type."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise cls._misfit(error) from None

    @classmethod
    def _misfit(cls, error: ValidationError) -> Refusal:
        first = error.errors(include_url=False, include_context=False)[0]
        if not first["loc"]:
            return no_object(first["input"])
        name = first["loc"][-1]
        missing = first["type"] == "missing" or first["input"] is None
        expected = cls._json_name(str(first["loc"][0])) if first["type"] == "missing" else _JSON_NAMES[first["type"]]
        message = f"'{name}' is required" if missing else f"'{name}' must be {expected}"
        at = pointer(*first["loc"])
        remedy = cls._remedy(str(first["loc"][0]), at)
        return rules.SHAPE.refusal(
            message,
            at=at,
            expected=expected,
            actual=None if missing else quoted(first["input"]),
            remedy=remedy,
        )

    @classmethod
    def _remedy(cls, name: str, at: str) -> Remedy | None:
        """The one value that is accepted; a member that is not needed is left out."""
        if name in cls.only:
            return Remedy({at: cls.only[name]})
        return None if cls.model_fields[name].is_required() else Remedy({at: None})

    @classmethod
    @cache
    def _json_name(cls, name: str) -> str:
        """What a member that is missing should have been."""
        kind = cls.model_json_schema()["properties"][name].get("type", "object")
        return {"string": "a string", "boolean": "true or false", "array": "an array"}.get(kind, "an object")


def no_object(document: Any) -> Refusal:
    return rules.SHAPE.refusal("the body is not a JSON object", expected="an object", actual=quoted(document))


class Options(BaseModel):
    """Parameters of the query string; those that nobody knows are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @classmethod
    def read(cls, parameters: Sequence[tuple[str, str]]) -> Self:
        """Of a parameter that is repeated the last counts."""
        return cls.model_validate(dict(parameters))


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


Truth = Annotated[bool, BeforeValidator(_is_true)]
"""What is not true is false."""


class WriteOptions(Options):
    """Options of a call that has a body."""

    reject_unknown_fields: Truth = Field(
        default=False, alias="rejectUnknownFields", description="Refuse a body with fields that are not known"
    )


CurrentWriteOptions = Annotated[WriteOptions, Query()]
