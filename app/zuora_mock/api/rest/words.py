"""The words of charges as REST writes them: Actions, CRUD and ZOQL have blanks and dashes in their place.

Sources: recorded answers of 2020 to 2025, Guardian client tests; zuora-sdk 3.21 (words that are in none of them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zuora_mock.domain.catalogue import Field
from zuora_mock.domain.values import Record, Value

_MODELS: Mapping[str, str] = {
    "Flat Fee Pricing": "FlatFee",
    "Per Unit Pricing": "PerUnit",
    "Discount-Percentage": "DiscountPercentage",
    "Discount-Fixed Amount": "DiscountFixedAmount",
    "Overage Pricing": "Overage",
    "Volume Pricing": "Volume",
    "Tiered Pricing": "Tiered",
    "Tiered with Overage Pricing": "TieredWithOverage",
    "HighWaterMarkVolumePricing": "HighWatermarkVolumePricing",
    "HighWaterMarkTieredPricing": "HighWatermarkTieredPricing",
}
_ENDS: Mapping[str, str] = {
    "SubscriptionEnd": "Subscription_End",
    "FixedPeriod": "Fixed_Period",
    "SpecificEndDate": "Specific_End_Date",
    "OneTime": "One_Time",
}


def _joined(word: str) -> str:
    return word.replace(" ", "_").replace("-", "_")


REST_WORDS: Mapping[str, Callable[[str], str]] = {
    "ChargeModel": lambda word: _MODELS.get(word, word),
    "BillingPeriod": _joined,
    "BillingTiming": lambda word: _joined(word).upper(),
    "ListPriceBase": _joined,
    "UpToPeriodsType": _joined,
    "EndDateCondition": lambda word: _ENDS.get(word, word),
    "PriceFormat": lambda word: word.replace(" ", ""),
}
"""By the field of the catalogue."""


def written(field: Field, word: str) -> str:
    """The word of a field as REST writes it."""
    return REST_WORDS[field.name](word) if field.name in REST_WORDS else word


def kept_word(field: Field, word: str) -> str | None:
    """The word of a field that REST writes so; None if it has none."""
    return next((each for each in field.values if written(field, each) == word), None)


def billing_day(charge: Record) -> Value:
    """With its day (API reference: `SpecificDayofMonth(# of the month)`, `SpecificDayofWeek/dayofweek`)."""
    kind = charge.get("BillCycleType")
    if kind == "SpecificDayofMonth" and charge.get("BillCycleDay"):
        return f"{kind}({charge['BillCycleDay']})"
    if kind == "SpecificDayofWeek" and charge.get("WeeklyBillCycleDay"):
        return f"{kind}/{charge['WeeklyBillCycleDay']}"
    return kind
