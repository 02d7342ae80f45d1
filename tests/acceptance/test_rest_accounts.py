"""`/v1/accounts`: made with their contacts, read, summed up, changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import (
    UNKNOWN_ID,
    account,
    account_id,
    crud,
    explained,
    find,
    invoice,
    invoice_id,
    rule_of,
    start,
)

RECORDED = "recorded answers of 2019 to 2025, Guardian client tests"
NEW = {"Zuora-Version": "2025-08-12"}
JOE = {"firstName": "Joe", "lastName": "Schmoe", "country": "United States", "workEmail": "joe@new.example"}
BODY = {"name": "New", "currency": "USD", "billCycleDay": 1, "billToContact": JOE}
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence", "PostalCode": "94401", "Title__c": "Dr"}

BASIC = [
    "id name accountNumber notes status crmId batch invoiceTemplateId communicationProfileId profileNumber",
    "purchaseOrderNumber customerServiceRepName Tier__c salesRep summaryStatementTemplateId sequenceSetId",
]
BILLING = [
    "billCycleDay currency paymentTerm paymentGateway paymentGatewayNumber defaultPaymentMethodId",
    "invoiceDeliveryPrefsPrint invoiceDeliveryPrefsEmail autoPay additionalEmailAddresses",
    "paymentMethodCascadingConsent gatewayRoutingEligible",
]
CONTACT = [
    "accountId accountNumber address1 address2 city country county fax firstName homePhone id lastName mobilePhone",
    "nickname otherPhone otherPhoneType personalEmail state taxRegion workEmail workPhone zipCode Title__c",
    "contactDescription",
]
TAX = [
    "exemptStatus exemptCertificateId exemptCertificateType exemptIssuingJurisdiction exemptEffectiveDate",
    "exemptExpirationDate exemptDescription exemptEntityUseCode companyCode VATId",
]
SUMMARY = [
    "id name accountNumber balance lastInvoiceDate lastPaymentDate lastPaymentAmount currency status batch",
    "billCycleDay invoiceDeliveryPrefsPrint invoiceDeliveryPrefsEmail additionalEmailAddresses Tier__c",
    "defaultPaymentMethod",
]
SUMMARY_CONTACT = [
    "id firstName lastName address1 address2 city county state zipCode country workEmail workPhone taxRegion fax",
    "Title__c",
]

SUBSCRIPTION = [
    "id subscriptionNumber ratePlans subscriptionStartDate initialTerm autoRenew renewalTerm termStartDate termEndDate",
    "status termType",
]
PLAIN = {"AccountId": {"AccountNumber": "A-1"}, "Status": "Active", "IsLatestVersion": True}
OWNER = account(DefaultPaymentMethodId="8ad0000000000000000000000000f003")
CARD = {"CreditCardMaskNumber": "****1111", "CreditCardExpirationMonth": 12, "CreditCardExpirationYear": 2030}
OWNED = {
    "Product": [{"Id": "8ad0000000000000000000000000f001", "Name": "Platform", "SKU": "SKU-1"}],
    "ProductRatePlan": [
        {"Id": "8ad0000000000000000000000000f002", "Name": "Monthly", "ProductId": {"SKU": "SKU-1"}},
    ],
    "Subscription": [
        {**PLAIN, "Name": "S-1", "IsLatestVersion": False},
        {**PLAIN, "Name": "S-2"},
    ],
    "RatePlan": [
        {"Name": "Monthly", "SubscriptionId": {"Name": "S-2"}, "ProductRatePlanId": {"Name": "Monthly"}},
    ],
    "RatePlanCharge": [
        {"Name": "Seats", "RatePlanId": {"Name": "Monthly"}, "MRR": 12.5, "IsLastSegment": True},
        {"Name": "Before", "RatePlanId": {"Name": "Monthly"}, "MRR": 7, "IsLastSegment": False},
    ],
    "PaymentMethod": [
        {"Id": "8ad0000000000000000000000000f003", "Type": "CreditCard", "CreditCardType": "Visa", **CARD},
    ],
    "Payment": [
        {
            "AccountId": {"AccountNumber": "A-1"},
            "PaymentNumber": "P-1",
            "Type": "External",
            "Amount": 5,
            "EffectiveDate": "2026-01-20",
            "Status": "Processed",
        }
    ],
    "InvoicePayment": [
        {"PaymentId": {"PaymentNumber": "P-1"}, "InvoiceId": {"InvoiceNumber": "INV00000001"}, "Amount": 5},
    ],
    "Usage": [
        {
            "AccountId": {"AccountNumber": "A-1"},
            "Quantity": 3,
            "StartDateTime": "2026-01-05T00:00:00Z",
            "UOM": "Each",
        }
    ],
}


def words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    declared = {"Account": [{"name": "Tier__c", "type": "text"}], "Contact": [{"name": "Title__c", "type": "text"}]}
    invoices = [invoice(f"INV{n:08}", f"{n}.00", InvoiceDate=f"2026-01-{n:02}") for n in range(1, 9)]
    invoices[6] |= {"Status": "Posted", "Region__c": "EMEA"}
    accounts = [account(AdditionalEmailAddresses="a@acme.example, b@acme.example"), account("B-1", Name="Bolt")]
    given: dict[str, Any] = {"accounts": accounts, "contacts": [AMY], "invoices": invoices, "customFields": declared}
    return start(server, tmp_path, **given).sign_in()


def read(client: Client, key: str = "A-1", end: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/accounts/{key}{end}", headers=NEW)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def post(client: Client, **members: Any) -> httpx.Response:
    body = {name: value for name, value in {**BODY, **members}.items() if value is not None}
    return client.post("/v1/accounts", json=body, headers=NEW)


def made(client: Client, **members: Any) -> dict[str, Any]:
    answer = post(client, **members)
    assert answer.status_code == 200, answer.text
    return read(client, answer.json()["accountNumber"])


def put(client: Client, key: str = "A-1", **members: Any) -> httpx.Response:
    return client.put(f"/v1/accounts/{key}", json=members, headers=NEW)


def reasons(answer: httpx.Response) -> list[tuple[int, str]]:
    assert answer.status_code == 400, answer.text
    return [(each["code"], each["message"]) for each in answer.json()["reasons"]]


class TestReading:
    @pytest.mark.observed(RECORDED)
    def test_an_account_has_the_members_of_recorded_ones_in_their_order(self, client: Client) -> None:
        shown = read(client)
        assert list(shown) == [
            "basicInfo",
            "billingAndPayment",
            "metrics",
            "billToContact",
            "soldToContact",
            "taxInfo",
            "success",
        ]
        assert list(shown["basicInfo"]) == words(BASIC)
        assert list(shown["billingAndPayment"]) == words(BILLING)
        assert list(shown["metrics"]) == words(["balance currency totalInvoiceBalance creditBalance contractedMrr"])
        assert list(shown["billToContact"]) == list(shown["soldToContact"]) == words(CONTACT)
        assert list(shown["taxInfo"]) == words(TAX)

    @pytest.mark.observed(RECORDED)
    def test_it_has_what_the_account_has_and_nulls_for_the_rest(self, client: Client) -> None:
        shown = read(client)
        assert (shown["basicInfo"]["id"], shown["basicInfo"]["notes"]) == (account_id(client), None)
        assert shown["billingAndPayment"]["additionalEmailAddresses"] == ["a@acme.example", "b@acme.example"]
        assert shown["billingAndPayment"]["paymentMethodCascadingConsent"] is False
        assert (shown["metrics"]["balance"], shown["metrics"]["contractedMrr"]) == (7, 0)
        amy = shown["billToContact"]
        assert (amy["accountNumber"], amy["zipCode"], amy["Title__c"], amy["city"]) == ("A-1", "94401", "Dr", None)
        assert shown["taxInfo"]["exemptStatus"] == "No"

    @pytest.mark.observed(RECORDED)
    def test_who_has_no_contacts_has_nulls_in_their_place(self, client: Client) -> None:
        shown = read(client, "B-1")
        assert (shown["billToContact"], shown["soldToContact"]) == (None, None)
        assert "shipToContact" not in shown

    @pytest.mark.documented("API reference, Retrieve an account")
    def test_it_is_read_by_id_and_by_number(self, client: Client) -> None:
        assert read(client, account_id(client)) == read(client, "A-1")

    @pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
    @pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
    @pytest.mark.parametrize("end", ["", "/summary"])
    def test_what_is_not_there_is_not_found(self, client: Client, version: str, status: int, end: str) -> None:
        answer = client.get(f"/v1/accounts/nope{end}", headers={"Zuora-Version": version})
        assert answer.status_code == status
        assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'nope'."}]


class TestSummary:
    @pytest.mark.observed("recorded answers of 2016 to 2023, Guardian client tests")
    def test_it_has_the_members_of_recorded_ones_in_their_order(self, client: Client) -> None:
        shown = read(client, end="/summary")
        expected = "basicInfo billToContact soldToContact taxInfo subscriptions invoices payments usage success"
        assert list(shown) == expected.split()
        assert list(shown["basicInfo"]) == words(SUMMARY)
        assert list(shown["billToContact"]) == words(SUMMARY_CONTACT)
        assert (shown["subscriptions"], shown["payments"], shown["usage"]) == ([], [], [])
        assert shown["basicInfo"]["defaultPaymentMethod"] is None

    @pytest.mark.documented("API reference, Retrieve an account summary")
    def test_it_has_the_last_six_invoices(self, client: Client) -> None:
        invoices = read(client, end="/summary")["invoices"]
        assert [each["invoiceNumber"] for each in invoices] == [f"INV{n:08}" for n in range(8, 2, -1)]
        expected = words(["id invoiceNumber invoiceDate dueDate amount balance status"])
        assert all(list(each) == expected for each in invoices)
        assert (invoices[1]["status"], invoices[1]["amount"], invoices[1]["balance"]) == ("Posted", 7, 7)
        assert read(client, "B-1", "/summary")["invoices"] == []

    @pytest.mark.documented("API reference, Retrieve an account summary")
    def test_it_has_what_the_fixture_keeps_of_other_objects(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, accounts=[OWNER], objects=OWNED, invoices=[invoice()]).sign_in()
        shown, whole = read(client, end="/summary"), read(client)
        [subscription] = shown["subscriptions"]
        assert list(subscription) == words(SUBSCRIPTION)
        assert (subscription["subscriptionNumber"], subscription["ratePlans"]) == (
            "S-2",
            [
                {
                    "productId": "8ad0000000000000000000000000f001",
                    "productName": "Platform",
                    "productSku": "SKU-1",
                    "productRatePlanId": "8ad0000000000000000000000000f002",
                    "ratePlanName": "Monthly",
                }
            ],
        )
        [payment] = shown["payments"]
        paid = {"invoiceId": invoice_id(client), "invoiceNumber": "INV00000001", "appliedPaymentAmount": 5}
        assert (payment["paymentNumber"], payment["paymentType"], payment["paidInvoices"]) == (
            "P-1",
            "External",
            [paid],
        )
        assert shown["usage"] == [{"quantity": 3, "startDate": "2026-01-05", "unitOfMeasure": "Each"}]
        last = {name: shown["basicInfo"][name] for name in ("lastPaymentDate", "lastPaymentAmount")}
        assert last == {"lastPaymentDate": "2026-01-20", "lastPaymentAmount": 5}
        assert list(shown["basicInfo"]["defaultPaymentMethod"].values())[1:] == [
            "CreditCard",
            "****1111",
            12,
            2030,
            "Visa",
        ]
        assert whole["metrics"]["contractedMrr"] == 12.5

    @pytest.mark.assumed
    @pytest.mark.parametrize("end", ["", "/summary"])
    def test_it_tells_that_it_rests_on_what_is_stored(self, server: Start, tmp_path: Path, end: str) -> None:
        client = start(server, tmp_path, accounts=[OWNER], objects=OWNED, invoices=[invoice()]).sign_in()
        assert client.get(f"/v1/accounts/A-1{end}").headers["Zuora-Mock-Level"] == "stored"

    @pytest.mark.documented("API reference, Retrieve an account summary")
    def test_it_knows_the_day_of_the_last_posted_invoice_of_a_fixture(self, server: Start, tmp_path: Path) -> None:
        days = {"INV1": ("2026-01-20", "Posted"), "INV2": ("2026-01-10", "Posted"), "INV3": ("2026-01-30", "Draft")}
        invoices = [invoice(name, InvoiceDate=day, Status=status) for name, (day, status) in days.items()]
        accounts = [account(), account("B-1", LastInvoiceDate="2020-01-01"), account("C-1", LastInvoiceDate=None)]
        invoices += [invoice(f"INV-{each}", AccountNumber=each, Status="Posted") for each in ("B-1", "C-1")]
        client = start(server, tmp_path, accounts=accounts, invoices=invoices).sign_in()
        told = [read(client, each, "/summary")["basicInfo"]["lastInvoiceDate"] for each in ("A-1", "B-1", "C-1")]
        assert told == ["2026-01-20", "2020-01-01", None]

    @pytest.mark.documented("API reference, Retrieve an account summary")
    def test_it_has_the_last_six_subscriptions_by_their_last_change(self, server: Start, tmp_path: Path) -> None:
        many = [{**PLAIN, "Name": f"S-{n}", "UpdatedDate": f"2026-01-{n + 1:02}T00:00:00Z"} for n in range(8)]
        client = start(server, tmp_path, accounts=[account()], objects={"Subscription": many}).sign_in()
        shown = read(client, end="/summary")["subscriptions"]
        assert [each["subscriptionNumber"] for each in shown] == [f"S-{n}" for n in range(7, 1, -1)]

    @pytest.mark.documented("API reference, Retrieve an account summary")
    def test_usage_is_left_out_if_nobody_wants_it(self, client: Client) -> None:
        assert "usage" not in read(client, end="/summary?excludeUsage=true")


class TestCreating:
    @pytest.mark.documented("API reference, Create an account")
    def test_it_is_active_at_once_and_has_a_sold_to_contact_of_its_own(self, client: Client) -> None:
        answer = post(client)
        new = answer.json()
        assert list(new) == ["success", "accountId", "accountNumber", "billToContactId", "soldToContactId"]
        assert (new["success"], new["accountNumber"]) == (True, "A00000001")
        shown = read(client, new["accountId"])
        assert (shown["basicInfo"]["status"], shown["basicInfo"]["name"]) == ("Active", "New")
        assert (shown["billToContact"]["id"], shown["soldToContact"]["id"]) == (
            new["billToContactId"],
            new["soldToContactId"],
        )
        assert new["billToContactId"] != new["soldToContactId"]
        assert shown["soldToContact"]["workEmail"] == "joe@new.example"
        assert shown["billingAndPayment"]["invoiceDeliveryPrefsEmail"] is False
        assert shown["billingAndPayment"]["paymentTerm"] == "Due Upon Receipt"

    @pytest.mark.documented("API reference, Create an account")
    def test_everything_that_is_given_is_kept(self, client: Client) -> None:
        shown = made(
            client,
            accountNumber="N-1",
            notes="Handle with care",
            crmId="crm",
            salesRep="Sue",
            paymentTerm="Net 30",
            batch="Batch7",
            additionalEmailAddresses=["a@new.example", "b@new.example"],
            taxInfo={"exemptStatus": "Yes", "VATId": "GB1", "exemptEffectiveDate": "2026-01-01"},
            soldToContact={"firstName": "Sid", "lastName": "Sold", "zipCode": "10115", "Title__c": "Mx"},
            shipToSameAsBillTo=True,
            profileNumber="CP-1",
            Tier__c="gold",
            Location__NS="Rome",
        )
        basic, tax = shown["basicInfo"], shown["taxInfo"]
        assert {
            "accountNumber": "N-1",
            "salesRep": "Sue",
            "Tier__c": "gold",
            "profileNumber": "CP-1",
        }.items() <= basic.items()
        assert list(basic)[-1] == "Location__NS"
        assert (tax["exemptStatus"], tax["VATId"], tax["exemptEffectiveDate"]) == ("Yes", "GB1", "2026-01-01")
        assert (shown["soldToContact"]["zipCode"], shown["soldToContact"]["Title__c"]) == ("10115", "Mx")
        assert shown["shipToContact"] == shown["billToContact"]
        assert shown["billingAndPayment"]["additionalEmailAddresses"] == ["a@new.example", "b@new.example"]

    @pytest.mark.observed("recorded create of 2016, contactually/zuora-ruby")
    def test_a_payment_method_and_numbers_as_text_are_accepted(self, client: Client) -> None:
        [method] = client.create("PaymentMethod", {"Type": "Check"})
        answer = post(client, billCycleDay="1", hpmCreditCardPaymentMethodId=method)
        assert answer.json()["paymentMethodId"] == method
        shown = read(client, answer.json()["accountId"])["billingAndPayment"]
        assert (shown["autoPay"], shown["defaultPaymentMethodId"], shown["billCycleDay"]) == (True, method, 1)
        method_shown = read(client, answer.json()["accountId"], "/summary")["basicInfo"]["defaultPaymentMethod"]
        assert (method_shown["id"], method_shown["creditCardNumber"]) == (method, None)

    @pytest.mark.documented("API reference, Create an account")
    def test_a_card_is_made_with_the_account_that_pays_by_it(self, client: Client) -> None:
        printed = {
            "cardType": "Visa",
            "cardNumber": "4111111111111111",
            "expirationMonth": "03",
            "expirationYear": "2030",
        }
        card = {**printed, "securityCode": "122", "cardHolderInfo": {"cardHolderName": "Amy"}}
        made = post(client, creditCard=card, autoPay=True).json()
        method = client.get(f"/v1/payment-methods/{made['paymentMethodId']}").json()
        assert (method["accountKey"], method["isDefault"], method["cardNumber"]) == (
            made["accountId"],
            True,
            "************1111",
        )
        assert read(client, made["accountId"])["billingAndPayment"]["autoPay"]
        assert reasons(post(client, creditCard=card, hpmCreditCardPaymentMethodId=made["paymentMethodId"]))

    @pytest.mark.observed("ActiveMerchant, wire transcript of 2017")
    def test_all_that_is_missing_is_told_at_once(self, client: Client) -> None:
        assert reasons(post(client, name="", billToContact=None, currency=None)) == [
            (51000220, "'name' may not be empty"),
            (51001122, "'billToContact' may not be null"),
            (51000322, "'currency' may not be null"),
        ]

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("members", "code", "message"),
        [
            ({"currency": "XYZ"}, 51000320, "currency: 'XYZ' is no currency of ISO 4217"),
            ({"accountNumber": "A-1"}, 51000020, "accountNumber: 'A-1' is already used"),
            ({"paymentTerm": "Net 7"}, 51000020, "paymentTerm: 'Net 7' is not an active payment term"),
            ({"billCycleDay": 32}, 51000020, "billCycleDay: a whole number from 0 to 31 is needed, not '32'"),
            ({"billCycleDay": None}, 51000022, "'billCycleDay' may not be null"),
            ({"autoPay": True}, 51000022, "'hpmCreditCardPaymentMethodId' may not be null"),
            ({"debitCard": {}}, 51000021, "Invalid parameter(s): 'debitCard'."),
            ({"billToContact": {"firstName": "Joe"}}, 51001122, "'billToContact.lastName' may not be null"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_left(
        self, client: Client, members: dict[str, Any], code: int, message: str
    ) -> None:
        before = client.get("/__admin/state").json()
        assert reasons(post(client, **members)) == [(code, message)]
        assert client.get("/__admin/state").json() == before

    @pytest.mark.documented("guide, API upgrades")
    def test_what_needs_a_newer_version_is_unknown_to_an_older_one(self, client: Client) -> None:
        assert post(client, runBilling=True, collect=False).status_code == 200
        older = client.post("/v1/accounts", json={**BODY, "runBilling": True, "invoiceCollect": True})
        assert older.json()["reasons"] == [{"code": 51000021, "message": "Invalid parameter(s): 'runBilling'."}]

    @pytest.mark.assumed
    def test_the_explanation_points_into_the_body(self, client: Client) -> None:
        told = explained(client, post(client, paymentTerm="Net 7"))
        assert (told["pointer"], told["accepted"]["body"]["paymentTerm"]) == ("/paymentTerm", "Due Upon Receipt")


class TestUpdating:
    @pytest.mark.documented("API reference, Update an account")
    def test_what_is_given_changes_and_the_rest_stays(self, client: Client) -> None:
        before = read(client)
        answer = put(client, notes="Called twice", batch="Batch2", Tier__c="silver", paymentTerm="Net 60")
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        after = read(client)
        assert after["basicInfo"] == {
            **before["basicInfo"],
            "notes": "Called twice",
            "batch": "Batch2",
            "Tier__c": "silver",
        }
        assert after["billingAndPayment"] == {**before["billingAndPayment"], "paymentTerm": "Net 60"}

    @pytest.mark.documented("API reference, Update an account")
    def test_an_empty_text_empties_a_field(self, client: Client) -> None:
        put(client, notes="x", crmId="y")
        put(client, notes="", billToContact={"zipCode": ""}, additionalEmailAddresses=[])
        shown = read(client)
        assert (shown["basicInfo"]["notes"], shown["basicInfo"]["crmId"]) == (None, "y")
        assert shown["billToContact"]["zipCode"] is None
        assert shown["billingAndPayment"]["additionalEmailAddresses"] == []

    @pytest.mark.documented("API reference, Update an account")
    def test_an_address_of_the_bill_to_contact_turns_mail_on_and_none_turns_it_off(self, client: Client) -> None:
        def mailed() -> bool:
            return bool(read(client)["billingAndPayment"]["invoiceDeliveryPrefsEmail"])

        put(client, billToContact={"city": "Rome"})
        assert not mailed()
        put(client, billToContact={"workEmail": "amy@acme.example", "personalEmail": "amy@home.example"})
        assert mailed()
        put(client, billToContact={"workEmail": ""})
        assert mailed()
        put(client, billToContact={"personalEmail": ""})
        assert not mailed()

    @pytest.mark.documented("API reference, Update an account")
    def test_contacts_are_changed_shared_or_new(self, client: Client) -> None:
        put(client, soldToContact={"city": "Rome"})
        assert read(client)["billToContact"]["city"] == "Rome"
        [new] = client.create("Contact", {"AccountId": account_id(client), "FirstName": "Bo", "LastName": "Li"})
        put(client, soldToContactId=new, shipToContact={"firstName": "Sal", "lastName": "Ship"})
        shown = read(client)
        assert (shown["soldToContact"]["id"], shown["shipToContact"]["firstName"]) == (new, "Sal")
        kept = crud(client, "DELETE", f"contact/{shown['shipToContact']['id']}")
        assert "ship-to" in kept.text

    @pytest.mark.assumed
    def test_a_contact_of_another_account_is_refused(self, client: Client) -> None:
        other = post(client).json()["billToContactId"]
        for wanted in (other, UNKNOWN_ID):
            answer = put(client, billToContactId=wanted)
            message = f"billToContactId: no contact of the account has the id '{wanted}'"
            assert reasons(answer) == [(51000020, message)]
            assert explained(client, answer)["pointer"] == "/billToContactId"

    @pytest.mark.documented("API reference, Update an account")
    def test_number_currency_and_status_do_not_change(self, client: Client) -> None:
        answer = put(client, accountNumber="X", currency="EUR", status="Draft")
        assert reasons(answer) == [(51000021, "Invalid parameter(s): 'accountNumber,currency,status'.")]
        assert rule_of(answer) == "field.unknown"

    @pytest.mark.assumed
    def test_nothing_given_changes_nothing(self, client: Client) -> None:
        before = find(client, "select UpdatedDate from Account where AccountNumber = 'A-1'")
        assert client.post("/__admin/clock/advance", json={"seconds": 9}).status_code == 200
        assert put(client, notes=None).json() == put(client).json() == {"success": True}
        assert find(client, "select UpdatedDate from Account where AccountNumber = 'A-1'") == before

    @pytest.mark.assumed
    def test_what_is_not_there_is_not_changed(self, client: Client) -> None:
        assert put(client, "nope", notes="x").status_code == 404


@pytest.mark.assumed
def test_an_account_of_rest_is_one_of_every_family(client: Client) -> None:
    new = post(client).json()
    assert crud(client, "GET", f"account/{new['accountId']}").json()["Name"] == "New"
    [found] = client.get(f"/object-query/accounts?filter[]=id.EQ:{new['accountId']}&expand[]=billto").json()["data"]
    assert found["billTo"]["id"] == new["billToContactId"]
