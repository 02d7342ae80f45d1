"""Fixtures of the acceptance tests: applications that live as long as the test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.acceptance import engines
from tests.acceptance.engines import POSTGRESQL, Databases, engines_of, is_spare
from tests.acceptance.mocks import Client, Mock, Start
from zuora_mock.main import create_app
from zuora_mock.settings import Settings


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


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts applications with the given settings."""
    databases: Databases | None = request.getfixturevalue("databases") if engine == POSTGRESQL else None
    with ExitStack() as stack:

        def start(**settings: Any) -> Mock:
            if databases is not None and "db" not in settings:
                settings["db"] = stack.enter_context(databases.one())
            runner = stack.enter_context(asyncio.Runner())
            mock = Mock(create_app(Settings(access_log=False, **settings)), runner)
            stack.callback(mock.stop)
            return mock

        yield start


@pytest.fixture
def mock(server: Start) -> Mock:
    """An application with the default settings."""
    return server()


@pytest.fixture
def client(mock: Mock) -> Client:
    """The client of the default fixture, signed in."""
    return mock.sign_in()
