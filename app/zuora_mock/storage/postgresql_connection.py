"""Statements on their way to PostgreSQL and back: with what psycopg has of libpq and of types, past its cursors.

They take three times the processor time for a statement, and four times for one of many rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.bool import BoolDumper
from psycopg.types.numeric import Int8Dumper

from zuora_mock.storage.dialect import without_nul
from zuora_mock.storage.postgresql_schema import POSTGRESQL
from zuora_mock.storage.statements import RowSet
from zuora_mock.storage.trouble import StorageTrouble

_UNLOCK, _FORGET = b"SELECT pg_advisory_unlock_all()", b"DEALLOCATE ALL"
_MOST_KNOWN = 1000
"""Statements; those that are asked again stay prepared until so many others have come."""
_BATCH = 500
"""Rows that are under way at once: their answers have to fit between the two."""

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_WRITING = ("INSERT", "UPDATE", "DELETE")
_OPEN = frozenset({TransactionStatus.ACTIVE, TransactionStatus.INTRANS, TransactionStatus.INERROR})
_DONE = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
_LIMIT = psycopg.errors.ProgramLimitExceeded
"""A statement of ours is at fault."""

_NOT_PREPARED = b""


class _Truth(BoolDumper):
    """As 1 or 0."""

    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"

    def quote(self, obj: bool) -> bytes:
        return self.dump(obj)


class _Fetched:
    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[tuple[Any, ...]] = ()) -> None:
        self._rows = iter(rows)

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class PostgreSQLConnection:
    """As `statements.Connection` has it. Raises StorageTrouble for what is no fault of ours."""

    dialect = POSTGRESQL
    IntegrityError: type[Exception] = psycopg.IntegrityError

    def __init__(self, driver: psycopg.Connection[tuple[Any, ...]], replica: int) -> None:
        self.replica, self.led = replica, frozenset[int]()
        driver.adapters.register_dumper(int, Int8Dumper)
        driver.adapters.register_dumper(bool, _Truth)
        self._driver, self._line, self._types = driver, driver.pgconn, Transformer(driver)
        self._line.nonblocking = 0
        self._coming = DefaultSelector()
        self._coming.register(self._line.socket, EVENT_READ)
        self._names: dict[str, bytes] = {}
        self._numbers = count(1)
        self._written = self._written_before = 0

    @property
    def in_transaction(self) -> bool:
        return self._line.transaction_status in _OPEN

    @property
    def lost(self) -> bool:
        return self._line.status != ConnStatus.OK

    def changes(self) -> int:
        return self._written - self._written_before

    def total_changes(self) -> int:
        return self._written

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> RowSet:
        if sql.startswith(_TRANSACTION):
            return self._control(sql)
        values = self._as_sent(parameters)
        try:
            result = self._ask(sql, values)
        except psycopg.OperationalError as error:
            raise _trouble(error) from error
        if result.status not in _DONE:
            raise self._failure(result)
        self._types.set_pgresult(result)
        if sql.startswith(_WRITING):
            self._count(result.command_tuples or 0)
        return _Fetched(self._types.load_rows(0, result.ntuples, tuple))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        every = list(rows)
        if len(every) == 1:
            return self.execute(sql, every[0])
        try:
            for first in range(0, len(every), _BATCH):
                self._run_together(sql, every[first : first + _BATCH])
        except psycopg.OperationalError as error:
            raise _trouble(error) from error
        return None

    def close(self) -> None:
        """The next server can begin at once: the session ends some time after its connection."""
        with suppress(psycopg.Error):
            self._line.exec_(_UNLOCK)
        self._coming.close()
        self._driver.close()

    def _count(self, written: int) -> None:
        self._written_before, self._written = self._written, self._written + written

    def _control(self, sql: str) -> RowSet:
        if sql == "BEGIN":
            self.led = frozenset()
        try:
            result = self._line.exec_(sql.encode())
        except psycopg.OperationalError as error:
            raise _trouble(error) from error
        if result.status != ExecStatus.COMMAND_OK:
            raise self._failure(result)
        if sql == "COMMIT" and result.command_status != b"COMMIT":
            raise StorageTrouble("the transaction had failed before")
        return _Fetched()

    def _as_sent(self, parameters: Sequence[Any]) -> Sequence[Any]:
        """Their formats stand in `_types` until the next are asked for."""
        formats = [PyFormat.AUTO] * len(parameters)
        try:
            return self._types.dump_sequence(parameters, formats)
        except psycopg.DataError:
            return self._types.dump_sequence([without_nul(each) for each in parameters], formats)

    def _ask(self, sql: str, values: Sequence[Any]) -> PGresult:
        """Prepares what is asked a second time."""
        name = self._names.get(sql)
        if name is None:
            self._note(sql)
            return self._line.exec_params(sql.encode(), values, param_formats=self._types.formats)
        return self._line.exec_prepared(name or self._prepared(sql), values, self._types.formats)

    def _note(self, sql: str) -> None:
        if len(self._names) >= _MOST_KNOWN:
            self._line.exec_(_FORGET)
            self._names.clear()
        self._names[sql] = _NOT_PREPARED

    def _prepared(self, sql: str) -> bytes:
        name = str(next(self._numbers)).encode()
        result = self._line.prepare(name, sql.encode())
        if result.status not in _DONE:
            raise self._failure(result)
        self._names[sql] = name
        return name

    def _run_together(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Sends all before it reads an answer."""
        if sql not in self._names:
            self._note(sql)
        name = self._names[sql] or self._prepared(sql)
        sent = [(self._as_sent(each), self._types.formats) for each in rows]
        self._line.enter_pipeline_mode()
        for values, formats in sent:
            self._line.send_query_prepared(name, values, formats)
        self._line.pipeline_sync()
        answers = [*self._answers()]
        for each in answers:
            if each.status not in _DONE:
                raise self._failure(each)
        self._count(sum(each.command_tuples or 0 for each in answers))

    def _answers(self) -> Iterator[PGresult]:
        """Up to the end of the pipeline, or of the connection."""
        while not self.lost:
            while self._line.is_busy():
                self._coming.select()
                self._line.consume_input()
            result = self._line.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                self._line.exit_pipeline_mode()
                return
            if result is not None:
                yield result

    def _failure(self, result: PGresult) -> Exception:
        error = error_from_result(result)
        ours = isinstance(error, _LIMIT) or not isinstance(error, psycopg.OperationalError)
        return error if ours and not self.lost else _trouble(error)


def first_line(error: BaseException) -> str:
    return " ".join(str(error).strip().split("\n", 1)[0].split())


def _trouble(error: psycopg.Error) -> StorageTrouble:
    trouble = StorageTrouble(first_line(error))
    trouble.__cause__ = error
    return trouble
