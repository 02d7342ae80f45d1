"""The mount of `/__admin`.

Declaring its routes and bodies takes longer than all else that a server does before it is ready. So health is answered
at once, and of the application behind it there is what calls have asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount, Route
from starlette.types import Receive, Scope, Send

from zuora_mock.admin import guard, problems
from zuora_mock.admin.app import create_admin_app
from zuora_mock.admin.vitals import Health
from zuora_mock.services import Services
from zuora_mock.steering.use import Described

PREFIX = "/__admin"


class LazyAdmin:
    """Health for everybody; the rest for those whom the guard lets pass."""

    def __init__(self, services: Services, operations: Iterable[Described], health: Health) -> None:
        self._services, self._health = services, health
        self._app = create_admin_app(services, operations, health)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == f"{scope['root_path']}/health" and scope["method"] in {"GET", "HEAD"}:
            await self._health.report()(scope, receive, send)
            return
        try:
            guard.check(Headers(scope=scope), self._services.settings)
        except problems.Problem as problem:
            await problems.respond(problem)(scope, receive, send)
            return
        self._app.unfold(scope["path"].removeprefix(scope["root_path"]))
        await self._app(_as_json(scope), guard.bounded(receive, self._services.settings), send)


def _as_json(scope: Scope) -> Scope:
    """Bodies are JSON whatever the header says, so that a plain `curl -d '{…}'` will do."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    return {**scope, "headers": [*headers, (b"content-type", b"application/json")]}


class _Front(Route):
    """`GET /` for a browser, where no route of anybody's is there for it; other clients are refused as Zuora would."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, child = super().matches(scope)
        if found is not Match.FULL or "text/html" not in Headers(scope=scope).get("accept", ""):
            return Match.NONE, {}
        others = (route for route in scope["app"].router.routes if route is not self)
        if any(route.matches(scope)[0] is Match.FULL for route in others):
            return Match.NONE, {}
        return found, child


async def _front(request: Request) -> RedirectResponse:
    return RedirectResponse(f"{request.scope['root_path']}{PREFIX}/docs")


def install(app: FastAPI, services: Services) -> None:
    """Mounts `/__admin` and the way to it.

    `app.state.ready` is its word for healthy, `app.state.operations` what it tells of.
    """
    app.router.routes.append(_Front("/", _front, methods=["GET"], include_in_schema=False))
    mounted = Mount(PREFIX, LazyAdmin(services, app.state.operations, Health(app.state)), name="admin")
    mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)  # a name may have a line break in it
    app.router.routes.append(mounted)
