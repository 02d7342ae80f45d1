"""POST /v1/action/update."""

from __future__ import annotations

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
    advance,
    crud,
    error,
    execute,
    executed,
    fault,
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
    return start(server, tmp_path, accounts=[account(CrmId="crm"), account("A-2")], invoices=drafts)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def update(client: Client, kind: str, *objects: Any, **headers: str) -> httpx.Response:
    return act(client, "update", {"type": kind, "objects": list(objects)}, **headers)


class TestRows:
    @pytest.mark.documented("Actions reference, update")
    def test_a_good_row_is_id_and_success(self, client: Client) -> None:
        wanted = account_id(client)
        answer = update(client, "Account", {"Id": wanted, "BillCycleDay": 15})
        assert (answer.status_code, answer.text) == (200, f'[{{"Id":"{wanted}","Success":true}}]')
        assert crud(client, "GET", f"account/{wanted}").json()["BillCycleDay"] == 15

    @pytest.mark.observed("recorded update")
    @pytest.mark.parametrize("given", [UNKNOWN_ID, "x", 5, {}])
    def test_an_unknown_id_is_invalid_for_update(self, client: Client, given: Any) -> None:
        answer = update(client, "Account", {"Id": given, "Name": "x"})
        assert answer.json() == [row("INVALID_ID", "invalid id for update")]
        assert answer.headers["Zuora-Mock-Rule"] == "object.id; provenance=observed"

    @pytest.mark.assumed
    def test_an_id_of_another_object_is_unknown(self, client: Client) -> None:
        assert update(client, "Account", {"Id": invoice_id(client)}).json() == [
            row("INVALID_ID", "invalid id for update")
        ]

    @pytest.mark.assumed
    @pytest.mark.parametrize("given", [{}, {"Id": None}, {"Id": ""}])
    def test_a_row_without_id_misses_it(self, client: Client, given: dict[str, Any]) -> None:
        assert update(client, "Account", given).json() == [row("MISSING_REQUIRED_VALUE", "Missing required value: Id")]

    @pytest.mark.documented("Actions reference, update")
    def test_good_rows_are_done_though_others_fail(self, client: Client) -> None:
        first, second = account_id(client), account_id(client, "A-2")
        rows = update(client, "Account", {"Id": first, "Notes": "1"}, None, {"Id": second, "Notes": "2"}).json()
        assert [each["Success"] for each in rows] == [True, False, True]
        assert [crud(client, "GET", f"account/{each}").json()["Notes"] for each in (first, second)] == ["1", "2"]

    @pytest.mark.documented("Actions reference, update")
    def test_unknown_fields_and_those_that_cannot_change_are_ignored(self, client: Client) -> None:
        wanted = account_id(client)
        before = crud(client, "GET", f"account/{wanted}").json()
        assert update(client, "Account", {"Id": wanted, "CreditBalance": 5, "Balance": 7, "Nope": 1}).json()[0][
            "Success"
        ]
        assert crud(client, "GET", f"account/{wanted}").json() == before

    @pytest.mark.documented("Older API, Object_GETAccount")
    def test_a_change_is_stamped_with_the_time_of_the_clock(self, client: Client) -> None:
        wanted = account_id(client)
        advance(client, 60)
        update(client, "Account", {"Id": wanted, "Notes": "later"})
        record = crud(client, "GET", f"account/{wanted}").json()
        assert record["CreatedDate"] == "2026-02-01T10:00:00.000+00:00"
        assert record["UpdatedDate"] == "2026-02-01T10:01:00.000+00:00"

    @pytest.mark.observed("optimizely/zuora-client-python: fieldsToNull")
    def test_fields_to_null_are_emptied_and_left_out(self, client: Client) -> None:
        wanted = account_id(client)
        assert update(client, "Account", {"Id": wanted, "fieldsToNull": ["CrmId", "Nonsense"]}).json()[0]["Success"]
        assert "CrmId" not in crud(client, "GET", f"account/{wanted}").json()

    @pytest.mark.assumed
    @pytest.mark.parametrize("names", ["CrmId", [1], {}, 1.5, ["Name"]])
    def test_fields_to_null_are_a_list_of_names_that_may_be_empty(self, client: Client, names: Any) -> None:
        with unchanged(client):
            answer = update(client, "Account", {"Id": account_id(client), "fieldsToNull": names})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    @pytest.mark.parametrize("name", ["AccountNumber", "Status", "Name"])
    @pytest.mark.parametrize("value", [None, ""])
    def test_what_an_account_cannot_be_without_stays(self, client: Client, name: str, value: Any) -> None:
        with unchanged(client):
            answer = update(client, "Account", {"Id": account_id(client), name: value})
        assert answer.json()[0]["Errors"][0]["Code"] in {"MISSING_REQUIRED_VALUE", "INVALID_VALUE"}

    @pytest.mark.assumed
    def test_an_empty_payment_term_changes_nothing(self, client: Client) -> None:
        wanted = account_id(client)
        assert update(client, "Account", {"Id": wanted, "PaymentTerm": ""}).json()[0]["Success"]
        assert crud(client, "GET", f"account/{wanted}").json()["PaymentTerm"] == "Net 30"
        _, [item] = split(client, 50, PaymentTerm="Net 60")
        assert update(client, "InvoiceSplitItem", {"Id": item, "PaymentTerm": ""}).json()[0]["Success"]
        assert crud(client, "GET", f"invoice-split-item/{item}").json()["PaymentTerm"] == "Net 60"

    @pytest.mark.documented("SOAP API, Account")
    @pytest.mark.parametrize(
        ("name", "value"), [("PaymentTerm", None), ("Batch", None), ("Batch", ""), ("BillCycleDay", None)]
    )
    def test_an_active_account_keeps_what_it_needs(self, client: Client, name: str, value: Any) -> None:
        with unchanged(client):
            answer = update(client, "Account", {"Id": account_id(client), name: value})
        assert answer.json()[0]["Errors"][0]["Code"] == "MISSING_REQUIRED_VALUE"

    @pytest.mark.assumed
    @pytest.mark.parametrize(("name", "value"), [("Currency", "XYZ"), ("BillCycleDay", 32)])
    def test_a_changed_value_of_an_account_is_checked(self, client: Client, name: str, value: Any) -> None:
        with unchanged(client):
            answer = update(client, "Account", {"Id": account_id(client), name: value})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    def test_what_a_fixture_left_out_of_an_account_does_not_bar_its_update(self, server: Start, tmp_path: Path) -> None:
        bare = account(Status=None, BillCycleDay=None, PaymentTerm=None, Batch=None)
        old = account("A-3", PaymentTerm="Old", BillToId="b" * 32, Currency="DEM")
        terms = [{"name": "Old", "days": 5, "active": False}, {"name": "Net 30", "days": 30}]
        accounts = [bare, account("A-2"), old]
        client = start(server, tmp_path, accounts=accounts, invoices=[], paymentTerms=terms).sign_in()
        for number in ("A-1", "A-2", "A-3"):
            assert update(client, "Account", {"Id": account_id(client, number), "Notes": "x"}).json()[0]["Success"]

    @pytest.mark.documented("SOAP API, Errors")
    def test_a_number_of_another_account_is_a_duplicate(self, client: Client) -> None:
        answer = update(client, "Account", {"Id": account_id(client), "AccountNumber": "A-2"})
        assert answer.json() == [row("DUPLICATE_VALUE", "AccountNumber: 'A-2' is already used")]
        assert update(client, "Account", {"Id": account_id(client), "AccountNumber": "A-1"}).json()[0]["Success"]


