"""Bodies: bytes to JSON, strictly, and back.

Refused as a whole: what is not UTF-8, NaN and Infinity, duplicate keys, NUL, lone surrogates, nesting above 64, and
more values than any call has a use for. A number that is legal JSON but no possible value (`1e400`) passes here and is
refused where it is used.

Whatever runs over a whole body runs in C; what Python does for each value is bounded by their number.
"""

from __future__ import annotations

import gc
import json
import re
import zlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.json_structure import MOST_VALUES, TooManyValues, depth, is_small

DEEPEST = 64
_LONGEST_INTEGER = 40
_MOST_ROWS = 50
"""Calls with more are refused for that, whatever the rows are."""
_MOST_OUTLINED = 100
_MOST_MEMBERS = 100
"""Of a gzip body: each costs a pass over what follows it."""
_IMPOSSIBLE = re.compile(
    r"\\u(?:(?P<nul>0000)|d[89ab]..(?!\\ud[c-f]..)|(?<!\\ud[89ab]..\\u)d[c-f]..)", re.IGNORECASE | re.DOTALL
)
"""NUL, half a surrogate pair without the other; each escaped backslash has to be gone."""
_JSON_TYPES = frozenset({"application/json", "text/json"})


def _unreadable(message: str) -> Refusal:
    return rules.UNREADABLE.refusal(message, expected="one well-formed JSON document")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _unreadable(f"duplicate key '{_duplicate(pairs)}'")
    return members


def _duplicate(pairs: list[tuple[str, Any]]) -> str:
    """The first name that was there before."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            break
        seen.add(name)
    return name


def _constant(name: str) -> Any:
    raise _unreadable(f"{name} is not JSON")


def _decimal(digits: str) -> Decimal:
    """What is beyond all numbers is infinite, and with that no value for any field."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal("Infinity")


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else Decimal(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_decimal, parse_int=_integer
)
_OUTLINER = json.JSONDecoder(parse_constant=_constant)
"""Without a word of Python's for each value."""


def _is_too_much(body: bytes) -> bool:
    """Whether a body has more values than any call has a use for. Raises Refusal for what is too deep."""
    if is_small(body, DEEPEST):
        return False
    try:
        if depth(body) > DEEPEST:
            raise _unreadable(f"nested deeper than {DEEPEST}")
    except TooManyValues:
        return True
    return False


def _outline(text: str) -> dict[str, Any]:
    """Of too much the lengths of its lists, so that the call can say how many rows were too many. Raises Refusal."""
    collects = gc.isenabled()
    gc.disable()  # it would look for garbage among millions of values of which none is any
    try:
        lengths = _lengths(_OUTLINER.decode(text) if text.lstrip().startswith("{") else None)
    except (RecursionError, ValueError) as error:  # ValueError also of a number with thousands of digits
        if isinstance(error, json.JSONDecodeError):
            raise
        lengths = {}
    finally:
        if collects:
            gc.enable()
    if not any(isinstance(each, list) and len(each) > _MOST_ROWS for each in lengths.values()):
        raise _unreadable(f"more than {MOST_VALUES} values")
    return lengths


def _lengths(document: Any) -> dict[str, Any]:
    """The members of an object, with nothing in lists and objects; of one with hundreds of members none."""
    if not isinstance(document, dict) or len(document) > _MOST_OUTLINED:
        return {}
    return {name: _emptied(value) for name, value in document.items()}


def _emptied(value: Any) -> Any:
    if isinstance(value, list):
        return [None] * len(value)
    return {} if isinstance(value, dict) else value


def _reject_impossible_text(text: str) -> None:
    """NUL and lone surrogates can only come in as escapes."""
    found = _IMPOSSIBLE.search(text.replace(r"\\", "//")) if r"\u" in text else None
    if found:
        raise _unreadable("NUL is not text" if found["nul"] else "a lone surrogate is not text")


def parse_json(body: bytes) -> Any:
    """Raises Refusal (`body.json`)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(f"byte {error.start} is not UTF-8") from None
    if not text or text.isspace():
        raise _unreadable("the body is empty")
    too_much = _is_too_much(body)
    try:
        document = _outline(text) if too_much else _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _unreadable(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    if "\\u" in text:
        _reject_impossible_text(text)
    return document


def unzip(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding. Raises Refusal (`body.encoding`, `body.gzip`, `body.size`)."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        message = f"Content-Encoding '{encoding}' is not supported"
        raise rules.ENCODING.refusal(message, expected="gzip", actual=encoding)
    plain = b""
    for _ in range(_MOST_MEMBERS):
        part, body = _unzip_member(body, limit + 1 - len(plain))
        plain += part
        if len(plain) > limit:
            raise too_large(limit)
        if not body:
            return plain
    raise _not_gzip(f"the body has more than {_MOST_MEMBERS} gzip members")


def _unzip_member(body: bytes, limit: int) -> tuple[bytes, bytes]:
    """The first gzip member of a body, up to `limit` bytes of it, and what follows it (RFC 1952: there may be more)."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, limit)
    except zlib.error:
        raise _not_gzip("the body is not gzip") from None
    if not unpacker.eof and len(plain) < limit:
        raise _not_gzip("the gzipped body is cut short")
    return plain, unpacker.unused_data


def _not_gzip(message: str) -> Refusal:
    return rules.NOT_GZIP.refusal(message, expected="a whole gzip stream", actual=message, remedy=Remedy())


def too_large(limit: int) -> Refusal:
    message = f"the body is larger than {limit} bytes"
    return rules.TOO_LARGE.refusal(message, expected=f"at most {limit} bytes", actual="more")


def check_media_type(headers: Mapping[str, str], *, needed: bool) -> None:
    """JSON with or without charset, none at all where it is not `needed`. Raises Refusal (`body.media-type`)."""
    given = headers.get("content-type", "")
    if (given or needed) and given.partition(";")[0].strip().lower() not in _JSON_TYPES:
        remedy = HttpRemedy(headers={"Content-Type": "application/json"})
        message = f"Content-Type '{given}' is not supported"
        raise rules.MEDIA_TYPE.refusal(message, expected="application/json", actual=given, remedy=remedy)
