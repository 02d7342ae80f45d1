"""Queries over Zuora's objects as SQL.

A row is the kept values of the selected fields in the selection's order, the custom fields, if it has any, as one JSON
text at its end. Whatever a user typed is a bound parameter; columns come from the catalogue by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, func, insert, select

from zuora_mock.domain.catalogue import ObjectType, is_custom
from zuora_mock.domain.conditions import Selection
from zuora_mock.storage.conditions import Shapes, shapes, values, where
from zuora_mock.storage.cursors import Row
from zuora_mock.storage.dialect import JsonRow
from zuora_mock.storage.places import table_of, value
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CURSOR_ROWS
from zuora_mock.storage.transaction import Transaction

_CUSTOM = "custom"


def first_rows(transaction: Transaction, selection: Selection, limit: int) -> Sequence[Row]:
    """The oldest rows that match, at most `limit`."""
    statement = _select_first(selection.kind, selection.names, shapes(selection))
    return statement.all(transaction, {**transaction.scope, **values(selection), "limit": limit})


def copy_rows(transaction: Transaction, selection: Selection, cursor: str) -> int:
    """Keeps every row that matches for the cursor. Returns their number."""
    statement = _copy(selection.kind, selection.names, shapes(selection))
    return statement.write(transaction, {**transaction.scope, **values(selection), "cursor": cursor})


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
