"""The tables. Those of Zuora's objects follow from the catalogue; the others hold what the mock must remember.

An object whose rules the mock computes has a table of its own, a column a field; fields that few records have stand
together in one column as JSON, since each column costs every read of a row, also one that is empty. What the mock only
stores has one table for all: a new object is no new table, and costs the start of the server nothing.

Every row belongs to a tenant, and those of Zuora's objects to an entity of it. Snapshots are tenants of their own kind,
so that a copy of everything is one `INSERT … SELECT` a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from zuora_mock.domain.catalogue import COMPUTED, Field, ObjectType
from zuora_mock.domain.values import Type
from zuora_mock.storage.definitions import TYPES, Column, Index, Table

TABLES: list[Table] = []

WHERE = "where"
"""Of an index, which rows are in it. To say it as SQLAlchemy does, a keyword for each engine, imports all of them."""

_COLUMN_TYPES: Mapping[Type, type[TypeEngine[Any]]] = {
    Type.ID: String,
    Type.STRING: String,
    Type.TEXT: Text,
    Type.MONEY: BigInteger,
    Type.PERCENT: BigInteger,
    Type.DOUBLE: Float,
    Type.INTEGER: Integer,
    Type.BOOLEAN: Boolean,
    Type.DATE: String,
    Type.DATETIME: BigInteger,
}


def _tenant() -> Column:
    return Column("tenant", Integer, primary_key=True)


def column_type(field: Field) -> TypeEngine[Any]:
    return TYPES[_COLUMN_TYPES[field.type]]


def _column(field: Field) -> Column:
    return Column(field.name, _COLUMN_TYPES[field.type], nullable=field.name != "Id")


def _index(kind: ObjectType, field: Field) -> Index:
    """Without the nulls: nothing is searched by them, and most references are empty."""
    columns = ("tenant", "entity", field.name, "seq")
    return Index(f"{kind.table}_{field.name}", *columns, info={WHERE: text(f'"{field.name}" IS NOT NULL')})


_LISTED = frozenset({"Account", "Invoice"})
"""What Object Query lists without a filter."""


def _latest(kind: ObjectType) -> list[Index]:
    """The order of lists whose order nobody asks for."""
    return [Index(f"{kind.table}_latest", "tenant", "entity", "UpdatedDate", "Id")] if kind.name in _LISTED else []


def _object_table(kind: ObjectType) -> Table:
    """The rows are kept in the order in which they were made. None is found without naming whose it is."""
    return Table(
        kind.table,
        TABLES,
        _tenant(),
        Column("entity", Integer, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        *(_column(each) for each in kind.kept if not each.seldom),
        Column("seldom", Text),
        Column("custom", Text),
        Index(f"{kind.table}_Id", "tenant", "entity", "Id", unique=True),
        *(_index(kind, each) for each in kind.kept if each.indexed),
        *_latest(kind),
        sqlite_with_rowid=False,
    )


OBJECT_TABLES: Mapping[str, Table] = {kind.name: _object_table(kind) for kind in COMPUTED}

STORED_RECORDS = Table(
    "stored_records",
    TABLES,
    _tenant(),
    Column("entity", Integer, primary_key=True),
    Column("Id", String, primary_key=True),
    Column("object", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("custom", Text),
    Index("stored_records_seq", "tenant", "entity", "object", "seq"),
)
"""`body` is a record as JSON, but its custom fields."""

STORED_KEYS = Table(
    "stored_keys",
    TABLES,
    _tenant(),
    Column("entity", Integer, primary_key=True),
    Column("value", String, primary_key=True),
    Column("object", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("Id", String, primary_key=True),
    sqlite_with_rowid=False,
)
"""By which values stored records are found quickly: what they refer to, their numbers and names."""

FIXTURES = Table(
    "fixtures",
    TABLES,
    Column("digest", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Their texts, packed and in pieces."""

