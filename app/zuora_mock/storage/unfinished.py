"""Marks of work that is written in several transactions: what such work has left unfinished is undone.

Its rows are those that came after the mark. Nobody else writes to the tenant's objects meanwhile.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from zuora_mock.storage.database import Database
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import OBJECT_TABLES, TENANTS, UNFINISHED
from zuora_mock.storage.tenants import Counters, Tenant

_COUNTERS = ("ids", "seq", "invoices", "accounts")
"""Those that are put back. Tokens may be issued meanwhile."""


def mark(database: Database, tenant: Tenant, before: Counters) -> None:
    """Work was begun when the counters stood so."""
    counts = {name: getattr(before, name) for name in _COUNTERS}
    _MARK.run(database, {"tenant": tenant.key, "world": tenant.world, **counts})


def unmark(database: Database, key: int) -> None:
    """Nothing of it is to be undone any more."""
    _UNMARK.run(database, {"whose": key})


def is_left(database: Database, key: int) -> bool:
    """Whether something of the tenant is marked."""
    with database.lock:
        return any(mark[0] == key for mark in _ALL.all(database, {}))


def undo(database: Database, key: int | None = None) -> None:
    """What was left of the tenant's work, or of everybody's: the rows go, the counters are as before."""
    for whose, world, *counts in _ALL.all(database, {}):
        if key in {None, whose}:
            before = dict(zip(_COUNTERS, counts, strict=True))
            for each in _UNDO:
                each.run(database, {"where": world, "last": before["seq"]})
            _PUT_BACK.run(database, {"whose": whose, **{f"_{name}": count for name, count in before.items()}})
            unmark(database, whose)


def put_back(tenant: Tenant, before: Counters) -> None:
    """The process's own copy."""
    for name in _COUNTERS:
        setattr(tenant.counters, name, getattr(before, name))


_MARK = Prepared(insert(UNFINISHED))
_UNMARK = Prepared(delete(UNFINISHED).where(UNFINISHED.c.tenant == bindparam("whose")))
_ALL = Prepared(select(*(UNFINISHED.c[name] for name in ("tenant", "world", *_COUNTERS))))
_UNDO = tuple(
    Prepared(delete(each).where(each.c.tenant == bindparam("where"), each.c.seq > bindparam("last")))
    for each in OBJECT_TABLES.values()
)
_PUT_BACK = Prepared(
    update(TENANTS)
    .where(TENANTS.c.key == bindparam("whose"))
    .values({name: bindparam(f"_{name}") for name in _COUNTERS})
)
