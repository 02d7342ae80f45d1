"""The real command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest

from tests.process.commands import PATIENCE, Run, Server, Start, environment

collect_ignore = ["consumer"]
"""A project of its own, whose tests `test_plugin` runs."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers; they end with the test."""
    with ExitStack() as stack:

        def starter(*flags: str, **variables: str) -> Server:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "zuora_mock", "--port", "0", *flags],
                    cwd=tmp_path,
                    env=environment(**variables),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            watchdog = Timer(PATIENCE, process.kill)
            watchdog.start()
            stack.callback(watchdog.cancel)
            assert process.stdout is not None
            return Server(process, *(process.stdout.readline().rstrip("\n") for _ in range(3)))

        yield starter


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
