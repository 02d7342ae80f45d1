"""`/__admin`: reset, seed, state and the schema of fixtures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, Client, Mock, Start

pytestmark = pytest.mark.assumed

ACCOUNT = {"AccountNumber": "A-77", "Name": "Seventy-seven", "Currency": "USD", "PaymentTerm": "Net 30"}
INVOICE = {
    "AccountNumber": "A-77",
    "InvoiceNumber": "INV00000077",
    "Status": "Draft",
    "InvoiceDate": "2026-01-15",
    "items": [{"ChargeName": "Platform", "ChargeAmount": "77.00", "Quantity": 1}],
}
FIXTURE = {"accounts": [ACCOUNT], "invoices": [INVOICE]}


def test_a_reset_replays_the_fixture_and_counts_what_went(client: Client) -> None:
    before = client.ids()
    client.post("/__admin/seed", json=FIXTURE)
    answer = client.post("/__admin/reset")
    assert answer.status_code == 200
    assert answer.json()["tenant"] == CLIENT_ID
    assert answer.json()["removed"]["invoices"] == len(before) + 1
    assert client.ids() == before


def test_a_reset_puts_policy_clock_journal_and_jobs_back(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    client.order_split()
    client.put("/__admin/clock", json={"now": "2026-02-01T00:00:00Z", "frozen": True})
    removed = client.post("/__admin/reset").json()["removed"]
    assert removed["jobs"] == 1
    assert removed["requests"] > 0
    assert client.get("/__admin/jobs/policy").json()["mode"] == "after-reply"
    assert client.get("/__admin/clock").json()["frozen"] is False
    assert client.jobs() == []


def test_a_token_is_still_good_after_a_reset(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2030-01-01T00:00:00Z"})
    client.post("/__admin/reset")
    assert client.get(f"/v1/object/invoice/{client.ids()['INV00000001']}").status_code == 200


def test_a_tenant_can_be_named_by_header_query_or_client_id(mock: Mock) -> None:
    for named in ({"headers": {"Zuora-Mock-Tenant": "default"}}, {"params": {"tenant": "default"}}):
        assert mock.post("/__admin/reset", **named).json()["tenant"] == "default"
    assert mock.post("/__admin/reset", params={"tenant": CLIENT_ID}).json()["tenant"] == CLIENT_ID


def test_a_reset_of_all_resets_all(mock: Mock) -> None:
    first, second = mock.sign_in("a" * 36, "one"), mock.sign_in("b" * 36, "two")
    for each in (first, second):
        each.post("/__admin/seed", json=FIXTURE)
    told = first.post("/__admin/reset?all=true").json()
    assert told["tenant"] is None
    assert told["tenants"].keys() == {"default", "a" * 36, "b" * 36}
    assert told["removed"]["invoices"] == sum(each["invoices"] for each in told["tenants"].values())
    assert "INV00000077" not in first.ids()
    assert "INV00000077" not in second.ids()


def test_a_setting_forbids_the_reset_of_all(server: Start) -> None:
    mock = server(forbid_reset_all=True)
    refused = mock.post("/__admin/reset?all=true")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert mock.post("/__admin/reset", params={"tenant": "default"}).status_code == 200


def test_an_unknown_token_never_resets_everybody(mock: Mock) -> None:
    client = mock.sign_in()
    client.post("/__admin/seed", json=FIXTURE)
    refused = mock.post("/__admin/reset?all=true", headers={"Authorization": "Bearer 0123"})
    assert refused.status_code == 404
    assert "INV00000077" in client.ids()


def test_seeding_adds_to_what_is_there_and_answers_ids_by_number(client: Client) -> None:
    before = client.ids()
    answer = client.post("/__admin/seed", json=FIXTURE)
    assert answer.status_code == 200
    assert answer.json().keys() == {"accounts", "invoices"}
    invoice = answer.json()["invoices"]["INV00000077"]
    assert client.ids() == {**before, "INV00000077": invoice}
    assert client.get(f"/v1/object/invoice/{invoice}").json()["Amount"] == 77


def test_a_wrong_fixture_is_refused_in_full_and_nothing_of_it_stays(client: Client) -> None:
    before = client.get("/__admin/state").json()
    wrong = {"accounts": [ACCOUNT, {**ACCOUNT, "AccountNumber": "A-78", "Colour": "red"}]}
    refused = client.post("/__admin/seed", json=wrong)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["value"]) == ("/accounts/1/Colour", '"red"')
    assert client.get("/__admin/state").json() == before


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"accounts": 1}'])
def test_what_is_no_fixture_is_a_problem(client: Client, body: str) -> None:
    refused = client.post("/__admin/seed", content=body)
    assert refused.status_code == 400
    assert refused.json()["title"] == "Invalid fixture"


def test_a_state_goes_in_again_as_it_came_out(client: Client) -> None:
    state = client.get("/__admin/state").json()
    assert client.post("/__admin/seed", json=state).status_code == 200
    assert client.get("/__admin/state").json() == state


def test_a_state_of_many_pages_has_every_object_once_with_what_is_its_own(client: Client) -> None:
    before = client.get("/__admin/state").json()["invoices"]
    drafts: list[dict[str, Any]] = [
        {"AccountNumber": "A-77", "Status": "Draft", "items": [{"ChargeAmount": f"{row + 1}"}]} for row in range(450)
    ]
    drafts[222]["items"][0]["taxes"] = [{"Name": "VAT", "TaxAmount": "1.11"}]
    stored = [{"Name": f"Product {number}", "SKU": f"SKU-{number}"} for number in range(450)]
    more = {"accounts": [ACCOUNT], "invoices": drafts, "objects": {"Product": stored}}
    assert client.post("/__admin/seed", json=more).status_code == 200
    state = client.get("/__admin/state")
    assert int(state.headers["content-length"]) == len(state.content)
    made = state.json()["invoices"][len(before) :]
    assert state.json()["invoices"][: len(before)] == before
    assert [item["ChargeAmount"] for each in made for item in each["items"]] == [f"{row + 1}" for row in range(450)]
    assert [row for row, each in enumerate(made) if "taxes" in each["items"][0]] == [222]
    assert [each["Name"] for each in state.json()["objects"]["Product"][-450:]] == [each["Name"] for each in stored]


def test_the_fixture_format_is_told_as_json_schema(mock: Mock) -> None:
    schema = mock.get("/__admin/fixture-schema").json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"accounts", "invoices", "clients", "settings", "clock"} <= schema["properties"].keys()
