"""Background work that outlives the process: `orders` writes it down, here it is done in transactions of its own.

One claims a job: what nobody finished was never begun. Another runs and finishes it: the work, its row and the journal
tell the same story, or nothing of it happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, TypeAlias

from zuora_mock.clock import DAY, SECOND, stopwatch
from zuora_mock.domain.lifecycle import JobEvent, JobState
from zuora_mock.domain.rules import INTERNAL_ERROR, ORDERED_FAILURE
from zuora_mock.errors import Refusal
from zuora_mock.storage import jobs as rows
from zuora_mock.storage import journal
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.tenants import Tenant, all_keys
from zuora_mock.storage.transaction import Transaction, begin

Shown: TypeAlias = list[dict[str, Any]]
"""Jobs as the control plane prints them."""

Jobs: TypeAlias = list[Job]

Handler = Callable[[Transaction, str], None]
"""Does the work for one object. Raises Refusal if the world no longer lets it be done."""

Explain = Callable[[Refusal, str], dict[str, Any]]
"""What the journal tells of work for an object that was refused."""

logger = logging.getLogger("zuora_mock.work.runner")

_SLICE = 0.025
"""Seconds after which background work lets calls have a turn."""


class Tenants(Protocol):
    def by_key(self, key: int, /) -> Tenant | None: ...


class UnknownJob(LookupError):
    """The tenant has no job with this id."""


class Runner:
    """Runs jobs, one at a time: those that are due by itself, the others when told."""

    def __init__(self, database: Database, tenants: Tenants, handlers: Mapping[str, Handler], explain: Explain) -> None:
        self._database = database
        self._tenants = tenants
        self._handlers = handlers
        self._explain = explain
        self._waiting: deque[tuple[int, str]] = deque()
        self._awake = asyncio.Event()

    # What the control plane tells

    def list(self, tenant: Tenant) -> Shown:
        return [job.shown() for job in self._all(tenant)]

    def run_now(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Runs a queued job whether it is due or not. Raises UnknownJob, IllegalMove."""
        return self._perform(tenant, self._move(tenant, id, JobEvent.CLAIM)).shown()

    def fail(self, tenant: Tenant, id: str, reason: str) -> dict[str, Any]:
        """Ends a job that waits without running it. Raises UnknownJob, IllegalMove."""
        ordered = ORDERED_FAILURE.refusal(reason, fault={"kind": "job-failure", "order": f"/__admin/jobs/{id}/fail"})
        return self._fail(tenant, id, ordered).shown()

    def hold(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Raises UnknownJob, IllegalMove."""
        return self._move(tenant, id, JobEvent.HOLD).shown()

    def release(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Back among those that wait; one that is due runs soon. Raises UnknownJob, IllegalMove."""
        job = self._move(tenant, id, JobEvent.RELEASE)
        self.wake(tenant, [id])
        return job.shown()

    def settle(self, tenant: Tenant) -> tuple[Shown, Shown]:
        """Runs until nothing is due, what waits to be told included: what ran, and what still blocks.

        A job blocks while it is held or while its time, on the tenant's clock, has not come.
        """
        ran = self.run_due(tenant, manual=True)
        return ran, [job.shown() for job in self._all(tenant) if job.state in _UNSETTLED]

    def advanced(self, tenant: Tenant) -> Shown:
        """To be called when the clock was moved: runs what became due, returns what ran."""
        ran = self.run_due(tenant)
        self.attend(tenant)
        return ran

    # What runs by itself

    def run_job(self, tenant: Tenant, id: str) -> bool:
        """Runs the job if it waits and is due; whether it ran."""
        with begin(self._database, tenant) as transaction:
            job = rows.find(transaction, id)
            if job is None or job.state is not JobState.QUEUED or job.due_at > tenant.now():
                return False
            claimed = rows.move(transaction, job, JobEvent.CLAIM)
        self._perform(tenant, claimed)
        return True

    def run_jobs(self, tenant: Tenant, ids: Iterable[str]) -> Iterable[str]:
        """Those of the jobs that ran."""
        return [each for each in ids if self.run_job(tenant, each)]

    def run_due(self, tenant: Tenant, *, manual: bool = False) -> Shown:
        """Everything of the tenant that is due, until nothing is; `manual`: also what waits to be told."""
        ran: Shown = []
        while due := [job for job in self._queued(tenant) if job.due_at <= tenant.now() or (manual and job.manual)]:
            ran += [self.run_now(tenant, job.id) for job in due]
        return ran

    def run_all_due(self) -> Shown:
        return [job for tenant in self._all_tenants() for job in self.run_due(tenant)]

    def recover(self) -> None:
        """After a start: work that was claimed and not finished waits again; nothing of it had happened."""
        for tenant in self._all_tenants():
            with begin(self._database, tenant) as transaction:
                for job in rows.in_state(transaction, JobState.RUNNING):
                    rows.move(transaction, job, JobEvent.REQUEUE, "the process ended before the job did")
            self.attend(tenant)

    def catch_up(self) -> None:
        """To be called when a call comes in."""

    # The task in the event loop

    def attend(self, tenant: Tenant) -> None:
        """Makes the task look at everything of the tenant that waits, after a restore or a fork as after a start."""
        self.wake(tenant, [job.id for job in self._queued(tenant)])

    def wake(self, tenant: Tenant | None = None, ids: Iterable[str] = ()) -> None:
        """Makes the task look at these jobs, or without a tenant at everything that waits."""
        if tenant is None:
            for each in self._all_tenants():
                self.attend(each)
            return
        self._waiting.extend((tenant.key, each) for each in ids)
        self._awake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """For the lifetime of the application: recovers, then runs what is due in the background."""
        self.recover()
        task = asyncio.create_task(self.run_forever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def run_forever(self) -> None:
        """Runs jobs as they come due, and lets the event loop breathe after each slice."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._waiting:
                self._run_slice()
                await asyncio.sleep(0)

    def _run_slice(self) -> None:
        """At least one job. Those of calls that came together are done together: clients that poll wait for all."""
        end = stopwatch() + _SLICE
        while self._waiting:
            self._look_at(*self._waiting.popleft())
            if stopwatch() >= end:
                break

    def _look_at(self, key: int, id: str) -> None:
        try:
            tenant = self._tenants.by_key(key)
            if tenant is not None and not self.run_job(tenant, id):
                self._look_again(tenant, id)
        except Exception:
            logger.exception("job %s could not be run", id)

    def _look_again(self, tenant: Tenant, id: str) -> None:
        """A job that is not due is looked at when it will be, unless its clock stands still."""
        with begin(self._database, tenant) as transaction:
            job = rows.find(transaction, id)
        if job is None or job.state is not JobState.QUEUED or job.manual or tenant.clock.frozen:
            return
        wait = min(max(job.due_at - tenant.now(), 1), DAY)
        asyncio.get_running_loop().call_later(wait / SECOND, self.wake, tenant, [id])

    # One job

    def _perform(self, tenant: Tenant, job: Job) -> Job:
        try:
            with begin(self._database, tenant, job.entity, f"job:{job.id}") as transaction:
                self._handler(job)(transaction, job.object_id)
                done = rows.move(transaction, job, JobEvent.SUCCEED)
                journal.append_changes(transaction, job.request, transaction.changes)
        except Refusal as refusal:
            return self._fail(tenant, job.id, refusal)
        except Exception as error:
            logger.exception("job %s failed", job.id)
            return self._fail(tenant, job.id, INTERNAL_ERROR.refusal(f"{type(error).__name__}: {error}"))
        logger.info("job %s succeeded: %s %s", job.id, job.type, job.object_id)
        return done

    def _handler(self, job: Job) -> Handler:
        handler = self._handlers.get(job.type)
        if handler is None:
            raise INTERNAL_ERROR.refusal(f"there is no handler for {job.type}")
        return handler

    def _fail(self, tenant: Tenant, id: str, refusal: Refusal) -> Job:
        """Ends the job, and tells the entry of the call that ordered it why."""
        with begin(self._database, tenant) as transaction:
            failed = rows.move(transaction, _find(transaction, id), JobEvent.FAIL, refusal.message)
            told = {**self._explain(refusal, failed.object_id), "job": id}
            journal.append_explanation(transaction, failed.request, told)
        logger.warning("job %s failed: %s", id, refusal.message)
        return failed

    def _move(self, tenant: Tenant, id: str, event: JobEvent) -> Job:
        with begin(self._database, tenant) as transaction:
            return rows.move(transaction, _find(transaction, id), event)

    def _all(self, tenant: Tenant) -> Jobs:
        with begin(self._database, tenant) as transaction:
            return rows.all_of(transaction)

    def _queued(self, tenant: Tenant) -> Jobs:
        with begin(self._database, tenant) as transaction:
            return rows.in_state(transaction, JobState.QUEUED)

    def _all_tenants(self) -> Iterable[Tenant]:
        found = (self._tenants.by_key(key) for key in all_keys(self._database))
        return [tenant for tenant in found if tenant is not None]


def _find(transaction: Transaction, id: str) -> Job:
    job = rows.find(transaction, id)
    if job is None:
        raise UnknownJob(id)
    return job


_UNSETTLED = frozenset({JobState.QUEUED, JobState.HELD})
