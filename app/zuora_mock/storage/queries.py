"""Queries over Zuora's objects as SQL, and the cursors that keep results of more than one page.

A row is the kept values of the selected fields in the selection's order, the custom fields, if it has any, as one JSON
text at its end. Whatever a user typed is a bound parameter; columns come from the catalogue by name. A cursor holds
copies of the rows, made within SQLite: its pages stay as they were, and Python holds one page at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, String, bindparam, delete, func, insert, literal_column, select

from zuora_mock.domain.catalogue import ObjectType, is_custom
from zuora_mock.domain.conditions import Selection
from zuora_mock.storage.conditions import Shapes, shapes, values, where
from zuora_mock.storage.dialect import JsonRow
from zuora_mock.storage.places import table_of, value
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CURSOR_ROWS, CURSORS
from zuora_mock.storage.transaction import Transaction

Row: TypeAlias = Sequence[Any]
_CUSTOM = "custom"


class Cursor(NamedTuple):
    """`names` are the fields of each of the `size` rows."""

    id: str
    object: str
    names: tuple[str, ...]
    size: int
    expires_at: int


def first_rows(transaction: Transaction, selection: Selection, limit: int) -> Sequence[Row]:
    """The oldest rows that match, at most `limit`."""
    statement = _select_first(selection.kind, selection.names, shapes(selection))
    return statement.all(transaction, {**transaction.scope, **values(selection), "limit": limit})


def copy_rows(transaction: Transaction, selection: Selection, cursor: str) -> int:
    """Keeps every row that matches for the cursor. Returns their number."""
    statement = _copy(selection.kind, selection.names, shapes(selection))
    return statement.run(transaction, {**transaction.scope, **values(selection), "cursor": cursor}).rowcount


def add_cursor(transaction: Transaction, cursor: Cursor) -> None:
    values = {
        "id": cursor.id,
        "object": cursor.object,
        "fields": json.dumps(cursor.names),
        "size": cursor.size,
        "expires_at": cursor.expires_at,
    }
    _INSERT_CURSOR.run(transaction, {**transaction.scope, **values})


def find_cursor(transaction: Transaction, cursor: str) -> Cursor | None:
    """None also for one that has expired."""
    row = _SELECT_CURSOR.first(transaction, {**transaction.scope, "cursor": cursor, "now": transaction.now()})
    if row is None:
        return None
    kind, names, size, expires_at = row
    return Cursor(cursor, kind, tuple(json.loads(names)), size, expires_at)


def cursor_rows(transaction: Transaction, cursor: str, offset: int, limit: int) -> Sequence[Row]:
    page = {"tenant": transaction.tenant.world, "cursor": cursor, "offset": offset, "end": offset + limit}
    rows: list[Row] = json.loads(f"[{','.join(_SELECT_PAGE.column(transaction, page))}]")
    return rows


def remove_expired(transaction: Transaction) -> None:
    expired = _SELECT_EXPIRED.column(transaction, {"tenant": transaction.tenant.world, "now": transaction.now()})
    _remove_cursors(transaction, expired)


def trim_cursors(transaction: Transaction, most: int) -> int:
    """Removes those that expire first of more than so many; how many they were."""
    surplus = _SELECT_SURPLUS.column(transaction, {"tenant": transaction.tenant.world, "most": most})
    _remove_cursors(transaction, surplus)
    return len(surplus)


def _remove_cursors(transaction: Transaction, cursors: Sequence[str]) -> None:
    gone = [{"tenant": transaction.tenant.world, "cursor": each} for each in cursors]
    _DELETE_ROWS.run_many(transaction, gone)
    _DELETE_CURSOR.run_many(transaction, gone)


@lru_cache(maxsize=256)
def _select_first(kind: ObjectType, names: tuple[str, ...], shaped: Shapes) -> Prepared:
    rows = select(*(_column(kind, name) for name in _columns(names))).where(where(kind, shaped))
    return Prepared(rows.order_by(table_of(kind).c.seq).limit(bindparam("limit")))


@lru_cache(maxsize=64)
def _copy(kind: ObjectType, names: tuple[str, ...], shaped: Shapes) -> Prepared:
    table = table_of(kind)
    position = func.row_number().over(order_by=table.c.seq) - 1
    row = JsonRow(*(_column(kind, name) for name in _columns(names)))
    rows = select(table.c.tenant, bindparam("cursor", type_=String), position, row).where(where(kind, shaped))
    return Prepared(insert(CURSOR_ROWS).from_select(["tenant", "cursor", "position", "row"], rows))


def _columns(names: tuple[str, ...]) -> list[str]:
    plain = [name for name in names if not is_custom(name)]
    return plain if len(plain) == len(names) else [*plain, _CUSTOM]


def _column(kind: ObjectType, name: str) -> ColumnElement[Any]:
    return table_of(kind).c.custom if name == _CUSTOM else value(kind, name)


_INSERT_CURSOR = Prepared(insert(CURSORS))
_SELECT_CURSOR = Prepared(
    select(CURSORS.c.object, CURSORS.c.fields, CURSORS.c.size, CURSORS.c.expires_at).where(
        CURSORS.c.tenant == bindparam("tenant"),
        CURSORS.c.entity == bindparam("entity"),
        CURSORS.c.id == bindparam("cursor"),
        CURSORS.c.expires_at > bindparam("now"),
    )
)
_OF_CURSOR = (CURSOR_ROWS.c.tenant == bindparam("tenant"), CURSOR_ROWS.c.cursor == bindparam("cursor"))
_SELECT_PAGE = Prepared(
    select(CURSOR_ROWS.c.row)
    .where(*_OF_CURSOR, CURSOR_ROWS.c.position >= bindparam("offset"), CURSOR_ROWS.c.position < bindparam("end"))
    .order_by(CURSOR_ROWS.c.position)
)
_SELECT_EXPIRED = Prepared(
    select(CURSORS.c.id).where(CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.expires_at <= bindparam("now"))
)
_SELECT_SURPLUS = Prepared(
    select(CURSORS.c.id)
    .where(CURSORS.c.tenant == bindparam("tenant"))
    .order_by(CURSORS.c.expires_at.desc(), literal_column("rowid").desc())
    .offset(bindparam("most"))
)
_DELETE_ROWS = Prepared(delete(CURSOR_ROWS).where(*_OF_CURSOR))
_DELETE_CURSOR = Prepared(
    delete(CURSORS).where(CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.id == bindparam("cursor"))
)
