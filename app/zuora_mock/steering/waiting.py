"""Who waits for calls of a tenant is woken by them, in whatever event loop or thread the one and the other are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from zuora_mock.storage.tenants import Tenant

_PATIENCE = 0.05
"""Seconds between two looks."""


@dataclass(eq=False, slots=True)
class Waiter:
    """`called` is set with each call, `again` where the journal begins anew; whoever has seen them clears them."""

    loop: asyncio.AbstractEventLoop
    patience: float | None
    called: asyncio.Event = field(default_factory=asyncio.Event)
    again: bool = False

    async def until_called(self, end: float) -> bool:
        """Whether it was, before this time of the loop; where other servers may be called it is better to look."""
        left = end - self.loop.time()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.called.wait(), left if self.patience is None else min(left, self.patience))
        return self.called.is_set()


class Waiters:
    """Those who wait, by the keys of tenants. What comes to other servers is `shared` with them: it wakes nobody."""

    def __init__(self, *, shared: bool) -> None:
        self._patience = _PATIENCE if shared else None
        self._waiting: dict[int, set[Waiter]] = {}

    @contextmanager
    def waiting_for(self, tenant: Tenant) -> Iterator[Waiter]:
        """For calls from now on."""
        waiting = Waiter(asyncio.get_running_loop(), self._patience)
        self._waiting.setdefault(tenant.key, set()).add(waiting)
        try:
            yield waiting
        finally:
            others = self._waiting[tenant.key]
            others.discard(waiting)
            if not others:
                del self._waiting[tenant.key]

    def wake(self, tenant: Tenant) -> None:
        """To be called once a call is in the journal. It is asked for every call; nearly always nobody waits."""
        for waiting in tuple(self._waiting.get(tenant.key, ())):
            with suppress(RuntimeError):  # its loop is closed
                waiting.loop.call_soon_threadsafe(waiting.called.set)

    def begin_again(self, tenant: Tenant) -> None:
        """To be called when the rows of a tenant were replaced: perhaps its journal is empty now."""
        for waiting in self._waiting.get(tenant.key, ()):
            waiting.again = waiting.again or tenant.entries == 0
