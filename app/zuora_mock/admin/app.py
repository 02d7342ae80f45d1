"""`/__admin` as an application of its own: its routers, its errors, its two pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import APIRouter, Request, Response

from zuora_mock import __version__
from zuora_mock.admin import guard, problems
from zuora_mock.admin.vitals import Health
from zuora_mock.api import documents
from zuora_mock.api.documents import Documented
from zuora_mock.api.gateway.operation import first_sentence
from zuora_mock.services import Services
from zuora_mock.steering.use import Described

_EXAMPLES = Path(__file__).with_name("examples.json")

_ABOUT = """\
Steers the mock from a test. Every call is about one tenant: that of the bearer token (expired or not), or the one named
by the header `Zuora-Mock-Tenant` or by `?tenant=`, with its name or any of its client ids; a call that names none is
about the only tenant where there is no other. Bodies are JSON, refusals `application/problem+json`. Parameters and
`Zuora-Mock-*` headers that there are not are refused. Members may be added to answers; those that are here stay."""

SECTIONS: Mapping[str, frozenset[str]] = {
    "documentation": frozenset({"", "docs", "openapi.json"}),
    "state": frozenset({"reset", "seed", "state", "fixture-schema"}),
    "tenants": frozenset({"tenants", "snapshots"}),
    "time": frozenset({"clock"}),
    "jobs": frozenset({"jobs"}),
    "faults": frozenset({"faults"}),
    "stubs": frozenset({"stubs"}),
    "feeds": frozenset({"requests"}),
    "requests": frozenset({"requests", "verify"}),
    "ledger": frozenset({"rules", "ledger"}),
    "splits": frozenset({"splits"}),
}
"""The modules that have routes, in the order of the document, and how their paths begin."""


class AdminApplication(Documented):
    """Its routes are imported with the first call that needs them: all of them take longer than a reset."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known, self._unfolding = frozenset[str](), Lock()

    def unfold(self, path: str | None = None) -> None:
        """Has the routes that a path may lead to; where nothing begins like that, and without one, all of them."""
        beginning = None if path is None else path.partition("/")[2].partition("/")[0]
        wanted = {name for name, paths in SECTIONS.items() if beginning in paths} or SECTIONS.keys()
        with self._unfolding:  # the document is drawn in a thread
            if not self._known.issuperset(wanted):
                known = self._known.union(wanted)
                self.router.routes[:] = [route for router in routers(known) for route in router.routes]
                self._known = known

    def openapi(self) -> dict[str, Any]:
        self.unfold()
        return super().openapi()

    def finish(self, document: dict[str, Any]) -> None:
        """Each operation is summed up by its first sentence."""
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["summary"] = first_sentence(operation.get("description") or operation["summary"])
        documents.finish(document, _EXAMPLES)


def routers(sections: Iterable[str] = SECTIONS) -> Iterator[APIRouter]:
    """Of these, in the order of the document, and that of the server itself."""
    wanted, health = set(sections), import_module("zuora_mock.admin.health")
    yield health.open_router
    for each in SECTIONS:
        if each in wanted:
            yield import_module(f"zuora_mock.admin.{each}").router
    yield health.router


def create_admin_app(services: Services, operations: Iterable[Described], reporter: Health) -> AdminApplication:
    app = AdminApplication(
        title="zuora-mock: /__admin",
        description=_ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/__admin"}],
    )
    app.state.services, app.state.operations, app.state.health = services, operations, reporter
    problems.install(app)
    app.add_exception_handler(413, _too_large)
    return app


async def _too_large(request: Request, _error: Exception) -> Response:
    services: Services = request.app.state.services
    return problems.respond(guard.too_large(services.settings))
