"""Stubs: which calls a mapping matches, what of a mapping is refused, and how much work a match may be."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.profiles import proving
from zuora_mock.pointers import pointer
from zuora_mock.stubs.called import MOST_STEPS, Called, Exhausted
from zuora_mock.stubs.json_likeness import Likeness, prepared
from zuora_mock.stubs.mapping import StubMapping, StubRequest
from zuora_mock.stubs.values import ValuePattern, ValuesPattern

MEMO = "/v1/debit-memos/DM-1"


def called(body: Any = None, **given: Any) -> Called:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    path = given.pop("path", MEMO)
    standard: dict[str, Any] = {"method": "POST", "path_alias": f"/rest{path}", "query": "", "parameters": []}
    return Called(**{**standard, "headers": {}, "path": path, "body": content, **given})


def place(request: dict[str, Any], call: Called) -> str:
    return StubRequest.model_validate(request).mismatch(call)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"response": {"transformers": ["response-template"]}}, "/response/transformers"),
        ({"response": {"bodyFileName": "a.json"}}, "/response/bodyFileName"),
        ({"response": {"proxyBaseUrl": "http://x"}}, "/response/proxyBaseUrl"),
        ({"response": {"status": 204, "body": "x"}}, "/response"),
        ({"response": {"body": "x", "jsonBody": 1}}, "/response"),
        ({"response": {"status": 200, "statusMessage": "Fine"}}, "/response"),
        ({"response": {"headers": {"Content-Length": "1"}}}, "/response/headers/Content-Length"),
        ({"response": {"headers": {"X-A": "a\r\nb"}}}, "/response/headers/X-A"),
        ({"response": {"fault": "OUT_OF_LUCK"}}, "/response/fault"),
        ({"response": {"base64Body": "?"}}, "/response/base64Body"),
        ({"request": {"url": "/a", "urlPath": "/b"}}, "/request"),
        ({"request": {"urlPath": "/a?b=c"}}, "/request/urlPath"),
        ({"request": {"urlPattern": "(?=a)b"}}, "/request/urlPattern"),
        ({"request": {"urlPathTemplate": "/a/{b}", "pathParameters": {"c": {"equalTo": "1"}}}}, "/request"),
        ({"request": {"headers": {"A": {"equalTo": "1", "contains": "1"}}}}, "/request/headers/A"),
        ({"request": {"headers": {"A": {}}}}, "/request/headers/A"),
        ({"request": {"headers": {"A": {"contains": "1", "caseInsensitive": True}}}}, "/request/headers/A"),
        ({"request": {"bodyPatterns": [{"matchesXPath": "/a"}]}}, "/request/bodyPatterns/0/matchesXPath"),
        ({"request": {"bodyPatterns": [{"equalToJson": "{"}]}}, "/request/bodyPatterns/0/equalToJson"),
        (
            {"request": {"bodyPatterns": [{"equalToJson": ["${json-unit.no-such}"]}]}},
            "/request/bodyPatterns/0/equalToJson",
        ),
        ({"request": {"bodyPatterns": [{"matchesJsonPath": "$["}]}}, "/request/bodyPatterns/0/matchesJsonPath"),
        ({"request": {"multipartPatterns": []}}, "/request/multipartPatterns"),
        ({"postServeActions": [{"name": "webhook"}]}, "/postServeActions"),
        ({"newScenarioState": "x"}, ""),
        ({"id": "a", "uuid": "b"}, ""),
        ({"priorty": 1}, "/priorty"),
    ],
)
def test_what_the_mock_cannot_do_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    whole = {"request": {"urlPath": MEMO}, "response": {"jsonBody": {"success": True}}, **change}
    with pytest.raises(ValidationError) as raised:
        StubMapping.model_validate(whole)
    assert {pointer(*_within(whole, each["loc"])) for each in raised.value.errors()} == {place}


def _within(document: Any, steps: tuple[Any, ...]) -> list[Any]:
    """The steps that lead through the document: pydantic's own words are none."""
    found = []
    for step in steps:
        if step in document if isinstance(document, dict) else isinstance(step, int):
            document = document[step]
            found.append(step)
    return found


