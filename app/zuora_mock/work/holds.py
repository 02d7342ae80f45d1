"""Who is in the middle of long work: others who want the same wait until it is over.

The work goes on in turns with whoever does not want the same. Those who wait ask again and again, because they may run
in event loops of other threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock

PATIENCE = 0.002
"""Seconds between two questions."""


class Holds:
    """By the name of a tenant, which need not be there yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: set[str] = set()

    @property
    def any(self) -> bool:
        return bool(self._held)

    def holds(self, name: str) -> bool:
        return name in self._held

    async def free(self, name: str) -> None:
        """Until nobody holds it. Whoever goes on without a pause may rely on that."""
        while name in self._held:  # noqa: ASYNC110 (whoever waits may be in the event loop of another thread)
            await asyncio.sleep(PATIENCE)

    @asynccontextmanager
    async def hold(self, *names: str) -> AsyncIterator[None]:
        """All of these at once."""
        while not self._take(names):  # noqa: ASYNC110
            await asyncio.sleep(PATIENCE)
        try:
            yield
        finally:
            self._held.difference_update(names)

    def take(self, name: str) -> bool:
        """Whether it was free, and is held from now on until it is given back."""
        return self._take((name,))

    def give_back(self, name: str) -> None:
        self._held.discard(name)

    def _take(self, names: tuple[str, ...]) -> bool:
        with self._lock:
            free = self._held.isdisjoint(names)
            if free:
                self._held.update(names)
            return free
