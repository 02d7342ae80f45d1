"""Where the records of an object stand, and the values of their fields: in columns, or in a stored record's JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, column, select

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Type
from zuora_mock.storage.definitions import Table
from zuora_mock.storage.dialect import FieldIn, each_of
from zuora_mock.storage.tables import OBJECT_TABLES, STORED_KEYS, STORED_RECORDS, column_type

IDENTITY = "Id"


def table_of(kind: ObjectType) -> Table:
    return STORED_RECORDS if kind.stored else OBJECT_TABLES[kind.name]


def whose(kind: ObjectType, prefix: str = "") -> ColumnElement[bool]:
    """The records of the object in one entity, whose parameters have this prefix."""
    table = table_of(kind)
    mine = and_(table.c.tenant == bindparam(f"{prefix}tenant"), table.c.entity == bindparam(f"{prefix}entity"))
    return and_(mine, table.c.object == kind.name) if kind.stored else mine


@cache
def column_names(kind: ObjectType) -> tuple[str, ...]:
    """Of the fields that have one of their own."""
    return tuple(each.name for each in kind.kept if not each.seldom)


@cache
def seldom_names(kind: ObjectType) -> tuple[str, ...]:
    """Of the fields that stand together in one column."""
    return tuple(each.name for each in kind.kept if each.seldom)


def columns(kind: ObjectType, only: Sequence[str] = ()) -> list[ColumnElement[Any]]:
    """What a record is made of again: its fields or its JSON, at the end its custom fields.

    Or these fields `only`, where each has a column.
    """
    if only and not kind.stored:
        return [column(name) for name in only]
    names = ("body",) if kind.stored else (*column_names(kind), "seldom")
    return [column(name) for name in (*names, "custom")]


def value(kind: ObjectType, name: str) -> ColumnElement[Any]:
    """A field of the catalogue, as SQL compares it: text, a number, or null; a boolean is 0 or 1."""
    if kind.stored and name != IDENTITY:
        return FieldIn(STORED_RECORDS.c.body, name, column_type(kind.by_name[name]))
    table = table_of(kind)
    if name in seldom_names(kind):
        return FieldIn(table.c.seldom, name, column_type(kind.by_name[name]))
    return table.c[name]


def equal(kind: ObjectType, name: str, parameter: str) -> ColumnElement[bool]:
    """Whether the field is what the parameter says, by an index where there is one."""
    return _fitting(kind, name, lambda field: field == bindparam(parameter))


def one_of(kind: ObjectType, name: str, parameter: str) -> ColumnElement[bool]:
    """Whether the field has one of the values in a JSON array, by an index where there is one."""
    return _fitting(kind, name, lambda field: field.in_(each_of(parameter, field.type)))


def _fitting(kind: ObjectType, name: str, fits: Callable[[ColumnElement[Any]], Any]) -> ColumnElement[bool]:
    if kind.stored and name != IDENTITY and is_key(kind, name):
        found: ColumnElement[bool] = STORED_RECORDS.c.Id.in_(_found(kind, name, fits(STORED_KEYS.c.value)))
        return found
    fitting: ColumnElement[bool] = fits(value(kind, name))
    return fitting


def is_key(kind: ObjectType, name: str) -> bool:
    field = kind.by_name[name]
    return field.indexed or (field.type is Type.ID and bool(field.target))


def _found(kind: ObjectType, name: str, fits: ColumnElement[bool]) -> Any:
    keys = STORED_KEYS.c
    mine = and_(keys.tenant == STORED_RECORDS.c.tenant, keys.entity == STORED_RECORDS.c.entity)
    of_field = and_(keys.object == kind.name, keys.field == name)
    return select(keys.Id).where(mine, fits, of_field).correlate(STORED_RECORDS)
