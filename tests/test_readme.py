"""The README is true: its tables are those of the code, its blocks run."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.process.commands import PATIENCE, ROOT, Server, environment
from tests.process.conftest import admin as admin  # noqa: PLC0414  (a fixture, under its name)
from tests.process.conftest import server as server  # noqa: PLC0414  (as above)
from tests.process.conftest import standing as standing  # noqa: PLC0414  (as above)
from tests.process.test_plugin import WITHOUT
from tests.readme_tables import README, filled
from zuora_mock import __version__, api
from zuora_mock.admin.guard import KNOWN_HOSTS
from zuora_mock.admin.mount import PREFIX
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.cli import main
from zuora_mock.client import MockTenant
from zuora_mock.domain.rules import RULES
from zuora_mock.settings import DEFAULT_PORT, TenantSettings
from zuora_mock.steering.faults import FaultKind
from zuora_mock.stubs.mapping import StubMapping
from zuora_mock.tenants.fixtures import parse
from zuora_mock.tenants.fixtures.seeding import check
from zuora_mock.work.turns import at_once

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
    assert parse(smallest).counts["invoices"] == 1
    assert [each.name for each in parse(custom).document.custom_fields["Invoice"]] == ["Region__c", "Approved__c"]
    check(parse(stored))
    assert list(at_once(parse(stored).contents()).objects) == ["Subscription", "RatePlan"]


def test_its_mapping_is_one() -> None:
    [mapping] = blocks("json mapping")
    assert StubMapping.model_validate_json(mapping).response.status == 200


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", TEXT)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_its_recipes_do_what_they_say(server: Server) -> None:
    recipes = "".join(blocks("bash recipe")).replace("curl -s ", "curl -s --fail-with-body ")
    done = script(blocks("bash")[0] + recipes, server)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert '"ok":true' in done.stdout


def test_its_commands_run(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for program in blocks("bash command"):
        command = ["bash", "-e", "-c", program]
        done = subprocess.run(command, cwd=tmp_path, env=environment(PATH=path), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_it_names_every_header_every_kind_of_fault_and_every_setting_of_a_tenant() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    headers = set(re.findall(r"Zuora-Mock-[A-Z][a-z]+(?:-[A-Z][a-z]+)*", source))
    settings = {each.alias or name for name, each in TenantSettings.model_fields.items()}
    assert len(headers) > 5
    assert [word for word in sorted(headers | {*FaultKind} | settings) if f"`{word}" not in TEXT] == []


def test_it_names_every_operation() -> None:
    paths = {route.path for route in api.routes() if isinstance(route, OperationRoute)}
    assert [path for path in sorted(paths) if f" {path}`" not in TEXT] == []


def test_every_rule_says_what_it_asks_and_how_we_know() -> None:
    assert [name for name, rule in RULES.items() if not (rule.summary and rule.source) or "|" in rule.summary] == []


def test_it_names_no_variable_that_there_is_not() -> None:
    known = {f"ZUORA_MOCK_{each.name.upper()}" for each in main.params if each.name} | {"ZUORA_MOCK_URL"}
    assert set(re.findall("ZUORA_MOCK_[A-Z_]*[A-Z]", TEXT)) <= known


def test_the_messages_that_it_explains_are_those_of_the_code() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    [table] = re.findall(r"\| message \|.*?\n\n", TEXT, flags=re.DOTALL)
    messages = re.findall("`(.+?)`", " ".join(line.split("|")[1] for line in table.splitlines()[2:-1]))
    assert len(messages) > 10
    assert [each for each in messages if each not in source] == []


def test_the_version_has_its_changes() -> None:
    assert f"\n{__version__}, unreleased: " in TEXT or f"\n{__version__}: " in TEXT


def test_the_compose_file_waits_for_health_and_mounts_where_the_server_looks() -> None:
    services = yaml.safe_load(blocks("yaml compose")[0])["services"]
    mock, tests = services["zuora-mock"], services["tests"]
    assert mock["volumes"] == [f"./fixtures:{mock['environment']['ZUORA_MOCK_FIXTURE']}:ro"]
    assert tests["depends_on"]["zuora-mock"]["condition"] == "service_healthy"
    assert_is_the_address(tests["environment"]["ZUORA_MOCK_URL"])


def test_the_jobs_of_github_and_gitlab_build_the_image_and_name_its_address() -> None:
    [*_, build, run, wait, _python, tests] = yaml.safe_load(blocks("yaml github")[0])["jobs"]["tests"]["steps"]
    assert build["with"]["tags"] == run["run"].split()[-1]
    assert f"{DEFAULT_PORT}:{DEFAULT_PORT}" in run["run"].split()
    assert wait["run"].endswith(f"{tests['env']['ZUORA_MOCK_URL']}{PREFIX}/health")
    jobs = yaml.safe_load(blocks("yaml gitlab")[0])
    [service] = jobs["tests"]["services"]
    assert service["name"] in jobs["zuora-mock"]["script"][-1].replace('"', "").split()
    assert_is_the_address(jobs["tests"]["variables"]["ZUORA_MOCK_URL"])


def assert_is_the_address(url: str) -> None:
    """Of a service by a name that `/__admin` is called by."""
    address = urlsplit(url)
    assert address.hostname in KNOWN_HOSTS
    assert address.port == DEFAULT_PORT


def test_testcontainers_start_the_image_and_expose_its_port() -> None:
    """Python and Node are read by their own parsers, Node where it is there; of Java the brackets are counted."""
    programs = {language: blocks(f"{language} testcontainers")[0] for language in ("python", "js", "java")}
    for program in programs.values():
        assert '"zuora-mock"' in program
        assert set(re.findall(r"\d{4,}", program)) == {str(DEFAULT_PORT)}
        assert all(program.count(left) == program.count(right) for left, right in ("()", "{}", "[]"))
    ast.parse(programs["python"])
    if shutil.which("node"):
        check = ["node", "--check", "--input-type=module", "-"]
        subprocess.run(check, input=programs["js"], text=True, check=True)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert blocks("sh")[-1].strip() in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_image_listens_where_the_readme_says_and_is_labelled_with_the_version() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"{DEFAULT_PORT}:{DEFAULT_PORT}" in blocks("sh")[1]
    assert f"EXPOSE {DEFAULT_PORT}" in dockerfile
    assert f"port={DEFAULT_PORT}" in (ROOT / ".docker" / "health.sh").read_text(encoding="utf-8").splitlines()
    assert f'org.opencontainers.image.version="{__version__}"' in dockerfile


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
