"""PostgreSQL's SQL and definitions, and rows by which its planner knows what large tenants are like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, Float, LargeBinary, String, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import TypeEngine

from zuora_mock.storage import schema
from zuora_mock.storage.dialect import SqlDialect
from zuora_mock.storage.replicas import NUMBER
from zuora_mock.storage.tables import (
    CURSOR_ROWS,
    CURSORS,
    IDEMPOTENCY,
    JOBS,
    JOURNAL,
    OBJECT_TABLES,
    STORED_KEYS,
    STORED_RECORDS,
    TOKENS,
    UNFINISHED,
    WORLDS,
)

VERSION_TABLE, REPLICAS = "zuora_mock_version", "replicas"

_SAMPLED = (*OBJECT_TABLES.values(), STORED_RECORDS, STORED_KEYS, JOBS, JOURNAL, IDEMPOTENCY, CURSOR_ROWS)
"""What holds thousands of rows of a tenant."""
_SAMPLE, _SAMPLE_TENANTS = 1000, 10
NO_TENANT = -(2**40)
"""Below all numbers of worlds."""
_COUNTED = ("minutes", "hours", "days", "counted_at")
_LEADING = (
    "CREATE SEQUENCE uses",
    "ALTER TABLE tenants SET (fillfactor = 40)",
    "ALTER TABLE tenants ADD COLUMN version BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tenants ADD COLUMN renewal BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tenants ADD COLUMN entries BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tenants ADD COLUMN used BIGINT NOT NULL DEFAULT nextval('uses')",
    "ALTER TABLE tenants ADD COLUMN ordered BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tenants ADD COLUMN holder INTEGER",
    *(f"ALTER TABLE tenants ADD COLUMN {each} BIGINT NOT NULL DEFAULT 0" for each in _COUNTED),
    "CREATE UNLOGGED TABLE waiting (number BIGINT GENERATED ALWAYS AS IDENTITY, tenant BIGINT, key TEXT)",
    "ALTER TABLE waiting ADD COLUMN takes_place SMALLINT NOT NULL DEFAULT 1",
    "ALTER TABLE waiting ADD COLUMN owner INTEGER NOT NULL",
    f"ALTER TABLE waiting ALTER COLUMN owner SET DEFAULT {NUMBER}",
    "CREATE INDEX waiting_tenant ON waiting (tenant)",
    "CREATE INDEX waiting_number ON waiting (number)",
    "ALTER TABLE tokens ADD COLUMN aged SMALLINT NOT NULL DEFAULT 0",
)
"""What the row has besides where others share it: its edition, how many calls there were, when it was used last, the
position of the last fault order, and the replica that is in the middle of long work on it."""
_IN_ORDER = (TOKENS, IDEMPOTENCY, CURSORS)
"""Where the order in which rows came is asked for, which SQLite knows by itself."""


class _Types(PGTypeCompiler):
    """SQLite's integers have 64 bits, its booleans are integers, its texts are in the order of their code points."""

    def visit_INTEGER(self, type_: Any, **options: Any) -> str:  # noqa: N802  (SQLAlchemy's name)
        return "BIGINT"

    def visit_BOOLEAN(self, type_: Any, **options: Any) -> str:  # noqa: N802  (as above)
        return "SMALLINT"

    def visit_VARCHAR(self, type_: Any, **options: Any) -> str:  # noqa: N802  (as above)
        return self._of_code_points("VARCHAR", options)

    def visit_TEXT(self, type_: Any, **options: Any) -> str:  # noqa: N802  (as above)
        return self._of_code_points("TEXT", options)

    def _of_code_points(self, name: str, options: dict[str, Any]) -> str:
        return f'{name} COLLATE "C"' if isinstance(options.get("type_expression"), Column) else name


class _Alchemy(PGDialect_psycopg):
    type_compiler_cls = _Types
    supports_statement_cache = False


POSTGRESQL = SqlDialect(
    "${}".format,
    lambda: _Alchemy(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
    insert,
)


def definitions() -> Iterator[str]:
    """Of all tables, in the order in which they can be run."""
    yield from _tables()
    yield f"CREATE TABLE {VERSION_TABLE} (version BIGINT NOT NULL)"
    yield f"INSERT INTO {VERSION_TABLE} VALUES ({version()})"  # noqa: S608  (a number of ours)


@cache
def version() -> int:
    return schema.digest(_tables())


def _tables() -> Iterator[str]:
    yield from schema.definitions(POSTGRESQL).values()
    for table in _IN_ORDER:
        yield f"ALTER TABLE {table.name} ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY"
    yield f"CREATE TABLE {REPLICAS} (number INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"
    for table in (WORLDS, UNFINISHED):
        yield f"ALTER TABLE {table.name} ADD COLUMN owner INTEGER NOT NULL"
        yield f"ALTER TABLE {table.name} ALTER COLUMN owner SET DEFAULT {NUMBER}"
    yield from _LEADING


def descriptions() -> Iterator[str]:
    """Statements that tell the planner, once for all, how rows spread over large tenants.

    A new database has no statistics; a plan made then, and kept, reads all of a tenant for one row. The rows belong to
    tenants that do not exist.
    """
    tables = schema.defined().tables
    for each in _SAMPLED:
        yield _sample(tables[each.name])
    for table in tables.values():
        yield f"ALTER TABLE {table.name} SET (autovacuum_analyze_threshold = 2147483647)"
        yield f"ANALYZE {table.name}"


def _sample(table: Table) -> str:
    values = {f'"{column.name}"': _sampled(column) for column in table.columns if _is_sampled(column)}
    names, made = ", ".join(values), ", ".join(values.values())
    return f"INSERT INTO {table.name} ({names}) SELECT {made} FROM generate_series(1, {_SAMPLE}) n"  # noqa: S608  (as above)


def _is_sampled(column: Column[Any]) -> bool:
    table = column.table
    indexed = any(column.name in index.columns for index in table.indexes)
    return indexed or column.primary_key or not column.nullable


def _sampled(column: Column[Any]) -> str:
    if column.name == "tenant":
        return f"{NO_TENANT} - n % {_SAMPLE_TENANTS}"
    if column.name == "entity":
        return "n / 500"
    if column.name == "object":
        return "'object' || n % 5"
    return _some(column.type)


def _some(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, String):
        return "md5(CAST(n AS TEXT))"
    if isinstance(type_, LargeBinary):
        return "''"
    return "n" if isinstance(type_, BigInteger | Float) else "n % 1000"
