"""SQLite as the engine: a file, or a database that is gone with its connection.

WAL with `synchronous=NORMAL` loses nothing when the process is killed. The file belongs to one process: SQLite locks it
until the connection is closed or the process ends, however it ends.

The database without a file of its own is SQLite's temporary one: some megabytes of it are in memory, the others in a
file that has no name and ends with the process. One that is wholly in memory has all of its pages in one cache, and
every tenth commit or so goes through all of them: what SQLite renumbers when pages of an index are split makes it look
for pages beyond the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import apsw
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from zuora_mock.storage import schema
from zuora_mock.storage.dialect import SqlDialect
from zuora_mock.storage.trouble import UnusableDatabase

_FIRST = ("locking_mode=EXCLUSIVE",)
_PRAGMAS = ("secure_delete=OFF", "temp_store=MEMORY", "case_sensitive_like=ON")
"""Some systems have SQLite overwrite what is deleted."""
_OF_FILES = ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=4000")
"""The log is copied back at 16 MB: a split writes some 300 kB, mostly to pages that the next one writes too."""
_OF_TEMPORARY = ("journal_mode=MEMORY", "cache_size=10")
"""With a cache too small for the tables the temporary file is made at once: before, no commit makes a page clean, and
each goes through all that are not."""
_LAST = ("cache_size=-2048",)
"""A quarter of it may wait to be written to the temporary file: with more, commits have more to look through; with
less, a split writes pages that the next one writes again."""

_TEMPORARY, _IN_MEMORY = "", ":memory:"

_STATEMENTS = 512
"""With the driver's own number, 100, those of many operations would be compiled anew; each time it looks at all."""
_OPENING = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
"""SQLite need not see to it that one thread at a time uses the connection: `Database.lock` does."""

_DEFINED = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'"

_TROUBLES: Mapping[type[BaseException], str] = {
    apsw.FullError: "there is no space",
    apsw.IOError: "the file cannot be written",
    apsw.ReadOnlyError: "the file cannot be written",
    apsw.CantOpenError: "the file cannot be opened",
    apsw.CorruptError: "the file is damaged",
    apsw.NotADBError: "the file is damaged",
}

_BLOCKS = (50, 16, 8, 4, 2, 1)

SQLITE = SqlDialect("?{}".format, sqlite.dialect, insert, _BLOCKS)


class SQLiteConnection(apsw.Connection):
    """As `statements.Connection` has it."""

    __slots__ = ()
    dialect = SQLITE
    IntegrityError: ClassVar[type[Exception]] = apsw.ConstraintError
    lost = False
    replica = 0
    led: frozenset[int] = frozenset()


class SQLite:
    """The engine over one file, or over a temporary database, which is gone when the connection is closed."""

    name, beginning, shared = "SQLite", "BEGIN IMMEDIATE", False

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._inode = 0

    def __str__(self) -> str:
        return str(self._path or "a temporary file")

    def connect(self) -> SQLiteConnection:
        """A connection to a database that has all tables. Raises UnusableDatabase."""
        try:
            connection = self._connect(str(self._path or _TEMPORARY))
        except apsw.Error as error:
            if self._path:
                raise self._unusable(_reason(error)) from error
            return self._connect(_IN_MEMORY)  # there is no folder for temporary files
        self._inode = self._path.stat().st_ino if self._path else 0
        return connection

    def problem(self) -> str:
        """What is wrong with an open file: it is gone. Else empty."""
        if self._path is None:
            return ""
        try:
            there = self._path.stat().st_ino == self._inode
        except OSError:
            there = False
        return (
            "" if there else f"{self._path} is gone or another file now: what is written is lost when the server ends"
        )

    def trouble(self, error: BaseException) -> str:
        """What is no fault of ours; else empty."""
        return _TROUBLES.get(type(error), "")

    def _connect(self, place: str) -> SQLiteConnection:
        connection = SQLiteConnection(place, flags=_OPENING, statementcachesize=_STATEMENTS)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # else each new value compiles a statement anew
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: SQLiteConnection) -> None:
        _set(connection, _FIRST)
        self._missing(connection)  # before the first write: a file of another program stays as it is
        self._check(connection)
        _set(connection, (*_PRAGMAS, *(_OF_FILES if self._path else _OF_TEMPORARY)))
        connection.execute(self.beginning)
        self._establish(connection)
        connection.execute("COMMIT")
        _set(connection, _LAST)

    def _check(self, connection: SQLiteConnection) -> None:
        """Raises UnusableDatabase for a damaged file."""
        found = connection.execute("PRAGMA quick_check(1)").get
        if found != "ok":
            raise self._unusable(f"it is damaged ({' '.join(found.split())}); delete it or name another file")

    def _missing(self, connection: SQLiteConnection) -> list[str]:
        """The definitions that a new or half-made file lacks. Raises UnusableDatabase for one that has others."""
        version = _version(connection)
        if version == schema.version(SQLITE):
            return []
        wanted, there = schema.definitions(SQLITE), dict(connection.execute(_DEFINED))
        if version or not there.items() <= wanted.items():
            raise self._unusable("another version or program made it; delete it or name another file")
        return [definition for name, definition in wanted.items() if name not in there]

    def _establish(self, connection: SQLiteConnection) -> None:
        for each in self._missing(connection):
            connection.execute(each, can_cache=False)  # the driver would keep each, a quarter of a megabyte in all
        if _version(connection) != schema.version(SQLITE):
            _describe_data(connection)
            _set(connection, [f"user_version={schema.version(SQLITE)}"])

    def _unusable(self, reason: str) -> UnusableDatabase:
        return UnusableDatabase(f"cannot use {self._path} as database: {reason}")


def _set(connection: SQLiteConnection, pragmas: Iterable[str]) -> None:
    for each in pragmas:
        connection.execute(f"PRAGMA {each}")


def _version(connection: SQLiteConnection) -> int:
    version = connection.execute("PRAGMA user_version").get
    return int(version)


def _describe_data(connection: SQLiteConnection) -> None:
    """Tells SQLite how rows spread over large tenants, as ANALYZE would.

    Otherwise it takes a tenant for ten rows, and reads all of them in order rather than search for a few and sort them.
    """
    connection.execute("ANALYZE sqlite_schema")
    connection.execute("DELETE FROM sqlite_stat1")
    connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", schema.spread())
    connection.execute("ANALYZE sqlite_schema")


def _reason(error: apsw.Error) -> str:
    if isinstance(error, apsw.BusyError):
        return "another server uses it; stop that one or name another file"
    return str(error)
