"""Fixtures of the acceptance tests: applications over HTTP, in the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.acceptance import engines
from tests.acceptance.engines import POSTGRESQL, Databases, engines_of, is_spare, replicas_of
from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.standing import Standing
from zuora_mock.settings import Settings
from zuora_mock.storage.postgresql import PostgreSQL


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames and not hasattr(metafunc.module, "engine"):
        several = engines_of(metafunc.definition.path.stem)
        if len(several) > 1:
            metafunc.parametrize("engine", several)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    spare = {each for each in items if _engine_of(each) == POSTGRESQL and is_spare(each.path.stem, each.nodeid)}
    config.hook.pytest_deselected(items=list(spare))
    items[:] = [each for each in items if each not in spare]


def _engine_of(test: pytest.Item) -> object:
    parameters = getattr(test, "callspec", None)
    return parameters and parameters.params.get("engine")


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """Of tests that do not run on both."""
    return engines_of(request.path.stem)[0]


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    with engines.server() as url:
        databases = Databases(url, worker_id)
        yield databases
        databases.close()


@pytest.fixture(scope="session")
def on_sqlite() -> Iterator[Standing]:
    with closing(Standing()) as made:
        yield made


@pytest.fixture(scope="session")
def on_postgresql(databases: Databases) -> Iterator[dict[int, Standing]]:
    """By the number of applications."""
    made = {number: Standing(databases, number) for number in (1, 2, 3)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgreSQL, "alone", False)
        yield made
    for each in made.values():
        each.close()


@pytest.fixture
def standing(engine: str, request: pytest.FixtureRequest) -> Standing:
    """Those of the worker, on the engine of the test."""
    found = request.getfixturevalue(f"on_{engine}")
    made: Standing = found[replicas_of(request.path.stem)] if engine == POSTGRESQL else found
    return made


@pytest.fixture
def server(standing: Standing) -> Iterator[Start]:
    """Gives applications with the given settings, as they are at their start; nobody else has them."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(standing.lend(Settings(access_log=False, **settings)))


@pytest.fixture
def new_server(standing: Standing) -> Iterator[Start]:
    """Starts applications for what a reset leaves: files, the ledger, what a process remembers, what a test breaks."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(standing.new(Settings(access_log=False, **settings)))


@pytest.fixture
def mock(server: Start) -> Mock:
    """An application with the default settings."""
    return server()


@pytest.fixture
def client(mock: Mock) -> Client:
    """The client of the default fixture, signed in."""
    return mock.sign_in()
