"""The product catalogue as REST answers it: members in the order of recorded answers, with their nulls.

Sources: recorded answers of 2014 to 2025, Guardian client tests. Assumed: an accounting code without a record of its
own is of the type that its place in the charge tells; which code receivables have nobody keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from zuora_mock.api.rest.prices import TierView, by_currency, discount_of, overage_of, price_of, summary_of, tiers_of
from zuora_mock.api.rest.records import RestRecord, around, layout_of
from zuora_mock.api.rest.words import billing_day
from zuora_mock.billing import products
from zuora_mock.billing.holdings import PRODUCT, PRODUCT_RATE_PLAN
from zuora_mock.billing.subscriptions import PRODUCT_CHARGE
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

_PRODUCT = layout_of(
    "id sku name description category effectiveStartDate effectiveEndDate productNumber allowFeatureChanges"
)
_PRODUCT_END = layout_of("productRatePlans productFeatures")
_PLAN = layout_of("id status name description effectiveStartDate effectiveEndDate")
_PLAN_END = layout_of("externalIdSourceSystem externallyManagedPlanIds productRatePlanCharges productRatePlanNumber")
_CHARGE = layout_of(
    "id name type model uom pricingSummary pricing defaultQuantity applyDiscountTo discountLevel discountClass "
    "applyToBillingPeriodPartially productDiscountApplyDetails endDateCondition upToPeriods upToPeriodsType "
    "billingDay listPriceBase specificListPriceBase billingTiming ratingGroup billingPeriod billingPeriodAlignment "
    "specificBillingPeriod smoothingModel numberOfPeriods overageCalculationOption overageUnusedUnitsCreditOption "
    "unusedIncludedUnitPrice usageRecordRatingOption priceChangeOption priceIncreasePercentage "
    "useTenantDefaultForPriceChange taxable taxCode taxMode prorationOption"
)
_CHARGE_END = layout_of(
    "triggerEvent description revRecCode revRecTriggerCondition revenueRecognitionRuleName "
    "useDiscountSpecificAccountingCode financeInformation deliverySchedule reflectDiscountInNetAmount "
    "isStackedDiscount productRatePlanChargeNumber"
)
_UNSAID: Record = {
    "AllowFeatureChanges": False,
    "ApplyToBillingPeriodPartially": False,
    "UseTenantDefaultForPriceChange": False,
    "Taxable": False,
    "Description": "",
    "ReflectDiscountInNetAmount": False,
    "IsStackedDiscount": False,
}
"""Of what is never null."""

_ACCOUNTING: Mapping[str, tuple[str, str]] = {
    "deferredRevenue": ("DeferredRevenueAccount", "DeferredRevenue"),
    "recognizedRevenue": ("RecognizedRevenueAccount", "SalesRevenue"),
}


class PricingView(BaseModel):
    currency: str
    price: float | None
    tiers: list[TierView] | None
    includedUnits: float | None
    overagePrice: float | None
    discountPercentage: float | None
    discountAmount: float | None


class ProductChargeView(RestRecord):
    kind, layout = PRODUCT_CHARGE, _CHARGE + _CHARGE_END
    pricingSummary: list[str]
    pricing: list[PricingView]
    productDiscountApplyDetails: list[dict[str, Any]]
    financeInformation: dict[str, str | None]


class ProductRatePlanView(RestRecord):
    kind, layout = PRODUCT_RATE_PLAN, _PLAN + _PLAN_END
    status: str = Field(description="Active, Expired or NotStarted, by its days")
    externallyManagedPlanIds: list[str]
    productRatePlanCharges: list[ProductChargeView]


class ListedProductView(RestRecord):
    kind, layout = PRODUCT, _PRODUCT + _PRODUCT_END
    productRatePlans: list[ProductRatePlanView] | str = Field(description="From Zuora-Version 230.0 on an address")
    productFeatures: list[dict[str, Any]]


class ProductView(ListedProductView):
    success: bool


class ProductsView(BaseModel):
    """`nextPage` is not there on the last page."""

    products: list[ListedProductView]
    nextPage: str | None = None
    success: bool


class ProductRatePlansView(BaseModel):
    """`nextPage` is not there on the last page."""

    productRatePlans: list[ProductRatePlanView]
    nextPage: str | None = None
    success: bool


def show_product(transaction: Transaction, record: Record, plans: str | None) -> dict[str, Any]:
    """With the rate plans themselves, or with their address."""
    features = [_feature(each) for each in products.features(transaction, record)]
    return {
        **around(transaction, PRODUCT, _PRODUCT, _PRODUCT_END, {**_UNSAID, "Description": None, **record}),
        "productRatePlans": show_plans(transaction, products.plans(transaction, record)) if plans is None else plans,
        "productFeatures": features,
    }


def _feature(record: Record) -> dict[str, Any]:
    names = {"id": "Id", "name": "Name", "code": "FeatureCode", "status": "Status", "description": "Description"}
    return {name: record.get(field) for name, field in names.items()}


def show_plans(transaction: Transaction, records: Sequence[Record]) -> list[dict[str, Any]]:
    return [_plan(transaction, each) for each in records]


def _plan(transaction: Transaction, record: Record) -> dict[str, Any]:
    external = str(record.get("ExternalRatePlanIds") or "")
    return {
        **around(transaction, PRODUCT_RATE_PLAN, _PLAN, _PLAN_END, {**_UNSAID, **record}),
        "status": products.status(record, transaction.today()),
        "externallyManagedPlanIds": [each.strip() for each in external.split(",") if each.strip()],
        "productRatePlanCharges": [_charge(transaction, each) for each in products.charges(transaction, record)],
    }


def _charge(transaction: Transaction, record: Record) -> dict[str, Any]:
    by_code = by_currency(products.tiers(transaction, record)).items()
    return {
        **around(transaction, PRODUCT_CHARGE, _CHARGE, _CHARGE_END, {**_UNSAID, **record}),
        "pricingSummary": [summary_of(record, tiers, currency) for currency, tiers in by_code],
        "pricing": [_pricing(record, tiers, currency) for currency, tiers in by_code],
        "productDiscountApplyDetails": [],
        "billingDay": billing_day(record),
        "financeInformation": _finance(transaction, record),
    }


def _pricing(charge: Record, tiers: Sequence[Record], currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "price": price_of(charge, tiers),
        "tiers": tiers_of(charge, tiers),
        "includedUnits": charge.get("IncludedUnits"),
        "overagePrice": overage_of(charge, tiers),
        "discountPercentage": discount_of(charge, tiers, "DiscountPercentage"),
        "discountAmount": discount_of(charge, tiers, "DiscountAmount"),
    }


def _finance(transaction: Transaction, charge: Record) -> dict[str, Any]:
    codes = {"RecognizedRevenueAccount": charge.get("AccountingCode"), **charge}
    shown: dict[str, Any] = {}
    for name, (field, kind) in _ACCOUNTING.items():
        code = codes.get(field)
        shown[f"{name}AccountingCode"] = code
        shown[f"{name}AccountingCodeType"] = products.type_of_code(transaction, code) or kind if code else None
    return shown | dict.fromkeys(("accountsReceivableAccountingCode", "accountsReceivableAccountingCodeType"))
