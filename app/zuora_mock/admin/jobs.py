"""Background work: what there is, when it runs, and a hand on each piece of it.

A job is due as the policy says that is in force when it is ordered. Leaving `manual` runs what waited to be told; what
was delayed keeps its time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from zuora_mock.admin.context import CurrentServices, CurrentTenant, Problem
from zuora_mock.admin.wire import Answered
from zuora_mock.domain.lifecycle import IllegalMove, JobState
from zuora_mock.settings import JobPolicy
from zuora_mock.steering.matching import Asked
from zuora_mock.storage import configuration
from zuora_mock.storage.transaction import begin
from zuora_mock.work.runner import UnknownJob

_LONGEST_DELAY = 10 * 366 * 86_400

router = APIRouter(prefix="/jobs", tags=["Jobs"])


class Chapter(Answered):
    state: JobState
    at: str
    reason: str | None = None


class JobView(Answered):
    """`dueAt` is null for a job that waits to be told; `request` is the journal entry that ordered it."""

    id: str
    type: str = Field(examples=["InvoiceSplit"])
    object_id: str
    state: JobState
    reason: str | None
    due_at: str | None
    request: int | None
    history: list[Chapter]


class JobList(Answered):
    jobs: list[JobView]


class Ran(Answered):
    ran: list[JobView]


class PolicyAsked(Asked):
    mode: Literal["after-reply", "before-reply", "delayed", "manual"]
    seconds: float = Field(default=0, ge=0, le=_LONGEST_DELAY)


class Failure(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=1000)] = "failed by order"


def views(jobs: Sequence[dict[str, Any]]) -> list[JobView]:
    return [JobView.model_validate(each) for each in jobs]


def _moved(move: Callable[[], dict[str, Any]], id: str) -> JobView:
    """Raises Problem: 404 for an unknown job, 409 for one whose state does not allow it."""
    try:
        return JobView.model_validate(move())
    except UnknownJob:
        raise Problem(404, "Unknown job", f"the tenant has no job '{id}'") from None
    except IllegalMove as error:
        raise Problem(409, "Illegal move", str(error), state=error.state.value) from None


@router.get("")
async def list_jobs(services: CurrentServices, tenant: CurrentTenant) -> JobList:
    """The tenant's jobs in the order in which they were ordered, with their history."""
    return JobList(jobs=views(services.runner.list(tenant)))


@router.get("/policy")
async def read_policy(tenant: CurrentTenant) -> JobPolicy:
    """When background work runs."""
    return tenant.policy


@router.put("/policy")
async def set_policy(services: CurrentServices, tenant: CurrentTenant, asked: PolicyAsked) -> JobPolicy:
    """Sets when work runs that is ordered from now on: `after-reply`, `before-reply`, `delayed` or `manual`.

    `seconds` of the tenant's clock count for `delayed` only. Any mode but `manual` runs what waited to be told.
    """
    with begin(services.database, tenant) as transaction:
        tenant.policy = JobPolicy(mode=asked.mode, seconds=asked.seconds)
        configuration.save(transaction)
    if asked.mode != "manual":
        services.runner.settle(tenant)
    return tenant.policy


@router.post("/settle", responses={409: {"description": "Something is held or not due: see `blocked`"}})
async def settle(services: CurrentServices, tenant: CurrentTenant) -> Ran:
    """Runs all work that is due or waits to be told, and says what ran.

    Where jobs are left that are held or whose time has not come, 409 with those in `blocked`, and in `ran` what ran.
    """
    ran, blocked = services.runner.settle(tenant)
    if blocked:
        members = {"blocked": views(blocked), "ran": views(ran)}
        raise Problem(409, "Not settled", f"{len(blocked)} job(s) are held or not due yet", **members)
    return Ran(ran=views(ran))


@router.post("/{id}/run")
async def run(services: CurrentServices, tenant: CurrentTenant, id: str) -> JobView:
    """Runs a queued job now, due or not. The answer tells whether it succeeded or failed, and why."""
    return _moved(lambda: services.runner.run_now(tenant, id), id)


@router.post("/{id}/fail")
async def fail(services: CurrentServices, tenant: CurrentTenant, id: str, asked: Failure | None = None) -> JobView:
    """Ends a job that waits without running it, for the given reason."""
    reason = (asked or Failure()).reason
    return _moved(lambda: services.runner.fail(tenant, id, reason), id)


@router.post("/{id}/hold")
async def hold(services: CurrentServices, tenant: CurrentTenant, id: str) -> JobView:
    """Keeps a queued job from running until it is released."""
    return _moved(lambda: services.runner.hold(tenant, id), id)


@router.post("/{id}/release")
async def release(services: CurrentServices, tenant: CurrentTenant, id: str) -> JobView:
    """Puts a held job back among those that wait; one that is due runs soon."""
    return _moved(lambda: services.runner.release(tenant, id), id)
