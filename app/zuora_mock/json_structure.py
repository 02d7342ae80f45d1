"""How deep a JSON text is and how much is in it, told in C before any of it is built.

Of a text that is no JSON it is told of the part before its first error: no parser gets any deeper.
"""

from __future__ import annotations

from array import array
from itertools import accumulate

MOST_VALUES = 100_000
"""Of a body: fifty rows of two thousand fields."""

_OPEN, _CLOSE = b"\x01", b"\xff"
"""A bracket as the step that it takes in depth, a signed byte."""
_STEPS = bytes.maketrans(b"[{]}", _OPEN * 2 + _CLOSE * 2)
_NUL = rb"\u0000"
_OTHER_BYTES = bytes(each for each in range(256) if each not in b'[{]},"')


class TooManyValues(ValueError):
    """More values than MOST_VALUES."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_VALUES} values")


def is_small(text: bytes, deepest: int) -> bool:
    """Whether it is too short for MOST_VALUES, and has too few brackets to be nested any deeper."""
    return len(text) <= MOST_VALUES and text.count(b"[") + text.count(b"{") <= deepest


def depth(text: bytes) -> int:
    """Of the deepest nesting. Raises TooManyValues."""
    marks = _marks(text)
    if marks.count(b'"') > 4 * MOST_VALUES:  # two for each name and two for each value
        raise TooManyValues
    skeleton = b"".join(marks.replace(b'""', b"").split(b'"')[::2])
    if skeleton.count(b",") + skeleton.count(_OPEN) > MOST_VALUES:
        raise TooManyValues
    return max(accumulate(array("b", skeleton.replace(b",", b""))), default=0)


def has_nul(text: bytes) -> bool:
    """Whether a string of it has the character that no text may have; it can only stand there as an escape."""
    return _NUL in text and _NUL in text.replace(rb"\\", b"")


def _marks(text: bytes) -> bytes:
    """The steps in depth, commas and quotation marks, without marks that are escaped."""
    if b"\\" in text:
        text = text.replace(rb"\\", b"").replace(rb"\"", b"")
    return text.translate(_STEPS, _OTHER_BYTES)
