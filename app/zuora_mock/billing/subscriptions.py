"""What hangs on a subscription: its charges with their segments, what it is worth, which states it goes through.

Sources: API reference, Retrieve a subscription by key (segments); recorded answers of 2025 (states; a rate plan that
was removed is worth nothing). Assumed: an account's contracted MRR is that of its active subscriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from zuora_mock.billing import customers, holdings
from zuora_mock.billing.holdings import RATE_PLAN
from zuora_mock.domain.catalogue import BY_NAME, CONTACT
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

CHARGE, PRODUCT_CHARGE = BY_NAME["RatePlanCharge"], BY_NAME["ProductRatePlanCharge"]
TIER, _DISCOUNT, FEATURE = (
    BY_NAME[name] for name in ("RatePlanChargeTier", "DiscountApplyDetail", "SubscriptionProductFeature")
)

Segments = Sequence[Record]
"""Those of one charge, in the order of time."""
Choice = Callable[[Segments], Record | None]
"""Which one of them, if any."""


class PricedCharge(NamedTuple):
    """A segment of a charge with what it was made from, as far as that is there."""

    record: Record
    template: Record
    tiers: Sequence[Record]
    discounts: Sequence[Record]


class Worth(NamedTuple):
    mrr: Decimal
    tcv: Decimal


class Period(NamedTuple):
    """A time in one state; the last one has no end."""

    start: str | None
    end: str | None
    status: str


def charges(transaction: Transaction, plan: Record) -> list[Segments]:
    segments: dict[str, list[Record]] = {}
    for each in transaction.find(CHARGE, RatePlanId=plan["Id"]):
        of = each.get("ChargeNumber") or each.get("OriginalId") or each["Id"]
        segments.setdefault(str(of), []).append(each)
    return [sorted(some, key=_place) for some in segments.values()]


def _place(segment: Record) -> tuple[bool, int]:
    return bool(segment.get("IsLastSegment")), int(segment.get("Segment") or 0)


def active_on(segments: Segments, day: str) -> Record | None:
    """The segment that the day lies in; a segment ends before its last day."""
    return next((each for each in segments if _begins(each) <= day < _ends(each)), None)


def _begins(segment: Record) -> str:
    return str(segment.get("EffectiveStartDate") or "")


def _ends(segment: Record) -> str:
    """Without an end it lasts."""
    return str(segment.get("EffectiveEndDate") or "9999-12-31")


def is_done(segment: Record) -> bool:
    """Whether it has been billed to its end."""
    return bool(segment.get("EffectiveEndDate")) and str(segment.get("ProcessedThroughDate") or "") >= _ends(segment)


def charge(transaction: Transaction, record: Record) -> PricedCharge:
    template = transaction.get(PRODUCT_CHARGE, str(record.get("ProductRatePlanChargeId"))) or {}
    tiers = transaction.find(TIER, RatePlanChargeId=record["Id"])
    return PricedCharge(record, template, tiers, transaction.find(_DISCOUNT, RatePlanChargeId=record["Id"]))


def features(transaction: Transaction, plan: Record) -> list[Record]:
    return transaction.find(FEATURE, RatePlanId=plan["Id"])


def is_removed(plan: Record) -> bool:
    return plan.get("AmendmentType") == "RemoveProduct"


def worth(transaction: Transaction, subscription: Record) -> Worth:
    """The MRR of the last segments, the value of all."""
    plans = (each for each in transaction.find(RATE_PLAN, SubscriptionId=subscription["Id"]) if not is_removed(each))
    every = [segments for plan in plans for segments in charges(transaction, plan)]
    last = (each[-1] for each in every if each[-1].get("IsLastSegment", True))
    return Worth(_sum("MRR", last), _sum("TCV", (each for segments in every for each in segments)))


def contracted_mrr(transaction: Transaction, account: Record) -> float:
    active = (each for each in holdings.subscriptions(transaction, account) if each.get("Status") == "Active")
    return float(sum((worth(transaction, each).mrr for each in active), Decimal(0)))


def _sum(name: str, records: Iterable[Record]) -> Decimal:
    return sum((Decimal(str(each.get(name) or 0)) for each in records), Decimal(0))


def contact(transaction: Transaction, subscription: Record, account: Record, to: str) -> Record | None:
    """Its own one, else that of its account."""
    own = subscription.get(f"Subscription{to}")
    return customers.contact(transaction, account, to) if own is None else transaction.get(CONTACT, str(own))


def states(subscription: Record) -> list[Period]:
    """Active until it ends, and what comes after that; in any other state for good."""
    status, start = str(subscription.get("Status") or "Draft"), _first_day(subscription)
    if status == "Cancelled":
        end = subscription.get("CancelledDate") or subscription.get("SubscriptionEndDate")
        return _until(start, end, status)
    end = subscription.get("TermEndDate") or subscription.get("SubscriptionEndDate")
    if status != "Active" or subscription.get("TermType") == "EVERGREEN" or end is None:
        return [Period(start, None, status)]
    return _until(start, end, "OutOfTerm")


def _until(start: str | None, end: object, status: str) -> list[Period]:
    day = None if end is None else str(end)
    return [Period(start, day, "Active"), Period(day, None, status)]


def _first_day(subscription: Record) -> str | None:
    days = (subscription.get(name) for name in ("SubscriptionStartDate", "ContractEffectiveDate", "TermStartDate"))
    return next((str(each) for each in days if each), None)
