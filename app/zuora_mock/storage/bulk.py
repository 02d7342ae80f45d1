"""Many rows at once: filling, emptying and copying what belongs to a tenant.

The statements are text and go straight to the driver: a reset is some thirty of them, and the tables are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, delete, update

from zuora_mock.storage.tables import CHARGES, JOBS, SPLITS, metadata


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows as the driver takes them, in the order of `columns`."""
    known = metadata.tables[table]
    names, marks = _listed(known.c[name].name for name in columns), ", ".join("?" * len(columns))
    if rows:
        statement = f"INSERT INTO {known.name} ({names}) VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, list(rows))


def delete_rows(connection: Connection, tables: Iterable[Table], tenant: int) -> dict[str, int]:
    """How many rows of the tenant were removed, by table."""
    return {each.name: connection.exec_driver_sql(_deletion(each), (tenant,)).rowcount for each in tables}


def copy_rows(connection: Connection, tables: Iterable[Table], source: int, target: int) -> None:
    """The rows of one tenant for another one that has none of them."""
    for each in tables:
        connection.exec_driver_sql(_copying(each), (target, source))


def delete_appendages(connection: Connection, tenant: int, object_id: str) -> None:
    """Charges of an account and arithmetic of a split go with it."""
    for column in (CHARGES.c.account, SPLITS.c.split):
        table = column.table
        connection.execute(delete(table).where(table.c.tenant == tenant, column == object_id))


def unlink_jobs(connection: Connection, tenant: int) -> None:
    """The requests that ordered the tenant's jobs are told in another tenant's journal."""
    connection.execute(update(JOBS).where(JOBS.c.tenant == tenant).values(request=None))


@cache
def _deletion(table: Table) -> str:
    return f"DELETE FROM {table.name} WHERE tenant = ?"  # noqa: S608


@cache
def _copying(table: Table) -> str:
    others = _listed(column.name for column in table.c if column.name != "tenant")
    return f"INSERT INTO {table.name} (tenant, {others}) SELECT ?, {others} FROM {table.name} WHERE tenant = ?"  # noqa: S608


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
