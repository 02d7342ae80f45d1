"""The journal of a tenant's calls: read, verified, explained."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import Field

from zuora_mock.admin.context import CurrentTenantCall, TenantCall
from zuora_mock.admin.ledger import KnownOperations, doubtful
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.instants import Instant
from zuora_mock.steering import journal_reading, verification
from zuora_mock.steering.matching import Match
from zuora_mock.steering.models import ResponseBody
from zuora_mock.steering.verification import Question
from zuora_mock.storage.journal import Filters

PAGE, LARGEST_PAGE = 1000, 10_000
_LONGEST_FILTER = 10_000
router = admin_router("Requests", route_class=StrictRoute)

LARGEST_NUMBER = 2**53
CallNumber = Annotated[
    int, Path(ge=1, le=LARGEST_NUMBER, description="As in the header `Zuora-Mock-Request` of the answer")
]


class CallSummary(ResponseBody):
    """`status` is 0 where no answer was sent; `rule` has the rules that refused the call or rows of it, with commas."""

    n: int
    at: str = Field(examples=["2026-02-01T00:00:00Z"])
    method: str
    path: str
    status: int
    track_id: str | None
    operation: str | None
    rule: str | None
    fault: str | None
    stub: str | None = None
    milliseconds: float


class RequestList(ResponseBody):
    """Newest first. `forgotten` counts the entries that had to make room; the next page is `before` the last `n`.

    `doubts`, where the filter names an operation that there is not, say why there is nothing.
    """

    requests: list[CallSummary]
    forgotten: int
    doubts: list[str] = Field(default_factory=list)


class RecordedRequest(ResponseBody):
    """`body` is JSON, else text, null if there was none; credentials are masked."""

    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class RecordedAnswer(ResponseBody):
    """`sent` is false where a fault has kept it from the client."""

    sent: bool
    status: int
    headers: dict[str, str]
    body: Any


class ChangedRow(ResponseBody):
    """A row as it was and as it is, in Zuora's units; null before it was made and after it was deleted."""

    object: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class OrderedJob(ResponseBody):
    id: str
    type: str
    object_id: str
    state: str
    reason: str | None


class CallDetails(CallSummary):
    """`changes` are those of the call and of the work that it ordered, as far as that has run.

    Of each the first thousand are kept; `notes` say so where there were more.
    """

    request_id: str
    request: RecordedRequest
    answer: RecordedAnswer
    changes: list[ChangedRow]
    jobs: list[OrderedJob]
    notes: list[str]


class AcceptedRequest(ResponseBody):
    """A whole request; credentials are for the caller to add. `then` are requests to send after it, in this order."""

    method: str = Field(examples=["POST"])
    path: str = Field(examples=["/v1/action/execute"])
    body: dict[str, Any] | None
    headers: dict[str, str] = Field(default_factory=dict)
    then: list[AcceptedRequest] = Field(default_factory=list)


class OrderedFault(ResponseBody):
    """`order` is the id of a fault order, `header`, or the call that failed a job."""

    kind: str = Field(examples=["rate-limit"])
    order: str
    code: str | None = None


class RefusalView(ResponseBody):
    """`accepted` is a request that would have been accepted, null where none can be told.

    `fault` is there where the refusal was ordered, `job` where background work was refused and not the call.
    """

    rule: str
    provenance: str | None
    source: str | None
    summary: str | None
    message: str | None
    pointer: str
    expected: Any
    actual: Any
    state: dict[str, Any]
    accepted: AcceptedRequest | None
    fault: OrderedFault | None = None
    job: str | None = None


class ExplanationView(RefusalView):
    """The first refusal; `others` are those of more rows and of background work."""

    others: list[RefusalView]


class ExpectedAndActual(ResponseBody):
    expected: Any
    actual: Any


class NearMiss(ResponseBody):
    n: int
    differs: dict[str, ExpectedAndActual]


class Verdict(ResponseBody):
    """What is not ok comes with its nearest misses; of `order` also the first step that was `missing`, from 0.

    `forgotten`, where the journal has lost entries, and `doubts`, where a pattern names an operation that there is not,
    say that the count may mislead.
    """

    ok: bool
    count: int
    matched: list[int] = Field(default_factory=list)
    missing: int | None = None
    after: int | None = None
    nearest: list[NearMiss] = Field(default_factory=list)
    forgotten: int = 0
    doubts: list[str] = Field(default_factory=list)


