"""What the mock knows, how it knows it, and what of it the calls so far have exercised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from zuora_mock.admin.context import CurrentServices, MaybeTenant, TenantCall, meant_tenant
from zuora_mock.admin.guard import suggestion
from zuora_mock.admin.routing import admin_router
from zuora_mock.api.codes import read_as
from zuora_mock.domain.levels import Level
from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Kind, Provenance
from zuora_mock.steering import ledger
from zuora_mock.steering.ledger import LedgerRow
from zuora_mock.steering.matching import Match
from zuora_mock.steering.models import ResponseBody
from zuora_mock.steering.use import Described

router = admin_router("Ledger")


class RuleView(ResponseBody):
    """A refusal that the mock can make. `code` is what a client reads; `kind` says what sort of refusal it is."""

    name: str
    kind: Kind
    code: str
    provenance: Provenance
    source: str
    summary: str


class RuleList(ResponseBody):
    rules: list[RuleView]


class LedgerRowView(ResponseBody):
    """`detail` is the method and path of an operation, what actions do with an object, the kind of a rule.

    `level` says of an operation or an object how much of Zuora is behind it; rules have none.
    """

    name: str
    detail: str
    provenance: Provenance
    source: str
    summary: str
    exercised: bool
    level: Level | None = None


class TotalView(ResponseBody):
    total: int
    exercised: int
    exercised_by_level: dict[Level, int]
    by_provenance: dict[Provenance, int]


class Totals(ResponseBody):
    operations: TotalView
    objects: TotalView
    rules: TotalView


class UseView(ResponseBody):
    """What the calls have used, by the level at which it was answered; `no` is what Zuora has and the mock has not."""

    computed: list[str] = Field(examples=[["execute", "query Invoice"]])
    stored: list[str] = Field(examples=[["query Subscription"]])
    stubbed: list[str] = Field(examples=[["GET /v1/debit-memos/{}"]])
    no: list[str] = Field(examples=[["POST /v1/hmac-signatures"]])


class LedgerView(ResponseBody):
    totals: Totals
    use: UseView
    operations: list[LedgerRowView]
    objects: list[LedgerRowView]
    rules: list[LedgerRowView]


async def known_operations(request: Request) -> Sequence[Described]:
    return tuple(request.app.state.operations)


KnownOperations = Annotated[Sequence[Described], Depends(known_operations)]


def doubtful(match: Match, operations: Sequence[Described]) -> str:
    """Why a pattern will never match: the mock has no operation of this name. Empty where it has."""
    known = {each.name for each in operations}
    if match.operation is None or match.operation in known:
        return ""
    return f"no operation is called '{match.operation}'{suggestion(match.operation, known)}"


def _total(lines: Sequence[LedgerRow]) -> TotalView:
    counts = ledger.total(lines)
    known = {Provenance(name): count for name, count in counts.by_provenance.items()}
    levels = {Level(name): count for name, count in counts.exercised_by_level.items()}
    return TotalView(total=counts.total, exercised=counts.exercised, exercised_by_level=levels, by_provenance=known)


def _lines(lines: Sequence[LedgerRow]) -> list[LedgerRowView]:
    return [
        LedgerRowView(
            name=each.name,
            detail=each.detail,
            provenance=Provenance(each.provenance),
            source=each.source,
            summary=each.summary,
            exercised=each.exercised,
            level=Level(each.level) if each.level else None,
        )
        for each in lines
    ]


@router.get("/rules")
async def rules() -> RuleList:
    """The catalogue of rules: every refusal that the mock can make, with its provenance and source."""
    return RuleList(
        rules=[
            RuleView(
                name=rule.name,
                kind=rule.kind,
                code=read_as(rule),
                provenance=rule.provenance,
                source=rule.source,
                summary=rule.summary,
            )
            for rule in RULES.values()
        ]
    )


@router.get(
    "/ledger",
    response_model=LedgerView,
    responses={200: {"content": {"text/plain": {}, "application/xml": {}}}},
)
async def read(
    services: CurrentServices,
    named: MaybeTenant,
    operations: KnownOperations,
    form: Annotated[Literal["json", "text", "junit"], Query(alias="format")] = "json",
    every: Annotated[bool, Query(alias="all", description="By all tenants, those that are gone too")] = False,
) -> LedgerView | Response:
    """Operations, objects and rules by level and provenance, and which of them the tenant's calls have exercised.

    As JSON, a table of text, or JUnit XML, in which what was not exercised is a skipped test. `use` tells on which
    level of the mock the calls rest; with `all=true` those of a whole suite, each test in a tenant of its own.
    """
    meant = services.tenancy.anonymous if every else (await meant_tenant(services, named)).tenant
    found = await TenantCall(services, meant).do(ledger.read, operations, by_all=every)
    if form == "text":
        return Response(ledger.as_text(found), media_type="text/plain")
    if form == "junit":
        return Response(ledger.as_junit(found), media_type="application/xml")
    totals = Totals(**{name: _total(lines) for name, lines in found.sections.items()})
    return LedgerView(
        totals=totals,
        use=UseView.model_validate(found.use),
        **{name: _lines(lines) for name, lines in found.sections.items()},
    )
