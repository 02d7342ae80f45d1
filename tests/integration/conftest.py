"""Where the databases of the tests are: in memory and in files, or in PostgreSQL, as `TEST_ENGINE` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.acceptance.engines import POSTGRESQL, Databases
from zuora_mock.database_url import DatabaseUrl
from zuora_mock.storage import database
from zuora_mock.storage.database import Engine
from zuora_mock.storage.postgresql import PostgreSQL


class _Places:
    """Databases of PostgreSQL in the place of files, and of memory."""

    def __init__(self, databases: Databases, stack: ExitStack) -> None:
        self._databases, self._stack = databases, stack
        self._found: dict[Path, DatabaseUrl] = {}

    def engine(self, place: Path | None) -> Engine:
        if place is None:
            return PostgreSQL(self._new())
        if place not in self._found:
            self._found[place] = self._new()
        return PostgreSQL(self._found[place])

    def _new(self) -> DatabaseUrl:
        url = self._stack.enter_context(self._databases.one())
        self._stack.callback(self._databases.cut_off, url)
        return url


@pytest.fixture(scope="session")
def databases(postgresql: str, worker_id: str) -> Iterator[Databases]:
    """Tests look at the tables themselves."""
    with closing(Databases(postgresql, worker_id, samples=False)) as made:
        yield made


@pytest.fixture(autouse=True)
def places(engine: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ExitStack() as stack:
        if engine == POSTGRESQL:
            found = _Places(request.getfixturevalue("databases"), stack)
            monkeypatch.setattr(database, "_engine", found.engine)
        yield
