"""One SQLite database behind one connection, and its transactions.

Services run in the event loop and never await inside a transaction, so one connection makes every transaction serial
and nothing needs a lock. WAL with `synchronous=NORMAL` loses nothing when the process is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as DriverConnection
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event

from zuora_mock.storage.tables import JOBS, OBJECT_TABLES, metadata

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "wal_autocheckpoint=4000",
    "temp_store=MEMORY",
    "cache_size=-65536",
    "busy_timeout=5000",
)
"""The log is copied back at 16 MB: a split writes some 300 kB, mostly to pages that the next one writes too."""


def _prepare(driver: Any, _record: object) -> None:
    driver.isolation_level = None
    for pragma in _PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def open_engine(path: Path | None) -> Engine:
    """An engine on the file, or on a database in memory that lives as long as its one connection."""
    engine = create_engine(f"sqlite:///{path}" if path else "sqlite://")
    event.listen(engine, "connect", _prepare)
    return engine


def _describe_data(driver: DriverConnection) -> None:
    """Tells SQLite how rows spread over large tenants, as ANALYZE would: rows in all, then rows per prefix of a key.

    Otherwise it takes a tenant for ten rows, and reads all of them in order rather than search for a few and sort them.
    """
    driver.execute("ANALYZE sqlite_schema")
    driver.execute("DELETE FROM sqlite_stat1")
    driver.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", _spread())
    driver.execute("ANALYZE sqlite_schema")


def _spread() -> Iterator[tuple[str, str, str]]:
    for table in OBJECT_TABLES.values():
        yield table.name, table.name, "1000000 100000 50000 1"
        for index in table.indexes:
            custom = str(index.name).endswith("_custom")
            yield table.name, str(index.name), "1000 100" if custom else "1000000 100000 50000 10"
    yield JOBS.name, JOBS.name, "1000000 100000 1"
    yield JOBS.name, "jobs_object", "1000000 100000 1"
    yield JOBS.name, "jobs_state", "1000000 250000 50000 1"


class Database:
    """The connection. `transaction()` joins one that is open already, so that a call and what it does are one."""

    def __init__(self, path: Path | None = None) -> None:
        self._engine = open_engine(path)
        self.connection: Connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._driver = cast("DriverConnection", self.connection.connection.driver_connection)
        metadata.create_all(self.connection, checkfirst=path is not None)
        with self.transaction():
            _describe_data(self._driver)

    @property
    def in_transaction(self) -> bool:
        return self._driver.in_transaction

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """BEGIN … COMMIT, or ROLLBACK if anything is raised."""
        if self._driver.in_transaction:
            yield self.connection
            return
        self._driver.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self._driver.execute("COMMIT")
        except BaseException:
            self._driver.execute("ROLLBACK")
            raise

    @contextmanager
    def savepoint(self, name: str) -> Iterator[None]:
        """Inside a transaction: what happens within is undone if anything is raised."""
        self._driver.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._driver.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._driver.execute(f"RELEASE {name}")

    def close(self) -> None:
        self.connection.close()
        self._engine.dispose()
