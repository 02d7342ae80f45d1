"""The composition root: every part is made and joined here, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from zuora_mock import __version__
from zuora_mock.admin import mount as control
from zuora_mock.api.actions import actions
from zuora_mock.api.gateway.credentials import Doorkeeper
from zuora_mock.api.gateway.gateway import Gateway
from zuora_mock.api.gateway.openapi import describe
from zuora_mock.api.gateway.pipeline import Pipeline
from zuora_mock.api.gateway.routes import Routes
from zuora_mock.api.oauth import oauth
from zuora_mock.api.objects import objects
from zuora_mock.billing.splitting import execution as splits
from zuora_mock.services import Services
from zuora_mock.settings import Settings
from zuora_mock.steering.fault_orders import FaultOrders
from zuora_mock.steering.journal import Journal, explanation
from zuora_mock.storage.database import Database
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fairness import Traffic
from zuora_mock.tenants.fixtures import default_fixture_path, load
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.work.runner import Runner


class Application(FastAPI):
    """FastAPI behind the gateway: outermost, since its calls need none of the layers around FastAPI's router."""

    front: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        return self.front(super().build_middleware_stack())


def make_services(settings: Settings) -> Services:
    """The database, what is in it, and the services over it. Raises FixtureError."""
    database = Database(settings.db)
    credentials = Credentials()
    faults = FaultOrders(database)
    fixtures = [load(path) for path in settings.fixtures or (default_fixture_path(),)]
    tenancy = Tenancy(database, credentials, fixtures, settings.unknown_clients)
    tenancy.listeners.append(lambda tenant: faults.forget(tenant.key))
    runner = Runner(database, tenancy, {"InvoiceSplit": splits.run}, explanation)
    journal = Journal(settings.journal_size)
    return Services(settings, database, tenancy, credentials, journal, faults, runner, Traffic())


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application. Raises FixtureError where a fixture cannot be read."""
    services = make_services(settings or Settings())
    operations = (*oauth.operations(services.credentials), *actions.operations(), *objects.operations())
    pipeline = Pipeline(
        services,
        Doorkeeper(services.database, services.tenancy, services.credentials, services.settings.max_body),
        Routes(operations),
    )
    services.tenancy.listeners.append(pipeline.forget)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services.runner.running():
            app.state.ready = True
            yield
        services.database.close()

    app = Application(
        title="zuora-mock",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.services, app.state.operations, app.state.ready = services, operations, False
    describe(app, operations)
    control.install(app, services)
    app.front = partial(Gateway, services=services, pipeline=pipeline)
    return app
