"""Bodies of REST: models that read a document and tell everything that is wrong with it at once.

Sources: API reference (types and limits); recorded refusals: `'name' may not be null` with category 22, `'name' may not
be empty` with 20, `'termType' value should be one of: …`, `Invalid parameter(s): 'a,b'.` with 21. Other words are ours.
A null is as good as nothing; a number may be written as a string (observed: Zuora's own SDK does so).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any, ClassVar, Self, TypeAlias, TypeVar, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails

from zuora_mock.api.gateway.call import Call
from zuora_mock.api.gateway.models import Body, no_object
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.billing.fields import misspelt, shown
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import LATEST_WSDL, ObjectType
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.values import Type, Value, parse
from zuora_mock.errors import Refusal, Remedy, together
from zuora_mock.pointers import pointer

_NEEDED: Mapping[str, str] = {
    "string_type": "text is needed",
    "bool_type": "true or false is needed",
    "list_type": "an array is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "model_attributes_type": "an object is needed",
    "greater_than_equal": "a number of {ge} or more is needed",
    "less_than_equal": "a number of {le} or less is needed",
    "too_short": "at least {min_length} are needed",
    "too_long": "at most {max_length} are allowed",
    "string_too_long": "at most {max_length} characters are allowed",
}
_ENDING = re.compile(" (is|are) (needed|allowed)$")
_VALUES = re.compile(r"'([^']*)'")

Steps: TypeAlias = tuple[str | int, ...]
"""Steps into a body."""
Document: TypeAlias = Mapping[str, Any]
SketchedBody = TypeVar("SketchedBody", bound="RestBody")


def _reader(kind: Type) -> Callable[[Any], Any]:
    """Reads a value as the catalogue's fields are read."""
    return lambda value: parse(kind, value, wsdl=LATEST_WSDL, zone=UTC)


def _moment(value: Any, info: ValidationInfo) -> Any:
    text = value.replace(" ", "T", 1) if isinstance(value, str) else value
    return parse(Type.DATETIME, text, wsdl=LATEST_WSDL, zone=(info.context or {})["zone"])


Money = Annotated[int, BeforeValidator(_reader(Type.MONEY)), WithJsonSchema({"type": "number"})]
"""In micros."""
Percentage = Annotated[int, BeforeValidator(_reader(Type.PERCENT)), WithJsonSchema({"type": "number"})]
"""In 1e-9 percent."""
Decimals = Annotated[int | float, BeforeValidator(_reader(Type.DOUBLE)), WithJsonSchema({"type": "number"})]
Whole = Annotated[int, BeforeValidator(_reader(Type.INTEGER)), WithJsonSchema({"type": "integer"})]
Key = Annotated[str, BeforeValidator(_reader(Type.ID)), WithJsonSchema({"type": "string"})]
"""An id, in any case."""
Flag = Annotated[bool, BeforeValidator(_reader(Type.BOOLEAN)), WithJsonSchema({"type": "boolean"})]
Day = Annotated[str, BeforeValidator(_reader(Type.DATE)), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[int, BeforeValidator(_moment), WithJsonSchema({"type": "string"})]
"""`yyyy-mm-dd hh:mm:ss` of the tenant's zone, in epoch milliseconds."""
Text32 = Annotated[str, Field(max_length=32)]
Text50 = Annotated[str, Field(max_length=50)]
Text64 = Annotated[str, Field(max_length=64)]
Text100 = Annotated[str, Field(max_length=100)]
Text255 = Annotated[str, Field(max_length=255)]
Text500 = Annotated[str, Field(max_length=500)]


class RestBody(Body):
    """A body, or an object inside of one.

    `kind` is the object whose custom fields may stand in it, `since` the Zuora-Version that a field needs; `beyond` are
    members that Zuora knows and the mock does not read.
    """

    model_config = ConfigDict(extra="allow")
    kind: ClassVar[ObjectType | None] = None
    beyond: ClassVar[Sequence[str]] = ()
    since: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, document: Any) -> Any:
        if not isinstance(document, dict):
            return document
        return {name: value for name, value in document.items() if value is not None}

    @classmethod
    def of(cls, call: Call) -> Self:
        return cls.taken(call, call.document)

    @classmethod
    def taken(cls, call: Call, document: Any) -> Self:
        """That of a document in the call. Raises Refusal that tells of every field that is wrong."""
        if not isinstance(document, dict):
            raise no_object(document)
        wrong: list[Refusal] = []
        try:
            body = cls.model_validate(document, context={"zone": call.transaction.tenant.zone})
        except ValidationError as error:
            wrong = [_misfit(cls, each) for each in error.errors(include_url=False)]
            body = _sketch(cls, document)
        wrong += _contradictions(body)
        wrong += _wrong_custom_fields(cls, document, call.transaction.tenant.custom_fields)
        wrong += _unknown_fields(cls, call, document)
        if wrong:
            raise together(wrong)
        return body

    def contradictions(self) -> Iterator[Refusal]:
        """What is wrong with which fields are there; it points into the body.

        Of a body that cannot be read it is asked of a sketch: what is not there, or cannot be read, may be None.
        """
        return iter(())

    def custom_fields(self, custom: CustomFields) -> dict[str, Value]:
        """Those of the body, as they are kept."""
        if self.kind is None:
            return {}
        return {name: read_custom(self.kind, name, value, custom) for name, value in (self.model_extra or {}).items()}


