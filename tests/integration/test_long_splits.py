"""A split that takes several transactions: whenever the process dies, it was done or it never began."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.integration.benches import Bench, Item, make_bench, rows
from zuora_mock.billing.splitting import execution
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.storage import claims, journal, unfinished
from zuora_mock.storage.changes import changes_in
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import Stepwise
from zuora_mock.storage.tables import OBJECT_TABLES
from zuora_mock.work.turns import at_once

ITEMS = [Item(f"{number}.01", taxes=(("1.07", "0"),)) for number in range(1, 8)]
SHARES = ("40", "30", "20", "10")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "STEP", 5)


def ordered(path: Path | None = None) -> tuple[Bench, str]:
    bench = make_bench(path)
    bench.set_policy("manual")
    (job,) = bench.order(bench.split(bench.invoice(ITEMS), *SHARES))
    return bench, job


def ordered_again(path: Path | None = None) -> tuple[Bench, str]:
    """Of a part: its whole group is put together and makes room."""
    bench, job = ordered(path)
    at_once(steps_of(bench, job))
    part = bench.find(INVOICE)[0]
    (again,) = bench.order(bench.split(str(part["Id"]), "50", "30", "20"))
    return bench, again


def whole(bench: Bench) -> dict[str, Any]:
    every = "SELECT * FROM {} ORDER BY tenant, seq".format
    tables = {name: rows(bench.database, every(table.name)) for name, table in OBJECT_TABLES.items()}
    states = [(job["id"], job["state"]) for job in bench.runner.list(bench.tenant)]
    return {**tables, "counters": asdict(bench.tenant.counters), "states": states}


def started_again(path: Path) -> Bench:
    database = Database(path)
    unfinished.undo(database)
    claims.end_of_the_dead(database)
    database.close()
    again = make_bench(path)
    again.runner.recover()
    return again


def steps_of(bench: Bench, job: str) -> Stepwise[Any]:
    return bench.runner.run_now(bench.tenant, job)


@pytest.mark.parametrize("order", [ordered, ordered_again])
def test_a_death_between_two_steps_leaves_all_or_nothing(
    order: Callable[[Path | None], tuple[Bench, str]], tmp_path: Path
) -> None:
    """What is left when the connection ends is what a process leaves that is killed."""
    bench, job = order(None)
    before = whole(bench)
    steps = sum(1 for _ in steps_of(bench, job))
    after = whole(bench)
    assert steps > 6
    found = []
    for step in range(1, steps + 1, 2):
        path = tmp_path / f"{step}.db"
        dying, _ = order(path)
        remaining = steps_of(dying, job)
        for _ in range(step):
            next(remaining)
        dying.database.close()
        with suppress(Exception):  # it cannot tell anybody
            remaining.close()
        reborn = started_again(path)
        found.append(whole(reborn))
        if found[-1] == before:
            at_once(steps_of(reborn, job))
        assert whole(reborn) == after
        reborn.database.close()
    assert (found[0], found[-1]) == (before, after)


def test_while_it_goes_on_there_are_no_parts_yet() -> None:
    bench, job = ordered()
    found = [len(bench.find(INVOICE)) for _ in steps_of(bench, job)]
    assert set(found) == {1, len(SHARES)}
    assert found == sorted(found)


def test_small_work_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    bench, job = ordered()
    assert list(steps_of(bench, job)) == []


def test_what_is_refused_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, job = ordered()
    before = whole(bench)

    def refuse(*_: object) -> None:
        raise rules.SPLIT_BALANCE.refusal("it does not add up")

    monkeypatch.setattr(execution, "_keep", refuse)
    at_once(bench.runner.run_now(bench.tenant, job))
    assert whole(bench) == {**before, "states": [(job, "failed")]}


def test_work_that_is_broken_off_waits_again() -> None:
    bench, job = ordered()
    before = whole(bench)
    remaining = bench.runner.run_now(bench.tenant, job)
    for _ in range(12):
        next(remaining)
    remaining.close()
    assert whole(bench) == {**before, "states": [(job, "running")]}
    bench.set_policy("after-reply")
    with bench.transaction() as transaction:
        transaction.tenant.clock = transaction.tenant.clock.advance(1)
    assert rows(bench.database, "SELECT * FROM unfinished") == []


def test_the_journal_tells_the_first_of_many_changes_and_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_CHANGES", 3)
    monkeypatch.setattr("zuora_mock.storage.changes.MOST_CHANGES", 3)
    bench, _ = ordered()
    with bench.transaction() as transaction:
        transaction.insert(INVOICE_ITEM, [{"Id": f"{number:032d}", "InvoiceId": "x"} for number in range(5)])
        transaction.insert(TAXATION_ITEM, [{"Id": f"{number:032d}", "InvoiceId": "x"} for number in range(2)])
        told = changes_in(transaction.changes.text() or "[]")
        assert [each["id"] for each in told] == [f"{number:032d}" for number in range(3)]
        assert journal.left_out(transaction.changes) == ["of 7 changes the first 3 are kept"]
