"""Statements of SQLAlchemy, written once and run by the driver itself.

What SQLAlchemy does anew for each execution costs several times what SQLite needs for a row. The SQL is therefore
compiled once for each dialect; values go in and come out as the driver has them: a boolean comes out as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from sqlalchemy import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from zuora_mock.storage.dialect import SqlDialect

Parameters = Mapping[str, object]
Statement: TypeAlias = ClauseElement | Callable[[SqlDialect], ClauseElement]
"""A function where it takes the dialect's own `insert`, and where it stands in a module.

A server needs few of these, and to write all of them took a tenth of what it adds to its imports.
"""


class RowSet(Protocol):
    """Of a driver."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Of a driver, which commits by itself what is in no transaction."""

    dialect: SqlDialect
    replica: int
    """Its number among those that share the database; 0 where nobody does."""
    led: frozenset[int]
    """The keys of the tenants whose rows the transaction has locked, where others share the database."""

    @property
    def in_transaction(self) -> bool: ...

    def changes(self) -> int:
        """Rows that the last statement wrote or removed."""
        ...

    def total_changes(self) -> int:
        """Rows written so far."""
        ...

    @property
    def lost(self) -> bool:
        """Whether it has broken."""
        ...

    @property
    def IntegrityError(self) -> type[Exception]: ...  # noqa: N802  (as the drivers call it)

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> RowSet: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object: ...

    def close(self) -> None: ...


class Connected(Protocol):
    """What statements are run on: a transaction, or the database where no single tenant is meant."""

    @property
    def connection(self) -> Connection: ...


def execute(on: Connected, sql: str, values: Sequence[object] = ()) -> RowSet:
    return on.connection.execute(sql, values)


def execute_many(on: Connected, sql: str, rows: Iterable[Sequence[object]]) -> None:
    on.connection.executemany(sql, rows)


class _Compiled(NamedTuple):
    """`values` takes what the statement names out of the parameters."""

    sql: str
    values: Callable[[Parameters], Sequence[object]]
    constants: dict[str, object]


def _reader(names: tuple[str, ...]) -> Callable[[Parameters], Sequence[object]]:
    return itemgetter(*names) if len(names) > 1 else lambda parameters: [parameters[name] for name in names]


class _Compilations(dict[SqlDialect, _Compiled]):
    """Made when they are first needed: the start of the server needs few of all statements."""

    __slots__ = ("_statement",)

    def __init__(self, statement: Statement) -> None:
        super().__init__()
        self._statement = statement

    def __missing__(self, dialect: SqlDialect) -> _Compiled:
        statement = self._statement(dialect) if callable(self._statement) else self._statement
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect.alchemy))
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        self[dialect] = made = _Compiled(str(compiled), _reader(tuple(compiled.positiontup or ())), constants)
        return made


class Prepared:
    """One statement. Every parameter that it names has to be given; others may be, and are ignored."""

    __slots__ = ("_compiled",)

    def __init__(self, statement: Statement) -> None:
        self._compiled = _Compilations(statement)

    def run(self, on: Connected, parameters: Parameters) -> RowSet:
        connection = on.connection
        sql, values, constants = self._compiled[connection.dialect]
        if constants:
            parameters = {**constants, **parameters}
        return connection.execute(sql, values(parameters))

    def write(self, on: Connected, parameters: Parameters) -> int:
        """How many rows were written or removed."""
        self.run(on, parameters)
        return on.connection.changes()

    def run_many(self, on: Connected, rows: Iterable[Parameters]) -> None:
        sql, values, constants = self._compiled[on.connection.dialect]
        complete = ({**constants, **row} for row in rows) if constants else rows
        execute_many(on, sql, map(values, complete))

    def run_with(self, on: Connected, values: Sequence[object]) -> RowSet:
        """`values` are all that the statement names, in its order."""
        return execute(on, self._compiled[on.connection.dialect].sql, values)

    def run_many_with(self, on: Connected, rows: Iterable[Sequence[object]]) -> None:
        execute_many(on, self._compiled[on.connection.dialect].sql, rows)

    def first(self, on: Connected, parameters: Parameters) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.run(on, parameters).fetchone()
        return row

    def all(self, on: Connected, parameters: Parameters) -> list[tuple[Any, ...]]:
        return self.run(on, parameters).fetchall()

    def column(self, on: Connected, parameters: Parameters) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self.run(on, parameters)]
