"""The clock of a tenant. Everything that knows time follows it: dates, tokens, keys, locators, quotas, delayed jobs.

A clock may be set back: what was made later stays as it is, and a job that ran does not run again (assumed).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import Field, model_validator

from zuora_mock.admin.context import CurrentTenantCall, TenantCall
from zuora_mock.admin.jobs import JobView, views
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.clock import SECOND, Clock, format_instant
from zuora_mock.instants import EXAMPLE, LATEST, Instant
from zuora_mock.steering.models import RequestBody, ResponseBody
from zuora_mock.storage import configuration
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction

router = admin_router("Time", prefix="/clock", route_class=StrictRoute)


class ClockBody(RequestBody):
    now: Instant | None = None
    frozen: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.now is None and self.frozen is None:
            raise ValueError("now or frozen is needed")
        return self


class AdvanceBody(RequestBody):
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False, examples=[3600])]


class ClockView(ResponseBody):
    now: str = Field(examples=[EXAMPLE])
    frozen: bool


class ClockMoved(ClockView):
    """`ran` are the jobs that became due and have run."""

    ran: list[JobView]


def view(tenant: Tenant) -> ClockView:
    return ClockView(now=format_instant(tenant.now()), frozen=tenant.clock.frozen)


def _set(transaction: Transaction, change: Callable[[Clock], Clock]) -> None:
    transaction.tenant.clock = change(transaction.tenant.clock)
    configuration.save(transaction)


async def _move(call: TenantCall, change: Callable[[Clock], Clock]) -> ClockMoved:
    await call.do(_set, change)
    await call.do(call.services.upkeep.sweep)
    ran = await call.work(call.services.runner.advanced(call.tenant))
    return ClockMoved(**view(call.tenant).model_dump(), ran=views(ran))


@router.get("")
async def read(call: CurrentTenantCall) -> ClockView:
    """What the tenant's clock shows, and whether it stands still."""
    return view(call.tenant)


@router.put("")
async def put(call: CurrentTenantCall, body: ClockBody) -> ClockMoved:
    """Sets the clock, freezes it or lets it go on. Work that became due has run before the answer.

    Without `now` it keeps its time, without `frozen` it goes on or stands still as before. It may be set back.
    """

    def change(clock: Clock) -> Clock:
        now = clock.now() if body.now is None else body.now
        return Clock().set(now, frozen=clock.frozen if body.frozen is None else body.frozen)

    return await _move(call, change)


@router.post("/advance")
async def advance(call: CurrentTenantCall, body: AdvanceBody) -> ClockMoved:
    """Moves the clock forward, frozen or not. Work that became due has run before the answer.

    Backwards is refused here: `PUT /__admin/clock` sets a clock back.
    """
    if body.seconds * SECOND > LATEST - call.tenant.now():
        raise Problem(400, "Too far", "a clock does not go beyond the year 9000")
    return await _move(call, lambda clock: clock.advance(round(body.seconds * SECOND)))
