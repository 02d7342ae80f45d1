"""What the faces share: the database and the services that hold this process's caches of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

from zuora_mock.bounds import Bounds
from zuora_mock.settings import Settings
from zuora_mock.steering.fault_orders import FaultOrders
from zuora_mock.steering.journal import Journal
from zuora_mock.storage.database import Database
from zuora_mock.storage.trouble import StorageTrouble
from zuora_mock.stubs.keeping import Stubs
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fairness import Fairness
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.tenants.upkeep import Upkeep
from zuora_mock.work.runner import Runner
from zuora_mock.work.turns import finished, in_turns

logger = logging.getLogger("zuora_mock")

_SWEEP_ALL, _LOOK = 3600, 1
"""Seconds."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Services:
    settings: Settings
    database: Database
    tenancy: Tenancy
    credentials: Credentials
    journal: Journal
    faults: FaultOrders
    stubs: Stubs
    runner: Runner
    fairness: Fairness
    bounds: Bounds
    upkeep: Upkeep

    def resume(self) -> None:
        """To be called before whatever begins: opens the database if it was closed, and does the work that is due.

        Raises UnusableDatabase.
        """
        if not self.database.opened:
            self.database.open()
            self._begin_anew()
        elif self.database.lost:
            self._mend()
        self.runner.background.around_a_call()

    def _mend(self) -> None:
        """Begins anew if the lost database is there again; what was under way meanwhile ends."""
        with suppress(StorageTrouble):
            if self.database.find_again():
                self.runner.background.break_off()
                for listener, tenant in product(self.tenancy.listeners, self.tenancy.all()):
                    listener(tenant)
                self._begin_anew()

    def _begin_anew(self) -> None:
        self.credentials.forget()
        self.faults.forget_all()
        self.stubs.forget_all()
        self.tenancy.establish()
        self.runner.recover()

    async def keep_up(self) -> None:
        """For as long as the application lives: sweeps tenants that nobody calls too, and takes over from the dead."""
        tasks = [_each(_SWEEP_ALL, self._sweep)]
        if self.database.shared:
            tasks.append(_each(_LOOK, self.take_over))
        await asyncio.gather(*tasks)

    async def take_over(self) -> None:
        """Goes on with what replicas have left that died."""
        if self.database.lost:
            return
        if await finished(self.tenancy.inherit()) or not self.runner.recovered:
            self.runner.recover()

    async def _sweep(self) -> None:
        await in_turns(self.upkeep.sweep_all())

    def pause(self) -> None:
        """Closes the database if it is a file; another lives as long as the application."""
        if self.settings.db is not None:
            self.database.close()


async def _each(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Again and again; what fails is logged, and tried again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            logger.exception("upkeep failed")