class BillingBody(RestBody):
    """Nothing is billed and nothing paid: what is said of that is read and has no effect."""

    since: ClassVar[Mapping[str, str]] = {
        "collect": "196.0",
        "invoice": "196.0",
        "runBilling": "211.0",
        "targetDate": "211.0",
    }

    applicationOrder: list[str] | None = None
    applyCredit: Flag | None = None
    applyCreditBalance: Flag | None = None
    collect: Flag | None = None
    creditMemoReasonCode: Text255 | None = None
    documentDate: Day | None = None
    invoice: Flag | None = None
    invoiceCollect: Flag | None = None
    invoiceTargetDate: Day | None = None
    runBilling: Flag | None = None
    targetDate: Day | None = None


def objects_in(rows: Any) -> Iterator[tuple[int, Any]]:
    """The objects among the rows of a sketch, with their positions."""
    for position, each in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(each, RestBody):
            yield position, each


def required(*at: str | int) -> Refusal:
    """Of a field that is needed because of others."""
    return rules.FIELD_REQUIRED.refusal(f"'{named(at)}' may not be null", at=pointer(*at), expected="a value")


def refused(name: str, problem: str, expected: object) -> Refusal:
    """Of a field that does not go with others, and would be left out."""
    at, message = pointer(name), f"'{name}' is not valid: {problem}"
    return rules.FIELD_VALUE.refusal(message, at=at, expected=expected, actual=name, remedy=Remedy({at: None}))


def _sketch(model: type[SketchedBody], document: Document) -> SketchedBody:
    """A body of which only that is read which can be."""
    defaults = {name: None for name, field in model.model_fields.items() if field.is_required()}
    given = {name: value for name, value in document.items() if value is not None and name in model.model_fields}
    inner = {name: _inner(model, name) for name in given}
    values = {
        name: _sketched(inner[name], value) if inner[name] else _lax(model.model_fields[name].annotation, value)
        for name, value in given.items()
    }
    return model.model_construct(**{**defaults, **values})


def _lax(annotation: Any, value: Any) -> Any:
    """A flag that is written as a string is one; other values are as they came."""
    return value.lower() == "true" if isinstance(value, str) and _is_flag(annotation) else value


def _is_flag(annotation: Any) -> bool:
    return annotation is bool or any(map(_is_flag, get_args(annotation)))


def _sketched(model: type[RestBody] | None, value: Any) -> Any:
    """Of an array an array; what is no object, inside of it or itself, is None."""
    if isinstance(value, list):
        return [_sketched(model, each) for each in value]
    return _sketch(model, value) if model and isinstance(value, dict) else None


def _contradictions(body: RestBody, at: Steps = ()) -> Iterator[Refusal]:
    for refusal in body.contradictions():
        yield _renamed(refusal.under(*at), at)
    for name in type(body).model_fields:
        value = getattr(body, name)
        if isinstance(value, RestBody):
            yield from _contradictions(value, (*at, name))
        for position, each in objects_in(value):
            yield from _contradictions(each, (*at, name, position))


def _renamed(refusal: Refusal, at: Steps) -> Refusal:
    """With the place of the field where it names the field."""
    refusal.message = refusal.message.replace("'", f"'{named(at)}.", 1) if at else refusal.message
    return refusal


def read_custom(kind: ObjectType, name: str, value: Any, custom: CustomFields) -> Value:
    """A custom field as it is kept. Raises ValueError in words for a person."""
    field = custom.find(kind, name)
    if field is None or value is None:
        return None
    kept = parse(field.type, value, wsdl=LATEST_WSDL, zone=UTC)
    if field.values and kept not in field.values:
        raise ValueError(f"one of {', '.join(field.values)} is needed")
    if field.limit and isinstance(kept, str) and len(kept) > field.limit:
        raise ValueError(f"at most {field.limit} characters are allowed")
    return kept


