"""All records of an object, a page at a time, in the order of their creation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, select

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage.places import columns, table_of, value, whose
from zuora_mock.storage.records import record_of
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.transaction import Transaction


class RecordPage(NamedTuple):
    """`after` is the number of the last record of the page before, `last` that of the last one of this."""

    records: Sequence[Record]
    after: int
    last: int


def pages(transaction: Transaction, kind: ObjectType, size: int) -> Iterator[RecordPage]:
    """Each of so many records but the last. Between two of them rows may be written."""
    after = -1
    while rows := _page(kind).all(transaction, {**transaction.scope, "_after": after, "_size": size}):
        last = rows[-1][0]
        yield RecordPage([record_of(kind, row[1:]) for row in rows], after, last)
        after = last


def referring(
    transaction: Transaction, kind: ObjectType, reference: str, to: ObjectType, page: RecordPage
) -> list[Record]:
    """The records whose reference is one of the page."""
    scope = {**transaction.scope, "_after": page.after, "_last": page.last}
    return [record_of(kind, row) for row in _referring(kind, reference, to).all(transaction, scope)]


@cache
def _page(kind: ObjectType) -> Prepared:
    seq = table_of(kind).c.seq
    rows = select(seq, *columns(kind)).where(whose(kind), seq > bindparam("_after"))
    return Prepared(rows.order_by(seq).limit(bindparam("_size")))


@cache
def _referring(kind: ObjectType, reference: str, to: ObjectType) -> Prepared:
    table = table_of(to)
    page = select(table.c.Id).where(whose(to), table.c.seq > bindparam("_after"), table.c.seq <= bindparam("_last"))
    rows = select(*columns(kind)).where(whose(kind), value(kind, reference).in_(page))
    return Prepared(rows.order_by(table_of(kind).c.seq))
