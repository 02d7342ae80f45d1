"""Background work that outlives the process: ordered in the transaction of the call, done in one of its own.

    enqueue       one row, in the caller's transaction; the tenant's policy says when it is due
    claim         queued to running, a transaction of its own: what nobody finished was never begun
    run, finish   one transaction: the work, its row and the journal tell the same story, or nothing of it happened

The policy in force when work is ordered decides when it is due: at once (`after-reply`, `before-reply`), after some
seconds of the tenant's clock (`delayed`), or when somebody says so (`manual`).
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
from zuora_mock.ids import object_id as make_id
from zuora_mock.steering.journal import append_changes, append_refusal
from zuora_mock.storage import jobs as rows
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import NEVER, Job
from zuora_mock.storage.tenants import Tenant, all_keys
from zuora_mock.storage.transaction import Transaction, begin

Shown: TypeAlias = list[dict[str, Any]]
"""Jobs as the control plane prints them."""

Jobs: TypeAlias = list[Job]

Handler = Callable[[Transaction, str], None]
"""Does the work for one object. Raises Refusal if the world no longer lets it be done."""

Explain = Callable[[Refusal, str], None]
"""Completes the refusal of the work for one object by what a client could do."""

logger = logging.getLogger("zuora_mock.work.runner")

_SLICE = 0.025
"""Seconds after which background work lets calls have a turn."""


class Tenants(Protocol):
    def by_key(self, key: int, /) -> Tenant | None: ...


class UnknownJob(LookupError):
    """The tenant has no job with this id."""


def enqueue(transaction: Transaction, type: str, object_id: str) -> str:
    """The id of the new job. It follows from the object, so that jobs take nothing from the sequence of other ids."""
    tenant = transaction.tenant
    attempt = len(rows.of_object(transaction.connection, tenant.key, object_id)) + 1
    job = Job(
        tenant=tenant.key,
        id=make_id(tenant.seed, f"job/{type}/{object_id}", attempt),
        entity=transaction.entity,
        seq=tenant.next_seq(),
        type=type,
        object_id=object_id,
        state=JobState.QUEUED,
        reason=None,
        due_at=_due_at(tenant),
        request=tenant.entries,
        history=rows.first_chapter(JobState.QUEUED, tenant.now()),
    )
    rows.add(transaction.connection, job)
    return job.id


def _due_at(tenant: Tenant) -> int:
    match tenant.policy.mode:
        case "manual":
            return NEVER
        case "delayed":
            return tenant.now() + round(tenant.policy.seconds * SECOND)
        case _:
            return tenant.now()


def is_ordered(transaction: Transaction, object_id: str) -> bool:
    """Whether work for the object waits, is under way or was done. Work that failed may be ordered again."""
    ordered = rows.of_object(transaction.connection, transaction.tenant.key, object_id)
    return any(job.state is not JobState.FAILED for job in ordered)


def is_pending(transaction: Transaction, object_id: str) -> bool:
    """Whether work for the object has been ordered and is not over."""
    ordered = rows.of_object(transaction.connection, transaction.tenant.key, object_id)
    return any(job.state in _UNSETTLED or job.state is JobState.RUNNING for job in ordered)


class Runner:
    """Runs jobs, one at a time: those that are due by itself, the others when told."""

    def __init__(
        self,
        database: Database,
        tenants: Tenants,
        handlers: Mapping[str, Handler],
        explain: Explain = lambda _refusal, _object_id: None,
    ) -> None:
        self._database = database
        self._tenants = tenants
        self._handlers = handlers
        self._explain = explain
        self._waiting: deque[tuple[int, str]] = deque()
        self._awake = asyncio.Event()

    # What the control plane tells

    def list(self, tenant: Tenant) -> Shown:
        return [job.shown() for job in rows.all_of(self._database.connection, tenant.key)]

    def run_now(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Runs a queued job whether it is due or not. Raises UnknownJob, IllegalMove."""
        return self._run(tenant, self._find(tenant, id)).shown()

    def fail(self, tenant: Tenant, id: str, reason: str) -> dict[str, Any]:
        """Ends a job that waits without running it. Raises UnknownJob, IllegalMove."""
        ordered = ORDERED_FAILURE.refusal(reason, fault={"kind": "job-failure", "order": f"/__admin/jobs/{id}/fail"})
        return self._fail(tenant, self._find(tenant, id), ordered).shown()

    def hold(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Raises UnknownJob, IllegalMove."""
        return self._move(tenant, self._find(tenant, id), JobEvent.HOLD).shown()

    def release(self, tenant: Tenant, id: str) -> dict[str, Any]:
        """Back among those that wait; one that is due runs soon. Raises UnknownJob, IllegalMove."""
        job = self._move(tenant, self._find(tenant, id), JobEvent.RELEASE)
        self.wake(tenant, [id])
        return job.shown()

    def settle(self, tenant: Tenant) -> tuple[Shown, Shown]:
        """Runs until nothing is due, what waits to be told included: what ran, and what still blocks.

        A job blocks while it is held or while its time, on the tenant's clock, has not come.
        """
        ran = self.run_due(tenant, manual=True)
        waiting = [job for job in rows.all_of(self._database.connection, tenant.key) if job.state in _UNSETTLED]
        return ran, [job.shown() for job in waiting]

    def advanced(self, tenant: Tenant) -> Shown:
        """To be called when the clock was moved: runs what became due, returns what ran."""
        ran = self.run_due(tenant)
        self.attend(tenant)
        return ran

    # What runs by itself

    def run_job(self, tenant: Tenant, id: str) -> bool:
        """Runs the job if it waits and is due; whether it ran."""
        job = rows.find(self._database.connection, tenant.key, id)
        if job is None or job.state is not JobState.QUEUED or job.due_at > tenant.now():
            return False
        self._run(tenant, job)
        return True

    def run_jobs(self, tenant: Tenant, ids: Iterable[str]) -> Iterable[str]:
        """Those of the jobs that ran."""
        return [each for each in ids if self.run_job(tenant, each)]

    def run_due(self, tenant: Tenant, *, manual: bool = False) -> Shown:
        """Everything of the tenant that is due, until nothing is; `manual`: also what waits to be told."""
        ran: Shown = []
        while due := [job for job in self._queued(tenant) if job.due_at <= tenant.now() or (manual and job.manual)]:
            ran += [self._run(tenant, job).shown() for job in due]
        return ran

    def run_all_due(self) -> Shown:
        return [job for tenant in self._all_tenants() for job in self.run_due(tenant)]

    def recover(self) -> None:
        """After a start: work that was claimed and not finished waits again; nothing of it had happened."""
        for tenant in self._all_tenants():
            for job in rows.in_state(self._database.connection, tenant.key, JobState.RUNNING):
                self._move(tenant, job, JobEvent.REQUEUE, "the process ended before the job did")
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
        job = rows.find(self._database.connection, tenant.key, id)
        if job is None or job.state is not JobState.QUEUED or job.manual or tenant.clock.frozen:
            return
        wait = min(max(job.due_at - tenant.now(), 1), DAY)
        asyncio.get_running_loop().call_later(wait / SECOND, self.wake, tenant, [id])

    # One job

    def _run(self, tenant: Tenant, job: Job) -> Job:
        return self._perform(tenant, self._move(tenant, job, JobEvent.CLAIM))

    def _perform(self, tenant: Tenant, job: Job) -> Job:
        try:
            with begin(self._database, tenant, job.entity, f"job:{job.id}") as transaction:
                self._handler(job)(transaction, job.object_id)
                done = rows.move(transaction.connection, job, JobEvent.SUCCEED, transaction.now())
                append_changes(transaction.connection, tenant.key, job.request, transaction.changes)
        except Refusal as refusal:
            return self._fail(tenant, job, refusal)
        except Exception as error:
            logger.exception("job %s failed", job.id)
            return self._fail(tenant, job, INTERNAL_ERROR.refusal(f"{type(error).__name__}: {error}"))
        logger.info("job %s succeeded: %s %s", job.id, job.type, job.object_id)
        return done

    def _handler(self, job: Job) -> Handler:
        handler = self._handlers.get(job.type)
        if handler is None:
            raise INTERNAL_ERROR.refusal(f"there is no handler for {job.type}")
        return handler

    def _fail(self, tenant: Tenant, job: Job, refusal: Refusal) -> Job:
        """Ends the job, and tells the entry of the call that ordered it why."""
        self._explain(refusal, job.object_id)
        with self._database.transaction() as connection:
            failed = rows.move(connection, job, JobEvent.FAIL, tenant.now(), refusal.message)
            append_refusal(connection, tenant.key, job.request, refusal, job.id)
        logger.warning("job %s failed: %s", job.id, refusal.message)
        return failed

    def _move(self, tenant: Tenant, job: Job, event: JobEvent, reason: str | None = None) -> Job:
        with self._database.transaction() as connection:
            return rows.move(connection, job, event, tenant.now(), reason)

    def _find(self, tenant: Tenant, id: str) -> Job:
        job = rows.find(self._database.connection, tenant.key, id)
        if job is None:
            raise UnknownJob(id)
        return job

    def _queued(self, tenant: Tenant) -> Jobs:
        return rows.in_state(self._database.connection, tenant.key, JobState.QUEUED)

    def _all_tenants(self) -> Iterable[Tenant]:
        found = (self._tenants.by_key(key) for key in all_keys(self._database.connection))
        return [tenant for tenant in found if tenant is not None]


_UNSETTLED = frozenset({JobState.QUEUED, JobState.HELD})
