"""PostgreSQL as the engine: a database that servers may share, each over one connection.

A transaction that was answered may be lost with the machine of the database, as with SQLite's file, but not with a
process.
"""

from __future__ import annotations

from typing import Any

import psycopg

from zuora_mock.database_url import DatabaseUrl
from zuora_mock.storage.postgresql_connection import PostgreSQLConnection, first_line
from zuora_mock.storage.postgresql_schema import REPLICAS, VERSION_TABLE, definitions, descriptions, version
from zuora_mock.storage.replicas import OURS, PATIENTLY, STARTING
from zuora_mock.storage.trouble import StorageTrouble, UnusableDatabase

_PATIENCE = 3
"""Seconds to wait for a connection."""
_SESSION = (
    "SET synchronous_commit = off",
    "SET lock_timeout = '2s'",
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '5s'",
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SET client_min_messages = 'error'",
    "SET jit = off",
)
_KEEPALIVES: dict[str, Any] = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_VERSION = f"SELECT version FROM {VERSION_TABLE}"  # noqa: S608  (a name of ours)
_TURN = "SELECT pg_advisory_xact_lock(CAST(%s AS INTEGER), CAST(%s AS INTEGER))"
_LIVE = "SELECT pg_advisory_lock(CAST(%s AS INTEGER), CAST(%s AS INTEGER))"
_BE_BORN = f"INSERT INTO {REPLICAS} DEFAULT VALUES RETURNING number"  # noqa: S608  (as above)
_BE_KNOWN = "SELECT set_config('zuora_mock.replica', %s, false)"

_TROUBLES = {
    psycopg.errors.DiskFull: "there is no space",
    psycopg.errors.ReadOnlySqlTransaction: "the database cannot be written",
    psycopg.errors.LockNotAvailable: "somebody else has locked its rows",
    psycopg.errors.DeadlockDetected: "somebody else has locked its rows",
    psycopg.errors.QueryCanceled: "a statement took too long",
}
_LOST = "the database is lost"


class PostgreSQL:
    """The engine over one database; as text it is where, without credentials."""

    name, beginning, shared = "PostgreSQL", "BEGIN", True

    def __init__(self, url: DatabaseUrl) -> None:
        self._url = url

    def __str__(self) -> str:
        return str(self._url)

    def connect(self) -> PostgreSQLConnection:
        """A connection to a database that has all tables. Raises UnusableDatabase."""
        try:
            driver = psycopg.connect(
                self._url.whole,
                autocommit=True,
                connect_timeout=_PATIENCE,
                fallback_application_name="zuora-mock",
                **_KEEPALIVES,
            )
        except psycopg.ProgrammingError:  # it may quote the part with the password
            raise self._unusable("its URL cannot be read") from None
        except psycopg.Error as error:
            raise self._unusable(self._said(error)) from None
        try:
            number = self._prepare(driver)
        except psycopg.Error as error:
            driver.close()
            raise self._unusable(self._said(error)) from None
        except BaseException:
            driver.close()
            raise
        self._connection = PostgreSQLConnection(driver, number)
        return self._connection

    def problem(self) -> str:
        """What is wrong with an open database: it cannot be asked. Else empty."""
        try:
            self._connection.execute("SELECT 1")
        except StorageTrouble as error:
            return f"{_LOST}: {self} ({error})"
        return ""

    def trouble(self, error: BaseException) -> str:
        """What is no fault of ours; else empty."""
        if not isinstance(error, StorageTrouble):
            return ""
        return next((text for kind, text in _TROUBLES.items() if isinstance(error.__cause__, kind)), _LOST)

    def _prepare(self, driver: psycopg.Connection[tuple[Any, ...]]) -> int:
        """The number of the replica."""
        driver.prepare_threshold = None  # `PostgreSQLConnection` has its own way
        driver.execute("; ".join(_SESSION))
        with driver.transaction():
            driver.execute(PATIENTLY)
            driver.execute(_TURN, [OURS, STARTING])
            self._establish(driver)
            return _be_born(driver)

    def _establish(self, driver: psycopg.Connection[tuple[Any, ...]]) -> None:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        there = {name for (name,) in driver.execute(tables)}
        if not there:
            for each in (*definitions(), *descriptions()):
                driver.execute(each)
            return
        found = driver.execute(_VERSION).fetchone() if VERSION_TABLE in there else None
        if found != (version(),):
            raise self._unusable("another version or program made it; name another, or one that is empty")

    def _said(self, error: psycopg.Error) -> str:
        """The driver's words, without the password should they have it."""
        return self._url.hide(first_line(error))

    def _unusable(self, reason: str) -> UnusableDatabase:
        return UnusableDatabase(f"cannot use {self} as database: {reason}")


def _be_born(driver: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Nobody sees the replica before it has its lock."""
    [(number,)] = driver.execute(_BE_BORN)
    driver.execute(_LIVE, [OURS, number])
    driver.execute(_BE_KNOWN, [str(number)])
    return int(number)