@pytest.mark.parametrize(
    ("request_", "fits"),
    [
        ({}, True),
        ({"method": "post"}, True),
        ({"method": "PUT"}, False),
        ({"url": "/v1/debit-memos/DM-1?a=1&a=2"}, True),
        ({"url": "/rest/v1/debit-memos/DM-1?a=1&a=2"}, True),
        ({"url": "/v1/debit-memos/DM-1"}, False),
        ({"urlPath": "/v1/debit-memos/DM-1"}, True),
        ({"urlPath": "/v1/debit-memos"}, False),
        ({"urlPattern": "/v1/.*a=2"}, True),
        ({"urlPattern": "/v1/debit-memos"}, False),
        ({"urlPathPattern": "/rest/v1/debit-memos/DM-[0-9]"}, True),
        ({"urlPathTemplate": "/v1/debit-memos/{key}", "pathParameters": {"key": {"equalTo": "DM-1"}}}, True),
        ({"urlPathTemplate": "/v1/debit-memos/{key}", "pathParameters": {"key": {"equalTo": "DM-2"}}}, False),
        ({"urlPathTemplate": "/v1/debit-memos/{key}/lines"}, False),
        ({"queryParameters": {"a": {"equalTo": "2"}}}, True),
        ({"queryParameters": {"a": {"hasExactly": [{"equalTo": "2"}, {"equalTo": "1"}]}}}, True),
        ({"queryParameters": {"a": {"hasExactly": [{"equalTo": "2"}]}}}, False),
        ({"queryParameters": {"a": {"includes": [{"equalTo": "2"}]}}}, True),
        ({"queryParameters": {"b": {"absent": True}}}, True),
        ({"queryParameters": {"a": {"absent": True}}}, False),
        ({"headers": {"X-Team": {"equalTo": "A", "caseInsensitive": True}}}, True),
        ({"headers": {"x-team": {"equalTo": "A"}}}, False),
        ({"headers": {"Y": {"doesNotContain": "a"}}}, True),
        ({"headers": {"Y": {"anything": True}}}, True),
        ({"cookies": {"c": {"contains": "y"}}}, True),
        ({"basicAuth": {"username": "u", "password": "p:q"}}, True),
        ({"basicAuthCredentials": {"username": "u", "password": "x"}}, False),
        ({"bodyPatterns": [{"absent": True}]}, True),
        ({"bodyPatterns": [{"equalTo": ""}]}, False),
    ],
)
def test_a_call_is_matched_by_its_head(request_: dict[str, Any], fits: bool) -> None:
    basic = base64.b64encode(b"u:p:q").decode()
    headers = {"x-team": "a", "cookie": "b=x; c=xyz", "authorization": f"Basic {basic}"}
    call = called(query="a=1&a=2", parameters=[("a", "1"), ("a", "2")], headers=headers)
    assert (place(request_, call) == "") is fits


