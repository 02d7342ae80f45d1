"""POST /v1/action/create: rows, their order, and what each object insists on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    CONTENT_TYPE,
    DAY,
    UNKNOWN_ID,
    account_id,
    act,
    crud,
    error,
    execute,
    fault,
    find,
    invoice,
    invoice_id,
    row,
    rule_of,
    split,
    start,
    unchanged,
)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    drafts = [invoice(), invoice("INV00000002", Status="Posted"), invoice("INV00000003", Status="Canceled")]
    return start(server, tmp_path, invoices=drafts)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def create(client: Client, kind: str, *objects: Any, **headers: str) -> httpx.Response:
    return act(client, "create", {"type": kind, "objects": list(objects)}, **headers)


def create_item(client: Client, **fields: Any) -> httpx.Response:
    """An item of a new split, complete but for the fields given; None leaves one out."""
    [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
    item = {"InvoiceSplitId": made, "InvoiceDate": DAY, "SplitPercentage": 40, **fields}
    headers = {name: str(item.pop(name)) for name in ["X_Zuora_WSDL_Version"] if name in item}
    return create(client, "InvoiceSplitItem", {k: v for k, v in item.items() if v is not None}, **headers)


class TestRows:
    @pytest.mark.documented("Actions reference, create")
    def test_a_good_row_is_id_and_success(self, client: Client) -> None:
        answer = create(client, "Account", {"Name": "Amy Lawrence", "Status": "Draft", "Currency": "USD"})
        [record] = find(client, "select Id from Account where Name = 'Amy Lawrence'")
        assert (answer.status_code, answer.text) == (200, f'[{{"Id":"{record["Id"]}","Success":true}}]')
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        assert "Zuora-Mock-Rule" not in answer.headers

    @pytest.mark.observed("iron_bank, recorded create")
    def test_a_refused_row_is_success_and_errors_without_id(self, client: Client) -> None:
        answer = create(client, "Account", {"Currency": "USD"})
        message = (
            '[{"Success":false,"Errors":[{"Code":"MISSING_REQUIRED_VALUE","Message":"Missing required value: Name"}]}]'
        )
        assert (answer.status_code, answer.text) == (200, message)
        assert answer.headers["Zuora-Mock-Rule"] == "object.required; provenance=observed"

    @pytest.mark.documented("SOAP API, Errors")
    def test_good_rows_are_done_though_others_fail_in_the_order_of_the_request(self, client: Client) -> None:
        good = [{"Name": f"n{i}", "Currency": "USD"} for i in range(3)]
        results = create(client, "Account", good[0], {}, good[1], None, good[2]).json()
        assert [each["Success"] for each in results] == [True, False, True, False, True]
        names = [crud(client, "GET", f"account/{each['Id']}").json()["Name"] for each in results if each["Success"]]
        assert names == ["n0", "n1", "n2"]

    @pytest.mark.documented("Actions reference, create")
    def test_fifty_objects_are_taken(self, client: Client) -> None:
        results = create(client, "Account", *[{"Name": f"n{i}", "Currency": "USD"} for i in range(50)]).json()
        assert [each["Success"] for each in results] == [True] * 50

    @pytest.mark.assumed
    def test_more_than_fifty_objects_are_a_fault_and_nothing_is_done(self, client: Client) -> None:
        with unchanged(client):
            answer = create(client, "Account", *[{"Name": f"n{i}", "Currency": "USD"} for i in range(51)])
        message = "51 objects in one call, at most 50 are allowed"
        assert (answer.status_code, answer.text) == (400, fault("MAX_RECORDS_EXCEEDED", message))

    @pytest.mark.assumed
    @pytest.mark.parametrize("element", [None, 1, 1.5, "x", True, [], [{}]])
    def test_an_element_that_is_no_object_is_a_refused_row(self, client: Client, element: Any) -> None:
        answer = create(client, "Account", element)
        assert answer.json() == [row("INVALID_VALUE", "/objects/0 is not an object")]
        assert rule_of(answer) == "object.null"

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"objects": [{}]}, "'type' is required"),
            ({"type": None, "objects": [{}]}, "'type' is required"),
            ({"type": 1, "objects": [{}]}, "'type' must be a string"),
            ({"type": "Account"}, "'objects' is required"),
            ({"type": "Account", "objects": None}, "'objects' is required"),
            ({"type": "Account", "objects": {}}, "'objects' must be an array"),
            ({"type": "Account", "objects": "x"}, "'objects' must be an array"),
            ({"type": "Account", "objects": []}, "'objects' is empty"),
            ([], "the body is not a JSON object"),
            ("null", "the body is not a JSON object"),
            ('"text"', "the body is not a JSON object"),
            ("", "the body is empty"),
        ],
    )
    def test_a_body_that_cannot_be_read_as_this_call_is_an_error(self, client: Client, body: Any, message: str) -> None:
        with unchanged(client):
            answer = act(client, "create", body)
        assert (answer.status_code, answer.text) == (400, error(message))

    @pytest.mark.observed("hyeomans/zuora, error tests")
    @pytest.mark.parametrize("kind", ["Accountt", "Invoice", "InvoiceItem", "InvoiceFile", "RatePlan", ""])
    def test_a_type_that_cannot_be_created_is_named_as_sent(self, client: Client, kind: str) -> None:
        answer = create(client, kind, {"Name": "x"})
        assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {kind}"))

    @pytest.mark.assumed
    @pytest.mark.parametrize("kind", ["account", "ACCOUNT"])
    def test_a_type_is_read_in_any_case(self, client: Client, kind: str) -> None:
        assert create(client, kind, {"Name": "x", "Currency": "USD"}).json()[0]["Success"]

    @pytest.mark.documented("Actions reference, create")
    def test_unknown_and_read_only_fields_are_ignored(self, client: Client) -> None:
        given = {"Name": "x", "Currency": "USD", "Nonsense": {}, "Id": UNKNOWN_ID, "Balance": 5, "CreatedById": "me"}
        [made] = create(client, "Account", given).json()
        record = crud(client, "GET", f"account/{made['Id']}").json()
        assert (record["Balance"], record["Id"] != UNKNOWN_ID, "Nonsense" in record) == (0, True, False)

    @pytest.mark.documented("Older API, Object_POSTAccount")
    def test_custom_fields_are_kept_as_they_come(self, client: Client) -> None:
        custom = {"Text__c": "é", "Number__c": 1.5, "Whole__c": 7, "Flag__c": True}
        [made] = create(client, "Account", {"Name": "x", "Currency": "USD", **custom}).json()
        record = crud(client, "GET", f"account/{made['Id']}").json()
        assert {name: record[name] for name in custom} == custom


class TestInvoiceSplit:
    @pytest.mark.documented("Older API, Object_GETInvoiceSplit")
    def test_a_split_has_no_custom_fields(self, client: Client) -> None:
        body = {"InvoiceId": invoice_id(client), "Region__c": "EMEA"}
        [made] = client.create("InvoiceSplit", body)
        assert "Region__c" not in crud(client, "GET", f"invoice-split/{made}").json()
        assert rule_of(crud(client, "POST", "invoice-split?rejectUnknownFields=true", body)) == "body.unknown-fields"

    @pytest.mark.documented("SOAP API, InvoiceSplit")
    def test_a_split_names_its_draft_invoice(self, client: Client) -> None:
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        assert crud(client, "GET", f"invoice-split/{made}").json()["InvoiceId"] == invoice_id(client)

    @pytest.mark.documented("SOAP API, version history")
    @pytest.mark.parametrize("kind", ["InvoiceSplit", "InvoiceSplitItem"])
    def test_the_two_objects_exist_from_wsdl_43_on(self, client: Client, kind: str) -> None:
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        given = {"InvoiceId": invoice_id(client), "InvoiceSplitId": made, "InvoiceDate": f"{DAY}T00:00:00"}
        for wsdl in ("1", "42"):
            with unchanged(client):
                answer = create(client, kind, {**given, "SplitPercentage": 50}, X_Zuora_WSDL_Version=wsdl)
            assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {kind}"))
        assert create(client, kind, {**given, "SplitPercentage": 50}, X_Zuora_WSDL_Version="43").json()[0]["Success"]

    @pytest.mark.assumed
    @pytest.mark.parametrize("given", [{}, {"InvoiceId": None}, {"InvoiceId": ""}])
    def test_the_invoice_is_required(self, client: Client, given: dict[str, Any]) -> None:
        [result] = create(client, "InvoiceSplit", given).json()
        assert result == row("MISSING_REQUIRED_VALUE", "Missing required value: InvoiceId")

    @pytest.mark.assumed
    def test_an_unknown_invoice_is_an_invalid_value(self, client: Client) -> None:
        answer = create(client, "InvoiceSplit", {"InvoiceId": UNKNOWN_ID})
        assert answer.json() == [row("INVALID_VALUE", f"InvoiceId: no invoice has the id '{UNKNOWN_ID}'")]
        assert rule_of(answer) == "object.reference"

    @pytest.mark.documented("Older API, Action_POSTexecute")
    @pytest.mark.parametrize(("number", "status"), [("INV00000002", "Posted"), ("INV00000003", "Canceled")])
    def test_only_a_draft_invoice_gets_a_split(self, client: Client, number: str, status: str) -> None:
        invoice_id_ = invoice_id(client, number)
        with unchanged(client):
            answer = create(client, "InvoiceSplit", {"InvoiceId": invoice_id_})
        message = f"Only draft invoices can be split: {number} is {status}"
        assert answer.json() == [row("INVALID_VALUE", message)]
        assert rule_of(answer) == "invoice-split.draft-only"

    @pytest.mark.assumed
    def test_one_invoice_may_have_two_splits_and_the_first_executed_wins(self, mock: Mock, client: Client) -> None:
        (first, _), (second, _) = split(client, 60, 40), split(client, 50, 50)
        assert execute(client, second).json()[0]["Success"]
        mock.pause()
        [refused] = execute(client, first).json()
        assert (refused["Success"], refused["Errors"][0]["Code"]) == (False, "INVALID_VALUE")

    @pytest.mark.documented("Knowledge Center, Enable invoice splitting")
    def test_with_the_billing_rule_off_nothing_is_created_and_all_is_read(self, server: Start, tmp_path: Path) -> None:
        splits = [{"Id": "a" * 32, "InvoiceNumber": "INV00000001", "items": [{"Id": "b" * 32, "SplitPercentage": 5}]}]
        client = start(server, tmp_path, {"allowInvoiceSplitting": False}, invoiceSplits=splits).sign_in()
        made = [
            *create(client, "InvoiceSplit", {"InvoiceId": invoice_id(client)}).json(),
            *create(
                client, "InvoiceSplitItem", {"InvoiceSplitId": "a" * 32, "InvoiceDate": DAY, "SplitPercentage": 5}
            ).json(),
            *act(
                client, "update", {"type": "InvoiceSplitItem", "objects": [{"Id": "b" * 32, "PaymentTerm": "Net 30"}]}
            ).json(),
        ]
        assert [each["Errors"][0]["Code"] for each in made] == ["INVALID_VALUE"] * 3
        [removed] = act(client, "delete", {"type": "InvoiceSplitItem", "ids": ["b" * 32]}).json()
        assert removed["errors"][0]["Code"] == "INVALID_VALUE"
        assert crud(client, "GET", f"invoice-split/{'a' * 32}").status_code == 200
        assert find(client, "select SplitPercentage from InvoiceSplitItem") == [{"Id": "b" * 32, "SplitPercentage": 5}]


class TestInvoiceSplitItem:
    @pytest.mark.observed("recorded create calls: only the first missing field is named")
    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            ({}, "InvoiceSplitId"),
            ({"InvoiceDate": DAY}, "InvoiceSplitId"),
            ({"InvoiceSplitId": UNKNOWN_ID, "SplitPercentage": 1}, "InvoiceDate"),
            ({"InvoiceSplitId": UNKNOWN_ID, "InvoiceDate": DAY}, "SplitPercentage"),
            ({"InvoiceSplitId": UNKNOWN_ID, "InvoiceDate": "", "SplitPercentage": 1}, "InvoiceDate"),
        ],
    )
    def test_the_first_missing_field_is_named(self, client: Client, given: dict[str, Any], missing: str) -> None:
        answer = create(client, "InvoiceSplitItem", given)
        assert answer.json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {missing}")]

    @pytest.mark.assumed
    def test_an_unknown_split_is_an_invalid_value_and_a_malformed_id_invalid(self, client: Client) -> None:
        assert create_item(client, InvoiceSplitId=UNKNOWN_ID).json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert create_item(client, InvoiceSplitId="x").json()[0]["Errors"][0]["Code"] == "INVALID_ID"

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize("percentage", [100, 1e-9, 33.333333333, 50.9, 99.999999999])
    def test_a_percentage_above_zero_and_up_to_a_hundred_is_kept_exactly(
        self, client: Client, percentage: float
    ) -> None:
        [made] = create_item(client, SplitPercentage=percentage).json()
        assert crud(client, "GET", f"invoice-split-item/{made['Id']}").json()["SplitPercentage"] == percentage

    @pytest.mark.observed("zuora-sdk 3.21.0 sends decimals as strings")
    @pytest.mark.parametrize(("text", "value"), [("40", 40), ("33.333333333", 33.333333333), ("5e1", 50)])
    def test_a_percentage_may_be_a_string(self, client: Client, text: str, value: float) -> None:
        [made] = create_item(client, SplitPercentage=text).json()
        assert crud(client, "GET", f"invoice-split-item/{made['Id']}").json()["SplitPercentage"] == value

    @pytest.mark.assumed
    @pytest.mark.parametrize("text", ["40 ", " 40", "٤٠", "4_0", "0x10", "", "40.", ".5", "1e", "40\n", "--4"])
    def test_a_number_in_a_string_is_ascii_with_nothing_around_it(self, client: Client, text: str) -> None:
        [result] = create_item(client, SplitPercentage=text).json()
        assert result["Errors"][0]["Code"] == ("INVALID_VALUE" if text else "MISSING_REQUIRED_VALUE")
        day = {"Name": "x", "Currency": "USD", "BillCycleDay": text}
        assert create(client, "Account", day).json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    @pytest.mark.parametrize(("text", "value"), [("+40.5e0", 40.5), ("405E-1", 40.5), ("040.50", 40.5)])
    def test_a_number_in_a_string_may_have_sign_and_exponent(self, client: Client, text: str, value: float) -> None:
        [made] = create_item(client, SplitPercentage=text).json()
        assert crud(client, "GET", f"invoice-split-item/{made['Id']}").json()["SplitPercentage"] == value

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize("percentage", [0, -1, 100.000000001, 101, 0.0000000001, 33.3333333333, 1e300])
    def test_a_percentage_outside_its_range_is_an_invalid_value(self, client: Client, percentage: float) -> None:
        answer = create_item(client, SplitPercentage=percentage)
        [result] = answer.json()
        assert result["Errors"][0]["Code"] == "INVALID_VALUE"
        assert result["Errors"][0]["Message"].startswith("SplitPercentage: ")
        assert rule_of(answer) == "invoice-split.percentage"

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize("percentage", ["x", "1,5", True, [], {}, "NaN", "Infinity", " "])
    def test_a_percentage_that_is_no_number_is_an_invalid_value(self, client: Client, percentage: Any) -> None:
        [result] = create_item(client, SplitPercentage=percentage).json()
        assert result["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize(
        ("wsdl", "percentage", "accepted"), [(73, 50, True), (73, 50.9, False), (74, 50.9, True), (43, 0.5, False)]
    )
    def test_percentages_are_whole_up_to_wsdl_73(
        self, client: Client, wsdl: int, percentage: float, accepted: bool
    ) -> None:
        [result] = create_item(client, SplitPercentage=percentage, X_Zuora_WSDL_Version=wsdl).json()
        assert result["Success"] is accepted

    @pytest.mark.documented("SOAP API, Date formats")
    @pytest.mark.parametrize(
        ("wsdl", "date", "accepted"),
        [
            (69, "2026-03-01", True),
            (69, "2026-03-01T00:00:00", False),
            (68, "2026-03-01T00:00:00", True),
            (68, "2026-03-01T00:00:00.000+00:00", True),
            (68, "2026-03-01", False),
            (79, "2026-02-29", False),
            (79, "2024-02-29", True),
            (79, "01.03.2026", False),
            (79, "2026-3-1", False),
            (79, "9999-12-31", True),
            (79, "20260301", False),
            (79, 20260301, False),
            (68, "9999-12-31T23:59:59-14:00", False),
        ],
    )
    def test_dates_are_dates_from_wsdl_69_and_date_times_before(
        self, client: Client, wsdl: int, date: Any, accepted: bool
    ) -> None:
        [result] = create_item(client, InvoiceDate=date, X_Zuora_WSDL_Version=wsdl).json()
        assert result["Success"] is accepted
        if accepted:
            record = crud(client, "GET", f"invoice-split-item/{result['Id']}").json()
            assert record["InvoiceDate"] == date[:10]

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize("term", ["Net 31", "net 30", " ", 30])
    def test_an_unknown_payment_term_is_an_invalid_value(self, client: Client, term: Any) -> None:
        answer = create_item(client, PaymentTerm=term)
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.payment-term"

    @pytest.mark.documented("Knowledge Center, Payment terms")
    def test_an_inactive_payment_term_is_an_invalid_value(self, server: Start) -> None:
        answer = create_item(server().sign_in(), PaymentTerm="Net 5 (old)")
        assert answer.json() == [row("INVALID_VALUE", "PaymentTerm: 'Net 5 (old)' is not active")]

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    def test_the_invoice_of_a_part_cannot_be_given(self, client: Client) -> None:
        [made] = create_item(client, InvoiceId=UNKNOWN_ID).json()
        assert "InvoiceId" not in crud(client, "GET", f"invoice-split-item/{made['Id']}").json()

    @pytest.mark.assumed
    def test_a_split_may_have_more_items_than_one_call_creates(self, mock: Mock, client: Client) -> None:
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        item = {"InvoiceSplitId": made, "InvoiceDate": "1999-12-31", "SplitPercentage": 1}
        for _ in range(2):
            client.create("InvoiceSplitItem", *[item] * 50)
        assert execute(client, made).json()[0]["Success"]
        mock.pause()
        assert len(find(client, "select Id from Invoice where Status = 'Draft' and Amount = 1")) == 100

    @pytest.mark.assumed
    def test_an_executed_split_takes_no_more_items(self, mock: Mock, client: Client) -> None:
        made, _ = split(client, 60, 40)
        execute(client, made)
        mock.pause()
        answer = create(client, "InvoiceSplitItem", {"InvoiceSplitId": made, "InvoiceDate": DAY, "SplitPercentage": 1})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.item-closed"


class TestAccountAndContact:
    @pytest.mark.assumed
    def test_an_account_without_number_gets_the_next(self, client: Client) -> None:
        [made] = client.create("Account", {"Name": "x", "Currency": "USD"})
        assert crud(client, "GET", f"account/{made}").json()["AccountNumber"] == "A00000001"

    @pytest.mark.assumed
    def test_a_refused_account_uses_no_number_up(self, client: Client) -> None:
        with unchanged(client):
            answer = create(client, "Account", {"Name": "x", "Currency": "USD", "PaymentTerm": "Never"})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.documented("SOAP API, Errors")
    def test_a_number_is_used_once(self, client: Client) -> None:
        answer = create(client, "Account", {"Name": "x", "Currency": "USD", "AccountNumber": "A-1"})
        assert answer.json() == [row("DUPLICATE_VALUE", "AccountNumber: 'A-1' is already used")]

    @pytest.mark.observed("Zuora Community")
    def test_an_active_account_needs_term_and_batch(self, client: Client) -> None:
        answer = create(client, "Account", {"Name": "x", "Currency": "USD", "Status": "Active"})
        message = "Payment term and billing batch are required before account can be activated."
        assert answer.json() == [row("MISSING_REQUIRED_VALUE", message)]

    @pytest.mark.assumed
    def test_an_empty_payment_term_is_one_that_is_not_given(self, client: Client) -> None:
        [made] = client.create("Account", {"Name": "x", "Currency": "USD", "PaymentTerm": ""})
        assert "PaymentTerm" not in crud(client, "GET", f"account/{made}").json()
        _, [item] = split(client, 50, PaymentTerm="")
        assert "PaymentTerm" not in crud(client, "GET", f"invoice-split-item/{item}").json()

    @pytest.mark.documented("SOAP API, Account")
    def test_an_active_account_needs_its_two_contacts(self, client: Client) -> None:
        wanted = {"Currency": "USD", "Status": "Active", "PaymentTerm": "Net 30", "Batch": "Batch1"}
        person = {"AccountId": account_id(client), "FirstName": "Amy", "LastName": "Lawrence"}
        [contact] = client.create("Contact", person)
        for name, given in (("BillToId", {}), ("SoldToId", {"BillToId": contact})):
            answer = create(client, "Account", {"Name": "x", **wanted, **given})
            assert answer.json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")]
            assert answer.headers["Zuora-Mock-Rule"] == "account.contacts; provenance=documented"
        assert client.create("Account", {"Name": "x", **wanted, "BillToId": contact, "SoldToId": contact})

    @pytest.mark.documented("Older API, Object_POSTAccount")
    @pytest.mark.parametrize("code", ["XYZ", "eur", "12", " US"])
    def test_a_currency_is_one_of_iso_4217(self, client: Client, code: str) -> None:
        answer = create(client, "Account", {"Name": "x", "Currency": code})
        assert answer.json() == [row("INVALID_VALUE", f"Currency: '{code}' is no currency of ISO 4217")]
        assert answer.headers["Zuora-Mock-Rule"] == "account.currency; provenance=documented"
        assert client.create("Account", {"Name": "x", "Currency": "JPY"})

    @pytest.mark.documented("SOAP API, Account")
    def test_a_bill_cycle_day_lies_between_0_and_31(self, client: Client) -> None:
        days = [{"Name": "x", "Currency": "USD", "BillCycleDay": each} for each in (-1, 0, 31, 32)]
        answer = create(client, "Account", *days)
        assert [each["Success"] for each in answer.json()] == [False, True, True, False]
        message = "BillCycleDay: a whole number from 0 to 31 is needed, not '32'"
        assert answer.json()[3] == row("INVALID_VALUE", message)

    @pytest.mark.assumed
    def test_an_account_without_day_and_status_is_a_draft_of_day_0(self, client: Client) -> None:
        [made] = client.create("Account", {"Name": "x", "Currency": "USD"})
        record = crud(client, "GET", f"account/{made}").json()
        assert (record["BillCycleDay"], record["Status"]) == (0, "Draft")

    @pytest.mark.documented("Older API, Object_POSTAccount")
    def test_a_strict_tenant_requires_day_and_status_too(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"strict": True}).sign_in()
        given = {"Name": "x", "Currency": "USD", "BillCycleDay": 1, "Status": "Draft"}
        for count, name in enumerate(given):
            first = dict(list(given.items())[:count])
            answer = create(client, "Account", first)
            assert answer.json() == [row("MISSING_REQUIRED_VALUE", f"Missing required value: {name}")]
        assert client.create("Account", given)

    @pytest.mark.documented("Older API, Object_GETAccount")
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("Name", "n" * 256),
            ("Status", "Sleepy"),
            ("BillCycleDay", "first"),
            ("BillCycleDay", 1.5),
            ("AutoPay", "maybe"),
            ("Notes", {}),
            ("Name", ["x"]),
            ("TaxExemptEffectiveDate", "soon"),
            ("BillToId", "x"),
            ("CrmId", "c" * 101),
        ],
    )
    def test_a_value_that_does_not_fit_its_field_names_the_field(self, client: Client, field: str, value: Any) -> None:
        [result] = create(client, "Account", {"Name": "x", "Currency": "USD", field: value}).json()
        assert result["Errors"][0]["Code"] in {"INVALID_VALUE", "INVALID_ID"}
        assert result["Errors"][0]["Message"].startswith(f"{field}: ")

    @pytest.mark.observed("recorded create calls")
    def test_a_contact_needs_its_account_first(self, client: Client) -> None:
        message = "Missing required value: AccountId"
        assert create(client, "Contact", {"LastName": "x"}).json() == [row("MISSING_REQUIRED_VALUE", message)]

    @pytest.mark.documented("Older API, Object_POSTContact")
    def test_a_contact_belongs_to_an_account_that_exists(self, client: Client) -> None:
        person = {"FirstName": "Amy", "LastName": "Lawrence"}
        assert client.create("Contact", {**person, "AccountId": account_id(client)})
        [refused] = create(client, "Contact", {**person, "AccountId": UNKNOWN_ID}).json()
        assert refused["Errors"][0]["Code"] == "INVALID_VALUE"
