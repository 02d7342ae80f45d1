"""What a quantity costs where its price has tiers.

Source: Knowledge Center, charge models (volume: the tier that the quantity lies in prices all of it; tiered: each tier
prices its own units). Assumed: a tier begins where the one before it ends; a flat fee is due once a unit lies in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from zuora_mock.domain.values import Record, Value

VOLUME, TIERED = "Volume Pricing", "Tiered Pricing"
_FLAT = frozenset({"Flat Fee", "FlatFee"})


def amount_of(model: object, quantity: Decimal, tiers: Sequence[Record]) -> Decimal:
    """`tiers` in their order; nothing for a model that has none."""
    below, total = Decimal(0), Decimal(0)
    for each in tiers:
        end = each.get("EndingUnit")
        last = end is None or quantity <= _number(end)
        units = (quantity if last else _number(end)) - below
        if model == TIERED and units > 0:
            total += _price(each, units)
        elif model == VOLUME and last:
            return _price(each, quantity)
        if last:
            break
        below = _number(end)
    return total


def _price(tier: Record, units: Decimal) -> Decimal:
    price = _number(tier.get("Price") or 0)
    return price if tier.get("PriceFormat") in _FLAT else price * units


def _number(value: Value) -> Decimal:
    return Decimal(str(value))
