"""`/v1/subscriptions`: read by key and of an account, with rate plans, charges and their segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import recorded
from tests.acceptance.mocks import Client, Start
from tests.acceptance.recorded import assert_recorded
from tests.acceptance.wire import account, start

RECORDED = "recorded answers of 2019 to 2025, Guardian client tests"
BY_KEY = "API reference, Retrieve a subscription by key"
OF_ACCOUNT = "API reference, List subscriptions by account key"
NEW = {"Zuora-Version": "2025-08-12"}

OWNER = {"AccountId": {"AccountNumber": "A-1"}}
YEAR = {"SubscriptionStartDate": "2026-01-01", "TermEndDate": "2027-01-01", "TermType": "TERMED"}
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence", "PostalCode": "94401"}
ZOE = {"Id": "8ad0000000000000000000000000f0aa", "AccountNumber": "A-1", "FirstName": "Zoe", "LastName": "Zed"}


def charge(name: str, plan: str = "Seats", **fields: Any) -> dict[str, Any]:
    model = {"ChargeModel": "Flat Fee Pricing", "ChargeType": "Recurring", "ChargeNumber": f"C-{name}"}
    return {"Name": name, "RatePlanId": {"Name": plan}, **model, **fields}


OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Product": [{"Name": "Platform", "SKU": "PLAT-1"}],
    "ProductRatePlan": [{"Name": "Monthly", "ProductId": {"SKU": "PLAT-1"}, "ProductRatePlanNumber": "PRP-1"}],
    "Subscription": [
        {**OWNER, "Name": "S-1", "Id": "8ad0000000000000000000000000f001", "Status": "Expired", "Version": 1}
        | {"IsLatestVersion": False},
        {**OWNER, **YEAR, "Name": "S-1", "Id": "8ad0000000000000000000000000f002", "Status": "Active", "Version": 2}
        | {"IsLatestVersion": True, "SubscriptionBillToId": ZOE["Id"], "Region__c": "North"},
        {**OWNER, **YEAR, "Name": "S-2", "Status": "Cancelled", "CancelledDate": "2026-03-01"},
        {**OWNER, "Name": "S-3", "Status": "Pending Activation", "TermType": "EVERGREEN"},
    ],
    "RatePlan": [
        {
            "Name": "Seats",
            "SubscriptionId": "8ad0000000000000000000000000f002",
            "ProductRatePlanId": {"Name": "Monthly"},
            "AmendmentType": "NewProduct",
        },
        {"Name": "Gone", "SubscriptionId": "8ad0000000000000000000000000f002", "AmendmentType": "RemoveProduct"},
        {"Name": "Empty", "SubscriptionId": "8ad0000000000000000000000000f002"},
    ],
    "RatePlanCharge": [
        charge("Seat", Price=10, MRR=10, TCV=20, Segment=1, IsLastSegment=False)
        | {"EffectiveStartDate": "2026-01-01", "EffectiveEndDate": "2026-03-01", "ProcessedThroughDate": "2026-03-01"},
        charge("Seat", Price=12, MRR=12.5, TCV=125, Segment=2, IsLastSegment=True)
        | {"EffectiveStartDate": "2026-03-01", "EffectiveEndDate": "2027-01-01", "EndDateCondition": "SubscriptionEnd"}
        | {"BillingPeriod": "Semi-Annual", "BillingTiming": "In Arrears", "ListPriceBase": "Per Billing Period"}
        | {"BillCycleType": "SpecificDayofMonth", "BillCycleDay": 15, "UpToPeriodsType": "Billing Periods"},
        charge("Set-up", ChargeType="OneTime", Price=99, BillingPeriod="Month", MRR=5, TCV=99),
        charge("Off", ChargeModel="Discount-Percentage", DiscountPercentage=25),
        charge("Less", ChargeModel="Discount-Fixed Amount", DiscountAmount=10),
        charge(
            "Storage", ChargeModel="Overage Pricing", ChargeType="Usage", OveragePrice=0.5, IncludedUnits=5, UOM="GB"
        ),
        charge("Calls", ChargeModel="Volume Pricing", UOM="Each"),
        charge("Texts", ChargeModel="Tiered with Overage Pricing", UOM="Each"),
        charge("User", ChargeModel="Per Unit Pricing", Price=297.60, Quantity=3, UOM="Each"),
        charge("Old", "Gone", Price=8, MRR=8, TCV=8),
    ],
    "RatePlanChargeTier": [
        {"RatePlanChargeId": {"ChargeNumber": "C-Calls"}, "Tier": 2, "StartingUnit": 11, "Price": 50}
        | {"PriceFormat": "Flat Fee"},
        {"RatePlanChargeId": {"ChargeNumber": "C-Calls"}, "Tier": 1, "StartingUnit": 1, "EndingUnit": 10, "Price": 0.25}
        | {"PriceFormat": "Per Unit"},
        {"RatePlanChargeId": {"ChargeNumber": "C-Texts"}, "Tier": 1, "StartingUnit": 1, "EndingUnit": 999999}
        | {"Price": 0, "PriceFormat": "Per Unit"},
        {"RatePlanChargeId": {"ChargeNumber": "C-Texts"}, "Tier": 2, "Price": 0, "IsOveragePrice": True},
    ],
}


def begun(server: Start, path: Path) -> Client:
    declared = {"Subscription": [{"name": "Region__c", "type": "text"}, {"name": "Lot__c", "type": "text"}]}
    accounts = [account(), account("B-1", Name="Bolt")]
    given: dict[str, Any] = {"accounts": accounts, "contacts": [AMY, ZOE], "objects": OBJECTS, "customFields": declared}
    return start(server, path, **given).sign_in()


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return begun(server, tmp_path)


def read(client: Client, key: str = "S-1", query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/subscriptions/{key}{query}", headers=NEW)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def charges(client: Client, query: str = "") -> dict[str, dict[str, Any]]:
    """Those of S-1 by their names."""
    plans = read(client, query=query)["ratePlans"]
    return {each["name"]: each for plan in plans for each in plan["ratePlanCharges"]}


class TestAsRecorded:
    @pytest.mark.observed(RECORDED)
    def test_by_its_key_it_has_the_members_of_recorded_ones(self, mock: Any) -> None:
        shown = read(mock.sign_in(), "A-S00000001")
        assert_recorded(shown, recorded.SUBSCRIPTION_BY_KEY)
        for contact in (shown["billToContact"], shown["soldToContact"]):
            assert_recorded(contact, recorded.SUBSCRIPTION_CONTACT)
        [plan] = shown["ratePlans"]
        assert_recorded(plan, recorded.RATE_PLAN)
        [licence] = plan["ratePlanCharges"]
        assert_recorded(licence, recorded.CHARGE)
        assert [list(each) for each in shown["statusHistory"]] == [["startDate", "endDate", "status"]] * 2

    @pytest.mark.observed(RECORDED)
    def test_in_the_list_of_its_account_too(self, mock: Any) -> None:
        shown = read(mock.sign_in(), "accounts/A-4")
        assert list(shown) == ["subscriptions", "success"]
        [only] = shown["subscriptions"]
        assert_recorded(only, recorded.SUBSCRIPTION)


class TestReading:
    @pytest.mark.documented(BY_KEY)
    def test_what_it_is_worth_with_its_discounts_is_there_if_it_is_asked_for(self, client: Client) -> None:
        names = {"contractedNetMrr", "asOfDayGrossMrr", "asOfDayNetMrr", "netTotalContractedValue"}
        assert not names & read(client).keys()
        shown = read(client, query="?getDetailedMetrics=true&asOfDay=2026-02-28")
        assert [shown[name] for name in ("contractedNetMrr", "asOfDayGrossMrr", "asOfDayNetMrr")] == [0, 10, 0]
        plans = {each["ratePlanName"]: each for each in shown["ratePlans"]}
        assert plans["Seats"]["contractedMrr"] == 12.5
        assert [plans[name]["asOfDayGrossMrr"] for name in ("Seats", "Gone", "Empty")] == [10, 0, 0]
        [listed, *_] = read(client, "accounts/A-1", "?getDetailedMetrics=true")["subscriptions"]
        assert names < listed.keys()

    @pytest.mark.documented(BY_KEY)
    def test_discounts_count_while_they_last(self, server: Start, tmp_path: Path) -> None:
        plan = {"Name": "Seats", "SubscriptionId": {"Name": "S-1"}}
        days = {"EffectiveStartDate": "2026-01-01", "EffectiveEndDate": "2027-01-01"}
        three = {**days, "EffectiveEndDate": "2026-04-01", "DiscountLevel": "rateplan"}
        objects = {
            "Subscription": [{**OWNER, **YEAR, "Name": "S-1", "Status": "Active"}],
            "RatePlan": [plan, {**plan, "Name": "Support"}],
            "RatePlanCharge": [
                charge("Seat", MRR=100, TCV=1200, **days),
                charge("Help", "Support", MRR=40, TCV=480, **days),
                charge("Quarter", ChargeModel="Discount-Percentage", DiscountPercentage=25, **three),
                charge("Once", ChargeModel="Discount-Percentage", DiscountPercentage=50, ApplyDiscountTo="ONETIME"),
                charge("Tenth", ChargeModel="Discount-Percentage", DiscountPercentage=10, **days)
                | {"DiscountLevel": "subscription", "ApplyDiscountTo": "ONETIMERECURRING"},
                charge("Less", "Support", ChargeModel="Discount-Fixed Amount", DiscountAmount=15, **days)
                | {"BillingPeriod": "Quarter"},
            ],
        }
        shown = read(
            start(server, tmp_path, objects=objects).sign_in(), query="?getDetailedMetrics=true&asOfDay=2026-05-01"
        )
        assert [shown[name] for name in ("contractedMrr", "contractedNetMrr")] == [140, 98.5]
        assert [shown[name] for name in ("asOfDayGrossMrr", "asOfDayNetMrr")] == [140, 121]
        assert (shown["totalContractedValue"], shown["netTotalContractedValue"]) == (1680, 1680 - 75 - 168 - 60)

    @pytest.mark.documented(BY_KEY)
    def test_its_owners_are_told_of_if_they_are_asked_for(self, client: Client) -> None:
        assert not {"accountOwnerDetails", "invoiceOwnerAccountDetails"} & read(client).keys()
        shown = read(client, query="?getSubscriptionOwnerDetails=true&getInvoiceOwnerDetails=true")
        basic = client.get("/v1/accounts/A-1").json()["basicInfo"]
        assert [shown[name] for name in ("accountOwnerDetails", "invoiceOwnerAccountDetails")] == [basic, basic]

    @pytest.mark.documented("guide, Requests and responses")
    def test_a_number_means_the_latest_version_and_an_id_that_version(self, client: Client) -> None:
        latest, first = read(client), read(client, "8ad0000000000000000000000000f001")
        assert (latest["version"], latest["revision"], latest["isLatestVersion"]) == (2, "2.0", True)
        assert (first["version"], first["revision"], first["isLatestVersion"]) == (1, "1.0", False)

    @pytest.mark.observed(RECORDED)
    def test_custom_fields_stand_behind_the_status(self, client: Client) -> None:
        names = list(read(client))
        at = names.index("status")
        assert names[at + 1 : at + 4] == ["Region__c", "Lot__c", "QuoteNumber__QT"]

    @pytest.mark.observed(RECORDED)
    def test_its_contacts_are_its_own_or_those_of_its_account(self, client: Client) -> None:
        shown = read(client)
        found = [shown[to] for to in ("billToContact", "soldToContact")]
        assert [(each["firstName"], each["isSpecifiedInSubscription"]) for each in found] == [
            ("Zoe", True),
            ("Amy", False),
        ]
        assert [(each["postalCode"], each["zipCode"]) for each in found] == [(None, None), ("94401", None)]

    @pytest.mark.observed(RECORDED)
    def test_it_is_worth_what_its_charges_are_but_those_that_were_removed(self, client: Client) -> None:
        shown = read(client)
        assert (shown["contractedMrr"], shown["totalContractedValue"]) == (17.5, 244)

    @pytest.mark.observed(RECORDED)
    @pytest.mark.parametrize(
        ("number", "history"),
        [
            ("S-1", [("2026-01-01", "2027-01-01", "Active"), ("2027-01-01", None, "OutOfTerm")]),
            ("S-2", [("2026-01-01", "2026-03-01", "Active"), ("2026-03-01", None, "Cancelled")]),
            ("S-3", [(None, None, "Pending Activation")]),
        ],
    )
    def test_it_tells_through_which_states_it_goes(self, client: Client, number: str, history: list[Any]) -> None:
        assert [tuple(each.values()) for each in read(client, number)["statusHistory"]] == history

    @pytest.mark.observed(RECORDED)
    def test_rate_plans_say_what_an_amendment_did_to_them_if_one_did(self, client: Client) -> None:
        plans = read(client)["ratePlans"]
        changes = {each["ratePlanName"]: each.get("lastChangeType", "absent") for each in plans}
        assert changes == {"Seats": "Add", "Gone": "Remove", "Empty": "absent"}
        assert (list(plans[0])[1], plans[0]["productSku"], plans[0]["productRatePlanNumber"]) == (
            "lastChangeType",
            "PLAT-1",
            "PRP-1",
        )

    @pytest.mark.documented(BY_KEY)
    def test_rate_plans_without_charges_can_be_left_out(self, client: Client) -> None:
        shown = read(client, query="?exclude-rate-plans-with-no-charges=true")
        assert [each["ratePlanName"] for each in shown["ratePlans"]] == ["Seats", "Gone"]

    @pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
    @pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
    @pytest.mark.parametrize("key", ["nope", "accounts/nope", "S-1/nope"])
    def test_what_is_not_there_is_not_found(self, client: Client, version: str, status: int, key: str) -> None:
        answer = client.get(f"/v1/subscriptions/{key}", headers={"Zuora-Version": version})
        if key == "S-1/nope":
            assert answer.status_code == 404
        else:
            assert answer.status_code == status
            assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'nope'."}]


class TestCharges:
    @pytest.mark.observed(RECORDED)
    def test_words_are_those_of_rest(self, client: Client) -> None:
        seat = charges(client)["Seat"]
        names = ["model", "endDateCondition", "billingPeriod", "billingTiming", "listPriceBase", "upToPeriodsType"]
        words = ["FlatFee", "Subscription_End", "Semi_Annual", "IN_ARREARS", "Per_Billing_Period", "Billing_Periods"]
        assert [seat[name] for name in names] == words

    @pytest.mark.documented(BY_KEY)
    def test_a_billing_day_of_its_own_is_named(self, client: Client) -> None:
        assert charges(client)["Seat"]["billingDay"] == "SpecificDayofMonth(15)"

    @pytest.mark.observed(RECORDED)
    def test_a_charge_that_is_billed_once_has_no_period(self, client: Client) -> None:
        once = charges(client)["Set-up"]
        assert (once["mrr"], once["billingPeriod"], once["endDateCondition"], once["quantity"]) == (
            None,
            None,
            "One_Time",
            1,
        )

    @pytest.mark.observed(RECORDED)
    def test_prices_are_summed_up_in_words(self, client: Client) -> None:
        summaries = {name: each["pricingSummary"] for name, each in charges(client).items()}
        assert summaries == {
            "Seat": "USD12",
            "Set-up": "USD99",
            "Off": "25%  discount",
            "Less": "USD10 fixed amount discount",
            "Storage": "Free for first 5 GB, thereafter USD0.5/GB",
            "Calls": "1 to 10 Each: USD0.25/Each, 11 or more Each: USD50",
            "Texts": "1 to 999999 Each: USD0/Each, thereafter USD0 per exceeding unit",
            "User": "USD297.6/Each",
            "Old": "USD8",
        }

    @pytest.mark.observed(RECORDED)
    def test_what_has_no_price_has_discounts_or_tiers(self, client: Client) -> None:
        found = charges(client)
        off, less, storage = found["Off"], found["Less"], found["Storage"]
        assert (off["price"], off["discountPercentage"], off["quantity"]) == (None, 25, None)
        assert (less["price"], less["discountAmount"]) == (None, 10)
        assert (storage["price"], storage["overagePrice"], storage["includedUnits"], storage["mrr"]) == (
            None,
            0.5,
            5,
            None,
        )
        assert found["Calls"]["tiers"] == [
            {"tier": 1, "startingUnit": 1, "endingUnit": 10, "price": 0.25, "priceFormat": "PerUnit"},
            {"tier": 2, "startingUnit": 11, "endingUnit": None, "price": 50, "priceFormat": "FlatFee"},
        ]

    @pytest.mark.documented(BY_KEY)
    @pytest.mark.parametrize(
        ("query", "segment"),
        [
            ("", 2),
            ("?charge-detail=last-segment", 2),
            ("?charge-detail=current-segment", 1),
            ("?charge-detail=specific-segment&as-of-date=2026-02-28", 1),
            ("?charge-detail=specific-segment&as-of-date=2026-03-01", 2),
        ],
    )
    def test_the_segment_is_the_one_that_is_asked_for(self, client: Client, query: str, segment: int) -> None:
        seat = charges(client, query)["Seat"]
        assert (seat["segment"], seat["done"]) == (segment, segment == 1)

    @pytest.mark.documented(BY_KEY)
    def test_on_a_day_without_a_segment_the_charge_is_not_there(self, client: Client) -> None:
        assert "Seat" not in charges(client, "?charge-detail=specific-segment&as-of-date=2027-01-01")

    @pytest.mark.observed("zuora-sdk 3.21, get_subscription_by_key")
    def test_all_segments_stand_in_the_charge(self, client: Client) -> None:
        seat = charges(client, "?charge-detail=all-segments")["Seat"]
        assert [(each["segment"], each["mrr"], each["price"]) for each in seat["chargeSegments"]] == [
            (1, 10, 10),
            (2, 12.5, 12),
        ]
        assert (seat["number"], seat["model"], "mrr" in seat) == ("C-Seat", "FlatFee", False)

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("query", "message"),
        [
            (
                "charge-detail=every",
                "'charge-detail' value should be one of: last-segment, current-segment, all-segments, specific-segment",
            ),
            (
                "getDetailedMetrics=true&asOfDay=tomorrow",
                "'asOfDay' is not valid: a date yyyy-mm-dd is needed",
            ),
            (
                "charge-detail=specific-segment&as-of-date=2026-02-30",
                "'as-of-date' is not valid: a date yyyy-mm-dd is needed",
            ),
        ],
    )
    def test_what_nobody_can_ask_for_is_refused(self, client: Client, query: str, message: str) -> None:
        answer = client.get(f"/v1/subscriptions/S-1?{query}", headers=NEW)
        assert answer.status_code == 400
        assert answer.json()["reasons"] == [{"code": 50000020, "message": message}]


class TestOfAnAccount:
    @pytest.mark.documented(OF_ACCOUNT)
    def test_the_latest_versions_are_listed_the_last_changed_first(self, client: Client) -> None:
        third = read(client, "S-3")["id"]
        client.post("/__admin/clock/advance", json={"seconds": 60})
        assert client.put(f"/v1/object/subscription/{third}", json={"Notes": "Called"}).status_code == 200
        listed = read(client, "accounts/A-1")["subscriptions"]
        found = [(each["subscriptionNumber"], each["version"]) for each in listed]
        assert found[0] == ("S-3", 1)
        assert sorted(found) == [("S-1", 2), ("S-2", 1), ("S-3", 1)]
        assert read(client, "accounts/B-1") == {"subscriptions": [], "success": True}

    @pytest.mark.documented("guide, Pagination")
    def test_pages_follow_each_other_with_what_was_asked(self, client: Client) -> None:
        page = read(client, "accounts/A-1", "?pageSize=2&charge-detail=current-segment")
        assert list(page) == ["subscriptions", "nextPage", "success"]
        assert page["nextPage"] == "/v1/subscriptions/accounts/A-1?page=2&pageSize=2&charge-detail=current-segment"
        second = client.get(page["nextPage"]).json()
        assert (len(page["subscriptions"]), len(second["subscriptions"]), "nextPage" in second) == (2, 1, False)

    @pytest.mark.documented("guide, Pagination")
    def test_a_page_has_at_most_forty(self, client: Client) -> None:
        many = [{**OWNER, "Name": f"M-{n}", "Status": "Active"} for n in range(45)]
        client.post("/__admin/seed", json={"objects": {"Subscription": many}})
        page = read(client, "accounts/A-1", "?pageSize=10000")
        assert (len(page["subscriptions"]), page["nextPage"]) == (
            40,
            "/v1/subscriptions/accounts/A-1?page=2&pageSize=40",
        )


class TestSteering:
    @pytest.mark.assumed
    def test_it_rests_on_stored_records_and_the_ledger_says_so(self, new_server: Start, tmp_path: Path) -> None:
        client = begun(new_server, tmp_path)
        answer = client.get("/v1/subscriptions/S-1")
        assert answer.headers["Zuora-Mock-Level"] == "stored"
        ledger = client.get("/__admin/ledger").json()
        rows = {each["name"]: each for section in ("operations", "objects") for each in ledger[section]}
        for name in ("subscriptions.get", "Subscription", "RatePlanCharge"):
            assert (rows[name]["exercised"], rows[name]["level"]) == (True, "stored")
