"""Spellings of a path: objects in any case, with or without dashes; `/rest/v1` before the plain path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import act, crud, find, invoice_id, start


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def last(client: Client) -> Any:
    return client.get("/__admin/requests?limit=1").json()["requests"][0]


@pytest.mark.observed("a production client that reads all objects so")
@pytest.mark.parametrize("name", ["InvoiceItem", "invoiceitem", "INVOICE-ITEM", "Invoice-item", "invoice-item"])
def test_an_object_is_read_in_any_case_with_or_without_dashes(client: Client, name: str) -> None:
    [item] = find(client, "select Id from InvoiceItem")
    answer = crud(client, "GET", f"{name}/{item['Id']}")
    assert (answer.status_code, answer.json()["Id"]) == (200, item["Id"])
    entry = last(client)
    assert (entry["path"], entry["operation"]) == (f"/v1/object/{name}/{item['Id']}", "get-invoice-item")


@pytest.mark.assumed
def test_another_spelling_of_a_collection_creates_too(client: Client) -> None:
    assert crud(client, "POST", "Account", {"Name": "Amy", "Currency": "USD"}).status_code == 200
    assert last(client)["operation"] == "post-account"


@pytest.mark.assumed
@pytest.mark.parametrize("name", ["INVOICE_ITEM", "InvoiceItems", "", "-"])
def test_nothing_else_is_read_as_an_object(client: Client, name: str) -> None:
    answer = crud(client, "GET", f"{name}/1")
    assert answer.status_code == 404
    assert answer.json()["reasons"][0]["code"] == 50000040


@pytest.mark.assumed
def test_an_ordered_fault_sees_the_path_as_it_was_sent(client: Client) -> None:
    order = {"match": {"path": "/v1/object/Invoice/*"}, "fault": {"kind": "internal-error"}}
    assert client.post("/__admin/faults", json=order).status_code == 201
    wanted = invoice_id(client)
    assert crud(client, "GET", f"invoice/{wanted}").status_code == 200
    assert crud(client, "GET", f"Invoice/{wanted}").status_code == 500


@pytest.mark.observed("clients of the older base address")
@pytest.mark.parametrize("path", ["/v1/object/invoice/{}", "/v1/object/Invoice/{}"])
def test_rest_before_v1_is_the_plain_path(client: Client, path: str) -> None:
    plain = path.format(invoice_id(client))
    answer = client.get(f"/rest{plain}")
    assert (answer.status_code, answer.content) == (200, client.get(plain).content)
    entry = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
    assert (entry["path"], entry["operation"]) == (plain, "get-invoice")


@pytest.mark.observed("clients of the older base address")
def test_a_session_can_begin_below_rest(mock: Mock, client: Client) -> None:
    query = {"queryString": "select Id from Account"}
    assert client.post("/rest/v1/action/query", json=query).content == act(client, "query", query).content
    answer = mock.post("/rest/v1/connections")
    assert (answer.status_code, answer.content) == (401, mock.post("/v1/connections").content)


@pytest.mark.assumed
@pytest.mark.parametrize("path", ["/rest", "/rest/", "/rest/v10/object/invoice/1", "/rest/oauth/token", "/restv1"])
def test_nothing_else_stands_below_rest(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (404, '{"message":"no Route matched with those values"}')
