"""Tenants and their snapshots: made, listed, copied, put back and removed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import Field

from zuora_mock.admin import time
from zuora_mock.admin.context import CurrentServices, CurrentTenantCall, TenantCall, find_tenant
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.admin.time import ClockView
from zuora_mock.services import Services
from zuora_mock.settings import JobPolicy
from zuora_mock.steering.models import RequestBody, ResponseBody
from zuora_mock.storage import configuration
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.tenants import fixtures
from zuora_mock.tenants.fixtures import Fixture
from zuora_mock.tenants.refusals import Taken, TenancyError, Unknown
from zuora_mock.work.turns import finished, in_turns

_CLIENT_ID = "00000000-0000-4000-8000-000000000001"

ClientId = Annotated[str, Path(description="The client's id", examples=[_CLIENT_ID])]

router = admin_router("Tenants", route_class=StrictRoute)


class ClientBody(RequestBody):
    """Its OAuth client: an id of 36 characters that nobody has, and a secret of at most 42."""

    client_id: str = Field(examples=[_CLIENT_ID])
    client_secret: str = Field(examples=["secret"])


Base = Annotated[str | dict[str, Any] | None, Field(examples=["default"])]


class TenantBody(ClientBody):
    """`base`: a fixture's tenant, any other tenant or client id, or a fixture itself; by default the first fixture."""

    base: Base = None


class OwnTenantBody(RequestBody):
    """The secret of its client, and a `base` as for a new tenant."""

    client_secret: str = Field(examples=["secret"])
    base: Base = None


class SnapshotBody(RequestBody):
    """`name` fits one step of a path: up to 100 of A-Z a-z 0-9 . _ - and space; a dot or a space is not the first."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,99}$", examples=["before"])]


class EntityView(ResponseBody):
    id: str
    name: str


class TenantView(ResponseBody):
    """`clientId` is the first of `clientIds`; `requests` counts the journal's entries, the forgotten ones too."""

    name: str
    client_id: str | None
    client_ids: list[str]
    entities: list[EntityView]
    clock: ClockView
    jobs: JobPolicy
    requests: int
    snapshots: list[str]


class TenantList(ResponseBody):
    tenants: list[TenantView]


class SnapshotView(ResponseBody):
    tenant: str
    name: str


class SnapshotList(ResponseBody):
    snapshots: list[SnapshotView]


def _view(transaction: Transaction) -> TenantView:
    tenant = transaction.tenant
    ids = [client.client_id for client in configuration.clients_of(transaction)]
    return TenantView(
        name=tenant.name,
        client_id=tenant.name if tenant.name in ids else next(iter(ids), None),
        client_ids=ids,
        entities=[EntityView(id=entity.id, name=entity.name) for entity in tenant.entities],
        clock=time.view(tenant),
        jobs=tenant.policy,
        requests=tenant.entries,
        snapshots=list(configuration.snapshots_of(transaction)),
    )


async def _read(base: str | dict[str, Any] | None) -> str | Fixture | None:
    """Raises FixtureError."""
    return await finished(fixtures.parse_in_steps(json.dumps(base), "base")) if isinstance(base, dict) else base


def _copied(services: Services, base: str | Fixture | None) -> list[str]:
    """The name of the tenant that is copied, if one is."""
    tenant = services.tenancy.resolve(base) if isinstance(base, str) else None
    return [tenant.name] if tenant else []


async def _welcome(services: Services, tenant: Tenant) -> TenantView:
    """Others may have to make room for it."""
    await in_turns(services.tenancy.make_room())
    services.runner.attend(tenant)
    return await TenantCall(services, tenant).do(_view)


async def _remove(services: Services, tenant: Tenant) -> None:
    try:
        await TenantCall(services, tenant).take(services.tenancy.remove(tenant.name))
    except TenancyError as error:
        raise Problem(409, "Tenant stays", str(error)) from None


@router.get("/tenants", name="list")
async def list_tenants(services: CurrentServices) -> TenantList:
    """All tenants of this server."""
    views = (TenantCall(services, each).do_at_once(_view) for each in services.tenancy.all())
    return TenantList(tenants=await in_turns(views))


