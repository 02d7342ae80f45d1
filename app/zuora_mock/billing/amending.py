"""What changes a subscription: each change is a new version of it, with rate plans and charges of its own.

Sources: API reference, Cancel a subscription, Renew a subscription; recorded answers of 2024 and 2025 (ids, versions
and values of charges after a renewal and after a cancellation). Assumed: the version before is Expired; nothing is
billed and nothing credited; what was never billed is cancelled at the end of its last invoice period on its first day.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from zuora_mock.billing import subscriptions
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.subscriptions import CHARGE, FEATURE
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, ObjectType
from zuora_mock.domain.periods import later, months_between
from zuora_mock.domain.values import MADE, Record, as_number
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

_PARTS_OF_CHARGE = tuple(BY_NAME[name] for name in ("RatePlanChargeTier", "DiscountApplyDetail"))
_CANCELLED = "Only activated subscription can be cancelled."
_FOR_GOOD = "9999-12-31"


class CancellationPolicy(StrEnum):
    END_OF_TERM = "EndOfCurrentTerm"
    END_OF_PERIOD = "EndOfLastInvoicePeriod"
    DATE = "SpecificDate"


class Amended(NamedTuple):
    """The new version, and by how much it is worth more than the one before."""

    subscription: Record
    mrr: Decimal
    tcv: Decimal


Reshape = Callable[[Record], Record]
"""From a charge to the fields of it that change."""


def cancel(
    transaction: Transaction, subscription: Record, policy: CancellationPolicy, day: str | None, booked: str
) -> Amended:
    """Raises Refusal: it is not active, or the day is none on which it can be cancelled."""
    if subscription.get("Status") != "Active":
        raise _inactive(subscription, _CANCELLED)
    wanted = _last_day(transaction, subscription, policy) if day is None else _checked(transaction, subscription, day)
    mrr = subscriptions.worth(transaction, subscription).mrr
    ended: Record = {
        "Status": "Cancelled",
        "CancelledDate": wanted,
        "TermEndDate": wanted,
        "SubscriptionEndDate": wanted,
    }
    new, tcv = _version(transaction, subscription, booked, ended, lambda charge: _cut(charge, wanted))
    return Amended(new, -mrr, tcv)


def renew(transaction: Transaction, subscription: Record, booked: str) -> Amended:
    """Raises Refusal: it is not active, or has no term that could be followed by another."""
    if subscription.get("Status") != "Active":
        raise _inactive(subscription, "Only activated subscription can be renewed.")
    before, terms = subscription.get("TermEndDate"), _renewed(subscription)
    end = terms["TermEndDate"]
    new, tcv = _version(transaction, subscription, booked, terms, lambda charge: _extended(charge, before, end))
    return Amended(new, Decimal(0), tcv)


def _inactive(subscription: Record, message: str) -> Refusal:
    return rules.SUBSCRIPTION_STATUS.refusal(message, expected="Active", actual=subscription.get("Status"))


def _last_day(transaction: Transaction, subscription: Record, policy: CancellationPolicy) -> str:
    """Raises Refusal."""
    if policy is CancellationPolicy.END_OF_PERIOD:
        first = subscription.get("ContractEffectiveDate") or transaction.today()
        return _charged_through(transaction, subscription) or str(first)
    end = subscription.get("TermEndDate")
    if end is None:
        message, at = "the subscription is evergreen: its term does not end", "/cancellationPolicy"
        remedy = Remedy({at: CancellationPolicy.END_OF_PERIOD.value})
        raise rules.CANCELLATION_DATE.refusal(message, at=at, expected="a term that ends", actual=None, remedy=remedy)
    return str(end)


def _charged_through(transaction: Transaction, subscription: Record) -> str:
    """Until when it has been billed; empty if it never was."""
    plans = transaction.find(RATE_PLAN, SubscriptionId=subscription["Id"])
    charges = (each for plan in plans for each in transaction.find(CHARGE, RatePlanId=plan["Id"]))
    return max((str(each.get("ChargedThroughDate") or "") for each in charges), default="")


def _checked(transaction: Transaction, subscription: Record, day: str) -> str:
    """Raises Refusal."""
    first = max(str(subscription.get("ContractEffectiveDate") or ""), _charged_through(transaction, subscription))
    last = str(subscription.get("TermEndDate") or _FOR_GOOD)
    if first <= day <= last:
        return day
    at, expected = "/cancellationEffectiveDate", f"a day from {first} to {last}"
    message = f"'cancellationEffectiveDate' is not valid: {expected} is needed"
    remedy = Remedy({at: min(max(day, first), last)})
    raise rules.CANCELLATION_DATE.refusal(message, at=at, expected=expected, actual=day, remedy=remedy)


def _renewed(subscription: Record) -> Record:
    """The terms after it. Raises Refusal."""
    end, count = subscription.get("TermEndDate"), subscription.get("RenewalTerm") or subscription.get("CurrentTerm")
    if subscription.get("RenewalSetting") == "RENEW_TO_EVERGREEN" and end is not None:
        return {"TermType": "EVERGREEN", "TermStartDate": end, "TermEndDate": None, "SubscriptionEndDate": None}
    if subscription.get("TermType") == "EVERGREEN" or end is None or not count:
        message, expected = "Only a subscription with a term can be renewed.", "TERMED, with a renewal term"
        raise rules.RENEWABLE.refusal(message, expected=expected, actual=subscription.get("TermType"))
    period = str(subscription.get("RenewalTermPeriodType") or subscription.get("CurrentTermPeriodType") or "Month")
    last = later(str(end), int(count), period)
    current: Record = {"CurrentTerm": count, "CurrentTermPeriodType": period}
    return {**current, "TermStartDate": end, "TermEndDate": last, "SubscriptionEndDate": last}


def _cut(charge: Record, day: str) -> Record:
    """A charge ends with its subscription; one that would begin later ends as it begins."""
    start, end = str(charge.get("EffectiveStartDate") or ""), str(charge.get("EffectiveEndDate") or _FOR_GOOD)
    if charge.get("ChargeType") == "OneTime" or end <= day:
        return {}
    return _until(charge, max(start, day))


def _extended(charge: Record, before: object, end: object) -> Record:
    """What ends with the term ends with the next."""
    ends_with_it = charge.get("EndDateCondition", "SubscriptionEnd") == "SubscriptionEnd"
    if charge.get("ChargeType") == "OneTime" or not ends_with_it or charge.get("EffectiveEndDate") != before:
        return {}
    return _until(charge, None if end is None else str(end))


def _until(charge: Record, end: str | None) -> Record:
    """Of a charge that never ends the value is what it was."""
    before = Decimal(str(charge.get("TCV") or 0))
    value, start = before, str(charge.get("EffectiveStartDate") or end)
    if end is not None and charge.get("ChargeType") == "Recurring":
        value = Decimal(str(charge.get("MRR") or 0)) * months_between(start, end)
    worth: Record = {"TCV": as_number(float(value)), "DTCV": as_number(float(value - before)), "DMRC": 0}
    return {**worth, "EffectiveEndDate": end}


def _version(
    transaction: Transaction, before: Record, booked: str, changes: Record, reshape: Reshape
) -> tuple[Record, Decimal]:
    """The new version, and what its value is more."""
    number = int(before.get("Version") or 1) + 1
    changes = {**changes, "Version": number, "Revision": f"{number}.0", "LastBookingDate": transaction.at(booked)}
    links: Record = {"PreviousSubscriptionId": before["Id"], "OriginalId": before.get("OriginalId", before["Id"])}
    links["OriginalCreatedDate"] = before.get("OriginalCreatedDate", before.get("CreatedDate"))
    worth = subscriptions.worth(transaction, before).tcv
    transaction.update(SUBSCRIPTION, before, {"IsLatestVersion": False, "Status": "Expired", **transaction.stamp()})
    new = _copy(transaction, SUBSCRIPTION, before, {**links, **changes, "IsLatestVersion": True})
    for plan in transaction.find(RATE_PLAN, SubscriptionId=before["Id"]):
        _copy_plan(transaction, plan, new, reshape)
    return new, subscriptions.worth(transaction, new).tcv - worth


def _copy_plan(transaction: Transaction, plan: Record, subscription: Record, reshape: Reshape) -> None:
    original = plan.get("OriginalRatePlanId", plan["Id"])
    new = _copy(transaction, RATE_PLAN, plan, {"SubscriptionId": subscription["Id"], "OriginalRatePlanId": original})
    for each in transaction.find(FEATURE, RatePlanId=plan["Id"]):
        _copy(transaction, FEATURE, each, {"RatePlanId": new["Id"]})
    for each in transaction.find(CHARGE, RatePlanId=plan["Id"]):
        changed = {} if subscriptions.is_removed(plan) else reshape(each)
        _copy_charge(transaction, each, {**changed, "RatePlanId": new["Id"], "SubscriptionId": subscription["Id"]})


def _copy_charge(transaction: Transaction, charge: Record, changes: Record) -> None:
    """A charge that is changed has a version more, too."""
    version = int(charge.get("Version") or 1) + ("EffectiveEndDate" in changes)
    links: Record = {"OriginalId": charge.get("OriginalId", charge["Id"]), "Version": version}
    new = _copy(transaction, CHARGE, charge, {**links, **changes})
    for kind in _PARTS_OF_CHARGE:
        for each in transaction.find(kind, RatePlanChargeId=charge["Id"]):
            _copy(transaction, kind, each, {"RatePlanChargeId": new["Id"]})


def _copy(transaction: Transaction, kind: ObjectType, record: Record, changes: Record) -> Record:
    fields = {**{name: value for name, value in record.items() if name not in MADE}, **changes}
    given: Record = {name: value for name, value in fields.items() if value is not None}
    stamp = {name: value for name, value in transaction.stamp_new({}).items() if name in kind.by_name}
    new: Record = {"Id": transaction.new_id(), **stamp, **given}
    transaction.insert(kind, [new])
    return new
