"""`POST /v1/orders`: subscriptions that come from the catalogue."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import UNKNOWN_ID, account_id, explained, rule_of, start

ORDER = "API reference, Create an order"
ACCOUNT = "API reference, Create an account"
NEW = {"Zuora-Version": "2025-08-12"}
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence"}
MONTHLY, YEARLY = "8ad0000000000000000000000000f101", "8ad0000000000000000000000000f102"
SEAT = "8ad0000000000000000000000000f201"
OF_PLAN = {"ChargeType": "Recurring", "TriggerEvent": "ContractEffective", "EndDateCondition": "SubscriptionEnd"}
OF_MONTHLY = {**OF_PLAN, "ProductRatePlanId": {"Name": "Monthly"}, "BillingPeriod": "Month"}
OF_METERED = {**OF_MONTHLY, "ProductRatePlanId": {"Name": "Metered"}, "UOM": "GB", "DefaultQuantity": 15}


def tier(charge: str, price: float, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    of = {"ProductRatePlanChargeId": {"Name": charge}, "Currency": currency}
    return {**of, "Tier": 1, "Price": price, "PriceFormat": "FlatFee", **fields}


OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Product": [{"Name": "Platform", "SKU": "PLAT-1"}],
    "ProductRatePlan": [
        {"Id": MONTHLY, "Name": "Monthly", "ProductId": {"SKU": "PLAT-1"}},
        {"Id": YEARLY, "Name": "Yearly", "ProductId": {"SKU": "PLAT-1"}, "ProductRatePlanNumber": "PRP-2"},
        {"Name": "Metered", "ProductId": {"SKU": "PLAT-1"}, "ProductRatePlanNumber": "PRP-3"},
    ],
    "ProductRatePlanCharge": [
        {
            **OF_MONTHLY,
            "Id": SEAT,
            "Name": "Seat",
            "ChargeModel": "Per Unit Pricing",
            "DefaultQuantity": 2,
            "UOM": "Each",
        },
        {**OF_MONTHLY, "Name": "Set-up", "ChargeModel": "Flat Fee Pricing", "ChargeType": "OneTime"}
        | {"TriggerEvent": "ServiceActivation"},
        {**OF_MONTHLY, "Name": "Off", "ChargeModel": "Discount-Percentage", "EndDateCondition": "FixedPeriod"}
        | {"UpToPeriods": 3, "UpToPeriodsType": "Billing Periods"},
        {**OF_PLAN, "Name": "Licence", "ProductRatePlanId": {"Name": "Yearly"}, "ChargeModel": "Flat Fee Pricing"}
        | {"BillingPeriod": "Annual", "NumberOfPeriod": 4},
        {**OF_METERED, "Name": "Storage", "ChargeModel": "Tiered Pricing", "ProductRatePlanChargeNumber": "C-1"},
        {**OF_METERED, "Name": "Calls", "ChargeModel": "Volume Pricing", "ProductRatePlanChargeNumber": "C-2"},
    ],
    "ProductRatePlanChargeTier": [
        tier("Seat", 10),
        tier("Set-up", 99),
        {**tier("Off", 0), "DiscountPercentage": 25},
        tier("Licence", 1200),
        tier("Licence", 1000, "EUR"),
        *(tier(name, 50, StartingUnit=0, EndingUnit=10) for name in ("Storage", "Calls")),
        *(tier(name, 4, Tier=2, StartingUnit=11, PriceFormat="PerUnit") for name in ("Storage", "Calls")),
    ],
}
TERMS = {
    "initialTerm": {"termType": "TERMED", "period": 12, "periodType": "Month"},
    "renewalSetting": "RENEW_WITH_SPECIFIC_TERM",
    "renewalTerms": [{"period": 6, "periodType": "Month"}],
    "autoRenew": True,
}
PLAN: dict[str, Any] = {"productRatePlanId": MONTHLY}
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
    declared = {"Subscription": [{"name": "Region__c", "type": "text"}]}
    return start(server, tmp_path, contacts=[AMY], objects=OBJECTS, customFields=declared).sign_in()


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


def charges(subscription: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for plan in subscription["ratePlans"] for each in plan["ratePlanCharges"]}


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


class TestWithItsAccount:
    @pytest.mark.documented(ACCOUNT)
    def test_a_subscription_is_made_with_its_account(self, client: Client) -> None:
        answer = with_account(client).json()
        assert list(answer)[-4:] == ["subscriptionId", "subscriptionNumber", "contractedMrr", "totalContractedValue"]
        assert (answer["contractedMrr"], answer["totalContractedValue"]) == (20, 339)
        shown = client.get(f"/v1/subscriptions/{answer['subscriptionNumber']}").json()
        expected = {
            "id": answer["subscriptionId"],
            "accountId": answer["accountId"],
            "contractEffectiveDate": "2026-02-15",
            "serviceActivationDate": "2026-02-20",
            "customerAcceptanceDate": "2026-02-20",
            "termStartDate": "2026-02-15",
            "termEndDate": "2027-02-15",
            "renewalTerm": 6,
            "autoRenew": True,
            "orderNumber": None,
        }
        assert {name: shown[name] for name in expected} == expected
        account = client.get(f"/v1/accounts/{answer['accountNumber']}").json()
        assert (account["billingAndPayment"]["billCycleDay"], account["metrics"]["contractedMrr"]) == (15, 20)

    @pytest.mark.observed("a client's recorded answer of 2016")
    def test_what_never_ends_has_no_value(self, client: Client) -> None:
        answer = with_account(client, termType="EVERGREEN", initialTerm=None).json()
        assert (answer["contractedMrr"], answer["totalContractedValue"]) == (20, None)

    @pytest.mark.documented(ACCOUNT)
    def test_charges_can_differ_from_the_catalogue_in_its_own_words(self, client: Client) -> None:
        override = {
            "productRatePlanChargeNumber": "C-1",
            "billingPeriod": "Semi_Annual",
            "billingTiming": "IN_ARREARS",
            "endDateCondition": "Fixed_Period",
            "upToPeriods": 1,
            "upToPeriodsType": "Years",
            "number": "C-mine",
            "quantity": 3,
            "tiers": [{"tier": 1, "price": 7, "priceFormat": "PerUnit"}],
        }
        plan = {"productRatePlanNumber": "PRP-3", "chargeOverrides": [override]}
        answer = with_account(client, subscribeToRatePlans=[plan]).json()
        shown = charges(client.get(f"/v1/subscriptions/{answer['subscriptionNumber']}").json())["Storage"]
        assert {name: shown[name] for name in override.keys() - {"productRatePlanChargeNumber", "tiers"}}.items() <= (
            override.items()
        )
        assert (shown["mrr"], shown["effectiveEndDate"]) == (3.5, "2027-02-15")
        assert [each["price"] for each in shown["tiers"]] == [7]

    @pytest.mark.documented(ACCOUNT)
    def test_a_charge_has_days_of_its_own(self, client: Client) -> None:
        override = {
            "productRatePlanChargeId": SEAT,
            "triggerEvent": "SpecificDate",
            "triggerDate": "2026-04-01",
            "endDateCondition": "Specific_End_Date",
            "specificEndDate": "2026-07-01",
        }
        answer = with_account(client, subscribeToRatePlans=[{**PLAN, "chargeOverrides": [override]}]).json()
        seat = charges(client.get(f"/v1/subscriptions/{answer['subscriptionNumber']}").json())["Seat"]
        assert [seat[name] for name in ("effectiveStartDate", "effectiveEndDate", "tcv")] == [
            "2026-04-01",
            "2026-07-01",
            60,
        ]

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("members", "message"),
        [
            ({"initialTerm": None}, "'subscription.initialTerm' may not be null"),
            ({"contractEffectiveDate": None}, "'subscription.contractEffectiveDate' may not be null"),
            ({"renewalTerm": -1}, "'subscription.renewalTerm' is not valid: a number of 0 or more is needed"),
            ({"memo": 1}, "Invalid parameter(s): 'subscription.memo'."),
            ({"invoiceOwnerAccountKey": "A-1"}, "'subscription.invoiceOwnerAccountKey' is not carried out by"),
            ({"subscribeToRatePlans": [{}]}, "'subscription.subscribeToRatePlans[0].productRatePlanId' may not be"),
            (
                {"subscribeToRatePlans": [{**PLAN, "chargeOverrides": [{"billingPeriod": "Fortnight"}]}]},
                "'subscription.subscribeToRatePlans[0].chargeOverrides[0].productRatePlanChargeId' may not be null",
            ),
            (
                {
                    "subscribeToRatePlans": [
                        {**PLAN, "chargeOverrides": [{"productRatePlanChargeId": SEAT, "billingPeriod": "Fortnight"}]}
                    ]
                },
                "'subscription.subscribeToRatePlans[0].chargeOverrides[0].billingPeriod' is not valid: value should be",
            ),
            ({"subscribeToRatePlans": [{"productRatePlanNumber": "PRP-9"}]}, "productRatePlanNumber: no product rate"),
        ],
    )
    def test_what_is_wrong_with_it_leaves_no_account(
        self, client: Client, members: dict[str, Any], message: str
    ) -> None:
        before = client.get("/__admin/state").json()
        answer = with_account(client, **members)
        assert answer.status_code == 400, answer.text
        assert answer.json()["reasons"][0]["message"].startswith(message)
        assert client.get("/__admin/state").json() == before


def with_account(client: Client, **members: Any) -> httpx.Response:
    """The answer to a call that makes an account and a subscription."""
    given = {
        "contractEffectiveDate": "2026-02-15",
        "serviceActivationDate": "2026-02-20",
        "termType": "TERMED",
        "initialTerm": 12,
        "renewalTerm": 6,
        "autoRenew": True,
        "subscribeToRatePlans": [PLAN],
        **members,
    }
    contact = {"firstName": "Joe", "lastName": "Schmoe", "country": "United States"}
    account = {"name": "New", "currency": "USD", "billToContact": contact}
    subscription = {name: value for name, value in given.items() if value is not None}
    return client.post("/v1/accounts", json={**account, "subscription": subscription}, headers=NEW)


BY_ITSELF: dict[str, Any] = {
    "accountKey": "A-1",
    "contractEffectiveDate": "2026-02-15",
    "termType": "TERMED",
    "initialTerm": 1,
    "initialTermPeriodType": "Year",
    "renewalTerm": 6,
    "QuoteNumber__QT": "Q-1",
    "subscribeToRatePlans": [{"productRatePlanNumber": "PRP-2"}],
}


def by_itself(client: Client, version: str = NEW["Zuora-Version"], **members: Any) -> httpx.Response:
    return client.post("/v1/subscriptions", json={**BY_ITSELF, **members}, headers={"Zuora-Version": version})


class TestByItself:
    @pytest.mark.documented("API reference, Create a subscription")
    def test_a_subscription_is_made_for_an_account_that_is_there(self, client: Client) -> None:
        answer = by_itself(client).json()
        assert list(answer) == [
            *("success", "subscriptionId", "subscriptionNumber", "contractedMrr", "totalContractedValue")
        ]
        assert (answer["contractedMrr"], answer["totalContractedValue"]) == (100, 1200)
        shown = client.get(f"/v1/subscriptions/{answer['subscriptionNumber']}").json()
        assert (shown["id"], shown["accountNumber"]) == (answer["subscriptionId"], "A-1")
        assert (shown["termEndDate"], shown["QuoteNumber__QT"], shown["renewalTermPeriodType"]) == (
            "2027-02-15",
            "Q-1",
            "Month",
        )

    @pytest.mark.observed("zuorajs, which sends 207.0 and invoice")
    def test_what_is_said_of_billing_is_read_as_the_version_has_it(self, client: Client) -> None:
        assert by_itself(client, "207.0", invoice=False).json()["success"]
        [reason] = by_itself(client, "207.0", runBilling=False).json()["reasons"]
        assert reason == {"code": 53000021, "message": "Invalid parameter(s): 'runBilling'."}

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("members", "code", "message"),
        [
            ({"accountKey": "A-9"}, 50000040, "Cannot find entity by key: 'A-9'."),
            ({"subscribeToRatePlans": []}, 53000020, "'subscribeToRatePlans' is not valid: at least 1 are needed"),
            ({"initialTerm": None}, 53000022, "'initialTerm' may not be null"),
            ({"invoiceOwnerAccountKey": "A-1"}, 53000020, "'invoiceOwnerAccountKey' is not carried out by this mock"),
            (
                {"subscribeToRatePlans": [{"productRatePlanId": UNKNOWN_ID}]},
                53000020,
                f"productRatePlanId: no product rate plan has the id '{UNKNOWN_ID}'",
            ),
        ],
    )
    def test_refusals(self, client: Client, members: dict[str, Any], code: int, message: str) -> None:
        answer = by_itself(client, **members)
        assert answer.status_code >= 400
        assert answer.json()["reasons"] == [{"code": code, "message": message}]


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