TENANTS = Table(
    "tenants",
    TABLES,
    Column("key", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("snapshot_of", Integer),
    Column("world", Integer, nullable=False),
    Column("fixture", String, nullable=False),
    Column("settings", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("custom_fields", Text, nullable=False),
    Column("filled", Text, nullable=False),
    Column("clock_offset", BigInteger, nullable=False),
    Column("clock_frozen_at", BigInteger),
    Column("ids", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("invoices", BigInteger, nullable=False),
    Column("accounts", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Index("tenants_name", "name", unique=True, info={WHERE: text("snapshot_of IS NULL")}),
    sqlite_autoincrement=True,
)

WORLDS = Table("worlds", TABLES, Column("number", Integer, primary_key=True), sqlite_autoincrement=True)
"""Data that belongs to no tenant, because it is not whole yet or not needed any more: after a start it goes."""

UNFINISHED = Table(
    "unfinished",
    TABLES,
    _tenant(),
    Column("world", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("ids", "seq", "invoices", "accounts")),
    Column("doomed", Text, nullable=False),
)
"""Work in a tenant's world that was begun, with the tenant's counters before: after a start its rows go.

Once it is done there are `doomed` rows, JSON of table, entity and the ids of their invoices, and they go.
"""

ENTITIES = Table(
    "entities",
    TABLES,
    _tenant(),
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("name", String, nullable=False),
)

CLIENTS = Table(
    "clients",
    TABLES,
    _tenant(),
    Column("client_id", String, primary_key=True),
    Column("secret", String, nullable=False),
    Column("username", String, nullable=False),
    Column("password", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("entities", Text, nullable=False),
    Index("clients_client_id", "client_id", unique=True),
    Index("clients_username", "username"),
)

PAYMENT_TERMS = Table(
    "payment_terms",
    TABLES,
    _tenant(),
    Column("name", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("days", Integer, nullable=False),
    Column("cutoff_day", Integer, nullable=False),
    Column("months", Integer, nullable=False),
    Column("due_day", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
)

ORGS = Table("orgs", TABLES, _tenant(), Column("id", String, primary_key=True))

CHARGES = Table(
    "charges",
    TABLES,
    _tenant(),
    Column("entity", Integer, primary_key=True),
    Column("account", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("recurring", Boolean, nullable=False),
    Column("billed", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("charges_seq", "tenant", "entity", "seq"),
)

SPLITS = Table(
    "splits",
    TABLES,
    _tenant(),
    Column("entity", Integer, primary_key=True),
    Column("split", String, primary_key=True),
    Column("original", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("arithmetic", Text, nullable=False),
    Index("splits_original", "tenant", "entity", "original"),
    Index("splits_seq", "tenant", "entity", "seq"),
)

TOKENS = Table(
    "tokens",
    TABLES,
    Column("token", String, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("client_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("tokens_tenant", "tenant"),
)

JOBS = Table(
    "jobs",
    TABLES,
    _tenant(),
    Column("id", String, primary_key=True),
    Column("entity", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("object_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text),
    Column("rule", String),
    Column("due_at", BigInteger, nullable=False),
    Column("request", Integer),
    Column("parameters", Text, nullable=False),
    Column("history", Text, nullable=False),
    Index("jobs_object", "tenant", "object_id"),
    Index("jobs_state", "state", "tenant", "seq"),
    sqlite_with_rowid=False,
)

IDEMPOTENCY = Table(
    "idempotency",
    TABLES,
    _tenant(),
    Column("key", String, primary_key=True),
    Column("entity", Integer, nullable=False),
    Column("method", String, nullable=False),
    Column("path", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("rules", Text, nullable=False),
    Index("idempotency_kept_at", "tenant", "kept_at"),
)

CURSORS = Table(
    "cursors",
    TABLES,
    _tenant(),
    Column("id", String, primary_key=True),
    Column("entity", Integer, nullable=False),
    Column("object", String, nullable=False),
    Column("fields", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

CURSOR_ROWS = Table(
    "cursor_rows",
    TABLES,
    _tenant(),
    Column("cursor", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("row", Text, nullable=False),
    sqlite_with_rowid=False,
)

JOURNAL = Table(
    "journal",
    TABLES,
    _tenant(),
    Column("n", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("method", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("track_id", String),
    Column("request_id", String, nullable=False),
    Column("operation", String),
    Column("rule", Text),
    Column("fault", String),
    Column("stub", String),
    Column("milliseconds", Float, nullable=False),
    Column("request_headers", Text, nullable=False),
    Column("request_body", LargeBinary, nullable=False),
    Column("response_headers", Text, nullable=False),
    Column("response_body", LargeBinary, nullable=False),
    Column("changed", Text),
    Column("explanation", Text),
    Column("notes", Text),
)

EXERCISED = Table(
    "exercised",
    TABLES,
    _tenant(),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
)

FAULTS = Table(
    "faults",
    TABLES,
    _tenant(),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("struck", Integer, nullable=False),
    Column("expires_at", BigInteger),
)

STUBS = Table(
    "stubs",
    TABLES,
    _tenant(),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

SCENARIOS = Table(
    "scenarios",
    TABLES,
    _tenant(),
    Column("name", String, primary_key=True),
    Column("state", String, nullable=False),
)

KEPT_TABLES: tuple[Table, ...] = (*OBJECT_TABLES.values(), STORED_RECORDS, CHARGES, SPLITS)
"""Those of which rows are kept as a fixture made them."""

ORIGINALS: Mapping[str, Table] = {each.name: each.bare(f"original_{each.name}", TABLES) for each in KEPT_TABLES}
"""Where they are kept, by the table that they are from."""

DATA_TABLES: tuple[Table, ...] = (
    *KEPT_TABLES,
    *ORIGINALS.values(),
    STORED_KEYS,
    PAYMENT_TERMS,
    ORGS,
    ENTITIES,
    JOBS,
    IDEMPOTENCY,
    CURSORS,
    CURSOR_ROWS,
    STUBS,
    SCENARIOS,
)
"""What a snapshot and a fork carry over. Clients, tokens, journal and faults stay with the tenant.

Here the column `tenant` has the number of the tenant's world.
"""
