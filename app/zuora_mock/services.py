"""What the faces share: the database and the services that hold this process's caches of it."""

from __future__ import annotations

from dataclasses import dataclass

from zuora_mock.settings import Settings
from zuora_mock.steering.fault_orders import FaultOrders
from zuora_mock.steering.journal import Journal
from zuora_mock.storage.database import Database
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fairness import Fairness
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.work.runner import Runner


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    tenancy: Tenancy
    credentials: Credentials
    journal: Journal
    faults: FaultOrders
    runner: Runner
    fairness: Fairness

    def resume(self) -> None:
        """To be called before whatever begins: opens the database if it was closed, and does the work that is due.

        Raises UnusableDatabase.
        """
        if not self.database.opened:
            self.database.open()
            self.credentials.forget()
            self.faults.forget_all()
            self.tenancy.establish()
            self.runner.recover()
        self.runner.background.around_a_call()

    def pause(self) -> None:
        """Closes the database if it is a file; one in memory lives as long as the application."""
        if self.settings.db is not None:
            self.database.close()
