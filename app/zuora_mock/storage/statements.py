"""Statements of SQLAlchemy, written once and run by the driver itself.

What SQLAlchemy does anew for each execution costs several times what SQLite needs for a row. The SQL is therefore
compiled once; values go in and come out as the driver has them: a boolean comes out as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from sqlite3 import Connection, Cursor
from typing import Any, NamedTuple, Protocol, cast

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.sql.compiler import SQLCompiler

Parameters = Mapping[str, object]
sqlite = cache(dialect)
"""The dialect that statements are compiled for; to make one takes longer than to compile most of them."""


class Connected(Protocol):
    """What statements are run on: a transaction, or the database where no single tenant is meant."""

    @property
    def connection(self) -> Connection: ...


def execute(on: Connected, sql: str, values: Sequence[object] = ()) -> Cursor:
    return on.connection.execute(sql, values)


def execute_many(on: Connected, sql: str, rows: Iterable[Sequence[object]]) -> None:
    on.connection.executemany(sql, rows)


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
        compiled = cast("SQLCompiler", self._statement.compile(dialect=sqlite()))
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return _Compiled(str(compiled), tuple(compiled.positiontup or ()), constants)

    def run(self, on: Connected, parameters: Parameters) -> Cursor:
        sql, names, constants = self._compiled
        if constants:
            parameters = {**constants, **parameters}
        return execute(on, sql, [parameters[name] for name in names])

    def run_many(self, on: Connected, rows: Iterable[Parameters]) -> None:
        sql, names, constants = self._compiled
        complete = ({**constants, **row} for row in rows) if constants else rows
        execute_many(on, sql, [[row[name] for name in names] for row in complete])

    def run_with(self, on: Connected, values: Sequence[object]) -> Cursor:
        """`values` are all that the statement names, in its order."""
        return execute(on, self._compiled.sql, values)

    def first(self, on: Connected, parameters: Parameters) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.run(on, parameters).fetchone()
        return row

    def all(self, on: Connected, parameters: Parameters) -> list[tuple[Any, ...]]:
        return self.run(on, parameters).fetchall()

    def column(self, on: Connected, parameters: Parameters) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self.run(on, parameters)]
