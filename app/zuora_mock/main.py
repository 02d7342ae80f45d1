"""The composition root: every part is made and joined here, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from zuora_mock import __version__, api
from zuora_mock.admin import mount
from zuora_mock.api import edits
from zuora_mock.api.documents import Documented
from zuora_mock.api.gateway.gateway import Gateway
from zuora_mock.bounds import Bounds
from zuora_mock.domain.catalogue import INVOICE_SPLIT
from zuora_mock.errors import Refusal
from zuora_mock.printable import tell
from zuora_mock.services import Services
from zuora_mock.settings import Settings
from zuora_mock.steering.fault_orders import FaultOrders
from zuora_mock.steering.journal import Journal, explanation
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.steps import Stepwise
from zuora_mock.storage.transaction import Transaction
from zuora_mock.stubs.keeping import Stubs
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fairness import Fairness
from zuora_mock.tenants.fixtures import load_all
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.tenants.upkeep import Upkeep
from zuora_mock.work.runner import Runner


class Application(Documented):
    """FastAPI with the gateway where the router is asked, or in front of all where no middleware stands between."""

    gateway: Gateway

    @property
    def routes(self) -> list[BaseRoute]:
        """All of them, also of families that nobody has called yet."""
        self.gateway.operations.unfold()
        return super().routes

    def build_middleware_stack(self) -> ASGIApp:
        stack = super().build_middleware_stack()
        return stack if self.user_middleware else partial(self.gateway, otherwise=stack)


def make_services(settings: Settings) -> Services:
    """The database, what is in it, and the services over it. Raises FixtureError."""
    database = Database(settings.db)
    bounds = Bounds(settings)
    credentials = Credentials(bounds)
    faults, stubs = FaultOrders(database, bounds), Stubs(database, bounds)
    tenancy = Tenancy(database, credentials, load_all(settings.fixtures), bounds)
    tenancy.listeners.append(lambda tenant: faults.forget(tenant.key))
    tenancy.listeners.append(lambda tenant: stubs.forget(tenant.key))
    database.changed += [faults.forget, stubs.forget]
    runner = Runner(
        database,
        tenancy,
        _work,
        holds=tenancy.holds,
        explain=_explain_work,
        strike=faults.strike_job,
        give_up=_give_up,
        tell=tell if settings.access_log else _keep_quiet,
    )
    tenancy.listeners.append(lambda tenant: runner.background.forget(tenant.key))
    tenancy.later = runner.background.go_on_with
    runner.recover()
    journal = Journal(settings.journal_size, shared=database.shared)
    tenancy.listeners.append(journal.waiters.begin_again)
    upkeep, fairness = Upkeep(database, tenancy, credentials, bounds), Fairness()
    return Services(settings, database, tenancy, credentials, journal, faults, stubs, runner, fairness, bounds, upkeep)


def _keep_quiet(_words: Sequence[str]) -> None:
    pass


def _work(transaction: Transaction, job: Job) -> Stepwise[None] | None:
    """Does it, with what is imported by the first job."""
    done: Stepwise[None] | None = import_module("zuora_mock.billing.work").run(transaction, job)
    return done


def _give_up(transaction: Transaction, job: Job, refusal: Refusal) -> None:
    import_module("zuora_mock.billing.work").give_up(transaction, job, refusal)


def _explain_work(refusal: Refusal, job: Job) -> dict[str, Any]:
    """What the journal tells of background work that was refused, with what a client could do."""
    if job.type == INVOICE_SPLIT.name:
        edits.explain_work(refusal, job.object_id)
    return explanation(refusal)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application. Raises FixtureError where a fixture cannot be read."""
    services = make_services(settings or Settings())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        services.resume()
        upkeep = asyncio.create_task(services.keep_up())
        with services.runner.background.in_this_loop():
            yield
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        services.pause()

    app = Application(
        title="Zuora, as zuora-mock plays it",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    routes = app.router.routes
    routes.extend(api.families())
    # Where Starlette keeps what a router has been wrapped into: the gateway is inside of every middleware.
    app.router.middleware_stack = app.gateway = Gateway(services, routes, app.router.app)
    app.state.services, app.state.operations, app.state.ready = services, app.gateway.operations, True
    mount.install(app, services)
    return app
