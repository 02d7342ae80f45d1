"""Patterns for a text: a header, a parameter, a cookie, a body.

    {"equalTo": "Draft", "caseInsensitive": true}
    {"equalToJson": {"type": "Invoice"}, "ignoreExtraElements": true}
    {"or": [{"contains": "INV"}, {"absent": true}]}

Each has one operator. What is not there is None: it fits `absent` and what is denied, such as `doesNotContain`.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic.alias_generators import to_camel

from zuora_mock.stubs import expressions, json_paths
from zuora_mock.stubs.called import NO_DOCUMENT, Called
from zuora_mock.stubs.json_likeness import Likeness, prepared

_MODIFIERS: Mapping[str, str] = {
    "case_insensitive": "equal_to",
    "ignore_array_order": "equal_to_json",
    "ignore_extra_elements": "equal_to_json",
}
"""Members that say how another one is meant."""


class MappingPart(BaseModel):
    """A part of a mapping. A member that there is not is a mistake, or a thing that the mock cannot do: refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, defer_build=True, coerce_numbers_to_str=True
    )


def _json(value: Any) -> Any:
    """JSON may come as a text of JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("JSON is needed, or a text of JSON") from None


def _checked_json(value: Any) -> Any:
    prepared(_json(value))
    return value


def base64_text(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("Base64 is needed") from None
    return text


def _path_form(value: Any) -> str:
    return "text" if isinstance(value, str) else "pattern"


Expression = Annotated[str, AfterValidator(expressions.check)]
JsonPathText = Annotated[str, AfterValidator(json_paths.check)]
Base64Text = Annotated[str, AfterValidator(base64_text)]
ExpectedJson = Annotated[Any, AfterValidator(_checked_json)]


class ValuePattern(MappingPart):
    """One operator, and what belongs to it."""

    equal_to: str = ""
    case_insensitive: bool = False
    binary_equal_to: Base64Text = ""
    contains: str = ""
    does_not_contain: str = ""
    matches: Expression = ""
    does_not_match: Expression = ""
    absent: Literal[True, "(absent)"] = True
    anything: bool | str = True
    equal_to_json: ExpectedJson = None
    ignore_array_order: bool = False
    ignore_extra_elements: bool = False
    matches_json_path: Annotated[
        Annotated[JsonPathText, Tag("text")] | Annotated[JsonPathPattern, Tag("pattern")], Discriminator(_path_form)
    ] = ""
    and_: Annotated[Sequence[ValuePattern], Field(min_length=1)] = Field(default=(), alias="and")
    or_: Annotated[Sequence[ValuePattern], Field(min_length=1)] = Field(default=(), alias="or")
    not_: ValuePattern | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        operators = self.model_fields_set - _MODIFIERS.keys() - self.beside
        if len(operators) != 1:
            known = sorted(
                _alias(self, name) for name in type(self).model_fields.keys() - _MODIFIERS.keys() - self.beside
            )
            raise ValueError(f"one of {', '.join(known)} is needed, and one alone")
        [operator] = operators
        for name in self.model_fields_set & _MODIFIERS.keys():
            if _MODIFIERS[name] != operator:
                raise ValueError(f"{_alias(self, name)} goes with {_alias(self, _MODIFIERS[name])} alone")
        return self

    @property
    def beside(self) -> frozenset[str]:
        """Members that stand beside the operator."""
        return frozenset()

    @cached_property
    def operator(self) -> str:
        [name] = self.model_fields_set - _MODIFIERS.keys() - self.beside
        return name

    @cached_property
    def wanted_json(self) -> Any:
        return prepared(_json(self.equal_to_json))

    def fits(self, text: str | None, called: Called) -> bool:
        """Raises Exhausted."""
        return _OPERATORS[self.operator](self, text, called)


class JsonPathPattern(ValuePattern):
    """`{"expression": "$.ids[0]", "equalTo": "…"}`: what the path leads to fits the pattern."""

    expression: JsonPathText

    @property
    def beside(self) -> frozenset[str]:
        return frozenset({"expression"})


class ValuesPattern(ValuePattern):
    """A pattern for what may be given more than once: one value fits it, or `hasExactly`, `includes` speak of all."""

    has_exactly: Annotated[Sequence[ValuePattern], Field(min_length=1)] = ()
    includes: Annotated[Sequence[ValuePattern], Field(min_length=1)] = ()

    def fit(self, values: Sequence[str], called: Called) -> bool:
        """Raises Exhausted."""
        if self.operator in _OF_ALL:
            wanted = self.has_exactly or self.includes
            alone = self.operator == "includes" or len(values) == len(wanted)
            return alone and all(any(each.fits(value, called) for value in values) for each in wanted)
        return any(self.fits(value, called) for value in values or (None,))


def _alias(pattern: ValuePattern, field: str) -> str:
    return type(pattern).model_fields[field].alias or to_camel(field)


_OF_ALL = frozenset({"has_exactly", "includes"})


def _equals(pattern: ValuePattern, text: str | None, _called: Called) -> bool:
    if text is None or not pattern.case_insensitive:
        return text == pattern.equal_to
    return text.lower() == pattern.equal_to.lower()


def _equals_bytes(pattern: ValuePattern, text: str | None, _called: Called) -> bool:
    return text is not None and text.encode("utf-8", "surrogateescape") == b64decode(pattern.binary_equal_to)


def _equals_json(pattern: ValuePattern, text: str | None, called: Called) -> bool:
    document = NO_DOCUMENT if text is None else called.document(text)
    likeness = Likeness(called.spend, any_order=pattern.ignore_array_order, extra=pattern.ignore_extra_elements)
    return document is not NO_DOCUMENT and likeness.holds(pattern.wanted_json, document)


def _matches_path(pattern: ValuePattern, text: str | None, called: Called) -> bool:
    document = NO_DOCUMENT if text is None else called.document(text)
    if document is NO_DOCUMENT:
        return False
    inner = pattern.matches_json_path
    if isinstance(inner, str):
        return bool(json_paths.find(inner, document, called.spend))
    return any(inner.fits(each, called) for each in json_paths.find(inner.expression, document, called.spend).texts())


def _contains(text: str | None, part: str) -> bool:
    return text is not None and part in text


def _is_like(text: str | None, expression: str) -> bool:
    return text is not None and expressions.fits(expression, text)


_OPERATORS: Mapping[str, Callable[[ValuePattern, str | None, Called], bool]] = {
    "equal_to": _equals,
    "binary_equal_to": _equals_bytes,
    "contains": lambda pattern, text, _: _contains(text, pattern.contains),
    "does_not_contain": lambda pattern, text, _: not _contains(text, pattern.does_not_contain),
    "matches": lambda pattern, text, _: _is_like(text, pattern.matches),
    "does_not_match": lambda pattern, text, _: not _is_like(text, pattern.does_not_match),
    "absent": lambda _pattern, text, _: text is None,
    "anything": lambda _pattern, _text, _: True,
    "equal_to_json": _equals_json,
    "matches_json_path": _matches_path,
    "and_": lambda pattern, text, called: all(each.fits(text, called) for each in pattern.and_),
    "or_": lambda pattern, text, called: any(each.fits(text, called) for each in pattern.or_),
    "not_": lambda pattern, text, called: pattern.not_ is None or not pattern.not_.fits(text, called),
}
