"""The product catalogue: products with their rate plans, charges, tiers and features.

Sources: API reference, List all products (newest first); recorded answers of 2014 to 2025 (status of a plan).
Assumed: a plan has expired from its last day on.
"""

from __future__ import annotations

from zuora_mock.billing.holdings import PRODUCT, PRODUCT_RATE_PLAN
from zuora_mock.billing.subscriptions import PRODUCT_CHARGE
from zuora_mock.domain.catalogue import BY_NAME
from zuora_mock.domain.values import Record, Value
from zuora_mock.storage.transaction import Transaction

_TIER, _FEATURE, _FEATURE_OF_PRODUCT, _CODE = (
    BY_NAME[name] for name in ("ProductRatePlanChargeTier", "Feature", "ProductFeature", "AccountingCode")
)


def newest_first(transaction: Transaction) -> list[Record]:
    return sorted(transaction.all(PRODUCT), key=lambda each: int(each.get("UpdatedDate") or 0), reverse=True)


def plans(transaction: Transaction, product: Record) -> list[Record]:
    return transaction.find(PRODUCT_RATE_PLAN, ProductId=product["Id"])


def charges(transaction: Transaction, plan: Record) -> list[Record]:
    return transaction.find(PRODUCT_CHARGE, ProductRatePlanId=plan["Id"])


def tiers(transaction: Transaction, charge: Record) -> list[Record]:
    """Those that count: of prices that were taken back nothing is told."""
    found = transaction.find(_TIER, ProductRatePlanChargeId=charge["Id"])
    return [each for each in found if each.get("Active", True)]


def features(transaction: Transaction, product: Record) -> list[Record]:
    found = transaction.find(_FEATURE_OF_PRODUCT, ProductId=product["Id"])
    every = (transaction.get(_FEATURE, str(each.get("FeatureId"))) for each in found)
    return [each for each in every if each is not None]


def status(plan: Record, today: str) -> str:
    if str(plan.get("EffectiveStartDate") or "") > today:
        return "NotStarted"
    return "Expired" if str(plan.get("EffectiveEndDate") or "9999-12-31") <= today else "Active"


def type_of_code(transaction: Transaction, code: Value) -> Value:
    """Of an accounting code, if it has a record."""
    record = transaction.any(_CODE, Name=code)
    return None if record is None else record.get("Type")
