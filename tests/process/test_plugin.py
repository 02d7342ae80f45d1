"""The pytest plugin in a project of a stranger's: its own package `app`, xdist, random order, warnings as errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import httpx
import pytest

from tests.process.commands import ROOT, Run, environment, healthy
from zuora_mock.embedded import ZuoraMock

WITHOUT = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
"""Plugins of our own environment, which take seconds to load in each worker."""
RUN = 120
"""Seconds that a run of the stranger's tests may take."""

Outcome = subprocess.CompletedProcess[str]
RunTests = Callable[..., tuple[Outcome, set[str]]]


@pytest.fixture
def run_tests(tmp_path: Path) -> RunTests:
    """Runs the stranger's tests; the outcome, and the addresses of the servers that they have met."""
    project, addresses = tmp_path / "project", tmp_path / "addresses"
    shutil.copytree(ROOT / "tests/process/consumer", project, ignore=shutil.ignore_patterns("__pycache__"))
    addresses.mkdir()
    (tmp_path / "temporary").mkdir()

    def runner(*flags: str, **variables: str) -> tuple[Outcome, set[str]]:
        # An unreachable proxy is the network that a test must do without.
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://192.0.2.1:9")
        given = environment(ADDRESSES=str(addresses), TMPDIR=str(tmp_path / "temporary"), **proxies, **variables)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *WITHOUT, *flags],
            cwd=project,
            env={name: value for name, value in given.items() if not name.startswith(("PYTEST_", "COV_"))},
            capture_output=True,
            text=True,
            timeout=RUN,
            check=False,
        )
        return done, {line for file in addresses.iterdir() for line in file.read_text().split()}

    return runner


def assert_gone(addresses: set[str], temporary: Path) -> None:
    assert not [each for each in addresses if healthy(int(each.rpartition(":")[2]))]
    assert list(temporary.glob("zuora-mock-*")) == []


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    return tmp_path / "temporary"


def test_pytest_finds_the_plugin() -> None:
    [found] = entry_points(group="pytest11", name="zuora_mock")
    assert found.value == "zuora_mock.pytest_plugin"


def test_the_plugin_brings_nothing_of_the_server_into_the_tests(run: Run) -> None:
    result = run("-c", "import sys, zuora_mock.pytest_plugin; print(*sys.modules)")
    ours = {name for name in result.stdout.split() if name.startswith("zuora_mock")}
    assert ours == {"zuora_mock", "zuora_mock.client", "zuora_mock.pytest_plugin"}
    assert not {"fastapi", "pydantic", "sqlalchemy", "uvicorn"} & set(result.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("flags", [["-p", "no:xdist"], ["-n", "2"]], ids=" ".join)
def test_one_server_serves_the_run_tells_of_failures_and_is_gone_with_it(
    run_tests: RunTests, temporary: Path, flags: list[str]
) -> None:
    done, addresses = run_tests(*flags)
    assert re.search(r"1 failed, 6 passed", done.stdout), done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr
    assert len(addresses) == 1
    assert_gone(addresses, temporary)
    told = done.stdout.partition("zuora-mock: calls of ")[2]
    for words in ("POST /v1/action/create 200", "POST /v1/action/execute 200 rule=invoice-split.sum", "documented: "):
        assert words in told


@pytest.mark.slow
def test_a_server_that_runs_already_is_used_and_left_as_it_was(run_tests: RunTests) -> None:
    with ZuoraMock() as mock:
        done, addresses = run_tests("-n", "2", "-k", "world", ZUORA_MOCK_URL=mock.base_url)
        assert "6 passed" in done.stdout, done.stdout
        assert addresses == {mock.base_url}
        tenants = httpx.get(f"{mock.base_url}/__admin/tenants").json()["tenants"]
        assert [each["name"] for each in tenants] == ["default"]


@pytest.mark.slow
def test_a_server_that_does_not_start_says_why_in_every_worker(run_tests: RunTests, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"client": []}')
    done, _ = run_tests("-n", "2", ZUORA_MOCK_FIXTURE=os.fspath(tmp_path / "wrong.json"))
    assert "7 errors" in done.stdout
    assert "wrong.json: /client: there is no such key" in done.stdout
