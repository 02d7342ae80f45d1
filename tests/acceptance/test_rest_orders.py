"""`POST /v1/orders`: subscriptions that come from the catalogue."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.catalogues import MONTHLY, NEW, PLAN, SEAT, charges, customer
from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import UNKNOWN_ID, account_id, explained, rule_of

ORDER = "API reference, Create an order"
TERMS = {
    "initialTerm": {"termType": "TERMED", "period": 12, "periodType": "Month"},
    "renewalSetting": "RENEW_WITH_SPECIFIC_TERM",
    "renewalTerms": [{"period": 6, "periodType": "Month"}],
    "autoRenew": True,
}
WANTED, FIRST = "/subscriptions/0/orderActions/0/createSubscription", "subscribeToRatePlans/0"
DELIVERED = {"productRatePlanChargeId": SEAT, "pricing": {"recurringDelivery": {}}}
OVERRIDE = f"{FIRST}/chargeOverrides/0"


def body(plan: dict[str, Any] = PLAN, **members: Any) -> dict[str, Any]:
    wanted = {"terms": copy.deepcopy(TERMS), "subscribeToRatePlans": [plan], **members.pop("subscription", {})}
    days = [{"name": "ServiceActivation", "triggerDate": "2026-02-15"}]
    action = {
        "type": "CreateSubscription",
        "createSubscription": wanted,
        "triggerDates": days,
        **members.pop("action", {}),
    }
    given = {"orderDate": "2026-02-01", "existingAccountNumber": "A-1", "subscriptions": [{"orderActions": [action]}]}
    return {name: value for name, value in {**given, **members}.items() if value is not None}


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return customer(server, tmp_path)


def post(client: Client, order: dict[str, Any], query: str = "") -> httpx.Response:
    return client.post(f"/v1/orders{query}", json=order, headers=NEW)


def done(client: Client, order: dict[str, Any], query: str = "") -> dict[str, Any]:
    answer = post(client, order, query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def made(client: Client, order: dict[str, Any]) -> dict[str, Any]:
    number = done(client, order)["subscriptions"][0]["subscriptionNumber"]
    shown: dict[str, Any] = client.get(f"/v1/subscriptions/{number}").json()
    return shown


def reasons(answer: httpx.Response) -> list[tuple[int, str]]:
    assert answer.status_code == 400, answer.text
    return [(each["code"], each["message"]) for each in answer.json()["reasons"]]


class TestCreating:
    @pytest.mark.documented(ORDER)
    def test_it_answers_with_the_subscriptions_that_it_made(self, client: Client) -> None:
        owner = {"subscriptionOwnerId": account_id(client), "subscriptionOwnerNumber": "A-1"}
        assert done(client, body()) == {
            "success": True,
            "orderNumber": "O-00000001",
            "accountNumber": "A-1",
            "status": "Completed",
            "subscriptions": [{"subscriptionNumber": "A-S00000001", **owner, "status": "Active"}],
        }

    @pytest.mark.documented("API upgrades, 223.0")
    def test_older_versions_have_their_numbers_alone(self, client: Client) -> None:
        answer = client.post("/v1/orders", json=body(), headers={"Zuora-Version": "216.0"}).json()
        assert (answer["subscriptionNumbers"], "subscriptions" in answer) == (["A-S00000001"], False)

    @pytest.mark.documented(ORDER)
    def test_ids_are_there_if_they_are_asked_for(self, client: Client) -> None:
        answer = done(client, body(), "?returnIds=true")
        shown = client.get("/v1/subscriptions/A-S00000001").json()
        assert (answer["accountId"], answer["subscriptionIds"]) == (account_id(client), [shown["id"]])
        assert len(answer["orderId"]) == 32

    @pytest.mark.documented(ORDER)
    def test_the_subscription_has_its_terms_and_days(self, client: Client) -> None:
        shown = made(
            client, body(subscription={"notes": "Hello", "subscriptionNumber": "S-1", "invoiceSeparately": True})
        )
        expected = {
            "subscriptionNumber": "S-1",
            "status": "Active",
            "version": 1,
            "termType": "TERMED",
            "contractEffectiveDate": "2026-02-01",
            "serviceActivationDate": "2026-02-15",
            "customerAcceptanceDate": "2026-02-01",
            "subscriptionStartDate": "2026-02-01",
            "termStartDate": "2026-02-01",
            "termEndDate": "2027-02-01",
            "subscriptionEndDate": "2027-02-01",
            "initialTerm": 12,
            "currentTerm": 12,
            "renewalTerm": 6,
            "renewalTermPeriodType": "Month",
            "autoRenew": True,
            "notes": "Hello",
            "invoiceSeparately": True,
            "orderNumber": "O-00000001",
            "lastBookingDate": "2026-02-01",
            "contractedMrr": 20,
            "totalContractedValue": 339,
        }
        assert {name: shown[name] for name in expected} == expected

    @pytest.mark.documented(ORDER)
    def test_the_charges_are_those_of_the_catalogue(self, client: Client) -> None:
        shown = made(client, body())
        [plan] = shown["ratePlans"]
        assert (plan["ratePlanName"], plan["productSku"], plan["productRatePlanId"]) == ("Monthly", "PLAT-1", MONTHLY)
        seat, once, off = (charges(shown)[name] for name in ("Seat", "Set-up", "Off"))
        assert (seat["number"], seat["productRatePlanChargeId"], seat["segment"]) == ("C-00000001", SEAT, 1)
        assert [seat[name] for name in ("quantity", "price", "mrr", "tcv", "pricingSummary")] == [
            2,
            10,
            20,
            240,
            "USD10/Each",
        ]
        assert (seat["effectiveStartDate"], seat["effectiveEndDate"]) == ("2026-02-01", "2027-02-01")
        assert (once["effectiveStartDate"], once["effectiveEndDate"], once["tcv"]) == ("2026-02-15", "2026-02-16", 99)
        assert (off["effectiveEndDate"], off["discountPercentage"], off["mrr"]) == ("2026-05-01", 25, 0)

    @pytest.mark.documented(ORDER)
    def test_prices_and_quantities_can_differ_from_it(self, client: Client) -> None:
        price = {"recurringPerUnit": {"listPrice": 7.5, "quantity": "4"}}
        override = {"productRatePlanChargeId": SEAT, "pricing": price, "chargeNumber": "C-mine"}
        seat = charges(made(client, body({**PLAN, "chargeOverrides": [override]})))["Seat"]
        assert [seat[name] for name in ("price", "quantity", "mrr", "number")] == [7.5, 4, 30, "C-mine"]

    @pytest.mark.documented("Knowledge Center, charge models")
    def test_tiers_price_their_own_units_or_all_of_them(self, client: Client) -> None:
        made_of = charges(made(client, body({"productRatePlanNumber": "PRP-3"})))
        worth = {name: [each[of] for of in ("quantity", "mrr", "tcv")] for name, each in made_of.items()}
        assert worth == {"Storage": [15, 70, 840], "Calls": [15, 60, 720]}
        assert [each["price"] for each in made_of["Storage"]["tiers"]] == [50, 4]

    @pytest.mark.documented(ORDER)
    def test_tiers_can_differ_from_it_all_at_once(self, client: Client) -> None:
        steps: list[dict[str, Any]] = [
            {"tier": 1, "startingUnit": 0, "endingUnit": 5, "price": 2, "priceFormat": "PerUnit"},
            {"tier": 2, "startingUnit": 6, "endingUnit": 20, "price": "1.5", "priceFormat": "PerUnit"},
            {"tier": 3, "startingUnit": 21, "price": 30, "priceFormat": "FlatFee"},
        ]
        for number, model, quantity, mrr in (
            ("C-1", "recurringTiered", 15, 25),
            ("C-1", "recurringTiered", 3, 6),
            ("C-2", "recurringVolume", 21, 30),
        ):
            pricing = {model: {"tiers": steps, "quantity": quantity}}
            override = {"productRatePlanChargeNumber": number, "pricing": pricing}
            shown = charges(made(client, body({"productRatePlanNumber": "PRP-3", "chargeOverrides": [override]})))[
                "Storage" if number == "C-1" else "Calls"
            ]
            assert shown["mrr"] == mrr
            expected = [{"endingUnit": None, **each, "price": float(each["price"])} for each in steps]
            assert [{name: each[name] for name in expected[0]} for each in shown["tiers"]] == expected

    @pytest.mark.documented(ORDER)
    def test_a_tier_is_read_as_strictly_as_the_rest(self, client: Client) -> None:
        override = {"productRatePlanChargeNumber": "C-1", "pricing": {"recurringTiered": {"tiers": [{"tier": 0}]}}}
        order = body({"productRatePlanNumber": "PRP-3", "chargeOverrides": [override]})
        told = [message.rpartition("tiers[0].")[2] for _, message in reasons(post(client, order))]
        assert told == [
            "tier' is not valid: a number of 1 or more is needed",
            "price' may not be null",
            "startingUnit' may not be null",
            "priceFormat' may not be null",
        ]

    @pytest.mark.documented(ORDER)
    def test_a_currency_has_prices_of_its_own_and_a_rate_plan_a_number(self, client: Client) -> None:
        order = body({"productRatePlanNumber": "PRP-2"}, subscription={"currency": "EUR"})
        licence = charges(made(client, order))["Licence"]
        names = ("currency", "price", "mrr", "tcv", "numberOfPeriods")
        assert [licence[name] for name in names] == ["EUR", 1000, 83.333333333, 1000, 4]

    @pytest.mark.documented(ORDER)
    def test_an_evergreen_one_does_not_end(self, client: Client) -> None:
        terms = {"initialTerm": {"termType": "EVERGREEN", "startDate": "2026-01-15"}}
        shown = made(client, body(subscription={"terms": terms}))
        names = ("termType", "termStartDate", "termEndDate", "subscriptionEndDate")
        assert [shown[name] for name in names] == ["EVERGREEN", "2026-01-15", None, None]
        assert charges(shown)["Seat"]["effectiveEndDate"] is None

    @pytest.mark.documented(ORDER)
    def test_an_account_can_be_made_with_it(self, client: Client) -> None:
        contact = {"firstName": "Joe", "lastName": "Schmoe", "country": "United States"}
        account = {"name": "New", "currency": "USD", "billCycleDay": 1, "billToContact": contact}
        answer = done(client, body(existingAccountNumber=None, newAccount=account))
        summary = client.get(f"/v1/accounts/{answer['accountNumber']}/summary").json()
        assert summary["basicInfo"]["name"] == "New"
        assert [each["subscriptionNumber"] for each in summary["subscriptions"]] == ["A-S00000001"]

    @pytest.mark.documented(ORDER)
    def test_one_order_makes_several_with_their_custom_fields(self, client: Client) -> None:
        order = body()
        order["subscriptions"].append({**order["subscriptions"][0], "customFields": {"Region__c": "North"}})
        assert [each["subscriptionNumber"] for each in done(client, order)["subscriptions"]] == [
            "A-S00000001",
            "A-S00000002",
        ]
        regions = [client.get(f"/v1/subscriptions/A-S0000000{n}").json()["Region__c"] for n in (1, 2)]
        assert regions == [None, "North"]

    @pytest.mark.assumed
    def test_it_can_be_cancelled_and_goes_with_the_state_of_the_tenant(self, client: Client) -> None:
        done(client, body())
        state = client.get("/__admin/state").json()
        assert client.post("/__admin/reset").status_code == 200
        assert client.post("/__admin/seed", json=state).status_code == 200
        cancelled = client.put("/v1/subscriptions/A-S00000001/cancel", json={"cancellationPolicy": "EndOfCurrentTerm"})
        assert cancelled.json()["cancelledDate"] == "2027-02-01"

    @pytest.mark.documented("guide, Idempotent requests")
    def test_sent_twice_with_a_key_it_makes_one(self, client: Client) -> None:
        answers = [client.post("/v1/orders", json=body(), headers={**NEW, "Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len(client.get("/v1/subscriptions/accounts/A-1").json()["subscriptions"]) == 1


class TestRefusing:
    @pytest.mark.documented(ORDER)
    def test_everything_that_is_wrong_is_told_at_once(self, client: Client) -> None:
        terms = {"initialTerm": {"termType": "TERMED"}}
        order = body({}, orderDate=None, existingAccountNumber=None, memo="x", subscription={"terms": terms})
        at = "subscriptions[0].orderActions[0].createSubscription"
        assert reasons(post(client, order)) == [
            (50000022, "'orderDate' may not be null"),
            (50000022, "'existingAccountNumber' may not be null"),
            (50000022, f"'{at}.terms.initialTerm.period' may not be null"),
            (50000022, f"'{at}.subscribeToRatePlans[0].productRatePlanId' may not be null"),
            (50000021, "Invalid parameter(s): 'memo'."),
        ]

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("order", "pointer"),
        [
            (body(action={"type": "AddProduct"}), "/subscriptions/0/orderActions/0/type"),
            (body(status="Draft"), "/status"),
            (body(orderLineItems=[{}]), "/orderLineItems"),
            (body({**PLAN, "chargeOverrides": [DELIVERED]}), f"{WANTED}/{OVERRIDE}/pricing/recurringDelivery"),
        ],
    )
    def test_what_it_does_not_carry_out_is_named(self, client: Client, order: dict[str, Any], pointer: str) -> None:
        answer = post(client, order)
        assert (answer.status_code, rule_of(answer)) == (400, "order.scope")
        assert explained(client, answer)["pointer"] == pointer

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("order", "pointer", "message"),
        [
            (body({"productRatePlanId": UNKNOWN_ID}), f"{FIRST}/productRatePlanId", "productRatePlanId: no product"),
            (
                body({"productRatePlanNumber": "PRP-9"}),
                f"{FIRST}/productRatePlanNumber",
                "productRatePlanNumber: no product rate plan has the number 'PRP-9'",
            ),
            (
                body({**PLAN, "chargeOverrides": [{"productRatePlanChargeNumber": "C-9"}]}),
                f"{OVERRIDE}/productRatePlanChargeNumber",
                "productRatePlanChargeNumber: no product rate plan charge has the number 'C-9'",
            ),
            (
                body({"productRatePlanNumber": "PRP-2"}, subscription={"currency": "JPY"}),
                f"{FIRST}/productRatePlanNumber",
                "productRatePlanNumber: the charge",
            ),
            (
                body({**PLAN, "chargeOverrides": [{"productRatePlanChargeId": UNKNOWN_ID}]}),
                f"{OVERRIDE}/productRatePlanChargeId",
                "productRatePlanChargeId: no product",
            ),
            (body(subscription={"currency": "JPY"}), f"{FIRST}/productRatePlanId", "productRatePlanId: the charge"),
            (body(subscription={"billToContactId": UNKNOWN_ID}), "billToContactId", "billToContactId: no contact"),
            (body(subscription={"paymentTerm": "Net 99"}), "paymentTerm", "paymentTerm: 'Net 99'"),
        ],
    )
    def test_what_leads_nowhere_is_refused_and_nothing_is_made(
        self, client: Client, order: dict[str, Any], pointer: str, message: str
    ) -> None:
        answer = post(client, order)
        [(code, told)] = reasons(answer)
        assert (code, told[: len(message)]) == (50000020, message)
        assert explained(client, answer)["pointer"] == f"{WANTED}/{pointer}"
        assert client.get("/v1/subscriptions/accounts/A-1").json()["subscriptions"] == []

    @pytest.mark.assumed
    def test_numbers_are_used_once(self, client: Client) -> None:
        order = body(orderNumber="O-9", subscription={"subscriptionNumber": "S-9"})
        done(client, order)
        assert reasons(post(client, order)) == [(50000020, "orderNumber: 'O-9' is already used")]
        again = {**order, "orderNumber": "O-10"}
        assert reasons(post(client, again)) == [(50000020, "subscriptionNumber: 'S-9' is already used")]

    @pytest.mark.observed("Guardian client tests, 2025")
    def test_an_account_that_is_not_there_is_not_found(self, client: Client) -> None:
        answer = post(client, body(existingAccountNumber="A-9"))
        assert answer.status_code == 404
        assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'A-9'."}]

    @pytest.mark.documented(ORDER)
    def test_a_number_has_none_of_three_characters(self, client: Client) -> None:
        [(code, _)] = reasons(post(client, body(orderNumber="O#1")))
        assert code == 50000020


@pytest.mark.assumed
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_and_huge_numbers_are_no_trouble(client: Client, day: str) -> None:
    price = {"recurringPerUnit": {"listPrice": 1e15, "quantity": 1e15}}
    plan = {**PLAN, "chargeOverrides": [{"productRatePlanChargeId": SEAT, "pricing": price}]}
    terms = {"initialTerm": {"termType": "TERMED", "period": 2**31 - 1, "periodType": "Week"}}
    shown = made(client, body(plan, orderDate=day, subscription={"terms": terms, "subscriptionNumber": "S-1"}))
    assert shown["termEndDate"] == "9999-12-31"
    assert client.put("/v1/subscriptions/S-1/renew", json={}).json()["success"] is True


@pytest.mark.assumed
def test_a_discount_for_weeks_ends_after_weeks(client: Client) -> None:
    weekly = {"BillingPeriod": "Specific Weeks", "SpecificBillingPeriod": 2, "UpToPeriods": 3}
    query = {"queryString": "select Id from ProductRatePlanCharge where Name = 'Off'"}
    [off] = client.post("/v1/action/query", json=query).json()["records"]
    assert client.put(f"/v1/object/product-rate-plan-charge/{off['Id']}", json=weekly).json()["Success"]
    assert charges(made(client, body()))["Off"]["effectiveEndDate"] == "2026-03-15"
