"""Files of invoices: real PDFs, in the list, as a file, and in `Body`."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.acceptance.mocks import Client, Mock
from tests.acceptance.wire import UNKNOWN_ID

SOURCE = "API reference, List all files of an invoice"
POSTED, DRAFT = "INV00000001", "INV00000002"
V2024 = {"Zuora-Version": "2024-05-20"}


@pytest.fixture
def posted(client: Client) -> Client:
    client.put("/__admin/clock", json={"now": "2026-02-01T00:00:00Z", "frozen": True})
    assert client.put(f"/v1/invoices/{POSTED}/post", json={}).json()["success"]
    return client


def files(client: Client, key: str = POSTED, query: str = "") -> Any:
    answer = client.get(f"/v1/invoices/{key}/files{query}").json()
    assert answer.pop("success") is True
    return answer


def regenerate(client: Client, number: str) -> None:
    client.put("/__admin/clock", json={"now": "2026-03-01T00:00:00Z", "frozen": True})
    answer = client.put(f"/v1/object/invoice/{client.ids()[number]}", json={"RegenerateInvoicePDF": True})
    assert answer.json()["Success"] is True, answer.text


def text_of(pdf: bytes) -> str:
    [page] = PdfReader(io.BytesIO(pdf), strict=True).pages
    return page.extract_text()


@pytest.mark.assumed
def test_the_invoices_of_an_account_are_listed_with_the_same_files(posted: Client) -> None:
    account = posted.get(f"/v1/invoices/{POSTED}").json()["accountId"]
    shown = posted.get(f"/v1/transactions/invoices/accounts/{account}?pageSize=40").json()["invoices"]
    listed = {each["invoiceNumber"]: each["invoiceFiles"] for each in shown}
    assert listed[POSTED] == files(posted)["invoiceFiles"] != []
    assert listed[DRAFT] == []


@pytest.mark.observed("a client's notes against a sandbox, 2026")
def test_a_posted_invoice_has_one_in_its_list(posted: Client) -> None:
    [file] = files(posted)["invoiceFiles"]
    assert list(file) == ["id", "versionNumber", "pdfFileUrl"]
    assert file["versionNumber"] == 1_769_904_000_000
    assert file["pdfFileUrl"].removeprefix("/v1/files/") not in {file["id"], posted.ids()[POSTED]}


@pytest.mark.documented("API reference, Retrieve a file")
def test_it_is_a_page_that_says_what_the_invoice_says(posted: Client) -> None:
    answer = posted.get(files(posted)["invoiceFiles"][0]["pdfFileUrl"])
    assert answer.headers["Content-Type"] == "application/pdf;charset=UTF-8"
    text, invoice = text_of(answer.content), posted.get(f"/v1/invoices/{POSTED}").json()
    items = posted.get(f"/v1/invoices/{POSTED}/items").json()["invoiceItems"]
    for said in (POSTED, "A-1", invoice["invoiceDate"], invoice["dueDate"], "USD", "100000.00 USD"):
        assert said in text
    for item in items:
        assert item["chargeName"] in text
        assert f"{item['chargeAmount']:.2f}" in text


@pytest.mark.assumed
def test_the_same_calls_give_the_same_bytes(posted: Client) -> None:
    first = posted.get(files(posted)["invoiceFiles"][0]["pdfFileUrl"]).content
    posted.post("/__admin/reset")
    posted.put("/__admin/clock", json={"now": "2026-02-01T00:00:00Z", "frozen": True})
    posted.put(f"/v1/invoices/{POSTED}/post", json={})
    assert posted.get(files(posted)["invoiceFiles"][0]["pdfFileUrl"]).content == first


@pytest.mark.assumed
def test_a_draft_has_none_until_one_is_asked_for(client: Client) -> None:
    assert files(client, DRAFT) == {"invoiceFiles": []}
    draft = client.ids()[DRAFT]
    assert "Body" not in client.get(f"/v1/object/invoice/{draft}").json()
    regenerate(client, DRAFT)
    [file] = files(client, DRAFT)["invoiceFiles"]
    assert DRAFT in text_of(client.get(file["pdfFileUrl"]).content)


@pytest.mark.documented(SOURCE)
def test_one_that_is_made_anew_is_the_first_of_the_list_and_pages_have_a_next_one(posted: Client) -> None:
    for _ in range(2):
        regenerate(posted, POSTED)
    listed = files(posted)["invoiceFiles"]
    versions = [each["versionNumber"] for each in listed]
    assert versions == sorted(versions, reverse=True)
    assert len({each["pdfFileUrl"] for each in listed}) == 3
    first = files(posted, query="?pageSize=2")
    assert (len(first["invoiceFiles"]), first["nextPage"]) == (2, f"/v1/invoices/{POSTED}/files?page=2&pageSize=2")
    assert files(posted, query="?page=2&pageSize=2") == {"invoiceFiles": listed[2:]}


@pytest.mark.assumed
def test_a_file_goes_with_the_posting_that_made_it(posted: Client) -> None:
    url = files(posted)["invoiceFiles"][0]["pdfFileUrl"]
    assert posted.put(f"/v1/invoices/{POSTED}/unpost").json()["success"]
    assert files(posted) == {"invoiceFiles": []}
    assert posted.get(url, headers=V2024).status_code == 404


@pytest.mark.documented("Older API, Object_GETInvoice; SOAP API, Invoice")
def test_the_body_of_an_invoice_is_the_file_in_base64(posted: Client) -> None:
    own, pdf = posted.ids()[POSTED], posted.get(files(posted)["invoiceFiles"][0]["pdfFileUrl"]).content
    assert base64.b64decode(posted.get(f"/v1/object/invoice/{own}").json()["Body"]) == pdf
    assert "Body" not in posted.get(f"/v1/object/invoice/{own}?fields=Status").json()
    zoql = f"select Id, Body from Invoice where Id = '{own}'"
    [row] = posted.post("/v1/action/query", json={"queryString": zoql}).json()["records"]
    assert base64.b64decode(row["Body"]) == pdf
    other = f"select Id, Body from Invoice where InvoiceNumber = '{DRAFT}'"
    assert posted.post("/v1/action/query", json={"queryString": other}).json()["records"][0].keys() == {"Id"}


@pytest.mark.assumed
def test_a_file_that_nobody_has_is_not_found(mock: Mock, posted: Client) -> None:
    url = files(posted)["invoiceFiles"][0]["pdfFileUrl"]
    for path in (f"/v1/files/{UNKNOWN_ID}", "/v1/files/nonsense", "/v1/invoices/INV99999999/files"):
        answer = posted.get(path, headers=V2024)
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (404, 50000040)
    assert mock.sign_in("9" * 36).get(url, headers=V2024).status_code == 404


@pytest.mark.assumed
def test_a_page_takes_any_text_and_tells_of_what_it_has_no_room_for(client: Client) -> None:
    names = [f"Zeile {number} (日本) für Größe \\ 100 %" for number in range(60)]
    items = [{"ChargeName": name, "ChargeAmount": "1.000"} for name in names]
    account = {"AccountNumber": "A-K", "Name": "クウェート\n会社", "Currency": "KWD"}
    invoice = {"AccountNumber": "A-K", "Status": "Posted", "InvoiceNumber": "INV-K", "items": items}
    seeded = client.post("/__admin/seed", json={"accounts": [account], "invoices": [invoice]})
    assert seeded.status_code == 200, seeded.text
    text = text_of(client.get(files(client, "INV-K")["invoiceFiles"][0]["pdfFileUrl"]).content)
    assert "Zeile 0 (??) für Größe \\ 100 %" in text
    assert "and 20 more rows" in text
    assert "60.000 KWD" in text
