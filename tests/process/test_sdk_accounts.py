"""Zuora's own Python SDK makes, reads and changes accounts, and reads what they have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

pytestmark = [
    pytest.mark.observed("zuora-sdk 3.21"),
    pytest.mark.xdist_group("sdk"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"),
]

JOE = {"first_name": "Joe", "last_name": "Schmoe", "country": "United States", "work_email": "joe@new.example"}


def test_it_makes_reads_and_changes_accounts_and_reads_what_they_have(sdk: Any, sdk_client: Any) -> None:
    changes_accounts(sdk.models, sdk_client)
    reads_subscriptions(sdk_client)
    reads_the_catalogue(sdk_client)
    reads_payment_methods(sdk_client)
    orders_and_cancels_a_subscription(sdk.models, sdk_client)


def changes_accounts(models: Any, sdk_client: Any) -> None:
    accounts = sdk_client.accounts_api()
    request = models.CreateAccountRequest(name="New", currency="USD", bill_cycle_day=1, bill_to_contact=JOE)
    made = accounts.create_account(request)
    assert (made.success, made.account_number) == (True, "A00000001")
    read = accounts.get_account(str(made.account_id))
    assert read.basic_info is not None
    assert (read.basic_info.name, read.basic_info.status) == ("New", "Active")
    assert read.bill_to_contact.work_email == "joe@new.example"
    assert read.metrics.contracted_mrr == 0
    changed = accounts.update_account("A00000001", models.UpdateAccountRequest(notes="Called twice", bill_cycle_day=15))
    assert changed.success is True
    assert accounts.get_account("A00000001").billing_and_payment.bill_cycle_day == 15
    summary = accounts.get_account_summary("A-1")
    assert (len(summary.invoices), summary.basic_info.account_number) == (6, "A-1")
    subscribed = {each.subscription_number: each.rate_plans[0].product_sku for each in summary.subscriptions}
    assert subscribed == {"A-S00000001": "ENT-1", "A-S00000002": "PLAT-1"}


def reads_subscriptions(sdk_client: Any) -> None:
    subscriptions = sdk_client.subscriptions_api()
    one = subscriptions.get_subscription_by_key("A-S00000001")
    assert (one.success, one.version, one.status, one.contracted_mrr) == (True, 1, "Active", 8333.33)
    assert [each.status for each in one.status_history] == ["Active", "OutOfTerm"]
    [plan] = one.rate_plans
    [charge] = plan.rate_plan_charges
    assert (plan.product_sku, charge.model, charge.billing_period) == ("ENT-1", "FlatFee", "Annual")
    assert (charge.price, charge.mrr) == (100000, 8333.33)
    listed = subscriptions.get_subscriptions_by_account("A-1", charge_detail="all-segments")
    assert sorted(each.subscription_number for each in listed.subscriptions) == ["A-S00000001", "A-S00000002"]
    segments = [each.rate_plans[0].rate_plan_charges[0].charge_segments for each in listed.subscriptions]
    assert [[each.segment for each in some] for some in segments] == [[1], [1]]


def reads_the_catalogue(sdk_client: Any) -> None:
    products = sdk_client.products_api()
    listed = products.get_products(page_size=2)
    assert (len(listed.products), listed.next_page) == (2, "/v1/catalog/products?page=2&pageSize=2")
    one = products.get_product("PLAT-1")
    assert (one.sku, one.category) == ("PLAT-1", "Base Products")
    plans = sdk_client.product_rate_plans_api().get_rate_plans_by_product("PLAT-1")
    [charge] = plans.product_rate_plans[0].product_rate_plan_charges
    assert {each.currency: each.price for each in charge.pricing} == {"USD": 120, "JPY": 18000}


def reads_payment_methods(sdk_client: Any) -> None:
    listed = sdk_client.accounts_api().get_account_payment_methods("A-1")
    [card] = listed.additional_properties["creditcard"]
    assert (listed.default_payment_method_id, card["isDefault"]) == (card["id"], True)
    one = sdk_client.payment_methods_api().get_payment_method(card["id"])
    assert (one.type, one.card_number, one.expiration_year) == ("CreditCard", "************1111", 2030)
    assert one.account_holder_info.account_holder_name == "Alice Adams"


def orders_and_cancels_a_subscription(models: Any, sdk_client: Any) -> None:
    terms = {"initialTerm": {"termType": "TERMED", "period": 12, "periodType": "Month"}}
    wanted = {"terms": terms, "subscribeToRatePlans": [{"productRatePlanId": "8ad0000000000000000000000000b102"}]}
    order = [{"orderActions": [{"type": "CreateSubscription", "createSubscription": wanted}]}]
    request = models.CreateOrderRequest(order_date=date(2026, 2, 1), existing_account_number="A-1", subscriptions=order)
    [made] = sdk_client.orders_api().create_order(request).subscriptions
    subscriptions, number = sdk_client.subscriptions_api(), str(made.subscription_number)
    assert subscriptions.get_subscription_by_key(number).total_contracted_value == 1440
    end = models.CancelSubscriptionRequest(
        cancellation_policy="SpecificDate", cancellation_effective_date=date(2026, 5, 1), run_billing=False
    )
    cancelled = subscriptions.cancel_subscription(number, end)
    assert (cancelled.success, cancelled.total_delta_mrr, cancelled.total_delta_tcv) == (True, -120, -1080)
    after = subscriptions.get_subscription_by_key(number)
    assert (after.version, after.status, after.id) == (2, "Cancelled", cancelled.subscription_id)


def test_its_exceptions_tell_what_was_refused(sdk: Any, sdk_client: Any) -> None:
    accounts = sdk_client.accounts_api()
    with pytest.raises(sdk.NotFoundException):
        accounts.get_account("A99999999")
    with pytest.raises(sdk.BadRequestException) as bad:
        accounts.create_account(sdk.models.CreateAccountRequest(name="", currency="USD", bill_cycle_day=1))
    refused: Any = bad.value.data
    assert [each.code for each in refused.reasons] == [51000220, 51001122]
