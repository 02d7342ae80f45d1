"""Statements of SQLAlchemy, written once and run by the driver itself.

What SQLAlchemy does anew for each execution costs several times what SQLite needs for a row. Where calls are frequent
the SQL is therefore compiled once; values go in and come out as the driver has them: a boolean comes out as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from sqlite3 import Connection as DriverConnection
from sqlite3 import Cursor
from typing import Any, NamedTuple, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.sql.compiler import SQLCompiler

Parameters = Mapping[str, object]


def driver(connection: Connection) -> DriverConnection:
    return cast("DriverConnection", connection.connection.driver_connection)


class _Compiled(NamedTuple):
    sql: str
    names: tuple[str, ...]
    constants: dict[str, object]


class Prepared:
    """One statement. Every parameter that it names has to be given; others may be, and are ignored."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> _Compiled:
        """Made when it is first needed: the start of the server needs few of all statements."""
        compiled = cast("SQLCompiler", self._statement.compile(dialect=dialect()))
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return _Compiled(str(compiled), tuple(compiled.positiontup or ()), constants)

    def run(self, connection: Connection, parameters: Parameters) -> Cursor:
        sql, names, constants = self._compiled
        if constants:
            parameters = {**constants, **parameters}
        return driver(connection).execute(sql, [parameters[name] for name in names])

    def run_many(self, connection: Connection, rows: Iterable[Parameters]) -> None:
        sql, names, constants = self._compiled
        complete = ({**constants, **row} for row in rows) if constants else rows
        driver(connection).executemany(sql, [[row[name] for name in names] for row in complete])

    def first(self, connection: Connection, parameters: Parameters) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.run(connection, parameters).fetchone()
        return row

    def all(self, connection: Connection, parameters: Parameters) -> Sequence[tuple[Any, ...]]:
        return self.run(connection, parameters).fetchall()
