"""Subscriptions of REST, by their keys and of an account.

Sources: API reference, Retrieve a subscription by key, List subscriptions by account key; recorded answers of 2016 to
2025. Assumed: an unknown `charge-detail` is refused, and so is an `as-of-date` that is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.models import Options, Truth
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.api.rest.subscription_answers import (
    SubscriptionsView,
    SubscriptionView,
    add_metrics,
    owner_details,
    show_subscription,
)
from zuora_mock.billing import holdings, keys, subscriptions
from zuora_mock.billing.fields import shown as quoted
from zuora_mock.billing.holdings import RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.subscriptions import CHARGE, Choice
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.dates import is_date
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal

_OBJECTS = (SUBSCRIPTION, RATE_PLAN, CHARGE)
_LAST, _CURRENT, _ALL, _SPECIFIC = _DETAILS = ("last-segment", "current-segment", "all-segments", "specific-segment")


class SubscriptionOptions(Options):
    charge_detail: str = Field(default=_LAST, alias="charge-detail", json_schema_extra={"enum": list(_DETAILS)})
    as_of_date: str | None = Field(default=None, alias="as-of-date", description="With specific-segment, else today")
    no_empty_plans: Truth = Field(default=False, alias="exclude-rate-plans-with-no-charges")
    detailed_metrics: Truth = Field(default=False, alias="getDetailedMetrics")
    as_of_day: str | None = Field(default=None, alias="asOfDay", description="Of the metrics, else today")

    def choice(self, today: str) -> Choice | None:
        """None for all segments. Raises Refusal (`field.value`)."""
        if self.charge_detail not in _DETAILS:
            message = f"'charge-detail' value should be one of: {', '.join(_DETAILS)}"
            raise _refused(message, _DETAILS, self.charge_detail)
        if self.charge_detail in {_LAST, _ALL}:
            return itemgetter(-1) if self.charge_detail == _LAST else None
        day = _day("as-of-date", self.as_of_date if self.charge_detail == _SPECIFIC else None, today)
        return lambda segments: subscriptions.active_on(segments, day)

    def metrics_of(self, today: str) -> str | None:
        """The day of the metrics; None if nobody wants them. Raises Refusal (`field.value`)."""
        return _day("asOfDay", self.as_of_day, today) if self.detailed_metrics else None


class OneSubscriptionOptions(SubscriptionOptions):
    subscription_owner: Truth = Field(default=False, alias="getSubscriptionOwnerDetails")
    invoice_owner: Truth = Field(default=False, alias="getInvoiceOwnerDetails")


class SubscriptionsOptions(PageOptions, SubscriptionOptions):
    """Those of a list."""


router = router_of(StoredRoute)


@router.get("/subscriptions/{key}", name="subscriptions.get", response_model=SubscriptionView)
@sourced("API reference, Retrieve a subscription by key")
def read(call: CurrentCall, key: str, options: Annotated[OneSubscriptionOptions, Query()]) -> Answer:
    """Read a subscription with its rate plans and charges."""
    record = keys.get(call.transaction, SUBSCRIPTION, key)
    [printed] = _shown(call, [record], options)
    printed["communicationProfileId"] = record.get("CommunicationProfileId")
    if options.subscription_owner:
        printed["accountOwnerDetails"] = owner_details(call.transaction, record, "AccountId")
    if options.invoice_owner:
        printed["invoiceOwnerAccountDetails"] = owner_details(call.transaction, record, "InvoiceOwnerId")
    return Answer(200, render({"success": True, **printed}), objects=_OBJECTS)


@router.get("/subscriptions/accounts/{key}", name="subscriptions.list", response_model=SubscriptionsView)
@sourced("API reference, List subscriptions by account key")
def of_account(call: CurrentCall, key: str, options: Annotated[SubscriptionsOptions, Query()]) -> Answer:
    """List the subscriptions of an account, the one that was changed last first."""
    account = keys.get(call.transaction, ACCOUNT, key)
    rows, further = page_of(holdings.subscriptions(call.transaction, account), options, call.request.path)
    printed = {"subscriptions": _shown(call, rows, options), **further, "success": True}
    return Answer(200, render(printed), objects=_OBJECTS)


def _shown(call: Call, records: Sequence[Record], options: SubscriptionOptions) -> list[dict[str, Any]]:
    today, empty_plans = call.transaction.today(), not options.no_empty_plans
    choice, day = options.choice(today), options.metrics_of(today)
    shown = [show_subscription(call.transaction, each, choice, empty_plans=empty_plans) for each in records]
    for record, each in zip(records if day else (), shown, strict=False):
        add_metrics(call.transaction, record, each, str(day))
    return shown


def _day(name: str, given: str | None, otherwise: str) -> str:
    """Raises Refusal (`field.value`)."""
    day = otherwise if given is None else given
    if not is_date(day):
        raise _refused(f"'{name}' is not valid: a date yyyy-mm-dd is needed", "a date yyyy-mm-dd", day)
    return day


def _refused(message: str, expected: object, actual: str) -> Refusal:
    return rules.FIELD_VALUE.refusal(message, expected=expected, actual=quoted(actual))
