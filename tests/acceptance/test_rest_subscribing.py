"""Subscriptions that are made without an order: with their account, or for one that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.catalogues import NEW, PLAN, SEAT, charges, customer
from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import UNKNOWN_ID

ACCOUNT = "API reference, Create an account"


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return customer(server, tmp_path)


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
