"""Bodies as a person reads them, whatever is in them."""

from __future__ import annotations

import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Mapping
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from zuora_mock.json_structure import depth

_FORM = "application/x-www-form-urlencoded"
_LONGEST_UNZIPPED = 10 * 1024 * 1024
_MOST_FIELDS = 1000
"""Of a form; one of more is text."""
_GZIP = b"\x1f\x8b"
_ZIPPED = 31
"""zlib's number for a gzip stream with the largest window."""


def read_body(headers: Mapping[str, str], body: bytes) -> Any:
    """A body as a person reads it: JSON as JSON, a form as its fields, the rest as text, nothing as None."""
    plain = unzipped(body) if headers.get("content-encoding", "").strip().lower() == "gzip" else body
    if not plain:
        return None
    try:
        if headers.get("content-type", "").startswith(_FORM):
            text = plain.decode("utf-8", "replace")
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        return _json(plain.removeprefix(BOM_UTF8))
    except ValueError:
        return plain.decode("utf-8", "replace")


def unzipped(body: bytes) -> bytes:
    """What can be unzipped; the body itself if it is no gzip stream."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(_ZIPPED).decompress(body, _LONGEST_UNZIPPED)
    except zlib.error:
        return body


def _json(text: bytes) -> Any:
    """Raises ValueError also for what could not be printed again: NaN, 1e400, half a surrogate pair, 200 levels.

    The same of a text that has more values than any call.
    """
    depth(text)
    from_json(text, allow_inf_nan=False)
    return _DECODER.decode(text.decode())


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError(f"{digits} is no number of JSON")
    return value


_DECODER = json.JSONDecoder(parse_float=_finite)
