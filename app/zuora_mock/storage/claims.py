"""Which server is in the middle of long work on a tenant: others that share the database wait until it is over.

A claim stands in the tenant's row. That of a server that died is taken back once what it has left half done is undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import text

from zuora_mock.storage.database import Database
from zuora_mock.storage.replicas import NUMBER, is_dead
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.trouble import Held, StorageTrouble

Keys = frozenset[int]


def claim(database: Database, names: Iterable[str]) -> Keys | None:
    """The keys of these tenants, as far as they are there, for `release`; None where others have one of them."""
    if not database.shared:
        return Keys()
    try:
        with database.transaction():
            keys = Keys(key for each in names for key in _claimed(database, each))
    except Held:
        return None
    database.claimed |= keys
    return keys


def _claimed(database: Database, name: str) -> list[int]:
    """Raises Held."""
    found: list[int] = _CLAIM.column(database, {"wanted": name})
    if not found and _KEY.first(database, {"wanted": name}):
        raise Held(name)
    return found


def release(database: Database, keys: Keys) -> None:
    """Where the database is lost a claim ends with the connection."""
    database.claimed -= keys
    if keys and database.opened and not database.lost:
        with database.lock, suppress(StorageTrouble):
            _RELEASE.run_many(database, [{"whose": each} for each in keys])


def is_claimed_elsewhere(database: Database, name: str) -> bool:
    """False while the database cannot be asked."""
    if not database.shared:
        return False
    try:
        with database.lock:
            return _ELSEWHERE.first(database, {"wanted": name}) is not None
    except StorageTrouble:
        return False


def begin_long(database: Database, key: int) -> None:
    """In the first of several transactions on a tenant."""
    if database.shared:
        _BEGIN.run(database, {"whose": key})


def end_long(database: Database, key: int) -> None:
    """In the last one. What was claimed for more than that stays so."""
    if database.shared and key not in database.claimed:
        _END.run(database, {"whose": key})


def end_of_the_dead(database: Database) -> None:
    """After what they have left was undone; their calls are not under way any more."""
    if database.shared:
        for each in _INHERIT:
            each.run(database, {})


_NAMED = "name = :wanted AND snapshot_of IS NULL"
_KEY = Prepared(lambda _: text(f"SELECT key FROM tenants WHERE {_NAMED}"))  # noqa: S608  (all of ours)
_CLAIM = Prepared(
    lambda _: text(
        f"UPDATE tenants SET holder = {NUMBER} WHERE {_NAMED} "  # noqa: S608  (as above)
        f"AND (holder IS NULL OR holder = {NUMBER}) RETURNING key"
    )
)
_RELEASE = Prepared(
    lambda _: text(f"UPDATE tenants SET holder = NULL WHERE key = :whose AND holder = {NUMBER}")  # noqa: S608  (as above)
)
_ELSEWHERE = Prepared(lambda _: text(f"SELECT key FROM tenants WHERE {_NAMED} AND holder <> {NUMBER}"))  # noqa: S608  (as above)
_BEGIN = Prepared(lambda _: text(f"UPDATE tenants SET holder = {NUMBER} WHERE key = :whose"))  # noqa: S608  (as above)
_END = Prepared(lambda _: text("UPDATE tenants SET holder = NULL WHERE key = :whose"))
_INHERIT = (
    Prepared(lambda _: text(f"UPDATE tenants SET holder = NULL WHERE holder IS NOT NULL AND {is_dead('holder')}")),  # noqa: S608  (as above)
    Prepared(lambda _: text(f"DELETE FROM waiting WHERE {is_dead('owner')}")),  # noqa: S608  (as above)
)
