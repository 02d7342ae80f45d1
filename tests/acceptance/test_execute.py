"""POST /v1/action/execute: what is accepted and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    CONTENT_TYPE,
    DAY,
    UNKNOWN_ID,
    act,
    crud,
    error,
    execute,
    executed,
    fault,
    invoice,
    invoice_id,
    rule_of,
    split,
    start,
    unchanged,
)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


class TestTheAnswer:
    @pytest.mark.documented("Older API, Action_POSTexecute")
    def test_an_accepted_split_is_success_and_its_own_id(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        answer = execute(client, made)
        assert (answer.status_code, answer.text) == (200, f'[{{"Success":true,"Id":"{made}"}}]')
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        assert "Zuora-Mock-Rule" not in answer.headers

    @pytest.mark.documented("SOAP API, execute")
    @pytest.mark.parametrize("kind", ["invoicesplit", "INVOICESPLIT", "InvoiceSplit"])
    def test_the_type_is_read_in_any_case(self, client: Client, kind: str) -> None:
        made, _ = split(client, 60, 40)
        answer = act(client, "execute", {"type": kind, "ids": [made.upper()], "synchronous": False})
        assert answer.json() == [{"Success": True, "Id": made.upper()}]

    @pytest.mark.documented("SOAP API, version history")
    def test_the_type_exists_from_wsdl_43_on(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        for wsdl in ("1", "42"):
            with unchanged(client):
                answer = execute(client, made, X_Zuora_WSDL_Version=wsdl)
            assert (answer.status_code, answer.text) == (
                400,
                fault("INVALID_TYPE", "invalid type specified: InvoiceSplit"),
            )
        assert execute(client, made, X_Zuora_WSDL_Version="43").json() == [{"Success": True, "Id": made}]

    @pytest.mark.documented("Older API, Action_POSTexecute")
    def test_rows_are_answered_in_the_order_of_the_request(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, invoices=[invoice(f"INV0000000{n}") for n in range(1, 4)]).sign_in()
        (a, _), (b, _) = split(client, 60, 40), split(client, 50, 50, number="INV00000002")
        (c, _) = split(client, 60, 30, number="INV00000003")
        results = execute(client, b, UNKNOWN_ID, a, c).json()
        assert [(each["Id"], each["Success"]) for each in results] == [
            (b, True),
            (UNKNOWN_ID, False),
            (a, True),
            (c, False),
        ]


class TestRefusedRows:
    @pytest.mark.assumed
    @pytest.mark.parametrize("given", [UNKNOWN_ID, "x", "", "8ad0", "g" * 32])
    def test_an_unknown_or_malformed_id_is_invalid_and_repeated(self, client: Client, given: str) -> None:
        answer = execute(client, given)
        [result] = answer.json()
        assert list(result) == ["Success", "Id", "Errors"]
        assert (result["Success"], result["Id"], result["Errors"][0]["Code"]) == (False, given, "INVALID_ID")
        assert answer.headers["Zuora-Mock-Rule"] == "object.id; provenance=observed"

    @pytest.mark.assumed
    @pytest.mark.parametrize("given", [None, 1, 1.5, True, {}, ["x"]])
    @pytest.mark.parametrize("synchronous", [True, False])
    def test_an_element_that_is_no_text_is_a_refused_row(self, client: Client, given: Any, synchronous: bool) -> None:
        answer = act(client, "execute", {"type": "InvoiceSplit", "ids": [given], "synchronous": synchronous})
        [result] = answer.json()
        assert (answer.status_code, result["Success"], isinstance(result["Id"], str)) == (200, False, True)

    @pytest.mark.documented("Older API, Action_POSTexecute")
    def test_synchronous_is_refused_row_by_row(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        with unchanged(client):
            answer = act(client, "execute", {"type": "InvoiceSplit", "ids": [made, made], "synchronous": True})
        error_ = {"Code": "INVALID_VALUE", "Message": "synchronous must be false"}
        assert answer.json() == [{"Success": False, "Id": made, "Errors": [error_]}] * 2

    @pytest.mark.documented("SOAP API, InvoiceSplit")
    @pytest.mark.parametrize("percentages", [(), (100,)])
    def test_fewer_than_two_items_are_counted(self, client: Client, percentages: tuple[float, ...]) -> None:
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        item = {"InvoiceSplitId": made, "InvoiceDate": DAY}
        if percentages:
            client.create("InvoiceSplitItem", *({**item, "SplitPercentage": each} for each in percentages))
        answer = execute(client, made)
        message = answer.json()[0]["Errors"][0]["Message"]
        assert str(len(percentages)) in message
        assert rule_of(answer) == "invoice-split.two-items"

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    @pytest.mark.parametrize(
        ("percentages", "total"),
        [
            ((60, 39.999999999), "99.999999999"),
            ((60, 40.000000001), "100.000000001"),
            ((33, 33, 33), "99"),
            ((100, 100), "200"),
        ],
    )
    def test_percentages_that_do_not_make_a_hundred_are_summed_up(
        self, client: Client, percentages: tuple[float, ...], total: str
    ) -> None:
        made, _ = split(client, *percentages)
        with unchanged(client):
            answer = execute(client, made)
        [result] = answer.json()
        assert (result["Id"], result["Errors"][0]["Code"]) == (made, "INVALID_VALUE")
        assert total in result["Errors"][0]["Message"]
        assert rule_of(answer) == "invoice-split.sum"

    @pytest.mark.assumed
    def test_the_later_of_two_equal_ids_is_refused(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        first, second = execute(client, made, made).json()
        assert (first["Success"], second["Success"], second["Errors"][0]["Code"]) == (True, False, "INVALID_VALUE")

    @pytest.mark.assumed
    def test_the_same_id_in_another_case_is_the_same_split(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        assert [each["Success"] for each in execute(client, made, made.upper()).json()] == [True, False]

    @pytest.mark.assumed
    def test_a_split_is_executed_once_pending_or_done(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"jobs": {"mode": "manual"}}).sign_in()
        made, _ = split(client, 60, 40)
        execute(client, made)
        pending = execute(client, made)
        client.post("/__admin/jobs/settle")
        done = execute(client, made)
        for answer in (pending, done):
            assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
            assert rule_of(answer) == "invoice-split.once"

    @pytest.mark.documented("Older API, Action_POSTexecute")
    @pytest.mark.parametrize("status", ["Posted", "Canceled"])
    def test_an_invoice_that_is_no_draft_any_more_is_refused(self, client: Client, status: str) -> None:
        made, _ = split(client, 60, 40)
        crud(client, "PUT", f"invoice/{invoice_id(client)}", {"Status": status})
        answer = execute(client, made)
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.draft-only"

    @pytest.mark.documented("Knowledge Center, Known limitations of splitting")
    @pytest.mark.parametrize("source", ["Standalone", "Consolidation"])
    def test_standalone_and_consolidated_invoices_are_refused_unless_allowed(
        self, server: Start, tmp_path: Path, source: str
    ) -> None:
        drafts = [invoice(SourceType=source)]
        client = start(server, tmp_path, invoices=drafts).sign_in()
        made, _ = split(client, 60, 40)
        assert rule_of(execute(client, made)) == "invoice-split.source-type"
        allowing = start(server, tmp_path, {"allowSplittingStandalone": True}, invoices=drafts)
        assert len(executed(allowing, allowing.sign_in(), 60, 40)) == 2

    @pytest.mark.assumed
    def test_a_negative_total_is_refused_and_a_zero_total_is_not(self, server: Start, tmp_path: Path) -> None:
        drafts = [invoice("INV00000001", "-25.00"), invoice("INV00000002", "50.00", "-50.00")]
        mock = start(server, tmp_path, invoices=drafts)
        client = mock.sign_in()
        made, _ = split(client, 60, 40)
        assert rule_of(execute(client, made)) == "invoice-split.negative"
        parts = executed(mock, client, 60, 40, number="INV00000002")
        assert [crud(client, "GET", f"invoice/{each}").json()["Amount"] for each in parts] == [0, 0]

    @pytest.mark.documented("Knowledge Center, Enable invoice splitting")
    def test_with_the_billing_rule_off_it_is_refused(self, server: Start, tmp_path: Path) -> None:
        items = [{"SplitPercentage": 60, "InvoiceDate": DAY}, {"SplitPercentage": 40, "InvoiceDate": DAY}]
        splits = [{"Id": "a" * 32, "InvoiceNumber": "INV00000001", "items": items}]
        client = start(server, tmp_path, {"allowInvoiceSplitting": False}, invoiceSplits=splits).sign_in()
        answer = execute(client, "a" * 32)
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.allowed"

    @pytest.mark.assumed
    def test_a_split_whose_invoice_is_gone_is_refused(self, client: Client) -> None:
        made, _ = split(client, 60, 40)
        wanted = invoice_id(client)
        crud(client, "PUT", f"invoice/{wanted}", {"Status": "Canceled"})
        crud(client, "DELETE", f"invoice/{wanted}")
        answer = execute(client, made)
        assert answer.json()[0]["Errors"][0]["Code"] == "INVALID_VALUE"
        assert rule_of(answer) == "invoice-split.invoice"


class TestRefusedCalls:
    @pytest.mark.observed("hyeomans/zuora, error tests")
    @pytest.mark.parametrize("kind", ["Invoice", "InvoiceSplitt", "", "invoice-split"])
    def test_another_type_is_named_as_sent(self, client: Client, kind: str) -> None:
        answer = act(client, "execute", {"type": kind, "ids": [UNKNOWN_ID], "synchronous": False})
        assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {kind}"))

    @pytest.mark.assumed
    def test_more_than_fifty_ids_are_a_fault(self, client: Client) -> None:
        answer = execute(client, *[UNKNOWN_ID] * 51)
        message = "51 ids in one call, at most 50 are allowed"
        assert (answer.status_code, answer.text) == (400, fault("MAX_RECORDS_EXCEEDED", message))
        assert len(execute(client, *[UNKNOWN_ID] * 50).json()) == 50

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"type": None}, "'type' is required"),
            ({"type": ["InvoiceSplit"]}, "'type' must be a string"),
            ({"synchronous": None}, "'synchronous' is required"),
            ({"synchronous": "false"}, "'synchronous' must be true or false"),
            ({"synchronous": 0}, "'synchronous' must be true or false"),
            ({"ids": None}, "'ids' is required"),
            ({"ids": []}, "'ids' is empty"),
            ({"ids": UNKNOWN_ID}, "'ids' must be an array"),
            ({"ids": {}}, "'ids' must be an array"),
        ],
    )
    def test_a_member_that_is_missing_or_of_another_type_is_named(
        self, client: Client, changes: dict[str, Any], message: str
    ) -> None:
        made, _ = split(client, 60, 40)
        body = {"type": "InvoiceSplit", "ids": [made], "synchronous": False}
        absent = {name: value for name, value in (body | changes).items() if value is not None}
        with unchanged(client):
            for each in (body | changes, absent):
                answer = act(client, "execute", each)
                assert (answer.status_code, answer.text) == (400, error(message))
                assert answer.headers["Zuora-Mock-Rule"] == "body.shape; provenance=assumed"