class TestTheCall:
    @pytest.mark.observed("hyeomans/zuora, error tests")
    @pytest.mark.parametrize("kind", ["InvoiceSplit", "Accountt"])
    def test_a_type_that_cannot_be_updated_is_invalid(self, client: Client, kind: str) -> None:
        answer = update(client, kind, {"Id": UNKNOWN_ID})
        assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {kind}"))

    @pytest.mark.assumed
    def test_more_than_fifty_objects_are_a_fault(self, client: Client) -> None:
        answer = update(client, "Account", *[{"Id": UNKNOWN_ID}] * 51)
        message = "51 objects in one call, at most 50 are allowed"
        assert (answer.status_code, answer.text) == (400, fault("MAX_RECORDS_EXCEEDED", message))

    @pytest.mark.assumed
    def test_a_body_without_objects_is_an_error(self, client: Client) -> None:
        assert act(client, "update", {"type": "Account"}).text == error("'objects' is required")
        assert act(client, "update", {"type": "Account", "objects": []}).text == error("'objects' is empty")


class TestInvoiceStatus:
    @pytest.mark.documented("Older API, Object_PUTInvoice")
    @pytest.mark.parametrize(
        ("number", "status", "accepted"),
        [
            ("INV00000001", "Draft", True),
            ("INV00000001", "Posted", True),
            ("INV00000001", "Canceled", True),
            ("INV00000002", "Draft", True),
            ("INV00000002", "Posted", True),
            ("INV00000002", "Canceled", False),
            ("INV00000003", "Draft", False),
            ("INV00000003", "Posted", False),
            ("INV00000003", "Canceled", True),
        ],
    )
    def test_every_pair_of_states(self, client: Client, number: str, status: str, accepted: bool) -> None:
        wanted = invoice_id(client, number)
        before = crud(client, "GET", f"invoice/{wanted}").json()["Status"]
        answer = update(client, "Invoice", {"Id": wanted, "Status": status})
        assert answer.json()[0]["Success"] is accepted
        assert crud(client, "GET", f"invoice/{wanted}").json()["Status"] == (status if accepted else before)
        if not accepted:
            assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
            assert rule_of(answer) == "invoice.status"

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_without_the_permission_a_posted_invoice_stays_posted(self, server: Start, tmp_path: Path) -> None:
        posted = [invoice(Status="Posted")]
        client = start(server, tmp_path, {"cancelPostedBillingDocuments": False}, invoices=posted).sign_in()
        answer = update(client, "Invoice", {"Id": invoice_id(client), "Status": "Draft"})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.documented("Older API, Object_GETInvoice")
    def test_posting_notes_who_and_when_and_unposting_clears_it(self, client: Client) -> None:
        wanted = invoice_id(client)
        assert not {"PostedBy", "PostedDate"} & set(crud(client, "GET", f"invoice/{wanted}").json())
        update(client, "Invoice", {"Id": wanted, "Status": "Posted"})
        posted = crud(client, "GET", f"invoice/{wanted}").json()
        assert (len(posted["PostedBy"]), posted["PostedDate"]) == (32, "2026-02-01T10:00:00.000+00:00")
        update(client, "Invoice", {"Id": wanted, "Status": "Draft"})
        assert not {"PostedBy", "PostedDate"} & set(crud(client, "GET", f"invoice/{wanted}").json())

    @pytest.mark.assumed
    def test_a_status_that_it_has_already_changes_nothing(self, client: Client) -> None:
        wanted = invoice_id(client, "INV00000002")
        advance(client, 60)
        with unchanged(client):
            assert update(client, "Invoice", {"Id": wanted, "Status": "Posted"}).json()[0]["Success"]

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    @pytest.mark.parametrize("status", ["Split", "Generating", "posted", "", 1, "Error"])
    def test_another_word_is_an_invalid_value(self, client: Client, status: Any) -> None:
        [result] = update(client, "Invoice", {"Id": invoice_id(client), "Status": status}).json()
        assert result["Errors"][0]["Code"] == "INVALID_VALUE"


