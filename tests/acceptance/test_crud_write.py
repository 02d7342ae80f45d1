"""POST, PUT and DELETE of `/v1/object/*`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    DAY,
    UNKNOWN_ID,
    account_id,
    act,
    crud,
    error,
    execute,
    executed,
    find,
    invoice,
    invoice_id,
    problem,
    rule_of,
    start,
    unchanged,
)

PDF = (
    "When field RegenerateInvoicePDF is set to true to regenerate the invoice PDF file, "
    "changes on other fields of the invoice are not allowed."
)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    drafts = [invoice(), invoice("INV00000002", Status="Posted"), invoice("INV00000003", Status="Canceled")]
    return start(server, tmp_path, invoices=drafts)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


class TestPost:
    @pytest.mark.documented("Older API, Object_POSTAccount")
    def test_a_good_answer_is_success_and_id(self, client: Client) -> None:
        answer = crud(client, "POST", "account", {"Name": "Amy", "Currency": "USD"})
        [record] = find(client, "select Id from Account where Name = 'Amy'")
        assert (answer.status_code, answer.text) == (200, f'{{"Success":true,"Id":"{record["Id"]}"}}\n')

    @pytest.mark.documented("Older API, ProxyBadRequestResponse")
    def test_a_missing_value_is_refused_with_400(self, client: Client) -> None:
        with unchanged(client):
            answer = crud(client, "POST", "account", {"Currency": "USD"})
        expected = problem("MISSING_REQUIRED_VALUE", "Missing required value: Name")
        assert (answer.status_code, answer.text) == (400, expected)
        assert answer.headers["Zuora-Mock-Rule"] == "object.required; provenance=observed"

    @pytest.mark.assumed
    def test_a_split_can_be_made_and_executed_without_the_create_action(self, mock: Mock, client: Client) -> None:
        made = crud(client, "POST", "invoice-split", {"InvoiceId": invoice_id(client)}).json()["Id"]
        item = {"InvoiceSplitId": made, "InvoiceDate": DAY}
        items = [
            crud(client, "POST", "invoice-split-item", {**item, "SplitPercentage": each}).json() for each in (60, 40)
        ]
        assert [each["Success"] for each in items] == [True, True]
        assert execute(client, made).json() == [{"Success": True, "Id": made}]
        mock.pause()
        assert "InvoiceId" in crud(client, "GET", f"invoice-split-item/{items[0]['Id']}").json()

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("path", "body", "code"),
        [
            ("invoice-split", {}, "MISSING_REQUIRED_VALUE"),
            ("invoice-split", {"InvoiceId": UNKNOWN_ID}, "INVALID_VALUE"),
            ("invoice-split-item", {"InvoiceDate": DAY, "SplitPercentage": 5}, "MISSING_REQUIRED_VALUE"),
            (
                "invoice-split-item",
                {"InvoiceSplitId": UNKNOWN_ID, "InvoiceDate": DAY, "SplitPercentage": 5},
                "INVALID_VALUE",
            ),
            ("contact", {"AccountId": UNKNOWN_ID, "FirstName": "A", "LastName": "B"}, "INVALID_VALUE"),
            ("account", {"Name": "x", "Currency": "USD", "AccountNumber": "A-1"}, "DUPLICATE_VALUE"),
        ],
    )
    def test_a_refused_value_is_told_in_the_crud_form(self, client: Client, path: str, body: Any, code: str) -> None:
        with unchanged(client):
            answer = crud(client, "POST", path, body)
        document = answer.json()
        assert (answer.status_code, list(document), document["Success"]) == (400, ["Errors", "Success"], False)
        assert [(each["Code"], list(each)) for each in document["Errors"]] == [(code, ["Code", "Message"])]

    @pytest.mark.assumed
    @pytest.mark.parametrize("body", ["[]", "1", '"x"', "null", "true"])
    def test_a_body_that_is_no_object_is_an_error(self, client: Client, body: str) -> None:
        answer = crud(client, "POST", "account", body)
        assert (answer.status_code, answer.text) == (400, error("the body is not a JSON object"))

    @pytest.mark.documented("Older API, rejectUnknownFields")
    def test_unknown_fields_are_refused_on_request_only(self, client: Client) -> None:
        body = {"Name": "x", "Currency": "USD", "Nonsense": 1}
        answer = crud(client, "POST", "account?rejectUnknownFields=true", body)
        assert (answer.status_code, answer.text) == (400, '{"message": "Error - unrecognised fields"}')
        assert crud(client, "POST", "account", body).status_code == 200


class TestPutInvoice:
    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_posting_answers_success_and_id(self, client: Client) -> None:
        wanted = invoice_id(client)
        answer = crud(client, "PUT", f"invoice/{wanted}", {"Status": "Posted"})
        assert (answer.status_code, answer.text) == (200, f'{{"Success":true,"Id":"{wanted}"}}\n')
        assert crud(client, "GET", f"invoice/{wanted}").json()["Status"] == "Posted"

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_nothing_is_required(self, client: Client) -> None:
        assert crud(client, "PUT", f"invoice/{invoice_id(client)}", {}).status_code == 200

    @pytest.mark.observed("recorded update")
    @pytest.mark.parametrize("path", [f"invoice/{UNKNOWN_ID}", "invoice/x", "account/INV1", f"contact/{UNKNOWN_ID}"])
    def test_an_unknown_id_is_invalid_for_update(self, client: Client, path: str) -> None:
        answer = crud(client, "PUT", path, {"Status": "Posted"})
        assert (answer.status_code, answer.text) == (400, problem("INVALID_ID", "invalid id for update"))

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    @pytest.mark.parametrize(
        ("number", "status"), [("INV00000002", "Canceled"), ("INV00000003", "Draft"), ("INV00000003", "Posted")]
    )
    def test_a_move_that_does_not_exist_is_an_invalid_value(self, client: Client, number: str, status: str) -> None:
        with unchanged(client):
            answer = crud(client, "PUT", f"invoice/{invoice_id(client, number)}", {"Status": status})
        assert (answer.status_code, answer.json()["Errors"][0]["Code"]) == (400, "INVALID_VALUE")
        assert rule_of(answer) == "invoice.status"

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    def test_posting_one_part_posts_its_group(self, mock: Mock, client: Client) -> None:
        parts = executed(mock, client, 40, 30, 30)
        crud(client, "PUT", f"invoice/{parts[1]}", {"Status": "Posted"})
        assert [crud(client, "GET", f"invoice/{each}").json()["Status"] for each in parts] == ["Posted"] * 3

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_what_cannot_change_is_ignored_or_refused_on_request(self, client: Client) -> None:
        path, body = (
            f"invoice/{invoice_id(client)}",
            {"Amount": 1, "InvoiceDate": DAY, "DueDate": DAY, "InvoiceNumber": "x"},
        )
        with unchanged(client):
            assert crud(client, "PUT", path, body).status_code == 200
            refused = crud(client, "PUT", f"{path}?rejectUnknownFields=True", body)
        assert (refused.status_code, refused.text) == (400, '{"message": "Error - unrecognised fields"}')

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_a_new_pdf_is_the_only_wish(self, client: Client) -> None:
        path = f"invoice/{invoice_id(client)}"
        assert crud(client, "PUT", path, {"RegenerateInvoicePDF": True}).status_code == 200
        answer = crud(client, "PUT", path, {"RegenerateInvoicePDF": True, "Status": "Posted"})
        assert (answer.status_code, answer.text) == (400, problem("INVALID_VALUE", PDF))

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_the_pdf_of_an_invoice_is_made_a_hundred_times_at_most(
        self, server: Start, tmp_path: Path, mock: Mock, client: Client
    ) -> None:
        wanted = invoice_id(client)
        body = {"type": "Invoice", "objects": [{"Id": wanted, "RegenerateInvoicePDF": True}] * 50}
        for _ in range(2):
            assert all(each["Success"] for each in act(client, "update", body).json())
        client.post("/__admin/snapshots", json={"name": "full"})
        mock.post("/__admin/tenants/default/fork", json={"clientId": "c" * 36, "clientSecret": "shared"})
        file = tmp_path / "state.json"
        file.write_text(client.get("/__admin/state").text, encoding="utf-8")
        client.post("/__admin/snapshots/full/restore")
        for each in (client, mock.sign_in("c" * 36, "shared"), server(fixtures=(file,)).sign_in()):
            answer = crud(each, "PUT", f"invoice/{wanted}", {"RegenerateInvoicePDF": True})
            message = "The PDF file of invoice INV00000001 has been regenerated 100 times already"
            assert (answer.status_code, answer.text) == (400, problem("INVALID_VALUE", message))
            assert rule_of(answer) == "invoice.regenerate-pdf-count"
            assert crud(each, "PUT", f"invoice/{wanted}", {"RegenerateInvoicePDF": False}).status_code == 200
        other = invoice_id(client, "INV00000002")
        assert crud(client, "PUT", f"invoice/{other}", {"RegenerateInvoicePDF": True}).status_code == 200

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_the_parts_of_a_split_begin_with_no_pdf(self, mock: Mock, client: Client) -> None:
        body = {"type": "Invoice", "objects": [{"Id": invoice_id(client), "RegenerateInvoicePDF": True}] * 50}
        for _ in range(2):
            act(client, "update", body)
        [part, _] = executed(mock, client, 50, 50)
        assert crud(client, "PUT", f"invoice/{part}", {"RegenerateInvoicePDF": True}).status_code == 200

    @pytest.mark.documented("SOAP API, Invoice")
    def test_the_transfer_to_accounting_changes_on_a_posted_invoice_only(self, client: Client) -> None:
        draft, posted = invoice_id(client), invoice_id(client, "INV00000002")
        body = {"TransferredToAccounting": "Yes"}
        assert crud(client, "PUT", f"invoice/{draft}", body).json()["Errors"][0]["Code"] == "INVALID_VALUE"
        assert crud(client, "PUT", f"invoice/{posted}", body).status_code == 200
        assert crud(client, "GET", f"invoice/{posted}").json()["TransferredToAccounting"] == "Yes"

    @pytest.mark.documented("Older API, Object_PUTInvoice")
    def test_custom_and_netsuite_fields_can_be_set(self, client: Client) -> None:
        path, body = f"invoice/{invoice_id(client)}", {"Region__c": "EMEA", "IntegrationId__NS": "42"}
        assert crud(client, "PUT", path, body).status_code == 200
        record = crud(client, "GET", path).json()
        assert {name: record[name] for name in body} == body


class TestPutOthers:
    @pytest.mark.documented("Older API, Object_PUTAccount")
    def test_an_account_is_updated_by_the_id_of_the_path(self, client: Client) -> None:
        wanted = account_id(client)
        answer = crud(client, "PUT", f"account/{wanted}", {"Id": UNKNOWN_ID, "Notes": "new"})
        assert answer.json() == {"Success": True, "Id": wanted}
        assert crud(client, "GET", f"account/{wanted}").json()["Notes"] == "new"

    @pytest.mark.documented("Older API, Object_PUTContact")
    def test_a_contact_is_updated(self, client: Client) -> None:
        person = {"AccountId": account_id(client), "FirstName": "Amy", "LastName": "Lawrence"}
        [made] = client.create("Contact", person)
        assert crud(client, "PUT", f"contact/{made}", {"City": "Oslo"}).status_code == 200
        assert crud(client, "GET", f"contact/{made}").json()["City"] == "Oslo"


class TestDelete:
    @pytest.mark.documented("Older API, Object_DELETEInvoice")
    def test_a_good_answer_is_in_lower_case(self, client: Client) -> None:
        wanted = invoice_id(client, "INV00000003")
        answer = crud(client, "DELETE", f"invoice/{wanted}")
        assert (answer.status_code, answer.text) == (200, f'{{"success":true,"id":"{wanted}"}}\n')
        assert crud(client, "GET", f"invoice/{wanted}").status_code == 404

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    @pytest.mark.parametrize("number", ["INV00000001", "INV00000002"])
    def test_an_invoice_that_is_not_canceled_stays(self, client: Client, number: str) -> None:
        with unchanged(client):
            answer = crud(client, "DELETE", f"invoice/{invoice_id(client, number)}")
        assert (answer.status_code, answer.json()["Errors"][0]["Code"]) == (400, "CANNOT_DELETE")
        assert rule_of(answer) == "object.delete"

    @pytest.mark.observed("recorded update, by analogy")
    @pytest.mark.parametrize(
        "path", [f"invoice/{UNKNOWN_ID}", "invoice/INV00000001", f"account/{UNKNOWN_ID}", "contact/x"]
    )
    def test_an_unknown_id_is_invalid_for_delete(self, client: Client, path: str) -> None:
        answer = crud(client, "DELETE", path)
        assert (answer.status_code, answer.text) == (400, problem("INVALID_ID", "invalid id for delete"))

    @pytest.mark.documented("Older API, Object_DELETEAccount")
    def test_an_account_without_invoices_is_deleted(self, client: Client) -> None:
        [made] = client.create("Account", {"Name": "x", "Currency": "USD"})
        assert crud(client, "DELETE", f"account/{made}").json() == {"success": True, "id": made}
        assert crud(client, "DELETE", f"account/{account_id(client)}").json()["Errors"][0]["Code"] == "CANNOT_DELETE"
