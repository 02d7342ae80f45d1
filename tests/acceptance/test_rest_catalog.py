"""`/v1/catalog`: products with their rate plans, charges and prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import recorded
from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.recorded import assert_recorded
from tests.acceptance.wire import start

RECORDED = "recorded answers of 2014 to 2025, Guardian client tests"
ALWAYS = {"EffectiveStartDate": "2020-01-01", "EffectiveEndDate": "2050-01-01"}
CHARGE = {"ChargeType": "Recurring", "ProductRatePlanId": {"Name": "Monthly"}}


def tier(charge: str, price: float | None = None, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    given = {"Price": price, **fields}
    return {"ProductRatePlanChargeId": {"Name": charge}, "Currency": currency, "Tier": 1} | {
        name: value for name, value in given.items() if value is not None
    }


OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Product": [
        {"Name": "Platform", "SKU": "PLAT-1", "ProductNumber": "PC-1", "Tier__c": "Base", **ALWAYS},
        *({"Name": f"Product {n}", "SKU": f"SKU-{n}", **ALWAYS} for n in range(11)),
    ],
    "ProductRatePlan": [
        {"Name": "Monthly", "ProductId": {"SKU": "PLAT-1"}, "ExternalRatePlanIds": "a, b", **ALWAYS},
        {"Name": "Old", "ProductId": {"SKU": "PLAT-1"}, "EffectiveEndDate": "2026-02-01"},
        {"Name": "Coming", "ProductId": {"SKU": "PLAT-1"}, "EffectiveStartDate": "2026-02-02"},
    ],
    "ProductRatePlanCharge": [
        {**CHARGE, "Name": "Seat", "ChargeModel": "Per Unit Pricing", "UOM": "Each"}
        | {"RecognizedRevenueAccount": "Sales", "DeferredRevenueAccount": "Later", "BillingTiming": "In Advance"},
        {**CHARGE, "Name": "Off", "ChargeModel": "Discount-Percentage"},
        {**CHARGE, "Name": "Calls", "ChargeModel": "Tiered Pricing", "UOM": "Each"},
        {**CHARGE, "Name": "Storage", "ChargeModel": "Overage Pricing", "ChargeType": "Usage", "UOM": "GB"}
        | {"IncludedUnits": 5},
    ],
    "ProductRatePlanChargeTier": [
        tier("Seat", 10),
        tier("Seat", 9, "EUR"),
        tier("Seat", 8, "GBP", Active=False),
        tier("Off", DiscountPercentage=25),
        tier("Calls", 2, StartingUnit=1, EndingUnit=5, PriceFormat="Per Unit"),
        tier("Calls", 1.5, Tier=2, StartingUnit=6, PriceFormat="Per Unit"),
        tier("Storage", 0.5),
    ],
    "AccountingCode": [{"Name": "Sales", "Type": "Revenue of licences"}],
    "Feature": [{"Name": "Chat", "FeatureCode": "chat", "Status": "Active"}],
    "ProductFeature": [{"ProductId": {"SKU": "PLAT-1"}, "FeatureId": {"FeatureCode": "chat"}}],
}


def begun(server: Start, path: Path) -> Client:
    tier, kind = ({"name": name, "type": "text"} for name in ("Tier__c", "Kind__c"))
    declared = {"Product": [tier], "ProductRatePlanCharge": [kind]}
    return start(server, path, objects=OBJECTS, customFields=declared).sign_in()


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return begun(server, tmp_path)


def read(client: Client, path: str = "product/PLAT-1", version: str = "186.0") -> dict[str, Any]:
    answer = client.get(f"/v1/catalog/{path}", headers={"Zuora-Version": version})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def charges(client: Client) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in read(client)["productRatePlans"][0]["productRatePlanCharges"]}


class TestAsRecorded:
    @pytest.mark.observed(RECORDED)
    def test_it_has_the_members_of_recorded_ones(self, mock: Mock) -> None:
        shown = read(mock.sign_in(), "products?pageSize=1")
        assert list(shown) == ["products", "nextPage", "success"]
        [product] = shown["products"]
        assert_recorded(product, recorded.PRODUCT)
        [plan] = product["productRatePlans"]
        assert_recorded(plan, recorded.PRODUCT_RATE_PLAN)
        [charge] = plan["productRatePlanCharges"]
        assert_recorded(charge, recorded.PRODUCT_CHARGE)
        assert_recorded(charge["pricing"][0], recorded.PRICING)
        assert_recorded(charge["financeInformation"], recorded.FINANCE)


class TestProducts:
    @pytest.mark.observed(RECORDED)
    def test_the_list_has_pages_of_ten(self, client: Client) -> None:
        first = read(client, "products")
        assert (len(first["products"]), first["nextPage"]) == (10, "/v1/catalog/products?page=2&pageSize=10")
        second = client.get(first["nextPage"]).json()
        assert (len(second["products"]), list(second)) == (2, ["products", "success"])
        assert len(read(client, "products?pageSize=400")["products"]) == 12

    @pytest.mark.documented("API reference, List all products")
    def test_the_one_that_was_changed_last_comes_first(self, client: Client) -> None:
        last = read(client, "product/SKU-10")["id"]
        client.post("/__admin/clock/advance", json={"seconds": 60})
        assert client.put(f"/v1/object/product/{last}", json={"Description": "New"}).status_code == 200
        assert read(client, "products?pageSize=1")["products"][0]["sku"] == "SKU-10"

    @pytest.mark.documented("API reference, Retrieve a product")
    @pytest.mark.parametrize("path", ["product", "products"])
    def test_one_is_read_by_id_stock_number_and_product_number(self, client: Client, path: str) -> None:
        shown = read(client, f"{path}/PLAT-1")
        assert (next(iter(shown)), next(reversed(shown))) == ("id", "success")
        assert read(client, f"{path}/PC-1") == read(client, f"{path}/{shown['id']}") == shown

    @pytest.mark.observed(RECORDED)
    def test_custom_fields_and_features_have_their_places(self, client: Client) -> None:
        shown = read(client)
        names = list(shown)
        assert names[names.index("allowFeatureChanges") + 1 : -1] == ["Tier__c", "productRatePlans", "productFeatures"]
        [feature] = shown["productFeatures"]
        assert list(feature) == ["id", "name", "code", "status", "description"]
        assert (shown["Tier__c"], feature["code"]) == ("Base", "chat")
        seat = list(charges(client)["Seat"])
        assert seat[seat.index("prorationOption") + 1] == "Kind__c"

    @pytest.mark.documented("API upgrades, 230.0")
    def test_newer_versions_have_an_address_in_place_of_rate_plans(self, client: Client) -> None:
        shown = read(client, version="230.0")
        assert shown["productRatePlans"].endswith(f"/v1/rateplan/{shown['id']}/productRatePlan")
        followed = client.get(shown["productRatePlans"]).json()
        assert followed == {"productRatePlans": read(client, version="229.0")["productRatePlans"], "success": True}

    @pytest.mark.observed("zuora-sdk 3.21, get_rate_plans_by_product")
    def test_rate_plans_of_a_product_have_pages(self, client: Client) -> None:
        first = client.get("/v1/rateplan/PLAT-1/productRatePlan?pageSize=2").json()
        assert ([each["name"] for each in first["productRatePlans"]], first["nextPage"]) == (
            ["Monthly", "Old"],
            "/v1/rateplan/PLAT-1/productRatePlan?page=2&pageSize=2",
        )

    @pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
    @pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
    @pytest.mark.parametrize("path", ["catalog/product/x", "catalog/products/x", "rateplan/x/productRatePlan"])
    def test_what_is_not_there_is_not_found(self, client: Client, version: str, status: int, path: str) -> None:
        answer = client.get(f"/v1/{path}", headers={"Zuora-Version": version})
        assert answer.status_code == status
        assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'x'."}]


class TestPlansAndCharges:
    @pytest.mark.observed(RECORDED)
    def test_the_status_of_a_rate_plan_follows_from_its_days(self, client: Client) -> None:
        plans = read(client)["productRatePlans"]
        assert {each["name"]: each["status"] for each in plans} == {
            "Monthly": "Active",
            "Old": "Expired",
            "Coming": "NotStarted",
        }
        assert plans[0]["externallyManagedPlanIds"] == ["a", "b"]

    @pytest.mark.observed(RECORDED)
    def test_there_is_a_price_for_each_currency(self, client: Client) -> None:
        seat = charges(client)["Seat"]
        assert [(each["currency"], each["price"], each["tiers"]) for each in seat["pricing"]] == [
            ("USD", 10, None),
            ("EUR", 9, None),
        ]
        assert (seat["pricingSummary"], seat["model"], seat["billingTiming"]) == (
            ["USD10/Each", "EUR9/Each"],
            "PerUnit",
            "IN_ADVANCE",
        )

    @pytest.mark.observed(RECORDED)
    def test_what_has_no_price_has_discounts_tiers_or_included_units(self, client: Client) -> None:
        found = charges(client)
        [off], [calls], [storage] = (found[name]["pricing"] for name in ("Off", "Calls", "Storage"))
        assert (off["price"], off["discountPercentage"]) == (None, 25)
        assert [each["endingUnit"] for each in calls["tiers"]] == [5, None]
        assert [each["price"] for each in (*calls["tiers"], calls)] == [2, 1.5, None]
        assert (storage["price"], storage["overagePrice"], storage["includedUnits"]) == (None, 0.5, 5)
        summaries = [found[name]["pricingSummary"] for name in ("Off", "Calls", "Storage")]
        assert summaries == [
            ["25%  discount"],
            ["1 to 5 Each: USD2/Each, 6 or more Each: USD1.5/Each"],
            ["Free for first 5 GB, thereafter USD0.5/GB"],
        ]

    @pytest.mark.assumed
    def test_accounting_codes_are_of_their_type_or_of_their_place(self, client: Client) -> None:
        codes = charges(client)["Seat"]["financeInformation"]
        assert (codes["recognizedRevenueAccountingCode"], codes["recognizedRevenueAccountingCodeType"]) == (
            "Sales",
            "Revenue of licences",
        )
        assert codes["deferredRevenueAccountingCodeType"] == "DeferredRevenue"


class TestSteering:
    @pytest.mark.assumed
    def test_it_rests_on_stored_records_and_the_ledger_says_so(self, new_server: Start, tmp_path: Path) -> None:
        client = begun(new_server, tmp_path)
        answer = client.get("/v1/catalog/products")
        assert answer.headers["Zuora-Mock-Level"] == "stored"
        ledger = client.get("/__admin/ledger").json()
        rows = {each["name"]: each for section in ("operations", "objects") for each in ledger[section]}
        for name in ("catalog.products", "Product", "ProductRatePlanCharge"):
            assert (rows[name]["exercised"], rows[name]["level"]) == (True, "stored")
