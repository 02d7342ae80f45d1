"""Fixtures of the acceptance tests: applications over HTTP, in the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.acceptance.engines import POSTGRESQL, Databases, replicas_of
from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.standing import Standing
from zuora_mock.settings import Settings


@pytest.fixture(scope="session")
def on_sqlite() -> Iterator[Standing]:
    with closing(Standing()) as made:
        yield made


@pytest.fixture(scope="session")
def on_postgresql(databases: Databases) -> Iterator[dict[int, Standing]]:
    """By the number of applications."""
    made = {number: Standing(databases, number) for number in (1, 2, 3)}
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
