"""Fixtures for pytest: a server for the run, a tenant of its own for each test, and what it saw where a test fails.

It needs nothing of the server but its command and `client`, which is the standard library alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest

from zuora_mock.client import MockRefused, MockTenant, own_tenant, remove, report

_PLACE = "zuora_mock_folder"
_FOLDER = pytest.StashKey[Path]()
_PROCESS = pytest.StashKey["subprocess.Popen[bytes]"]()
_TENANT = pytest.StashKey[MockTenant]()
_PATIENCE, _PAUSE = 60, 0.02
"""Seconds for a server to be ready, and between two looks."""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist's hook: tells a worker the folder in which the workers of this machine find their one server."""
    node.workerinput[_PLACE] = str(_folder(node.config))


@pytest.fixture(scope="session")
def zuora_mock_server(request: pytest.FixtureRequest) -> str:
    """The address of the server: `ZUORA_MOCK_URL`, or one that the first who asks starts for the whole run."""
    return os.environ.get("ZUORA_MOCK_URL") or _find(request.config, _folder(request.config))


@pytest.fixture
def zuora_mock(request: pytest.FixtureRequest, zuora_mock_server: str) -> Iterator[MockTenant]:
    """A tenant that no other test has, filled from the server's first fixture."""
    tenant = own_tenant(zuora_mock_server)
    request.node.stash[_TENANT] = tenant
    yield tenant
    remove(tenant)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Adds to the report of a test that failed what its tenant was asked, and why it refused."""
    made = yield
    tenant = item.stash.get(_TENANT, None)
    if tenant is not None and made.failed and made.when == "call":
        try:
            told = report(tenant)
        except (OSError, MockRefused) as error:
            told = f"cannot be told: {error}"
        made.sections.append((f"zuora-mock: calls of {tenant.client_id}", told))
    return made


def pytest_unconfigure(config: pytest.Config) -> None:
    process, folder = config.stash.get(_PROCESS, None), config.stash.get(_FOLDER, None)
    if folder is None and process is not None:
        process.returncode = 0  # it is for the run, not for this worker: whoever has made the folder ends it
    if folder is not None:
        _end(folder, process)
        rmtree(folder, ignore_errors=True)


def _folder(config: pytest.Config) -> Path:
    """One for the run, gone with it."""
    given: str = getattr(config, "workerinput", {}).get(_PLACE, "")
    if given:
        return Path(given)
    if _FOLDER not in config.stash:
        config.stash[_FOLDER] = Path(mkdtemp(prefix="zuora-mock-"))
    return config.stash[_FOLDER]


def _find(config: pytest.Config, folder: Path) -> str:
    with suppress(FileExistsError):
        (folder / "first").mkdir(parents=True)  # once, whoever is quicker
        config.stash[_PROCESS] = _start(folder)
    process, end = config.stash.get(_PROCESS, None), time.monotonic() + _PATIENCE
    while not (folder / "port").exists():
        if time.monotonic() > end or _is_gone(folder, process):
            told = (folder / "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"zuora-mock did not start: {told or 'it says nothing'}")
        time.sleep(_PAUSE)
    return f"http://127.0.0.1:{(folder / 'port').read_text(encoding='ascii').strip()}"


def _is_gone(folder: Path, process: subprocess.Popen[bytes] | None) -> bool:
    """Whether the server has ended, also one that another worker has started, and seen end."""
    if process is not None:
        return process.poll() is not None
    with suppress(FileNotFoundError, ValueError):  # it is about to be started
        try:
            os.kill(int((folder / "pid").read_text(encoding="ascii")), 0)
        except ProcessLookupError:
            return True
    return False


def _start(folder: Path) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl+C does not end it before the last test has cleaned up."""
    flags = ("--host", "127.0.0.1", "--port", "0", "--port-file", "port", "--no-access-log")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZUORA_MOCK_TLS_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-m", "zuora_mock", *flags],
            cwd=folder,
            env=inherited,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (folder / "pid").write_text(str(process.pid), encoding="ascii")
    return process


def _end(folder: Path, process: subprocess.Popen[bytes] | None) -> None:
    """Ends the server of the run, whichever worker has started it."""
    if not (folder / "port").exists():
        return
    with suppress(ProcessLookupError):
        os.kill(int((folder / "pid").read_text(encoding="ascii")), signal.SIGTERM)
    if process is not None:
        process.wait(_PATIENCE)
    end = time.monotonic() + _PATIENCE
    while (folder / "port").exists() and time.monotonic() < end:
        time.sleep(_PAUSE)
