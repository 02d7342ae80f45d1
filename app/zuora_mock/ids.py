"""The one source of ids, seeded: the same seed, stream and count give the same id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from random import Random

OBJECT_PREFIX = "8ad0"
HEAD = 12
"""Digits with which all object ids of a stream begin."""
_COUNTED = 2**32
_LAST_DIGITS = [f"{each:02x}" for each in range(256)]


def _digest(seed: str, stream: str, count: int, size: int) -> str:
    digest = _begun(seed, stream, size).copy()
    digest.update(b"%d" % count)
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _begun(seed: str, stream: str, size: int) -> blake2b:
    return blake2b(f"{seed}\n{stream}\n".encode("utf-8", "surrogateescape"), digest_size=size)


def object_id(seed: str, stream: str, count: int) -> str:
    """32 lower-case hexadecimal digits that begin as Zuora's often do."""
    return next(object_ids(seed, stream, count))


@lru_cache(maxsize=256)
def _begun_object(seed: str, stream: str) -> tuple[blake2b, str]:
    """With what all ids of the stream begin."""
    begun = _begun(seed, stream, 14)
    return begun, OBJECT_PREFIX + begun.hexdigest()[:8]


def object_ids(seed: str, stream: str, first: int) -> Iterator[str]:
    """Those of this count and of all that follow: many at once cost half as much.

    Those of a stream ascend, as Zuora's do: what is made together stands together in an index.
    """
    (begun, head), number = _begun_object(seed, stream), first
    while True:
        start = f"{head}{number % _COUNTED // len(_LAST_DIGITS):06x}"
        for last in range(number % len(_LAST_DIGITS), len(_LAST_DIGITS)):
            digest = begun.copy()
            digest.update(b"%d" % number)
            yield f"{start}{_LAST_DIGITS[last]}{digest.hexdigest()[:12]}"
            number += 1


def hex_id(seed: str, stream: str, count: int) -> str:
    return _digest(seed, stream, count, 16)


def uuid_text(seed: str, stream: str, count: int) -> str:
    """A UUID of version 4, 36 characters."""
    raw = _digest(seed, stream, count, 16)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"


def long_id(seed: str, stream: str, count: int, length: int) -> str:
    """`length` hexadecimal digits, for session cookies."""
    blocks = -(-length // 128)
    return "".join(_digest(seed, f"{stream}/{block}", count, 64) for block in range(blocks))[:length]


def seeded_random(seed: str, stream: str) -> Random:
    """A random source that repeats itself, for latency and for faults that strike by chance."""
    return Random(_digest(seed, stream, 0, 16))  # noqa: S311  (it must repeat itself)
