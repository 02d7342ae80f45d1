"""What a table is: to statements a name with columns, to the database a definition too.

SQLAlchemy's own tables are both. To make them took a seventh of what the server adds to its start, and the definitions
of SQLite are kept as text: so they are made from these where definitions are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    TableClause,
    Text,
    column,
)
from sqlalchemy.types import TypeEngine

TYPES: Mapping[type[TypeEngine[Any]], TypeEngine[Any]] = {
    each: each() for each in (BigInteger, Boolean, Float, Integer, LargeBinary, String, Text)
}
"""One of each for all columns: what SQLAlchemy works out for a type, it keeps by the object."""


class Column(NamedTuple):
    name: str
    type: type[TypeEngine[Any]]
    primary_key: bool = False
    nullable: bool = True


class Index:
    def __init__(self, name: str, *columns: str, unique: bool = False, info: Mapping[str, Any] | None = None) -> None:
        self.name, self.columns, self.unique, self.info = name, columns, unique, info or {}


class Table(TableClause):
    """`options` are SQLAlchemy's, each with the name of its dialect before it."""

    inherit_cache = True

    def __init__(self, name: str, tables: list[Table], *parts: Column | Index, **options: Any) -> None:
        self._given = [each for each in parts if isinstance(each, Column)]
        super().__init__(name, *(column(each.name, TYPES[each.type]) for each in self._given))
        self.own_key = [self.c[each.name] for each in self._given if each.primary_key and each.name != "tenant"]
        self.indexes = [each for each in parts if isinstance(each, Index)]
        self._options = options
        tables.append(self)

    def bare(self, name: str, tables: list[Table]) -> Table:
        """One of the same columns and the same key, without further indexes."""
        return Table(name, tables, *self._given, sqlite_with_rowid=False)

    def define(self, metadata: MetaData) -> None:
        """Adds it as SQLAlchemy defines it."""
        columns = (
            sqlalchemy.Column(each.name, each.type, primary_key=each.primary_key, nullable=_nullable(each))
            for each in self._given
        )
        indexes = (
            sqlalchemy.Index(each.name, *each.columns, unique=each.unique, info=dict(each.info))
            for each in self.indexes
        )
        sqlalchemy.Table(self.name, metadata, *columns, *indexes, **self._options)


def _nullable(given: Column) -> bool:
    return given.nullable and not given.primary_key
