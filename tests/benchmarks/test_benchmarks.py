"""The benchmark itself, without its load: it is run by hand, and must not rot."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import wrk
from tests.benchmarks.data import order, write_fixture
from tests.benchmarks.wrk import Load
from zuora_mock.tenants.fixtures import load


def test_the_server_can_start_with_what_the_benchmark_writes(tmp_path: Path) -> None:
    document = load(write_fixture(tmp_path / "fixture.json", orders=2, others=3)).document
    assert [len(each.items) for each in document.invoices] == [3, 3, 1, 1, 1]
    assert document.invoice_splits[1].items[-1].record["Id"] == order(1).last_item


def test_the_figures_of_several_rounds_are_their_medians() -> None:
    rounds = [Load(1, 300, 2, 9), Load(2, 100, 1, 8), Load(3, 200, 3, 7)]
    assert wrk.middle(rounds) == Load(2, 200, 2, 8)
