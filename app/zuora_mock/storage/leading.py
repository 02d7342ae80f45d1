"""The row of a tenant leads where servers share the database: what each remembers of a tenant is as old as its edition.

A transaction on behalf of a tenant begins with its row, for which others wait until it is over; from it come the
counters. Whoever writes what is remembered raises the edition, in the same transaction. A database that is not shared
has no editions: there nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from zuora_mock.storage import tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tenants import COUNTERS, Edition, Tenant
from zuora_mock.storage.trouble import Changed, Gone, Held, StorageTrouble

NOBODY = 0
"""The key of what is no tenant: nothing leads there."""
_REMOVED = Edition(-1, -1)


def lead(database: Database, tenant: Tenant, *, beside: bool = False, known: bool = False) -> None:
    """Begins a transaction. Raises Gone, and Held unless it may happen `beside` the long work of others.

    With `known` it raises Changed where what is remembered of the tenant was not so any more.
    """
    connection = database.connection
    if tenant.key == NOBODY or tenant.key in connection.led or tenant.edition is _REMOVED:
        return
    row = _LEAD.first(database, {"whose": tenant.key})
    if row is None:
        raise _gone(database, tenant)
    holder, entries, version, renewal, *counts = row
    if holder not in (None, connection.replica) and not beside:
        raise Held(tenant.name)
    connection.led |= {tenant.key}
    if tenant.edition != (version, renewal):
        _renew(database, tenant, Edition(version, renewal), entries)
        if known:
            raise Changed(tenant.name)
    tenant.entries = entries
    for name, count in zip(COUNTERS, counts, strict=True):
        setattr(tenant.counters, name, count)


def refresh(database: Database, tenant: Tenant, *, used: bool = False) -> bool:
    """Whether there is the tenant; what is remembered of it is as it is now, as far as the database can be asked.

    With `used` somebody has called it.
    """
    if not database.shared:
        return True
    try:
        with database.lock:
            row = (_USE if used else _EDITION).first(database, {"whose": tenant.key})
            if row is None:
                raise _gone(database, tenant)
            entries, *edition = row
            if tenant.edition != tuple(edition):
                _renew(database, tenant, Edition(*edition), entries)
    except StorageTrouble:
        return True
    except Gone:
        return False
    tenant.entries = entries
    return True


def by_key(database: Database, key: int) -> Tenant | None:
    """The tenant, to be remembered."""
    if not database.shared:
        return tenants.by_key(database, key)
    with database.lock:
        row = _EDITION.first(database, {"whose": key})  # before what it is the edition of: an older one is refreshed
        tenant = tenants.by_key(database, key) if row else None
        if row and tenant:
            tenant.entries, *edition = row
            tenant.edition = Edition(*edition)
    return tenant


def leave(tenant: Tenant) -> None:
    """Its row is gone: what is still to be done on its behalf concerns nobody."""
    tenant.edition = _REMOVED


def keys_by_use(database: Database) -> list[int]:
    """Of all tenants, the one first that was not called for longest; oldest first where that is not noted."""
    if not database.shared:
        return tenants.all_keys(database)
    with database.lock:
        return _BY_USE.column(database, {})


def touch(on: Connected, tenant: Tenant, *, renewed: bool = False) -> None:
    """To be called when something was written that is remembered; `renewed` where all rows of the tenant are others."""
    if on.connection.replica:
        if renewed:
            _END_WAITING.run(on, {"whose": tenant.key})
        row = _TOUCH.first(on, {"whose": tenant.key, "renewed": int(renewed), "count": tenant.entries})
        tenant.edition = Edition(*row) if row else tenant.edition


def _renew(database: Database, tenant: Tenant, edition: Edition, entries: int) -> None:
    now = tenants.by_key(database, tenant.key)
    if now is None:
        raise _gone(database, tenant)
    listeners = database.changed if edition.renewal == tenant.edition.renewal else database.replaced
    now.edition, now.entries, now.exercised = edition, entries, tenant.exercised
    tenants.put_back(tenant, tenants.image_of(now))
    _tell(listeners, tenant)


def _gone(database: Database, tenant: Tenant) -> Gone:
    _tell(database.replaced, tenant)
    return Gone(f"the tenant {tenant.name} is gone")


def _tell(listeners: list[Callable[[int], Any]], tenant: Tenant) -> None:
    for each in listeners:
        each(tenant.key)


_LEAD = Prepared(
    lambda _: text(
        f"SELECT holder, entries, version, renewal, {', '.join(COUNTERS)} FROM tenants "  # noqa: S608  (names of ours)
        "WHERE key = :whose FOR UPDATE"
    )
)
_EDITION = Prepared(lambda _: text("SELECT entries, version, renewal FROM tenants WHERE key = :whose"))
_END_WAITING = Prepared(lambda _: text("DELETE FROM waiting WHERE tenant = :whose"))
_USE = Prepared(
    lambda _: text("UPDATE tenants SET used = nextval('uses') WHERE key = :whose RETURNING entries, version, renewal")
)
_BY_USE = Prepared(lambda _: text("SELECT key FROM tenants WHERE snapshot_of IS NULL ORDER BY used"))
_TOUCH = Prepared(
    lambda _: text(
        "UPDATE tenants SET version = version + 1, renewal = renewal + :renewed, entries = :count, "
        "ordered = ordered * (1 - :renewed), counted_at = counted_at * (1 - :renewed) "
        "WHERE key = :whose RETURNING version, renewal"
    )
)
