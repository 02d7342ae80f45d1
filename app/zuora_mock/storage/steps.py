"""Long work as a chain of short transactions, so that others have their turn in between.

A generator is long work: what happens up to a `yield`, or from one to the next, is one step and one transaction. Work
that is small has no `yield` on its way, and is one transaction as a whole. What is half done must mean nothing to who
starts after a crash.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin

Result = TypeVar("Result")
Stepwise: TypeAlias = Generator[None, None, Result]


def on_behalf_of(database: Database, tenant: Tenant, entity: int = 0, stream: str = "") -> Transaction:
    """The transaction of the step, whichever that is, for a tenant or for what may become one."""
    return Transaction(database.connection, tenant, entity, stream)


def in_transactions(database: Database, tenant: Tenant, steps: Stepwise[Result]) -> Stepwise[Result]:
    """The same, each step in a transaction of its own on behalf of the tenant. Between two steps none is open."""
    ended: list[Result] = []
    while not ended:
        with begin(database, tenant):
            try:
                next(steps)
            except StopIteration as end:
                ended.append(end.value)
        if not ended:
            yield
    return ended[0]