class TestGroups:
    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    @pytest.mark.parametrize("path", [["Posted"], ["Posted", "Draft"], ["Canceled"], ["Posted", "Draft", "Canceled"]])
    def test_a_status_set_on_one_part_is_set_on_all(self, mock: Mock, client: Client, path: list[str]) -> None:
        parts = executed(mock, client, 40, 30, 30)
        for index, status in enumerate(path):
            assert update(client, "Invoice", {"Id": parts[index % 3], "Status": status}).json()[0]["Success"]
        assert {crud(client, "GET", f"invoice/{each}").json()["Status"] for each in parts} == {path[-1]}

    @pytest.mark.assumed
    def test_all_parts_may_be_posted_in_one_call_at_one_instant(self, mock: Mock, client: Client) -> None:
        parts = executed(mock, client, 40, 30, 30)
        rows = update(client, "Invoice", *({"Id": each, "Status": "Posted"} for each in parts)).json()
        assert [each["Success"] for each in rows] == [True] * 3
        assert len({crud(client, "GET", f"invoice/{each}").json()["PostedDate"] for each in parts}) == 1

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    def test_each_part_keeps_its_own_date_when_the_group_is_posted(self, mock: Mock, client: Client) -> None:
        made, items = split(client, 60, 40)
        update(client, "InvoiceSplitItem", {"Id": items[1], "InvoiceDate": "2026-04-01"})
        execute(client, made)
        mock.pause()
        parts = [crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"] for each in items]
        update(client, "Invoice", {"Id": parts[0], "Status": "Posted"})
        assert [crud(client, "GET", f"invoice/{each}").json()["InvoiceDate"] for each in parts] == [
            "2026-03-01",
            "2026-04-01",
        ]


class TestInvoiceSplitItem:
    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    def test_an_item_changes_until_its_split_is_executed(self, mock: Mock, client: Client) -> None:
        made, items = split(client, 60, 30)
        assert update(client, "InvoiceSplitItem", {"Id": items[1], "SplitPercentage": "40"}).json()[0]["Success"]
        assert execute(client, made).json()[0]["Success"]
        mock.pause()
        answer = update(client, "InvoiceSplitItem", {"Id": items[1], "SplitPercentage": 50})
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.item-closed"

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize(
        ("field", "value"),
        [("SplitPercentage", 0), ("SplitPercentage", None), ("InvoiceDate", "soon"), ("PaymentTerm", "Never")],
    )
    def test_a_change_is_checked_as_a_new_item_is(self, client: Client, field: str, value: Any) -> None:
        _, items = split(client, 60, 30)
        with unchanged(client):
            [result] = update(client, "InvoiceSplitItem", {"Id": items[0], field: value}).json()
        assert result["Success"] is False
