"""`/__admin` as an application of its own: its routers, its errors, its two pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Depends, FastAPI, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader

from zuora_mock import __version__
from zuora_mock.admin import (
    documentation,
    faults,
    feeds,
    guard,
    health,
    jobs,
    ledger,
    problems,
    requests,
    splits,
    state,
    tenants,
    time,
)
from zuora_mock.admin.context import check_parameters
from zuora_mock.admin.health import Health
from zuora_mock.services import Services
from zuora_mock.steering.ledger import Described

_TOKEN = APIKeyHeader(
    name=guard.ADMIN_TOKEN,
    scheme_name="adminToken",
    description="Needed where the server was started with `--admin-token`; as a bearer token it will do too.",
    auto_error=False,
)
"""For the document; the guard at the mount asks for it."""
_ABOUT = """\
Steers the mock from a test. Every call is about one tenant: that of the bearer token (expired or not), or the one named
by the header `Zuora-Mock-Tenant` or by `?tenant=`, with its name or any of its client ids; a call that names none is
about the only tenant where there is no other. Bodies are JSON, refusals `application/problem+json`. Parameters and
`Zuora-Mock-*` headers that there are not are refused. Members may be added to answers; those that are here stay."""

_GUARDED = (state, tenants, time, jobs, faults, feeds, requests, ledger, splits, health)


def create_admin_app(services: Services, operations: Sequence[Described], reporter: Health) -> FastAPI:
    refused: dict[int | str, dict[str, Any]] = {"4XX": problems.DESCRIBED}
    app = FastAPI(
        title="zuora-mock: /__admin",
        description=_ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/__admin"}],
        responses=refused,
        generate_unique_id_function=_operation_id,
        dependencies=[Depends(check_parameters)],
        max_body_size=guard.largest_body(services.settings),
    )
    app.state.services, app.state.operations, app.state.health = services, operations, reporter
    app.include_router(health.open_router)
    documentation.install(app)
    for part in _GUARDED:
        app.include_router(part.router, dependencies=[Security(_TOKEN)])
    problems.install(app)
    app.add_exception_handler(413, _too_large)
    return app


def _operation_id(route: APIRoute) -> str:
    """Its module and its name, such as `tenants-fork`."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}-{route.name}".replace("_", "-")


async def _too_large(request: Request, _error: Exception) -> Response:
    services: Services = request.app.state.services
    return problems.respond(guard.too_large(services.settings))
