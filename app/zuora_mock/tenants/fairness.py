"""Fairness between tenants: one that resets in a loop leaves the others most of the time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from zuora_mock.clock import stopwatch

_SHARE = 4
"""A costly verb is followed by this many times its own cost for the others, and by `_LEAST` seconds at least."""
_LEAST = 0.012
_MOST = 10_000
"""Of tenants that are remembered; a new count makes nobody wait who need not."""


class _Turn(NamedTuple):
    """When a tenant's costly verb was over, what it cost in seconds, and the calls of others until then."""

    over: float
    cost: float
    others: int


class Fairness:
    """Counts calls by tenant. A tenant has to wait only if others called since its last costly verb."""

    def __init__(self) -> None:
        self._calls: Counter[int] = Counter()
        self._total = 0
        self._turns: dict[int, _Turn] = {}

    def count(self, tenant: int) -> None:
        if len(self._calls) > _MOST:
            self._calls.clear()
            self._turns.clear()
            self._total = 0
        self._calls[tenant] += 1
        self._total += 1

    @asynccontextmanager
    async def turn(self, tenant: int) -> AsyncIterator[None]:
        """Around a costly verb of a tenant."""
        pause = self._pause(tenant)
        if pause > 0:
            await asyncio.sleep(pause)
        begun = stopwatch()
        yield
        over = stopwatch()
        self._turns[tenant] = _Turn(over, over - begun, self._of_others(tenant))

    def _pause(self, tenant: int) -> float:
        last = self._turns.get(tenant)
        if last is None or self._of_others(tenant) == last.others:
            return 0
        return last.over + max(_SHARE * last.cost, _LEAST) - stopwatch()

    def _of_others(self, tenant: int) -> int:
        return self._total - self._calls[tenant]
