"""PostgreSQL as the engine: a database that is ours alone, over one connection.

It belongs to one process, which holds a lock in it for as long as it is connected. A transaction that was answered may
be lost with the machine of the database, as with SQLite's file, but not with a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.bool import BoolDumper
from psycopg.types.numeric import Int8Dumper

from zuora_mock.database_url import DatabaseUrl
from zuora_mock.storage.dialect import without_nul
from zuora_mock.storage.postgresql_schema import POSTGRESQL, REPLICAS, VERSION_TABLE, definitions, descriptions, version
from zuora_mock.storage.replicas import OURS, STARTING
from zuora_mock.storage.statements import RowSet
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
_LOCK, _UNLOCK = "SELECT pg_advisory_lock(%s)", "SELECT pg_advisory_unlock_all()"
_TURN = "SELECT pg_advisory_xact_lock(CAST(%s AS INTEGER), CAST(%s AS INTEGER))"
_LIVE = "SELECT pg_advisory_lock(CAST(%s AS INTEGER), CAST(%s AS INTEGER))"
_BE_BORN = f"INSERT INTO {REPLICAS} DEFAULT VALUES RETURNING number"  # noqa: S608  (as above)
_BE_KNOWN = "SELECT set_config('zuora_mock.replica', %s, false)"
_LOCK_PATIENCE = "SET lock_timeout = '500ms'"
"""The session of a server that was killed ends a moment later."""

_PREPARED_AFTER, _MOST_PREPARED = 2, 1000

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_WRITING = ("INSERT", "UPDATE", "DELETE")
_OPEN = frozenset({TransactionStatus.ACTIVE, TransactionStatus.INTRANS, TransactionStatus.INERROR})

_TROUBLES = {
    psycopg.errors.DiskFull: "there is no space",
    psycopg.errors.ReadOnlySqlTransaction: "the database cannot be written",
    psycopg.errors.LockNotAvailable: "somebody else has locked its rows",
    psycopg.errors.QueryCanceled: "a statement took too long",
}
_LIMIT = psycopg.errors.ProgramLimitExceeded
"""A statement of ours is at fault."""
_LOST = "the database is lost"


class _Truth(BoolDumper):
    """As 1 or 0."""

    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"

    def quote(self, obj: bool) -> bytes:
        return self.dump(obj)


class PostgreSQLConnection:
    """psycopg's connection as `statements.Connection` has it. Raises StorageTrouble for what is no fault of ours."""

    dialect = POSTGRESQL
    IntegrityError: type[Exception] = psycopg.IntegrityError

    def __init__(self, driver: psycopg.Connection[tuple[Any, ...]], replica: int) -> None:
        self._driver = driver
        self.replica, self.led = replica, frozenset[int]()
        self.total_changes = 0

    @property
    def in_transaction(self) -> bool:
        return self._driver.pgconn.transaction_status in _OPEN

    @property
    def lost(self) -> bool:
        return self._driver.pgconn.status != ConnStatus.OK

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> RowSet:
        if sql.startswith(_TRANSACTION):
            return self._control(sql)
        try:
            rows = self._driver.execute(sql, parameters)
        except psycopg.DataError:
            if not _has_nul(parameters):
                raise
            return self.execute(sql, [without_nul(each) for each in parameters])
        except _LIMIT:
            raise
        except psycopg.OperationalError as error:
            raise self._trouble(error) from error
        if sql.startswith(_WRITING):
            self.total_changes += rows.rowcount
        return rows

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        every = list(rows)
        if len(every) == 1:
            return self.execute(sql, every[0])
        if any(map(_has_nul, every)):
            every = [[without_nul(each) for each in row] for row in every]
        cursor = self._driver.cursor()
        try:
            cursor.executemany(sql, every)
        except _LIMIT:
            raise
        except psycopg.OperationalError as error:
            raise self._trouble(error) from error
        self.total_changes += max(cursor.rowcount, 0)
        return cursor

    def close(self) -> None:
        """The next server can begin at once: the session ends some time after its connection."""
        with suppress(psycopg.Error):
            self._driver.execute(_UNLOCK)
        self._driver.close()

    def _control(self, sql: str) -> RowSet:
        """Past psycopg, which after each rollback prepares all statements anew, those to a savepoint too."""
        if sql == "BEGIN":
            self.led = frozenset()
        try:
            result = self._driver.pgconn.exec_(sql.encode())
        except psycopg.OperationalError as error:
            raise self._trouble(error) from error
        if result.status != ExecStatus.COMMAND_OK:
            failure = psycopg.errors.error_from_result(result)
            trouble = self.lost or isinstance(failure, psycopg.OperationalError)
            raise self._trouble(failure) if trouble else failure
        if sql == "COMMIT" and result.command_status != b"COMMIT":
            raise StorageTrouble("the transaction had failed before")
        return _NONE

    def _trouble(self, error: psycopg.Error) -> StorageTrouble:
        trouble = StorageTrouble(_first_line(error))
        trouble.__cause__ = error
        return trouble


class _NoRows:
    rowcount = 0

    def fetchone(self) -> Any:
        return None

    def fetchall(self) -> list[Any]:
        return []

    def __iter__(self) -> Any:
        return iter(())


_NONE = _NoRows()


class PostgreSQL:
    """The engine over one database; as text it is where, without credentials."""

    name, beginning, shared = "PostgreSQL", "BEGIN", True
    alone = True
    """Whether another server on the database is refused."""

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
        driver.prepare_threshold, driver.prepared_max = _PREPARED_AFTER, _MOST_PREPARED
        driver.adapters.register_dumper(int, Int8Dumper)
        driver.adapters.register_dumper(bool, _Truth)
        if self.alone:
            self._keep_others_out(driver)
        driver.execute("; ".join(_SESSION))
        with driver.transaction():
            driver.execute(_TURN, [OURS, STARTING])
            self._establish(driver)
            return _be_born(driver)

    def _keep_others_out(self, driver: psycopg.Connection[tuple[Any, ...]]) -> None:
        driver.execute(_LOCK_PATIENCE)
        try:
            driver.execute(_LOCK, [OURS])
        except psycopg.errors.LockNotAvailable:
            raise self._unusable("another server uses it; stop that one or name another database") from None

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
        return self._url.hide(_first_line(error))

    def _unusable(self, reason: str) -> UnusableDatabase:
        return UnusableDatabase(f"cannot use {self} as database: {reason}")


def _be_born(driver: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Nobody sees the replica before it has its lock."""
    [(number,)] = driver.execute(_BE_BORN)
    driver.execute(_LIVE, [OURS, number])
    driver.execute(_BE_KNOWN, [str(number)])
    return int(number)


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).strip().split("\n", 1)[0].split())


def _has_nul(parameters: Sequence[Any]) -> bool:
    return any(isinstance(each, str) and "\0" in each for each in parameters)
