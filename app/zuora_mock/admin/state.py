"""The data of a tenant: back to its fixture, more of it, and out again in the form in which it goes in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse

from zuora_mock.admin.context import CurrentServices, CurrentTenant, MaybeTenant, Problem
from zuora_mock.admin.wire import Answered
from zuora_mock.storage.transaction import begin
from zuora_mock.tenants import fixtures
from zuora_mock.tenants.fixtures.dumping import dump

_FIXTURE = {
    "type": "object",
    "description": "A fixture; GET /__admin/fixture-schema describes it",
    "example": {"accounts": [{"AccountNumber": "A-1", "Name": "Example", "Currency": "USD"}]},
}
_FIXTURE_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _FIXTURE}}}}
_FIXTURE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": _FIXTURE}}}}

router = APIRouter(tags=["State"])


class ResetAnswer(Answered):
    """`tenant` as the call named it; null after a reset of all, where `removed` sums up what `tenants` tells singly."""

    tenant: str | None
    removed: dict[str, int] = Field(examples=[{"invoices": 3, "invoiceItems": 7}])
    tenants: dict[str, dict[str, int]] = Field(default={}, examples=[{}])


class SeedAnswer(Answered):
    """Ids by number."""

    accounts: dict[str, str] = Field(examples=[{"A-1": "8ad0e1b2c3d4e5f60718293a4b5c6d7e"}])
    invoices: dict[str, str] = Field(examples=[{"INV00000001": "8ad0f1e2d3c4b5a60918273645546372"}])


@router.post("/reset", responses={403: {"description": "The setting --forbid-reset-all is on and no tenant is named"}})
async def reset(services: CurrentServices, named: MaybeTenant) -> ResetAnswer:
    """Puts data, jobs, policy, clock, faults, journal and idempotency keys back to the fixture. Tokens stay good.

    A call that names no tenant resets all of them.
    """
    if named is not None:
        async with services.fairness.turn(named.tenant.key):
            with begin(services.database, named.tenant) as transaction:
                removed = services.tenancy.reset(transaction)
            return ResetAnswer(tenant=named.by, removed=removed)
    if services.settings.forbid_reset_all:
        raise Problem(403, "Reset of all forbidden", "name a tenant: this server does not reset all tenants at once")
    tenants = services.tenancy.reset_all()
    total: Counter[str] = Counter()
    for counts in tenants.values():
        total.update(counts)
    return ResetAnswer(tenant=None, removed=total, tenants=tenants)


@router.post("/seed", openapi_extra=_FIXTURE_BODY)
async def seed(request: Request, services: CurrentServices, tenant: CurrentTenant) -> SeedAnswer:
    """Adds a fixture to what is there, and answers the ids by number.

    An object whose Id is there already is replaced. The state of another tenant goes in too: its entities are those of
    the same id, else of the same name, else new ones; its terms, accounts and invoices take the place of those of the
    same name or number; its clients stay where they are.

    What is wrong with a fixture is answered at once and in full, and nothing of it is kept.
    """
    fixture = fixtures.parse(await request.body(), "the fixture", tenant.zone, tenant.custom_fields)
    with begin(services.database, tenant) as transaction:
        made = services.tenancy.seed(transaction, fixture)
    services.runner.advanced(tenant)
    return SeedAnswer(accounts=made.accounts, invoices=made.invoices)


@router.get("/state", response_model=None, responses=_FIXTURE_ANSWER)
async def state(services: CurrentServices, tenant: CurrentTenant) -> JSONResponse:
    """The tenant's data as a fixture, ids included: what comes out goes in again, here or in another tenant."""
    with begin(services.database, tenant) as transaction:
        return JSONResponse(dump(transaction))


@router.get("/fixture-schema", response_model=None)
async def fixture_schema() -> JSONResponse:
    """The format of fixtures as JSON Schema, for editors and for checks."""
    return JSONResponse(fixtures.json_schema())
