"""Long work as a chain of short transactions, so that others have their turn in between.

A generator is long work: what happens up to a `yield`, or from one to the next, is one step and one transaction. Work
that is small has no `yield` on its way, and is one transaction as a whole. What is half done must mean nothing to who
starts after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from zuora_mock.storage import unfinished
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Counters, Tenant, counts
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.storage.trouble import StorageTrouble

Result = TypeVar("Result")
Stepwise: TypeAlias = Generator[None, None, Result]


def on_behalf_of(database: Database, tenant: Tenant, entity: int = 0, stream: str = "") -> Transaction:
    """The transaction of the step, whichever that is, for a tenant or for what may become one."""
    return Transaction(database.connection, tenant, entity, stream)


class Lengthy(Exception):
    """What is too long for one transaction, raised in one, of which nothing remains.

    Whoever can takes the steps of `prepare` first, and comes again with what they came to as `Transaction.ahead`.
    """

    def __init__(self, prepare: Callable[[Transaction], Stepwise[Any]]) -> None:
        super().__init__("this takes several transactions")
        self.prepare = prepare


def in_place(database: Database, tenant: Tenant, steps: Stepwise[Result]) -> Stepwise[Result]:
    """Long work among the rows of a tenant, each step in a transaction of its own; of what fails nothing remains.

    Before its last step it may add rows of objects and use the tenant's counters, and nothing else. Many rows that have
    to go, `unfinished.remove_later`, go in further steps.
    """
    _undo(database, tenant)
    before, begun = counts(tenant), False
    marked = in_transactions(database, tenant, _marked(database, tenant, steps))
    try:
        while True:
            next(marked)
            begun = True
            yield
    except StopIteration as end:
        result: Result = end.value
        return result
    except BaseException:
        if begun:
            if not unfinished.is_done(database, tenant.key):
                unfinished.put_back(tenant, Counters(*before))
            _undo(database, tenant)
        raise


def _undo(database: Database, tenant: Tenant) -> None:
    """What work on the tenant has left that failed, also where it could not be undone at that time."""
    if unfinished.is_left(database, tenant.key):
        with begin(database, tenant):
            unfinished.undo(database, tenant.key)


def _marked(database: Database, tenant: Tenant, steps: Stepwise[Result]) -> Stepwise[Result]:
    """The same, with a mark in the first transaction that goes in the last, if there are more than one."""
    before = counts(tenant)
    try:
        next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result
    unfinished.mark(database, tenant, Counters(*before))
    yield
    last = yield from steps
    if unfinished.is_done(database, tenant.key):
        yield
        yield from unfinished.remove_doomed(database, tenant.key)
    unfinished.unmark(database, tenant.key)
    return last


def in_transactions(database: Database, tenant: Tenant, steps: Stepwise[Result]) -> Stepwise[Result]:
    """The same, each step in a transaction of its own on behalf of the tenant. Between two steps none is open."""
    ended: list[Result] = []
    connection = database.connection
    while not ended:
        with begin(database, tenant):
            if database.connection is not connection:
                raise StorageTrouble("the database was lost between two steps")
            try:
                next(steps)
            except StopIteration as end:
                ended.append(end.value)
        if not ended:
            yield
    return ended[0]
