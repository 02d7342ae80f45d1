"""Servers that share a database: which of them live, and whose work a dead one has left.

Each connection of a server is a replica. It has a number, and holds a lock of that number as long as it lives: whoever
gets the lock knows that the replica is dead. One that is only stopped lives. A database that is not shared has no rows
of others but those of earlier processes, which are dead.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Boolean, ColumnElement, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from zuora_mock.storage.dialect import POSTGRESQL
from zuora_mock.storage.statements import Connected, Prepared

OURS = 0x7A756F72
"""The number of our locks: `zuor`."""
STARTING, _FIXTURES = 0, -1
"""The locks of who makes tables or tenants at the start, and of who keeps fixtures; the others are the replicas'."""
PATIENTLY = "SELECT " + ", ".join(
    f"set_config('{each}', '0', true)"
    for each in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
)
"""Until the transaction is over: to fill a database with large fixtures takes its time."""
NUMBER = "CAST(current_setting('zuora_mock.replica') AS INTEGER)"
"""Of the replica that asks."""


class _Shared(Connected, Protocol):
    @property
    def shared(self) -> bool: ...


def start_by_turns(database: _Shared) -> None:
    """Until the transaction is over no other replica makes what every start makes."""
    if database.shared:
        _PATIENTLY.run(database, {})
        _TURN.run(database, {})
        bury(database)


def keep_fixtures_by_turns(database: _Shared) -> None:
    """Until the transaction is over no other replica keeps or forgets one."""
    if database.shared:
        _FIXTURES_TURN.run(database, {})


def bury(database: _Shared) -> bool:
    """Whether replicas have died since; until the transaction is over nobody else finds them."""
    return database.shared and bool(_BURIED.all(database, {}))


class Owned(ColumnElement[bool]):
    """What is asked of the owner of a row, as PostgreSQL's SQL; true where the database is not shared."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, condition: str) -> None:
        self.condition = condition


@compiles(Owned)
def _(_element: Owned, _compiler: SQLCompiler, **_options: Any) -> str:
    return "1"


@compiles(Owned, POSTGRESQL)
def _(element: Owned, _compiler: SQLCompiler, **_options: Any) -> str:
    return element.condition


def _can_be_locked(number: str) -> str:
    return f"pg_try_advisory_xact_lock({OURS}, {number})"


def is_dead(number: str) -> str:
    """As PostgreSQL's SQL."""
    return f"({number} <> {NUMBER} AND {_can_be_locked(number)})"


NO_OTHER = Owned(_can_be_locked("owner"))
"""This replica or none that lives: a session gets its own locks as often as it asks."""
DEAD = Owned(is_dead("owner"))

_PATIENTLY = Prepared(lambda _: text(PATIENTLY))
_TURN = Prepared(lambda _: text(f"SELECT pg_advisory_xact_lock({OURS}, {STARTING})"))
_FIXTURES_TURN = Prepared(lambda _: text(f"SELECT pg_advisory_xact_lock({OURS}, {_FIXTURES})"))
_BURIED = Prepared(lambda _: text(f"DELETE FROM replicas WHERE {is_dead('number')} RETURNING number"))  # noqa: S608  (of ours)
