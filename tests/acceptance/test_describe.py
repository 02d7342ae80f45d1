"""`/v1/describe`: objects and fields as XML, as two public clients read them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import start
from zuora_mock.domain.catalogue import BY_NAME

DECLARED = {
    "Account": [
        {"name": "MyCustomField__c", "type": "picklist", "values": ["Customer", "Partner"]},
        {"name": "Since__c", "type": "date"},
    ]
}
TYPES = {"text", "picklist", "boolean", "integer", "decimal", "date", "datetime"}


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return start(server, tmp_path, customFields=DECLARED).sign_in()


def read(answer: httpx.Response) -> ET.Element:
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml;charset=utf-8")
    return ET.fromstring(answer.content)  # noqa: S314  (our own)


def field(client: Client, kind: str, name: str) -> dict[str, str]:
    """The texts of a field's elements; those of lists with a bar between them."""
    [found] = [each for each in read(client.get(f"/v1/describe/{kind}")).iter("field") if each.findtext("name") == name]
    return {each.tag: "|".join(inner.text or "" for inner in each) or each.text or "" for each in found}


@pytest.mark.observed("iron_bank, fixtures of describe")
def test_every_object_is_listed_with_its_address(client: Client) -> None:
    root = read(client.get("/v1/describe"))
    assert root.tag == "objects"
    assert {each.findtext("name") for each in root} == set(BY_NAME)
    [method] = [each for each in root if each.findtext("name") == "PaymentMethod"]
    assert method.findtext("label") == "Payment Method"
    assert method.get("href", "").endswith("/describe/PaymentMethod")


@pytest.mark.observed("iron_bank, fixtures of describe")
def test_a_field_says_what_may_be_done_with_it(client: Client) -> None:
    assert field(client, "Account", "Name") == {
        "name": "Name",
        "label": "Name",
        "selectable": "true",
        "createable": "true",
        "updateable": "true",
        "filterable": "true",
        "custom": "false",
        "maxlength": "255",
        "required": "true",
        "type": "text",
        "contexts": "soap|export",
    }
    assert field(client, "Invoice", "BillRunId")["contexts"] == "soap"
    assert field(client, "Subscription", "TermType")["options"] == "TERMED|EVERGREEN"


@pytest.mark.observed("iron_bank, fixtures of describe")
def test_custom_fields_of_the_tenant_are_described(client: Client) -> None:
    found = field(client, "Account", "MyCustomField__c")
    assert (found["label"], found["custom"], found["type"]) == ("My Custom Field", "true", "picklist")
    assert found["options"] == "Customer|Partner"
    assert field(client, "Account", "Since__c")["type"] == "date"


@pytest.mark.observed("tap-zuora, discover")
@pytest.mark.parametrize("name", BY_NAME)
def test_what_a_public_client_needs_is_there(client: Client, name: str) -> None:
    root = read(client.get(f"/v1/describe/{name}"))
    assert root.find("related-objects") is not None
    exported = {
        each.findtext("name"): each.findtext("type")
        for each in root.iter("field")
        if "export" in [context.text for context in each.iter("context")]
    }
    assert "Id" in exported
    assert set(exported.values()) <= TYPES


@pytest.mark.observed("iron_bank, fixtures of describe")
def test_related_objects_are_those_that_fields_refer_to(client: Client) -> None:
    related = read(client.get("/v1/describe/Account")).find("related-objects")
    assert related is not None
    names = {each.findtext("name") for each in related}
    assert names == {"BillToContact", "SoldToContact", "ParentAccount", "DefaultPaymentMethod"}
    without = read(client.get("/v1/describe/Account?showRelationships=false"))
    assert without.find("related-objects") is None


@pytest.mark.assumed
def test_an_object_that_there_is_not_is_said_in_xml(client: Client) -> None:
    answer = client.get("/v1/describe/Nonsense")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/xml;charset=utf-8")
    assert ET.fromstring(answer.content).findtext("message") == "there is no object Nonsense"  # noqa: S314
    assert client.post("/v1/describe/Account").status_code == 405
