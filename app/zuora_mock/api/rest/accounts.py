"""Accounts of REST: made, read, summed up and changed.

Sources: API reference, Create an account, Retrieve an account, Retrieve an account summary, Update an account; recorded
answers of 2016 to 2025; a wire transcript of 2017 (codes of refused fields).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.models import Options, Truth
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.account_answers import (
    AccountSummaryView,
    AccountView,
    NewAccountView,
    rests_on,
    show_account,
    show_new,
    show_new_subscription,
    show_summary,
)
from zuora_mock.api.rest.account_bodies import CreateAccountRequest, UpdateAccountRequest
from zuora_mock.api.rest.dialect import RestDialect
from zuora_mock.api.rest.records import in_wire_words
from zuora_mock.api.rest.route import RestRoute, router_of
from zuora_mock.billing import cards, customers, keys, ordering
from zuora_mock.billing.holdings import SUBSCRIPTION
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal

RESOURCE = 510_000
"""That of accounts (recorded)."""

_FIELDS: Mapping[str, int] = {"name": 510_002, "currency": 510_003, "billToContact": 510_011}
"""The resources of their fields, as far as they are known (observed)."""


class AccountRoute(RestRoute):
    dialect = RestDialect(RESOURCE, fields=_FIELDS)


class SummaryOptions(Options):
    exclude_usage: Truth = Field(default=False, alias="excludeUsage")


class Succeeded(BaseModel):
    success: bool


router = router_of(AccountRoute)


@router.post("/accounts", name="accounts.create", response_model=NewAccountView, dependencies=REPEATABLE)
@sourced("API reference, Create an account")
def create(call: CurrentCall, body: CreateAccountRequest) -> Answer:
    """Create an account with its contacts, and a subscription."""
    custom = call.transaction.tenant.custom_fields
    with in_wire_words():
        card = cards.create(call.transaction, None, body.creditCard.card()) if body.creditCard else None
        method: Record = {"DefaultPaymentMethodId": card} if card else {}
        account = customers.create(call.transaction, body.kept(custom) | method, body.contacts(custom))
        if card:
            cards.give(call.transaction, card, account)
        made = _subscribe(call, account, body)
    shown = show_new(account) | (show_new_subscription(call.transaction, made) if made else {})
    return Answer(200, render(shown), objects=(SUBSCRIPTION,) if made else ())


def _subscribe(call: Call, account: Record, body: CreateAccountRequest) -> Record | None:
    """Raises Refusal that points into the body."""
    if body.subscription is None:
        return None
    new = body.subscription.new_subscription(call.transaction.tenant.custom_fields)
    try:
        return ordering.subscribe(call.transaction, account, ordering.unordered(call.transaction), new)
    except Refusal as refusal:
        raise refusal.under("subscription") from None


@router.get("/accounts/{key}", name="accounts.get", response_model=AccountView)
@sourced("API reference, Retrieve an account")
def read(call: CurrentCall, key: str) -> Answer:
    """Read an account."""
    shown = show_account(call.transaction, keys.get(call.transaction, ACCOUNT, key))
    return Answer(200, render(shown), objects=rests_on(shown))


@router.get("/accounts/{key}/summary", name="accounts.summary", response_model=AccountSummaryView)
@sourced("API reference, Retrieve an account summary")
def summary(call: CurrentCall, key: str, options: Annotated[SummaryOptions, Query()]) -> Answer:
    """Sum up an account with its latest invoices."""
    account = keys.get(call.transaction, ACCOUNT, key)
    shown = show_summary(call.transaction, account, usage=not options.exclude_usage)
    return Answer(200, render(shown), objects=rests_on(shown))


@router.put("/accounts/{key}", name="accounts.update", response_model=Succeeded)
@sourced("API reference, Update an account")
def update(call: CurrentCall, key: str, body: UpdateAccountRequest) -> Answer:
    """Update an account and its contacts."""
    account, custom = keys.get(call.transaction, ACCOUNT, key), call.transaction.tenant.custom_fields
    with in_wire_words():
        customers.change(call.transaction, account, body.kept(custom), body.contacts(custom))
    return Answer(200, b'{"success":true}')
