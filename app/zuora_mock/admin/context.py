"""Whom a call of `/__admin` is about: the tenant of a header, of `?tenant=` or of the bearer, else the only one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Annotated, Concatenate, NamedTuple, ParamSpec, TypeVar

from fastapi import Depends, Header, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute

from zuora_mock.admin.guard import bearer_of, suggestion
from zuora_mock.admin.problems import Problem
from zuora_mock.services import Services
from zuora_mock.storage.beginnings import begin_beside
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import Stepwise
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.storage.trouble import Held
from zuora_mock.work.turns import finished

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class NamedTenant(NamedTuple):
    """A tenant, and the name or client id by which the call means it."""

    tenant: Tenant
    by: str


class TenantCall(NamedTuple):
    """A call about one tenant. Whatever it does with the tenant's rows goes through `do`."""

    services: Services
    tenant: Tenant

    async def do(
        self,
        use_case: Callable[Concatenate[Transaction, _Arguments], _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """The use case in a transaction of its own. Nothing of it remains if it raises."""
        while True:
            await self.services.tenancy.holds.free(self.tenant.name)
            with suppress(Held):
                return self._do(begin, use_case, *arguments, **named)

    async def take(self, steps: Stepwise[_Result]) -> _Result:
        """Long work on the tenant, whose other calls wait meanwhile."""
        return await self.services.tenancy.take(steps, self.tenant.name)

    async def work(self, steps: Stepwise[_Result]) -> _Result:
        """The tenant's jobs, which see to their own transactions; its other calls wait meanwhile."""
        async with self.services.tenancy.holds.hold(self.tenant.name):
            return await finished(steps)

    def do_at_once(
        self,
        use_case: Callable[Concatenate[Transaction, _Arguments], _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """What only reads, as one piece of long work; nobody is waited for."""
        return self._do(begin_beside, use_case, *arguments, **named)

    def _do(
        self,
        begin: Callable[[Database, Tenant], AbstractContextManager[Transaction]],
        use_case: Callable[Concatenate[Transaction, _Arguments], _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        with begin(self.services.database, self.tenant) as transaction:
            return use_case(transaction, *arguments, **named)


async def current_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


CurrentServices = Annotated[Services, Depends(current_services)]


async def check_parameters(request: Request) -> None:
    """Raises Problem 400 for a parameter of the query that the route has not declared."""
    route = request.scope["route"]
    declared = get_flat_params(route.dependant) if isinstance(route, APIRoute) else []
    known = sorted(each.alias for each in declared if isinstance(each.field_info, QueryParameter))
    for name in request.query_params:
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "there are none"
            detail = f"no parameter is called '{name}'{suggestion(name, known)}; {there}"
            raise Problem(400, "Unknown parameter", detail.replace("?;", "?"), known=known)


async def name_given(
    tenant: Annotated[str | None, Query(description="The tenant: its name or one of its client ids")] = None,
    zuora_mock_tenant: Annotated[
        str | None, Header(alias="Zuora-Mock-Tenant", description="The same as a header")
    ] = None,
) -> str | None:
    return zuora_mock_tenant if tenant is None else tenant


NameGiven = Annotated[str | None, Depends(name_given)]


def find_tenant(services: Services, name: str) -> Tenant:
    """The tenant of this name or client id. Raises Problem 404."""
    tenant = services.tenancy.resolve(name)
    if tenant is None:
        raise _unknown(name)
    return tenant


def _unknown(name: str) -> Problem:
    return Problem(404, "Unknown tenant", f"no tenant has the name or client id '{name}'", tenant=name)


async def named_tenant(request: Request, services: CurrentServices, name: NameGiven) -> NamedTenant | None:
    """The tenant that the call names, else that of its bearer, expired or not; None where it names none.

    Raises Problem: 404 for a name or a bearer that nobody has, 400 for one that is empty. An unset variable in a script
    must not turn a call about one tenant into a call about another.
    """
    if name is not None:
        if not name:
            raise Problem(400, "Empty tenant name", "?tenant= or Zuora-Mock-Tenant is there and says nothing")
        return NamedTenant(find_tenant(services, name), name)
    token = bearer_of(request.headers)
    if not token and "authorization" in request.headers:
        raise Problem(400, "No bearer token", "Authorization is there and has no bearer token")
    return _owner(services, token) if token and not services.settings.is_admin_token(token) else None


def _owner(services: Services, token: str) -> NamedTenant:
    issued = services.credentials.find(services.database, token)
    tenant = services.tenancy.by_key(issued.tenant) if issued else None
    if issued is None or tenant is None:
        raise Problem(404, "Unknown tenant", "this server has not issued the bearer token, or its tenant is gone")
    return NamedTenant(tenant, issued.client_id)


MaybeTenant = Annotated[NamedTenant | None, Depends(named_tenant)]


async def meant_tenant(services: CurrentServices, named: MaybeTenant) -> NamedTenant:
    """The tenant that the call names, else the only one that there is. Raises Problem 400 where there are several."""
    if named is not None:
        return named
    count = len(services.tenancy.keys())
    if count != 1:
        detail = "name a tenant by a bearer token, the header Zuora-Mock-Tenant or ?tenant= (its name or a client id)"
        raise Problem(400, "No tenant named", f"{detail}: there are {count}")
    only = services.tenancy.anonymous
    return NamedTenant(only, only.name)


async def current_call(services: CurrentServices, meant: Annotated[NamedTenant, Depends(meant_tenant)]) -> TenantCall:
    if not services.tenancy.visit(meant.tenant):
        raise _unknown(meant.by)
    await services.tenancy.holds.free(meant.tenant.name)
    return TenantCall(services, meant.tenant)


CurrentTenantCall = Annotated[TenantCall, Depends(current_call)]
