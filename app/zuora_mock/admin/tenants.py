"""Tenants and their snapshots: made, listed, copied, put back and removed."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from zuora_mock.admin.context import CurrentServices, CurrentTenant, Problem
from zuora_mock.admin.time import ClockView
from zuora_mock.admin.wire import Answered
from zuora_mock.clock import format_instant
from zuora_mock.services import Services
from zuora_mock.settings import JobPolicy
from zuora_mock.steering.matching import Asked
from zuora_mock.storage import configuration
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import begin
from zuora_mock.tenants import fixtures
from zuora_mock.tenants.tenancy import TenancyError

_CLIENT_ID = "00000000-0000-4000-8000-000000000001"

router = APIRouter(tags=["Tenants"])


class ClientAsked(Asked):
    """Its OAuth client: an id of 36 characters that nobody has, and a secret of at most 42."""

    client_id: str = Field(examples=[_CLIENT_ID])
    client_secret: str = Field(examples=["secret"])


class TenantAsked(ClientAsked):
    """`base`: a fixture's tenant, any other tenant or client id, or a fixture itself; by default the first fixture."""

    base: str | dict[str, Any] | None = Field(default=None, examples=["default"])


class SnapshotAsked(Asked):
    """`name` fits one step of a path: up to 100 of A-Z a-z 0-9 . _ - and space; a dot or a space is not the first."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,99}$", examples=["before"])]


class EntityView(Answered):
    id: str
    name: str


class TenantView(Answered):
    """`clientId` is the first of `clientIds`; `requests` counts the journal's entries, the forgotten ones too."""

    name: str
    client_id: str | None
    client_ids: list[str]
    entities: list[EntityView]
    clock: ClockView
    jobs: JobPolicy
    requests: int
    snapshots: list[str]


class TenantList(Answered):
    tenants: list[TenantView]


class SnapshotView(Answered):
    tenant: str
    name: str


class SnapshotList(Answered):
    snapshots: list[SnapshotView]


def _view(services: Services, tenant: Tenant) -> TenantView:
    with begin(services.database, tenant) as transaction:
        ids = [each.client_id for each in configuration.clients_of(transaction)]
        snapshots = list(configuration.snapshots_of(transaction))
    return TenantView(
        name=tenant.name,
        client_id=tenant.name if tenant.name in ids else next(iter(ids), None),
        client_ids=ids,
        entities=[EntityView(id=each.id, name=each.name) for each in tenant.entities],
        clock=ClockView(now=format_instant(tenant.now()), frozen=tenant.clock.frozen),
        jobs=tenant.policy,
        requests=tenant.entries,
        snapshots=snapshots,
    )


def _find(services: Services, name: str) -> Tenant:
    tenant = services.tenancy.resolve(name)
    if tenant is None:
        raise Problem(404, "Unknown tenant", f"no tenant has the name or client id '{name}'", tenant=name)
    return tenant


def _remove(services: Services, tenant: Tenant) -> None:
    try:
        services.tenancy.remove(tenant.name)
    except TenancyError as error:
        raise Problem(409, "Tenant stays", str(error)) from None


@router.get("/tenants")
async def list_tenants(services: CurrentServices) -> TenantList:
    """All tenants of this server."""
    return TenantList(tenants=[_view(services, each) for each in services.tenancy.all()])


@router.post("/tenants", status_code=201)
async def create(services: CurrentServices, asked: TenantAsked) -> TenantView:
    """A tenant with a client of its own, from a fixture or as a copy of another tenant."""
    base = fixtures.parse(json.dumps(asked.base), "base") if isinstance(asked.base, dict) else asked.base
    tenant = services.tenancy.create(asked.client_id, asked.client_secret, base)
    services.runner.attend(tenant)
    return _view(services, tenant)


@router.delete("/tenants", status_code=204, response_model=None)
async def remove_current(services: CurrentServices, tenant: CurrentTenant) -> None:
    """Removes the tenant that the call names, with everything of it. The first fixture's tenant stays."""
    _remove(services, tenant)


@router.get("/tenants/{name}")
async def read(services: CurrentServices, name: str) -> TenantView:
    """A tenant by its name or any of its client ids."""
    return _view(services, _find(services, name))


@router.delete("/tenants/{name}", status_code=204, response_model=None)
async def remove(services: CurrentServices, name: str) -> None:
    """Removes a tenant with everything of it. The first fixture's tenant stays."""
    _remove(services, _find(services, name))


@router.post("/tenants/{base}/fork", status_code=201)
async def fork(services: CurrentServices, base: str, asked: ClientAsked) -> TenantView:
    """A copy of a tenant as it stands: data, jobs, policy, clock and keys, under a client of its own."""
    tenant = services.tenancy.fork(base, asked.client_id, asked.client_secret)
    services.runner.attend(tenant)
    return _view(services, tenant)


@router.get("/snapshots")
async def list_snapshots(services: CurrentServices, tenant: CurrentTenant) -> SnapshotList:
    """The tenant's snapshots, oldest first."""
    with begin(services.database, tenant) as transaction:
        names = configuration.snapshots_of(transaction)
    return SnapshotList(snapshots=[SnapshotView(tenant=tenant.name, name=each) for each in names])


@router.post("/snapshots", status_code=201)
async def snapshot(services: CurrentServices, tenant: CurrentTenant, asked: SnapshotAsked) -> SnapshotView:
    """Remembers data, jobs, policy, clock and keys under a name, in place of an older snapshot of that name."""
    with begin(services.database, tenant) as transaction:
        services.tenancy.snapshot(transaction, asked.name)
    return SnapshotView(tenant=tenant.name, name=asked.name)


@router.delete("/snapshots", status_code=204, response_model=None)
async def drop_snapshots(services: CurrentServices, tenant: CurrentTenant) -> None:
    """Forgets all snapshots of the tenant."""
    with begin(services.database, tenant) as transaction:
        for name in configuration.snapshots_of(transaction):
            services.tenancy.drop_snapshot(transaction, name)


@router.delete("/snapshots/{name}", status_code=204, response_model=None)
async def drop_snapshot(services: CurrentServices, tenant: CurrentTenant, name: str) -> None:
    """Forgets one snapshot."""
    with begin(services.database, tenant) as transaction:
        services.tenancy.drop_snapshot(transaction, name)


@router.post("/snapshots/{name}/restore")
async def restore(services: CurrentServices, tenant: CurrentTenant, name: str) -> SnapshotView:
    """Brings data, jobs, policy, clock and keys back as they were. Journal, faults and tokens stay."""
    async with services.fairness.turn(tenant.key):
        with begin(services.database, tenant) as transaction:
            services.tenancy.restore(transaction, name)
    services.runner.attend(tenant)
    return SnapshotView(tenant=tenant.name, name=name)
