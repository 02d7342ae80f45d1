"""JSON pointers (RFC 6901): made, taken apart, followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_DIGITS = 9
"""Of a step into an array: no array is longer, and longer numbers are slow to read."""


def pointer(*steps: object) -> str:
    return "".join([f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps])


def steps_of(text: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def resolve(document: Any, text: str) -> Any:
    """The value at a pointer, None where there is nothing."""
    for step in steps_of(text):
        document = _member(document, step)
    return document


def _member(document: Any, step: str) -> Any:
    if isinstance(document, Mapping):
        return document.get(step)
    if isinstance(document, Sequence) and not isinstance(document, str) and step.isdecimal():
        index = int(step) if len(step) <= _MOST_DIGITS else len(document)
        return document[index] if index < len(document) else None
    return None
