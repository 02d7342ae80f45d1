"""Transactions that begin in other ways than most, where servers share the database; elsewhere they are as all."""

from __future__ import annotations

from contextlib import AbstractContextManager

from zuora_mock.storage.arriving import Arrival, arrive
from zuora_mock.storage.database import Database
from zuora_mock.storage.leading import lead
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Opening, Transaction


class _OpeningBeside(Opening):
    __slots__ = ()

    def follow(self) -> None:
        lead(self.database, self.transaction.tenant, beside=True)


class _OpeningAsKnown(Opening):
    __slots__ = ()

    def follow(self) -> None:
        lead(self.database, self.transaction.tenant, beside=True, known=True)


class _OpeningOfCall(Opening):
    __slots__ = ("_arrival",)

    def __init__(self, database: Database, transaction: Transaction, arrival: Arrival | None) -> None:
        super().__init__(database, transaction)
        self._arrival = arrival

    def follow(self) -> None:
        if self._arrival is not None:
            arrive(self.database, self.transaction.tenant, self._arrival)


def begin_beside(database: Database, tenant: Tenant) -> AbstractContextManager[Transaction, None]:
    """As `begin`, for what only reads or concerns no data, also while another server is in the middle of long work."""
    return _OpeningBeside(database, Transaction(database.connection, tenant, 0))


def begin_as_known(database: Database, tenant: Tenant) -> AbstractContextManager[Transaction, None]:
    """As `begin_beside`, but it raises Changed where another server has changed the tenant."""
    return _OpeningAsKnown(database, Transaction(database.connection, tenant, 0))


def begin_call(
    database: Database, tenant: Tenant, entity: int, arrival: Arrival | None
) -> AbstractContextManager[Transaction, None]:
    """The transaction of a call that has its number from it. Raises Changed.

    Without an arrival it is to read as far as can be, while nothing can be written.
    """
    return _OpeningOfCall(database, Transaction(database.connection, tenant, entity), arrival)
