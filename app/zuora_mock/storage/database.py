"""One SQLite database behind one connection, and its transactions.

Calls run in the event loop and never await inside a transaction; calls of other threads wait until the transaction is
over. WAL with `synchronous=NORMAL` loses nothing when the process is killed. The file belongs to one process: SQLite
locks it until the connection is closed or the process ends, however it ends.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from weakref import finalize

from zuora_mock.storage import schema
from zuora_mock.storage.statements import execute, execute_many

_FIRST = ("locking_mode=EXCLUSIVE", "page_size=8192")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "wal_autocheckpoint=2000",
    "temp_store=MEMORY",
    "cache_size=-65536",
)
"""The log is copied back at 16 MB: a split writes some 300 kB, mostly to pages that the next one writes too."""

_DEFINED = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'"


DatabaseError = sqlite3.DatabaseError
"""For those who start the server on a file."""

_CODE = 0xFF
"""Of SQLite's error codes, the part without details."""
_TROUBLES = {
    sqlite3.SQLITE_FULL: "there is no space",
    sqlite3.SQLITE_IOERR: "the file cannot be written",
    sqlite3.SQLITE_READONLY: "the file cannot be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is damaged",
}

logger = logging.getLogger("zuora_mock")


class StorageTrouble(Exception):
    """What was to be written could not be, and nothing of it remains; the text says why."""


class UnusableDatabase(Exception):
    """The file cannot be used; the text says why, and what to do."""


class Database:
    """The connection, opened at once. `lock` is held by whoever reads or writes; a thread may take it again."""

    connection: sqlite3.Connection

    def __init__(self, path: Path | None = None) -> None:
        """Without a path it is in memory, and gone when it is closed. Raises UnusableDatabase."""
        self.lock = RLock()
        self._path = path
        self.opened = False
        self._end: finalize[[], Database] | None = None
        self._trouble = ""
        self._inode = self._written_before = 0
        self.open()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction

    @property
    def written(self) -> int:
        """How many rows were written so far; it grows with each."""
        return self.connection.total_changes

    def problem(self) -> str:
        """What is wrong with the file: it is gone, or the last that was to be written could not be. Else empty."""
        if self._path is None or not self.opened:
            return self._trouble
        try:
            there = self._path.stat().st_ino == self._inode
        except OSError:
            there = False
        gone = f"{self._path} is gone or another file now: what is written is lost when the server ends"
        return self._trouble if there else gone

    def open(self) -> None:
        """Once more, after it was closed. Raises UnusableDatabase."""
        with self.lock:
            if self.opened:
                return
            try:
                self._connect()
            except sqlite3.Error as error:
                raise self._unusable(_reason(error)) from error

    def close(self) -> None:
        with self.lock:
            self.opened = False
            if self._end is not None:
                self._end()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN … COMMIT, or ROLLBACK if anything is raised. Within a transaction of the same thread a part of it."""
        with self.lock:
            begun = self.begin()
            try:
                yield
                if begun:
                    self.commit()
            except BaseException as error:
                if begun:
                    self.roll_back(error)
                raise

    def begin(self) -> bool:
        """Whether this is where a transaction begins: there may be one already, of which this is a part."""
        if self.connection.in_transaction:
            return False
        self._written_before = self.written
        try:
            execute(self, "BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._note_trouble(error)
            raise
        return True

    def commit(self) -> None:
        """Whoever began has to roll back if it fails."""
        execute(self, "COMMIT")
        if self._trouble and self.written > self._written_before:
            logger.warning("the database can be written again")
            self._trouble = ""

    def roll_back(self, error: BaseException) -> None:
        """Undoes what was done before this was raised. Raises StorageTrouble if it is no fault of ours."""
        if self.connection.in_transaction:  # SQLite itself ends a transaction that finds the disk full
            execute(self, "ROLLBACK")
        self._note_trouble(error)

    @contextmanager
    def savepoint(self, name: str) -> Iterator[None]:
        """Inside a transaction: what happens within is undone if anything is raised."""
        execute(self, f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if self.in_transaction:  # SQLite itself ends a transaction that finds the disk full
                execute(self, f"ROLLBACK TO {name}")
                execute(self, f"RELEASE {name}")
            raise
        execute(self, f"RELEASE {name}")

    def _note_trouble(self, error: BaseException) -> None:
        """Raises StorageTrouble in the place of SQLite's error for what is no fault of ours."""
        code = getattr(error, "sqlite_errorcode", 0) & _CODE
        if code in _TROUBLES:
            self._trouble = f"{_TROUBLES[code]}: {self._path or 'memory'} ({error})"
            logger.warning("nothing was written: %s", self._trouble)
            raise StorageTrouble(self._trouble) from error

    def _connect(self) -> None:
        self.connection = sqlite3.connect(
            self._path or ":memory:", isolation_level=None, check_same_thread=False, timeout=0
        )
        self._end = finalize(self, self.connection.close)
        self.opened = True
        try:
            self._set(_FIRST)
            self._missing()  # before the first write: a file of another program stays as it is
            self._check()
            self._set(_PRAGMAS)
            with self.transaction():
                self._establish()
            self._inode = self._path.stat().st_ino if self._path else 0
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        """Raises UnusableDatabase for a damaged file."""
        (found,) = execute(self, "PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise self._unusable(f"it is damaged ({' '.join(found.split())}); delete it or name another file")

    def _set(self, pragmas: Iterable[str]) -> None:
        for each in pragmas:
            execute(self, f"PRAGMA {each}")

    def _version(self) -> int:
        (version,) = execute(self, "PRAGMA user_version").fetchone()
        return int(version)

    def _missing(self) -> list[str]:
        """The definitions that a new or half-made file lacks. Raises UnusableDatabase for one that has others."""
        version = self._version()
        if version == schema.version():
            return []
        wanted, there = schema.definitions(), dict(execute(self, _DEFINED))
        if version or not there.items() <= wanted.items():
            raise self._unusable("another version or program made it; delete it or name another file")
        return [definition for name, definition in wanted.items() if name not in there]

    def _establish(self) -> None:
        for each in self._missing():
            execute(self, each)
        if self._version() != schema.version():
            self._describe_data()
            self._set([f"user_version={schema.version()}"])

    def _describe_data(self) -> None:
        """Tells SQLite how rows spread over large tenants, as ANALYZE would.

        Otherwise it takes a tenant for ten rows, and reads all of them in order rather than search for a few and sort
        them.
        """
        execute(self, "ANALYZE sqlite_schema")
        execute(self, "DELETE FROM sqlite_stat1")
        execute_many(self, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", schema.spread())
        execute(self, "ANALYZE sqlite_schema")

    def _unusable(self, reason: str) -> UnusableDatabase:
        return UnusableDatabase(f"cannot use {self._path} as database: {reason}")


def _reason(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return "another server uses it; stop that one or name another file"
    return str(error)
