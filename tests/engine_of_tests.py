"""On which engines a test runs: a plugin. `tests/acceptance/engines.py` says which those are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.acceptance import engines
from tests.acceptance.engines import POSTGRESQL, SQLITE, Databases, engines_of, is_spare


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames and not hasattr(metafunc.module, "engine"):
        several = _engines_of(metafunc.definition)
        if len(several) > 1:
            metafunc.parametrize("engine", several)


def _engines_of(test: pytest.Item) -> list[str]:
    return [SQLITE] if test.get_closest_marker("sqlite") else engines_of(test.path.stem)


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
    return _engines_of(request.node)[0]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of the worker's server."""
    with engines.server() as url:
        yield url


@pytest.fixture(scope="session")
def databases(postgresql: str, worker_id: str) -> Iterator[Databases]:
    with closing(Databases(postgresql, worker_id)) as made:
        yield made
