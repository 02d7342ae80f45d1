"""Background work: when it runs, what can be done to it, and what is left after a failure or a crash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.integration.worlds import NOON, Item, World, make_world
from zuora_mock.clock import SECOND, Clock
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.domain.lifecycle import IllegalMove
from zuora_mock.errors import Refusal
from zuora_mock.storage.tables import JOBS, JOURNAL
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import runner as jobs
from zuora_mock.work.runner import Runner, UnknownJob

CHARGE = [Item("120.00", taxes=[("10.00", "0")])]


@pytest.fixture
def world() -> World:
    return make_world()


def order(world: World) -> str:
    (job,) = world.order(world.split(world.invoice(CHARGE), "50", "50"))
    return job


def states(world: World) -> list[str]:
    return [each["state"] for each in world.runner.list(world.tenant)]


def advance(world: World, seconds: float) -> list[dict[str, Any]]:
    world.tenant.clock = world.tenant.clock.advance(round(seconds * SECOND))
    return world.runner.advanced(world.tenant)


def working(world: World, handler: Callable[[Transaction, str], None]) -> Runner:
    """A runner that does something else than split."""
    return Runner(world.database, _Only(world.tenant), {"Work": handler})


class _Only:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def by_key(self, key: int, /) -> Tenant | None:
        return self._tenant if key == self._tenant.key else None


def enqueue(world: World, *objects: str) -> list[str]:
    with world.transaction() as transaction:
        return [jobs.enqueue(transaction, "Work", each) for each in objects]


# What a job tells of itself


def test_a_job_tells_its_story(world: World) -> None:
    split = world.split(world.invoice(CHARGE), "50", "50")
    (job,) = world.order(split)
    world.tenant.clock = Clock(frozen_at=NOON + SECOND)
    world.runner.run_jobs(world.tenant, [job])
    assert world.runner.list(world.tenant) == [
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


def test_jobs_take_nothing_from_the_sequence_of_ids(world: World) -> None:
    split = world.split(world.invoice(CHARGE), "50", "50")
    before = world.tenant.counters.ids
    world.order(split)
    assert world.tenant.counters.ids == before


def test_a_job_that_is_ordered_again_has_another_id(world: World) -> None:
    first, second = enqueue(world, "x"), enqueue(world, "x")
    assert first != second


# When it runs


@pytest.mark.parametrize("mode", ["after-reply", "before-reply"])
def test_work_is_due_at_once_unless_the_policy_says_otherwise(world: World, mode: str) -> None:
    world.set_policy(mode)
    job = order(world)
    assert world.runner.run_jobs(world.tenant, [job]) == [job]
    assert states(world) == ["succeeded"]


def test_delayed_work_waits_for_the_tenants_clock(world: World) -> None:
    world.set_policy("delayed", 30)
    job = order(world)
    assert world.runner.run_jobs(world.tenant, [job]) == []
    assert advance(world, 29.999) == []
    assert [each["id"] for each in advance(world, 0.001)] == [job]
    assert advance(world, 60) == []
    assert states(world) == ["succeeded"]


def test_manual_work_waits_until_it_is_told(world: World) -> None:
    world.set_policy("manual")
    job = order(world)
    assert advance(world, 10**9) == []
    assert world.runner.run_all_due() == []
    assert world.runner.list(world.tenant)[0]["dueAt"] is None
    assert world.runner.run_now(world.tenant, job)["state"] == "succeeded"


def test_the_policy_counts_that_was_in_force_when_the_work_was_ordered(world: World) -> None:
    world.set_policy("manual")
    order(world)
    world.set_policy("after-reply")
    assert world.runner.run_all_due() == []
    order(world)
    assert len(world.runner.run_all_due()) == 1


def test_a_job_runs_once(world: World) -> None:
    job = order(world)
    assert world.runner.run_job(world.tenant, job)
    assert not world.runner.run_job(world.tenant, job)
    with pytest.raises(IllegalMove):
        world.runner.run_now(world.tenant, job)
    assert len(world.find(INVOICE)) == 2


# What can be told


def test_a_held_job_does_not_run_until_it_is_released(world: World) -> None:
    job = order(world)
    assert world.runner.hold(world.tenant, job)["state"] == "held"
    assert world.runner.run_due(world.tenant) == []
    with pytest.raises(IllegalMove):
        world.runner.run_now(world.tenant, job)
    assert world.runner.release(world.tenant, job)["state"] == "queued"
    assert [each["state"] for each in world.runner.run_due(world.tenant)] == ["succeeded"]


@pytest.mark.parametrize("hold", [True, False])
def test_a_job_that_waits_can_be_failed(world: World, *, hold: bool) -> None:
    job = order(world)
    if hold:
        world.runner.hold(world.tenant, job)
    failed = world.runner.fail(world.tenant, job, "by order")
    assert (failed["state"], failed["reason"]) == ("failed", "by order")
    assert failed["history"][-1] == {"state": "failed", "at": "2026-01-15T12:00:00Z", "reason": "by order"}
    assert world.runner.run_due(world.tenant) == []
    with pytest.raises(IllegalMove):
        world.runner.release(world.tenant, job)


def test_settling_runs_what_is_due_and_what_waits_to_be_told(world: World) -> None:
    world.set_policy("manual")
    manual = order(world)
    world.set_policy("after-reply")
    due = order(world)
    ran, blocked = world.runner.settle(world.tenant)
    assert ([each["id"] for each in ran], blocked) == ([manual, due], [])


def test_settling_names_what_is_held_or_not_due(world: World) -> None:
    held = order(world)
    world.runner.hold(world.tenant, held)
    world.set_policy("delayed", 30)
    late = order(world)
    world.set_policy("after-reply")
    due = order(world)
    ran, blocked = world.runner.settle(world.tenant)
    assert [each["id"] for each in ran] == [due]
    assert [(each["id"], each["state"]) for each in blocked] == [(held, "held"), (late, "queued")]


@pytest.mark.parametrize("verb", ["run_now", "hold", "release"])
def test_an_unknown_job_is_said_to_be_unknown(world: World, verb: str) -> None:
    with pytest.raises(UnknownJob):
        getattr(world.runner, verb)(world.tenant, "nobody")
    with pytest.raises(UnknownJob):
        world.runner.fail(world.tenant, "nobody", "why")
    assert not world.runner.run_job(world.tenant, "nobody")


# When it fails


def test_a_failing_job_leaves_nothing_behind(world: World) -> None:
    def spoil(transaction: Transaction, object_id: str) -> None:
        transaction.insert(
            INVOICE,
            [{"Id": transaction.new_id(), "InvoiceNumber": transaction.next_invoice_number(), "Status": "Draft"}],
        )
        raise Refusal(rules.SPLIT_GONE, f"{object_id} is gone")

    (job,) = enqueue(world, "x")
    counters = world.tenant.counters.invoices
    assert working(world, spoil).run_now(world.tenant, job)["reason"] == "x is gone"
    assert (world.find(INVOICE), world.tenant.counters.invoices) == ([], counters)


def test_an_unforeseen_error_fails_the_job_and_not_the_runner(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(_transaction: Transaction, object_id: str) -> None:
        if object_id == "bad":
            raise ZeroDivisionError("no parts")

    enqueue(world, "bad", "good")
    ran = working(world, stumble).run_due(world.tenant)
    assert [(each["state"], each["reason"]) for each in ran] == [
        ("failed", "ZeroDivisionError: no parts"),
        ("succeeded", None),
    ]
    assert "ZeroDivisionError" in caplog.text


def test_work_that_nobody_can_do_fails(world: World) -> None:
    enqueue(world, "x")
    (ran,) = world.runner.run_due(world.tenant)
    assert (ran["state"], ran["reason"]) == ("failed", "there is no handler for Work")


def test_work_may_order_work(world: World) -> None:
    def chain(transaction: Transaction, object_id: str) -> None:
        if len(object_id) < 3:
            jobs.enqueue(transaction, "Work", object_id + "x")

    enqueue(world, "x")
    ran = working(world, chain).run_due(world.tenant)
    assert [each["objectId"] for each in ran] == ["x", "xx", "xxx"]


# What the journal tells


def write_entry(world: World, changes: str | None) -> None:
    world.tenant.entries += 1
    entry = {
        "tenant": world.tenant.key,
        "n": world.tenant.entries,
        "at": NOON,
        "method": "POST",
        "path": "/",
        "query": "",
        "status": 200,
        "request_id": "r",
        "milliseconds": 1.0,
        "request_headers": "{}",
        "response_headers": "{}",
        "changes": changes,
    }
    world.database.connection.execute(insert(JOURNAL).values(entry))


@pytest.mark.parametrize("changes", [None, '[{"object": "Invoice", "id": "x", "before": null, "after": {"Id": "x"}}]'])
def test_what_a_job_changed_is_told_by_the_entry_of_its_call(world: World, changes: str | None) -> None:
    write_entry(world, changes)
    job = order(world)
    write_entry(world, None)
    world.runner.run_job(world.tenant, job)
    first, second = world.database.connection.scalars(select(JOURNAL.c.changes).order_by(JOURNAL.c.n))
    told = json.loads(first)
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
    world = make_world(tmp_path / "zuora.db")
    job = order(world)
    with world.database.transaction() as connection:
        connection.execute(JOBS.update().values(state="running"))
    assert not world.runner.run_job(world.tenant, job)
    world.database.close()

    again = make_world(tmp_path / "zuora.db")
    again.runner.recover()
    (waiting,) = again.runner.list(again.tenant)
    assert (waiting["state"], waiting["reason"]) == ("queued", "the process ended before the job did")
    assert len(again.runner.run_all_due()) == 1
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


def test_work_runs_by_itself_once_it_is_woken(world: World) -> None:
    async def scene() -> None:
        async with world.runner.running():
            job = order(world)
            world.runner.wake(world.tenant, [job])
            await until(lambda: states(world) == ["succeeded"])

    in_loop(scene)


def test_waking_without_a_word_looks_at_everything(world: World) -> None:
    async def scene() -> None:
        async with world.runner.running():
            order(world)
            world.runner.wake()
            await until(lambda: states(world) == ["succeeded"])

    in_loop(scene)


def test_what_waited_when_the_process_ended_runs_after_the_start(world: World) -> None:
    order(world)

    async def scene() -> None:
        async with world.runner.running():
            await until(lambda: states(world) == ["succeeded"])

    in_loop(scene)


def test_delayed_work_runs_when_a_running_clock_gets_there(world: World) -> None:
    world.tenant.clock = Clock()
    world.set_policy("delayed", 0.02)

    async def scene() -> None:
        async with world.runner.running():
            job = order(world)
            world.runner.wake(world.tenant, [job])
            assert states(world) == ["queued"]
            await until(lambda: states(world) == ["succeeded"])

    in_loop(scene)


def test_a_clock_that_goes_on_again_wakes_what_it_had_put_to_sleep(world: World) -> None:
    world.set_policy("delayed", 0.02)

    async def scene() -> None:
        async with world.runner.running():
            job = order(world)
            world.runner.wake(world.tenant, [job])
            await asyncio.sleep(0)
            world.tenant.clock = Clock().set(NOON, frozen=False)
            assert world.runner.advanced(world.tenant) == []
            await until(lambda: states(world) == ["succeeded"])

    in_loop(scene)


def test_manual_work_and_that_of_strangers_is_passed_over(world: World) -> None:
    world.set_policy("manual")

    async def scene() -> None:
        async with world.runner.running():
            manual = order(world)
            stranger = Tenant(99, "?", "?", world.tenant.settings, world.tenant.policy, Clock(), world.tenant.counters)
            world.runner.wake(stranger, ["x"])
            world.runner.wake(world.tenant, [manual, "unknown"])
            world.set_policy("after-reply")
            world.runner.wake(world.tenant, [order(world)])
            await until(lambda: states(world) == ["queued", "succeeded"])

    in_loop(scene)


def test_a_job_that_cannot_even_be_begun_does_not_end_the_task(world: World, caplog: pytest.LogCaptureFixture) -> None:
    class Moody(_Only):
        refuses = True

        def by_key(self, key: int, /) -> Tenant | None:
            if self.refuses:
                raise RuntimeError("not today")
            return super().by_key(key)

    (job,) = enqueue(world, "x")
    tenants = Moody(world.tenant)
    runner = Runner(world.database, tenants, {"Work": lambda *_: None})

    async def scene() -> None:
        task = asyncio.create_task(runner.run_forever())
        runner.wake(world.tenant, [job])
        await until(lambda: "could not be run" in caplog.text)
        tenants.refuses = False
        runner.wake(world.tenant, [job])
        await until(lambda: states(world) == ["succeeded"])
        task.cancel()

    in_loop(scene)
