"""Patterns for calls: what they match, and in what a call differs from them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from pydantic import ValidationError

from zuora_mock.json_structure import MOST_VALUES
from zuora_mock.pointers import resolve
from zuora_mock.steering.faults import ERROR_CODES, FaultKind, ordered_by_header, refusal_of
from zuora_mock.steering.matching import Match, differences, fits, like, same
from zuora_mock.steering.recorded_bodies import read_body
from zuora_mock.steering.subjects import Subject

FORM = {"content-type": "application/x-www-form-urlencoded"}


def subject(**given: Any) -> Subject:
    standard: dict[str, Any] = {
        "operation": "execute",
        "method": "POST",
        "path": "/v1/action/execute",
        "track_id": "order-7",
        "headers": {"zuora-org-ids": "1"},
        "body": json.dumps({"ids": ["a", "b"], "synchronous": False, "type": "InvoiceSplit"}).encode(),
    }
    return Subject(**{**standard, **given})


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"operation": "execute"},
        {"method": "post"},
        {"path": "/v1/action/execute"},
        {"path": "/v1/*/execute"},
        {"trackId": "order-*"},
        {"headers": {"Zuora-Org-Ids": "1"}},
        {"headers": {"Idempotency-Key": None}},
        {"body": {"/ids/1": "b", "/synchronous": False}},
        {"body": {"/ids": ["a", "b"]}},
        {"body": {"/nothing": None}},
    ],
)
def test_a_call_matches_what_is_named(pattern: dict[str, Any]) -> None:
    assert fits(Match.model_validate(pattern), subject())


@pytest.mark.parametrize(
    ("pattern", "name", "expected", "actual"),
    [
        ({"operation": "create"}, "operation", "create", "execute"),
        ({"method": "get"}, "method", "GET", "POST"),
        ({"path": "/v1/action"}, "path", "/v1/action", "/v1/action/execute"),
        ({"trackId": "order"}, "trackId", "order", "order-7"),
        ({"headers": {"Zuora-Org-Ids": "2"}}, "headers/Zuora-Org-Ids", "2", "1"),
        ({"headers": {"Zuora-Org-Ids": None}}, "headers/Zuora-Org-Ids", None, "1"),
        ({"body": {"/ids/0": "b"}}, "body/ids/0", "b", "a"),
        ({"body": {"/ids/2": "c"}}, "body/ids/2", "c", None),
        ({"body": {"/synchronous": 0}}, "body/synchronous", 0, False),
    ],
)
def test_a_difference_names_what_was_expected_and_what_came(
    pattern: dict[str, Any], name: str, expected: object, actual: object
) -> None:
    assert [*differences(Match.model_validate(pattern), subject())] == [(name, expected, actual)]


def test_every_member_that_differs_is_told() -> None:
    pattern = Match.model_validate({"operation": "create", "trackId": "x", "body": {"/type": "Account"}})
    assert [each.name for each in differences(pattern, subject())] == ["operation", "trackId", "body/type"]


@pytest.mark.parametrize("pattern", [{"verb": "GET"}, {"body": {"ids/0": "a"}}, {"track_id": "x"}, {"method": 1}])
def test_a_pattern_with_an_unknown_or_impossible_member_is_refused(pattern: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("/a/*", "/a/b/c", True),
        ("*", "", True),
        ("/a/?", "/a/b", False),
        ("/a/[b]", "/a/b", False),
        ("/a.b", "/aXb", False),
        ("*/c", "/a/b/c", True),
        ("/a*/c", "/ab", False),
        ("a", None, False),
        ("*", None, False),
        ("a*a", "a", False),
        ("a**b", "ab", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ba*", "aba", False),
        ("a*b*a", "aXbYa", True),
        ("a*\n*", "ab\nc", True),
        ("*a*a*a*b", "a" * 10_000, False),
        ("*a" * 2000 + "*", "a" * 10_000, True),
        ("*a" * 2000 + "*b", "a" * 10_000, False),
    ],
)
def test_only_the_star_stands_for_other_text(pattern: str, text: str | None, matches: bool) -> None:
    assert like(pattern, text) is matches


def test_pointers_follow_the_standard() -> None:
    document = {"a/b": {"m~n": [10, 20]}, "": 0}
    assert resolve(document, "/a~1b/m~0n/1") == 20
    assert resolve(document, "") is document
    assert resolve(document, "/") == 0
    assert resolve(document, "/a~1b/m~0n/-1") is None
    assert resolve("text", "/0") is None
    assert resolve([1], "/" + "9" * 5000) is None


@pytest.mark.parametrize("text", ["/" * 100_000 + "~", "~", "/~2", "x", "/" + "~0" * 50_000 + "~"])
def test_what_is_no_pointer_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate({"body": {text: None}})


@pytest.mark.parametrize("body", ["[" * 202 + "]" * 202, '"\\ud800"', "NaN", "1e400"])
def test_what_could_not_be_printed_as_json_again_is_text(body: str) -> None:
    assert read_body({}, body.encode()) == body


def test_a_byte_order_mark_is_no_part_of_a_body() -> None:
    assert read_body({}, b"\xef\xbb\xbf[1]") == [1]


def test_numbers_are_equal_by_value_and_never_booleans() -> None:
    assert same({"a": [1]}, {"a": [1.0]})
    assert not same(1, True)
    assert not same([1, 2], [1])
    assert not same({"a": 1}, {"b": 1})
    assert not same("1", 1)


def test_bodies_are_read_through_their_compression_even_when_they_are_cut() -> None:
    zipped = gzip.compress(b'{"a": 1}')
    assert read_body({"content-encoding": "gzip"}, zipped) == {"a": 1}
    assert read_body({"content-encoding": "gzip"}, b'{"a": 1}') == {"a": 1}
    assert read_body({"content-encoding": "gzip"}, zipped[:-8]) == {"a": 1}


def test_bodies_that_are_no_json_are_text_and_forms_are_their_fields() -> None:
    assert read_body({}, b"") is None
    assert read_body({}, b"<html>") == "<html>"
    assert read_body(FORM, b"grant_type=client_credentials&scope=") == {"grant_type": "client_credentials", "scope": ""}
    assert read_body({}, b"\xff") == "\ufffd"


@pytest.mark.parametrize("body", [b"NaN", b'{"a": 1e999}', b'"\\ud800"', b"[" * 100_000])
def test_a_body_that_could_not_be_printed_as_json_again_is_text(body: bytes) -> None:
    assert read_body({}, body) == body.decode()


@pytest.mark.parametrize("kind", [each for each in FaultKind if each not in {FaultKind.ERROR, FaultKind.DELAY}])
def test_a_header_orders_any_kind_in_any_case(kind: FaultKind) -> None:
    for name in (kind.value, kind.value.lower(), kind.value.upper()):
        injection = ordered_by_header({"zuora-mock-fault": name})
        assert (injection.kind, injection.name, injection.ignored) == (kind, kind.value, ())


def test_a_header_orders_an_error_by_its_code() -> None:
    injection = ordered_by_header({"zuora-mock-fault": "TEMPORARY_ERROR"})
    refusal = refusal_of(injection)
    assert refusal is not None
    assert (refusal.rule.name, refusal.fault) == (
        "fault.error",
        {"kind": "error", "order": "header", "code": "TEMPORARY_ERROR"},
    )
    assert refusal.message == ERROR_CODES["TEMPORARY_ERROR"]


def test_errors_that_have_a_rule_of_their_own_keep_it() -> None:
    refusal = refusal_of(ordered_by_header({"zuora-mock-fault": "REQUEST_EXCEEDED_LIMIT"}))
    assert refusal is not None
    assert refusal.rule.name == "limit.concurrency"


@pytest.mark.parametrize(
    ("headers", "milliseconds"),
    [
        ({"zuora-mock-delay": "200"}, 200),
        ({"zuora-mock-delay": "0.5"}, 0.5),
        ({"zuora-mock-fault": "delay", "zuora-mock-delay": "200"}, 200),
        ({"zuora-mock-delay": "999999999"}, 600_000),
    ],
)
def test_a_header_orders_a_delay(headers: dict[str, str], milliseconds: float) -> None:
    injection = ordered_by_header(headers)
    assert (injection.kind, injection.milliseconds, injection.name) == (None, milliseconds, "delay")


@pytest.mark.assumed
def test_many_patterns_read_a_body_once() -> None:
    asked = subject(headers={"content-encoding": "gzip"}, body=gzip.compress(b'{"ids": ["a"]}'))
    assert fits(Match(body={"/ids/0": "a"}), asked)
    assert asked.document is asked.document


@pytest.mark.assumed
def test_a_form_with_more_fields_than_any_is_text() -> None:
    assert read_body(FORM, b"a=1&" * 1001) == "a=1&" * 1001


@pytest.mark.assumed
def test_a_body_with_more_values_than_any_call_is_text() -> None:
    body = b"[" + b"1," * MOST_VALUES + b"1]"
    assert read_body({}, body) == body.decode()


@pytest.mark.parametrize(
    ("headers", "ignored"),
    [
        ({"zuora-mock-fault": "nonsense"}, ("nonsense",)),
        ({"zuora-mock-fault": "error"}, ("error",)),
        ({"zuora-mock-delay": "soon"}, ("soon",)),
        ({"zuora-mock-delay": "-5"}, ("-5",)),
        ({"zuora-mock-delay": "²"}, ("²",)),
        ({"zuora-mock-fault": "x", "zuora-mock-delay": "y"}, ("x", "y")),
    ],
)
def test_a_header_that_makes_no_sense_orders_nothing_and_is_told(
    headers: dict[str, str], ignored: tuple[str, ...]
) -> None:
    injection = ordered_by_header(headers)
    assert (injection.kind, injection.milliseconds, injection.name, injection.ignored) == (None, 0, "", ignored)
    assert len(injection.notes) == len(ignored)


def test_what_is_no_error_of_zuora_refuses_nothing() -> None:
    refusing = {each for each in FaultKind if refusal_of(ordered_by_header({"zuora-mock-fault": each.value}))}
    assert refusing == {
        FaultKind.USER_INFO,
        FaultKind.LOCK_COMPETITION,
        FaultKind.RATE_LIMIT,
        FaultKind.CONCURRENCY_LIMIT,
        FaultKind.INTERNAL_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.GATEWAY_TIMEOUT,
    }