LINES = {"type": "Invoice", "n": 1, "lines": [{"id": "b", "sum": 2.0}, {"id": "a", "sum": None}], "tags": ["x", "y"]}


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({"equalToJson": LINES}, True),
        ({"equalToJson": json.dumps(LINES)}, True),
        ({"equalToJson": {**LINES, "n": 1.0}}, True),
        ({"equalToJson": {**LINES, "n": True}}, False),
        ({"equalToJson": {"type": "Invoice"}}, False),
        ({"equalToJson": {"type": "Invoice"}, "ignoreExtraElements": True}, True),
        ({"equalToJson": {**LINES, "tags": ["y", "x"]}}, False),
        ({"equalToJson": {**LINES, "tags": ["y", "x"]}, "ignoreArrayOrder": True}, True),
        ({"equalToJson": {**LINES, "tags": ["y"]}, "ignoreArrayOrder": True}, False),
        ({"equalToJson": {"tags": ["y"]}, "ignoreArrayOrder": True, "ignoreExtraElements": True}, True),
        ({"equalToJson": {"lines": [{"id": "a"}]}, "ignoreArrayOrder": True, "ignoreExtraElements": True}, True),
        ({"equalToJson": {"lines": [{"id": "a"}]}, "ignoreExtraElements": True}, False),
        ({"equalToJson": {**LINES, "lines": "${json-unit.ignore}"}}, True),
        ({"equalToJson": {**LINES, "tags": ["${json-unit.any-string}", "x"]}, "ignoreArrayOrder": True}, True),
        ({"equalToJson": {**LINES, "n": "${json-unit.any-number}", "m": "${json-unit.ignore-element}"}}, True),
        ({"equalToJson": {**LINES, "n": "#{json-unit.any-boolean}"}}, False),
        ({"equalToJson": {**LINES, "type": "${json-unit.regex}In.*"}}, True),
        ({"matchesJsonPath": "$.lines"}, True),
        ({"matchesJsonPath": "$.nothing"}, False),
        ({"matchesJsonPath": "$.lines[1].sum"}, False),
        ({"matchesJsonPath": "$..id"}, True),
        ({"matchesJsonPath": "$.lines[?(@.id == 'a')]"}, True),
        ({"matchesJsonPath": "$.lines[?(@.sum > 2 || !@.sum)]"}, False),
        ({"matchesJsonPath": {"expression": "$.lines[*].id", "equalTo": "a"}}, True),
        ({"matchesJsonPath": {"expression": "$.tags", "equalTo": "y"}}, True),
        ({"matchesJsonPath": {"expression": "$.n", "equalTo": "1"}}, True),
        ({"matchesJsonPath": {"expression": "$.lines[0]", "equalToJson": {"id": "b", "sum": 2}}}, True),
        ({"matchesJsonPath": {"expression": "$.nothing", "absent": True}}, True),
        ({"matches": ".*Invoice.*"}, True),
        ({"matches": "Invoice"}, False),
        ({"doesNotMatch": "Invoice"}, True),
        ({"and": [{"contains": "Invoice"}, {"doesNotContain": "Credit"}]}, True),
        ({"or": [{"contains": "Credit"}, {"contains": "Debit"}]}, False),
        ({"not": {"contains": "Credit"}}, True),
    ],
)
def test_a_body_is_matched_as_wiremock_does(pattern: dict[str, Any], fits: bool) -> None:
    assert (place({"bodyPatterns": [pattern]}, called(LINES)) == "") is fits


def test_bytes_are_compared_as_bytes() -> None:
    content = bytes(range(256))
    pattern = {"binaryEqualTo": base64.b64encode(content).decode()}
    assert place({"bodyPatterns": [pattern]}, called(content)) == ""
    assert place({"bodyPatterns": [pattern]}, called(content[1:])) == "/bodyPatterns/0"
    assert place({"bodyPatterns": [{"matches": "(?s).*"}]}, called(content)) == ""


@pytest.mark.parametrize("text", [b"{", b"[" * 1000, b"", b"\xff"])
def test_a_body_that_is_no_json_matches_no_json(text: bytes) -> None:
    patterns: list[dict[str, Any]] = [{"equalToJson": {}}, {"matchesJsonPath": "$"}]
    for pattern in patterns:
        assert place({"bodyPatterns": [pattern]}, called(text)) == "/bodyPatterns/0"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3),
    max_leaves=8,
)


def alike(expected: Any, actual: Any, **flags: bool) -> tuple[bool, int]:
    """Whether they are, and what it cost to know."""
    call = called()
    likeness = Likeness(call.spend, **{"any_order": False, "extra": False, **flags})
    return likeness.holds(prepared(expected), actual), call.steps


def size(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(size, inside))


def turned(value: Any) -> Any:
    """The same with every array the other way round."""
    if isinstance(value, dict):
        return {name: turned(each) for name, each in value.items()}
    return [turned(each) for each in reversed(value)] if isinstance(value, list) else value


