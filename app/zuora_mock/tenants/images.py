"""A tenant's data under another key: what snapshots and forks are made of."""

from __future__ import annotations

from dataclasses import replace

from zuora_mock.storage import bulk, configuration, tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import begin


def copy(database: Database, source: Tenant, name: str, snapshot_of: int | None = None) -> Tenant:
    """A new tenant, or a snapshot of one, with a copy of the source's data."""
    made = tenants.add(database, name, source.fixture, source.settings, snapshot_of=snapshot_of)
    made.policy, made.clock, made.counters = source.policy, source.clock, replace(source.counters, tokens=0)
    made.custom_fields = source.custom_fields
    with begin(database, made) as transaction:
        configuration.save(transaction)
    bulk.copy_data(database, source.key, made.key)
    return made


def drop(database: Database, snapshot: int) -> None:
    bulk.delete_data(database, snapshot)
    tenants.remove(database, snapshot)
