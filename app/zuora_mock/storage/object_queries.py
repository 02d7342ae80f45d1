"""Pages of records in an order, and the records that are related to those of a page: one statement each.

A page begins after the place where the one before it ended, not at an offset: what is written in between neither
repeats a record nor leaves one out that did not move.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.conditions import Selection
from zuora_mock.domain.object_query.cursors import PageEnd
from zuora_mock.domain.object_query.reading import Ordering
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage.conditions import Shapes, shapes, values, where
from zuora_mock.storage.places import columns, one_of, table_of, value, whose
from zuora_mock.storage.records import record_of
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.transaction import Transaction


def page(
    transaction: Transaction, selection: Selection, order: Ordering, after: PageEnd | None, limit: int
) -> list[Record]:
    """Records that match, in the order; nulls are the least."""
    begins_at_null = None if after is None else after.value is None
    statement = _page(selection.kind, shapes(selection), order.field.name, order.descending, begins_at_null)
    place = {} if after is None else {"after": after.value, "after_id": after.id}
    rows = statement.all(transaction, {**transaction.scope, **values(selection), **place, "limit": limit})
    return [record_of(selection.kind, row) for row in rows]


def related(transaction: Transaction, kind: ObjectType, field: str, keys: Sequence[str], limit: int) -> list[Record]:
    """The records whose field is one of the keys, of each key the latest, at most `limit`."""
    statement = _related(kind, field)
    rows = statement.all(transaction, {**transaction.scope, "keys": json.dumps(keys), "limit": limit})
    return [record_of(kind, row) for row in rows]


@lru_cache(maxsize=256)
def _page(kind: ObjectType, shaped: Shapes, field: str, descending: bool, begins_at_null: bool | None) -> Prepared:
    order = (value(kind, field), table_of(kind).c.Id)
    conditions = [where(kind, shaped)]
    if begins_at_null is not None:
        conditions.append(_after(*order, descending, begins_at_null))
    rows = (
        select(*columns(kind))
        .where(*conditions)
        .order_by(*(each.desc().nulls_last() if descending else each.asc().nulls_first() for each in order))
    )
    return Prepared(rows.limit(bindparam("limit")))


def _after(
    column: ColumnElement[Value], id: ColumnElement[str], descending: bool, at_null: bool
) -> ColumnElement[bool]:
    further = id < bindparam("after_id") if descending else id > bindparam("after_id")
    if at_null:
        tied = and_(column.is_(None), further)
        return tied if descending else or_(tied, column.is_not(None))
    place = tuple_(bindparam("after"), bindparam("after_id"))
    later = tuple_(column, id) < place if descending else tuple_(column, id) > place
    # An `or` would keep SQLite from beginning at the place in the index.
    return or_(later, column.is_(None)) if descending and column.name not in _NEVER_NULL else later


_NEVER_NULL = frozenset({"Id", "UpdatedDate"})


@cache
def _related(kind: ObjectType, field: str) -> Prepared:
    identity = table_of(kind).c.Id
    latest = [value(kind, name).desc() for name in ("UpdatedDate", "Id") if name in kind.by_name]
    position = func.row_number().over(partition_by=value(kind, field), order_by=latest).label("position")
    ranked = select(identity, position).where(whose(kind), one_of(kind, field, "keys")).subquery()
    first = select(ranked.c.Id).where(ranked.c.position <= bindparam("limit"))
    return Prepared(select(*columns(kind)).where(whose(kind), identity.in_(first)).order_by(*latest))
