"""A tenant's state goes into another tenant as it came out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, Client, Mock, Start
from zuora_mock.tenants.fixtures import default_fixture_path

pytestmark = pytest.mark.assumed

OTHER = {"clientId": "o" * 36, "clientSecret": "shared"}
ENTITY = "Zuora-Entity-Ids"
EUROPEAN = "00000000-0000-4000-8000-0000000000e0"
"""The client of one entity of multi-entity.json."""
FROZEN = {"now": "2026-02-01T00:00:00Z", "frozen": True}

State = dict[str, Any]


def state(client: Client) -> State:
    found: State = client.get("/__admin/state").json()
    return found


def data(client: Client) -> State:
    """What is the tenant's whatever its name."""
    return {name: value for name, value in state(client).items() if name not in {"tenant", "clients"}}


def work(client: Client, split: str = "INV00000001", prepared: str = "INV00000002") -> None:
    """Everything that a call can leave behind: bare objects, custom fields, splits, invoices in every status."""
    client.put("/__admin/clock", json=FROZEN)
    client.put("/__admin/jobs/policy", json={"mode": "before-reply"})
    custom = {"Region__c": "EMEA", "Seats__c": 5, "Rate__c": 1.5, "Key__c": True, "Long__c": "x" * 300}
    [bare] = client.create("Account", {"Name": "Bare", "Currency": "USD", "Status": "Draft", **custom})
    client.create("Contact", {"AccountId": bare, "FirstName": "Ann", "LastName": "Lee"})
    client.order_split(split)
    client.prepare_split(prepared, (50, 50))
    ids = client.ids()
    drafts = [ids[number] for number in ids if number != prepared]
    rows = [{"Id": each, "Status": "Posted"} for each in drafts[:3]]
    client.post("/v1/action/update", json={"type": "Invoice", "objects": rows})


def empty(mock: Mock, of: State, **more: Any) -> Client:
    """A tenant with the entities of a state, and nothing in them."""
    base = {"entities": of["entities"], "paymentTerms": [], **more}
    assert mock.post("/__admin/tenants", json={**OTHER, "base": base}).status_code == 201
    return mock.sign_in(OTHER["clientId"], OTHER["clientSecret"])


def seed(client: Client, document: State) -> None:
    answer = client.post("/__admin/seed", json=document)
    assert answer.status_code == 200, answer.text


def test_a_state_is_the_same_in_an_empty_tenant(mock: Mock) -> None:
    first = mock.sign_in()
    work(first)
    other = empty(mock, state(first))
    seed(other, state(first))
    assert data(other) == data(first)
    seed(other, state(other))
    assert data(other) == data(first)


def test_a_state_of_several_entities_is_the_same_in_an_empty_tenant(server: Start) -> None:
    mock = server(fixtures=(default_fixture_path().with_name("multi-entity.json"),))
    first = mock.sign_in(EUROPEAN)
    seed(first, {"invoices": [{"AccountNumber": "E-1", "items": [{"ChargeAmount": "10.01"}]}] * 4})
    work(first, "INV00000002", "INV00000005")
    other = empty(mock, state(first))
    seed(other, state(first))
    assert data(other) == data(first)
    assert len({each["entity"] for each in state(other)["invoices"]}) == 3


def test_a_state_is_the_same_in_a_tenant_based_on_it(mock: Mock) -> None:
    first = mock.sign_in()
    work(first)
    assert mock.post("/__admin/tenants", json={**OTHER, "base": state(first)}).status_code == 201
    other = mock.sign_in(OTHER["clientId"], OTHER["clientSecret"])
    assert data(other) == data(first)
    other.post("/__admin/reset")
    assert data(other) == data(first)


def test_a_state_replaces_the_default_fixture_of_another_tenant(mock: Mock) -> None:
    first = mock.sign_in()
    work(first)
    assert mock.post("/__admin/tenants", json=OTHER).status_code == 201
    other = mock.sign_in(OTHER["clientId"], OTHER["clientSecret"])
    other.order_split("INV00000001")
    other.post("/__admin/jobs/settle")
    seed(other, state(first))
    assert other.ids().items() >= first.ids().items()
    assert other.ids("accounts", "AccountNumber") == first.ids("accounts", "AccountNumber")
    assert other.order_split("INV00000007")


def test_clients_of_another_tenant_stay_where_they_are(mock: Mock) -> None:
    first = mock.sign_in()
    other = empty(mock, state(first))
    seed(other, state(first))
    assert [each["clientId"] for each in state(other)["clients"]] == [OTHER["clientId"]]
    assert CLIENT_ID in {each["clientId"] for each in state(first)["clients"]}


@pytest.mark.parametrize("named", [{}, {"tenant": OTHER["clientId"]}])
def test_a_foreign_client_is_refused_in_a_document_of_ones_own(mock: Mock, named: State) -> None:
    other = empty(mock, state(mock.sign_in()))
    refused = other.post("/__admin/seed", json={**named, "clients": [{"clientId": CLIENT_ID, "clientSecret": "s"}]})
    assert refused.status_code == 400
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/clients/0/clientId"]


@pytest.mark.parametrize(
    ("entities", "names"),
    [([], ["Default"]), ([{"name": "default"}], ["default"]), ([{"name": "North"}], ["North", "Default"])],
)
def test_entities_of_a_state_are_found_by_name_or_added(mock: Mock, entities: list[State], names: list[str]) -> None:
    first = mock.sign_in()
    other = empty(mock, {"entities": entities})
    seed(other, state(first))
    assert [each["name"] for each in state(other)["entities"]] == names
    found = {each.get("entity") for each in state(other)["invoices"]}
    assert found == ({state(other)["entities"][-1]["id"]} if len(names) > 1 else {None})
    last = {ENTITY: state(other)["entities"][-1]["id"]}
    invoice = other.ids()["INV00000001"]
    assert other.get(f"/v1/object/invoice/{invoice}", headers=last).status_code == 200


def test_payment_terms_of_a_state_take_the_place_of_others_of_their_name(mock: Mock) -> None:
    first = empty(mock, {"entities": []}, paymentTerms=[{"name": "Net 30", "days": 31, "default": True}])
    other = mock.sign_in("e" * 36, "s")
    seed(other, state(first))
    terms = state(other)["paymentTerms"]
    assert (terms[0]["name"], terms[0]["days"]) == ("Net 30", 31)
    assert [each["name"] for each in terms if each["default"]] == ["Net 30"]


def test_a_number_that_is_taken_is_refused_in_a_document_without_its_id(mock: Mock) -> None:
    account = {"AccountNumber": "A-1", "Name": "Another", "Currency": "USD"}
    refused = mock.sign_in().post("/__admin/seed", json={"tenant": "elsewhere", "accounts": [account]})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/accounts/0/AccountNumber"]


def test_a_null_keeps_a_field_empty_that_would_get_a_default(client: Client) -> None:
    account = {"AccountNumber": "A-9", "Name": "Nine", "Currency": "USD", "Batch": None, "PaymentTerm": None}
    seed(client, {"accounts": [account]})
    [found] = [each for each in state(client)["accounts"] if each["AccountNumber"] == "A-9"]
    assert (found["Batch"], found["PaymentTerm"], found["Status"]) == (None, None, "Active")
