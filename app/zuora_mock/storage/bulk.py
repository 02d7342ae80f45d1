"""Many rows at once: filling, emptying and copying what belongs to a tenant.

The statements are text and go straight to the driver: a reset is some thirty of them, and the tables are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Connection, Table, bindparam, delete, update

from zuora_mock.storage.statements import Prepared, driver
from zuora_mock.storage.tables import CHARGES, JOBS, SPLITS


def delete_rows(connection: Connection, tables: Iterable[Table], tenant: int) -> dict[str, int]:
    """How many rows of the tenant were removed, by table."""
    execute, whose = driver(connection).execute, (tenant,)
    return {each.name: execute(_deletion(each), whose).rowcount for each in tables}


def copy_rows(connection: Connection, tables: Iterable[Table], source: int, target: int) -> None:
    """The rows of one tenant for another one that has none of them."""
    execute, whose = driver(connection).execute, (target, source)
    for each in tables:
        execute(_copying(each), whose)


def delete_appendages(connection: Connection, tenant: int, object_id: str) -> None:
    """Charges of an account and arithmetic of a split go with it."""
    for each in _DELETE_APPENDAGES:
        each.run(connection, {"whose": tenant, "owner": object_id})


def unlink_jobs(connection: Connection, tenant: int) -> None:
    """The requests that ordered the tenant's jobs are told in another tenant's journal."""
    _UNLINK_JOBS.run(connection, {"whose": tenant, "nothing": None})


_DELETE_APPENDAGES = tuple(
    Prepared(delete(column.table).where(column.table.c.tenant == bindparam("whose"), column == bindparam("owner")))
    for column in (CHARGES.c.account, SPLITS.c.split)
)
_UNLINK_JOBS = Prepared(update(JOBS).where(JOBS.c.tenant == bindparam("whose")).values(request=bindparam("nothing")))


@cache
def _deletion(table: Table) -> str:
    return f"DELETE FROM {table.name} WHERE tenant = ?"  # noqa: S608


@cache
def _copying(table: Table) -> str:
    others = _listed(column.name for column in table.c if column.name != "tenant")
    return f"INSERT INTO {table.name} (tenant, {others}) SELECT ?, {others} FROM {table.name} WHERE tenant = ?"  # noqa: S608


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
