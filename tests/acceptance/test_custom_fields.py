"""Custom fields that a fixture declares, and those that nobody declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import account_id, act, crud, fault, find, invoice, invoice_id, row, rule_of, start

pytestmark = pytest.mark.assumed

DECLARED = {
    "Invoice": [
        {"name": "Region__c", "type": "text"},
        {"name": "Tier__c", "type": "picklist", "values": ["gold", "silver"]},
        {"name": "Seats__c", "type": "number"},
        {"name": "Key__c", "type": "boolean"},
        {"name": "Renewal__c", "type": "date"},
        {"name": "Owner__c", "type": "reference"},
    ]
}
GOOD = {
    "Region__c": "EMEA",
    "Tier__c": "gold",
    "Seats__c": 5,
    "Key__c": True,
    "Renewal__c": "2026-07-01",
    "Owner__c": "a" * 32,
}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path, customFields=DECLARED)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def update(client: Client, **fields: Any) -> Any:
    body = {"type": "Invoice", "objects": [{"Id": invoice_id(client), **fields}]}
    return act(client, "update", body).json()[0]


def custom(client: Client) -> dict[str, Any]:
    record = crud(client, "GET", f"invoice/{invoice_id(client)}").json()
    return {name: value for name, value in record.items() if name.endswith("__c")}


def test_declared_fields_keep_values_of_their_types(client: Client) -> None:
    assert update(client, **GOOD)["Success"]
    assert custom(client) == GOOD


def test_what_can_be_read_as_the_type_is_kept_as_the_type(client: Client) -> None:
    assert update(client, Seats__c="5.50", Key__c="false", Region__c=7)["Success"]
    assert custom(client) == {"Region__c": "7", "Seats__c": 5.5, "Key__c": False}


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("Tier__c", "bronze", "one of gold, silver is needed, not 'bronze'"),
        ("Seats__c", "many", "a number is needed, not 'many'"),
        ("Key__c", "yes", "true or false is needed, not 'yes'"),
        ("Renewal__c", "2026-02-30", "a date yyyy-mm-dd is needed, not '2026-02-30'"),
        ("Owner__c", "me", "an id of 32 hexadecimal digits is needed, not 'me'"),
        ("Region__c", True, "text is needed, not 'true'"),
    ],
)
def test_a_value_of_another_type_is_refused(client: Client, name: str, value: Any, problem: str) -> None:
    assert update(client, **{name: value}) == row("INVALID_VALUE", f"{name}: {problem}")
    assert custom(client) == {}


def test_another_name_is_an_unknown_field_like_any_other(client: Client) -> None:
    assert update(client, Regoin__c="EMEA")["Success"]
    assert custom(client) == {}
    path = f"invoice/{invoice_id(client)}?rejectUnknownFields=true"
    assert rule_of(crud(client, "PUT", path, {"Regoin__c": "EMEA"})) == "body.unknown-fields"


@pytest.mark.parametrize("text", ["select Regoin__c from Invoice", "select Id from Invoice where Regoin__c = 'x'"])
def test_a_query_does_not_know_it_either(client: Client, text: str) -> None:
    answer = act(client, "query", {"queryString": text})
    assert answer.text == fault("INVALID_FIELD", "invalid field for query: Invoice.Regoin__c")


def test_a_declared_field_is_queried_before_a_record_has_it(client: Client) -> None:
    wanted = invoice_id(client)
    assert find(client, "select Seats__c from Invoice where Tier__c = 'gold'") == []
    assert find(client, "select Seats__c from Invoice where Tier__c = null") == [{"Id": wanted}]
    update(client, **GOOD)
    conditions = ["Tier__c = 'gold'", "Seats__c > 4.5", "Key__c = true", "Renewal__c < '2026-07-02'"]
    for condition in [*conditions, f"Owner__c = '{'A' * 32}'"]:
        assert find(client, f"select Seats__c from Invoice where {condition}") == [{"Id": wanted, "Seats__c": 5}]


@pytest.mark.documented("SOAP API, ZOQL, Case sensitivity")
@pytest.mark.parametrize("name", ["tier__c", "TIER__C", "Tier__c"])
def test_a_query_names_a_declared_field_in_any_case(client: Client, name: str) -> None:
    update(client, **GOOD)
    [found] = find(client, f"select {name} from Invoice where {name} = 'gold'")
    assert found == {"Id": invoice_id(client), "Tier__c": "gold"}


@pytest.mark.documented("SOAP API, ZOQL")
def test_a_custom_date_is_not_compared_with_null(client: Client) -> None:
    answer = act(client, "query", {"queryString": "select Id from Invoice where Renewal__c = null"})
    assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VALUE")


def test_an_object_without_declared_fields_takes_any(client: Client) -> None:
    assert find(client, "select Any__c from Account where Any__c != null") == []
    body = {"Id": account_id(client), "Any__c": 1.5}
    assert act(client, "update", {"type": "Account", "objects": [body]}).json()[0]["Success"]
    assert find(client, "select Any__c from Account where Any__c > 1")[0]["Any__c"] == 1.5


def test_declared_fields_are_part_of_the_state_and_outlast_a_reset(client: Client) -> None:
    update(client, **GOOD)
    state = client.get("/__admin/state").json()
    assert state["customFields"] == DECLARED
    assert {name: state["invoices"][0][name] for name in GOOD} == GOOD
    assert client.post("/__admin/seed", json=state).status_code == 200
    assert custom(client) == GOOD
    client.post("/__admin/reset")
    assert client.get("/__admin/state").json()["customFields"] == DECLARED


def test_a_snapshot_keeps_them(client: Client) -> None:
    assert client.post("/__admin/snapshots", json={"name": "before"}).status_code == 201
    client.post("/__admin/seed", json={"customFields": {"Account": [{"name": "Any__c", "type": "text"}]}})
    assert set(client.get("/__admin/state").json()["customFields"]) == {"Invoice", "Account"}
    assert client.post("/__admin/snapshots/before/restore").status_code == 200
    assert client.get("/__admin/state").json()["customFields"] == DECLARED


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"customFields": {"Invoices": []}}, "/customFields/Invoices"),
        ({"customFields": {"InvoiceSplit": []}}, "/customFields/InvoiceSplit"),
        ({"customFields": {"Account": [{"name": "Region", "type": "text"}]}}, "/customFields/Account/0/name"),
        ({"customFields": {"Account": [{"name": "R__c", "type": "words"}]}}, "/customFields/Account/0/type"),
        ({"customFields": {"Account": [{"name": "R__c", "type": "picklist"}]}}, "/customFields/Account/0"),
        ({"customFields": {"Account": [{"name": "R__c", "type": "text"}] * 2}}, "/customFields/Account"),
        ({"invoices": [invoice("INV9", Tier__c="bronze")]}, "/invoices/0/Tier__c"),
        ({"invoices": [invoice("INV9", Regoin__c="x")]}, "/invoices/0/Regoin__c"),
    ],
)
def test_a_fixture_that_contradicts_the_declarations_is_refused(
    client: Client, document: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/__admin/seed", json=document)
    assert answer.status_code in {400, 422}
    assert pointer in answer.text
