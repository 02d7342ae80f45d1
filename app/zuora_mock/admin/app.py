"""`/__admin` as an application of its own: its routers, its errors, its two pages."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI, Request, Response

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
    stubs,
    tenants,
    time,
)
from zuora_mock.admin.health import Health
from zuora_mock.services import Services
from zuora_mock.steering.use import Described

_ABOUT = """\
Steers the mock from a test. Every call is about one tenant: that of the bearer token (expired or not), or the one named
by the header `Zuora-Mock-Tenant` or by `?tenant=`, with its name or any of its client ids; a call that names none is
about the only tenant where there is no other. Bodies are JSON, refusals `application/problem+json`. Parameters and
`Zuora-Mock-*` headers that there are not are refused. Members may be added to answers; those that are here stay."""

_GUARDED = (state, tenants, time, jobs, faults, stubs, feeds, requests, ledger, splits, health)


def create_admin_app(services: Services, operations: Iterable[Described], reporter: Health) -> FastAPI:
    app = documentation.AdminApplication(
        title="zuora-mock: /__admin",
        description=_ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/__admin"}],
    )
    app.state.services, app.state.operations, app.state.health = services, operations, reporter
    for router in (health.open_router, documentation.router, *(part.router for part in _GUARDED)):
        app.router.routes.extend(router.routes)
    problems.install(app)
    app.add_exception_handler(413, _too_large)
    return app


async def _too_large(request: Request, _error: Exception) -> Response:
    services: Services = request.app.state.services
    return problems.respond(guard.too_large(services.settings))
