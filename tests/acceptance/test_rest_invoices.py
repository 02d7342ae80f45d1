"""`/v1/invoices`: standalone invoices made, read, changed, posted and taken back, cancelled and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Client, Mock, Start
from tests.acceptance.test_rest_dialect import BODY, ITEM, NEW, create, reasons

TAX = {
    "name": "VAT",
    "taxAmount": "5.00",
    "taxDate": "2026-02-01",
    "taxMode": "TaxExclusive",
    "taxRate": "5",
    "taxRateType": "Percentage",
}


def made(client: Caller, **members: Any) -> dict[str, Any]:
    answer = create(client, **members)
    assert answer.status_code == 200, answer.text
    invoice: dict[str, Any] = answer.json()
    return invoice


def read(client: Caller, key: str) -> dict[str, Any]:
    answer = client.get(f"/v1/invoices/{key}", headers=NEW)
    assert answer.status_code == 200, answer.text
    invoice: dict[str, Any] = answer.json()
    return invoice


def items(client: Caller, key: str, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/v1/invoices/{key}/items{query}").json()["invoiceItems"]
    return rows


def put(client: Caller, key: str, verb: str = "", **members: Any) -> httpx.Response:
    """`unpost` and `cancel` take no body."""
    path = f"/v1/invoices/{key}{verb}"
    return (
        client.put(path, headers=NEW) if verb in {"/unpost", "/cancel"} else client.put(path, json=members, headers=NEW)
    )


@pytest.fixture
def own(server: Start, tmp_path: Path) -> Client:
    """Of a server whose clock stands still."""
    return wire.start(server, tmp_path).sign_in()


class TestReading:
    @pytest.mark.documented("API reference, Retrieve an invoice")
    def test_an_invoice_is_read_by_id_and_by_number_with_its_nulls(self, client: Client) -> None:
        invoice = read(client, "INV00000002")
        assert invoice == read(client, invoice["id"]) == read(client, invoice["id"].upper())
        assert list(invoice)[:8] == [
            "id",
            "invoiceNumber",
            "accountId",
            "amount",
            "amountWithoutTax",
            "discount",
            "invoiceDate",
            "dueDate",
        ]
        assert list(invoice)[-1] == "success"
        assert (invoice["amount"], invoice["taxAmount"], invoice["balance"]) == (130, 10, 130)
        assert (invoice["transferredToAccounting"], invoice["postedDate"], invoice["autoPay"]) == (None, None, False)

    @pytest.mark.documented("decisions on date-times; tenant's zone")
    def test_instants_have_no_zone_and_are_those_of_the_tenant(self, server: Start, tmp_path: Path) -> None:
        client = wire.start(server, tmp_path, {"timeZone": "Asia/Tokyo"}).sign_in()
        assert read(client, "INV00000001")["createdDate"] == "2026-02-01 19:00:00"
        put(client, "INV00000001", "/post")
        assert read(client, "INV00000001")["postedDate"] == "2026-02-01"

    @pytest.mark.observed("recorded answers: custom fields stand beside the others")
    def test_custom_fields_stand_beside_the_others(self, client: Client) -> None:
        assert read(client, "INV00000007")["Region__c"] == "EMEA"
        assert items(client, "INV00000007")[0]["CostCentre__c"] == "CC-42"

    @pytest.mark.documented("API reference, List all items of an invoice")
    def test_items_have_their_taxes_and_discounts_point_to_what_they_reduce(self, client: Client) -> None:
        charge, discount = items(client, "INV00000004")
        assert (charge["chargeAmount"], charge["taxAmount"], charge["processingType"]) == (99.99, 8.25, "Charge")
        [tax] = charge["taxationItems"]["data"]
        assert (tax["name"], tax["taxAmount"], tax["taxRate"]) == ("Sales tax", 8.25, 8.25)
        assert (discount["chargeAmount"], discount["balance"], discount["processingType"]) == (-10, None, "Discount")
        assert discount["appliedToItemId"] == charge["id"]
        assert read(client, "INV00000004")["discount"] == -10
        answer = client.get(f"/v1/invoices/INV00000004/items/{charge['id']}/taxation-items").json()
        assert answer == {"data": [tax], "success": True}

    @pytest.mark.documented("guide, Pagination; the form of nextPage is recorded")
    def test_items_come_in_pages(self, client: Client) -> None:
        page = client.get("/v1/invoices/INV00000003/items?pageSize=2").json()
        assert [each["chargeAmount"] for each in page["invoiceItems"]] == [333.33, 333.33]
        assert page["nextPage"] == "/v1/invoices/INV00000003/items?page=2&pageSize=2"
        last = client.get(page["nextPage"]).json()
        assert [each["chargeAmount"] for each in last["invoiceItems"]] == [333.35]
        assert "nextPage" not in last
        for odd in ("pageSize=0", "pageSize=x", "pageSize=400", "page=2", ""):
            assert len(items(client, "INV00000003", f"?{odd}")) == 3

    @pytest.mark.observed("Guardian client tests, 2025")
    @pytest.mark.parametrize(
        "path", ["/{0}", "/{0}/items", "/INV00000002/items/{0}/taxation-items", "/INV00000003/items/{1}/taxation-items"]
    )
    def test_what_is_not_there_is_no_entity(self, client: Client, path: str) -> None:
        strange = items(client, "INV00000002")[0]["id"]
        answer = client.get("/v1/invoices" + path.format("a%2Fb", strange), headers=NEW)
        key = strange if "{1}" in path else "a/b"
        assert (answer.status_code, reasons(answer)) == (404, [(50000040, f"Cannot find entity by key: '{key}'.")])


class TestCreating:
    @pytest.mark.documented("API reference, Create a standalone invoice")
    def test_the_least_that_makes_an_invoice(self, own: Client) -> None:
        invoice = made(own)
        assert invoice == read(own, invoice["invoiceNumber"])
        assert (invoice["status"], invoice["sourceType"], invoice["source"]) == ("Draft", "Standalone", "API")
        assert (invoice["amount"], invoice["dueDate"], invoice["currency"]) == (100, "2026-03-03", "USD")
        assert invoice["targetDate"] is None
        [item] = items(own, invoice["id"])
        assert (item["chargeName"], item["quantity"], item["unitPrice"]) == ("Setup", 1, 100)
        assert (item["sourceItemType"], item["serviceStartDate"]) == ("None", "2026-02-01")

    @pytest.mark.documented("API reference, Create a standalone invoice")
    def test_taxes_and_discounts_go_into_the_totals(self, own: Client) -> None:
        discounted = {**ITEM, "discountItems": [{"amount": "-10", "chargeName": "Launch"}], "taxItems": [TAX]}
        invoice = made(own, invoiceItems=[discounted, ITEM])
        assert (invoice["amount"], invoice["amountWithoutTax"], invoice["taxAmount"]) == (195, 190, 5)
        assert [each["processingType"] for each in items(own, invoice["id"])] == ["Charge", "Discount", "Charge"]

    @pytest.mark.documented("API reference, Create a standalone invoice: amount")
    def test_the_amount_of_a_tax_inclusive_item_has_the_tax_in_it(self, own: Client) -> None:
        inclusive = {**ITEM, "taxItems": [{**TAX, "taxMode": "TaxInclusive"}]}
        invoice = made(own, invoiceItems=[inclusive])
        assert (invoice["amount"], invoice["amountWithoutTax"], invoice["taxAmount"]) == (100, 95, 5)

    @pytest.mark.documented("API reference, Create a standalone invoice: status")
    def test_it_can_be_posted_at_once(self, own: Client) -> None:
        invoice = made(own, status="Posted", dueDate="2026-02-10", paymentTerm="Net 30", invoiceNumber="X_1-a")
        assert (invoice["status"], invoice["postedDate"], invoice["dueDate"]) == ("Posted", "2026-02-01", "2026-02-10")
        assert read(own, "X_1-a")["paymentTerm"] == "Net 30"
        assert wire.find(own, "select Balance from Account")[0]["Balance"] == 100

    @pytest.mark.assumed
    def test_contacts_are_made_for_the_account(self, own: Client) -> None:
        contact = {"firstName": "Ada", "lastName": "L", "zipCode": "1"}
        invoice = made(own, billToContact=contact, soldToSameAsBillTo=True)
        assert invoice["billToContactId"] == invoice["soldToContactId"]
        [record] = wire.find(own, "select FirstName, PostalCode, AccountId from Contact where LastName = 'L'")
        assert record["Id"] == invoice["billToContactId"]
        assert (record["PostalCode"], record["AccountId"]) == ("1", invoice["accountId"])

    @pytest.mark.assumed
    def test_what_an_invoice_cannot_be_is_told_with_a_pointer_into_the_body(self, own: Client) -> None:
        item = {
            **ITEM,
            "amount": "1.001",
            "discountItems": [{"amount": 1}],
            "taxItems": [{**TAX, "taxAmount": "0.001"}],
        }
        with wire.unchanged(own):
            answer = create(
                own, currency="EUR", paymentTerm="None", invoiceNumber="INV00000001", invoiceItems=[item, ITEM]
            )
        assert [code for code, _ in reasons(answer)] == [50000020] * 6
        told = wire.explained(own, answer)
        assert [told["pointer"], *(each["pointer"] for each in told["others"])] == [
            "/invoiceNumber",
            "/currency",
            "/paymentTerm",
            "/invoiceItems/0/amount",
            "/invoiceItems/0/taxItems/0/taxAmount",
            "/invoiceItems/0/discountItems/0/amount",
        ]

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "members",
        [{"accountNumber": "A-9"}, {"accountId": wire.UNKNOWN_ID}, {"billToContactId": wire.UNKNOWN_ID}],
    )
    def test_references_name_what_there_is(self, own: Client, members: dict[str, Any]) -> None:
        with wire.unchanged(own):
            assert [code for code, _ in reasons(create(own, **members))] == [50000020]

    @pytest.mark.documented("API reference, Create a standalone invoice: accountId and accountNumber")
    def test_account_id_and_number_agree(self, server: Start, tmp_path: Path) -> None:
        client = wire.start(server, tmp_path, accounts=[wire.account(), wire.account("A-2")]).sign_in()
        assert made(client, accountId=wire.account_id(client))["success"]
        assert reasons(create(client, accountId=wire.account_id(client, "A-2"))) == [
            (50000020, "id and number name different accounts")
        ]


class TestChanging:
    @pytest.mark.documented("API reference, Update an invoice")
    def test_the_answer_of_an_update_has_names_of_its_own(self, own: Client) -> None:
        answer = put(own, "INV00000001", comments="new", autoPay=True, SyncDate__NS="now").json()
        assert next(iter(answer)) == "success"
        assert (answer["number"], answer["comment"], answer["autoPay"]) == ("INV00000001", "new", True)
        assert {"totalTaxExemptAmount", "postedOn", "cancelledOn"} <= set(answer)
        assert not {"invoiceNumber", "comments"} & set(answer)
        assert (read(own, "INV00000001")["comments"], read(own, "INV00000001")["SyncDate__NS"]) == ("new", "now")

    @pytest.mark.documented("API reference, Update an invoice; payment terms")
    def test_a_new_date_brings_a_new_due_date_and_not_both_are_given(self, own: Client) -> None:
        answer = put(own, "INV00000001", invoiceDate="2026-03-01").json()
        assert (answer["invoiceDate"], answer["dueDate"]) == ("2026-03-01", "2026-03-31")
        assert put(own, "INV00000001", dueDate="2026-04-01").json()["dueDate"] == "2026-04-01"
        both = put(own, "INV00000001", dueDate="2026-04-01", invoiceDate="2026-03-01")
        assert reasons(both) == [(50000020, "'dueDate' is not valid: invoiceDate and dueDate are not changed together")]

    @pytest.mark.documented("API reference, Update an invoice: invoiceItems")
    def test_items_of_a_standalone_draft_are_changed_added_and_deleted(self, own: Client) -> None:
        discounted = {**ITEM, "discountItems": [{"amount": "-10"}], "taxItems": [TAX]}
        invoice = made(own, invoiceItems=[discounted, ITEM])
        first, discount, second = items(own, invoice["id"])
        changes = [
            {
                "id": first["id"],
                "amount": "50",
                "discountItems": [{"id": discount["id"], "amount": -1}, {"amount": -2}],
            },
            {"id": second["id"], "delete": True},
            {"amount": 7, "chargeName": "New", "serviceStartDate": "2026-03-01", "taxItems": [TAX]},
        ]
        answer = put(own, invoice["id"], invoiceItems=changes).json()
        assert (answer["amount"], answer["balance"], answer["taxAmount"], answer["discount"]) == (64, 64, 10, -3)
        rows = items(own, invoice["id"])
        assert [each["chargeAmount"] for each in rows] == [50, -1, -2, 7]
        assert rows[2]["appliedToItemId"] == first["id"]
        assert put(own, invoice["id"], invoiceItems=[{"id": first["id"], "delete": True}]).json()["amount"] == 12
        assert [each["chargeName"] for each in items(own, invoice["id"])] == ["New"]

    @pytest.mark.assumed
    def test_a_changed_price_of_a_tax_inclusive_item_has_the_tax_in_it(self, own: Client) -> None:
        invoice = made(own, invoiceItems=[{**ITEM, "taxItems": [{**TAX, "taxMode": "TaxInclusive"}]}])
        [item] = items(own, invoice["id"])
        answer = put(own, invoice["id"], invoiceItems=[{"id": item["id"], "amount": 60}]).json()
        assert (answer["amount"], answer["taxAmount"]) == (60, 5)

    @pytest.mark.assumed
    def test_items_that_cannot_be_so_are_refused_together(self, own: Client) -> None:
        invoice = made(own)
        [item] = items(own, invoice["id"])
        with wire.unchanged(own):
            assert reasons(put(own, invoice["id"], invoiceItems=[{}, {"id": item["id"], "taxItems": [TAX]}])) == [
                (50000022, "'invoiceItems[0].amount' may not be null"),
                (50000022, "'invoiceItems[0].serviceStartDate' may not be null"),
                (50000022, "'invoiceItems[0].chargeName' may not be null"),
                (50000020, "'invoiceItems[1].taxItems' is not valid: only a new item brings taxes with it"),
            ]
            strange = [{"id": wire.UNKNOWN_ID, "amount": 1}, {"id": item["id"], "amount": "0.001"}]
            assert len(reasons(put(own, invoice["id"], invoiceItems=strange))) == 2
            gone = put(own, invoice["id"], invoiceItems=[{"id": item["id"], "delete": True}])
            assert reasons(gone) == [(50000020, "An invoice keeps one item or more")]

    @pytest.mark.documented("API reference, Update an invoice: draft standalone invoices")
    def test_other_invoices_keep_their_items_and_posted_ones_their_date(self, own: Client) -> None:
        change = [{"amount": 7, "chargeName": "New", "serviceStartDate": "2026-03-01"}]
        invoice = made(own, status="Posted")["id"]
        with wire.unchanged(own):
            for key, members in (
                ("INV00000001", {"invoiceItems": change}),
                (invoice, {"invoiceItems": change}),
                (invoice, {"invoiceDate": "2026-03-01"}),
            ):
                assert [code for code, _ in reasons(put(own, key, **members))] == [50000030]
        assert put(own, invoice, transferredToAccounting="Yes").json()["transferredToAccounting"] == "Yes"

    @pytest.mark.documented("API reference, Create taxation items for an invoice")
    def test_taxes_are_added_to_items_of_a_draft(self, own: Client) -> None:
        invoice = made(own, invoiceItems=[ITEM, ITEM])
        first, second = items(own, invoice["id"])
        tax = {**{name: TAX[name] for name in ("name", "taxAmount", "taxDate", "taxRate", "taxRateType")}}
        tax |= {"jurisdiction": "California", "invoiceItemId": second["id"]}
        answer = own.post(f"/v1/invoices/{invoice['id']}/taxation-items", json={"taxationItems": [tax, tax]}).json()
        assert [each["taxMode"] for each in answer["taxationItems"]] == ["TaxExclusive"] * 2
        assert (read(own, invoice["id"])["amount"], read(own, invoice["id"])["taxAmount"]) == (210, 10)
        assert [each["taxAmount"] for each in items(own, invoice["id"])] == [0, 10]
        included = {**tax, "invoiceItemId": first["id"], "taxMode": "TaxInclusive"}
        own.post(f"/v1/invoices/{invoice['id']}/taxation-items", json={"taxationItems": [included]})
        assert (read(own, invoice["id"])["amount"], read(own, invoice["id"])["taxAmount"]) == (210, 15)
        strange = own.post(
            f"/v1/invoices/{invoice['id']}/taxation-items",
            json={"taxationItems": [{**tax, "invoiceItemId": wire.UNKNOWN_ID, "taxAmount": "0.001"}]},
        )
        assert [code for code, _ in reasons(strange)] == [50000020, 50000020]
        put(own, invoice["id"], "/post")
        late = own.post(f"/v1/invoices/{invoice['id']}/taxation-items", json={"taxationItems": [tax]})
        assert [code for code, _ in reasons(late)] == [50000030]


class TestStatuses:
    @pytest.mark.documented("API reference, Post, Unpost, Cancel, Delete an invoice")
    def test_from_draft_to_gone_with_a_job_for_each_step(self, own: Client) -> None:
        key, jobs = read(own, "INV00000001")["id"], []
        for verb, status in (("/post", "Posted"), ("/unpost", "Draft"), ("/cancel", "Canceled")):
            answer = put(own, "INV00000001", verb).json()
            assert (answer["success"], answer["jobStatus"]) == (True, "Completed")
            assert read(own, key)["status"] == status
            jobs.append(answer["jobId"])
        answer = own.delete(f"/v1/invoices/{key}").json()
        assert answer == {"success": True, "id": key, "jobId": answer["jobId"], "jobStatus": "Completed"}
        assert own.get(f"/v1/invoices/{key}", headers=NEW).status_code == 404
        told = [own.get(f"/v1/operations/jobs/{job}").json() for job in (*jobs, answer["jobId"])]
        assert [each["operationType"] for each in told] == ["Post", "Unpost", "Cancel", "Delete"]
        assert {(each["objectId"], each["objectType"], each["status"]) for each in told} == {
            (key, "Invoice", "Completed")
        }

    @pytest.mark.documented("API reference, Unpost an invoice")
    def test_unpost_answers_the_invoice(self, own: Client) -> None:
        put(own, "INV00000001", "/post")
        answer = put(own, "INV00000001", "/unpost").json()
        assert list(answer) == ["success", "jobId", "jobStatus", "invoice"]
        assert {name: answer["invoice"][name] for name in ("invoiceNumber", "status", "balance")} == {
            "invoiceNumber": "INV00000001",
            "status": "Draft",
            "balance": 100,
        }

    @pytest.mark.observed("zuora-sdk 3.21, PostAsyncInvoiceRequest")
    def test_posting_may_set_the_date(self, own: Client) -> None:
        put(own, "INV00000001", "/post", invoiceDate="2026-05-01")
        invoice = read(own, "INV00000001")
        assert (invoice["status"], invoice["invoiceDate"], invoice["dueDate"]) == ("Posted", "2026-05-01", "2026-05-31")

    @pytest.mark.assumed
    def test_a_status_that_is_there_already_is_accepted(self, own: Client) -> None:
        for verb in ("/unpost", "/post", "/post"):
            assert put(own, "INV00000001", verb).json()["success"]

    @pytest.mark.documented("API reference, Post invoices (the sentence); the category is assumed")
    def test_a_move_that_there_is_not_is_a_business_rule(self, own: Client) -> None:
        put(own, "INV00000001", "/post")
        assert reasons(put(own, "INV00000001", "/cancel")) == [
            (50000030, "An invoice with status Posted cannot be canceled")
        ]
        assert reasons(own.delete("/v1/invoices/INV00000001")) == [
            (50000030, "An invoice with status Posted cannot be deleted")
        ]
        put(own, "INV00000001", "/unpost")
        put(own, "INV00000001", "/cancel")
        assert reasons(put(own, "INV00000001", "/post")) == [
            (58490030, "Only invoices with Draft status can be posted.")
        ]
        assert reasons(put(own, "INV00000001", comments="x"))[0][0] == 50000030

    @pytest.mark.observed("zuora-cli notes against a sandbox, 2026")
    def test_post_needs_a_content_type_and_unpost_and_cancel_do_not(self, own: Client) -> None:
        answer = own.put("/v1/invoices/INV00000001/post")
        assert (answer.status_code, reasons(answer)[0][0]) == (415, 50000045)
        assert own.put("/v1/invoices/INV00000001/unpost").status_code == 200

    @pytest.mark.documented("KC, Split invoices overview")
    def test_parts_of_a_split_move_together_and_are_deleted_one_by_one(self, server: Start, tmp_path: Path) -> None:
        mock = wire.start(server, tmp_path)
        client = mock.sign_in()
        first, second = wire.executed(mock, client, 60, 40)
        for verb, status in (("/post", "Posted"), ("/unpost", "Draft"), ("/cancel", "Canceled")):
            put(client, first, verb)
            assert read(client, second)["status"] == status
        assert client.delete(f"/v1/invoices/{first}").json()["success"]
        assert read(client, second)["status"] == "Canceled"


class TestLargeInvoices:
    """1000 items are posted in the background, 100 deleted so."""

    @pytest.fixture
    def mock(self, server: Start, tmp_path: Path) -> Mock:
        settings = {"jobs": {"mode": "manual"}}
        return wire.start(server, tmp_path, settings, invoices=[wire.invoice("INV00000001", *["1.00"] * 1000)])

    @pytest.fixture
    def client(self, mock: Mock) -> Client:
        return mock.sign_in()

    @pytest.mark.documented("API reference, Cancel an invoice, Delete an invoice, Retrieve an operation job")
    def test_work_on_many_items_waits_and_its_job_can_be_polled(self, client: Client) -> None:
        for verb, status in (("/post", "Posted"), ("/unpost", "Draft"), ("/cancel", "Canceled"), ("", None)):
            answer = client.delete("/v1/invoices/INV00000001") if status is None else put(client, "INV00000001", verb)
            assert answer.json()["jobStatus"] == "Pending"
            assert verb != "/unpost" or answer.json()["invoice"] is None
            job = f"/v1/operations/jobs/{answer.json()['jobId']}"
            assert client.get(job).json()["status"] == "Pending"
            assert client.post("/__admin/jobs/settle").status_code == 200
            assert client.get(job).json()["status"] == "Completed"
            if status:
                assert read(client, "INV00000001")["status"] == status

    @pytest.mark.assumed
    def test_what_cannot_be_done_is_refused_at_once_and_what_no_longer_can_be_fails(self, client: Client) -> None:
        assert reasons(client.delete("/v1/invoices/INV00000001"))[0][0] == 50000030
        first, second = (put(client, "INV00000001", verb).json()["jobId"] for verb in ("/cancel", "/post"))
        client.post("/__admin/jobs/settle")
        assert client.get(f"/v1/operations/jobs/{first}").json()["status"] == "Completed"
        failed = client.get(f"/v1/operations/jobs/{second}").json()
        assert (failed["success"], failed["status"]) == (True, "Failed")
        assert failed["reasons"] == [{"code": 50000030, "message": "An invoice with status Canceled cannot be posted"}]

    @pytest.mark.assumed
    def test_jobs_of_others_are_not_there(self, server: Start, tmp_path: Path, client: Client) -> None:
        split = client.order_split()
        for job in (split, wire.UNKNOWN_ID):
            answer = client.get(f"/v1/operations/jobs/{job}", headers=NEW)
            assert (answer.status_code, reasons(answer)) == (404, [(50000040, f"Cannot find entity by key: '{job}'.")])


@pytest.mark.assumed
def test_what_was_made_over_rest_goes_through_a_state_and_back(own: Client) -> None:
    made(
        own,
        invoiceItems=[
            {**ITEM, "accountingCode": "R", "bookingReference": "B", "taxItems": [{**TAX, "jurisdiction": "x" * 99}]}
        ],
    )
    state = own.get("/__admin/state").json()
    assert own.post("/__admin/seed", json=state).status_code == 200, BODY
    assert own.get("/__admin/state").json() == state


@pytest.mark.assumed
@pytest.mark.parametrize("name", ["templateId", "communicationProfileId"])
def test_what_is_no_id_is_refused_where_an_id_is_kept(own: Client, name: str) -> None:
    wrong: dict[str, Any] = {name: "no id"}
    refused = create(own, **wrong)
    assert refused.status_code == 400
    assert name in reasons(refused)[0][1]
    assert made(own, **{name: "a" * 32})[name] == "a" * 32
