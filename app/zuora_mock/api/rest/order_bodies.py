"""The body of an order, as far as it creates subscriptions (API reference, Create an order; zuora-sdk 3.21).

What Zuora knows besides, and the mock does not carry out, is refused by its name (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from zuora_mock.api.rest.account_bodies import CreateAccountRequest
from zuora_mock.api.rest.bodies import (
    Day,
    Decimals,
    Flag,
    Key,
    RestBody,
    Text100,
    Text255,
    Whole,
    refused,
    required,
)
from zuora_mock.api.rest.subscription_bodies import (
    OverridingBody,
    RatingGroup,
    ScopedBody,
    SubscribingBody,
    TierBody,
    beyond,
)
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.ordering import NewPlan, NewSubscription, Override
from zuora_mock.billing.subscriptions import CHARGE
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal

MOST = 50
CREATE = "CreateSubscription"
_COMPLETED = "Completed"
_DAYS = {
    "ContractEffective": "ContractEffectiveDate",
    "ServiceActivation": "ServiceActivationDate",
    "CustomerAcceptance": "ContractAcceptanceDate",
}

PeriodType = Literal["Month", "Year", "Day", "Week"]
Text1000 = Annotated[str, Field(max_length=1000)]


class OrderedCustomFields(RestBody):
    """Those of a subscription."""

    kind = SUBSCRIPTION


class PlanCustomFields(RestBody):
    """Those of a rate plan."""

    kind = RATE_PLAN


class ChargeCustomFields(RestBody):
    """Those of a charge."""

    kind = CHARGE


class OrderedTierBody(TierBody):
    def contradictions(self) -> Iterator[Refusal]:
        yield from (required(name) for name in ("startingUnit", "priceFormat") if getattr(self, name) is None)


class PriceBody(RestBody):
    """What differs from the catalogue in a price, whatever its model."""

    applyDiscountTo: str | None = None
    discountAmount: Decimals | None = None
    discountLevel: str | None = None
    discountPercentage: Decimals | None = None
    includedUnits: Decimals | None = None
    listPrice: Decimals | None = None
    listPriceBase: Literal["Per_Billing_Period", "Per_Month", "Per_Week", "Per_Year"] | None = None
    numberOfPeriods: Whole | None = None
    overagePrice: Decimals | None = None
    overageUnusedUnitsCreditOption: Literal["NoCredit", "CreditBySpecificRate"] | None = None
    priceChangeOption: str | None = None
    priceIncreasePercentage: Decimals | None = None
    quantity: Decimals | None = None
    ratingGroup: RatingGroup | None = None
    tiers: Annotated[list[OrderedTierBody], Field(min_length=1)] | None = None
    unusedUnitsCreditRates: Decimals | None = None
    uom: str | None = None

    def kept(self) -> Record:
        names = {"listPrice": "Price", "uom": "UOM"}
        known = type(self).model_fields.keys() - {"tiers"}
        given = {name: getattr(self, name) for name in self.model_fields_set if name in known}
        if self.listPriceBase:
            given["listPriceBase"] = self.listPriceBase.replace("_", " ")
        return {names.get(name) or name[:1].upper() + name[1:]: value for name, value in given.items()}


class PricingBody(ScopedBody):
    """One of them."""

    discount: PriceBody | None = None
    oneTimeFlatFee: PriceBody | None = None
    oneTimePerUnit: PriceBody | None = None
    oneTimeTiered: PriceBody | None = None
    oneTimeVolume: PriceBody | None = None
    recurringFlatFee: PriceBody | None = None
    recurringPerUnit: PriceBody | None = None
    recurringTiered: PriceBody | None = None
    recurringVolume: PriceBody | None = None
    usageFlatFee: PriceBody | None = None
    usageOverage: PriceBody | None = None
    usagePerUnit: PriceBody | None = None
    usageTiered: PriceBody | None = None
    usageTieredWithOverage: PriceBody | None = None
    usageVolume: PriceBody | None = None

    beyond = ("chargeModelData", "recurringCalculated", "recurringDelivery")

    @property
    def prices(self) -> list[PriceBody]:
        given = [getattr(self, name) for name in type(self).model_fields]
        return [each for each in given if isinstance(each, PriceBody)]

    def kept(self) -> Record:
        return {name: value for each in self.prices for name, value in each.kept().items()}


class ChargeOverrideBody(OverridingBody):
    chargeNumber: Annotated[str, Field(max_length=50)] | None = None
    description: Annotated[str, Field(max_length=500)] | None = None
    customFields: ChargeCustomFields | None = None
    name: Text100 | None = None
    pricing: PricingBody | None = None

    beyond = ("billing", "endDate", "startDate")

    def override(self, custom: CustomFields) -> Override:
        own = {"ChargeNumber": self.chargeNumber, "Description": self.description, "Name": self.name}
        given: Record = {name: value for name, value in own.items() if value is not None}
        prices = self.pricing.prices if self.pricing else ()
        tiers = [tier.kept() for each in prices for tier in each.tiers or ()]
        given |= self.pricing.kept() if self.pricing else {}
        given |= self.customFields.custom_fields(custom) if self.customFields else {}
        return Override(self.named, given, tiers)


class RatePlanBody(SubscribingBody):
    chargeOverrides: list[ChargeOverrideBody] | None = None
    customFields: PlanCustomFields | None = None
    uniqueToken: str | None = None

    beyond = ("externalCatalogPlanId", "externallyManagedPlanId", "subscriptionProductFeatures")

    def new_plan(self, custom: CustomFields) -> NewPlan:
        charges = [each.override(custom) for each in self.chargeOverrides or ()]
        own = self.customFields.custom_fields(custom) if self.customFields else {}
        return NewPlan(self.named, charges, own)


class InitialTermBody(RestBody):
    termType: Literal["TERMED", "EVERGREEN"]
    period: Whole | None = None
    periodType: PeriodType | None = None
    startDate: Day | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.termType == "TERMED" and self.period is None:
            yield required("period")
        if isinstance(self.period, int) and self.period < 1:
            yield refused("period", "a number of 1 or more is needed", "1 or more")


class RenewalTermBody(RestBody):
    period: Whole
    periodType: PeriodType | None = None


class TermsBody(RestBody):
    """How long a subscription lasts and how it goes on."""

    initialTerm: InitialTermBody
    autoRenew: Flag | None = None
    renewalSetting: Literal["RENEW_WITH_SPECIFIC_TERM", "RENEW_TO_EVERGREEN"] | None = None
    renewalTerms: list[RenewalTermBody] | None = None

    def kept(self) -> Record:
        first, then = self.initialTerm, next(iter(self.renewalTerms or ()), None)
        fields: Record = {
            "TermType": first.termType,
            "InitialTerm": first.period,
            "InitialTermPeriodType": first.periodType or ("Month" if first.period else None),
            "TermStartDate": first.startDate,
            "AutoRenew": self.autoRenew,
            "RenewalSetting": self.renewalSetting,
            "RenewalTerm": then.period if then else None,
            "RenewalTermPeriodType": (then.periodType or "Month") if then else None,
        }
        return {name: value for name, value in fields.items() if value is not None}


class CreateSubscriptionBody(ScopedBody):
    """A subscription that an order makes."""

    terms: TermsBody
    billToContactId: Key | None = None
    communicationProfileId: Key | None = None
    currency: Annotated[str, Field(max_length=3)] | None = None
    invoiceGroupNumber: Text255 | None = None
    invoiceSeparately: Flag | None = None
    invoiceTemplateId: Key | None = None
    notes: Text1000 | None = None
    paymentTerm: Text100 | None = None
    sequenceSetId: Key | None = None
    soldToContactId: Key | None = None
    subscribeToRatePlans: list[RatePlanBody] | None = None
    subscriptionNumber: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    uniqueToken: str | None = None

    beyond = (
        *("billToContact", "invoiceOwnerAccountNumber", "newSubscriptionOwnerAccount", "shipToContact"),
        *("shipToContactId", "soldToContact", "subscribeToProducts", "subscriptionOwnerAccountNumber"),
    )

    def kept(self) -> Record:
        fields: Record = {
            "Name": self.subscriptionNumber,
            "BillToId": self.billToContactId,
            "SoldToId": self.soldToContactId,
            "CommunicationProfileId": self.communicationProfileId,
            "Currency": self.currency,
            "InvoiceGroupNumber": self.invoiceGroupNumber,
            "IsInvoiceSeparate": self.invoiceSeparately,
            "InvoiceTemplateId": self.invoiceTemplateId,
            "Notes": self.notes,
            "PaymentTerm": self.paymentTerm,
            "SequenceSetId": self.sequenceSetId,
        }
        return {name: value for name, value in fields.items() if value is not None} | self.terms.kept()


class TriggerDateBody(RestBody):
    name: Literal["ContractEffective", "ServiceActivation", "CustomerAcceptance"]
    triggerDate: Day | None = None


class OrderActionBody(ScopedBody):
    """What an order does to a subscription; here it creates it."""

    type: str
    createSubscription: CreateSubscriptionBody | None = None
    triggerDates: list[TriggerDateBody] | None = None
    changeReason: Text255 | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.type and self.type != CREATE:
            yield beyond("type")
        elif self.createSubscription is None:
            yield required("createSubscription")

    def new_subscription(self, custom: CustomFields, fields: Record) -> NewSubscription:
        days: Record = {_DAYS[each.name]: each.triggerDate for each in self.triggerDates or () if each.triggerDate}
        wanted = self.createSubscription
        plans = [each.new_plan(custom) for each in (wanted.subscribeToRatePlans if wanted else None) or ()]
        return NewSubscription({**(wanted.kept() if wanted else {}), **days, **fields}, plans)


class OrderSubscriptionBody(ScopedBody):
    orderActions: Annotated[list[OrderActionBody], Field(min_length=1, max_length=MOST)]
    customFields: OrderedCustomFields | None = None
    notes: Text1000 | None = None

    beyond = ("quote", "ramp", "subscriptionNumber")

    def new_subscriptions(self, custom: CustomFields) -> list[NewSubscription]:
        own = self.customFields.custom_fields(custom) if self.customFields else {}
        return [each.new_subscription(custom, own) for each in self.orderActions]


class CreateOrderRequest(ScopedBody):
    """Nothing is billed and nothing paid: `processingOptions` have no effect, nor has what only an order has."""

    orderDate: Day
    category: str | None = None
    customFields: dict[str, Any] | None = None
    description: Annotated[str, Field(max_length=500)] | None = None
    existingAccountId: Key | None = None
    existingAccountNumber: Text100 | None = None
    newAccount: CreateAccountRequest | None = None
    orderNumber: Annotated[str, Field(min_length=1, max_length=100, pattern="^[^#?/]*$")] | None = None
    processingOptions: dict[str, Any] | None = None
    reasonCode: str | None = None
    status: Literal["Draft", "Pending", "Completed", "Scheduled", "Executing"] | None = None
    subscriptions: Annotated[list[OrderSubscriptionBody], Field(min_length=1, max_length=MOST)]

    beyond = ("commitments", "orderLineItems", "schedulingOptions")

    def contradictions(self) -> Iterator[Refusal]:
        yield from super().contradictions()
        names = ("existingAccountNumber", "existingAccountId", "newAccount")
        given = [name for name in names if getattr(self, name, None) is not None]
        if not given:
            yield required(names[0])
        yield from (refused(name, f"{given[0]} is given too", f"no {name}") for name in given[1:])
        if self.status not in {None, _COMPLETED}:
            yield beyond("status")
