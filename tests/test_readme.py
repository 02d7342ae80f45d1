"""The README is true: its tables are those of the code, its blocks run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.process.commands import PATIENCE, ROOT, Server, environment
from tests.process.conftest import server as server  # noqa: PLC0414  (a fixture, under its name)
from tests.process.conftest import standing as standing  # noqa: PLC0414  (as above)
from tests.process.test_plugin import WITHOUT
from tests.readme_tables import README, filled
from zuora_mock.client import MockTenant
from zuora_mock.stubs.mapping import StubMapping
from zuora_mock.tenants.fixtures import parse

TEXT = README.read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:9867"
THE_TESTED = """
import builtins

import httpx


def run_what_you_test(base_url, client_id, client_secret):
    form = {"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"}
    token = httpx.post(f"{base_url}/oauth/token", data=form).json()["access_token"]
    body = {"type": "InvoiceSplit", "ids": ["nobody's"], "synchronous": False}
    headers = {"Authorization": f"Bearer {token}"}
    codes = [httpx.post(f"{base_url}/v1/action/execute", json=body, headers=headers).status_code for _ in range(2)]
    assert codes == [429, 200]


builtins.run_what_you_test = run_what_you_test
"""
INSTALL = 300
"""Seconds that a first installation may take on a slow network."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)


def normal(text: str) -> Any:
    """JSON with every id alike."""
    return json.loads(re.sub(r'"Id":\s*"[^"]*"', '"Id": "…"', text))


def script(text: str, server: Server) -> subprocess.CompletedProcess[str]:
    program = "set -euo pipefail\n" + text.replace(ADDRESS, server.url)
    return subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S607


def test_the_tables_are_those_of_the_code() -> None:
    assert filled(TEXT) == TEXT, "run: python tests/readme_tables.py"


def test_the_main_job_answers_what_the_readme_says(server: Server) -> None:
    main_job, (expected, *_) = blocks("bash")[0], blocks("json")
    for _ in range(2):
        done = script(main_job, server)
        assert done.returncode == 0, done.stderr
        assert normal('{"size"' + done.stdout.rpartition('{"size"')[2]) == json.loads(expected)


def test_it_can_be_as_slow_as_zuora(server: Server) -> None:
    first, slow, _ = blocks("bash")
    done = script(first + slow, server)
    assert '"mode":"delayed","seconds":3' in done.stdout, done.stderr


def test_every_verb_of_admin_does_what_it_says(server: Server) -> None:
    first, slow, verbs = blocks("bash")
    done = script(first + slow + verbs.replace("curl -s ", "curl -s --fail-with-body "), server)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert '"ok":true' in done.stdout.replace(" ", "")


@pytest.mark.parametrize("program", blocks("python"))
def test_its_python_runs(server: Server, program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(ZUORA_BASE_URL=server.url),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_its_test_runs_with_the_plugin(tmp_path: Path) -> None:
    [program] = blocks("python plugin")
    (tmp_path / "test_it.py").write_text(program)
    (tmp_path / "conftest.py").write_text(THE_TESTED)
    variables = {name: value for name, value in environment().items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", *WITHOUT, "-p", "no:xdist"]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_it_tells_of_every_member_that_the_plugins_object_has() -> None:
    tenant = MockTenant("http://127.0.0.1:9", "c" * 36, "s")
    parts = {"clock": tenant.clock, "jobs": tenant.jobs, "faults": tenant.faults, "stubs": tenant.stubs}
    names = [*members(tenant, set(parts)), *(f"{n}.{m}" for n, part in parts.items() for m in members(part))]
    assert [name for name in names if not re.search(rf"`{name}[`(]", " ".join(TEXT.split()))] == []


def members(thing: object, others: Collection[str] = ()) -> list[str]:
    return [name for name in dir(thing) if not name.startswith("_") and name not in others]


def test_the_smallest_fixture_is_one() -> None:
    smallest, custom, stored = blocks("json fixture")
    assert len(parse(smallest).document.invoices) == 1
    assert [each.name for each in parse(custom).document.custom_fields["Invoice"]] == ["Region__c", "Approved__c"]
    parse(stored).check()
    assert list(parse(stored).document.objects) == ["Subscription", "RatePlan"]


def test_its_mapping_is_one() -> None:
    [mapping] = blocks("json mapping")
    assert StubMapping.model_validate_json(mapping).response.status == 200


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", TEXT)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert blocks("sh")[-1].strip() in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_image_listens_where_the_readme_says() -> None:
    run = blocks("sh")[1]
    assert "9867:9867" in run
    assert "EXPOSE 9867" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
def clean_copy(tmp_path: Path) -> Iterator[Path]:
    """The files that git tracks, or would, in a folder without a virtual environment."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    copy = tmp_path / "copy"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    yield copy
    shutil.rmtree(copy)


@pytest.mark.slow
def test_one_command_installs_and_starts_the_server(clean_copy: Path) -> None:
    command = blocks("sh")[0].strip()
    variables = {**os.environ, "ZUORA_MOCK_PORT": "0"}
    started = ["timeout", str(INSTALL), "bash", "-c", command.replace("&& ", "&& exec ")]
    with subprocess.Popen(started, cwd=clean_copy, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.terminate()
    assert lines[0].startswith("zuora-mock ")
    assert lines[-1] == "Ready.\n"
