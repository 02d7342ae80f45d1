"""Routers of `/__admin`. What holds for all their routes is said here, so that a route is complete when it is declared.

An application takes such routes as they are, and a second one in the same process need not analyse them anew.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader

from zuora_mock.admin import guard, problems
from zuora_mock.admin.context import check_parameters

_TOKEN = APIKeyHeader(
    name=guard.ADMIN_TOKEN,
    scheme_name="adminToken",
    description="Needed where the server was started with `--admin-token`; as a bearer token it will do too.",
    auto_error=False,
)
"""For the document; the guard at the mount asks for it."""


def admin_router(
    tag: str, *, prefix: str = "", route_class: type[APIRoute] = APIRoute, is_open: bool = False
) -> APIRouter:
    """`is_open` says that nobody needs the token for its routes."""
    refused: dict[int | str, dict[str, Any]] = {"4XX": problems.DESCRIBED}
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=route_class,
        responses=refused,
        generate_unique_id_function=_operation_id,
        dependencies=[Depends(check_parameters), *([] if is_open else [Security(_TOKEN)])],
    )


def _operation_id(route: APIRoute) -> str:
    """Its module and its name, such as `tenants-fork`."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}-{route.name}".replace("_", "-")
