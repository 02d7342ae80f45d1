"""The clock of a tenant. Everything that knows time follows it: dates, tokens, keys, locators, quotas, delayed jobs.

A clock may be set back: what was made later stays as it is, and a job that ran does not run again (assumed).
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from zuora_mock.admin.context import CurrentServices, CurrentTenant, Problem
from zuora_mock.admin.jobs import JobView, views
from zuora_mock.admin.wire import Answered
from zuora_mock.clock import SECOND, Clock, format_instant
from zuora_mock.instants import EXAMPLE, LATEST, Instant
from zuora_mock.services import Services
from zuora_mock.steering.matching import Asked
from zuora_mock.storage import configuration
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import begin

router = APIRouter(prefix="/clock", tags=["Time"])


class ClockAsked(Asked):
    now: Instant | None = None
    frozen: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.now is None and self.frozen is None:
            raise ValueError("now or frozen is needed")
        return self


class Advance(Asked):
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False, examples=[3600])]


class ClockView(Answered):
    now: str = Field(examples=[EXAMPLE])
    frozen: bool


class ClockMoved(ClockView):
    """`ran` are the jobs that became due and have run."""

    ran: list[JobView]


def _move(services: Services, tenant: Tenant, clock: Clock) -> ClockMoved:
    with begin(services.database, tenant) as transaction:
        tenant.clock = clock
        configuration.save(transaction)
    ran = services.runner.advanced(tenant)
    return ClockMoved(now=format_instant(tenant.now()), frozen=clock.frozen, ran=views(ran))


@router.get("")
async def read(tenant: CurrentTenant) -> ClockView:
    """What the tenant's clock shows, and whether it stands still."""
    return ClockView(now=format_instant(tenant.now()), frozen=tenant.clock.frozen)


@router.put("")
async def put(services: CurrentServices, tenant: CurrentTenant, asked: ClockAsked) -> ClockMoved:
    """Sets the clock, freezes it or lets it go on. Work that became due has run before the answer.

    Without `now` it keeps its time, without `frozen` it goes on or stands still as before. It may be set back.
    """
    now = tenant.now() if asked.now is None else asked.now
    frozen = tenant.clock.frozen if asked.frozen is None else asked.frozen
    return _move(services, tenant, Clock().set(now, frozen=frozen))


@router.post("/advance")
async def advance(services: CurrentServices, tenant: CurrentTenant, asked: Advance) -> ClockMoved:
    """Moves the clock forward, frozen or not. Work that became due has run before the answer.

    Backwards is refused here: `PUT /__admin/clock` sets a clock back.
    """
    if asked.seconds * SECOND > LATEST - tenant.now():
        raise Problem(400, "Too far", "a clock does not go beyond the year 9000")
    return _move(services, tenant, tenant.clock.advance(round(asked.seconds * SECOND)))
