"""The benchmarks themselves, with little or no load: they are run by hand, and must not rot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import calls, cpu, servers, wrk
from tests.benchmarks.data import order, write_fixture
from tests.benchmarks.wrk import Load
from zuora_mock.tenants.fixtures import load

COMMAND = [sys.executable, str(Path(__file__).with_name("cpu.py"))]
PATIENCE = 300
"""Seconds after which a run is ended, on a machine that is busy with others."""


def test_the_server_can_start_with_what_the_benchmark_writes(tmp_path: Path) -> None:
    fixture = load(write_fixture(tmp_path / "fixture.json", orders=2, others=3))
    assert [len(each.items) for each in fixture.all("invoices")] == [3, 3, 3, 3, 3]
    assert fixture.all("invoiceSplits")[1].items[-1]["Id"] == order(1).last_item


def test_the_figures_of_several_rounds_are_their_medians() -> None:
    rounds = [Load(1, 300, 2, 9), Load(2, 100, 1, 8), Load(3, 200, 3, 7)]
    assert wrk.middle(rounds) == Load(2, 200, 2, 8)


@pytest.mark.slow
def test_every_call_costs_some_processor_time_at_each_size() -> None:
    short = ["--invoices", "4", "5", "--rounds", "1", "--calls", "2"]
    run = subprocess.run([*COMMAND, *short], capture_output=True, text=True, check=True, timeout=PATIENCE)
    first, second = markdown_tables(run.stdout)
    assert list(first) == cpu.call_names()
    assert list(second) == cpu.process_names()
    bare = [each.name for each in calls.bare_blocks(2)]
    assert [name for name, cells in first.items() if cells[0]] == bare
    assert [name for name, cells in first.items() if all(cells[1:3])] == [each for each in first if each not in bare]
    assert first["bare POST"][0].endswith("(1.0 x)")


def test_the_figures_of_the_readme_are_those_that_the_command_prints() -> None:
    readme = (servers.ROOT / "README.md").read_text(encoding="utf-8")
    first, second = markdown_tables(readme.partition("<!-- figures -->")[2].partition("<!-- end of figures -->")[0])
    assert (list(first), list(second)) == (cpu.call_names(), cpu.process_names())


def test_figures_are_written_in_the_place_of_those_before() -> None:
    before = "A\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nB\n"
    assert cpu.put_into(before, "new\n") == before.replace("old", "new")


def markdown_tables(text: str) -> list[dict[str, list[str]]]:
    """The cells of each table by the first of their row, without its head."""
    parts = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
    rows = [[[cell.strip() for cell in line[1:-1].split("|")] for line in part[2:]] for part in parts]
    return [{first: cells for first, *cells in part} for part in rows]


@pytest.mark.slow
def test_a_short_soak_with_a_kill_loses_nothing() -> None:
    command = [sys.executable, str(Path(__file__).with_name("soak.py"))]
    short = ["--minutes", "0.05", "--workers", "2", "--kills", "1"]
    run = subprocess.run([*command, *short], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
    table = {line[:28].strip(): line[28:].split() for line in run.stdout.partition("\n\n")[0].splitlines()[1:]}
    assert table["kills"] == ["1", "0"]
    assert int(table["splits done once"][0].replace(",", "")) > 0


@pytest.mark.slow
def test_every_call_costs_some_processor_time_on_both_engines(postgresql: str) -> None:
    command = [sys.executable, str(Path(__file__).with_name("postgresql.py"))]
    short = ["--rounds", "1", "--calls", "1", "--servers"]
    there = {**os.environ, "TEST_ENGINE": postgresql}
    run = subprocess.run([*command, *short], capture_output=True, text=True, check=False, timeout=100, env=there)
    assert run.returncode == 0, run.stderr
    rows = {line[:28].strip(): line[28:].split() for line in run.stdout.splitlines()[2:]}
    bare = [each.name for each in calls.bare_blocks(1)]
    called = [each.name for each in calls.numbered_blocks("", 1, 0)]
    assert {name: len(cells) for name, cells in rows.items()} == dict.fromkeys(bare, 1) | dict.fromkeys(called, 5)
    assert all(float(each.replace(",", "")) > 0 for cells in rows.values() for each in cells)


def test_a_server_that_does_not_start_is_told_in_one_line() -> None:
    wrong = ["--invoices", "4", "--rounds", "1", "--calls", "1", "--against", "/bin/false"]
    run = subprocess.run([*COMMAND, *wrong], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "-m zuora_mock --port 0 did not start\n")
