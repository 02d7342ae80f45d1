"""Orders of REST, as far as they create subscriptions.

Source: API reference, Create an order; API upgrades, 223.0 (`subscriptions` in place of their numbers).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.models import Options, Truth
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.api.rest.order_bodies import CreateOrderRequest
from zuora_mock.api.rest.records import in_wire_words
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.billing import customers, keys, ordering
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.ordering import NewOrder, NewSubscription
from zuora_mock.billing.subscriptions import CHARGE
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal

WITH_SUBSCRIPTIONS = "223.0"


class OrderOptions(Options):
    return_ids: Truth = Field(default=False, alias="returnIds")


class OrderedSubscription(BaseModel):
    subscriptionNumber: str
    subscriptionOwnerId: str
    subscriptionOwnerNumber: str
    status: str


class CreatedOrderView(BaseModel):
    success: bool
    orderNumber: str
    accountNumber: str
    status: str
    subscriptions: list[OrderedSubscription] = Field(default=[], description="From Zuora-Version 223.0 on")
    subscriptionNumbers: list[str] = Field(default=[], description="Before Zuora-Version 223.0")
    orderId: str | None = Field(default=None, description="This and the next with returnIds")
    accountId: str | None = None
    subscriptionIds: list[str] = []


router = router_of(StoredRoute)


@router.post("/orders", name="orders.create", response_model=CreatedOrderView, dependencies=REPEATABLE)
@sourced("API reference, Create an order")
def create(call: CurrentCall, body: CreateOrderRequest, options: Annotated[OrderOptions, Query()]) -> Answer:
    """Create subscriptions by an order."""
    with in_wire_words():
        account = _account(call, body)
        order = ordering.order(call.transaction, body.orderDate, body.orderNumber)
        made = _subscribe(call, account, order, body)
    shown: dict[str, Any] = {"success": True, "orderNumber": order.number, "accountNumber": account["AccountNumber"]}
    shown |= {"status": "Completed", **_subscriptions(call, account, made)}
    if options.return_ids:
        ids = [each["Id"] for each in made]
        shown |= {"orderId": order.id, "accountId": account["Id"], "subscriptionIds": ids}
    return Answer(200, render(shown), objects=(SUBSCRIPTION, RATE_PLAN, CHARGE))


def _account(call: Call, body: CreateOrderRequest) -> Record:
    """Raises Refusal."""
    custom = call.transaction.tenant.custom_fields
    if body.newAccount is None:
        return keys.get(call.transaction, ACCOUNT, str(body.existingAccountNumber or body.existingAccountId))
    try:
        return customers.create(call.transaction, body.newAccount.kept(custom), body.newAccount.contacts(custom))
    except Refusal as refusal:
        raise refusal.under("newAccount") from None


def _subscribe(call: Call, account: Record, order: NewOrder, body: CreateOrderRequest) -> list[Record]:
    """Raises Refusal that points into the body."""
    custom, made = call.transaction.tenant.custom_fields, list[Record]()
    for position, each in enumerate(body.subscriptions):
        for place, new in enumerate(each.new_subscriptions(custom)):
            at = ("subscriptions", position, "orderActions", place, "createSubscription")
            made.append(_subscribed(call, account, order, new, at))
    return made


def _subscribed(
    call: Call, account: Record, order: NewOrder, new: NewSubscription, at: tuple[str | int, ...]
) -> Record:
    try:
        return ordering.subscribe(call.transaction, account, order, new)
    except Refusal as refusal:
        raise refusal.under(*at) from None


def _subscriptions(call: Call, account: Record, made: list[Record]) -> dict[str, Any]:
    if not reaches(call.context.version, WITH_SUBSCRIPTIONS):
        return {"subscriptionNumbers": [each["Name"] for each in made]}
    owner = {"subscriptionOwnerId": account["Id"], "subscriptionOwnerNumber": account["AccountNumber"]}
    return {"subscriptions": [{"subscriptionNumber": each["Name"], **owner, "status": each["Status"]} for each in made]}
