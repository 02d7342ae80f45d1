"""Calls of a tenant in the present minute, hour and day, and those that take their time, of all that share a database.

A database that is not shared has nothing of it.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text

from zuora_mock.clock import DAY, HOUR, MINUTE
from zuora_mock.storage.database import Database
from zuora_mock.storage.replicas import NUMBER
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.transaction import Transaction


class Counted(NamedTuple):
    """With the call that was counted; `elsewhere` are those under way at other servers."""

    minute: int
    hour: int
    day: int
    elsewhere: int


def count(transaction: Transaction, now: int) -> Counted:
    """Counts one more, for the calls of a database that others share. What is rolled back is not counted."""
    (row,) = _COUNT.all(transaction, {"whose": transaction.tenant.key, "now": now})
    return Counted(*row)


def wait(database: Database, tenant: int, n: int, key: str | None) -> None:
    """The call of this number, perhaps with an idempotency key, will not be over at once."""
    if database.shared:
        with database.lock:
            _WAIT.run(database, {"whose": tenant, "n": n, "key": key})


def give_place_up(database: Database, tenant: int, n: int) -> None:
    """It is not under way for anybody any more, but its key is in use still."""
    if database.shared:
        with database.lock:
            _GIVE_UP.run(database, {"whose": tenant, "n": n})


def leave(database: Database, tenant: int, n: int) -> None:
    if database.shared:
        with database.lock:
            _LEAVE.run(database, {"whose": tenant, "n": n})


def is_key_in_use(database: Database, tenant: int, key: str) -> bool:
    """Whether a call with this idempotency key is under way at another server."""
    if not database.shared:
        return False
    with database.lock:
        return _KEY.first(database, {"whose": tenant, "key": key}) is not None


def _more(column: str, length: int) -> str:
    return f"{column} = CASE WHEN counted_at / {length} = CAST(:now AS BIGINT) / {length} THEN {column} + 1 ELSE 1 END"


_OTHERS = f"tenant = :whose AND owner <> {NUMBER}"
_MINE = f"tenant = :whose AND n = :n AND owner = {NUMBER}"
_WINDOWS = ", ".join([_more("minutes", MINUTE), _more("hours", HOUR), _more("days", DAY)])
_COUNT = Prepared(
    text(
        f"UPDATE tenants SET {_WINDOWS}, counted_at = CAST(:now AS BIGINT) WHERE key = :whose "  # noqa: S608  (all of ours)
        f"RETURNING minutes, hours, days, (SELECT count(*) FROM waiting WHERE {_OTHERS} AND takes_place = 1)"
    )
)
_WAIT = Prepared(text("INSERT INTO waiting (tenant, n, key) VALUES (:whose, :n, :key)"))
_GIVE_UP = Prepared(text(f"UPDATE waiting SET takes_place = 0 WHERE {_MINE}"))  # noqa: S608  (as above)
_LEAVE = Prepared(text(f"DELETE FROM waiting WHERE {_MINE}"))  # noqa: S608  (as above)
_KEY = Prepared(text(f"SELECT n FROM waiting WHERE {_OTHERS} AND key = :key"))  # noqa: S608  (as above)
