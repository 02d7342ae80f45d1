"""What nobody uses any more goes, what is too much makes room: answers for idempotency keys, cursors, jobs, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from zuora_mock.bounds import Bounds
from zuora_mock.clock import DAY
from zuora_mock.storage import cursors, idempotency, jobs
from zuora_mock.storage.database import Database
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.storage.trouble import Elsewhere
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.tenancy import Tenancy

EVERY = 64
"""Calls of a tenant after which it is swept."""


class Upkeep:
    def __init__(self, database: Database, tenancy: Tenancy, credentials: Credentials, bounds: Bounds) -> None:
        self._database, self._tenancy, self._credentials, self._bounds = database, tenancy, credentials, bounds

    def sweep(self, transaction: Transaction) -> None:
        """Of one tenant, on its clock."""
        most, name = self._bounds.settings, transaction.tenant.name
        idempotency.remove_older(transaction, transaction.now() - DAY)
        cursors.remove_expired(transaction)
        kept = idempotency.trim(transaction, most.most_idempotency_keys)
        self._bounds.forget("most_idempotency_keys", kept, f"the idempotency keys of {name}")
        results = cursors.trim(transaction, most.most_cursors)
        self._bounds.forget("most_cursors", results, f"the cursors of {name}")
        finished = jobs.trim(transaction, most.most_jobs)
        self._bounds.forget("most_jobs", finished, f"the finished jobs of {name}")
        self._credentials.trim(transaction)

    def sweep_all(self) -> Iterator[str]:
        """Of each tenant, which is a piece: its name."""
        for tenant in self._tenancy.all():
            if self._tenancy.holds.holds(tenant.name):
                continue
            with suppress(Elsewhere), begin(self._database, tenant) as transaction:
                self.sweep(transaction)
            yield tenant.name
