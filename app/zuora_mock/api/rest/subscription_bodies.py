"""Subscriptions in the bodies of calls, with the rate plans that they subscribe to (API reference, Create an account).

Beyond what it carries out, names that Zuora knows are refused by name (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from zuora_mock.api.rest.bodies import (
    Day,
    Decimals,
    Flag,
    Key,
    RestBody,
    Text50,
    Text100,
    Text500,
    Whole,
    refused,
    required,
)
from zuora_mock.api.rest.invoice_bodies import KeptBody
from zuora_mock.api.rest.records import field_name
from zuora_mock.api.rest.words import kept_word, written
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.ordering import Named, NewPlan, NewSubscription, Override
from zuora_mock.billing.subscriptions import CHARGE
from zuora_mock.domain import rules
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.pointers import pointer

RatingGroup = Literal["ByBillingPeriod", "ByUsageStartDate", "ByUsageRecord", "ByUsageUpload", "ByGroupId"]


class ScopedBody(RestBody):
    """What is `beyond` is not carried out."""

    def contradictions(self) -> Iterator[Refusal]:
        yield from (beyond(name) for name in self.model_extra or () if name in self.beyond)


def beyond(name: str) -> Refusal:
    at, message = pointer(name), f"'{name}' is not carried out by this mock"
    return rules.ORDER_SCOPE.refusal(message, at=at, expected=f"no {name}", actual=name, remedy=Remedy({at: None}))


class TierBody(RestBody):
    """A step of a price."""

    tier: Annotated[Whole, Field(ge=1)]
    price: Decimals
    startingUnit: Decimals | None = None
    endingUnit: Decimals | None = None
    priceFormat: Literal["FlatFee", "PerUnit"] | None = None
    originalListPrice: Decimals | None = None

    def kept(self) -> Record:
        return {
            "Tier": self.tier,
            "StartingUnit": self.startingUnit,
            "EndingUnit": self.endingUnit,
            "Price": self.price,
            "PriceFormat": self.priceFormat,
        }


class NamingBody(ScopedBody):
    """A body that names something of the catalogue, by an id or a number."""

    keys: ClassVar[tuple[str, ...]]

    def contradictions(self) -> Iterator[Refusal]:
        yield from super().contradictions()
        if all(getattr(self, each) is None for each in self.keys):
            yield required(self.keys[0])

    @property
    def named(self) -> Named:
        """By the first that is given."""
        name = next(each for each in self.keys if getattr(self, each) is not None)
        return Named(name[:1].upper() + name[1:], getattr(self, name))


class OverridingBody(NamingBody):
    """What differs from the catalogue in a charge."""

    productRatePlanChargeId: Key | None = None
    productRatePlanChargeNumber: Text100 | None = None

    keys = ("productRatePlanChargeId", "productRatePlanChargeNumber")


class SubscribingBody(NamingBody):
    """A rate plan of the catalogue to subscribe to."""

    productRatePlanId: Key | None = None
    productRatePlanNumber: Text100 | None = None

    keys = ("productRatePlanId", "productRatePlanNumber")


class ChargeBody(OverridingBody, KeptBody):
    kind = CHARGE

    applyDiscountTo: str | None = None
    billCycleDay: Whole | None = None
    billCycleType: str | None = None
    billingPeriod: str | None = None
    billingPeriodAlignment: str | None = None
    billingTiming: str | None = None
    description: Text500 | None = None
    discountAmount: Decimals | None = None
    discountLevel: str | None = None
    discountPercentage: Decimals | None = None
    endDateCondition: str | None = None
    includedUnits: Decimals | None = None
    listPriceBase: str | None = None
    number: Text50 | None = None
    numberOfPeriods: Whole | None = None
    overagePrice: Decimals | None = None
    overageUnusedUnitsCreditOption: str | None = None
    price: Decimals | None = None
    priceChangeOption: str | None = None
    priceIncreasePercentage: Decimals | None = None
    quantity: Decimals | None = None
    ratingGroup: RatingGroup | None = None
    specificBillingPeriod: Whole | None = None
    specificEndDate: Day | None = None
    tiers: Annotated[list[TierBody], Field(min_length=1)] | None = None
    triggerDate: Day | None = None
    triggerEvent: str | None = None
    unusedUnitsCreditRates: Decimals | None = None
    upToPeriods: Whole | None = None
    upToPeriodsType: str | None = None
    weeklyBillCycleDay: str | None = None

    beyond = (
        *("chargeModelConfiguration", "excludeItemBillingFromRevenueAccounting", "isUnbilled"),
        *("excludeItemBookingFromRevenueAccounting", "isAllocationEligible"),
    )

    def contradictions(self) -> Iterator[Refusal]:
        yield from super().contradictions()
        for name in type(self).model_fields:
            field, value = CHARGE.by_name.get(field_name(CHARGE, name)), getattr(self, name)
            if field and field.values and isinstance(value, str) and kept_word(field, value) is None:
                words = [written(field, each) for each in field.values]
                yield refused(name, f"value should be one of: {', '.join(words)}", words)

    def override(self, custom: CustomFields) -> Override:
        fields = {name: _in_zuoras_words(name, value) for name, value in self.kept(custom).items()}
        return Override(self.named, fields, [each.kept() for each in self.tiers or ()])


def _in_zuoras_words(name: str, value: Value) -> Value:
    field = CHARGE.by_name.get(name)
    return kept_word(field, value) if field and field.values and isinstance(value, str) else value


class PlanBody(SubscribingBody, KeptBody):
    kind = RATE_PLAN

    chargeOverrides: list[ChargeBody] | None = None

    beyond = ("externalCatalogPlanId", "externalIdSourceSystem", "externallyManagedPlanId")

    def new_plan(self, custom: CustomFields) -> NewPlan:
        charges = [each.override(custom) for each in self.chargeOverrides or ()]
        return NewPlan(self.named, charges, self.custom_fields(custom))


class SubscriptionBody(ScopedBody, KeptBody):
    """A subscription that is made with its account."""

    kind = SUBSCRIPTION

    contractEffectiveDate: Day
    termType: Literal["TERMED", "EVERGREEN"]
    autoRenew: Flag | None = None
    customerAcceptanceDate: Day | None = None
    initialTerm: Whole | None = None
    invoiceSeparately: Flag | None = None
    notes: Text500 | None = None
    renewalTerm: Whole | None = None
    serviceActivationDate: Day | None = None
    subscribeToRatePlans: list[PlanBody] | None = None
    subscriptionNumber: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    termStartDate: Day | None = None

    beyond = ("invoiceOwnerAccountKey",)

    def contradictions(self) -> Iterator[Refusal]:
        yield from super().contradictions()
        if self.termType == "TERMED" and self.initialTerm is None:
            yield required("initialTerm")
        for name, least in (("initialTerm", 1), ("renewalTerm", 0)):
            if isinstance(getattr(self, name), int) and getattr(self, name) < least:
                yield refused(name, f"a number of {least} or more is needed", f"{least} or more")

    def new_subscription(self, custom: CustomFields) -> NewSubscription:
        """An acceptance that is not given is on the day of the activation (documented)."""
        fields: Record = {"InitialTermPeriodType": "Month", "RenewalTermPeriodType": "Month", **self.kept(custom)}
        if self.serviceActivationDate:
            fields.setdefault("ContractAcceptanceDate", self.serviceActivationDate)
        return NewSubscription(fields, [each.new_plan(custom) for each in self.subscribeToRatePlans or ()])
