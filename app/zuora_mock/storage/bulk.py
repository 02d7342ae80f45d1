"""Many rows at once: filling, emptying and copying what belongs to a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, literal_column, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from zuora_mock.storage.database import Database
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tables import CHARGES, CLIENTS, DATA_TABLES, EXERCISED, FAULTS, JOURNAL, SPLITS
from zuora_mock.storage.transaction import Transaction

NOBODY = 0
"""The key of no tenant."""


def clear(transaction: Transaction) -> dict[str, int]:
    """Removes data, journal and faults of the tenant; how many rows there were, by table."""
    return _delete(transaction, (*DATA_TABLES, JOURNAL, FAULTS), transaction.tenant.key)


def remove_all(transaction: Transaction) -> None:
    """Removes the tenant's rows in all tables but its own row and its tokens. What it has exercised is kept."""
    _BEQUEATH.run(transaction, {"whose": transaction.tenant.key})
    _delete(transaction, (*DATA_TABLES, JOURNAL, FAULTS, CLIENTS, EXERCISED), transaction.tenant.key)


def delete_data(database: Database, key: int) -> None:
    """Removes the data of a tenant or a snapshot."""
    _delete(database, DATA_TABLES, key)


def copy_data(database: Database, source: int, target: int) -> None:
    """The data of one tenant or snapshot for another one that has none."""
    for each in DATA_TABLES:
        _copying(each).run(database, {"source": source, "target": target})


def delete_appendages(transaction: Transaction, object_id: str) -> None:
    """Charges of an account and arithmetic of a split go with it."""
    for each in _DELETE_APPENDAGES:
        each.run(transaction, {"whose": transaction.tenant.key, "owner": object_id})


def trim(transaction: Transaction, table: Table, most: int, newest: str = "rowid") -> int:
    """Removes all rows of the tenant but the newest by that column; how many they were."""
    return _trimming(table, newest).run(transaction, {"whose": transaction.tenant.key, "most": most}).rowcount


def _delete(on: Connected, tables: Iterable[Table], key: int) -> dict[str, int]:
    return {each.name: _deletion(each).run(on, {"whose": key}).rowcount for each in tables}


_DELETE_APPENDAGES = tuple(
    Prepared(delete(column.table).where(column.table.c.tenant == bindparam("whose"), column == bindparam("owner")))
    for column in (CHARGES.c.account, SPLITS.c.split)
)


_THEIRS = [bindparam("nobody", NOBODY), EXERCISED.c.kind, EXERCISED.c.name]
_BEQUEATH = Prepared(
    insert_or(EXERCISED)
    .from_select(["tenant", "kind", "name"], select(*_THEIRS).where(EXERCISED.c.tenant == bindparam("whose")))
    .on_conflict_do_nothing()
)


@cache
def _deletion(table: Table) -> Prepared:
    return Prepared(delete(table).where(table.c.tenant == bindparam("whose")))


@cache
def _trimming(table: Table, newest: str) -> Prepared:
    rowid: ColumnElement[int] = literal_column(f"{table.name}.rowid")
    order = rowid if newest == "rowid" else table.c[newest]
    rows = select(rowid).where(table.c.tenant == bindparam("whose")).order_by(order.desc(), rowid.desc())
    return Prepared(delete(table).where(rowid.in_(rows.limit(literal_column("-1")).offset(bindparam("most")))))


@cache
def _copying(table: Table) -> Prepared:
    others = [column for column in table.c if column.name != "tenant"]
    rows = select(bindparam("target", type_=table.c.tenant.type), *others)
    names = ["tenant", *(column.name for column in others)]
    return Prepared(insert(table).from_select(names, rows.where(table.c.tenant == bindparam("source"))))
