"""A stub: what calls it answers, and with what, in the JSON form of WireMock.

    {"request": {"method": "GET", "urlPathTemplate": "/v1/debit-memos/{key}"},
     "response": {"status": 200, "jsonBody": {"success": true}}}

Ours are `anonymous` (answers before anybody has signed in) and `override` (answers where the mock has an operation).
Source: WireMock's documentation, Request Matching, Stubbing, Stateful Behaviour, Simulating Faults.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, RootModel, model_validator
from pydantic_core import to_json

from zuora_mock.pointers import pointer
from zuora_mock.stubs import expressions
from zuora_mock.stubs.called import Called
from zuora_mock.stubs.values import Base64Text, Expression, MappingPart, ValuePattern, ValuesPattern

DEFAULT_PRIORITY = 5
STARTED = "Started"
"""The state of a scenario that has not begun."""
_LONGEST_DELAY = 600_000
_MOST = 2**31 - 1
_WITHOUT_BODY = frozenset({204, 205, 304})
_OUR_HEADERS = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection"})
"""Written by the server, from what it sends."""
_HEADER_TEXT = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_URLS = ("url", "url_pattern", "url_path", "url_path_pattern", "url_path_template")


def _begins(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("a URL begins with /, without the name of a server")
    return text


def _no_query(text: str) -> str:
    if "?" in text:
        raise ValueError("a path has no query: queryParameters, or url, speak of it")
    return text


def _header_name(text: str) -> str:
    if text.lower() in _OUR_HEADERS:
        raise ValueError("the server writes this header by itself, from what it sends")
    return text


def _sendable(texts: str | Sequence[str]) -> str | Sequence[str]:
    if not all(_HEADER_TEXT.fullmatch(each) for each in ([texts] if isinstance(texts, str) else texts)):
        raise ValueError("a header has one line of Latin-1")
    return texts


Url = Annotated[str, AfterValidator(_begins)]
UrlPath = Annotated[Url, AfterValidator(_no_query)]
AnsweredHeader = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"), AfterValidator(_header_name)]
HeaderTexts = Annotated[str | Sequence[str], AfterValidator(_sendable)]
StubId = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,100}$")]
StubName = Annotated[str, Field(max_length=500)]


class BasicPair(MappingPart):
    username: str
    password: str


class StubRequest(MappingPart):
    """Which calls are meant; what is not named matches anything. Of the URLs there is one at most."""

    method: Annotated[str, Field(pattern="^[A-Za-z]{1,20}$")] = "ANY"
    url: Url = ""
    url_pattern: Expression = ""
    url_path: UrlPath = ""
    url_path_pattern: Expression = ""
    url_path_template: UrlPath = ""
    path_parameters: Mapping[str, ValuePattern] = {}
    query_parameters: Mapping[str, ValuesPattern] = {}
    form_parameters: Mapping[str, ValuesPattern] = {}
    headers: Mapping[str, ValuesPattern] = {}
    cookies: Mapping[str, ValuesPattern] = {}
    basic_auth: BasicPair | None = None
    basic_auth_credentials: BasicPair | None = None
    body_patterns: Sequence[ValuePattern] = ()

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        given = [str(type(self).model_fields[name].alias) for name in _URLS if name in self.model_fields_set]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)}: one of them")
        unknown = self.path_parameters.keys() - _names(self.url_path_template)
        if unknown:
            raise ValueError(f"urlPathTemplate has no {{{min(unknown)}}}")
        return self

    def mismatch(self, called: Called) -> str:
        """A pointer to the first part that the call does not fit, empty if it fits. Raises Exhausted."""
        return next(self._mismatches(called), "")

    def _mismatches(self, called: Called) -> Iterator[str]:
        """The cheap comparisons first."""
        if self.method.upper() not in {"ANY", called.method}:
            yield "/method"
        yield from self._url_mismatches(called)
        user = self.basic_auth or self.basic_auth_credentials
        if user is not None and called.user != (user.username, user.password):
            yield "/basicAuth"
        yield from _misfits("headers", self.headers, _lowered(called.headers.items()), called)
        yield from _misfits("queryParameters", self.query_parameters, called.parameters, called)
        yield from _misfits("cookies", self.cookies, called.cookies, called)
        if self.form_parameters:
            yield from _misfits("formParameters", self.form_parameters, called.form, called)
        for position, pattern in enumerate(self.body_patterns):
            if not pattern.fits(called.text, called):
                yield pointer("bodyPatterns", position)

    def _url_mismatches(self, called: Called) -> Iterator[str]:
        if self.url and self.url not in called.urls:
            yield "/url"
        if self.url_path and self.url_path not in called.paths:
            yield "/urlPath"
        if self.url_pattern and not any(expressions.fits(self.url_pattern, each) for each in called.urls):
            yield "/urlPattern"
        if self.url_path_pattern and not any(expressions.fits(self.url_path_pattern, each) for each in called.paths):
            yield "/urlPathPattern"
        if self.url_path_template:
            found = [values for path in called.paths if (values := _values(self.url_path_template, path)) is not None]
            if not found:
                yield "/urlPathTemplate"
            elif not all(each.fits(found[0].get(name), called) for name, each in self.path_parameters.items()):
                yield "/pathParameters"


class StubResponse(MappingPart):
    """What is answered; one body at most. JSON says that it is JSON, of other bodies `headers` tell."""

    status: int = Field(default=200, ge=200, le=599)
    status_message: str = Field(default="", description="The usual one of the status: another cannot be sent")
    headers: Mapping[AnsweredHeader, HeaderTexts] = {}
    body: str = ""
    json_body: Any = None
    base64_body: Base64Text = Field(default="", alias="base64Body")
    fixed_delay_milliseconds: int = Field(default=0, ge=0, le=_LONGEST_DELAY)
    fault: (
        Literal["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE"]
        | None
    ) = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        bodies = [name for name in ("body", "json_body", "base64_body") if name in self.model_fields_set]
        if len(bodies) > 1:
            raise ValueError("one of body, jsonBody and base64Body")
        if self.status in _WITHOUT_BODY and self.content:
            raise ValueError(f"an answer of status {self.status} has no body")
        usual = {each.value: each.phrase for each in HTTPStatus}.get(self.status, "")
        if self.status_message and self.status_message != usual:
            raise ValueError(f"a status of its own words cannot be sent: {self.status} is {usual or 'without words'}")
        return self

    @cached_property
    def content(self) -> bytes:
        if "json_body" in self.model_fields_set:
            return to_json(self.json_body)
        return b64decode(self.base64_body) or self.body.encode("utf-8", "surrogatepass")

    @cached_property
    def content_type(self) -> str:
        given = [text for name, text in self.plain_headers.items() if name.lower() == "content-type"]
        if given:
            return given[0]
        if "json_body" in self.model_fields_set:
            return "application/json;charset=utf-8"
        return "application/octet-stream" if self.base64_body else "text/plain;charset=utf-8"

    @cached_property
    def plain_headers(self) -> dict[str, str]:
        """Several values of one header with commas between them."""
        return {name: text if isinstance(text, str) else ", ".join(text) for name, text in self.headers.items()}


class StubMapping(MappingPart):
    """A stub whole. `priority` 1 goes first, then the newest; a scenario goes from state to state as it is called."""

    id: StubId = ""
    uuid: StubId = ""
    name: StubName = ""
    priority: int = Field(default=DEFAULT_PRIORITY, ge=-_MOST, le=_MOST)
    request: StubRequest
    response: StubResponse
    scenario_name: StubName = ""
    required_scenario_state: StubName = ""
    new_scenario_state: StubName = ""
    anonymous: bool = Field(default=False, description="Answers whoever calls, signed in or not")
    override: bool = Field(default=False, description="Answers where the mock has an operation of its own")
    persistent: bool = Field(default=True, description="Every stub is: it is in the database")
    insertion_index: int = Field(default=0, ge=0, le=_MOST, description="The order within one list of mappings")
    metadata: Mapping[str, Any] = {}
    post_serve_actions: Sequence[Any] = Field(default=(), max_length=0, description="There are none")
    serve_event_listeners: Sequence[Any] = Field(default=(), max_length=0, description="There are none")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.id and self.uuid and self.id != self.uuid:
            raise ValueError("id and uuid are the same")
        if (self.required_scenario_state or self.new_scenario_state) and not self.scenario_name:
            raise ValueError("a state belongs to a scenario: scenarioName is missing")
        return self

    def mismatch(self, called: Called, states: Mapping[str, str]) -> str:
        """As `StubRequest.mismatch`, with the states of the scenarios that have begun."""
        required = self.required_scenario_state
        if required and states.get(self.scenario_name, STARTED) != required:
            return "/requiredScenarioState"
        place = self.request.mismatch(called)
        return f"/request{place}" if place else ""

    @property
    def given_id(self) -> str:
        return self.id or self.uuid


class Mappings(RootModel[list[StubMapping]]):
    model_config = ConfigDict(defer_build=True)


class MappingList(MappingPart):
    """Several, as WireMock writes and lists them. Of `meta` nothing is kept: it counts them."""

    mappings: Sequence[StubMapping]
    meta: Mapping[str, Any] = {}


def _names(template: str) -> set[str]:
    return {each[1:-1] for each in template.split("/") if _is_variable(each)}


def _is_variable(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _values(template: str, path: str) -> dict[str, str] | None:
    """What stands in the path for the variables of the template, None if it is another path."""
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    pairs = list(zip(wanted, given, strict=True))
    if not all(segment if _is_variable(name) else name == segment for name, segment in pairs):
        return None
    return {name[1:-1]: segment for name, segment in pairs if _is_variable(name)}


def _lowered(pairs: Any) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in pairs]


def _misfits(
    member: str, patterns: Mapping[str, ValuesPattern], pairs: Sequence[tuple[str, str]], called: Called
) -> Iterator[str]:
    """Names of headers are the same in any case."""
    for name, pattern in patterns.items():
        key = name.lower() if member == "headers" else name
        if not pattern.fit([value for given, value in pairs if given == key], called):
            yield pointer(member, name)
