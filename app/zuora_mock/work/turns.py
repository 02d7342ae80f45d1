"""Long work in turns: pieces of it for a moment, then whoever else waits."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

from zuora_mock.clock import stopwatch
from zuora_mock.storage.steps import Result, Stepwise

SLICE = 0.025
"""Seconds after which long work lets calls have a turn."""

Piece = TypeVar("Piece")


def at_once(steps: Generator[object, None, Result]) -> Result:
    """What long work comes to, without a pause."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result


async def finished(steps: Stepwise[Result]) -> Result:
    """What long work comes to, in turns with others."""
    result: list[Result] = []

    def pieces() -> Iterator[None]:
        result.append((yield from steps))

    await in_turns(pieces())
    return result[0]


async def in_turns(pieces: Iterable[Piece]) -> list[Piece]:
    """Makes the pieces, one after the other. No transaction may be open between two of them."""
    made, end = [], stopwatch() + SLICE
    for each in pieces:
        made.append(each)
        if stopwatch() >= end:
            await asyncio.sleep(0)
            end = stopwatch() + SLICE
    return made
