"""What the faces share: the database and the services that hold this process's caches of it."""

from __future__ import annotations

from dataclasses import dataclass

from zuora_mock.jobs import Runner
from zuora_mock.services.fault_orders import FaultOrders
from zuora_mock.services.journal import Journal
from zuora_mock.services.tenancy import Tenancy
from zuora_mock.services.tokens import Credentials
from zuora_mock.services.traffic import Traffic
from zuora_mock.settings import Settings
from zuora_mock.storage.database import Database


@dataclass(frozen=True, slots=True)
class World:
    settings: Settings
    database: Database
    tenancy: Tenancy
    credentials: Credentials
    journal: Journal
    faults: FaultOrders
    runner: Runner
    traffic: Traffic
