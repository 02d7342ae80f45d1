"""Zuora's own Python SDK makes, reads and changes accounts."""

from __future__ import annotations

from typing import Any

import pytest
from zuora_sdk import models
from zuora_sdk.exceptions import BadRequestException, NotFoundException
from zuora_sdk.zuora_client import ZuoraClient

from tests.process.sdk import sdk as sdk  # noqa: PLC0414  (the fixture, under its name)

pytestmark = [
    pytest.mark.observed("zuora-sdk 3.21"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"),
]

MODELS: Any = models
"""Their constructors have no annotations."""

JOE = {"first_name": "Joe", "last_name": "Schmoe", "country": "United States", "work_email": "joe@new.example"}


def test_it_makes_reads_sums_up_and_changes_accounts(sdk: ZuoraClient) -> None:
    accounts = sdk.accounts_api()
    request = MODELS.CreateAccountRequest(name="New", currency="USD", bill_cycle_day=1, bill_to_contact=JOE)
    made = accounts.create_account(request)
    assert (made.success, made.account_number) == (True, "A00000001")
    read = accounts.get_account(str(made.account_id))
    assert read.basic_info is not None
    assert (read.basic_info.name, read.basic_info.status) == ("New", "Active")
    assert read.bill_to_contact.work_email == "joe@new.example"
    assert read.metrics.contracted_mrr == 0
    changed = accounts.update_account("A00000001", MODELS.UpdateAccountRequest(notes="Called twice", bill_cycle_day=15))
    assert changed.success is True
    assert accounts.get_account("A00000001").billing_and_payment.bill_cycle_day == 15
    summary = accounts.get_account_summary("A-1")
    assert (len(summary.invoices), summary.basic_info.account_number) == (6, "A-1")
    subscribed = {each.subscription_number: each.rate_plans[0].product_sku for each in summary.subscriptions}
    assert subscribed == {"A-S00000001": "ENT-1", "A-S00000002": "PLAT-1"}


def test_its_exceptions_tell_what_was_refused(sdk: ZuoraClient) -> None:
    accounts = sdk.accounts_api()
    with pytest.raises(NotFoundException):
        accounts.get_account("A99999999")
    with pytest.raises(BadRequestException) as bad:
        accounts.create_account(MODELS.CreateAccountRequest(name="", currency="USD", bill_cycle_day=1))
    refused: Any = bad.value.data
    assert [each.code for each in refused.reasons] == [51000220, 51001122]
