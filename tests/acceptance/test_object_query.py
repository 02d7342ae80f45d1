"""GET /object-query/{resource} and /object-query/{resource}/{key}."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    UNKNOWN_ID,
    account,
    account_id,
    act,
    crud,
    executed,
    explained,
    find,
    invoice,
    invoice_id,
    rule_of,
    start,
)

OPERATION = "API reference, Object Queries"
GUIDE = "guide, Expand, filter, fields, and sort"
RECORDED = "Guardian client tests, a recorded answer of 2026"
LATEST = {"Zuora-Version": "2025-08-12"}
TAXED = [{"ChargeName": "Platform", "ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.50"}]}]
DISCOUNTED = [
    {"ChargeName": "Seats", "ChargeAmount": "80.00", "discounts": [{"ChargeName": "Welcome", "ChargeAmount": "-8.00"}]}
]
SUBSCRIPTION, CHARGE = "5" * 32, "c" * 32
CHARGED = [
    {"ChargeName": "Platform", "ChargeAmount": "120", "SubscriptionId": SUBSCRIPTION, "RatePlanChargeId": CHARGE}
]
EXPANDED_SUBSCRIPTION = """
accountId autoRenew billToContactId billToContactSnapshotId cMRR cancelReason cancelledDate communicationProfileId
contractAcceptanceDate contractEffectiveDate cpqBundleJsonId__QT createdById createdDate creatorAccountId
creatorInvoiceOwnerId currency currentTerm currentTermPeriodType externallyManagedBy id initialTerm
initialTermPeriodType invoiceGroupNumber invoiceOwnerId invoiceScheduleId invoiceTemplateId isInvoiceSeparate
isLatestVersion isSingleVersioned lastBookingDate name notes opportunityCloseDate__QT opportunityName__QT orderId
originalCreatedDate originalId paymentGatewayId paymentMethodId paymentTerm prepayment previousSubscriptionId
quoteBusinessType__QT quoteNumber__QT quoteType__QT rampId renewalSetting renewalTerm renewalTermPeriodType revision
sequenceSetId serviceActivationDate shipToContactId shipToContactSnapshotId soldToContactId soldToContactSnapshotId
status subscriptionEndDate subscriptionStartDate subscriptionVersionAmendmentId termEndDate termStartDate termType
updatedById updatedDate version
"""
EXPANDED_PLAN = """
amendmentId amendmentType createdById createdDate externallyManagedPlanId id invoiceOwnerId name originalRatePlanId
pricingAttributes productId productRatePlanId reverted subscriptionId subscriptionOfferId subscriptionOwnerId
subscriptionRatePlanNumber updatedById updatedDate
"""
STORED = {
    "Subscription": [
        {"Id": SUBSCRIPTION, "Name": "A-S00000001", "AccountId": {"AccountNumber": "A-1"}},
        {"Name": "A-S00000002", "AccountId": {"AccountNumber": "A-1"}},
    ],
    "RatePlan": [{"Id": "d" * 32, "Name": "Monthly", "SubscriptionId": SUBSCRIPTION}],
    "RatePlanCharge": [{"Id": CHARGE, "ChargeNumber": "C-1", "RatePlanId": "d" * 32, "Version": 1, "MRR": 12.5}],
}
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence", "WorkEmail": "amy@acme.example"}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    invoices = [
        invoice("INV00000001", items=TAXED, Region__c="EMEA", DueDate="2026-02-14"),
        invoice("INV00000002", items=DISCOUNTED, Status="Posted", InvoiceDate="2026-02-15"),
        invoice("INV00000003", "300.00", AccountNumber="B-1", Status="Canceled", PaymentTerm=None),
        invoice("inv-four", "4.25", AccountNumber="B-1", InvoiceDate="2026-03-01"),
    ]
    accounts = [account(), account("B-1", Name="Bolt", Currency="EUR", CrmId="x[1]*")]
    return start(server, tmp_path, {"timeZone": "Europe/Berlin"}, accounts=accounts, invoices=invoices, contacts=[AMY])


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def ask(client: Client, path: str, *parameters: tuple[str, str], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/object-query/{path}", params=list(parameters), headers={**LATEST, **named})


def good(client: Client, path: str, *parameters: tuple[str, str]) -> Any:
    answer = ask(client, path, *parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(client: Client, *filters: str) -> list[str]:
    """The invoices that the filters let through."""
    asked = [("filter[]", each) for each in filters]
    found = good(client, "invoices", *asked, ("sort[]", "invoicenumber.ASC"))["data"]
    return [each["invoiceNumber"] for each in found]


def refused(client: Client, path: str, *parameters: tuple[str, str]) -> str:
    """The message of a call that is refused for its parameters."""
    answer = ask(client, path, *parameters)
    assert (answer.status_code, rule_of(answer)) == (400, "object-query.parameter"), answer.text
    [reason] = answer.json()["reasons"]
    assert reason["code"] == 50000027
    return str(reason["message"])


class TestOneByKey:
    @pytest.mark.documented(OPERATION)
    @pytest.mark.parametrize(
        ("resource", "of"),
        [
            ("invoices", "Invoice"),
            ("invoice-items", "InvoiceItem"),
            ("taxation-items", "TaxationItem"),
            ("accounts", "Account"),
            ("contacts", "Contact"),
        ],
    )
    def test_every_resource_is_read_by_id_in_any_case(self, client: Client, resource: str, of: str) -> None:
        key = find(client, f"select Id from {of}")[0]["Id"]
        assert good(client, f"{resource}/{key}")["id"] == key
        assert good(client, f"{resource}/{key.upper()}")["id"] == key

    @pytest.mark.documented(OPERATION)
    def test_invoices_and_accounts_are_read_by_number_too(self, client: Client) -> None:
        assert good(client, "invoices/INV00000002")["id"] == invoice_id(client, "INV00000002")
        assert good(client, "accounts/A-1")["id"] == account_id(client)

    @pytest.mark.documented(OPERATION)
    def test_it_is_the_object_itself_with_what_it_has(self, client: Client) -> None:
        found = good(client, "invoices/INV00000001")
        assert list(found) == sorted(found)
        some = {"amount": 130.5, "balance": 130.5, "status": "Draft", "invoiceDate": "2026-01-15", "taxAmount": 10.5}
        assert {name: found[name] for name in some} == some
        assert found["region__c"] == "EMEA"
        assert None not in found.values()
        assert "body" not in found

    @pytest.mark.observed(RECORDED)
    def test_moments_have_the_offset_of_the_tenants_zone_and_no_milliseconds(self, client: Client) -> None:
        assert good(client, "invoices/INV00000001")["createdDate"] == "2026-02-01T11:00:00+01:00"

    @pytest.mark.observed(RECORDED)
    def test_without_an_offset_they_end_with_z(self, server: Start, tmp_path: Path) -> None:
        assert good(start(server, tmp_path).sign_in(), "invoices/INV00000001")["createdDate"] == "2026-02-01T10:00:00Z"

    @pytest.mark.documented(OPERATION)
    def test_spellings_differ_from_those_of_other_calls(self, client: Client) -> None:
        [item, discount] = good(
            client, "invoice-items", ("filter[]", f"invoiceid.EQ:{invoice_id(client, 'INV00000002')}")
        )["data"]
        assert {item["processingType"], discount["processingType"]} == {"0", "1"}
        assert item["accountId"] == account_id(client)
        assert "productName" not in item

    @pytest.mark.documented(OPERATION)
    def test_what_is_not_there_is_not_found(self, client: Client) -> None:
        for key in ("INV99999999", UNKNOWN_ID, "A%2F1"):
            answer = ask(client, f"invoices/{key}")
            assert (answer.status_code, rule_of(answer)) == (404, "object.key")
            message = f"Cannot find entity by key: '{key.replace('%2F', '/')}'."
            assert answer.json()["reasons"] == [{"code": 50000040, "message": message}]

    @pytest.mark.assumed
    def test_items_have_no_numbers(self, client: Client) -> None:
        assert ask(client, "invoice-items/INV00000001").status_code == 404

    @pytest.mark.assumed
    def test_another_entity_has_it_not(self, server: Start, tmp_path: Path) -> None:
        entities = [{"name": "North"}, {"name": "South"}]
        accounts = [account(entity="South")]
        mock = start(server, tmp_path, entities=entities, accounts=accounts)
        client = mock.sign_in()
        ids = {each["name"]: each["id"] for each in client.get("/__admin/state").json()["entities"]}
        for name, status in (("South", 200), ("North", 404)):
            assert ask(client, "accounts/A-1", Zuora_Entity_Ids=ids[name]).status_code == status


class TestSplit:
    @pytest.mark.assumed
    def test_parts_of_a_split_are_split_and_others_are_not(self, mock: Mock, client: Client) -> None:
        parts = executed(mock, client, 60, 40)
        found = good(client, "invoices")["data"]
        assert {each["id"] for each in found if each["isSplit"]} == set(parts)
        assert len(found) == 5

    @pytest.mark.assumed
    def test_the_original_that_is_kept_is_not(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, {"originalAfterExecute": "split"})
        client = mock.sign_in()
        executed(mock, client, 60, 40)
        found = good(client, "invoices/INV00000001")
        assert (found["status"], found["isSplit"], found["reversed"]) == ("Split", False, False)


class TestFilters:
    @pytest.mark.documented(GUIDE)
    @pytest.mark.parametrize(
        ("filter", "expected"),
        [
            ("status.EQ:Draft", ["INV00000001", "inv-four"]),
            ("status.NE:Draft", ["INV00000002", "INV00000003"]),
            ("amount.LT:72", ["inv-four"]),
            ("amount.LE:72.00", ["INV00000002", "inv-four"]),
            ("amount.GT:130.5", ["INV00000003"]),
            ("amount.GE:130.50", ["INV00000001", "INV00000003"]),
            ("amount.EQ:4.25", ["inv-four"]),
            ("amount.EQ:4.2500001", []),
            ("invoicenumber.SW:INV0", ["INV00000001", "INV00000002", "INV00000003"]),
            ("invoicenumber.IN:[INV00000003,INV00000001]", ["INV00000001", "INV00000003"]),
            ("amount.IN:[300, 4.25]", ["INV00000003", "inv-four"]),
            ("invoicedate.GE:2026-02-15", ["INV00000002", "inv-four"]),
            ("updateddate.LE:2026-02-01T10:00:00Z", ["INV00000001", "INV00000002", "INV00000003", "inv-four"]),
            ("updateddate.LT:2026-02-01T11:00:00+01:00", []),
            ("sourceid.EQ:null", ["INV00000001", "INV00000002", "INV00000003", "inv-four"]),
            ("sourcetype.NE:null", ["INV00000001", "INV00000002", "INV00000003", "inv-four"]),
            ("status.EQ:Nonsense", []),
        ],
    )
    def test_every_operator_lets_through_what_it_says(self, client: Client, filter: str, expected: list[str]) -> None:
        assert numbers(client, filter) == expected

    @pytest.mark.documented(GUIDE)
    @pytest.mark.parametrize(
        "filter",
        [
            "INVOICENUMBER.EQ:INV-FOUR",
            "invoiceNumber.eq:Inv-Four",
            "invoiceNumber.SW:INV-",
            "invoiceNumber.IN:[INV-FOUR]",
            "id.EQ:{id}",
        ],
    )
    def test_names_operators_and_values_have_any_case(self, client: Client, filter: str) -> None:
        upper = invoice_id(client, "inv-four").upper()
        assert numbers(client, filter.format(id=upper)) == ["inv-four"]

    @pytest.mark.documented(GUIDE)
    def test_several_filters_must_all_hold(self, client: Client) -> None:
        assert numbers(client, "status.EQ:Draft", "amount.GT:5", "invoicedate.LT:2026-02-01") == ["INV00000001"]

    @pytest.mark.documented(GUIDE)
    def test_custom_fields_filter(self, client: Client) -> None:
        assert numbers(client, "Region__c.EQ:emea") == ["INV00000001"]
        assert numbers(client, "Region__c.NE:null") == ["INV00000001"]

    @pytest.mark.assumed
    def test_what_looks_like_a_pattern_is_none(self, client: Client) -> None:
        for start_of in ("x[1]*", "x[", "X[1"):
            found = good(client, "accounts", ("filter[]", f"crmid.SW:{start_of}"))["data"]
            assert [each["accountNumber"] for each in found] == ["B-1"]
        assert good(client, "accounts", ("filter[]", "crmid.SW:?"))["data"] == []

    @pytest.mark.assumed
    def test_a_plus_that_was_not_encoded_is_understood(self, client: Client) -> None:
        path = "/object-query/invoices?filter[]=updateddate.EQ:2026-02-01T11:00:00+01:00"
        assert len(client.get(path).json()["data"]) == 4

    @pytest.mark.documented(OPERATION)
    @pytest.mark.parametrize("name", ["taxAmount", "id2", "comments", "nonsense", "region", "body"])
    def test_a_member_that_does_not_filter_is_refused_by_name(self, client: Client, name: str) -> None:
        assert refused(client, "invoices", ("filter[]", f"{name}.EQ:1")) == f"Invalid filter parameter: {name}"

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "filter",
        [
            "status",
            "status.EQ",
            "status:Draft",
            "status.LIKE:Draft",
            "amount.EQ:many",
            "amount.SW:1",
            "invoicedate.EQ:15 January",
            "invoicedate.EQ:2026-02-30",
            "updateddate.GT:yesterday",
            "invoicenumber.IN:INV00000001",
            "reversed.LIKE:true",
        ],
    )
    def test_a_filter_that_cannot_be_read_is_refused_as_it_was_sent(self, client: Client, filter: str) -> None:
        assert refused(client, "invoices", ("filter[]", filter)) == f"Invalid filter parameter: {filter}"

    @pytest.mark.assumed
    def test_the_explanation_names_what_would_do(self, client: Client) -> None:
        told = explained(client, ask(client, "invoices", ("filter[]", "duedat.EQ:2026-01-01")))
        assert (told["pointer"], told["actual"], told["expected"][0]) == ("filter[]", "duedat", "dueDate")

    @pytest.mark.documented("API reference, queryInvoiceItems")
    def test_invoice_items_are_listed_with_a_filter_only(self, client: Client) -> None:
        answer = ask(client, "invoice-items")
        assert (answer.status_code, rule_of(answer)) == (400, "object-query.filter")
        assert answer.json()["reasons"] == [{"code": 50000023, "message": "filter[] is required"}]
        key = find(client, "select Id from InvoiceItem")[0]["Id"]
        assert good(client, f"invoice-items/{key}")["id"] == key


class TestSorting:
    @pytest.mark.documented(GUIDE)
    def test_a_list_has_the_order_that_is_asked_for(self, client: Client) -> None:
        for word, reverse in (("ASC", False), ("desc", True)):
            found = good(client, "invoices", ("sort[]", f"Amount.{word}"))["data"]
            assert [each["amount"] for each in found] == sorted([4.25, 72, 130.5, 300], reverse=reverse)

    @pytest.mark.documented("API reference, the cursors of queryAccounts")
    def test_else_the_latest_come_first(self, client: Client) -> None:
        assert client.post("/__admin/clock/advance", json={"seconds": 5}).status_code == 200
        changed = invoice_id(client, "INV00000003")
        crud(client, "PUT", f"invoice/{invoice_id(client, 'INV00000001')}", {"Status": "Posted"})
        assert client.post("/__admin/clock/advance", json={"seconds": 5}).status_code == 200
        crud(client, "DELETE", f"invoice/{changed}")
        crud(client, "PUT", f"invoice/{invoice_id(client, 'inv-four')}", {"Status": "Posted"})
        first, second, third = good(client, "invoices")["data"]
        assert [each["invoiceNumber"] for each in (first, second, third)] == ["inv-four", "INV00000001", "INV00000002"]

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "sorts", [["comments.ASC"], ["amount"], ["amount.UP"], ["amount.ASC", "id.ASC"], ["invoiceitems.ASC"]]
    )
    def test_another_order_is_refused(self, client: Client, sorts: list[str]) -> None:
        message = refused(client, "invoices", *(("sort[]", each) for each in sorts))
        assert message.startswith("Invalid sort parameter: ")


class TestPages:
    @pytest.mark.documented(OPERATION)
    @pytest.mark.parametrize(
        "sort", ["", "invoicenumber.ASC", "duedate.DESC", "duedate.ASC", "sourceid.DESC", "id.ASC"]
    )
    def test_pages_are_a_whole_list_and_the_last_has_no_next(self, client: Client, sort: str) -> None:
        asked = [("pageSize", "1"), *([("sort[]", sort)] if sort else [])]
        whole = [each["id"] for each in good(client, "invoices", *asked[1:])["data"]]
        seen, cursor = [], ""
        while True:
            page = good(client, "invoices", *asked, ("cursor", cursor))
            seen += [each["id"] for each in page["data"]]
            if "nextPage" not in page:
                break
            cursor = page["nextPage"]
        assert seen == whole
        assert len(set(seen)) == 4

    @pytest.mark.documented("API reference, the cursors of queryAccounts")
    def test_a_cursor_says_where_the_page_ended(self, client: Client) -> None:
        page = good(client, "accounts", ("pageSize", "1"))
        assert json.loads(base64.b64decode(page["nextPage"])) == [
            {"value": "2026-02-01T11:00:00+01:00", "orderBy": {"field": "UpdatedDate", "order": "DESC"}},
            {"value": page["data"][0]["id"], "orderBy": {"field": "Id", "order": "DESC"}},
        ]

    @pytest.mark.assumed
    def test_writes_in_between_neither_repeat_nor_hide_a_record(self, client: Client) -> None:
        by_number = ("sort[]", "invoicenumber.ASC")
        first = good(client, "invoices", ("pageSize", "2"), by_number)
        crud(client, "DELETE", f"invoice/{invoice_id(client, 'INV00000003')}")
        for each in first["data"]:
            crud(client, "PUT", f"invoice/{each['id']}", {"Status": "Posted"})
        second = good(client, "invoices", ("pageSize", "2"), by_number, ("cursor", first["nextPage"]))
        assert [each["invoiceNumber"] for each in second["data"]] == ["inv-four"]

    @pytest.mark.documented(OPERATION)
    def test_nothing_is_an_empty_list(self, client: Client) -> None:
        assert good(client, "invoices", ("filter[]", "status.EQ:Error")) == {"data": []}

    @pytest.mark.documented(OPERATION)
    def test_ten_make_a_page_and_ninety_nine_the_largest(self, server: Start, tmp_path: Path) -> None:
        invoices = [invoice(f"INV{n:08}") for n in range(1, 102)]
        client = start(server, tmp_path, invoices=invoices).sign_in()
        assert len(good(client, "invoices")["data"]) == 10
        assert len(good(client, "invoices", ("pageSize", "99"))["data"]) == 99

    @pytest.mark.documented(OPERATION)
    @pytest.mark.parametrize("size", ["0", "100", "-1", "many", "1.5", "9" * 500, "\uff11"])
    def test_another_size_is_refused(self, client: Client, size: str) -> None:
        assert refused(client, "invoices", ("pageSize", size)).startswith("Invalid pageSize parameter: ")

    @pytest.mark.assumed
    def test_a_cursor_of_another_list_is_refused(self, client: Client) -> None:
        page = good(client, "invoices", ("pageSize", "1"))
        for sort in ("amount.ASC", "updateddate.ASC"):
            message = refused(client, "invoices", ("sort[]", sort), ("cursor", page["nextPage"]))
            assert message.startswith("Invalid cursor parameter: ")

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "text",
        ["x", "MTA=", "bnVsbA==", "W10=", "W3t9LHt9XQ==", "é", "[" * 5000, base64.b64encode(b"[" * 2000).decode()],
    )
    def test_what_is_no_cursor_is_refused(self, client: Client, text: str) -> None:
        assert refused(client, "invoices", ("cursor", text)).startswith("Invalid cursor parameter: ")


class TestWhatIsShown:
    @pytest.mark.documented(GUIDE)
    @pytest.mark.parametrize(
        "asked",
        [
            [("fields[]", "id,INVOICENUMBER,amount")],
            [("fields[]", "amount"), ("fields[]", "id"), ("fields[]", "invoicenumber")],
            [("invoice.fields[]", "id,amount,invoicenumber")],
        ],
    )
    def test_fields_are_chosen(self, client: Client, asked: list[tuple[str, str]]) -> None:
        found = good(client, "invoices/INV00000001", *asked)
        assert found == {"amount": 130.5, "id": invoice_id(client), "invoiceNumber": "INV00000001"}

    @pytest.mark.documented(GUIDE)
    def test_custom_fields_are_chosen(self, client: Client) -> None:
        assert good(client, "invoices/INV00000001", ("fields[]", "Region__c")) == {"region__c": "EMEA"}

    @pytest.mark.assumed
    def test_a_member_that_there_is_not_is_refused(self, client: Client) -> None:
        for name in ("nonsense", "body", "invoiceItems"):
            assert refused(client, "invoices", ("fields[]", name)) == f"Invalid fields parameter: {name}"

    @pytest.mark.documented(OPERATION)
    def test_nulls_are_shown_if_they_are_asked_for(self, client: Client) -> None:
        found = good(client, "invoices/INV00000001", ("includeNullFields", "true"))
        assert (found["organizationId"], found["postedDate"], found["lastEmailSentDate"]) == (None, None, None)
        assert "integrationId__NS" not in found
        page = good(client, "invoices", ("includeNullFields", "TRUE"), ("fields[]", "postedby,id"))
        assert [list(each) for each in page["data"]] == [["id", "postedBy"]] * 4

    @pytest.mark.observed(RECORDED)
    def test_then_the_last_page_says_that_it_is_the_last(self, client: Client) -> None:
        assert good(client, "invoices", ("includeNullFields", "true"))["nextPage"] is None

    @pytest.mark.assumed
    def test_declared_custom_fields_are_shown_as_null(self, server: Start, tmp_path: Path) -> None:
        declared = {"Invoice": [{"name": "Region__c", "type": "text"}, {"name": "Approved__c", "type": "boolean"}]}
        client = start(server, tmp_path, customFields=declared, invoices=[invoice(Approved__c=True)]).sign_in()
        found = good(client, "invoices/INV00000001", ("includeNullFields", "true"))
        assert (found["approved__c"], found["region__c"]) == (True, None)
        assert list(found) == sorted(found)
        assert len(good(client, "invoices", ("filter[]", "APPROVED__C.EQ:True"))["data"]) == 1
        assert refused(client, "invoices", ("filter[]", "other__c.EQ:1")) == "Invalid filter parameter: other__c"


class TestExpansions:
    @pytest.mark.documented(GUIDE)
    def test_one_and_many_are_shown_with_what_is_asked_of_them(self, client: Client) -> None:
        found = good(
            client,
            "invoices/INV00000001",
            ("expand[]", "account.BillTo"),
            ("expand[]", "invoiceitems"),
            ("fields[]", "invoicenumber"),
            ("account.fields[]", "accountnumber"),
            ("billto.fields[]", "firstname,workemail"),
            ("invoiceitems.fields[]", "chargename,chargeamount"),
        )
        assert found == {
            "invoiceNumber": "INV00000001",
            "account": {"accountNumber": "A-1", "billTo": {"firstName": "Amy", "workEmail": "amy@acme.example"}},
            "invoiceItems": [{"chargeAmount": 120, "chargeName": "Platform"}],
        }

    @pytest.mark.documented(GUIDE)
    def test_each_record_of_a_list_has_its_own(self, client: Client) -> None:
        found = good(client, "invoices", ("expand[]", "invoiceitems,account"), ("sort[]", "invoicenumber.ASC"))["data"]
        assert [each["account"]["name"] for each in found] == ["Acme", "Acme", "Bolt", "Bolt"]
        names = [sorted(item["chargeName"] for item in each["invoiceItems"]) for each in found]
        assert names == [["Platform"], ["Seats", "Welcome"], ["Platform"], ["Platform"]]
        assert all(item["invoiceId"] == each["id"] for each in found for item in each["invoiceItems"])

    @pytest.mark.documented(GUIDE)
    def test_lists_of_related_records_are_cut_at_the_size_of_a_page(self, client: Client) -> None:
        found = good(client, "accounts/B-1", ("expand[]", "invoices"), ("pageSize", "1"), ("invoice.fields[]", "id"))
        assert [list(each) for each in found["invoices"]] == [["id"]]

    @pytest.mark.assumed
    def test_items_lead_to_their_invoice_and_their_taxes(self, client: Client) -> None:
        asked = [
            ("filter[]", f"invoiceid.EQ:{invoice_id(client)}"),
            ("expand[]", "invoice"),
            ("expand[]", "taxationitems"),
        ]
        [item] = good(client, "invoice-items", *asked)["data"]
        assert item["invoice"]["invoiceNumber"] == "INV00000001"
        assert [(each["name"], each["taxAmount"]) for each in item["taxationItems"]] == [("VAT", 10.5)]
        assert "invoiceId" not in item["taxationItems"][0]

    @pytest.mark.assumed
    def test_what_the_mock_has_not_leads_nowhere(self, client: Client) -> None:
        asked = [("expand[]", "creditMemos"), ("expand[]", "shipto")]
        found = good(client, "accounts/A-1", *asked)
        assert found["creditMemos"] == []
        assert "shipTo" not in found
        assert good(client, "accounts/A-1", *asked, ("includeNullFields", "true"))["shipTo"] is None

    @pytest.mark.assumed
    def test_what_is_stored_is_expanded_too(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, accounts=[account()], objects=STORED)
        path = "subscriptions.rateplans.rateplancharges"
        subscriptions = good(mock.sign_in(), "accounts/A-1", ("expand[]", path))["subscriptions"]
        [[plan], []] = [each["ratePlans"] for each in sorted(subscriptions, key=lambda each: str(each["name"]))]
        assert [each["chargeNumber"] for each in plan["ratePlanCharges"]] == ["C-1"]
        assert (plan["ratePlanCharges"][0]["version"], plan["ratePlanCharges"][0]["mRR"]) == (1, 12.5)

    @pytest.mark.observed("Guardian fixture of a recorded answer, 2026")
    def test_a_subscription_and_its_rate_plans_have_the_members_that_were_recorded(
        self, server: Start, tmp_path: Path
    ) -> None:
        mock = start(server, tmp_path, accounts=[account()], objects=STORED)
        asked = [("expand[]", "subscriptions.rateplans"), ("includeNullFields", "true")]
        subscriptions = good(mock.sign_in(), "accounts/A-1", *asked)["subscriptions"]
        [[plan]] = [each["ratePlans"] for each in subscriptions if each["ratePlans"]]
        assert [name for name in subscriptions[0] if name != "ratePlans"] == EXPANDED_SUBSCRIPTION.split()
        assert list(plan) == EXPANDED_PLAN.split()
        flags = ("isInvoiceSeparate", "isSingleVersioned", "prepayment")
        assert [subscriptions[0][name] for name in flags] == [False, False, False]
        assert (plan["reverted"], plan["pricingAttributes"]) == (False, None)

    @pytest.mark.assumed
    def test_items_lead_to_what_they_charge_for(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, accounts=[account()], invoices=[invoice(items=CHARGED)], objects=STORED)
        client = mock.sign_in()
        asked = [("filter[]", f"invoiceid.EQ:{invoice_id(client)}"), ("expand[]", "subscription.account")]
        refused(client, "invoice-items", *asked)
        asked = [asked[0], ("expand[]", "subscription"), ("expand[]", "rateplancharge")]
        [item] = good(client, "invoice-items", *asked)["data"]
        assert (item["subscription"]["name"], item["ratePlanCharge"]["chargeNumber"]) == ("A-S00000001", "C-1")
        path = "invoiceitems.subscription.account"
        [item] = good(client, "invoices/INV00000001", ("expand[]", path))["invoiceItems"]
        assert item["subscription"]["account"]["accountNumber"] == "A-1"

    @pytest.mark.assumed
    def test_an_answer_tells_that_it_rests_on_stored_records(self, client: Client) -> None:
        assert "Zuora-Mock-Level" not in ask(client, "accounts/A-1", ("expand[]", "billto,invoices")).headers
        answer = ask(client, "accounts/A-1", ("expand[]", "billto"), ("expand[]", "subscriptions.rateplans"))
        assert answer.headers["Zuora-Mock-Level"] == "stored"

    @pytest.mark.documented(OPERATION)
    @pytest.mark.parametrize(
        "path", ["nonsense", "account.invoices", "invoiceitems.taxationitems", "account.billto.account"]
    )
    def test_an_expansion_that_is_not_offered_is_refused(self, client: Client, path: str) -> None:
        assert refused(client, "invoices", ("expand[]", path)) == f"Invalid expand parameter: {path}"
        assert refused(client, "taxation-items", ("expand[]", "invoice")) == "Invalid expand parameter: invoice"


class TestRefusals:
    @pytest.mark.documented("guide, API upgrades, 2025-08-12")
    def test_older_versions_tell_more(self, client: Client) -> None:
        answer = ask(client, "invoices/none")
        assert list(answer.json()) == ["reasons", "requestId"]
        assert answer.json()["requestId"] == answer.headers["Zuora-Request-Id"]
        for version in ("2024-05-20", "341.0", "186.0"):
            older = ask(client, "invoices/none", Zuora_Version=version)
            assert (older.status_code, list(older.json())) == (404, ["success", "processId", "reasons", "requestId"])

    @pytest.mark.observed("Guardian client tests, 2025")
    def test_strangers_are_told_as_everywhere_in_rest(self, mock: Mock) -> None:
        answer = mock.get("/object-query/invoices", headers=LATEST)
        assert (answer.status_code, list(answer.json())) == (401, ["reasons", "success"])

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    def test_what_zuora_has_and_the_mock_has_not_is_marked(self, client: Client) -> None:
        answer = ask(client, "subscriptions")
        assert (answer.status_code, answer.json()) == (404, {"message": "no Route matched with those values"})
        assert answer.headers["Zuora-Mock-Unsupported"] == "GET /object-query/subscriptions"
        assert ask(client, "nonsense").status_code == 404

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    def test_it_is_for_reading_only(self, client: Client) -> None:
        answer = client.post("/object-query/invoices", json={}, headers=LATEST)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
        assert answer.json()["reasons"][0]["code"] == 50000045


@pytest.mark.assumed
def test_it_sees_what_actions_wrote(client: Client) -> None:
    act(client, "update", {"type": "Account", "objects": [{"Id": account_id(client), "Name": "Acme Holdings"}]})
    [found] = good(client, "accounts", ("filter[]", "name.EQ:ACME HOLDINGS"))["data"]
    assert found["accountNumber"] == "A-1"


@pytest.mark.assumed
def test_operations_are_named_after_their_resource(client: Client) -> None:
    ask(client, "taxation-items")
    ask(client, "taxation-items/none")
    for name in ("object-query.taxation-items", "object-query.taxation-items.get"):
        assert len(client.get(f"/__admin/requests?operation={name}").json()["requests"]) == 1
