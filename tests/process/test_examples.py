"""The examples for other people's tests run, all against one server."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.process.commands import PATIENCE, ROOT, Server, environment

EXAMPLES = ROOT / "tests" / "examples"
RUN_BY = {"requests.py": sys.executable, "curl.sh": "bash", "fetch.mjs": "node"}
TOLD = ["create: 429, retry after 60 seconds", "execute: the answer was lost, sent again", "split into 60000 40000"]


def test_each_splits_an_invoice_through_a_429_and_a_lost_answer(standing: Server) -> None:
    """The SDK's, which takes seconds to load, runs where the SDK is loaded: in `test_official_sdk`."""
    url = standing.url
    there = {name: program for name, program in RUN_BY.items() if shutil.which(program)}
    running = {name: run(program, name, url) for name, program in there.items()}
    for name, process in running.items():
        lines = process.communicate(timeout=2 * PATIENCE)[0].splitlines()
        assert lines == TOLD, name
    if "fetch.mjs" not in there:
        pytest.skip("no node here: its example was not run")


def run(program: str, name: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, str(EXAMPLES / f"split_with_{name}")],
        env=environment(ZUORA_BASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
