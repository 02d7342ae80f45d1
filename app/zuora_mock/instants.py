"""Instants in documents and bodies: ISO 8601, in UTC unless there is an offset, of the years 1970 to 9000."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from zuora_mock.clock import parse_instant

EXAMPLE = "2026-02-01T00:00:00Z"
EARLIEST, LATEST = parse_instant("1970-01-01"), parse_instant("9000-01-01")
"""Epoch milliseconds. Whatever zone prints it, a moment between them has a date."""


def read_instant(value: object) -> int:
    """Epoch milliseconds. Raises ValueError in words for a person."""
    if not isinstance(value, str):
        raise ValueError(f"an instant is a string such as {EXAMPLE}")
    try:
        instant = parse_instant(value)
    except (ValueError, OverflowError):
        raise ValueError(f"no instant of ISO 8601 such as {EXAMPLE}") from None
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("an instant lies between the years 1970 and 9000")
    return instant


def _checked(text: str) -> str:
    read_instant(text)
    return text


InstantText = Annotated[str, AfterValidator(_checked)]
"""Kept as it was written."""

Instant = Annotated[
    int,
    BeforeValidator(read_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": [EXAMPLE]}),
]
"""Written as a string, kept as epoch milliseconds."""
