"""What the plugin and `ZuoraMock` give is one class: its members, over a server in a thread of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from zuora_mock.client import MockRefused, MockTenant, own_tenant, remove, report
from zuora_mock.embedded import ZuoraMock
from zuora_mock.tenants.fixtures import FixtureError

pytestmark = pytest.mark.assumed

SMALL = {
    "clients": [{"clientId": "f" * 36, "clientSecret": "hush"}],
    "accounts": [{"AccountNumber": "A-77", "Name": "Seventy-seven", "Currency": "USD"}],
}
MEMBERS = "base_url client_id client_secret token seed reset clock jobs faults stubs requests verify"


@pytest.fixture
def mock() -> Iterator[MockTenant]:
    with ZuoraMock() as made:
        yield made


def query(mock: MockTenant, zoql: str = "select Id from Account") -> httpx.Response:
    headers = {"Authorization": f"Bearer {mock.token()}"}
    return httpx.post(f"{mock.base_url}/v1/action/query", json={"queryString": zoql}, headers=headers)


def test_it_has_the_members_that_the_readme_tells_of_and_no_other(mock: MockTenant) -> None:
    assert {name for name in dir(mock) if not name.startswith("_")} == set(MEMBERS.split())


def test_without_a_fixture_it_is_the_default_one(mock: MockTenant) -> None:
    assert mock.client_id == "00000000-0000-4000-8000-000000009867"
    assert query(mock).json()["size"] == 4


@pytest.mark.parametrize("as_file", [False, True])
def test_a_fixture_is_a_mapping_or_a_file(tmp_path: Path, as_file: bool) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(SMALL))
    with ZuoraMock(fixture=tmp_path / "mine.json" if as_file else SMALL) as mock:
        assert (mock.client_id, mock.client_secret) == ("f" * 36, "hush")
        assert query(mock).json()["size"] == 1


def test_a_fixture_without_clients_gets_one() -> None:
    with ZuoraMock(fixture={"accounts": SMALL["accounts"]}) as mock:
        assert query(mock).json()["size"] == 1


def test_a_wrong_fixture_is_told_at_once_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(FixtureError, match="there is no such key"), ZuoraMock(fixture={"client": []}):
        pass
    assert threading.active_count() == before


def test_nothing_is_left_behind(mock: MockTenant) -> None:
    before = threading.active_count()
    with ZuoraMock() as other:
        assert other.base_url != mock.base_url
        address = other.base_url
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_data_is_added_and_put_back(mock: MockTenant) -> None:
    assert mock.seed({"accounts": SMALL["accounts"]})["accounts"].keys() == {"A-77"}
    assert query(mock).json()["size"] == 5
    mock.reset()
    assert query(mock).json()["size"] == 4


def test_the_clock_stands_where_it_is_set_and_moves_when_told(mock: MockTenant) -> None:
    mock.clock.set("2026-02-01T00:00:00Z")
    assert mock.clock.advance(seconds=60) == []
    query(mock)
    assert mock.requests(operation="query")[0]["at"] == "2026-02-01T00:01:00Z"


def test_work_is_settled_and_fails_by_order(mock: MockTenant) -> None:
    mock.jobs.policy("delayed", seconds=3)
    mock.jobs.policy("manual")
    mock.faults.add({"kind": "job-failure", "reason": "no luck"}, times=1)
    assert mock.jobs.settle() == []


def test_a_fault_strikes_the_calls_that_it_names(mock: MockTenant) -> None:
    assert mock.faults.add("rate-limit", operation="query", times=1, skip=1, path="/v1/action/*", method="POST")
    assert [query(mock).status_code for _ in range(3)] == [200, 429, 200]
    with pytest.raises(MockRefused, match="there is no 'kind' 'rate-limits'"):
        mock.faults.add("rate-limits")


def test_a_stub_answers_what_the_mock_has_not(mock: MockTenant, tmp_path: Path) -> None:
    memo = {"request": {"urlPathTemplate": "/v1/debit-memos/{key}"}, "response": {"jsonBody": {"number": "DM-1"}}}
    made = mock.stubs.add(memo)
    (tmp_path / "broken.json").write_text(json.dumps({**memo, "response": {"status": 503}, "priority": 1}))
    url, headers = f"{mock.base_url}/v1/debit-memos/DM-1", {"Authorization": f"Bearer {mock.token()}"}
    assert httpx.get(url, headers=headers).json() == {"number": "DM-1"}
    mock.verify(stub=made, count=1)
    mock.stubs.add(tmp_path / "broken.json")
    assert httpx.get(url, headers=headers).status_code == 503
    with pytest.raises(MockRefused, match="/response/transformers: there is no such member"):
        mock.stubs.add({**memo, "response": {"transformers": []}})


def test_verification_raises_with_the_nearest_misses(mock: MockTenant) -> None:
    query(mock)
    mock.verify(operation="query", count=1, status=200)
    mock.verify(operation="query", within_seconds=5)
    with pytest.raises(AssertionError, match="request 2: status is 200, not 400") as raised:
        mock.verify(operation="query", status=400)
    assert "at least one call wanted" in str(raised.value)
    with pytest.raises(AssertionError, match="did you mean 'query'"):
        mock.verify(operation="querry")


def test_a_report_tells_what_was_asked_and_why_it_was_refused(mock: MockTenant) -> None:
    assert report(mock) == "no calls came"
    query(mock, "select Nonsense from Account")
    lines = report(mock).splitlines()
    assert lines[0] == "1. POST /oauth/token 200"
    assert lines[1].startswith("2. POST /v1/action/query 400 rule=zoql.")
    assert "Nonsense" in " ".join(lines[2:])


def test_a_server_that_is_gone_is_named() -> None:
    with ZuoraMock() as gone:
        pass
    with pytest.raises(ConnectionError, match=f"zuora-mock at {gone.base_url} does not answer: "):
        gone.reset()
    remove(gone)  # a test that is over anyhow has nothing to say of it


def test_tenants_of_one_server_are_made_and_removed(mock: MockTenant) -> None:
    own = own_tenant(mock.base_url, base=SMALL)
    assert query(own).json()["size"] == 1
    for _ in range(2):
        remove(own)
    with pytest.raises(MockRefused, match="no tenant has the name"):
        own.reset()
