"""One database behind one connection, and its transactions.

Calls run in the event loop and never await inside a transaction; calls of other threads wait until the transaction is
over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Protocol
from weakref import finalize

import apsw

from zuora_mock.clock import stopwatch
from zuora_mock.database_url import DatabaseUrl
from zuora_mock.storage.sqlite import SQLite
from zuora_mock.storage.statements import Connection, execute
from zuora_mock.storage.trouble import StorageTrouble, UnusableDatabase

DatabaseError = apsw.Error
"""For those who read without a transaction."""

logger = logging.getLogger("zuora_mock")

_BETWEEN_LOOKS = 1.0
"""Seconds."""


class Engine(Protocol):
    """What keeps the rows; as text it is where."""

    name: str
    beginning: str
    """The statement that begins a transaction."""
    shared: bool
    """Whether other servers may write to it."""

    def connect(self) -> Connection:
        """A connection to a database that has all tables. Raises UnusableDatabase."""
        ...

    def problem(self) -> str:
        """What is wrong with what is open; else empty."""
        ...

    def trouble(self, error: BaseException) -> str:
        """What is no fault of ours; else empty."""
        ...


class Database:
    """The connection, opened at once. `lock` is held by whoever reads or writes; a thread may take it again.

    What is in `changed` is called with the key of a tenant that another server has changed, what is in `replaced` where
    it has replaced or removed its rows. `claimed` are the keys of tenants that this server has for long work.
    """

    connection: Connection

    def __init__(self, place: Path | DatabaseUrl | None = None) -> None:
        """Without a place it is in memory, and gone when it is closed. Raises UnusableDatabase."""
        self.lock = RLock()
        self._engine = _engine(place)
        self.shared, self._beginning = self._engine.shared, self._engine.beginning
        self.changed: list[Callable[[int], object]] = []
        self.replaced: list[Callable[[int], object]] = []
        self.claimed: frozenset[int] = frozenset()
        self.opened = False
        self._end: finalize[[], Database] | None = None
        self._trouble, self._next_look = "", 0.0
        self._written_before = 0
        self.open()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction

    @property
    def written(self) -> int:
        """How many rows were written so far; it grows with each."""
        return self.connection.total_changes()

    @property
    def lost(self) -> bool:
        """Whether its connection has broken; `open` makes another."""
        return self.connection.lost

    @property
    def engine(self) -> str:
        return self._engine.name

    @property
    def replica(self) -> int:
        """Its number among the servers that share it; 0 where nobody does."""
        return self.connection.replica

    def problem(self) -> str:
        """What is wrong with the database: it is gone, or the last that was to be written could not be. Else empty."""
        return (self._engine.problem() if self.opened else "") or self._trouble

    def open(self) -> None:
        """Once more, after it was closed. Raises UnusableDatabase."""
        with self.lock:
            if not self.opened or self.lost:
                self.connection, self.claimed = self._engine.connect(), frozenset()
                self._end = finalize(self, self.connection.close)
                self.opened = True

    def find_again(self) -> bool:
        """Whether a lost one could be opened; it is looked for once a second at most."""
        if stopwatch() < self._next_look:
            return False
        try:
            self.open()
        except UnusableDatabase as error:
            self._trouble = str(error)
            self._next_look = stopwatch() + _BETWEEN_LOOKS
            return False
        self._trouble = ""
        logger.warning("the database is there again")
        return True

    def look_now(self) -> None:
        """For a lost one, however short ago it was looked for."""
        self._next_look = 0.0

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
        connection = self.connection
        if connection.in_transaction:
            return False
        self._written_before = connection.total_changes()
        try:
            connection.execute(self._beginning)
        except Exception as error:
            self._note_trouble(error)
            raise
        return True

    def commit(self) -> None:
        """Whoever began has to roll back if it fails."""
        self.connection.execute("COMMIT")
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

    def trouble(self, error: BaseException) -> str:
        """What is no fault of ours, and where; else empty."""
        trouble = self._engine.trouble(error)
        return trouble and f"{trouble}: {self._engine} ({error})"

    def _note_trouble(self, error: BaseException) -> None:
        """Raises StorageTrouble in the place of the engine's error for what is no fault of ours."""
        trouble = self.trouble(error)
        if trouble:
            self._trouble = trouble
            logger.warning("nothing was written: %s", self._trouble)
            raise StorageTrouble(self._trouble) from error


def _engine(place: Path | DatabaseUrl | None) -> Engine:
    if not isinstance(place, DatabaseUrl):
        return SQLite(place)
    try:
        from zuora_mock.storage.postgresql import PostgreSQL  # noqa: PLC0415  (its driver is for those who ask for it)
    except ImportError as error:
        raise UnusableDatabase(
            f"cannot use {place} as database: its driver is missing: pip install 'psycopg[binary]'"
        ) from error
    return PostgreSQL(place)