def _unknown(call: TenantCall, n: int) -> Problem:
    journal = call.services.journal
    if n <= journal.forgotten(call.tenant):
        return Problem(404, "Forgotten request", f"{n} made room for newer entries; {journal.size} are kept")
    return Problem(404, "Unknown request", f"the tenant has made no call with the number {n}")


async def wanted_calls(
    method: str | None = None,
    path: Annotated[
        str | None, Query(max_length=_LONGEST_FILTER, description="Exactly, or with `*` for any text")
    ] = None,
    status: Annotated[int | None, Query(ge=0, le=599)] = None,
    track_id: Annotated[
        str | None, Query(alias="trackId", max_length=_LONGEST_FILTER, description="Exactly, or with `*` for any text")
    ] = None,
    operation: str | None = None,
    rule: Annotated[str | None, Query(max_length=_LONGEST_FILTER)] = None,
    since: Annotated[Instant | None, Query(description="On the tenant's clock, inclusive")] = None,
    until: Annotated[Instant | None, Query(description="On the tenant's clock, inclusive")] = None,
    unsupported: Annotated[bool, Query(description="Only calls of what Zuora has and the mock has not")] = False,
) -> Filters:
    return Filters(method, path, status, track_id, operation, rule, since, until, unsupported)


WantedCalls = Annotated[Filters, Depends(wanted_calls)]


@router.get("/requests", response_model_exclude_unset=True, name="list")
async def list_requests(
    call: CurrentTenantCall,
    operations: KnownOperations,
    filters: WantedCalls,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    before: Annotated[
        int | None, Query(ge=0, le=LARGEST_NUMBER, description="The `n` of the last entry of the page before")
    ] = None,
) -> RequestList:
    """The calls of the tenant, newest first."""
    found = await call.do(journal_reading.page, call.services.journal, filters, limit=limit, before=before)
    doubt = doubtful(Match(operation=filters.operation), operations)
    return RequestList.model_validate({**found, "doubts": [doubt]} if doubt else found)


@router.delete("/requests", status_code=204, response_model=None)
async def clear(call: CurrentTenantCall) -> None:
    """Empties the journal. Numbers begin again with 1."""
    await call.do(call.services.journal.clear)


@router.get("/requests/{n}")
async def read(call: CurrentTenantCall, n: CallNumber) -> CallDetails:
    """One call: what was asked and answered, what it changed, the work it ordered."""
    found = await call.do(journal_reading.entry, call.services.journal, n)
    if found is None:
        raise _unknown(call, n)
    return CallDetails.model_validate(found)


@router.get("/requests/{n}/explain", response_model_exclude_unset=True)
async def explain(call: CurrentTenantCall, n: CallNumber) -> ExplanationView:
    """Why a call, rows of it or the work that it ordered were refused: the rule, the culprit, what would have done."""
    reasons = await call.do(journal_reading.explanations, call.services.journal, n)
    if reasons is None:
        raise _unknown(call, n)
    if not reasons:
        detail = f"call {n} was not refused and none of its jobs failed: there is nothing to explain"
        raise Problem(404, "Not refused", detail)
    first, *others = reasons
    return ExplanationView.model_validate({**first, "others": others})


@router.post("/verify", response_model_exclude_unset=True)
async def verify(
    call: CurrentTenantCall,
    operations: KnownOperations,
    question: Question,
) -> Verdict:
    """Whether calls came as expected, by count, range or order. Answers 200 in either case.

    With `withinSeconds` it answers as soon as they have, or when so many seconds are over.
    """
    found = await _verdict(call, question)
    doubts = [doubt for each in question.patterns if (doubt := doubtful(each, operations))]
    return Verdict.model_validate({**found, "doubts": doubts} if doubts else found)


async def _verdict(call: TenantCall, question: Question) -> dict[str, Any]:
    """Asks again with each call of the tenant, until the answer is yes or the time is over."""
    time = asyncio.get_running_loop().time
    end = time() + question.within_seconds
    with call.services.journal.waiters.waiting_for(call.tenant) as waiting:
        while True:
            waiting.called.clear()
            found = await call.do(verification.verify, call.services.journal, question)
            if found["ok"] or time() >= end:
                return found
            await waiting.until_called(end)
