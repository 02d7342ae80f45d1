"""`/__admin/clock`: freezing, setting and advancing the clock of a tenant, and what follows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock

pytestmark = pytest.mark.assumed

NOW = "2026-02-01T00:00:00Z"


def freeze(client: Client, now: str = NOW) -> None:
    assert client.put("/__admin/clock", json={"now": now, "frozen": True}).status_code == 200


def test_a_clock_is_set_and_frozen(client: Client) -> None:
    answer = client.put("/__admin/clock", json={"now": NOW, "frozen": True})
    assert answer.status_code == 200
    assert answer.json() == {"now": NOW, "frozen": True, "ran": []}
    assert client.get("/__admin/clock").json() == {"now": NOW, "frozen": True}


def test_a_clock_without_a_time_freezes_where_it_is(client: Client) -> None:
    frozen = client.put("/__admin/clock", json={"frozen": True}).json()
    assert client.get("/__admin/clock").json()["now"] == frozen["now"]


def test_a_clock_that_is_only_set_goes_on_or_stands_still_as_before(client: Client) -> None:
    assert client.put("/__admin/clock", json={"now": NOW}).json()["frozen"] is False
    freeze(client)
    assert client.put("/__admin/clock", json={"now": "2026-03-01"}).json() == {
        "now": "2026-03-01T00:00:00Z",
        "frozen": True,
        "ran": [],
    }


def test_a_frozen_clock_advances_exactly(client: Client) -> None:
    freeze(client)
    assert client.post("/__admin/clock/advance", json={"seconds": 3600}).json()["now"] == "2026-02-01T01:00:00Z"
    assert client.post("/__admin/clock/advance", json={"seconds": 0.25}).json()["now"] == "2026-02-01T01:00:00.250Z"


def test_a_clock_can_be_set_back(client: Client) -> None:
    freeze(client)
    assert (
        client.put("/__admin/clock", json={"now": "2020-01-01T12:00:00+02:00"}).json()["now"] == "2020-01-01T10:00:00Z"
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "tomorrow"},
        {"now": 1_769_904_000},
        {"now": "1969-12-31T23:59:59Z"},
        {"now": "9999-01-01T00:00:00Z"},
        {"now": "0001-01-01T00:00:00+23:59"},
        {"now": NOW, "frozen": "perhaps"},
        {"time": NOW},
    ],
)
def test_what_is_no_time_is_a_problem(client: Client, body: dict[str, Any]) -> None:
    freeze(client)
    refused = client.put("/__admin/clock", json=body)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/__admin/clock").json()["now"] == NOW


@pytest.mark.parametrize("body", ['{"seconds": -1}', '{"seconds": NaN}', '{"seconds": 1e300}', "{}", '{"hours": 1}'])
def test_a_clock_advances_by_seconds_and_forward_only(client: Client, body: str) -> None:
    freeze(client)
    assert client.post("/__admin/clock/advance", content=body).status_code == 400
    assert client.get("/__admin/clock").json()["now"] == NOW


def test_advancing_runs_what_became_due_and_says_so(client: Client) -> None:
    freeze(client)
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": 30})
    job = client.order_split()
    assert client.post("/__admin/clock/advance", json={"seconds": 29}).json()["ran"] == []
    moved = client.post("/__admin/clock/advance", json={"seconds": 1}).json()
    assert [(each["id"], each["state"]) for each in moved["ran"]] == [(job, "succeeded")]
    assert "INV00000001" not in client.ids()


def test_setting_the_clock_runs_what_became_due(client: Client) -> None:
    freeze(client)
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": 30})
    client.order_split()
    assert len(client.put("/__admin/clock", json={"now": "2026-02-02T00:00:00Z"}).json()["ran"]) == 1


def test_new_objects_carry_the_time_of_the_tenant(client: Client) -> None:
    freeze(client)
    split = client.prepare_split()
    assert client.get(f"/v1/object/invoice-split/{split}").json()["CreatedDate"].startswith("2026-02-01T00:00:00")


def test_a_token_expires_on_the_clock_of_its_tenant_and_still_names_it(client: Client) -> None:
    invoice = f"/v1/object/invoice/{client.ids()['INV00000001']}"
    client.put("/__admin/clock", json={"frozen": True})
    client.post("/__admin/clock/advance", json={"seconds": 3598})
    assert client.get(invoice).status_code == 200
    client.post("/__admin/clock/advance", json={"seconds": 2})
    assert client.get(invoice).status_code == 401
    assert client.get("/__admin/clock").status_code == 200


def test_one_tenant_moving_in_time_leaves_the_others_where_they_are(mock: Mock) -> None:
    first, second = mock.sign_in("a" * 36, "one"), mock.sign_in("b" * 36, "two")
    freeze(first, "2030-01-01T00:00:00Z")
    freeze(second, NOW)
    first.post("/__admin/clock/advance", json={"seconds": 86_400})
    assert second.get("/__admin/clock").json() == {"now": NOW, "frozen": True}
