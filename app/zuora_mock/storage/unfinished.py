"""Marks of work that is written in several transactions: what such work has left unfinished is undone.

Its rows are those that came after the mark; nobody else writes to the tenant's objects meanwhile. Rows that make room
go after the work is done, and if the process dies before that, after the next start.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, insert, select, update

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage import claims, originals
from zuora_mock.storage.database import Database
from zuora_mock.storage.replicas import DEAD
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tables import OBJECT_TABLES, TENANTS, UNFINISHED
from zuora_mock.storage.tenants import Counters, Tenant
from zuora_mock.storage.transaction import Transaction

_COUNTERS = ("ids", "seq", "invoices", "accounts")
"""Those that are put back. Tokens may be issued meanwhile."""


def mark(database: Database, tenant: Tenant, before: Counters) -> None:
    """Work was begun when the counters stood so."""
    counts = {name: getattr(before, name) for name in _COUNTERS}
    _MARK.run(database, {"tenant": tenant.key, "world": tenant.world, "doomed": "", **counts})
    claims.begin_long(database, tenant.key)


def unmark(database: Database, key: int) -> None:
    """Nothing of it is to be undone any more."""
    _UNMARK.run(database, {"whose": key})
    claims.end_long(database, key)


def is_left(database: Database, key: int) -> bool:
    """Whether something of the tenant is marked."""
    with database.lock:
        return _OF.first(database, {"whose": key}) is not None


def is_done(database: Database, key: int) -> bool:
    """Whether of what is marked only rows are left that make room."""
    with database.lock:
        row = _OF.first(database, {"whose": key})
    return row is not None and bool(row[1])


def remove_later(transaction: Transaction, kind: ObjectType, rows: Sequence[Record]) -> bool:
    """Whether these rows of invoices that go will go too: only where work of several transactions is in its last."""
    row = _OF.first(transaction, {"whose": transaction.tenant.key})
    if row is None:
        return False
    invoices = list(dict.fromkeys(str(each["InvoiceId"]) for each in rows))
    originals.keep(transaction, OBJECT_TABLES[kind.name], "InvoiceId", invoices)
    doomed = [*json.loads(row[1] or "[]"), [kind.name, transaction.entity, invoices]]
    _DOOM.run(transaction, {"whose": transaction.tenant.key, "rows": json.dumps(doomed)})
    transaction.changes.add_gone(kind, rows)
    return True


def remove_doomed(database: Database, key: int) -> Iterator[None]:
    """Those of one invoice after the other."""
    row = _OF.first(database, {"whose": key})
    if row is not None:
        yield from _remove(database, *row)


def undo(database: Database, key: int | None = None) -> None:
    """What was left of the tenant's work, or by the dead: its rows go and the counters are as before.

    Of work that was done the rows go that make room.
    """
    left = _FORSAKEN.all(database, {}) if key is None else _MARKED.all(database, {"whose": key})
    for whose, world, doomed, *counts in left:
        before = dict(zip(_COUNTERS, counts, strict=True))
        for _ in _remove(database, world, doomed):
            pass
        if not doomed:
            for name in OBJECT_TABLES:
                _undoing(name).run(database, {"where": world, "last": before["seq"]})
            _PUT_BACK.run(database, {"whose": whose, **{f"_{name}": count for name, count in before.items()}})
        unmark(database, whose)


def put_back(tenant: Tenant, before: Counters) -> None:
    """The process's own copy."""
    for name in _COUNTERS:
        setattr(tenant.counters, name, getattr(before, name))


def _remove(on: Connected, world: int, doomed: str) -> Iterator[None]:
    for name, entity, invoices in json.loads(doomed or "[]"):
        for each in invoices:
            _removal(name).run(on, {"where": world, "entity": entity, "invoice": each})
            yield


_WHOSE = UNFINISHED.c.tenant == bindparam("whose")
_MARK = Prepared(lambda _: insert(UNFINISHED))
_UNMARK = Prepared(lambda _: delete(UNFINISHED).where(_WHOSE))
_OF = Prepared(lambda _: select(UNFINISHED.c.world, UNFINISHED.c.doomed).where(_WHOSE))
_DOOM = Prepared(lambda _: update(UNFINISHED).where(_WHOSE).values(doomed=bindparam("rows")))
_MARKED, _FORSAKEN = Prepared(lambda _: _marks(_WHOSE)), Prepared(lambda _: _marks(DEAD))
_PUT_BACK = Prepared(
    lambda _: (
        update(TENANTS)
        .where(TENANTS.c.key == bindparam("whose"))
        .values({name: bindparam(f"_{name}") for name in _COUNTERS})
    )
)


def _marks(which: ColumnElement[bool]) -> Select[Any]:
    return select(*(UNFINISHED.c[name] for name in ("tenant", "world", "doomed", *_COUNTERS))).where(which)


@cache
def _undoing(name: str) -> Prepared:
    table = OBJECT_TABLES[name]
    return Prepared(delete(table).where(table.c.tenant == bindparam("where"), table.c.seq > bindparam("last")))


@cache
def _removal(name: str) -> Prepared:
    table = OBJECT_TABLES[name]
    mine = (table.c.tenant == bindparam("where"), table.c.entity == bindparam("entity"))
    return Prepared(delete(table).where(*mine, table.c.InvoiceId == bindparam("invoice")))
