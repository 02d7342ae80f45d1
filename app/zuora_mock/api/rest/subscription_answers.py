"""Subscriptions as REST answers them: members in the order of recorded answers, with their nulls.

Sources: recorded answers of 2019 to 2025, Guardian client tests; zuora-sdk 3.21 (charges with all their segments).
Assumed: what a charge has of one segment stands in `chargeSegments` in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from zuora_mock.api.rest.account_answers import show_basic_info
from zuora_mock.api.rest.prices import (
    TierView,
    discount_of,
    overage_of,
    price_of,
    summary_of,
    tiers_of,
)
from zuora_mock.api.rest.records import RestRecord, around, layout_of, plain
from zuora_mock.api.rest.words import billing_day
from zuora_mock.billing import holdings, metrics, subscriptions
from zuora_mock.billing.customers import BILL_TO, SOLD_TO
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION, Plan
from zuora_mock.billing.metrics import PERCENTAGE, Metrics
from zuora_mock.billing.subscriptions import CHARGE, FEATURE, Choice, PricedCharge, Segments
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT
from zuora_mock.domain.values import Record, as_number
from zuora_mock.storage.transaction import Transaction

_HEAD = layout_of(
    "id accountId accountNumber accountName invoiceOwnerAccountId invoiceOwnerAccountNumber invoiceOwnerAccountName "
    "subscriptionNumber version revision termType invoiceSeparately contractEffectiveDate serviceActivationDate "
    "customerAcceptanceDate subscriptionStartDate subscriptionEndDate lastBookingDate termStartDate termEndDate "
    "initialTerm initialTermPeriodType currentTerm currentTermPeriodType autoRenew renewalSetting renewalTerm "
    "renewalTermPeriodType currency contractedMrr totalContractedValue notes status"
)
_END = layout_of(
    "QuoteNumber__QT OpportunityName__QT CpqBundleJsonId__QT QuoteType__QT QuoteBusinessType__QT "
    "OpportunityCloseDate__QT billToContact paymentTerm invoiceTemplateId invoiceTemplateName sequenceSetId "
    "sequenceSetName soldToContact isLatestVersion cancelReason ratePlans orderNumber externallyManagedBy "
    "statusHistory invoiceGroupNumber createTime updateTime scheduledCancelDate scheduledSuspendDate "
    "scheduledResumeDate"
)
_PLAN = layout_of(
    "id productId productName productSku productRatePlanId productRatePlanNumber ratePlanName "
    "subscriptionProductFeatures externallyManagedPlanId subscriptionRatePlanNumber isFromExternalCatalog "
    "ratePlanCharges"
)
_CHARGE = layout_of(
    "id originalChargeId productRatePlanChargeId number name productRatePlanChargeNumber type model originalListPrice "
    "uom version subscriptionChargeDeliverySchedule numberOfDeliveries priceChangeOption priceIncreasePercentage "
    "currency chargeModelConfiguration inputArgumentId includedUnits overagePrice applyDiscountTo discountLevel "
    "discountClass applyToBillingPeriodPartially billingDay listPriceBase specificListPriceBase billingPeriod "
    "specificBillingPeriod billingTiming ratingGroup billingPeriodAlignment quantity prorationOption "
    "isStackedDiscount reflectDiscountInNetAmount smoothingModel numberOfPeriods overageCalculationOption "
    "overageUnusedUnitsCreditOption unusedUnitsCreditRates usageRecordRatingOption segment effectiveStartDate "
    "effectiveEndDate processedThroughDate chargedThroughDate done triggerDate triggerEvent endDateCondition "
    "upToPeriodsType upToPeriods specificEndDate mrr dmrc tcv dtcv originalOrderDate amendedByOrderOn description"
)
_CHARGE_END = layout_of(
    "salesPrice taxable taxCode taxMode tiers discountApplyDetails pricingSummary price discountAmount "
    "discountPercentage"
)
_OF_THE_WHOLE = frozenset(
    layout_of(
        "originalChargeId productRatePlanChargeId number name productRatePlanChargeNumber type model uom version "
        "billingDay listPriceBase specificListPriceBase billingPeriod specificBillingPeriod billingTiming ratingGroup "
        "billingPeriodAlignment isStackedDiscount reflectDiscountInNetAmount smoothingModel numberOfPeriods "
        "overageCalculationOption overageUnusedUnitsCreditOption unusedUnitsCreditRates usageRecordRatingOption"
    )
)
"""What a charge has once, however many segments it has."""

_CONTACT = layout_of(
    "id address1 address2 city country county fax state postalCode firstName lastName nickname workEmail "
    "personalEmail homePhone mobilePhone otherPhone otherPhoneType taxRegion workPhone contactDescription"
)
_CONTACT_END = layout_of("zipCode accountId accountNumber isSpecifiedInSubscription")
_FEATURE = layout_of("id name featureCode description")

_CHANGES = {"NewProduct": "Add", "UpdateProduct": "Update", "RemoveProduct": "Remove"}
"""What an amendment has done to a rate plan."""

_ONCE = {"BillingPeriod": None, "BillingTiming": None, "ListPriceBase": None, "MRR": None}
_NULLS: dict[str, Record] = {
    "OneTime": {**_ONCE, "EndDateCondition": "OneTime"},
    "Usage": {"BillingTiming": None, "MRR": None},
}
"""What charges of a type have not (recorded)."""
_UNSAID: Record = {
    "ApplyToBillingPeriodPartially": False,
    "IsStackedDiscount": False,
    "ReflectDiscountInNetAmount": False,
    "Description": "",
    "Segment": 1,
    "Version": 1,
    "MRR": 0,
    "DMRC": 0,
    "TCV": 0,
    "DTCV": 0,
}
"""Of what is never null."""

_METRICS = ("contractedNetMrr", "asOfDayGrossMrr", "asOfDayNetMrr")


class StatusView(BaseModel):
    startDate: str | None
    endDate: str | None = Field(description="Null in the last one")
    status: str


class ChargeView(RestRecord):
    kind, layout = CHARGE, _CHARGE + _CHARGE_END
    pricingSummary: str
    tiers: list[TierView] | None
    chargeSegments: list[dict[str, Any]] = Field(default=[], description="With charge-detail=all-segments")


class MeasuredView(RestRecord):
    """These members are there with getDetailedMetrics."""

    contractedNetMrr: float = Field(default=0, description="Monthly, with discounts")
    asOfDayGrossMrr: float = Field(default=0, description="On that day, without discounts")
    asOfDayNetMrr: float = Field(default=0, description="On that day, with discounts")


class RatePlanView(MeasuredView):
    kind, layout = RATE_PLAN, _PLAN
    contractedMrr: float = Field(default=0, description="With getDetailedMetrics")
    lastChangeType: str = Field(default="", description="Add, Update or Remove; where an amendment did so")
    productId: str | None
    productName: str | None
    productSku: str | None
    productRatePlanNumber: str | None
    isFromExternalCatalog: bool
    ratePlanCharges: list[ChargeView]
    subscriptionProductFeatures: list[dict[str, Any]]


class ListedSubscriptionView(MeasuredView):
    kind, layout = SUBSCRIPTION, _HEAD + _END
    netTotalContractedValue: float = Field(default=0, description="With getDetailedMetrics")
    accountNumber: str | None
    accountName: str | None
    contractedMrr: float
    totalContractedValue: float
    billToContact: dict[str, Any] | None
    soldToContact: dict[str, Any] | None
    ratePlans: list[RatePlanView]
    statusHistory: list[StatusView]


class SubscriptionView(ListedSubscriptionView):
    accountOwnerDetails: dict[str, Any] = Field(default={}, description="With getSubscriptionOwnerDetails")
    invoiceOwnerAccountDetails: dict[str, Any] = Field(default={}, description="With getInvoiceOwnerDetails")
    success: bool


class SubscriptionsView(BaseModel):
    """`nextPage` is not there on the last page."""

    subscriptions: list[ListedSubscriptionView]
    nextPage: str | None = None
    success: bool


def show_subscription(
    transaction: Transaction, record: Record, choice: Choice | None, *, empty_plans: bool = True
) -> dict[str, Any]:
    """Without a choice every segment of a charge is shown; `empty_plans` are those without charges."""
    account = transaction.get(ACCOUNT, str(record.get("AccountId"))) or {}
    whole = {**_named(transaction, record, account), **_worth(transaction, record)}
    plans = [_plan(transaction, each, choice, whole) for each in holdings.plans(transaction, record)]
    return {
        **around(transaction, SUBSCRIPTION, _HEAD, _END, whole),
        "billToContact": _contact(transaction, record, account, BILL_TO),
        "soldToContact": _contact(transaction, record, account, SOLD_TO),
        "ratePlans": [each for each in plans if empty_plans or each["ratePlanCharges"]],
        "statusHistory": [_state(each) for each in subscriptions.states(record)],
    }


def add_metrics(transaction: Transaction, record: Record, shown: dict[str, Any], day: str) -> None:
    """To a subscription that is shown, and to its rate plans."""
    of_plans = metrics.of_plans(transaction, record, day)
    for plan in shown["ratePlans"]:
        own = of_plans.get(plan["id"], metrics.added(()))
        plan |= {"contractedMrr": as_number(float(own.gross)), **_measured(own)}
    shown |= _measured(metrics.added(of_plans.values()))
    shown["netTotalContractedValue"] = as_number(float(metrics.net_value(transaction, record)))


def _measured(of: Metrics) -> dict[str, Any]:
    return {name: as_number(float(each)) for name, each in zip(_METRICS, of[1:], strict=True)}


def owner_details(transaction: Transaction, record: Record, field: str) -> dict[str, Any] | None:
    """Of the account that a field names; the subscription's own one where the field is empty."""
    account = transaction.get(ACCOUNT, str(record.get(field) or record.get("AccountId")))
    return None if account is None else show_basic_info(transaction, account)


