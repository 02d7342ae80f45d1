"""The definitions of tables and indexes as SQL, the version that follows from them, and how rows will be spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

from zuora_mock.storage.dialect import SqlDialect
from zuora_mock.storage.tables import JOBS, OBJECT_TABLES, STORED_KEYS, STORED_RECORDS, TABLES, WHERE


@cache
def defined() -> MetaData:
    """All tables, as SQLAlchemy writes their definitions."""
    made = MetaData()
    for each in TABLES:
        each.define(made)
    return made


@cache
def definitions(dialect: SqlDialect) -> Mapping[str, str]:
    """The statements by the names of what they make, in the order in which they can be run.

    Those of SQLite are kept in a file, as SQLAlchemy writes them: that takes longer than to run them.
    """
    kept = Path(__file__).with_name(f"{dialect.alchemy.name}.sql")
    text = kept.read_text(encoding="utf-8") if kept.exists() else written(dialect)
    statements = (" ".join(each.split()) for each in text.split(";"))
    return {_named(each): each for each in statements if each}


def written(dialect: SqlDialect) -> str:
    """The statements as they follow from the tables."""
    return "".join(f"{str(each.compile(dialect=dialect.alchemy)).strip()};\n\n" for each in _made(dialect))


def version(dialect: SqlDialect) -> int:
    """A digest of all definitions: never 0, which is the version of an empty file."""
    return digest(definitions(dialect).values())


def digest(definitions: Iterable[str]) -> int:
    """31 bits."""
    made = blake2b("\n".join(definitions).encode(), digest_size=4).digest()
    return int.from_bytes(made) >> 1 or 1


def spread() -> Iterator[tuple[str, str, str]]:
    """Table, index, and rows in all, then rows per prefix of the index, as they are with large tenants."""
    rows = ("1000000", "100000", "50000", "10", "1")
    for table in OBJECT_TABLES.values():
        yield table.name, table.name, "1000000 100000 50000 1"
        for index in table.indexes:
            spread = rows[:3] + rows[-1:] if index.unique else rows[: len(index.columns) + 1]
            yield table.name, index.name, " ".join(spread)
    yield STORED_RECORDS.name, f"sqlite_autoindex_{STORED_RECORDS.name}_1", "1000000 100000 50000 1"
    yield STORED_RECORDS.name, "stored_records_seq", "1000000 100000 50000 20000 1"
    yield STORED_KEYS.name, STORED_KEYS.name, "3000000 300000 150000 10 8 5 1"
    yield JOBS.name, JOBS.name, "1000000 100000 1"
    yield JOBS.name, "jobs_object", "1000000 100000 1"
    yield JOBS.name, "jobs_state", "1000000 250000 50000 1"


def _named(definition: str) -> str:
    """What it makes: `CREATE TABLE name`, `CREATE UNIQUE INDEX "name"`."""
    return definition.removeprefix("CREATE ").removeprefix("UNIQUE ").split()[1].strip('"')


def _made(dialect: SqlDialect) -> Iterator[CreateTable | CreateIndex]:
    for table in defined().sorted_tables:
        yield CreateTable(table)
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            index.dialect_options[dialect.alchemy.name][WHERE] = index.info.get(WHERE)
            yield CreateIndex(index)
