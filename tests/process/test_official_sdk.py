"""Zuora's official SDK for Python drives the server over a socket, as a team does that points it here.

It sends a GET, PUT or DELETE again when the connection drops, and reads every answer into its own models.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from runpy import run_path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.process.commands import ROOT, Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.observed("zuora-sdk 3.21"),
    pytest.mark.xdist_group("sdk"),
    pytest.mark.filterwarnings("ignore"),
]

CLIENT, SECRET = "cccccccc-0000-4000-8000-00000000000d", "secret"
ITEM = {"amount": Decimal("100.10"), "chargeName": "Setup", "serviceStartDate": "2026-02-01"}
INVOICE = {"accountNumber": "A-1", "invoiceDate": "2026-02-01", "invoiceItems": [ITEM]}
SPLIT = {"splits": [{"splitPercentage": 50, "invoiceDate": "2026-02-01", "paymentTerm": "Net 30"}] * 2}
TAX = {
    "name": "VAT",
    "jurisdiction": "UK",
    "taxAmount": Decimal("5.00"),
    "taxDate": "2026-02-01",
    "taxRate": 5,
    "taxRateType": "Percentage",
}


@pytest.fixture
def tenant(server: Server) -> str:
    """With a frozen clock and three drafts, one of them of five items, which is split in the background."""
    invoices = [wire.invoice(), wire.invoice("INV00000002", *["20.00"] * 5), wire.invoice("INV00000003", "33.33")]
    document = json.loads(wire.fixture({"asyncSplitThreshold": 4}, invoices=invoices, orgs=["north"]))
    told = {"clientSecret": SECRET, "base": document}
    assert httpx.put(f"{server.url}/__admin/tenants/{CLIENT}", json=told).is_success
    return CLIENT


@pytest.fixture
def client(sdk: Any, server: Server, tenant: str) -> Any:
    """Signed in, without the thread that refreshes its token."""
    made = sdk.Client(tenant, SECRET, None)
    made.set_base_url(server.url)
    made.refresh_token()
    return made


def order(server: Server, fault: str, **match: str) -> None:
    told = {"match": match, "times": 1, "fault": {"kind": fault}}
    assert httpx.post(f"{server.url}/__admin/faults?tenant={CLIENT}", json=told).status_code == 201


def drafts(client: Any) -> list[Any]:
    query = {"queryString": "select Amount from Invoice where Status = 'Draft'"}
    return list(client.actions_api().action_post_query(query).records)


@pytest.mark.usefixtures("sdk")
def test_its_example_splits_an_invoice_through_a_429_and_a_lost_answer(
    standing: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZUORA_BASE_URL", standing.url)
    run_path(str(ROOT / "tests" / "examples" / "split_with_sdk.py"), run_name="__main__")
    *told, last = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in told] == ["query: 429", "split: the answer was lost"]
    assert last == "split into 60000 40000"


def test_it_gets_a_token_and_another_one(
    sdk: Any, server: Server, tenant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client = sdk.Client(tenant, SECRET, None)
    client.set_base_url(server.url)
    for _ in range(2):
        client.refresh_token()
        assert not client.is_token_expired()
    assert client.invoices_api().get_invoice("INV00000001").status == "Draft"
    assert capsys.readouterr().out == ""
    with pytest.raises(sdk.UnauthorizedException):
        client.o_auth_api().create_token(CLIENT, "wrong", "client_credentials")


def test_a_standalone_invoice_lives_from_its_creation_to_its_end(client: Any) -> None:
    api = client.invoices_api()
    made = api.create_standalone_invoice(INVOICE, idempotency_key="once")
    assert api.create_standalone_invoice(INVOICE, idempotency_key="once").id == made.id
    [item] = api.get_invoice_items(made.id, page_size=20, page=1).invoice_items
    assert (made.success, made.source_type, item.charge_amount) == (True, "Standalone", 100.1)
    api.create_invoice_taxation_items(made.id, {"taxationItems": [{**TAX, "invoiceItemId": item.id}]})
    assert [each.tax_amount for each in api.get_taxation_items_of_invoice_item(made.id, item.id).data] == [5]
    assert api.update_invoice(made.id, {"comments": "Thank you"}).comment == "Thank you"
    posted = api.post_invoice(made.invoice_number, {"invoiceDate": "2026-02-03"})
    assert (posted.job_status, api.get_invoice(made.id).posted_date) == ("Completed", "2026-02-01")
    unposted = api.unpost_invoice(made.id)
    assert (unposted.invoice.status, unposted.invoice.due_date) == ("Draft", "2026-03-05")
    assert api.cancel_invoice(made.id).job_status == "Completed"
    deleted = api.delete_invoice(made.id)
    job = client.operations_api().get_operation_job(deleted.additional_properties["jobId"])
    assert (job.operation_type, job.object_type, job.status) == ("Delete", "Invoice", "Completed")


def test_many_are_created_updated_and_posted_in_one_call_each(client: Any) -> None:
    api = client.invoices_api()
    made = api.bulk_create_standalone_invoices({"invoices": [INVOICE, {**INVOICE, "accountNumber": "A-9"}]}).invoices
    assert [each.success for each in made] == [True, False]
    assert made[1].reasons[0].code == 50000020
    assert api.bulk_update_invoices({"invoices": [{"id": made[0].id, "comments": "x"}]}).success
    answer = api.bulk_post_invoices({"invoices": [{"id": made[0].id}, {"id": "INV99999999"}]})
    assert (answer.success, [each.success for each in answer.invoices]) == (True, [True, False])
    assert (api.get_invoice(made[0].id).status, api.get_invoice(made[0].id).comments) == ("Posted", "x")


def test_it_splits_by_percentage_and_the_parts_move_together(client: Any) -> None:
    api = client.invoices_api()
    answer = api.split_invoice("INV00000001", SPLIT)
    assert (answer.job_status, [each.amount for each in answer.invoices]) == ("Completed", [50, 50])
    first, second = answer.invoices
    assert (first.invoice_number, first.due_date, first.status) == ("INV00000004", "2026-03-03", "Draft")
    api.post_invoice(first.id, {})
    assert api.get_invoice(second.id).status == "Posted"
    api.unpost_invoice(second.id)
    assert api.get_invoice(first.id).status == "Draft"
    api.post_invoice(first.id, {})
    memos = api.reverse_invoice(first.id, {"memoDate": "2026-02-01"}).credit_memos
    assert len({each.id for each in memos}) == 2
    assert [api.get_invoice(each.id).balance for each in answer.invoices] == [0, 0]
    assert api.get_invoice(answer.id).status == "Split"


def test_it_splits_by_amount_and_polls_what_waits(client: Any) -> None:
    shares = [{"splitAmount": Decimal(each), "invoiceDate": "2026-02-01"} for each in ("10.01", "20.02", "69.97")]
    answer = client.invoices_api().split_invoice("INV00000002", {"splitType": "Amount", "splits": shares})
    assert (answer.job_status, answer.invoices) == ("Pending", None)
    while (job := client.operations_api().get_operation_job(answer.job_id)).status == "Pending":
        pass
    assert (job.status, job.operation_type, job.object_id) == ("Completed", "Split", answer.id)
    assert {each["Amount"] for each in drafts(client)} >= {10.01, 20.02, 69.97}


def test_it_splits_with_actions_too_and_queries_page_by_page(client: Any) -> None:
    api = client.actions_api()
    invoice = api.action_post_query({"queryString": "select Id from Invoice where InvoiceNumber = 'INV00000003'"})
    [split] = api.action_post_create({"type": "InvoiceSplit", "objects": [{"InvoiceId": invoice.records[0]["Id"]}]})
    item = {"InvoiceSplitId": split.id, "InvoiceDate": "2026-03-01"}
    items = [{**item, "SplitPercentage": each} for each in (40, 60)]
    assert all(each.success for each in api.action_post_create({"type": "InvoiceSplitItem", "objects": items}))
    page = api.action_post_query({"queryString": "select Id from InvoiceSplitItem", "conf": {"batchSize": 1}})
    assert (page.done, page.size) == (False, 2)
    assert api.action_postquery_more({"queryLocator": page.query_locator}).done
    [gone] = api.action_post_delete({"type": "InvoiceSplitItem", "ids": [page.records[0]["Id"]]})
    assert gone.success


class TestRefusals:
    @pytest.mark.parametrize(
        ("ask", "exception", "code"),
        [
            (lambda api: api.split_invoice("INV00000001", {"splits": [{}]}), "BadRequestException", 50000022),
            (lambda api: api.cancel_invoice("INV99999999"), "NotFoundException", 50000040),
            (lambda api: api.get_invoice("INV 1/2#u"), "NotFoundException", 50000040),
            (lambda api: api.delete_invoice("INV00000001"), "BadRequestException", 50000030),
        ],
    )
    def test_each_is_the_exception_that_the_sdk_documents(
        self, sdk: Any, client: Any, ask: Callable[[Any], Any], exception: str, code: int
    ) -> None:
        with pytest.raises(getattr(sdk, exception)) as caught:
            ask(client.invoices_api())
        told = caught.value
        assert f'"code":{code}' in told.body
        assert told.zuora_request_id in told.body
        if exception == "BadRequestException":
            assert (told.data.success, told.data.reasons[0].code) == (False, code)

    def test_before_2024_05_20_a_refusal_raises_nothing(self, client: Any) -> None:
        client.set_zuora_version("341.0")
        answer = client.invoices_api().get_invoice("INV99999999")
        assert (answer.success, answer.reasons[0].code) == (False, 50000040)

    def test_a_token_that_is_none_is_unauthorized(self, sdk: Any, client: Any) -> None:
        client.add_default_header("Authorization", "Bearer nothing")
        with pytest.raises(sdk.UnauthorizedException) as caught:
            client.invoices_api().get_invoice("INV00000001")
        assert "Authentication error" in caught.value.body

    @pytest.mark.parametrize(
        ("fault", "exception"),
        [("internal-error", "ServiceException"), ("bad-gateway", "ServiceException"), ("rate-limit", "ApiException")],
    )
    def test_ordered_faults_are_those_of_the_service(
        self, sdk: Any, server: Server, client: Any, fault: str, exception: str
    ) -> None:
        order(server, fault)
        with pytest.raises(getattr(sdk, exception)):
            client.invoices_api().create_standalone_invoice(INVOICE)

    def test_an_organisation_that_is_none_of_the_tenant_is_forbidden(self, sdk: Any, client: Any) -> None:
        client.add_default_header("Zuora-Org-Ids", "nothing")
        with pytest.raises(sdk.ForbiddenException):
            client.invoices_api().split_invoice("INV00000001", SPLIT)


def test_a_split_that_is_sent_again_after_its_answer_was_lost_is_done_once(
    sdk: Any, server: Server, client: Any
) -> None:
    order(server, "applied-then-lost", operation="invoices.split")
    with pytest.raises(sdk.BadRequestException) as caught:
        client.invoices_api().split_invoice("INV00000001", SPLIT)
    assert caught.value.data.reasons[0].code == 50000030
    journal = httpx.get(f"{server.url}/__admin/requests?tenant={CLIENT}").json()["requests"]
    assert [each["operation"] for each in journal if each["operation"] == "invoices.split"] == ["invoices.split"] * 2
    assert [each["Amount"] for each in drafts(client)] == [100, 33.33, 50, 50]


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE"])
def test_a_split_whose_connection_dropped_before_it_took_effect_is_done_by_the_second(
    server: Server, client: Any, fault: str
) -> None:
    order(server, fault, operation="invoices.split")
    assert len(client.invoices_api().split_invoice("INV00000001", SPLIT).invoices) == 2
