"""GET /v1/object/{object}/{id}."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    CONTENT_TYPE,
    NO_DATA,
    UNKNOWN_ID,
    account_id,
    crud,
    find,
    invoice,
    invoice_id,
    problem,
    rule_of,
    split,
    start,
)

OBJECTS = ["account", "contact", "invoice", "invoice-item", "invoice-split", "invoice-split-item", "taxation-item"]
NEWER = {"PaymentTerm": 118, "SourceType": 118, "BillToContactId": 118, "SequenceSetId": 127}
ITEMS = [{"ChargeName": "Platform", "ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.00"}]}]


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    given = {"SequenceSetId": "c" * 32, "BillToContactId": "d" * 32, "Region__c": "EMEA", "PaymentTerm": "Net 30"}
    return start(
        server,
        tmp_path,
        {"timeZone": "Europe/Berlin"},
        invoices=[invoice(items=ITEMS, **given)],
        contacts=[{"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence"}],
    )


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


@pytest.mark.documented("Older API, Object_GET*")
def test_every_object_can_be_read(client: Client) -> None:
    made, items = split(client, 60, 40)
    wanted = {
        "account": account_id(client),
        "invoice": invoice_id(client),
        "invoice-split": made,
        "invoice-split-item": items[0],
        "contact": find(client, "select Id from Contact")[0]["Id"],
        "invoice-item": find(client, "select Id from InvoiceItem")[0]["Id"],
        "taxation-item": find(client, "select Id from TaxationItem")[0]["Id"],
    }
    for path in OBJECTS:
        answer = crud(client, "GET", f"{path}/{wanted[path]}")
        record = answer.json()
        assert (answer.status_code, record["Id"]) == (200, wanted[path])
        assert {"CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"} <= set(record)
        assert None not in record.values()
        assert not [name for name in record if name.startswith("_")]


@pytest.mark.observed("Zuora Community: compact, with a newline at the end")
def test_an_answer_is_one_compact_line(client: Client) -> None:
    answer = crud(client, "GET", f"account/{account_id(client)}")
    assert answer.text == json.dumps(answer.json(), separators=(",", ":"), ensure_ascii=False) + "\n"
    assert answer.headers["Content-Type"] == CONTENT_TYPE


@pytest.mark.documented("Older API, Object_GETInvoiceSplit")
def test_an_invoice_split_has_six_fields_and_no_status(client: Client) -> None:
    made, _ = split(client, 60, 40)
    record = crud(client, "GET", f"invoice-split/{made}").json()
    assert sorted(record) == ["CreatedById", "CreatedDate", "Id", "InvoiceId", "UpdatedById", "UpdatedDate"]


@pytest.mark.documented("Older API, Object_GETInvoiceSplitItem")
def test_an_item_prints_its_percentage_as_a_number(client: Client) -> None:
    _, items = split(client, 50.9, 49.1)
    assert '"SplitPercentage":50.9,' in crud(client, "GET", f"invoice-split-item/{items[0]}").text


@pytest.mark.documented("Actions reference: rendered date-times")
def test_date_times_have_milliseconds_and_the_offset_of_the_tenants_zone(client: Client) -> None:
    record = crud(client, "GET", f"account/{account_id(client)}").json()
    assert record["CreatedDate"] == "2026-02-01T11:00:00.000+01:00"
    client.put("/__admin/clock", json={"now": "2016-10-20T03:45:37Z"})
    [made] = client.create("Account", {"Name": "x", "Currency": "USD"})
    assert crud(client, "GET", f"account/{made}").json()["CreatedDate"] == "2016-10-20T05:45:37.000+02:00"


@pytest.mark.documented("SOAP API, Date formats")
def test_up_to_wsdl_68_a_date_is_printed_as_a_date_time(client: Client) -> None:
    path = f"invoice/{invoice_id(client)}"
    assert crud(client, "GET", path, X_Zuora_WSDL_Version="69").json()["InvoiceDate"] == "2026-01-15"
    old = crud(client, "GET", path, X_Zuora_WSDL_Version="68").json()["InvoiceDate"]
    assert old == "2026-01-15T00:00:00.000+01:00"


@pytest.mark.documented("Older API, ProxyNoDataResponse")
@pytest.mark.parametrize("path", OBJECTS)
@pytest.mark.parametrize("identifier", [UNKNOWN_ID, "x", "INV00000001", "%00", "%ff", "a b", "g" * 32, "é"])
def test_nothing_is_found_by_an_unknown_id_or_by_a_number(client: Client, path: str, identifier: str) -> None:
    answer = crud(client, "GET", f"{path}/{identifier}")
    assert (answer.status_code, answer.content) == (404, NO_DATA)
    assert answer.headers["Zuora-Mock-Rule"] == "object.not-found; provenance=documented"


@pytest.mark.assumed
def test_an_id_in_upper_case_is_the_same_id(client: Client) -> None:
    wanted = invoice_id(client)
    assert crud(client, "GET", f"invoice/{wanted.upper()}").json()["Id"] == wanted


@pytest.mark.assumed
def test_an_id_of_another_object_finds_nothing(client: Client) -> None:
    assert crud(client, "GET", f"account/{invoice_id(client)}").status_code == 404


class TestFields:
    @pytest.mark.documented("Older API, Object_GETInvoice")
    def test_only_the_fields_asked_for_are_returned_and_the_id(self, client: Client) -> None:
        answer = crud(client, "GET", f"invoice/{invoice_id(client)}?fields=Status,Amount")
        assert sorted(answer.json()) == ["Amount", "Id", "Status"]

    @pytest.mark.assumed
    @pytest.mark.parametrize("fields", ["Status,Nonsense,,", " Status , nope__c ", "Status,_Group,status"])
    def test_unknown_names_are_ignored(self, client: Client, fields: str) -> None:
        answer = client.get(f"/v1/object/invoice/{invoice_id(client)}", params={"fields": fields})
        assert sorted(answer.json()) == ["Id", "Status"]

    @pytest.mark.assumed
    def test_custom_fields_can_be_asked_for(self, client: Client) -> None:
        answer = crud(client, "GET", f"invoice/{invoice_id(client)}?fields=Region__c")
        assert answer.json()["Region__c"] == "EMEA"

    @pytest.mark.documented("Older API, Object_GETInvoice")
    @pytest.mark.parametrize(("name", "since"), NEWER.items())
    def test_a_newer_field_is_left_out_and_refused_if_asked_for(self, client: Client, name: str, since: int) -> None:
        path = f"invoice/{invoice_id(client)}"
        before, after = str(since - 1), str(since)
        assert name not in crud(client, "GET", path).json()
        assert name not in crud(client, "GET", path, X_Zuora_WSDL_Version=before).json()
        assert name in crud(client, "GET", path, X_Zuora_WSDL_Version=after).json()
        assert name in crud(client, "GET", f"{path}?fields={name}", X_Zuora_WSDL_Version=after).json()
        answer = crud(client, "GET", f"{path}?fields={name}", X_Zuora_WSDL_Version=before)
        message = f"invalid field: Invoice.{name} needs X-Zuora-WSDL-Version {since} or later"
        assert (answer.status_code, answer.text) == (400, problem("INVALID_FIELD", message))
        assert rule_of(answer) == "object.newer-field"
