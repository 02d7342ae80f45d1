"""Background work: what there is, when it runs, and a hand on each piece of it.

A job is due as the policy says that is in force when it is ordered. Leaving `manual` runs what waited for a call; what
was delayed keeps its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import Field

from zuora_mock.admin.context import CurrentTenantCall
from zuora_mock.admin.problems import DESCRIBED, Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.domain.lifecycle import IllegalMove, JobState
from zuora_mock.settings import LONGEST_JOB_DELAY, JobMode, JobPolicy
from zuora_mock.steering.faults import FAILED_BY_ORDER
from zuora_mock.steering.models import FailureReason, RequestBody, ResponseBody
from zuora_mock.storage import configuration
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work.runner import UnknownJob

router = admin_router("Jobs", prefix="/jobs", route_class=StrictRoute)


class JobStateView(ResponseBody):
    state: JobState
    at: str
    reason: str | None = None


class JobView(ResponseBody):
    """`dueAt` is null for a job that waits to be told; `request` is the journal entry that ordered it."""

    id: str
    type: str = Field(examples=["InvoiceSplit"])
    object_id: str
    state: JobState
    reason: str | None
    due_at: str | None
    request: int | None
    history: list[JobStateView]


class JobList(ResponseBody):
    jobs: list[JobView]


class JobsRun(ResponseBody):
    ran: list[JobView]


class PolicyBody(RequestBody):
    mode: JobMode
    seconds: float = Field(default=0, ge=0, le=LONGEST_JOB_DELAY)


class JobFailure(RequestBody):
    reason: FailureReason = FAILED_BY_ORDER


def views(jobs: Sequence[dict[str, Any]]) -> list[JobView]:
    return [JobView.model_validate(each) for each in jobs]


@contextmanager
def _moving(id: str) -> Iterator[None]:
    """Raises Problem: 404 for an unknown job, 409 for one whose state does not allow it."""
    try:
        yield
    except UnknownJob:
        raise Problem(404, "Unknown job", f"the tenant has no job '{id}'") from None
    except IllegalMove as error:
        raise Problem(409, "Illegal move", str(error), state=error.state.value) from None


def _set(transaction: Transaction, policy: JobPolicy) -> None:
    transaction.tenant.policy = policy
    configuration.save(transaction)


@router.get("", name="list")
async def list_jobs(call: CurrentTenantCall) -> JobList:
    """The tenant's jobs in the order in which they were ordered, with their history."""
    return JobList(jobs=views(call.services.runner.list(call.tenant)))


@router.get("/policy")
async def read_policy(call: CurrentTenantCall) -> JobPolicy:
    """When background work runs."""
    return call.tenant.policy


@router.put("/policy")
async def set_policy(call: CurrentTenantCall, body: PolicyBody) -> JobPolicy:
    """Sets when work runs that is ordered from now on: `after-reply`, `before-reply`, `delayed` or `manual`.

    `seconds` of the tenant's clock count for `delayed` only. Any mode but `manual` runs what waited to be told.
    """
    await call.do(_set, JobPolicy(mode=body.mode, seconds=body.seconds))
    if body.mode != "manual":
        await call.work(call.services.runner.run_due(call.tenant, manual=True))
    return call.tenant.policy


@router.post("/settle", responses={409: {**DESCRIBED, "description": "Something is held or not due: see `blocked`"}})
async def settle(call: CurrentTenantCall) -> JobsRun:
    """Runs all work that is due or waits to be told, and says what ran.

    Where jobs are left that are held or whose time has not come, 409 with those in `blocked`, and in `ran` what ran.
    """
    ran = await call.work(call.services.runner.run_due(call.tenant, manual=True))
    blocked = call.services.runner.unsettled(call.tenant)
    if blocked:
        members = {"blocked": views(blocked), "ran": views(ran)}
        raise Problem(409, "Not settled", f"{len(blocked)} job(s) are held or not due yet", **members)
    return JobsRun(ran=views(ran))


@router.post("/{id}/run")
async def run(call: CurrentTenantCall, id: str) -> JobView:
    """Runs a queued job now, due or not. The answer tells whether it succeeded or failed, and why."""
    with _moving(id):
        return JobView.model_validate(await call.work(call.services.runner.run_now(call.tenant, id)))


@router.post("/{id}/fail")
async def fail(call: CurrentTenantCall, id: str, body: JobFailure | None = None) -> JobView:
    """Ends a job that waits without running it, for the given reason."""
    reason = (body or JobFailure()).reason
    with _moving(id):
        return JobView.model_validate(call.services.runner.fail(call.tenant, id, reason))


@router.post("/{id}/hold")
async def hold(call: CurrentTenantCall, id: str) -> JobView:
    """Keeps a queued job from running until it is released."""
    with _moving(id):
        return JobView.model_validate(call.services.runner.hold(call.tenant, id))


@router.post("/{id}/release")
async def release(call: CurrentTenantCall, id: str) -> JobView:
    """Puts a held job back among those that wait; one that is due runs soon."""
    with _moving(id):
        return JobView.model_validate(call.services.runner.release(call.tenant, id))
