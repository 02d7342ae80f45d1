"""What the mock only stores: created, read, changed, deleted and queried with the checks of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, account_id, act, crud, fault, row, start
from zuora_mock.domain.catalogue import STORED, Access, ObjectType
from zuora_mock.domain.values import Type

LEVEL = "Zuora-Mock-Level"
DATES = {"EffectiveStartDate": "2026-01-01", "EffectiveEndDate": "2027-01-01"}
CHARGE = {
    "Name": "Seats",
    "ChargeModel": "Per Unit Pricing",
    "ChargeType": "Recurring",
    "BillCycleType": "DefaultFromCustomer",
    "BillingPeriod": "Month",
    "TriggerEvent": "ContractEffective",
    "UseDiscountSpecificAccountingCode": False,
}
OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Subscription": [
        {"Name": "A-S1", "AccountId": {"AccountNumber": "A-1"}, "Status": "Active", "TermStartDate": "2026-01-01"}
    ],
    "RatePlan": [{"SubscriptionId": {"Name": "A-S1"}, "Name": "Monthly"}],
    "RatePlanCharge": [
        {"RatePlanId": {"Name": "Monthly"}, "Name": "Flat", "ChargeModel": "Flat Fee Pricing", "Price": "9.99"},
        {"RatePlanId": {"Name": "Monthly"}, "Name": "Off", "ChargeModel": "Discount-Percentage", "Price": 1},
    ],
}


def begun(server: Start, path: Path) -> Mock:
    return start(server, path, objects=OBJECTS)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return begun(server, tmp_path)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def query(client: Client, text: str) -> list[dict[str, Any]]:
    answer = act(client, "query", {"queryString": text}, X_Zuora_WSDL_Version="153")
    assert answer.status_code == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def catalogue(client: Client) -> tuple[str, str, str]:
    """A product, its plan and a charge with two tiers."""
    [product] = client.create("Product", {"Name": "Platform", "SKU": "P-1", **DATES})
    [plan] = client.create("ProductRatePlan", {"Name": "Monthly", "ProductId": product, **DATES})
    tiers = {"ProductRatePlanChargeTier": [{"Currency": "USD", "Price": 10}, {"Currency": "EUR", "Price": "9.5"}]}
    charge = {**CHARGE, "ProductRatePlanId": plan, "ProductRatePlanChargeTierData": tiers}
    return product, plan, client.create("ProductRatePlanCharge", charge)[0]


@pytest.mark.documented("SOAP API, the pages of all objects")
@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.name)
def test_every_field_of_every_object_is_selected_and_sought_as_its_page_says(client: Client, kind: ObjectType) -> None:
    apart = {name for rule in kind.select_rules for name in rule.names}
    names = [each.name for each in kind.fields if Access.QUERY in each.access and each.name not in apart]
    sought = [each.name for each in kind.fields if Access.FILTER in each.access and each.type is not Type.TEXT]
    conditions = " or ".join(f"{name} = null" for name in sought) or "Id = null"
    text = f"select {', '.join(names)} from {kind.name} where {conditions}"
    answer = act(client, "query", {"queryString": text}, X_Zuora_WSDL_Version="153")
    assert (answer.status_code, answer.headers.get(LEVEL)) == (200, "stored"), answer.text


@pytest.mark.documented("Actions reference, create; Older API, Object_GETProduct")
def test_what_is_created_can_be_read_changed_and_deleted(client: Client) -> None:
    [product] = client.create("Product", {"Name": "Platform", "SKU": "P-1", "Region__c": "EMEA", **DATES})
    read = crud(client, "GET", f"product/{product}")
    assert {"Name": "Platform", "EffectiveEndDate": "2027-01-01", "Region__c": "EMEA"}.items() <= read.json().items()
    assert read.headers[LEVEL] == "stored"
    assert crud(client, "PUT", f"product/{product}", {"Name": "Other", "SKU": None}).json()["Success"]
    assert query(client, "select Name, SKU from Product where Region__c = 'EMEA'") == [{"Id": product, "Name": "Other"}]
    assert crud(client, "DELETE", f"Product/{product}").json() == {"success": True, "id": product}
    assert crud(client, "GET", f"product/{product}").status_code == 404


@pytest.mark.assumed
def test_computed_answers_have_no_level(client: Client) -> None:
    assert LEVEL not in act(client, "query", {"queryString": "select Id from Invoice"}).headers


@pytest.mark.documented("SOAP API, RatePlan")
@pytest.mark.parametrize("name", ["RatePlan", "Subscription", "RatePlanCharge"])
def test_what_comes_of_subscribing_cannot_be_created(client: Client, name: str) -> None:
    answer = act(client, "create", {"type": name, "objects": [{"Name": "x"}]})
    assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {name}"))
    assert "Zuora-Mock-Unsupported" not in answer.headers


@pytest.mark.documented("SOAP API, Feature")
def test_an_object_is_known_from_its_version_on(client: Client) -> None:
    body = {"queryString": "select Id from Feature"}
    assert act(client, "query", body, X_Zuora_WSDL_Version="59").json()["FaultCode"] == "INVALID_TYPE"
    assert act(client, "query", body, X_Zuora_WSDL_Version="60").status_code == 200


class TestValues:
    @pytest.mark.documented("SOAP API, Product")
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"Name": "x" * 101}, "Name: at most 100 characters are allowed"),
            (
                {"Category": "Hardware"},
                "Category: one of Base Products, Add On Services, ",
            ),
            ({"EffectiveEndDate": "2026-02-30"}, "EffectiveEndDate: a date yyyy-mm-dd is needed"),
            ({"AllowFeatureChanges": "perhaps"}, "AllowFeatureChanges: true or false is needed"),
        ],
    )
    def test_they_fit_their_fields(self, client: Client, change: dict[str, Any], message: str) -> None:
        body = {"type": "Product", "objects": [{"Name": "Platform", **DATES, **change}]}
        [made] = act(client, "create", body).json()
        assert made["Errors"][0]["Code"] == "INVALID_VALUE"
        assert made["Errors"][0]["Message"].startswith(message)

    @pytest.mark.observed("recorded create calls")
    def test_the_first_that_is_missing_is_named(self, client: Client) -> None:
        [made] = act(client, "create", {"type": "Product", "objects": [{"Name": "Platform"}]}).json()
        assert made == row("MISSING_REQUIRED_VALUE", "Missing required value: EffectiveEndDate")

    @pytest.mark.documented("SOAP API, PaymentMethod")
    def test_what_is_only_written_is_kept_nowhere(self, mock: Mock, client: Client) -> None:
        card = {"Type": "CreditCard", "CreditCardNumber": "4111111111111111", "CreditCardHolderName": "Alice"}
        card["CreditCardSecurityCode"] = "4712"
        [made] = client.create("PaymentMethod", card)
        [latest, *_] = client.get("/__admin/requests").json()["requests"]
        told = client.get(f"/__admin/requests/{latest['n']}").text
        assert ("4111" in told, "4712" in told, "Alice" in told) == (False, False, True)
        assert "4111" not in crud(client, "GET", f"payment-method/{made}").text
        assert "4111111111111111" not in mock.get("/__admin/state").text

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("kind", "name", "number", "mask", "masked"),
        [
            ("CreditCard", "CreditCardNumber", "4111111111111111", "CreditCardMaskNumber", "************1111"),
            ("ACH", "AchAccountNumber", "123456789", "AchAccountNumberMask", "*****6789"),
            ("BankTransfer", "BankTransferAccountNumber", "12", "BankTransferAccountNumberMask", "12"),
        ],
    )
    def test_of_a_number_that_is_not_kept_there_is_a_mask(
        self, client: Client, kind: str, name: str, number: str, mask: str, masked: str
    ) -> None:
        [made] = client.create("PaymentMethod", {"Type": kind, name: number})
        shown = crud(client, "GET", f"payment-method/{made}").json()
        assert (shown[mask], shown["Active"], shown["PaymentMethodStatus"]) == (masked, True, "Active")

    @pytest.mark.assumed
    def test_new_records_have_numbers_that_follow_each_other(self, client: Client) -> None:
        [method] = client.create("PaymentMethod", {"Type": "Check"})
        payment = {
            "AccountId": account_id(client),
            "PaymentMethodId": method,
            "Type": "External",
            "Status": "Processed",
        }
        made = client.create("Payment", payment, payment)
        numbers = [crud(client, "GET", f"payment/{each}").json()["PaymentNumber"] for each in made]
        assert numbers == ["P-00000001", "P-00000002"]
        act(client, "delete", {"type": "Payment", "ids": made[:1]})
        [third] = client.create("Payment", payment)
        assert crud(client, "GET", f"payment/{third}").json()["PaymentNumber"] == "P-00000003"

    @pytest.mark.assumed
    def test_unknown_fields_are_ignored_or_refused(self, client: Client) -> None:
        body = {"type": "Product", "objects": [{"Name": "Platform", "Sku": "x", **DATES}]}
        assert act(client, "create", body).json()[0]["Success"]
        refused = act(client, "create", body, "?rejectUnknownFields=true")
        assert refused.text == '{"message": "Error - unrecognised fields"}'


class TestReferences:
    @pytest.mark.assumed
    def test_they_lead_to_a_record_of_their_kind(self, client: Client) -> None:
        product, *_ = catalogue(client)
        for wrong in (UNKNOWN_ID, client.ids()["INV00000001"]):
            body = {"type": "ProductRatePlan", "objects": [{"Name": "x", "ProductId": wrong}]}
            assert act(client, "create", body).json() == [
                row("INVALID_VALUE", f"ProductId: no product has the id '{wrong}'")
            ]
        assert client.create("ProductRatePlan", {"Name": "x", "ProductId": product.upper()})

    @pytest.mark.assumed
    def test_a_change_checks_them_too(self, client: Client) -> None:
        _, plan, _ = catalogue(client)
        changed = crud(client, "PUT", f"product-rate-plan/{plan}", {"ProductId": UNKNOWN_ID})
        assert changed.json()["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    def test_an_account_has_a_payment_method_that_there_is(self, client: Client) -> None:
        account = account_id(client)
        [method] = client.create("PaymentMethod", {"Type": "Check", "AccountId": account})
        for given, done in ((UNKNOWN_ID, False), (method, True)):
            change = {"type": "Account", "objects": [{"Id": account, "DefaultPaymentMethodId": given}]}
            assert act(client, "update", change).json()[0]["Success"] is done
        refused = act(client, "delete", {"type": "PaymentMethod", "ids": [method]}).json()[0]
        assert refused["errors"][0]["Code"] == "CANNOT_DELETE"

    @pytest.mark.assumed
    def test_the_tiers_of_a_charge_are_records_that_go_with_it(self, client: Client) -> None:
        product, _, charge = catalogue(client)
        tiers = query(
            client, f"select Currency, Price from ProductRatePlanChargeTier where ProductRatePlanChargeId = '{charge}'"
        )
        assert [(each["Currency"], each["Price"]) for each in tiers] == [("USD", 10), ("EUR", 9.5)]
        assert act(client, "delete", {"type": "Product", "ids": [product]}).json()[0]["success"]
        for name in ("ProductRatePlan", "ProductRatePlanCharge", "ProductRatePlanChargeTier"):
            assert query(client, f"select Id from {name}") == []

    @pytest.mark.documented("API reference, Product Rate Plan Charge Tiers")
    def test_a_charge_is_updated_with_all_of_its_tiers(self, client: Client) -> None:
        charge = catalogue(client)[2]
        text = "select Currency, Tier, Price, EndingUnit from ProductRatePlanChargeTier"
        dollars, euros = query(client, text)
        assert (dollars["Tier"], euros["Tier"]) == (1, 1)
        rows = [
            {"Id": euros["Id"], "Price": 11, "EndingUnit": 10},
            {"Currency": "EUR", "Tier": 2, "Price": 8, "StartingUnit": 11},
        ]
        update = {"Name": "Users", "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": rows}}
        assert crud(client, "PUT", f"product-rate-plan-charge/{charge}", update).json()["Success"]
        first, second = query(client, text)
        assert first == {"Id": euros["Id"], "Currency": "EUR", "Tier": 1, "Price": 11, "EndingUnit": 10}
        assert (second["Currency"], second["Tier"], second["Price"]) == ("EUR", 2, 8)
        rows = [{"Currency": "EUR", "Price": 12}, {"Currency": "EUR", "Price": 9, "Tier": 2}]
        update = {"ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": rows}}
        assert crud(client, "PUT", f"product-rate-plan-charge/{charge}", update).json()["Success"]
        assert [(each["Id"], each["Price"]) for each in query(client, text)] == [(first["Id"], 12), (second["Id"], 9)]
        refused = {"Name": "x", "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": [{"Price": "x"}]}}
        answer = crud(client, "PUT", f"product-rate-plan-charge/{charge}", refused)
        assert answer.json()["Errors"][0]["Message"] == "Price: a number is needed, not 'x'"
        assert query(client, "select Name from ProductRatePlanCharge")[0]["Name"] == "Users"
        assert crud(client, "PUT", f"product-rate-plan-charge/{charge}", {"Name": "Seats"}).json()["Success"]
        assert len(query(client, text)) == 2

    @pytest.mark.assumed
    def test_a_tier_that_is_refused_leaves_no_charge(self, client: Client) -> None:
        _, plan, _ = catalogue(client)
        before = query(client, "select Id from ProductRatePlanCharge")
        for data, pointer in (({"ProductRatePlanChargeTier": [{"Price": "x"}]}, "/0/Price"), ([], "")):
            charge = {**CHARGE, "ProductRatePlanId": plan, "ProductRatePlanChargeTierData": data}
            answer = act(client, "create", {"type": "ProductRatePlanCharge", "objects": [charge]})
            assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
            told = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}/explain").json()
            assert told["pointer"].startswith("/objects/0/ProductRatePlanChargeTierData")
            assert told["pointer"].endswith(pointer)
        assert query(client, "select Id from ProductRatePlanCharge") == before

    @pytest.mark.assumed
    def test_what_others_refer_to_stays(self, client: Client) -> None:
        [subscription] = query(client, "select AccountId from Subscription")
        body = {"type": "Subscription", "objects": [{"Id": subscription["Id"], "Notes": "kept"}]}
        assert act(client, "update", body).json()[0]["Success"]
        [account] = client.create("Account", {"Name": "Other", "Currency": "USD"})
        move = {"type": "Subscription", "objects": [{"Id": subscription["Id"], "AccountId": account}]}
        assert act(client, "update", move).json()[0]["Success"]
        [kept] = act(client, "delete", {"type": "Account", "ids": [account]}).json()
        message = f"the account is the AccountId of subscription {subscription['Id']} and cannot be deleted"
        assert kept == {"success": False, "errors": [{"Code": "CANNOT_DELETE", "Message": message}]}
        assert act(client, "delete", {"type": "Subscription", "ids": [subscription["Id"]]}).json()[0]["success"]
        assert act(client, "delete", {"type": "Account", "ids": [account]}).json()[0]["success"]
        assert query(client, "select Id from RatePlan") == []


class TestSelectLists:
    @pytest.mark.observed("iron_bank, describe")
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "select Price, OveragePrice from RatePlanCharge",
                "You can only query one of OveragePrice, Price, IncludedUnits, DiscountAmount or DiscountPercentage",
            ),
            (
                "select RolloverBalance, Name from RatePlanCharge where Id = 'a'",
                "You can only query RolloverBalance in particular",
            ),
            ("select RolloverBalance from RatePlanCharge", "You can only query RolloverBalance in particular"),
            (
                "select ActiveCurrencies, Name from ProductRatePlan",
                "When querying for active currencies, you cannot query for other fields at the same time.",
            ),
            (
                "select Price, DiscountPercentage from ProductRatePlanChargeTier",
                "You can only use Price or DiscountAmount or DiscountPercentage",
            ),
        ],
    )
    def test_some_fields_are_not_selected_together(self, client: Client, text: str, message: str) -> None:
        answer = act(client, "query", {"queryString": text}, X_Zuora_WSDL_Version="153")
        assert (answer.status_code, answer.text) == (400, fault("INVALID_FIELD", message))

    @pytest.mark.observed("iron_bank, describe; a zeep client")
    def test_alone_they_are(self, client: Client) -> None:
        for text in (
            "select Id, ActiveCurrencies from ProductRatePlan",
            "select RolloverBalance from RatePlanCharge where Id = 'a'",
        ):
            assert query(client, text) == []

    @pytest.mark.documented("SOAP API, RatePlanCharge")
    def test_a_price_is_that_of_the_charges_that_have_one(self, client: Client) -> None:
        assert [each["Name"] for each in query(client, "select Name from RatePlanCharge")] == ["Flat", "Off"]
        [found] = query(client, "select Name, Price from RatePlanCharge where Name = 'Off' or Name = 'Flat'")
        assert (found["Name"], found["Price"]) == ("Flat", 9.99)

    @pytest.mark.observed("active_zuora, issue 48")
    def test_what_is_read_alone_is_not_selected(self, client: Client) -> None:
        text = "select RevenueRecognitionRuleName from RatePlanCharge"
        message = "invalid field for query: RatePlanCharge.RevenueRecognitionRuleName"
        assert act(client, "query", {"queryString": text}).text == fault("INVALID_FIELD", message)


@pytest.mark.documented("Actions reference, queryMore")
def test_pages_of_stored_records_stay_as_they_were(client: Client) -> None:
    rows = [{"UomName": f"U{number}", "DecimalPlaces": number} for number in range(5)]
    client.create("UnitOfMeasure", *rows)
    first = act(client, "query", {"queryString": "select UomName from UnitOfMeasure", "conf": {"batchSize": 2}}).json()
    assert (first["size"], first["done"]) == (5, False)
    answer = act(client, "queryMore", {"queryLocator": first["queryLocator"]})
    assert answer.headers[LEVEL] == "stored"
    assert [each["UomName"] for each in answer.json()["records"]] == ["U2", "U3", "U4"]


class TestTheTenant:
    @pytest.mark.assumed
    def test_its_state_goes_in_again(self, mock: Mock, client: Client) -> None:
        catalogue(client)
        before = client.get("/__admin/state").json()
        assert set(before["objects"]) >= {"Subscription", "ProductRatePlanChargeTier"}
        assert client.post("/__admin/seed", json=before).status_code == 200
        assert client.get("/__admin/state").json() == before
        assert mock.sign_in(*("b" * 36, "any")).get("/__admin/state").json()["objects"].keys() == OBJECTS.keys()

    @pytest.mark.assumed
    def test_snapshot_reset_and_restore(self, client: Client) -> None:
        client.post("/__admin/snapshots", json={"name": "before"})
        catalogue(client)
        assert client.post("/__admin/reset").json()["removed"]["storedRecords"] == 9
        assert query(client, "select Id from Product") == []
        catalogue(client)
        client.post("/__admin/snapshots/before/restore")
        assert query(client, "select Id from Product") == []
        assert len(query(client, "select Id from Subscription")) == 1

    @pytest.mark.assumed
    def test_declared_custom_fields_are_those_that_there_are(self, client: Client) -> None:
        declared = {"Product": [{"name": "Tier__c", "type": "picklist", "values": ["gold"]}]}
        assert client.post("/__admin/seed", json={"customFields": declared}).status_code == 200
        bodies = [{"Name": "x", **DATES, "Tier__c": tier} for tier in ("gold", "tin")]
        made = act(client, "create", {"type": "Product", "objects": bodies}).json()
        assert [each["Success"] for each in made] == [True, False]

    @pytest.mark.assumed
    def test_the_ledger_tells_levels_apart(self, new_server: Start, tmp_path: Path) -> None:
        client = begun(new_server, tmp_path).sign_in()
        query(client, "select Id from Subscription")
        crud(client, "GET", f"product/{UNKNOWN_ID}")
        query(client, "select Id from Invoice")
        told = client.get("/__admin/ledger").json()
        met = {each["name"]: each["level"] for each in told["objects"] if each["exercised"]}
        assert met == {"Invoice": "computed", "Product": "stored", "Subscription": "stored"}
        assert told["totals"]["objects"]["exercisedByLevel"] == {"computed": 1, "stored": 2}
        assert told["totals"]["operations"]["exercisedByLevel"]["stored"] == 1
