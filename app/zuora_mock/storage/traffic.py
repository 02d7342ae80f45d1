"""Calls that are under way for a while, of all servers that share a database; one that is not shared has none."""

from __future__ import annotations

from sqlalchemy import text

from zuora_mock.storage.database import Database
from zuora_mock.storage.replicas import NUMBER, is_dead
from zuora_mock.storage.statements import Prepared


def wait(database: Database, tenant: int, key: str | None) -> int:
    """Notes a call, perhaps with an idempotency key, that will not be over at once; the number of the note."""
    if not database.shared:
        return 0
    with database.lock:
        (number,) = _WAIT.column(database, {"whose": tenant, "key": key})
    return int(number)


def give_place_up(database: Database, number: int) -> None:
    """The call is not under way for anybody any more, but its key is in use still."""
    if number:
        with database.lock:
            _GIVE_UP.run(database, {"wanted": number})


def leave(database: Database, number: int) -> None:
    if number:
        with database.lock:
            _LEAVE.run(database, {"wanted": number})


def is_key_in_use(database: Database, tenant: int, key: str) -> bool:
    """Whether a call with this idempotency key is under way at another server, which lives."""
    if not database.shared:
        return False
    with database.lock:
        return _KEY.first(database, {"whose": tenant, "key": key}) is not None


_WAIT = Prepared(lambda _: text("INSERT INTO waiting (tenant, key) VALUES (:whose, :key) RETURNING number"))
_GIVE_UP = Prepared(lambda _: text("UPDATE waiting SET takes_place = 0 WHERE number = :wanted"))
_LEAVE = Prepared(lambda _: text("DELETE FROM waiting WHERE number = :wanted"))
_KEY = Prepared(
    lambda _: text(
        "SELECT number FROM waiting WHERE tenant = :whose AND key = :key "  # noqa: S608  (all of ours)
        f"AND owner <> {NUMBER} AND NOT {is_dead('owner')}"
    )
)
