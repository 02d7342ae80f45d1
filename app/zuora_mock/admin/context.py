"""Whom a control call is about, and how it is refused: the tenant of the bearer, of a header or of `?tenant=`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request

from zuora_mock.services import Services
from zuora_mock.storage.tenants import Tenant


class Problem(Exception):
    """A control call that is refused, answered as `application/problem+json` (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.members = members


@dataclass(frozen=True, slots=True)
class Named:
    """A tenant, and the name or client id by which the call means it."""

    tenant: Tenant
    by: str


async def current_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


CurrentServices = Annotated[Services, Depends(current_services)]


def bearer_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def name_given(
    tenant: Annotated[str | None, Query(description="The tenant: its name or one of its client ids")] = None,
    zuora_mock_tenant: Annotated[
        str | None, Header(alias="Zuora-Mock-Tenant", description="The same as a header")
    ] = None,
) -> str | None:
    return zuora_mock_tenant if tenant is None else tenant


NameGiven = Annotated[str | None, Depends(name_given)]


async def named_tenant(request: Request, services: CurrentServices, name: NameGiven) -> Named | None:
    """The tenant that the call names, else that of its bearer, expired or not.

    Raises Problem: 404 for a name or a bearer that nobody has, 400 for one that is empty. An unset variable in a script
    must not turn a call about one tenant into a call about all.
    """
    if name is not None:
        if not name:
            raise Problem(400, "Empty tenant name", "?tenant= or Zuora-Mock-Tenant is there and says nothing")
        tenant = services.tenancy.resolve(name)
        if tenant is None:
            raise Problem(404, "Unknown tenant", f"no tenant has the name or client id '{name}'", tenant=name)
        return Named(tenant, name)
    token = bearer_of(request)
    if not token and "authorization" in request.headers:
        raise Problem(400, "No bearer token", "Authorization is there and has no bearer token")
    return _owner(services, token) if token and token != services.settings.admin_token else None


def _owner(services: Services, token: str) -> Named:
    found = services.credentials.find(services.database, token)
    tenant = services.tenancy.by_key(found[0]) if found else None
    if found is None or tenant is None:
        raise Problem(404, "Unknown tenant", "this server has not issued the bearer token, or its tenant is gone")
    return Named(tenant, found[1])


MaybeTenant = Annotated[Named | None, Depends(named_tenant)]


async def current_tenant(named: MaybeTenant) -> Tenant:
    """Raises Problem 400 where no tenant is named."""
    if named is None:
        detail = "name a tenant by a bearer token, the header Zuora-Mock-Tenant or ?tenant= (its name or a client id)"
        raise Problem(400, "No tenant named", detail)
    return named.tenant


CurrentTenant = Annotated[Tenant, Depends(current_tenant)]