@router.post("/tenants", status_code=201)
async def create(services: CurrentServices, body: TenantBody) -> TenantView:
    """A tenant with a client of its own, from a fixture or as a copy of another tenant."""
    tenancy, base = services.tenancy, await _read(body.base)
    steps = tenancy.create(body.client_id, body.client_secret, base)
    tenant = await tenancy.take(steps, body.client_id, *_copied(services, base))
    return await _welcome(services, tenant)


@router.put("/tenants/{name}", responses={201: {"description": "There was none, it was made", "model": TenantView}})
async def put(services: CurrentServices, name: ClientId, body: OwnTenantBody, response: Response) -> TenantView:
    """A client's own tenant as new, whether there was one or not: data, jobs, policy, clock, journal, faults and keys.

    Its tokens stay good and its snapshots stay. The tenants of fixtures are reset, not put.
    """
    known, base = services.tenancy.by_name(name), await _read(body.base)
    async with services.fairness.turn(known.key if known else 0):
        try:
            tenant, made = await _put(services, name, body.client_secret, base)
        except Taken:
            if known or not services.tenancy.by_name(name):
                raise
            tenant, made = await _put(services, name, body.client_secret, base)  # others have made it meanwhile
    response.status_code = 201 if made else 200
    return await _welcome(services, tenant)


async def _put(services: Services, name: str, secret: str, base: str | Fixture | None) -> tuple[Tenant, bool]:
    steps = services.tenancy.put(name, secret, base)
    return await services.tenancy.take(steps, name, *_copied(services, base))


@router.delete("/tenants", status_code=204, response_model=None)
async def remove_current(call: CurrentTenantCall) -> None:
    """Removes the tenant that the call names, with everything of it. The first fixture's tenant stays."""
    await _remove(call.services, call.tenant)


@router.get("/tenants/{name}")
async def read(services: CurrentServices, name: str) -> TenantView:
    """A tenant by its name or any of its client ids."""
    return await TenantCall(services, find_tenant(services, name)).do(_view)


@router.delete("/tenants/{name}", status_code=204, response_model=None)
async def remove(services: CurrentServices, name: str) -> None:
    """Removes a tenant with everything of it. The first fixture's tenant stays."""
    await _remove(services, find_tenant(services, name))


@router.post("/tenants/{base}/fork", status_code=201)
async def fork(services: CurrentServices, base: str, body: ClientBody) -> TenantView:
    """A copy of a tenant as it stands: data, jobs, policy, clock and keys, under a client of its own."""
    steps = services.tenancy.fork(base, body.client_id, body.client_secret)
    tenant = await services.tenancy.take(steps, body.client_id, *_copied(services, base))
    return await _welcome(services, tenant)


@router.get("/snapshots")
async def list_snapshots(call: CurrentTenantCall) -> SnapshotList:
    """The tenant's snapshots, oldest first."""
    names = await call.do(configuration.snapshots_of)
    return SnapshotList(snapshots=[SnapshotView(tenant=call.tenant.name, name=each) for each in names])


@router.post("/snapshots", status_code=201)
async def snapshot(call: CurrentTenantCall, body: SnapshotBody) -> SnapshotView:
    """Remembers data, jobs, policy, clock and keys under a name, in place of an older snapshot of that name."""
    await call.take(call.services.tenancy.snapshot(call.tenant, body.name))
    return SnapshotView(tenant=call.tenant.name, name=body.name)


@router.delete("/snapshots", status_code=204, response_model=None)
async def drop_snapshots(call: CurrentTenantCall) -> None:
    """Forgets all snapshots of the tenant."""
    for name in await call.do(configuration.snapshots_of):
        with suppress(Unknown):  # others have their turn between two of them
            await call.take(call.services.tenancy.drop_snapshot(call.tenant, name))
        await asyncio.sleep(0)


@router.delete("/snapshots/{name}", status_code=204, response_model=None)
async def drop_snapshot(call: CurrentTenantCall, name: str) -> None:
    """Forgets one snapshot."""
    await call.take(call.services.tenancy.drop_snapshot(call.tenant, name))


@router.post("/snapshots/{name}/restore")
async def restore(call: CurrentTenantCall, name: str) -> SnapshotView:
    """Brings data, jobs, policy, clock and keys back as they were. Journal, faults and tokens stay."""
    async with call.services.fairness.turn(call.tenant.key):
        await call.take(call.services.tenancy.restore(call.tenant, name))
    call.services.runner.attend(call.tenant)
    return SnapshotView(tenant=call.tenant.name, name=name)
