"""Changes of subscriptions over REST: cancelled and renewed.

Sources: API reference, Cancel a subscription, Renew a subscription; recorded refusals of 2016 and 2024 (their codes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import BillingBody, Day, required
from zuora_mock.api.rest.dialect import RestDialect
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.billing import amending, keys
from zuora_mock.billing.amending import Amended, CancellationPolicy
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.subscriptions import CHARGE
from zuora_mock.domain.values import as_number
from zuora_mock.errors import Refusal

RESOURCE = 532_000
"""That of changes of subscriptions (recorded)."""


class AmendingRoute(StoredRoute):
    dialect = RestDialect(RESOURCE)


class CancelSubscriptionRequest(BillingBody):
    cancellationPolicy: Literal["EndOfCurrentTerm", "EndOfLastInvoicePeriod", "SpecificDate"]
    bookingDate: Day | None = None
    cancellationEffectiveDate: Day | None = None
    contractEffectiveDate: Day | None = None
    orderDate: Day | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.cancellationPolicy == CancellationPolicy.DATE.value and self.cancellationEffectiveDate is None:
            yield required("cancellationEffectiveDate")

    @property
    def day(self) -> str | None:
        """The one that is asked for, where the policy asks for one."""
        return self.cancellationEffectiveDate if self.cancellationPolicy == CancellationPolicy.DATE.value else None


class RenewSubscriptionRequest(BillingBody):
    orderDate: Day | None = None


class AmendedView(BaseModel):
    success: bool
    subscriptionId: str = Field(description="That of the new version")
    totalDeltaMrr: float
    totalDeltaTcv: float


class CancelledView(AmendedView):
    cancelledDate: str


class RenewedView(AmendedView):
    termStartDate: str
    termEndDate: str | None = Field(description="Null of a subscription that is evergreen now")


router = router_of(AmendingRoute)


@router.put("/subscriptions/{key}/cancel", name="subscriptions.cancel", response_model=CancelledView)
@sourced("API reference, Cancel a subscription")
def cancel(call: CurrentCall, key: str, body: CancelSubscriptionRequest) -> Answer:
    """Cancel a subscription: a new version of it ends earlier."""
    transaction, booked = call.transaction, body.bookingDate or body.orderDate or call.transaction.today()
    record, policy = keys.get(transaction, SUBSCRIPTION, key), CancellationPolicy(body.cancellationPolicy)
    amended = amending.cancel(transaction, record, policy, body.day, booked)
    return _answer(amended, {"cancelledDate": amended.subscription["CancelledDate"]})


@router.put("/subscriptions/{key}/renew", name="subscriptions.renew", response_model=RenewedView)
@sourced("API reference, Renew a subscription")
def renew(call: CurrentCall, key: str, body: RenewSubscriptionRequest) -> Answer:
    """Renew a subscription: a new version of it has the next term."""
    record = keys.get(call.transaction, SUBSCRIPTION, key)
    amended = amending.renew(call.transaction, record, body.orderDate or call.transaction.today())
    new = amended.subscription
    return _answer(amended, {"termStartDate": new["TermStartDate"], "termEndDate": new.get("TermEndDate")})


def _answer(amended: Amended, dates: Mapping[str, Any]) -> Answer:
    worth = {"totalDeltaMrr": as_number(float(amended.mrr)), "totalDeltaTcv": as_number(float(amended.tcv))}
    shown = {"success": True, "subscriptionId": amended.subscription["Id"], **dates, **worth}
    return Answer(200, render(shown), objects=(SUBSCRIPTION, RATE_PLAN, CHARGE))
