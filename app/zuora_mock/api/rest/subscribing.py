"""A subscription of an account that is there, by a call of its own.

Sources: API reference, Create a subscription; refusals that clients met (their codes). Nothing is billed of it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.account_answers import show_new_subscription
from zuora_mock.api.rest.bodies import BillingBody, Key, Text32, Text100
from zuora_mock.api.rest.dialect import RestDialect
from zuora_mock.api.rest.order_bodies import PeriodType
from zuora_mock.api.rest.records import in_wire_words
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.api.rest.subscription_bodies import PlanBody, SubscriptionBody
from zuora_mock.billing import keys, ordering
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.subscriptions import CHARGE
from zuora_mock.domain.catalogue import ACCOUNT

RESOURCE = 530_000
"""That of new subscriptions (observed)."""


class SubscribingRoute(StoredRoute):
    """The resource of the type of term is documented (guide, Error handling)."""

    dialect = RestDialect(RESOURCE, fields={"termType": 531_003})


class CreateSubscriptionRequest(SubscriptionBody, BillingBody):
    """Nothing is billed and nothing paid."""

    accountKey: Text100
    subscribeToRatePlans: Annotated[list[PlanBody], Field(min_length=1)]
    CpqBundleJsonId__QT: Text32 | None = None
    OpportunityName__QT: Text100 | None = None
    QuoteBusinessType__QT: Text32 | None = None
    QuoteNumber__QT: Text32 | None = None
    QuoteType__QT: Text32 | None = None
    communicationProfileId: Key | None = None
    initialTermPeriodType: PeriodType | None = None
    invoiceTemplateId: Key | None = None
    paymentTerm: Text100 | None = None
    renewalSetting: Literal["RENEW_WITH_SPECIFIC_TERM", "RENEW_TO_EVERGREEN"] | None = None
    renewalTermPeriodType: PeriodType | None = None
    sequenceSetId: Key | None = None


class NewSubscriptionView(BaseModel):
    success: bool
    subscriptionId: str
    subscriptionNumber: str
    contractedMrr: float
    totalContractedValue: float | None = Field(description="Null for what never ends")


router = router_of(SubscribingRoute)


@router.post("/subscriptions", name="subscriptions.create", response_model=NewSubscriptionView, dependencies=REPEATABLE)
@sourced("API reference, Create a subscription")
def create(call: CurrentCall, body: CreateSubscriptionRequest) -> Answer:
    """Create a subscription from the catalogue."""
    transaction = call.transaction
    account = keys.get(transaction, ACCOUNT, body.accountKey)
    new = body.new_subscription(transaction.tenant.custom_fields)
    with in_wire_words():
        made = ordering.subscribe(transaction, account, ordering.unordered(transaction), new)
    shown = {"success": True, **show_new_subscription(transaction, made)}
    return Answer(200, render(shown), objects=(SUBSCRIPTION, RATE_PLAN, CHARGE))
