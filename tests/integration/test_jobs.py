"""Background work: when it runs, what can be done to it, and what is left after a failure or a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.benches import NOON, Bench, Item, Only, make_bench, rows, runner_of
from zuora_mock.clock import SECOND, Clock
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.domain.lifecycle import IllegalMove
from zuora_mock.errors import Refusal
from zuora_mock.storage.changes import changes_in
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import orders
from zuora_mock.work.runner import Runner, UnknownJob
from zuora_mock.work.turns import at_once

CHARGE = [Item("120.00", taxes=[("10.00", "0")])]


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def order(bench: Bench) -> str:
    (job,) = bench.order(bench.split(bench.invoice(CHARGE), "50", "50"))
    return job


def states(bench: Bench) -> list[str]:
    return [each["state"] for each in bench.runner.list(bench.tenant)]


def advance(bench: Bench, seconds: float) -> list[dict[str, Any]]:
    bench.tenant.clock = bench.tenant.clock.advance(round(seconds * SECOND))
    return at_once(bench.runner.advanced(bench.tenant))


def settled(bench: Bench) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return at_once(bench.runner.run_due(bench.tenant, manual=True)), bench.runner.unsettled(bench.tenant)


def working(bench: Bench, handler: Callable[[Transaction, Job], None]) -> Runner:
    """A runner that does something else than split."""
    return runner_of(bench.database, Only(bench.tenant), handler)


def enqueue(bench: Bench, *objects: str) -> list[str]:
    with bench.transaction() as transaction:
        return [orders.enqueue(transaction, "Work", each) for each in objects]


# What a job tells of itself


def test_a_job_tells_its_story(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    (job,) = bench.order(split)
    bench.tenant.clock = Clock(frozen_at=NOON + SECOND)
    at_once(bench.runner.run_jobs(bench.tenant, [job]))
    assert bench.runner.list(bench.tenant) == [
        {
            "id": job,
            "type": "InvoiceSplit",
            "objectId": split,
            "state": "succeeded",
            "reason": None,
            "dueAt": "2026-01-15T12:00:00Z",
            "request": 0,
            "history": [
                {"state": "queued", "at": "2026-01-15T12:00:00Z"},
                {"state": "running", "at": "2026-01-15T12:00:01Z"},
                {"state": "succeeded", "at": "2026-01-15T12:00:01Z"},
            ],
        }
    ]


def test_jobs_take_nothing_from_the_sequence_of_ids(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    before = bench.tenant.counters.ids
    bench.order(split)
    assert bench.tenant.counters.ids == before


def test_a_job_that_is_ordered_again_has_another_id(bench: Bench) -> None:
    first, second = enqueue(bench, "x"), enqueue(bench, "x")
    assert first != second


# When it runs


@pytest.mark.parametrize("mode", ["after-reply", "before-reply"])
def test_work_is_due_at_once_unless_the_policy_says_otherwise(bench: Bench, mode: str) -> None:
    bench.set_policy(mode)
    job = order(bench)
    assert at_once(bench.runner.run_jobs(bench.tenant, [job])) == [job]
    assert states(bench) == ["succeeded"]


def test_delayed_work_waits_for_the_tenants_clock(bench: Bench) -> None:
    bench.set_policy("delayed", 30)
    job = order(bench)
    assert at_once(bench.runner.run_jobs(bench.tenant, [job])) == []
    assert advance(bench, 29.999) == []
    assert [each["id"] for each in advance(bench, 0.001)] == [job]
    assert advance(bench, 60) == []
    assert states(bench) == ["succeeded"]


def test_manual_work_waits_until_it_is_told(bench: Bench) -> None:
    bench.set_policy("manual")
    job = order(bench)
    assert advance(bench, 10**9) == []
    assert at_once(bench.runner.run_due(bench.tenant)) == []
    assert bench.runner.list(bench.tenant)[0]["dueAt"] is None
    assert at_once(bench.runner.run_now(bench.tenant, job))["state"] == "succeeded"


def test_the_policy_counts_that_was_in_force_when_the_work_was_ordered(bench: Bench) -> None:
    bench.set_policy("manual")
    order(bench)
    bench.set_policy("after-reply")
    assert at_once(bench.runner.run_due(bench.tenant)) == []
    order(bench)
    assert len(at_once(bench.runner.run_due(bench.tenant))) == 1


def test_a_job_runs_once(bench: Bench) -> None:
    job = order(bench)
    assert at_once(bench.runner.run_job(bench.tenant, job))
    assert not at_once(bench.runner.run_job(bench.tenant, job))
    with pytest.raises(IllegalMove):
        at_once(bench.runner.run_now(bench.tenant, job))
    assert len(bench.find(INVOICE)) == 2


# What can be told


def test_a_held_job_does_not_run_until_it_is_released(bench: Bench) -> None:
    job = order(bench)
    assert bench.runner.hold(bench.tenant, job)["state"] == "held"
    assert at_once(bench.runner.run_due(bench.tenant)) == []
    with pytest.raises(IllegalMove):
        at_once(bench.runner.run_now(bench.tenant, job))
    assert bench.runner.release(bench.tenant, job)["state"] == "queued"
    assert [each["state"] for each in at_once(bench.runner.run_due(bench.tenant))] == ["succeeded"]


@pytest.mark.parametrize("hold", [True, False])
def test_a_job_that_waits_can_be_failed(bench: Bench, *, hold: bool) -> None:
    job = order(bench)
    if hold:
        bench.runner.hold(bench.tenant, job)
    failed = bench.runner.fail(bench.tenant, job, "by order")
    assert (failed["state"], failed["reason"]) == ("failed", "by order")
    assert failed["history"][-1] == {"state": "failed", "at": "2026-01-15T12:00:00Z", "reason": "by order"}
    assert at_once(bench.runner.run_due(bench.tenant)) == []
    with pytest.raises(IllegalMove):
        bench.runner.release(bench.tenant, job)


def test_settling_runs_what_is_due_and_what_waits_to_be_told(bench: Bench) -> None:
    bench.set_policy("manual")
    manual = order(bench)
    bench.set_policy("after-reply")
    due = order(bench)
    ran, blocked = settled(bench)
    assert ([each["id"] for each in ran], blocked) == ([manual, due], [])


def test_settling_names_what_is_held_or_not_due(bench: Bench) -> None:
    held = order(bench)
    bench.runner.hold(bench.tenant, held)
    bench.set_policy("delayed", 30)
    late = order(bench)
    bench.set_policy("after-reply")
    due = order(bench)
    ran, blocked = settled(bench)
    assert [each["id"] for each in ran] == [due]
    assert [(each["id"], each["state"]) for each in blocked] == [(held, "held"), (late, "queued")]


@pytest.mark.parametrize("verb", ["hold", "release"])
def test_an_unknown_job_is_said_to_be_unknown(bench: Bench, verb: str) -> None:
    with pytest.raises(UnknownJob):
        getattr(bench.runner, verb)(bench.tenant, "nobody")
    with pytest.raises(UnknownJob):
        at_once(bench.runner.run_now(bench.tenant, "nobody"))
    with pytest.raises(UnknownJob):
        bench.runner.fail(bench.tenant, "nobody", "why")
    assert not at_once(bench.runner.run_job(bench.tenant, "nobody"))


# When it fails


def test_a_failing_job_leaves_nothing_behind(bench: Bench) -> None:
    def spoil(transaction: Transaction, job: Job) -> None:
        transaction.insert(
            INVOICE,
            [{"Id": transaction.new_id(), "InvoiceNumber": transaction.next_invoice_number(), "Status": "Draft"}],
        )
        raise Refusal(rules.SPLIT_GONE, f"{job.object_id} is gone")

    (queued,) = enqueue(bench, "x")
    counters = bench.tenant.counters.invoices
    assert at_once(working(bench, spoil).run_now(bench.tenant, queued))["reason"] == "x is gone"
    assert (bench.find(INVOICE), bench.tenant.counters.invoices) == ([], counters)


def test_an_unforeseen_error_fails_the_job_and_not_the_runner(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(_transaction: Transaction, job: Job) -> None:
        if job.object_id == "bad":
            raise ZeroDivisionError("no parts")

    enqueue(bench, "bad", "good")
    ran = at_once(working(bench, stumble).run_due(bench.tenant))
    assert [(each["state"], each["reason"]) for each in ran] == [
        ("failed", "ZeroDivisionError: no parts"),
        ("succeeded", None),
    ]
    assert "ZeroDivisionError" in caplog.text


def test_work_that_nobody_can_do_fails(bench: Bench) -> None:
    enqueue(bench, "x")
    (ran,) = at_once(bench.runner.run_due(bench.tenant))
    assert (ran["state"], ran["reason"]) == ("failed", "there is no handler for Work")


def test_work_may_order_work(bench: Bench) -> None:
    def chain(transaction: Transaction, job: Job) -> None:
        if len(job.object_id) < 3:
            orders.enqueue(transaction, "Work", job.object_id + "x")

    enqueue(bench, "x")
    ran = at_once(working(bench, chain).run_due(bench.tenant))
    assert [each["objectId"] for each in ran] == ["x", "xx", "xxx"]


# What the journal tells


def write_entry(bench: Bench, changes: str | None) -> None:
    bench.tenant.entries += 1
    entry = {
        "tenant": bench.tenant.key,
        "n": bench.tenant.entries,
        "at": NOON,
        "method": "POST",
        "path": "/",
        "query": "",
        "status": 200,
        "request_id": "r",
        "milliseconds": 1.0,
        "request_headers": "{}",
        "request_body": b"",
        "response_headers": "{}",
        "response_body": b"",
        "changed": changes,
    }
    marks = ", ".join("?" * len(entry))
    rows(bench.database, f"INSERT INTO journal ({', '.join(entry)}) VALUES ({marks})", *entry.values())


@pytest.mark.sqlite  # its entries are not those of calls
@pytest.mark.parametrize("changes", [None, '[{"object": "Invoice", "before": [], "written": [{"Id": "x"}]}]'])
def test_what_a_job_changed_is_told_by_the_entry_of_its_call(bench: Bench, changes: str | None) -> None:
    write_entry(bench, changes)
    job = order(bench)
    write_entry(bench, None)
    at_once(bench.runner.run_job(bench.tenant, job))
    (first,), (second,) = rows(bench.database, "SELECT changed FROM journal ORDER BY n")
    told = list(changes_in(first))
    objects = [each["object"] for each in told if each["id"] != "x"]
    assert len(told) - len(objects) == (0 if changes is None else 1)
    assert {name: objects.count(name) for name in objects} == {
        "TaxationItem": 3,
        "InvoiceItem": 3,
        "Invoice": 3,
        "InvoiceSplitItem": 2,
    }
    assert second is None


# After a crash


def test_work_that_was_begun_and_not_finished_is_done_after_a_restart(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "zuora.db")
    job = order(bench)
    rows(bench.database, "UPDATE jobs SET state = 'running'")
    assert not at_once(bench.runner.run_job(bench.tenant, job))
    bench.database.close()

    again = make_bench(tmp_path / "zuora.db")
    again.runner.recover()
    (waiting,) = again.runner.list(again.tenant)
    assert (waiting["state"], waiting["reason"]) == ("queued", "the process ended before the job did")
    assert len(at_once(again.runner.run_due(again.tenant))) == 1
    assert len(again.find(INVOICE)) == 2
    again.database.close()


# In the event loop


def in_loop(work: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(limited())


async def until(ready: Callable[[], bool]) -> None:
    """Lets the loop turn until something holds."""
    while not ready():  # noqa: ASYNC110 (it waits for turns of the loop, not for time)
        await asyncio.sleep(0)


def test_work_runs_by_itself_once_it_is_woken(bench: Bench) -> None:
    async def scene() -> None:
        with bench.runner.background.in_this_loop():
            job = order(bench)
            bench.runner.wake(bench.tenant, [job])
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)


def test_waking_without_a_word_looks_at_everything(bench: Bench) -> None:
    async def scene() -> None:
        with bench.runner.background.in_this_loop():
            order(bench)
            bench.runner.attend(bench.tenant)
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)


def test_what_waited_when_the_process_ended_runs_after_the_start(bench: Bench) -> None:
    order(bench)

    async def scene() -> None:
        bench.runner.recover()
        with bench.runner.background.in_this_loop():
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)


def test_delayed_work_runs_when_a_running_clock_gets_there(bench: Bench) -> None:
    bench.tenant.clock = Clock()
    bench.set_policy("delayed", 0.02)

    async def scene() -> None:
        with bench.runner.background.in_this_loop():
            job = order(bench)
            bench.runner.wake(bench.tenant, [job])
            assert states(bench) == ["queued"]
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)


def test_a_clock_that_goes_on_again_wakes_what_it_had_put_to_sleep(bench: Bench) -> None:
    bench.set_policy("delayed", 0.02)

    async def scene() -> None:
        with bench.runner.background.in_this_loop():
            job = order(bench)
            bench.runner.wake(bench.tenant, [job])
            await asyncio.sleep(0)
            bench.tenant.clock = Clock().set(NOON, frozen=False)
            assert at_once(bench.runner.advanced(bench.tenant)) == []
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)


def test_manual_work_and_that_of_strangers_is_passed_over(bench: Bench) -> None:
    bench.set_policy("manual")

    async def scene() -> None:
        with bench.runner.background.in_this_loop():
            manual = order(bench)
            stranger = replace(bench.tenant, key=99, world=99, name="?")
            bench.runner.wake(stranger, ["x"])
            bench.runner.wake(bench.tenant, [manual, "unknown"])
            bench.set_policy("after-reply")
            bench.runner.wake(bench.tenant, [order(bench)])
            await until(lambda: states(bench) == ["queued", "succeeded"])

    in_loop(scene)


def test_a_job_that_cannot_even_be_begun_does_not_end_the_task(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    class Moody:
        refuses = True

        def by_key(self, key: int, /) -> Tenant | None:
            if self.refuses:
                raise RuntimeError("not today")
            return bench.tenant

    (job,) = enqueue(bench, "x")
    tenants = Moody()
    runner = runner_of(bench.database, tenants, lambda *_: None)

    async def scene() -> None:
        with runner.background.in_this_loop():
            runner.wake(bench.tenant, [job])
            await until(lambda: "could not be run" in caplog.text)
            tenants.refuses = False
            runner.wake(bench.tenant, [job])
            await until(lambda: states(bench) == ["succeeded"])

    in_loop(scene)
