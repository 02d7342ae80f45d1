"""The composition root: every part is made and joined here, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from zuora_mock import __version__
from zuora_mock.api import actions, oauth, objects
from zuora_mock.api.credentials import Doorkeeper
from zuora_mock.api.gateway import Gateway
from zuora_mock.api.openapi import describe
from zuora_mock.api.pipeline import Pipeline
from zuora_mock.api.routes import Routes
from zuora_mock.control import routes as control
from zuora_mock.jobs import Runner
from zuora_mock.services import splits
from zuora_mock.services.fault_orders import FaultOrders
from zuora_mock.services.fixtures import default_fixture_path, load
from zuora_mock.services.journal import Journal
from zuora_mock.services.tenancy import Tenancy
from zuora_mock.services.tokens import Credentials
from zuora_mock.services.traffic import Traffic
from zuora_mock.services.world import World
from zuora_mock.settings import Settings
from zuora_mock.storage.database import Database


class Application(FastAPI):
    """FastAPI behind the gateway: outermost, since its calls need none of the layers around FastAPI's router."""

    front: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        return self.front(super().build_middleware_stack())


def make_world(settings: Settings) -> World:
    """The database, what is in it, and the services over it. Raises FixtureError."""
    database = Database(settings.db)
    credentials = Credentials()
    faults = FaultOrders(database)
    fixtures = [load(path) for path in settings.fixtures or (default_fixture_path(),)]
    tenancy = Tenancy(database, credentials, fixtures, settings.unknown_clients)
    tenancy.listeners.append(lambda tenant: faults.forget(tenant.key))
    runner = Runner(database, tenancy, {"InvoiceSplit": splits.run})
    journal = Journal(settings.journal_size)
    return World(settings, database, tenancy, credentials, journal, faults, runner, Traffic())


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application. Raises FixtureError where a fixture cannot be read."""
    world = make_world(settings or Settings())
    operations = (*oauth.operations(world.credentials), *actions.operations(), *objects.operations())
    pipeline = Pipeline(
        world, Doorkeeper(world.database, world.tenancy, world.credentials, world.settings.max_body), Routes(operations)
    )
    world.tenancy.listeners.append(pipeline.forget)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with world.runner.running():
            app.state.ready = True
            yield
        world.database.close()

    app = Application(
        title="zuora-mock",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.world, app.state.operations, app.state.ready = world, operations, False
    describe(app, operations)
    control.install(app, world)
    app.front = partial(Gateway, world=world, pipeline=pipeline)
    return app
