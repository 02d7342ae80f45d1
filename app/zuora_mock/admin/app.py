"""The control plane as an application of its own: its routers, its guard, its errors, its two pages."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Security
from fastapi.security import APIKeyHeader

from zuora_mock import __version__
from zuora_mock.admin import docs, faults, health, jobs, ledger, problems, requests, splits, state, tenants, time
from zuora_mock.admin.context import CurrentServices, Problem, bearer_of
from zuora_mock.admin.health import Health
from zuora_mock.services import Services
from zuora_mock.steering.ledger import Described

ADMIN_TOKEN = APIKeyHeader(
    name="Zuora-Mock-Admin-Token",
    scheme_name="admin token",
    description="Needed where the server was started with `--admin-token`; as a bearer token it will do too.",
    auto_error=False,
)
_ABOUT = """\
Steers the mock from a test. Every call is about one tenant: that of the bearer token (expired or not), or the one named
by the header `Zuora-Mock-Tenant` or by `?tenant=`, with its name or any of its client ids. Bodies are JSON, refusals
`application/problem+json`. Members may be added to answers; those that are here stay."""


async def check_token(
    request: Request, services: CurrentServices, given: Annotated[str | None, Security(ADMIN_TOKEN)] = None
) -> None:
    """Where the setting `--admin-token` is given, a call carries it. Raises Problem 401."""
    wanted = services.settings.admin_token.encode()
    if wanted and not any(compare_digest(each.encode(), wanted) for each in (given or "", bearer_of(request))):
        raise Problem(401, "Admin token needed", "this server wants its admin token in Zuora-Mock-Admin-Token")


_GUARDED = (state, tenants, time, jobs, faults, requests, ledger, splits, health)


def make_plane(services: Services, operations: Sequence[Described], reporter: Health) -> FastAPI:
    app = FastAPI(
        title="zuora-mock control plane",
        description=_ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/__admin"}],
        responses={"4XX": problems.DESCRIBED},
    )
    app.state.services, app.state.operations, app.state.health = services, operations, reporter
    app.include_router(health.open_router)
    app.include_router(docs.router)
    for part in _GUARDED:
        app.include_router(part.router, dependencies=[Depends(check_token)])
    problems.install(app)
    return app
