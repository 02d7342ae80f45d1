"""Faults to order: Zuora's errors by name, delays, and trouble on the network.

The headers `Zuora-Mock-Fault` (a kind, or one of Zuora's error codes) and `Zuora-Mock-Delay` (milliseconds) order the
same for the one request that carries them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from zuora_mock.admin.context import CurrentTenantCall
from zuora_mock.admin.ledger import KnownOperations, doubtful
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.clock import format_instant, parse_instant
from zuora_mock.steering.fault_orders import TooManyFaults
from zuora_mock.steering.models import ResponseBody
from zuora_mock.steering.orders import Order

router = admin_router("Faults", prefix="/faults", route_class=StrictRoute)


class FaultAdded(ResponseBody):
    id: str


class FaultView(ResponseBody):
    """An order as it was given. `seen` calls have matched it, `struck` of them it has struck."""

    id: str
    match: dict[str, Any] = Field(default_factory=dict)
    skip: int = 0
    times: int | None = None
    probability: float | None = None
    expires_at: str | None = Field(default=None, examples=["2026-02-01T00:00:00Z"])
    fault: dict[str, Any] = Field(examples=[{"kind": "rate-limit"}])
    state: Literal["active", "spent", "expired"]
    seen: int
    struck: int


class FaultList(ResponseBody):
    faults: list[FaultView]


@router.post("", status_code=201)
async def add(
    call: CurrentTenantCall,
    operations: KnownOperations,
    order: Order,
) -> FaultAdded:
    """Orders a fault for the calls that match, or for the next jobs (`job-failure`).

    The first order that is due strikes; a delay may come on top.

    An operation that there is not and an expiry in the past are refused: the fault would never strike, and nobody
    would know why.
    """
    doubt = doubtful(order.match, operations)
    if doubt:
        raise Problem(400, "Unknown operation", doubt, operations=sorted({each.name for each in operations}))
    if order.expires_at is not None and parse_instant(order.expires_at) <= call.tenant.now():
        now = format_instant(call.tenant.now())
        raise Problem(400, "Invalid request", f"body/expiresAt: {order.expires_at} is past; it is {now} on its clock")
    try:
        return FaultAdded(id=await call.do(call.services.faults.add, order))
    except TooManyFaults as error:
        raise Problem(409, "Too many", str(error)) from None


@router.get("", name="list")
async def list_faults(call: CurrentTenantCall) -> FaultList:
    """The orders in the order of their creation, with their counts, those that are spent or expired too."""
    orders = await call.do(call.services.faults.orders)
    return FaultList(faults=[FaultView.model_validate(each) for each in orders])


@router.delete("", status_code=204, response_model=None)
async def clear(call: CurrentTenantCall) -> None:
    """Withdraws all orders."""
    await call.do(call.services.faults.clear)


@router.delete("/{id}", status_code=204, response_model=None)
async def remove(call: CurrentTenantCall, id: str) -> None:
    """Withdraws one order."""
    if not await call.do(call.services.faults.remove, id):
        raise Problem(404, "Unknown fault", f"the tenant has ordered no fault with the id '{id}'")