def _named(transaction: Transaction, record: Record, account: Record) -> Record:
    """With the names of its accounts, and what is never null."""
    owner = transaction.get(ACCOUNT, str(record.get("InvoiceOwnerId"))) or account
    version = record.get("Version", 1)
    return {
        "Revision": f"{version}.0",
        "IsInvoiceSeparate": False,
        "IsLatestVersion": True,
        "AutoRenew": False,
        "Currency": account.get("Currency"),
        **record,
        "Version": version,
        "AccountNumber": account.get("AccountNumber"),
        "AccountName": account.get("Name"),
        "InvoiceOwnerAccountId": owner.get("Id"),
        "InvoiceOwnerAccountNumber": owner.get("AccountNumber"),
        "InvoiceOwnerAccountName": owner.get("Name"),
    }


def _worth(transaction: Transaction, record: Record) -> Record:
    mrr, tcv = subscriptions.worth(transaction, record)
    return {"ContractedMrr": as_number(float(mrr)), "TotalContractedValue": as_number(float(tcv))}


def _contact(transaction: Transaction, record: Record, account: Record, to: str) -> dict[str, Any] | None:
    """The postal code stands in `postalCode`; `zipCode` is null (recorded)."""
    found = subscriptions.contact(transaction, record, account, to)
    if found is None:
        return None
    shown = around(
        transaction, CONTACT, _CONTACT, _CONTACT_END, {**found, "AccountNumber": account.get("AccountNumber")}
    )
    own = {"postalCode": found.get("PostalCode"), "zipCode": None}
    return {**shown, **own, "isSpecifiedInSubscription": record.get(f"Subscription{to}") is not None}


