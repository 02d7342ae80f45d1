"""Payment methods of REST, by their ids and of an account.

Sources: API reference, List payment methods of an account, Retrieve a payment method, Delete a payment method.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.models import Options, Truth
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.payment_method_answers import (
    PaymentMethodsView,
    PaymentMethodView,
    bin_info,
    show_method,
    show_methods,
)
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.billing import holdings, keys, references
from zuora_mock.billing.holdings import PAYMENT_METHOD
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.values import Record


class PaymentMethodsOptions(Options):
    default_only: Truth = Field(default=False, alias="isDefaultOnly")
    active_only: Truth = Field(default=False, alias="isActiveOnly")


class DeletedView(BaseModel):
    success: bool
    processId: str


router = router_of(StoredRoute)


@router.get("/accounts/{key}/payment-methods", name="accounts.payment-methods", response_model=PaymentMethodsView)
@sourced("API reference, List payment methods of an account")
def of_account(call: CurrentCall, key: str, options: Annotated[PaymentMethodsOptions, Query()]) -> Answer:
    """List the payment methods of an account by their types."""
    account = keys.get(call.transaction, ACCOUNT, key)
    found = holdings.payment_methods(call.transaction, account)
    if options.default_only:
        found = [each for each in found if each["Id"] == account.get("DefaultPaymentMethodId")]
    if options.active_only:
        found = [each for each in found if holdings.is_active(each)]
    return Answer(200, render(show_methods(call.transaction, account, found)), objects=(PAYMENT_METHOD,))


@router.get(
    "/accounts/{key}/payment-methods/default", name="accounts.default-payment-method", response_model=PaymentMethodView
)
@sourced("API reference, Retrieve the default payment method of an account")
def default_of_account(call: CurrentCall, key: str) -> Answer:
    """Read the default payment method of an account."""
    account = keys.get(call.transaction, ACCOUNT, key)
    record = holdings.payment_method(call.transaction, account)
    if record is None or not holdings.is_electronic(record):
        raise keys.unknown(key, "default payment method")
    return _read(call, account, record)


@router.get("/payment-methods/{id}", name="payment-methods.get", response_model=PaymentMethodView)
@sourced("API reference, Retrieve a payment method")
def read(call: CurrentCall, id: str) -> Answer:
    """Read a payment method."""
    record = keys.get(call.transaction, PAYMENT_METHOD, id)
    account = call.transaction.get(ACCOUNT, str(record.get("AccountId"))) or {}
    return _read(call, account, record)


@router.delete("/payment-methods/{id}", name="payment-methods.delete", response_model=DeletedView)
@sourced("API reference, Delete a payment method; a recorded answer of 2016")
def delete(call: CurrentCall, id: str) -> Answer:
    """Delete a payment method."""
    record = keys.get(call.transaction, PAYMENT_METHOD, id)
    references.remove(call.transaction, PAYMENT_METHOD, record)
    return Answer(200, render({"success": True, "processId": call.context.process_id}), objects=(PAYMENT_METHOD,))


def _read(call: Call, account: Record, record: Record) -> Answer:
    shown = {**show_method(call.transaction, account, record), **bin_info(record), "success": True}
    return Answer(200, render(shown), objects=(PAYMENT_METHOD,))
