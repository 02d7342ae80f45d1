"""Who is in the middle of long work: others who want the same wait until it is over.

The work goes on in turns with whoever does not want the same. Those who wait ask again and again, because they may run
in event loops of other threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock

from zuora_mock.storage import claims
from zuora_mock.storage.database import Database

PATIENCE, _PATIENCE_WITH_OTHERS = 0.002, 0.02
"""Seconds between two questions; those to a database that others share cost more."""


class Holds:
    """By the name of a tenant, which need not be there yet. Servers that share the database wait for each other too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._patience = _PATIENCE_WITH_OTHERS if database.shared else PATIENCE
        self._lock = Lock()
        self._held: set[str] = set()

    @property
    def any(self) -> bool:
        return bool(self._held)

    def holds(self, name: str) -> bool:
        return name in self._held

    async def free(self, name: str) -> None:
        """Until nobody holds it. Whoever goes on without a pause may rely on that."""
        while name in self._held or claims.is_claimed_elsewhere(self._database, name):  # noqa: ASYNC110
            await asyncio.sleep(self._patience)

    @asynccontextmanager
    async def hold(self, *names: str) -> AsyncIterator[None]:
        """All of these at once."""
        while (keys := self._claim(names)) is None:  # noqa: ASYNC110 (whoever waits may be in the event loop of another thread)
            await asyncio.sleep(self._patience)
        try:
            yield
        finally:
            claims.release(self._database, keys)
            self._held.difference_update(names)

    def take(self, name: str) -> bool:
        """Whether it was free, and is held from now on until it is given back; for what claims it once it is long."""
        return not claims.is_claimed_elsewhere(self._database, name) and self._take((name,))

    def give_back(self, name: str) -> None:
        self._held.discard(name)

    def _claim(self, names: tuple[str, ...]) -> claims.Keys | None:
        if not self._take(names):
            return None
        keys = None
        try:
            keys = claims.claim(self._database, names)
        finally:
            if keys is None:
                self._held.difference_update(names)
        return keys

    def _take(self, names: tuple[str, ...]) -> bool:
        with self._lock:
            free = self._held.isdisjoint(names)
            if free:
                self._held.update(names)
            return free