def _state(period: subscriptions.Period) -> dict[str, Any]:
    return {"startDate": period.start, "endDate": period.end, "status": period.status}


def _plan(transaction: Transaction, plan: Plan, choice: Choice | None, subscription: Record) -> dict[str, Any]:
    """`lastChangeType` is not there where no amendment has touched the rate plan."""
    change = _CHANGES.get(str(plan.record.get("AmendmentType")))
    shown = {"id": plan.record["Id"], **({"lastChangeType": change} if change else {})}
    charges = subscriptions.charges(transaction, plan.record)
    printed = (_charge_of(transaction, each, choice, subscription) for each in charges)
    return {
        **shown,
        **plain(transaction, RATE_PLAN, _PLAN, plan.record),
        "productId": plan.product.get("Id"),
        "productName": plan.product.get("Name"),
        "productSku": plan.product.get("SKU"),
        "productRatePlanNumber": plan.template.get("ProductRatePlanNumber"),
        "subscriptionProductFeatures": [
            plain(transaction, FEATURE, _FEATURE, each) for each in subscriptions.features(transaction, plan.record)
        ],
        "isFromExternalCatalog": False,
        "ratePlanCharges": [each for each in printed if each is not None],
    }


def _charge_of(
    transaction: Transaction, segments: Segments, choice: Choice | None, subscription: Record
) -> dict[str, Any] | None:
    if choice is None:
        every = [_charge(transaction, each, subscription) for each in segments]
        whole = {name: value for name, value in every[-1].items() if name in _OF_THE_WHOLE}
        return {**whole, "chargeSegments": [_of_segment(each) for each in every]}
    record = choice(segments)
    return None if record is None else _charge(transaction, record, subscription)


def _of_segment(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in _OF_THE_WHOLE}


def _charge(transaction: Transaction, record: Record, subscription: Record) -> dict[str, Any]:
    charge, currency = subscriptions.charge(transaction, record), str(subscription.get("Currency") or "")
    whole = {**_unsaid(charge), **record, **_NULLS.get(str(record.get("ChargeType")), {})}
    added: Record = {
        "Currency": currency,
        "ProductRatePlanChargeNumber": charge.template.get("ProductRatePlanChargeNumber"),
        "Done": subscriptions.is_done(record),
    }
    shown = around(transaction, CHARGE, _CHARGE, _CHARGE_END, {**whole, **added})
    return {**shown, "billingDay": billing_day(record), **_prices(charge, currency)}


def _unsaid(charge: PricedCharge) -> Record:
    """A flat fee is one of a kind; of usage and of percentages nobody counts anything."""
    uncounted = charge.record.get("ChargeType") == "Usage" or charge.record.get("ChargeModel") == PERCENTAGE
    return {**_UNSAID, "OriginalId": charge.record["Id"], "Quantity": None if uncounted else 1}


def _prices(charge: PricedCharge, currency: str) -> dict[str, Any]:
    record, tiers = charge.record, charge.tiers
    return {
        "overagePrice": overage_of(record, tiers),
        "tiers": tiers_of(record, tiers),
        "discountApplyDetails": _discounts(charge.discounts),
        "pricingSummary": summary_of(record, tiers, currency),
        "price": price_of(record, tiers),
        "discountAmount": discount_of(record, tiers, "DiscountAmount"),
        "discountPercentage": discount_of(record, tiers, "DiscountPercentage"),
    }


def _discounts(records: Sequence[Record]) -> list[dict[str, Any]] | None:
    """What a discount is applied to; null where that is everything."""
    names = ("AppliedProductRatePlanId", "AppliedProductRatePlanChargeId")
    shown = [{f"{name[:1].lower()}{name[1:]}": each.get(name) for name in names} for each in records]
    return shown or None
