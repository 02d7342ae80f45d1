"""Prices of charges as REST answers them: tiers, and the summary that a person reads.

Sources: recorded answers of 2016 to 2025, Guardian client tests (`GBP15`, `25%  discount` with two blanks, `CAD10 fixed
amount discount`, `Free for first 5 GB, thereafter GBP0.5/GB`, `1 to 999999 Each: USD0/Each, thereafter USD0 per
exceeding unit`). Assumed: prices per unit are written as those of tiers, and tiers follow each other with a comma.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from zuora_mock.api.rest.records import Layout, layout_of
from zuora_mock.api.rest.words import REST_WORDS
from zuora_mock.billing.metrics import FIXED, PERCENTAGE
from zuora_mock.domain.values import Record, Value

TIER_LAYOUT: Layout = layout_of("tier startingUnit endingUnit price priceFormat")

FLAT, PER_UNIT, OVERAGE = "Flat Fee Pricing", "Per Unit Pricing", "Overage Pricing"
_WITH_OVERAGE = "Tiered with Overage Pricing"
_TIERED = frozenset({"Tiered Pricing", "Volume Pricing", _WITH_OVERAGE})


class TierView(BaseModel):
    tier: int | None
    startingUnit: float | None
    endingUnit: float | None
    price: float | None
    priceFormat: str | None


def is_tiered(charge: Record) -> bool:
    return charge.get("ChargeModel") in _TIERED


def price_of(charge: Record, tiers: Sequence[Record]) -> Value:
    """Of a charge that has one price."""
    if charge.get("ChargeModel") not in {FLAT, PER_UNIT}:
        return None
    return charge.get("Price", tiers[0].get("Price") if tiers else None)


def overage_of(charge: Record, tiers: Sequence[Record]) -> Value:
    """Of what goes beyond the included units, or beyond the last tier."""
    if charge.get("ChargeModel") not in {OVERAGE, _WITH_OVERAGE}:
        return None
    above = next((each.get("Price") for each in tiers if each.get("IsOveragePrice")), None)
    only = tiers[0].get("Price") if tiers and charge.get("ChargeModel") == OVERAGE else None
    return charge.get("OveragePrice", only if above is None else above)


def discount_of(charge: Record, tiers: Sequence[Record], name: str) -> Value:
    """DiscountAmount or DiscountPercentage, of the charge or of its only tier."""
    return charge.get(name, tiers[0].get(name) if tiers else None)


def tiers_of(charge: Record, tiers: Sequence[Record]) -> list[dict[str, Any]] | None:
    """Null where the charge has one price."""
    if not is_tiered(charge):
        return None
    return [_tier(each) for each in _below(tiers)]


def _below(tiers: Sequence[Record]) -> list[Record]:
    return sorted((each for each in tiers if not each.get("IsOveragePrice")), key=lambda each: each.get("Tier") or 0)


def _tier(record: Record) -> dict[str, Any]:
    written = record.get("PriceFormat")
    shown = {name: record.get(name[:1].upper() + name[1:]) for name in TIER_LAYOUT}
    return {**shown, "priceFormat": None if written is None else REST_WORDS["PriceFormat"](str(written))}


def summary_of(charge: Record, tiers: Sequence[Record], currency: str) -> str:
    model = str(charge.get("ChargeModel"))
    if model == PERCENTAGE:
        return f"{_text(discount_of(charge, tiers, 'DiscountPercentage'))}%  discount"
    if model == FIXED:
        return f"{currency}{_text(discount_of(charge, tiers, 'DiscountAmount'))} fixed amount discount"
    if model == OVERAGE:
        return _of_overage(charge, _text(overage_of(charge, tiers)), currency)
    if is_tiered(charge):
        return _of_tiers(charge, tiers, currency)
    each = f"/{charge['UOM']}" if model == PER_UNIT and charge.get("UOM") else ""
    return f"{currency}{_text(price_of(charge, tiers))}{each}"


def _of_overage(charge: Record, price: str, currency: str) -> str:
    unit = charge.get("UOM")
    return f"Free for first {_text(charge.get('IncludedUnits'))} {unit}, thereafter {currency}{price}/{unit}"


def _of_tiers(charge: Record, tiers: Sequence[Record], currency: str) -> str:
    steps = [_step(charge, each, currency) for each in _below(tiers)]
    if charge.get("ChargeModel") == _WITH_OVERAGE:
        steps.append(f"thereafter {currency}{_text(overage_of(charge, tiers))} per exceeding unit")
    return ", ".join(steps)


def _step(charge: Record, tier: Record, currency: str) -> str:
    unit, end = charge.get("UOM"), tier.get("EndingUnit")
    until = "or more" if end is None else f"to {_text(end)}"
    flat = REST_WORDS["PriceFormat"](str(tier.get("PriceFormat"))) == "FlatFee"
    return f"{_text(tier.get('StartingUnit'))} {until} {unit}: {currency}{_text(tier.get('Price'))}" + (
        "" if flat else f"/{unit}"
    )


def _text(value: Value) -> str:
    """Without zeros that say nothing: `297.6`."""
    return format(Decimal(str(value or 0)).normalize(), "f")


def by_currency(tiers: Sequence[Record]) -> Mapping[str, Sequence[Record]]:
    """In the order in which the currencies come."""
    found: dict[str, list[Record]] = {}
    for each in tiers:
        found.setdefault(str(each.get("Currency") or ""), []).append(each)
    return found
