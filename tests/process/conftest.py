"""The command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from tests.acceptance.engines import POSTGRESQL, Databases
from tests.acceptance.mocks import CLIENT_ID, SECRET
from tests.process.commands import PATIENCE, Place, Process, Run, Server, Start, environment
from tests.process.forked import done, served

collect_ignore = ["consumer"]
"""A project of its own, whose tests `test_plugin` runs."""


@pytest.fixture
def begun() -> Iterator[ExitStack]:
    """What ends with the test, the last first: servers before the database that they share."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(begun: ExitStack, tmp_path: Path) -> Start:
    return partial(_forked, begun, tmp_path)


@pytest.fixture
def start_command(begun: ExitStack, tmp_path: Path) -> Start:
    """As `start`, by the real command in a Python of its own."""
    return partial(_started, begun, tmp_path)


@pytest.fixture
def place(engine: str, request: pytest.FixtureRequest, begun: ExitStack, tmp_path: Path) -> Place:
    if engine != POSTGRESQL:
        return lambda name: str(tmp_path / f"{name}.db")
    databases: Databases = request.getfixturevalue("databases")

    @cache
    def made(_name: str) -> str:
        url = begun.enter_context(databases.one())
        begun.callback(databases.cut_off, url)
        return url.whole

    return made


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the default fixture, for all tests of a worker."""
    with ExitStack() as stack:
        yield _forked(stack, tmp_path_factory.mktemp("standing"), "--no-access-log", log=False)


@pytest.fixture(scope="session")
def admin(standing: Server) -> Iterator[httpx.Client]:
    """A client of its `/__admin`: a new one would read all certificates each time."""
    with httpx.Client(base_url=f"{standing.url}/__admin") as made:
        yield made


@pytest.fixture
def server(standing: Server, admin: httpx.Client) -> Server:
    """The server that stands, as it was at its start."""
    assert admin.post("/reset?all=true").is_success
    return standing


@pytest.fixture(scope="session")
def sdk() -> Any:
    """Zuora's own for Python: `Client`, `models`, its exceptions. Seconds and 250 MB, so in one worker only.

    Its thousands of models are built as they are used.
    """
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setitem(BaseModel.model_config, "defer_build", True)
        exceptions, models = (import_module(f"zuora_sdk.{name}") for name in ("exceptions", "models"))
        client = import_module("zuora_sdk.zuora_client").ZuoraClient
        return SimpleNamespace(**vars(exceptions), Client=client, models=models)


@pytest.fixture
def sdk_client(sdk: Any, server: Server) -> Any:
    """The SDK's, signed in to the server that stands."""
    client = sdk.Client(CLIENT_ID, SECRET, None)  # an address instead of an environment
    client.set_base_url(server.url)
    client.initialize()
    return client


def _forked(
    stack: ExitStack, folder: Path, *flags: str, log: bool = True, before: str = "", **variables: str
) -> Server:
    return _ready(served(stack, folder, flags, environment(**variables), log=log, before=before))


def _started(stack: ExitStack, folder: Path, *flags: str, **variables: str) -> Server:
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", "zuora_mock", "--port", "0", *flags],
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )
    stack.callback(process.kill)
    return _ready(process)


def _ready(process: Process) -> Server:
    assert process.stdout is not None
    watchdog = Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        return Server(process, *(process.stdout.readline().rstrip("\n") for _ in range(3)))
    finally:
        watchdog.cancel()


@pytest.fixture
def command(tmp_path: Path) -> Run:
    """Runs the command in an empty folder."""
    return lambda *arguments, **variables: done(arguments, tmp_path, environment(**variables))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs Python in an empty folder."""

    def runner(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return runner
