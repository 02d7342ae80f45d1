"""`PUT /v1/subscriptions/{key}/cancel` and `…/renew`: new versions of a subscription."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import rule_of, start

CANCEL, RENEW = "API reference, Cancel a subscription", "API reference, Renew a subscription"
RECORDED = "recorded answers of 2024 and 2025, Guardian client tests"
NEW = {"Zuora-Version": "2025-08-12"}
OWNER = {"AccountId": {"AccountNumber": "A-1"}, "Status": "Active", "ContractEffectiveDate": "2025-02-24"}
ENDING = {"SubscriptionStartDate": "2025-02-24", "TermStartDate": "2025-02-24", "TermEndDate": "2026-02-24"}
TERMS = {"TermType": "TERMED", "RenewalTerm": 12, "RenewalTermPeriodType": "Month", "CurrentTerm": 12}
MONTHLY = {"ChargeModel": "Flat Fee Pricing", "ChargeType": "Recurring", "RatePlanId": {"Name": "Ad-Lite"}}

OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Subscription": [
        {**OWNER, **ENDING, **TERMS, "Name": "S-1", "SubscriptionEndDate": "2026-02-24", "Lot__c": "7"},
        {**OWNER, **ENDING, **TERMS, "Name": "S-2", "RenewalSetting": "RENEW_TO_EVERGREEN"},
        {**OWNER, "Name": "S-3", "TermType": "EVERGREEN"},
        {**OWNER, **ENDING, "Name": "S-4", "TermType": "TERMED"},
    ],
    "RatePlan": [
        {"Name": "Ad-Lite", "SubscriptionId": {"Name": "S-1"}},
        {"Name": "Billed", "SubscriptionId": {"Name": "S-3"}},
    ],
    "RatePlanCharge": [
        {**MONTHLY, "Name": "Reading", "ChargeNumber": "C-1", "MRR": 5, "TCV": 57.32142857, "Price": 5}
        | {"EffectiveStartDate": "2025-03-11", "EffectiveEndDate": "2026-02-24", "EndDateCondition": "SubscriptionEnd"},
        {**MONTHLY, "Name": "Set-up", "ChargeNumber": "C-2", "ChargeType": "OneTime", "TCV": 9, "Price": 9}
        | {"EffectiveStartDate": "2025-02-24", "EffectiveEndDate": "2025-02-25"},
        {**MONTHLY, "Name": "Billed", "RatePlanId": {"Name": "Billed"}, "ChargedThroughDate": "2026-01-24"},
    ],
    "RatePlanChargeTier": [{"RatePlanChargeId": {"ChargeNumber": "C-1"}, "Tier": 1, "Price": 5}],
}


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return start(server, tmp_path, objects=OBJECTS).sign_in()


def put(client: Client, end: str, key: str = "S-1", **members: Any) -> httpx.Response:
    return client.put(f"/v1/subscriptions/{key}/{end}", json=members, headers=NEW)


def done(client: Client, end: str, key: str = "S-1", **members: Any) -> dict[str, Any]:
    answer = put(client, end, key, **members)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def read(client: Client, key: str = "S-1") -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"/v1/subscriptions/{key}").json()
    return shown


def charges(subscription: dict[str, Any]) -> dict[str, dict[str, Any]]:
    [plan] = subscription["ratePlans"]
    return {each["name"]: each for each in plan["ratePlanCharges"]}


def reasons(answer: httpx.Response) -> list[tuple[int, str]]:
    assert answer.status_code == 400, answer.text
    return [(each["code"], each["message"]) for each in answer.json()["reasons"]]


class TestCancelling:
    @pytest.mark.observed(RECORDED)
    def test_the_new_version_ends_and_is_worth_less(self, client: Client) -> None:
        before = read(client)
        days = {"cancellationEffectiveDate": "2025-02-24", "bookingDate": "2025-02-23"}
        answer = done(client, "cancel", cancellationPolicy="SpecificDate", **days)
        after = read(client)
        assert answer == {
            "success": True,
            "subscriptionId": after["id"],
            "cancelledDate": "2025-02-24",
            "totalDeltaMrr": -5,
            "totalDeltaTcv": -57.32142857,
        }
        assert after["id"] != before["id"]
        names = ("status", "version", "revision", "termEndDate", "subscriptionEndDate", "lastBookingDate", "Lot__c")
        day = "2025-02-24"
        assert [after[name] for name in names] == ["Cancelled", 2, "2.0", day, day, "2025-02-23", "7"]
        assert [each["status"] for each in after["statusHistory"]] == ["Active", "Cancelled"]
        reading, original = charges(after)["Reading"], charges(before)["Reading"]
        assert reading["id"] != original["id"]
        assert (reading["originalChargeId"], reading["version"], reading["mrr"]) == (original["id"], 2, 5)
        assert (reading["effectiveStartDate"], reading["effectiveEndDate"]) == ("2025-03-11", "2025-03-11")
        assert (reading["tcv"], reading["dtcv"], reading["dmrc"]) == (0, -57.32142857, 0)
        once = charges(after)["Set-up"]
        assert (once["version"], once["effectiveEndDate"], once["tcv"]) == (1, "2025-02-25", 9)

    @pytest.mark.observed(RECORDED)
    def test_what_is_left_is_worth_its_months_and_days(self, client: Client) -> None:
        done(client, "cancel", cancellationPolicy="SpecificDate", cancellationEffectiveDate="2025-05-21")
        reading = charges(read(client))["Reading"]
        assert (reading["effectiveEndDate"], reading["tcv"]) == ("2025-05-21", 11.612903225)

    @pytest.mark.assumed
    def test_the_version_before_is_there_by_its_id(self, client: Client) -> None:
        before = read(client)["id"]
        done(client, "cancel", cancellationPolicy="EndOfCurrentTerm")
        old = read(client, before)
        assert (old["status"], old["isLatestVersion"], old["version"]) == ("Expired", False, 1)
        listed = client.get("/v1/subscriptions/accounts/A-1").json()["subscriptions"]
        assert [each["version"] for each in listed if each["subscriptionNumber"] == "S-1"] == [2]
        query = "select Id, PreviousSubscriptionId, OriginalId from Subscription where Name = 'S-1' and Version = 2"
        [row] = client.post("/v1/action/query", json={"queryString": query}).json()["records"]
        assert (row["PreviousSubscriptionId"], row["OriginalId"]) == (before, before)

    @pytest.mark.documented(CANCEL)
    @pytest.mark.parametrize(
        ("key", "policy", "day"),
        [("S-1", "EndOfCurrentTerm", "2026-02-24"), ("S-3", "EndOfLastInvoicePeriod", "2026-01-24")],
    )
    def test_the_policy_says_when(self, client: Client, key: str, policy: str, day: str) -> None:
        assert done(client, "cancel", key, cancellationPolicy=policy)["cancelledDate"] == day

    @pytest.mark.observed("two clients that look for the message")
    def test_only_an_active_one_can_be_cancelled(self, client: Client) -> None:
        done(client, "cancel", cancellationPolicy="EndOfCurrentTerm")
        again = put(client, "cancel", cancellationPolicy="EndOfCurrentTerm")
        assert reasons(again) == [(53200020, "Only activated subscription can be cancelled.")]
        assert rule_of(again) == "subscription.active"

    @pytest.mark.documented(CANCEL)
    @pytest.mark.parametrize(("key", "day"), [("S-1", "2025-02-23"), ("S-1", "2026-02-25"), ("S-3", "2026-01-23")])
    def test_a_day_before_the_contract_or_in_a_billed_period_or_after_the_term_is_refused(
        self, client: Client, key: str, day: str
    ) -> None:
        answer = put(client, "cancel", key, cancellationPolicy="SpecificDate", cancellationEffectiveDate=day)
        [(code, message)] = reasons(answer)
        assert (code, message.partition(":")[0]) == (53200020, "'cancellationEffectiveDate' is not valid")
        assert read(client, key)["version"] == 1

    @pytest.mark.assumed
    def test_an_evergreen_one_has_no_term_to_wait_for(self, client: Client) -> None:
        [(code, _)] = reasons(put(client, "cancel", "S-3", cancellationPolicy="EndOfCurrentTerm"))
        assert code == 53200020

    @pytest.mark.documented(CANCEL)
    def test_what_is_needed_is_told_at_once(self, client: Client) -> None:
        assert reasons(put(client, "cancel")) == [(53200022, "'cancellationPolicy' may not be null")]
        assert reasons(put(client, "cancel", cancellationPolicy="SpecificDate")) == [
            (53200022, "'cancellationEffectiveDate' may not be null")
        ]

    @pytest.mark.observed("Guardian client notes, 2024")
    def test_a_field_is_known_from_its_version_on(self, client: Client) -> None:
        body = {"cancellationPolicy": "EndOfCurrentTerm", "runBilling": True}
        refused = client.put("/v1/subscriptions/S-1/cancel", json=body)
        assert (refused.status_code, refused.json()["reasons"]) == (
            200,
            [{"code": 53200021, "message": "Invalid parameter(s): 'runBilling'."}],
        )
        taken = client.put("/v1/subscriptions/S-1/cancel", json=body, headers={"Zuora-Version": "211.0"})
        assert taken.json()["success"] is True


class TestRenewing:
    @pytest.mark.observed(RECORDED)
    def test_the_new_version_has_the_next_term(self, client: Client) -> None:
        answer = done(client, "renew", orderDate="2026-02-01")
        after = read(client)
        assert answer == {
            "success": True,
            "subscriptionId": after["id"],
            "termStartDate": "2026-02-24",
            "termEndDate": "2027-02-24",
            "totalDeltaMrr": 0,
            "totalDeltaTcv": 60,
        }
        names = ("status", "version", "subscriptionEndDate", "currentTerm", "contractedMrr", "totalContractedValue")
        assert [after[name] for name in names] == ["Active", 2, "2027-02-24", 12, 5, 126.32142857]
        reading = charges(after)["Reading"]
        assert [reading[name] for name in ("effectiveEndDate", "dmrc", "dtcv", "version")] == ["2027-02-24", 0, 60, 2]
        assert charges(after)["Set-up"]["effectiveEndDate"] == "2025-02-25"

    @pytest.mark.documented(RENEW)
    def test_it_becomes_evergreen_where_it_is_set_to(self, client: Client) -> None:
        answer = done(client, "renew", "S-2")
        after = read(client, "S-2")
        assert (answer["termEndDate"], after["termType"], after["termEndDate"]) == (None, "EVERGREEN", None)
        assert [each["status"] for each in after["statusHistory"]] == ["Active"]

    @pytest.mark.assumed
    @pytest.mark.parametrize("key", ["S-3", "S-4"])
    def test_without_a_term_to_follow_it_is_refused(self, client: Client, key: str) -> None:
        answer = put(client, "renew", key)
        assert reasons(answer) == [(53200020, "Only a subscription with a term can be renewed.")]
        assert rule_of(answer) == "subscription.renewable"

    @pytest.mark.assumed
    def test_a_cancelled_one_is_refused(self, client: Client) -> None:
        done(client, "cancel", cancellationPolicy="EndOfCurrentTerm")
        assert reasons(put(client, "renew")) == [(53200020, "Only activated subscription can be renewed.")]


@pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
@pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
@pytest.mark.parametrize("end", ["cancel", "renew"])
def test_what_is_not_there_is_not_found(client: Client, version: str, status: int, end: str) -> None:
    body = {"cancellationPolicy": "EndOfCurrentTerm"} if end == "cancel" else {}
    answer = client.put(f"/v1/subscriptions/x/{end}", json=body, headers={"Zuora-Version": version})
    assert answer.status_code == status
    assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'x'."}]
