"""The numbers of calls in the journal of their tenant, and how many there were in the present minute, hour and day.

Where servers share the database a call has its number from its transaction: a number of a server that dies, or of what
is rolled back, is that of the next call. One that waits has it before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text

from zuora_mock.clock import DAY, HOUR, MINUTE
from zuora_mock.storage.database import Database
from zuora_mock.storage.leading import refresh
from zuora_mock.storage.replicas import NUMBER
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tenants import COUNTERS, Tenant
from zuora_mock.storage.trouble import Changed


class Counted(NamedTuple):
    """With the call that was counted; `elsewhere` are those under way at other servers."""

    minute: int
    hour: int
    day: int
    elsewhere: int


@dataclass(slots=True, eq=False, repr=False)
class Arrival:
    """What the transaction of a call finds out; it counts those that are `limited`."""

    limited: bool = True
    n: int = 0
    counted: Counted | None = None


def next_number(database: Database, tenant: Tenant) -> tuple[int, Arrival | None]:
    """The number of a call that comes; where there is an Arrival that is but a guess."""
    if database.shared:
        return tenant.entries + 1, Arrival()
    tenant.entries += 1
    return tenant.entries, None


def take_number(database: Database, tenant: Tenant, *, anyhow: bool) -> int:
    """That of a call that waits. Raises Changed, but `anyhow` gives one to a call that has had effects already."""
    statement = _TAKE_ANYHOW if anyhow else _TAKE
    row = statement.first(database, {"whose": tenant.key, "known": tenant.edition.version})
    if row is None:
        raise _changed(database, tenant)
    tenant.entries = int(row[0])
    return tenant.entries


def arrive(database: Database, tenant: Tenant, arrival: Arrival) -> None:
    """Begins the transaction of a call. Raises Changed: what is remembered of the tenant was not so any more."""
    statement = _ARRIVE_AND_COUNT if arrival.limited else _ARRIVE
    given = {"whose": tenant.key, "known": tenant.edition.version, "now": tenant.now()}
    row = statement.first(database, given)
    if row is None:
        raise _changed(database, tenant)
    connection, (entries, minute, hour, day, elsewhere, *counts) = database.connection, row
    arrival.n = tenant.entries = entries
    arrival.counted = Counted(minute, hour, day, elsewhere)
    if tenant.key not in connection.led:
        connection.led |= {tenant.key}
        for name, count in zip(COUNTERS, counts, strict=True):
            setattr(tenant.counters, name, count)


def count(on: Connected, tenant: Tenant, now: int) -> Counted:
    """Counts one more, of those that have waited. What is rolled back is not counted."""
    (row,) = _COUNT.all(on, {"whose": tenant.key, "now": now})
    return Counted(*row)


def _changed(database: Database, tenant: Tenant) -> Changed:
    refresh(database, tenant)
    return Changed(tenant.name)


def _more(column: str, length: int) -> str:
    return f"{column} = CASE WHEN counted_at / {length} = CAST(:now AS BIGINT) / {length} THEN {column} + 1 ELSE 1 END"


_ONE_MORE = "UPDATE tenants SET entries = entries + 1, used = nextval('uses')"
_WINDOWS = ", ".join([_more("minutes", MINUTE), _more("hours", HOUR), _more("days", DAY)])
_COUNTING = f"{_WINDOWS}, counted_at = CAST(:now AS BIGINT)"
_ELSEWHERE = f"(SELECT count(*) FROM waiting WHERE tenant = :whose AND owner <> {NUMBER} AND takes_place = 1)"  # noqa: S608  (all of ours)
_COUNTS = f"minutes, hours, days, {_ELSEWHERE}"
_AS_KNOWN = f"WHERE key = :whose AND version = :known AND (holder IS NULL OR holder = {NUMBER})"
_ARRIVED = f"{_AS_KNOWN} RETURNING entries, {_COUNTS}, {', '.join(COUNTERS)}"
_ARRIVE, _ARRIVE_AND_COUNT = (
    Prepared(lambda _: text(f"{_ONE_MORE} {_ARRIVED}")),
    Prepared(lambda _: text(f"{_ONE_MORE}, {_COUNTING} {_ARRIVED}")),
)
_TAKE = Prepared(lambda _: text(f"{_ONE_MORE} {_AS_KNOWN} RETURNING entries"))
_TAKE_ANYHOW = Prepared(lambda _: text(f"{_ONE_MORE} WHERE key = :whose RETURNING entries"))
_COUNT = Prepared(lambda _: text(f"UPDATE tenants SET {_COUNTING} WHERE key = :whose RETURNING {_COUNTS}"))  # noqa: S608  (as above)
