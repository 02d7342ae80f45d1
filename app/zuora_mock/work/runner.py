"""Background work that outlives the process: `orders` writes it down, here it is done in transactions of its own.

The work, the row of the job and the journal tell the same story, or nothing of it happened. A job that takes several
transactions is claimed in the first of them: what nobody finished was never begun.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

from zuora_mock.clock import DAY, SECOND
from zuora_mock.domain.lifecycle import IllegalMove, JobEvent, JobState
from zuora_mock.domain.rules import INTERNAL_ERROR, ORDERED_FAILURE
from zuora_mock.errors import Refusal
from zuora_mock.storage import jobs as rows
from zuora_mock.storage import journal, unfinished
from zuora_mock.storage.beginnings import begin_beside
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.steps import Stepwise, in_place, on_behalf_of
from zuora_mock.storage.tenants import Tenant, all_keys
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.storage.trouble import Elsewhere, Gone, StorageTrouble
from zuora_mock.work.background import Background, Waiting
from zuora_mock.work.holds import Holds

Shown: TypeAlias = list[dict[str, Any]]
"""Jobs as `/__admin` prints them."""

Jobs: TypeAlias = list[Job]
JobIds: TypeAlias = list[str]

Handler = Callable[[Transaction, Job], Stepwise[None] | None]
"""Does the work of a job, at once or in steps. Raises Refusal if what has changed since no longer lets it be done."""

Strike = Callable[[Tenant], Refusal | None]
"""Why the next job of a tenant fails by order; it counts."""

Tell = Callable[[Sequence[str]], None]
"""Writes a line of words to the log of what is called."""

GiveUp = Callable[[Transaction, Job, Refusal], None]
"""What becomes of the object whose work has failed."""

ExplainFailure = Callable[[Refusal, Job], dict[str, Any]]
"""What the journal tells of a job whose work was refused."""

logger = logging.getLogger("zuora_mock.work")


class Tenants(Protocol):
    def by_key(self, key: int, /) -> Tenant | None: ...


class UnknownJob(LookupError):
    """The tenant has no job with this id."""


class Runner:
    """Runs jobs: those that are due by itself, the others by order of who holds the tenant.

    Of a tenant one at a time; work that is long takes steps, between which others have their turn. `recovered` says
    that what was left by others has been looked at.
    """

    def __init__(
        self,
        database: Database,
        tenants: Tenants,
        handler: Handler,
        *,
        holds: Holds,
        explain: ExplainFailure,
        strike: Strike,
        give_up: GiveUp,
        tell: Tell,
    ) -> None:
        self._database = database
        self._tenants = tenants
        self._handle, self._explain, self._strike, self._holds = handler, explain, strike, holds
        self._give_up, self._tell = give_up, tell
        self.background = Background(self._attempt)
        self._stalled: set[Waiting] = set()
        self.recovered = False

    # What a test orders

    def list(self, tenant: Tenant) -> Shown:
        return [job.shown() for job in self._all(tenant)]

    def run_now(self, tenant: Tenant, id: str) -> Stepwise[dict[str, Any]]:
        """Runs a queued job whether it is due or not. Raises UnknownJob, IllegalMove."""
        with begin(self._database, tenant) as transaction:
            job = _find(transaction, id)
        return (yield from self._perform(tenant, job)).shown()

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

    def unsettled(self, tenant: Tenant) -> Shown:
        """The jobs that are held, or whose time, on the tenant's clock, has not come."""
        return [job.shown() for job in self._all(tenant) if job.state in _UNSETTLED]

    def advanced(self, tenant: Tenant) -> Stepwise[Shown]:
        """To be called when the clock was moved: runs what became due."""
        ran = yield from self.run_due(tenant)
        self.attend(tenant)
        return ran

    # What runs by itself

    def run_job(self, tenant: Tenant, id: str) -> Stepwise[bool]:
        """Runs the job if it waits and is due; whether it ran."""
        job = self._read(tenant, id)
        if job is not None and job.state is JobState.RUNNING and (tenant.key, id) in self._stalled:
            with begin(self._database, tenant) as transaction:
                job = rows.move(transaction, job, JobEvent.REQUEUE, "what it did could not be written")
        if job is None or job.state is not JobState.QUEUED or job.due_at > tenant.now():
            return False
        yield from self._perform(tenant, job)
        return True

    def _read(self, tenant: Tenant, id: str) -> Job | None:
        """As it is; a statement that only reads needs no transaction around it."""
        with self._database.lock:
            return rows.find(on_behalf_of(self._database, tenant), id)

    def run_jobs(self, tenant: Tenant, ids: Iterable[str]) -> Stepwise[JobIds]:
        """Those of the jobs that ran."""
        ran: JobIds = []
        for each in ids:
            ran += [each] if (yield from self.run_job(tenant, each)) else []
        return ran

    def run_due(self, tenant: Tenant, *, manual: bool = False) -> Stepwise[Shown]:
        """Everything of the tenant that is due, until nothing is; `manual`: also what waits to be told.

        Each job is a step: between two of them others may run, hold or remove what was found.
        """
        ran: Shown = []
        while due := [job for job in self._queued(tenant) if job.due_at <= tenant.now() or (manual and job.manual)]:
            for job in due:
                found = self._read(tenant, job.id)
                if found is not None and found.state is JobState.QUEUED:
                    with suppress(IllegalMove):  # another server has run it meanwhile
                        ran.append((yield from self.run_now(tenant, job.id)))
                    yield
        return ran

    def recover(self) -> None:
        """Work that was claimed, and that nobody goes on with, waits again; nothing of it had happened.

        Where work is under way there is a mark of it.
        """
        self.recovered = False
        for tenant in self._all_tenants():
            with suppress(Gone):
                self._recover(tenant)
        self.recovered = True

    def _recover(self, tenant: Tenant) -> None:
        with begin_beside(self._database, tenant) as transaction:
            running = rows.in_state(transaction, JobState.RUNNING)
            for job in () if running and unfinished.is_left(self._database, tenant.key) else running:
                rows.move(transaction, job, JobEvent.REQUEUE, "the process ended before the job did")
        self.attend(tenant)

    def attend(self, tenant: Tenant) -> None:
        """Has everything of the tenant that waits looked at, after a restore or a fork as after a start."""
        self.wake(tenant, [job.id for job in self._queued(tenant)])

    def wake(self, tenant: Tenant, ids: Iterable[str]) -> None:
        """Has these jobs looked at soon."""
        self.background.wake((tenant.key, job) for job in ids)

    def _attempt(self, waiting: Waiting) -> Stepwise[float | None]:
        """Runs the job if it is due; else in how many seconds it will be, None where no time will make it so."""
        key, job_id = waiting
        tenant = self._tenants.by_key(key)
        if tenant is None:
            return None
        if not self._holds.take(tenant.name):
            return _HELD
        try:
            if (yield from self.run_job(tenant, job_id)):
                self._stalled.discard(waiting)
                return None
        except (StorageTrouble, Elsewhere, IllegalMove) as trouble:
            return _pause_after(trouble)
        finally:
            self._holds.give_back(tenant.name)
        job = self._read(tenant, job_id)
        if job is None or job.state is not JobState.QUEUED or job.manual or tenant.clock.frozen:
            return None
        return min(max(job.due_at - tenant.now(), 1), DAY) / SECOND

    # One job

    def _perform(self, tenant: Tenant, job: Job) -> Stepwise[Job]:
        claimed = rows.after(job, JobEvent.CLAIM, tenant.now())
        ordered = self._strike(tenant)
        if ordered is not None:
            return self._fail(tenant, job.id, ordered, claimed)
        try:
            done = yield from in_place(self._database, tenant, self._work(tenant, job, claimed))
        except Refusal as refusal:
            return self._fail(tenant, job.id, refusal, claimed)
        except (IllegalMove, Elsewhere):
            raise
        except (StorageTrouble, GeneratorExit):
            self._stalled.add((tenant.key, job.id))
            raise
        except Exception as error:
            logger.exception("job %s failed", job.id)
            return self._fail(tenant, job.id, INTERNAL_ERROR.refusal(f"{type(error).__name__}: {error}"), claimed)
        self._tell(("job", job.id, "succeeded", job.type, job.object_id))
        return done

    def _work(self, tenant: Tenant, job: Job, claimed: Job) -> Stepwise[Job]:
        transaction, kept = on_behalf_of(self._database, tenant, job.entity, f"job:{job.id}"), job
        rows.check(transaction, job)
        for _ in self._handle(transaction, claimed) or ():
            if kept is job:
                rows.save(transaction, job, claimed)
                kept = claimed
            yield
        done = rows.after(claimed, JobEvent.SUCCEED, tenant.now())
        rows.save(transaction, kept, done)
        journal.append_changes(transaction, job.request, transaction.changes)
        return done

    def _fail(self, tenant: Tenant, id: str, refusal: Refusal, claimed: Job | None = None) -> Job:
        """Ends the job, `claimed` if it was begun, and tells the entry of the call that ordered it why."""
        with begin(self._database, tenant) as transaction:
            job, rule = _find(transaction, id), refusal.rule.name
            if claimed is not None and job.state is not JobState.RUNNING:
                rows.after(job, JobEvent.CLAIM, tenant.now())  # another server may have run it
            failed = rows.after(claimed or job, JobEvent.FAIL, tenant.now(), refusal.message, rule)
            rows.save(transaction, job, failed)
            explanation = {**self._explain(refusal, failed), "job": id}
            journal.append_explanation(transaction, failed.request, explanation)
            own = on_behalf_of(self._database, tenant, failed.entity, f"job:{id}")
            self._give_up(own, failed, refusal)
            journal.append_changes(own, failed.request, own.changes)
        logger.warning("job %s failed: %s", id, refusal.message)
        return failed

    def _move(self, tenant: Tenant, id: str, event: JobEvent) -> Job:
        with begin(self._database, tenant) as transaction:
            return rows.move(transaction, _find(transaction, id), event)

    def _all(self, tenant: Tenant) -> Jobs:
        with begin_beside(self._database, tenant) as transaction:
            return rows.all_of(transaction)

    def _queued(self, tenant: Tenant) -> Jobs:
        with begin_beside(self._database, tenant) as transaction:
            return rows.in_state(transaction, JobState.QUEUED)

    def _all_tenants(self) -> Iterable[Tenant]:
        tenants = (self._tenants.by_key(key) for key in all_keys(self._database))
        return [tenant for tenant in tenants if tenant is not None]


def _pause_after(trouble: StorageTrouble | Elsewhere | IllegalMove) -> float | None:
    """In how many seconds to try again; not what another server has run meanwhile."""
    if isinstance(trouble, IllegalMove):
        return None
    return _HELD if isinstance(trouble, Elsewhere) else _AGAIN


def _find(transaction: Transaction, id: str) -> Job:
    job = rows.find(transaction, id)
    if job is None:
        raise UnknownJob(id)
    return job


_AGAIN = 1.0
"""Seconds after which work is tried again that could not be written."""
_HELD = 0.05
"""Seconds after which it is tried again on a tenant that is in the middle of long work."""
_UNSETTLED = frozenset({JobState.QUEUED, JobState.HELD})