def named(at: Steps) -> str:
    """A place in a body as a message names it: `splits[0].splitAmount`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).removeprefix(".")


def _misfit(model: type[RestBody], error: ErrorDetails) -> Refusal:
    """One thing that pydantic has found."""
    at, given = error["loc"], error["input"]
    name, place = named(at), pointer(*at)
    if error["type"] == "missing" or given is None:
        return rules.FIELD_REQUIRED.refusal(f"'{name}' may not be null", at=place, expected="a value")
    remedy = Remedy({place: None}) if _may_be_left_out(model, at) else None
    message, expected = _problem(error, name)
    return rules.FIELD_VALUE.refusal(message, at=place, expected=expected, actual=shown(given), remedy=remedy)


def _problem(error: ErrorDetails, name: str) -> tuple[str, Any]:
    """What is wrong with a value in the words of a refusal, and what was expected."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        values = _VALUES.findall(context["expected"])
        return f"'{name}' value should be one of: {', '.join(values)}", values
    if kind == "string_too_short":
        return f"'{name}' may not be empty", "a value"
    problem = str(context.get("error") or _NEEDED.get(kind, "another value is needed").format(**context))
    return f"'{name}' is not valid: {problem}", _ENDING.sub("", problem)


def _may_be_left_out(model: type[RestBody], at: Steps) -> bool:
    for step in at[:-1]:
        model = (_inner(model, step) if isinstance(step, str) else None) or model
    field = model.model_fields.get(str(at[-1]))
    return field is not None and not field.is_required()


def _inner(model: type[RestBody], name: str) -> type[RestBody] | None:
    """The model of the objects in a member."""
    field = model.model_fields.get(name)
    return next(_models(field.annotation), None) if field else None


def _models(annotation: Any) -> Iterator[type[RestBody]]:
    """Those in the annotation of a field; what is read for itself is none of its."""
    if any(isinstance(each, SkipValidation) for each in get_args(annotation)):  # type: ignore[misc]  # a class at run time
        return
    if isinstance(annotation, type) and issubclass(annotation, RestBody):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


def _wrong_custom_fields(
    model: type[RestBody], document: Document, custom: CustomFields, at: Steps = ()
) -> Iterator[Refusal]:
    for name, value in document.items():
        inner = _inner(model, name)
        if inner is not None:
            for step, row in _objects(value):
                yield from _wrong_custom_fields(inner, row, custom, (*at, name, *step))
        elif model.kind is not None and name not in model.model_fields:
            try:
                read_custom(model.kind, name, value, custom)
            except ValueError as error:
                yield _wrong_custom_field((*at, name), value, str(error))


def _wrong_custom_field(at: Steps, value: Any, problem: str) -> Refusal:
    place, actual = pointer(*at), shown(value)
    message, remedy = f"'{named(at)}' is not valid: {problem}", Remedy({place: None})
    return rules.FIELD_VALUE.refusal(message, at=place, expected=problem, actual=actual, remedy=remedy)


def _unknown_fields(model: type[RestBody], call: Call, document: Document) -> list[Refusal]:
    """One refusal for all of them."""
    unknown = list(_unknown(model, document, call.transaction.tenant.custom_fields, call.context.version))
    if not unknown:
        return []
    names, at, expected = list(map(named, unknown)), pointer(*unknown[0]), sorted(model.model_fields)
    state = misspelt((str(each[-1]) for each in unknown), expected)
    remedy, message = Remedy({pointer(*each): None for each in unknown}), f"Invalid parameter(s): '{','.join(names)}'."
    refused = rules.FIELD_UNKNOWN.refusal(message, at=at, expected=expected, actual=names, state=state, remedy=remedy)
    return [refused]


def _unknown(
    model: type[RestBody], document: Document, custom: CustomFields, version: str, at: Steps = ()
) -> Iterator[Steps]:
    """Where a member stands that nobody knows, or that the version knows not yet."""
    for name, value in document.items():
        if name in model.beyond:
            continue
        if name not in model.model_fields:
            if model.kind is None or custom.find(model.kind, name) is None:
                yield (*at, name)
        elif not reaches(version, model.since.get(name, version)):
            yield (*at, name)
        elif inner := _inner(model, name):
            for step, row in _objects(value):
                yield from _unknown(inner, row, custom, version, (*at, name, *step))


def _objects(value: Any) -> Iterator[tuple[Steps, Document]]:
    """The objects that a member has, or is, each with its step."""
    if isinstance(value, dict):
        yield (), value
    for position, row in enumerate(value if isinstance(value, list) else ()):
        if isinstance(row, dict):
            yield (position,), row
