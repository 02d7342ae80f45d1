"""POST /v1/action/delete, in lower case."""

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
    crud,
    error,
    execute,
    executed,
    fault,
    find,
    invoice,
    invoice_id,
    rule_of,
    split,
    start,
    unchanged,
)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    drafts = [invoice(), invoice("INV00000002", Status="Posted"), invoice("INV00000003", Status="Canceled")]
    contacts = [{"AccountNumber": "A-2", "FirstName": "Amy", "LastName": "Lawrence"}]
    return start(server, tmp_path, accounts=[account(), account("A-2")], invoices=drafts, contacts=contacts)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def delete(client: Client, kind: str, *ids: Any) -> httpx.Response:
    return act(client, "delete", {"type": kind, "ids": list(ids)})


def refused(code: str, message: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"Code": code, "Message": message}]}


@pytest.mark.documented("Actions reference, delete")
def test_a_good_row_is_in_lower_case(client: Client) -> None:
    wanted = invoice_id(client, "INV00000003")
    answer = delete(client, "Invoice", wanted)
    assert (answer.status_code, answer.text) == (200, f'[{{"id":"{wanted}","success":true}}]')
    assert crud(client, "GET", f"invoice/{wanted}").status_code == 404
    assert find(client, f"select Id from InvoiceItem where InvoiceId = '{wanted}'") == []


@pytest.mark.assumed
@pytest.mark.parametrize("given", [UNKNOWN_ID, "x", None, 1, 1.5, {}, []])
def test_an_unknown_id_is_invalid_for_delete(client: Client, given: Any) -> None:
    answer = delete(client, "Invoice", given)
    expected = '[{"success":false,"errors":[{"Code":"INVALID_ID","Message":"invalid id for delete"}]}]'
    assert (answer.status_code, answer.text) == (200, expected)
    assert answer.headers["Zuora-Mock-Rule"] == "object.id; provenance=observed"


@pytest.mark.documented("Knowledge Center, Split invoices overview")
@pytest.mark.parametrize("number", ["INV00000001", "INV00000002"])
def test_only_a_canceled_invoice_is_deleted(client: Client, number: str) -> None:
    wanted = invoice_id(client, number)
    with unchanged(client):
        [result] = delete(client, "Invoice", wanted).json()
    assert (result["success"], result["errors"][0]["Code"]) == (False, "CANNOT_DELETE")


@pytest.mark.documented("Knowledge Center, Split invoices overview")
def test_deleting_a_part_leaves_its_siblings(mock: Mock, client: Client) -> None:
    parts = executed(mock, client, 40, 30, 30)
    act(client, "update", {"type": "Invoice", "objects": [{"Id": parts[0], "Status": "Canceled"}]})
    assert delete(client, "Invoice", parts[1]).json() == [{"id": parts[1], "success": True}]
    assert [crud(client, "GET", f"invoice/{each}").status_code for each in parts] == [200, 404, 200]


@pytest.mark.documented("Actions reference, delete")
def test_good_rows_are_done_though_others_fail(client: Client) -> None:
    good, bad = invoice_id(client, "INV00000003"), invoice_id(client)
    results = delete(client, "Invoice", bad, good, good).json()
    assert [each["success"] for each in results] == [False, True, False]


@pytest.mark.observed("hyeomans/zuora, error tests")
@pytest.mark.parametrize("kind", ["InvoiceSplit", "InvoiceItem", "Nonsense"])
def test_a_type_that_cannot_be_deleted_is_invalid(client: Client, kind: str) -> None:
    answer = delete(client, kind, UNKNOWN_ID)
    assert (answer.status_code, answer.text) == (400, fault("INVALID_TYPE", f"invalid type specified: {kind}"))


@pytest.mark.assumed
def test_more_than_fifty_ids_are_a_fault(client: Client) -> None:
    answer = delete(client, "Invoice", *[UNKNOWN_ID] * 51)
    message = "51 ids in one call, at most 50 are allowed"
    assert (answer.status_code, answer.text) == (400, fault("MAX_RECORDS_EXCEEDED", message))


@pytest.mark.assumed
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"type": "Invoice"}, "'ids' is required"),
        ({"type": "Invoice", "ids": []}, "'ids' is empty"),
        ({"type": "Invoice", "ids": UNKNOWN_ID}, "'ids' must be an array"),
        ({"ids": [UNKNOWN_ID]}, "'type' is required"),
    ],
)
def test_a_body_that_cannot_be_read_as_this_call_is_an_error(client: Client, body: Any, message: str) -> None:
    answer = act(client, "delete", body)
    assert (answer.status_code, answer.text) == (400, error(message))


@pytest.mark.documented("SOAP API, InvoiceSplitItem")
def test_an_item_goes_until_its_split_is_executed(mock: Mock, client: Client) -> None:
    made, items = split(client, 60, 40, 5)
    assert delete(client, "InvoiceSplitItem", items[2]).json() == [{"id": items[2], "success": True}]
    assert execute(client, made).json()[0]["Success"]
    mock.pause()
    answer = delete(client, "InvoiceSplitItem", items[0])
    assert answer.json()[0]["errors"][0]["Code"] == "INVALID_VALUE"
    assert rule_of(answer) == "invoice-split.item-closed"


@pytest.mark.documented("SOAP API, Errors")
def test_an_account_with_invoices_stays_and_one_without_goes_with_its_contacts(client: Client) -> None:
    kept, gone = account_id(client), account_id(client, "A-2")
    first, second = delete(client, "Account", kept, gone).json()
    assert first == refused("CANNOT_DELETE", "Account A-1 has invoices and cannot be deleted")
    assert second == {"id": gone, "success": True}
    assert find(client, "select Id from Contact") == []


@pytest.mark.assumed
def test_a_contact_that_its_account_bills_stays(client: Client) -> None:
    [record] = find(client, "select Id from Contact")
    assert delete(client, "Contact", record["Id"]).json()[0]["errors"][0]["Code"] == "CANNOT_DELETE"
