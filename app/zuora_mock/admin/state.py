"""The data of a tenant: back to its fixture, more of it, and out again in the form in which it goes in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from zuora_mock.admin.context import (
    CurrentServices,
    CurrentTenantCall,
    MaybeTenant,
    NameGiven,
    TenantCall,
    meant_tenant,
)
from zuora_mock.admin.problems import DESCRIBED, Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.services import Services
from zuora_mock.steering.models import ResponseBody
from zuora_mock.storage.steps import Stepwise, on_behalf_of
from zuora_mock.tenants import fixtures
from zuora_mock.tenants.fixtures import dumping
from zuora_mock.tenants.fixtures.fixture import Fixture
from zuora_mock.tenants.fixtures.seeding import SeedResult
from zuora_mock.tenants.fixtures.whole import json_schema
from zuora_mock.work.turns import finished

_FIXTURE = {
    "type": "object",
    "description": "A fixture; GET /__admin/fixture-schema describes it",
}
_FIXTURE_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _FIXTURE}}}}
_FIXTURE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": _FIXTURE}}}}

router = admin_router("State")


class ResetAnswer(ResponseBody):
    """`tenant` as the call named it; null after a reset of all, where `removed` sums up what `tenants` tells singly."""

    tenant: str | None
    removed: dict[str, int] = Field(examples=[{"invoices": 3, "invoiceItems": 7}])
    tenants: dict[str, dict[str, int]] = Field(default={}, examples=[{}])


class SeedAnswer(ResponseBody):
    """Ids by number."""

    accounts: dict[str, str] = Field(examples=[{"A-1": "8ad0e1b2c3d4e5f60718293a4b5c6d7e"}])
    invoices: dict[str, str] = Field(examples=[{"INV00000001": "8ad0f1e2d3c4b5a60918273645546372"}])


@router.post(
    "/reset", responses={403: {**DESCRIBED, "description": "The setting --forbid-reset-all is on, and all were meant"}}
)
async def reset(
    services: CurrentServices,
    name: NameGiven,
    named: MaybeTenant,
    every: Annotated[bool, Query(alias="all", description="All tenants, whoever's bearer token comes along")] = False,
) -> ResetAnswer:
    """Puts data, stubs, jobs, policy, clock, faults, journal and keys of idempotency back to the fixture. Tokens stay.

    Of the tenant that is meant, or with `all=true` of all of them.
    """
    if every and name is not None:
        raise Problem(400, "Ambiguous reset", "name a tenant or say all=true, not both")
    if every:
        return await _reset_all(services)
    meant = await meant_tenant(services, named)
    async with services.fairness.turn(meant.tenant.key):
        removed = await TenantCall(services, meant.tenant).take(services.tenancy.reset(meant.tenant))
    return ResetAnswer(tenant=meant.by, removed=removed)


async def _reset_all(services: Services) -> ResetAnswer:
    if services.settings.forbid_reset_all:
        raise Problem(403, "Reset of all forbidden", "name a tenant: this server does not reset all tenants at once")
    tenants = {}
    for tenant in services.tenancy.all():
        tenants[tenant.name] = await TenantCall(services, tenant).take(services.tenancy.reset(tenant))
        await asyncio.sleep(0)
    total: Counter[str] = Counter()
    for counts in tenants.values():
        total.update(counts)
    return ResetAnswer(tenant=None, removed=total, tenants=tenants)


@router.post("/seed", openapi_extra=_FIXTURE_BODY)
async def seed(request: Request, call: CurrentTenantCall) -> SeedAnswer:
    """Adds a fixture to what is there, and answers the ids by number.

    An object whose Id is there already is replaced. The state of another tenant goes in too: its entities are those of
    the same id, else of the same name, else new ones; its terms, accounts and invoices take the place of those of the
    same name or number; its clients stay where they are.

    What is wrong with a fixture is answered at once and in full, and nothing of it is kept.
    """
    tenant, body = call.tenant, await request.body()
    fixture = await finished(fixtures.parse_in_steps(body, "the fixture", tenant.zone, tenant.custom_fields))
    made = await call.take(_seeded(call, fixture))
    await call.work(call.services.runner.advanced(call.tenant))
    return SeedAnswer(accounts=made.accounts, invoices=made.invoices)


def _seeded(call: TenantCall, fixture: Fixture) -> Stepwise[SeedResult]:
    stubs, tenant = call.services.stubs, call.tenant
    stubs.check_room(on_behalf_of(call.services.database, tenant), fixture.document.stubs)
    made = yield from call.services.tenancy.seed(tenant, fixture)
    stubs.forget(tenant.key)
    return made


@router.get("/state", name="read", response_model=None, responses=_FIXTURE_ANSWER)
async def state(call: CurrentTenantCall) -> Response:
    """The tenant's data as a fixture, ids included: what comes out goes in again, here or in another tenant."""
    packed = await call.take(dumping.read(on_behalf_of(call.services.database, call.tenant)))
    headers = {"Content-Length": str(packed.size)}
    return StreamingResponse(_in_turns(packed.pieces()), headers=headers, media_type="application/json")


async def _in_turns(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for each in pieces:
        yield each
        await asyncio.sleep(0)


@router.get(
    "/fixture-schema",
    response_model=None,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def fixture_schema() -> JSONResponse:
    """The format of fixtures as JSON Schema, for editors and for checks."""
    return JSONResponse(json_schema())
