"""Cursors, which keep results of more than one page.

A cursor holds copies of the rows, made within the database: its pages stay as they were, and Python holds one page at a
time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import bindparam, delete, insert, literal_column, select

from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CURSOR_ROWS, CURSORS
from zuora_mock.storage.transaction import Transaction

Row: TypeAlias = Sequence[Any]


class Cursor(NamedTuple):
    """`names` are the fields of each of the `size` rows."""

    id: str
    object: str
    names: tuple[str, ...]
    size: int
    expires_at: int


def add(transaction: Transaction, cursor: Cursor) -> None:
    values = {
        "id": cursor.id,
        "object": cursor.object,
        "fields": json.dumps(cursor.names),
        "size": cursor.size,
        "expires_at": cursor.expires_at,
    }
    _INSERT.run(transaction, {**transaction.scope, **values})


def find(transaction: Transaction, cursor: str) -> Cursor | None:
    """None also for one that has expired."""
    row = _SELECT.first(transaction, {**transaction.scope, "cursor": cursor, "now": transaction.now()})
    if row is None:
        return None
    kind, names, size, expires_at = row
    return Cursor(cursor, kind, tuple(json.loads(names)), size, expires_at)


def rows_of(transaction: Transaction, cursor: str, offset: int, limit: int) -> Sequence[Row]:
    page = {"tenant": transaction.tenant.world, "cursor": cursor, "offset": offset, "end": offset + limit}
    rows: list[Row] = json.loads(f"[{','.join(_SELECT_PAGE.column(transaction, page))}]")
    return rows


def remove_expired(transaction: Transaction) -> None:
    expired = _SELECT_EXPIRED.column(transaction, {"tenant": transaction.tenant.world, "now": transaction.now()})
    _remove(transaction, expired)


def trim(transaction: Transaction, most: int) -> int:
    """Removes those that expire first of more than so many; how many they were."""
    surplus = _SELECT_SURPLUS.column(transaction, {"tenant": transaction.tenant.world, "most": most})
    _remove(transaction, surplus)
    return len(surplus)


def _remove(transaction: Transaction, cursors: Sequence[str]) -> None:
    gone = [{"tenant": transaction.tenant.world, "cursor": each} for each in cursors]
    _DELETE_ROWS.run_many(transaction, gone)
    _DELETE.run_many(transaction, gone)


_INSERT = Prepared(lambda _: insert(CURSORS))
_SELECT = Prepared(
    lambda _: select(CURSORS.c.object, CURSORS.c.fields, CURSORS.c.size, CURSORS.c.expires_at).where(
        CURSORS.c.tenant == bindparam("tenant"),
        CURSORS.c.entity == bindparam("entity"),
        CURSORS.c.id == bindparam("cursor"),
        CURSORS.c.expires_at > bindparam("now"),
    )
)
_OF_CURSOR = (CURSOR_ROWS.c.tenant == bindparam("tenant"), CURSOR_ROWS.c.cursor == bindparam("cursor"))
_SELECT_PAGE = Prepared(
    lambda _: (
        select(CURSOR_ROWS.c.row)
        .where(*_OF_CURSOR, CURSOR_ROWS.c.position >= bindparam("offset"), CURSOR_ROWS.c.position < bindparam("end"))
        .order_by(CURSOR_ROWS.c.position)
    )
)
_SELECT_EXPIRED = Prepared(
    lambda _: select(CURSORS.c.id).where(
        CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.expires_at <= bindparam("now")
    )
)
_SELECT_SURPLUS = Prepared(
    lambda _: (
        select(CURSORS.c.id)
        .where(CURSORS.c.tenant == bindparam("tenant"))
        .order_by(CURSORS.c.expires_at.desc(), literal_column("rowid").desc())
        .offset(bindparam("most"))
    )
)
_DELETE_ROWS = Prepared(lambda _: delete(CURSOR_ROWS).where(*_OF_CURSOR))
_DELETE = Prepared(
    lambda _: delete(CURSORS).where(CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.id == bindparam("cursor"))
)
