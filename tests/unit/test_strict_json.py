"""JSON as Zuora's face reads it: what is refused, and what becomes of bodies that are all structure."""

from __future__ import annotations

import pytest

from zuora_mock.api.gateway.bodies import DEEPEST, parse_json
from zuora_mock.errors import Refusal
from zuora_mock.json_structure import MOST_VALUES

pytestmark = pytest.mark.assumed

LARGE = 10 * 1024 * 1024


def refusal(body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        parse_json(body)
    return caught.value.message


def filled(start: bytes, piece: bytes, end: bytes) -> bytes:
    """Ten mebibytes: the piece again and again between start and end."""
    return start + piece * ((LARGE - len(start) - len(end)) // len(piece)) + end


@pytest.mark.parametrize(
    ("start", "piece", "end"),
    [
        (b"[", b"[],", b"[]]"),
        (b"[", b"1,", b"1]"),
        (b"[", b'"[[[[",', b"1]"),
        (b"[", b'"",', b"1]"),
        (b"{", b'"a":[],', b'"b":1}'),
        (b"", b"{", b""),
        (b"", b"]", b""),
        (b"", b'"', b""),
    ],
)
def test_more_values_than_a_call_can_use_are_refused(start: bytes, piece: bytes, end: bytes) -> None:
    with pytest.raises(Refusal):
        parse_json(filled(start, piece, end))


@pytest.mark.parametrize("row", [b"{}", b"[]", b"1.5", b'{"a":1}', b'"[[[["'])
def test_of_millions_of_rows_only_their_number_is_told(row: bytes) -> None:
    body = filled(b'{"type":"Account","objects":[', row + b",", row + b"]}")
    told = parse_json(body)
    assert (told["type"], len(told["objects"]), any(told["objects"])) == ("Account", body.count(row), False)


@pytest.mark.parametrize("body", [b'{"a":1%s}' % (b"0" * 5000), b'{"objects":%s' % (b"[" * 2000)])
def test_what_cannot_even_be_outlined_is_refused(body: bytes) -> None:
    pad = b"[" + b"1," * MOST_VALUES + b"1]"
    assert refusal(b'{"pad":' + pad + b"," + body[1:])


@pytest.mark.parametrize("piece", [b"[", b'\\"[', b"\\\\", b"\\u0041", b"\\ud83d\\ude00", b"{},", "ü".encode()])
def test_a_long_text_is_read(piece: bytes) -> None:
    body = filled(b'{"a":["', piece, b'"]}')
    assert len(parse_json(body)["a"][0]) > LARGE // 20


def test_as_many_values_as_there_may_be_are_read() -> None:
    assert len(parse_json(b"[" + b"1," * (MOST_VALUES - 2) + b"1]")) == MOST_VALUES - 1
    too_many = b"[" + b"1," * MOST_VALUES + b"1]"
    assert refusal(too_many) == f"more than {MOST_VALUES} values"


def test_a_duplicate_among_many_keys_is_named() -> None:
    names = ",".join(f'"k{each}":1' for each in range(MOST_VALUES - 10))
    assert refusal(f'{{{names},"k7":2}}'.encode()) == "duplicate key 'k7'"


@pytest.mark.parametrize("brackets", ["[]", '{"a":1}', '["a","b\\\\"]', '["\\\\\\""]', '["[","{"]', '[",]"]'])
def test_only_brackets_outside_of_strings_are_counted(brackets: str) -> None:
    inside = brackets.encode()
    body = b"[" * (DEEPEST - 1) + inside + b"]" * (DEEPEST - 1)
    assert parse_json(body) is not None
    assert refusal(b"[" + body + b"]") == f"nested deeper than {DEEPEST}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (r"\u0000", "NUL is not text"),
        (r"\\\u0000", "NUL is not text"),
        (r"\uD83D", "a lone surrogate is not text"),
        (r"\ud83d\ud83d\ude00", "a lone surrogate is not text"),
        (r"\ud83d\ude00\ude00", "a lone surrogate is not text"),
        (r"\ud83d\\\ude00", "a lone surrogate is not text"),
        (r"\ud83d\\ude00", "a lone surrogate is not text"),
    ],
)
def test_what_is_no_text_is_refused(text: str, problem: str) -> None:
    assert refusal(f'["{text}"]'.encode()) == problem


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"\\u0000", r"\u0000"),
        (r"\\ud83d", r"\ud83d"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\uD83D\uDE00\ud83d\ude00", "\U0001f600\U0001f600"),
        (r"\\\ud83d\ude00", "\\\U0001f600"),
        (r"\ud7ff\ue000", "\ud7ff\ue000"),
    ],
)
def test_what_only_looks_like_no_text_is_read(text: str, read: str) -> None:
    assert parse_json(f'["{text}"]'.encode()) == [read]
