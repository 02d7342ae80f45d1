"""What a subscription is worth with its discounts, and on one day.

Source: API reference, Retrieve a subscription by key (getDetailedMetrics). Assumed: percentages are taken one after the
other, a fixed amount once in its billing period and off the rate plan that it stands in; nothing falls below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from zuora_mock.billing import holdings, subscriptions
from zuora_mock.billing.subscriptions import TIER, Choice, Segments
from zuora_mock.domain.periods import months_between, months_of, to_ninth
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

PERCENTAGE, FIXED = "Discount-Percentage", "Discount-Fixed Amount"
_NOTHING, _WHOLE = Decimal(0), Decimal(100)
_FOR_GOOD = "9999-12-31"


class Metrics(NamedTuple):
    """MRR by the end of the subscription, and on a day: with discounts (net) and without (gross)."""

    gross: Decimal
    net: Decimal
    gross_on_day: Decimal
    net_on_day: Decimal


class _Plan(NamedTuple):
    id: str
    charges: Sequence[Segments]


class _Discount(NamedTuple):
    """`amount` a month, of the rate plan; or a part of one (0 to 1) of what it is for."""

    plan: str
    record: Record
    part: Decimal
    amount: Decimal

    def is_for(self, plan: str) -> bool:
        return self.plan == plan or self.record.get("DiscountLevel") in {"subscription", "account"}


def of_plans(transaction: Transaction, subscription: Record, day: str) -> dict[str, Metrics]:
    """By the ids of rate plans."""
    plans = _plans(transaction, subscription)
    last = _worth(transaction, plans, lambda segments: segments[-1])
    then = _worth(transaction, plans, lambda segments: subscriptions.active_on(segments, day))
    return {each.id: Metrics(*last[each.id], *then[each.id]) for each in plans}


def added(metrics: Iterable[Metrics]) -> Metrics:
    sums = [sum(each, _NOTHING) for each in zip(*metrics, strict=True)]
    return Metrics(*sums) if sums else Metrics(_NOTHING, _NOTHING, _NOTHING, _NOTHING)


def net_value(transaction: Transaction, subscription: Record) -> Decimal:
    """The TCV less what discounts take off recurring charges while they last."""
    plans = _plans(transaction, subscription)
    every = [(plan.id, each) for plan in plans for segments in plan.charges for each in segments]
    discounts = [_discount(transaction, plan, each) for plan, each in every if _is_discount(each)]
    value = subscriptions.worth(transaction, subscription).tcv
    off = sum((_off(plan, each, discounts) for plan, each in every if _recurs(each)), _NOTHING)
    off += sum((each.amount * _months(each.record, each.record) for each in discounts), _NOTHING)
    return max(to_ninth(value - off), _NOTHING)


def _plans(transaction: Transaction, subscription: Record) -> list[_Plan]:
    held = (each.record for each in holdings.plans(transaction, subscription))
    current = (each for each in held if not subscriptions.is_removed(each))
    return [_Plan(str(each["Id"]), subscriptions.charges(transaction, each)) for each in current]


def _worth(transaction: Transaction, plans: Sequence[_Plan], choice: Choice) -> dict[str, tuple[Decimal, Decimal]]:
    """Gross and net MRR of each."""
    chosen = {plan.id: [each for each in map(choice, plan.charges) if each is not None] for plan in plans}
    discounts = [
        _discount(transaction, plan, each) for plan, some in chosen.items() for each in some if _is_discount(each)
    ]
    return {plan: _of_plan(plan, some, discounts) for plan, some in chosen.items()}


def _of_plan(plan: str, charges: Sequence[Record], discounts: Sequence[_Discount]) -> tuple[Decimal, Decimal]:
    gross = sum((_mrr(each) for each in charges if _recurs(each)), _NOTHING)
    net = gross * _left(plan, discounts) - sum((each.amount for each in discounts if each.plan == plan), _NOTHING)
    return gross, max(to_ninth(net), _NOTHING)


def _left(plan: str, discounts: Sequence[_Discount]) -> Decimal:
    """What percentages leave, as a part of one."""
    left = Decimal(1)
    for each in discounts:
        left *= 1 - each.part if each.is_for(plan) else 1
    return left


def _off(plan: str, charge: Record, discounts: Sequence[_Discount]) -> Decimal:
    """What percentages take off a charge in all the months that both last."""
    own = (each for each in discounts if each.is_for(plan))
    return sum((_mrr(charge) * each.part * _months(charge, each.record) for each in own), _NOTHING)


def _months(first: Record, second: Record) -> Decimal:
    """In which both last; none where there is no end."""
    start = max(str(each.get("EffectiveStartDate") or "") for each in (first, second))
    end = min(str(each.get("EffectiveEndDate") or _FOR_GOOD) for each in (first, second))
    return months_between(start, end) if start and end != _FOR_GOOD else _NOTHING


def _is_discount(charge: Record) -> bool:
    return charge.get("ChargeModel") in {PERCENTAGE, FIXED}


def _recurs(charge: Record) -> bool:
    return charge.get("ChargeType") == "Recurring" and not _is_discount(charge)


def _discount(transaction: Transaction, plan: str, charge: Record) -> _Discount:
    tier: Record = transaction.any(TIER, RatePlanChargeId=charge["Id"]) or {}
    taken = charge.get("ApplyDiscountTo")
    recurring = taken is None or "RECURRING" in str(taken).upper()
    if not recurring:
        return _Discount(plan, charge, _NOTHING, _NOTHING)
    if charge.get("ChargeModel") == PERCENTAGE:
        return _Discount(plan, charge, _number(charge, tier, "DiscountPercentage") / _WHOLE, _NOTHING)
    months = months_of(str(charge.get("BillingPeriod")), int(charge.get("SpecificBillingPeriod") or 0)) or Decimal(1)
    return _Discount(plan, charge, _NOTHING, _number(charge, tier, "DiscountAmount") / months)


def _number(charge: Record, tier: Record, name: str) -> Decimal:
    return Decimal(str(charge.get(name, tier.get(name)) or 0))


def _mrr(charge: Record) -> Decimal:
    return Decimal(str(charge.get("MRR") or 0))
