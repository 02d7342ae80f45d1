"""Which calls are meant: the pattern that fault orders and verification share.

    {"operation": "execute", "method": "POST", "path": "/v1/object/invoice/*", "trackId": "order-7-*",
     "headers": {"Zuora-Org-Ids": "…"}, "body": {"/ids/0": "…"}}

What is not named matches anything. `*` in a path or a Track-Id stands for any text. A JSON pointer to nothing is null,
and a header that is null is one that must not be there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field

from zuora_mock.pointers import resolve
from zuora_mock.steering.models import RequestBody
from zuora_mock.steering.subjects import Subject

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_LONE_TILDE = re.compile(r"~(?![01])")


def _method(text: str) -> str:
    if text.upper() not in METHODS:
        raise ValueError(f"a method is one of {', '.join(METHODS)}")
    return text


def _path(text: str) -> str:
    if not text.startswith(("/", "*")):
        raise ValueError("a path begins with / or with *")
    return text


def _pointer(text: str) -> str:
    if (text and not text.startswith("/")) or _LONE_TILDE.search(text):
        raise ValueError("a JSON pointer is empty or begins with /, and ~ stands in it as ~0")
    return text


Method = Annotated[str, AfterValidator(_method)]
PathPattern = Annotated[str, AfterValidator(_path), Field(description="Exactly, or with `*` for any text; no query")]
Pointer = Annotated[str, AfterValidator(_pointer), Field(description="A JSON pointer (RFC 6901)")]


class Match(RequestBody):
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
        yield from _body_differences(match.body, subject.document)


def _body_differences(expected: Mapping[str, Any], document: Any) -> Iterator[Difference]:
    for pointer, wanted in expected.items():
        given = resolve(document, pointer)
        if not same(wanted, given):
            yield Difference(f"body{pointer}", wanted, given)


def like(pattern: str, text: str | None) -> bool:
    """Whether the text is the pattern, `*` standing for any text. Each piece takes the first place: that is enough."""
    if text is None or "*" not in pattern:
        return pattern == text
    first, *between, last = pattern.split("*")
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in between:
        at = text.find(piece, at, end) + len(piece)
        if at < len(piece):
            return False
    return True


def same(expected: Any, actual: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are the same number, but no number is a boolean."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return expected.keys() == actual.keys() and all(same(value, actual[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual)
