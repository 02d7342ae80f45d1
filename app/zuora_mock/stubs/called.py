"""A call as stubs see it, and how much work it may be to match it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from zuora_mock.json_structure import depth

MOST_STEPS = 1_000_000
"""Values of bodies that are looked at for one call, by all stubs together."""
DEEPEST = 64
_MOST_FIELDS = 1000
NO_DOCUMENT = object()
"""In place of a text that is no JSON."""


Spending = Callable[[int], None]


class Exhausted(Exception):
    """To match the call further would be more work than any call is worth."""


@dataclass(eq=False, repr=False)
class Called:
    """Header names are in lower case; the body is without its encoding, `steps` counts what was looked at of it.

    `path` is as it was sent; `path_alias` another spelling of the same, or the same.
    """

    method: str
    path: str
    path_alias: str
    query: str
    parameters: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    steps: int = 0
    _documents: dict[str, Any] = field(default_factory=dict)

    def spend(self, steps: int) -> None:
        """Raises Exhausted."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise Exhausted

    @property
    def paths(self) -> tuple[str, ...]:
        return self.path, self.path_alias

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"{path}?{self.query}" if self.query else path for path in self.paths)

    @cached_property
    def text(self) -> str | None:
        """The body, None where there is none; bytes that are no UTF-8 are kept."""
        return self.body.decode("utf-8", "surrogateescape") if self.body else None

    @cached_property
    def cookies(self) -> list[tuple[str, str]]:
        pairs = (each.strip().partition("=") for each in self.headers.get("cookie", "").split(";"))
        return [(name, value.strip('"')) for name, _, value in pairs if name]

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(self.text or "", keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return []

    @cached_property
    def user(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        try:
            name, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:
            return None
        return (name, password) if colon and scheme.lower() == "basic" else None

    def document(self, text: str) -> Any:
        """The text as JSON, read once however many patterns ask for it; NO_DOCUMENT if it is none."""
        if text not in self._documents:
            self._documents[text] = _read(text)
        return self._documents[text]


def _read(text: str) -> Any:
    try:
        return json.loads(text) if depth(text.encode("utf-8", "surrogateescape")) <= DEEPEST else NO_DOCUMENT
    except ValueError:
        return NO_DOCUMENT