@proving(100)
@given(VALUES, VALUES)
def test_what_is_equal_is_alike_and_nothing_else_at_a_cost_linear_in_the_smaller(one: Any, other: Any) -> None:
    assert alike(one, one) == (True, size(one))
    found, steps = alike(one, other)
    assert found == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
    assert steps <= min(size(one), size(other))


@proving(100)
@given(VALUES, VALUES)
def test_order_and_more_elements_may_not_matter(one: Any, other: Any) -> None:
    assert alike(one, turned(one), any_order=True)[0]
    if isinstance(one, list):
        assert alike(one, [other, *one], any_order=True, extra=True)[0]
    assert alike(one, other)[0] <= alike(one, other, extra=True)[0] <= alike(one, other, extra=True, any_order=True)[0]


@pytest.mark.parametrize("length", [100, 200, 400])
def test_a_long_array_in_any_order_costs_as_much_as_it_is_long(length: int) -> None:
    rows = [{"id": str(number), "sum": number} for number in range(length)]
    assert alike(rows, rows, any_order=True)[1] <= 8 * length
    numbers = list(range(length))
    assert alike(numbers, numbers[::-1], any_order=True) == (True, 1 + 2 * length)


def test_what_would_cost_too_much_is_given_up() -> None:
    rows = [{"id": str(number)} for number in range(2000)]
    with pytest.raises(Exhausted):
        alike(rows, rows[::-1], any_order=True)


@pytest.mark.parametrize("expression", ["$..a..a..a..a..a.b", "$..*..*..*..*", "$[*]..a[?(@.a)]..a", "$..[?(@.a.a)].a"])
def test_ways_that_lead_to_one_place_are_gone_once(expression: str) -> None:
    """Steps grow with the document as its depth times its length does, however often the expression descends."""
    steps = []
    for depth in (15, 30, 60):
        document: Any = {}
        for _ in range(depth):
            document = {"a": document}
        call = called(document)
        place({"bodyPatterns": [{"matchesJsonPath": expression}]}, call)
        steps.append(call.steps)
    assert steps[2] <= 5 * steps[1] <= 25 * steps[0]
    assert steps[2] < MOST_STEPS / 100


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">=", "&&", "||", "in"])
def test_values_of_any_type_are_compared(operator: str) -> None:
    values = [None, True, 1, 2, "a", [1], {"a": 1}]
    call = called([{"a": one, "b": other} for one in values for other in values])
    right = "[1, 'a']" if operator == "in" else "@.b"
    assert place({"bodyPatterns": [{"matchesJsonPath": f"$[?(@.a {operator} {right})]"}]}, call) == ""


def test_without_the_package_for_expressions_they_are_refused_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    assert place({"urlPath": MEMO}, called()) == ""
    with pytest.raises(ValidationError, match="pip install google-re2"):
        StubRequest.model_validate({"urlPathPattern": "/v1/only-here/.*"})


def test_an_expression_that_would_try_for_ever_elsewhere_is_answered() -> None:
    pattern = ValuesPattern.model_validate({"matches": "(a+)+(a|aa)*b"})
    assert not pattern.fit(["a" * 100_000], called())


@pytest.mark.parametrize("expression", ["(?=a)", "(a)\\1", "(?<!a)b", "a" * 1001, "("])
def test_an_expression_that_may_try_for_ever_is_refused(expression: str) -> None:
    with pytest.raises(ValidationError, match="regular expression"):
        ValuePattern.model_validate({"matches": expression})


NOT_LINEAR = [
    "$[?@.a =~ /a/]",
    "$[?search(@.a, 'a')]",
    "$[?@..a]",
    "$[?@.a == $.b]",
    "$[?@ contains 1]",
    "$.a | $.b",
    "a(",
]


@pytest.mark.parametrize("path", NOT_LINEAR)
def test_a_json_path_that_is_not_linear_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match=r"JSONPath|in a filter|inside of a filter"):
        ValuePattern.model_validate({"matchesJsonPath": path})
