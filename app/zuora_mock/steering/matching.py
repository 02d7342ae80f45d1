"""Which calls are meant: the pattern that fault orders and verification share.

    {"operation": "execute", "method": "POST", "path": "/v1/object/invoice/*", "trackId": "order-7-*",
     "headers": {"Zuora-Org-Ids": "…"}, "body": {"/ids/0": "…"}}

What is not named matches anything. `*` in a path or a Track-Id stands for any text. A JSON pointer to nothing is null,
and a header that is null is one that must not be there.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from zuora_mock.steering.faults import Subject

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_JSON_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_FORM = "application/x-www-form-urlencoded"
_LONGEST_UNZIPPED = 10 * 1024 * 1024
_ZIPPED = 31
"""zlib's number for a gzip stream with the largest window."""


def _method(text: str) -> str:
    if text.upper() not in METHODS:
        raise ValueError(f"a method is one of {', '.join(METHODS)}")
    return text


def _path(text: str) -> str:
    if not text.startswith(("/", "*")):
        raise ValueError("a path begins with / or with *")
    return text


def _pointer(text: str) -> str:
    if _JSON_POINTER.fullmatch(text) is None:
        raise ValueError("a JSON pointer is empty or begins with /, and ~ stands in it as ~0")
    return text


Method = Annotated[str, AfterValidator(_method)]
PathPattern = Annotated[str, AfterValidator(_path), Field(description="Exactly, or with `*` for any text; no query")]
Pointer = Annotated[str, AfterValidator(_pointer), Field(description="A JSON pointer (RFC 6901)")]


class Asked(BaseModel):
    """JSON in camelCase; a member that it does not know is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class Match(Asked):
    """A pattern for calls; what is not named matches anything."""

    operation: str | None = Field(default=None, description="Its name, such as `execute` or `get-invoice-split`")
    method: Method | None = None
    path: PathPattern | None = None
    track_id: str | None = Field(default=None, description="Zuora-Track-Id, exactly or with `*` for any text")
    headers: Mapping[str, str | None] = Field(default={}, description="By name; null: the header is not there")
    body: Mapping[Pointer, Any] = Field(default={}, description="By JSON pointer; null: nothing is there")


class Difference(NamedTuple):
    """One member in which a call is not as a pattern wants it; `body/ids/0` is the pointer `/ids/0` of the body."""

    name: str
    expected: Any
    actual: Any


def fits(match: Match, subject: Subject) -> bool:
    return next(differences(match, subject), None) is None


def differences(match: Match, subject: Subject) -> Iterator[Difference]:
    """The cheap comparisons first: the body is read only if the caller goes on to it."""
    if match.operation is not None and match.operation != subject.operation:
        yield Difference("operation", match.operation, subject.operation)
    if match.method is not None and match.method.upper() != subject.method:
        yield Difference("method", match.method.upper(), subject.method)
    if match.path is not None and not like(match.path, subject.path):
        yield Difference("path", match.path, subject.path)
    if match.track_id is not None and not like(match.track_id, subject.track_id):
        yield Difference("trackId", match.track_id, subject.track_id)
    for name, wanted in match.headers.items():
        given = subject.headers.get(name.lower())
        if given != wanted:
            yield Difference(f"headers/{name}", wanted, given)
    if match.body:
        yield from _body_differences(match.body, read_body(subject.headers, subject.body))


def _body_differences(expected: Mapping[str, Any], document: Any) -> Iterator[Difference]:
    for pointer, wanted in expected.items():
        given = resolve(document, pointer)
        if not same(wanted, given):
            yield Difference(f"body{pointer}", wanted, given)


def like(pattern: str, text: str | None) -> bool:
    """Whether the text is the pattern, `*` standing for any text."""
    return text is not None and (pattern == text or ("*" in pattern and _compiled(pattern).fullmatch(text) is not None))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(each) for each in pattern.split("*")), re.DOTALL)


def resolve(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901), None where there is nothing."""
    for step in pointer.split("/")[1:]:
        document = _member(document, step.replace("~1", "/").replace("~0", "~"))
    return document


def _member(document: Any, step: str) -> Any:
    if isinstance(document, Mapping):
        return document.get(step)
    if isinstance(document, Sequence) and not isinstance(document, str) and step.isdecimal():
        return document[int(step)] if int(step) < len(document) else None
    return None


def same(expected: Any, actual: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are the same number, but no number is a boolean."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return expected.keys() == actual.keys() and all(same(value, actual[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual)


def read_body(headers: Mapping[str, str], body: bytes) -> Any:
    """A body as a person reads it: JSON as JSON, a form as its fields, the rest as text, nothing as None."""
    plain = _unzipped(body) if headers.get("content-encoding", "").strip().lower() == "gzip" else body
    if not plain:
        return None
    if headers.get("content-type", "").startswith(_FORM):
        return dict(parse_qsl(plain.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return _json(plain)
    except (ValueError, RecursionError):
        return plain.decode("utf-8", "replace")


def _unzipped(body: bytes) -> bytes:
    """What can be unzipped; the body itself if it is no gzip stream."""
    try:
        return zlib.decompressobj(_ZIPPED).decompress(body, _LONGEST_UNZIPPED)
    except zlib.error:
        return body


def _json(text: bytes) -> Any:
    """Raises ValueError also for what could not be printed as JSON again: NaN, 1e400, half a surrogate pair."""
    document = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    if b"\\u" in text:
        json.dumps(document, ensure_ascii=False).encode()
    return document


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if isfinite(value) else _refuse(digits)
