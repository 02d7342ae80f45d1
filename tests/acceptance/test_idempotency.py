"""Idempotency-Key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from tests.acceptance.wire import (
    UNKNOWN_ID,
    act,
    advance,
    crud,
    error,
    execute,
    find,
    invoice_id,
    rule_of,
    split,
    start,
    unchanged,
)

PERSON = {"Name": "Amy", "Currency": "USD"}
AMY = {"type": "Account", "objects": [PERSON]}
BOB = {"type": "Account", "objects": [{"Name": "Bob", "Currency": "USD"}]}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def count(client: Client, name: str) -> int:
    return len(find(client, f"select Id from Account where Name = '{name}'"))


class TestReplay:
    @pytest.mark.documented("guide, Idempotent requests")
    def test_the_first_answer_is_repeated_and_nothing_done_again(self, client: Client) -> None:
        first, again = (act(client, "create", AMY, Idempotency_Key="k") for _ in range(2))
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert (count(client, "Amy"), again.headers["Zuora-Mock-Replayed"]) == (1, "true")
        assert "Zuora-Mock-Replayed" not in first.headers

    @pytest.mark.documented("guide, Idempotent requests")
    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("create", {"type": "Nonsense", "objects": [{}]}),
            ("create", {"type": "Account", "objects": [{}]}),
            ("create", "no JSON"),
            ("create", {"type": "Account", "objects": []}),
            ("query", {"queryString": "select"}),
        ],
    )
    def test_a_bad_first_answer_is_repeated_as_well_with_its_rule(self, client: Client, action: str, body: Any) -> None:
        first, again = (act(client, action, body, Idempotency_Key="k") for _ in range(2))
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["Zuora-Mock-Rule"] == first.headers["Zuora-Mock-Rule"]
        assert again.headers["Zuora-Mock-Replayed"] == "true"

    @pytest.mark.documented("guide, Idempotent requests")
    def test_an_execute_may_be_repeated_safely(self, mock: Mock, client: Client) -> None:
        made, _ = split(client, 60, 40)
        first, again = (execute(client, made, Idempotency_Key="k") for _ in range(2))
        mock.pause()
        assert again.json() == first.json() == [{"Success": True, "Id": made}]
        assert len(client.jobs()) == 1

    @pytest.mark.assumed
    def test_tracing_belongs_to_each_call(self, client: Client) -> None:
        answers = [act(client, "create", AMY, Idempotency_Key="k", Zuora_Track_Id=each) for each in ("one", "two")]
        assert [each.headers["Zuora-Track-Id"] for each in answers] == ["one", "two"]
        assert len({each.headers["Zuora-Request-Id"] for each in answers}) == 2
        assert [each.headers["Content-Type"] for each in answers] == ["application/json;charset=utf-8"] * 2

    @pytest.mark.documented("guide, Idempotent requests")
    def test_a_key_is_kept_for_24_hours_of_the_clock(self, mock: Mock, client: Client) -> None:
        first = act(client, "create", AMY, Idempotency_Key="k")
        advance(client, 24 * 3600 - 1)
        client = mock.sign_in()
        assert act(client, "create", AMY, Idempotency_Key="k").content == first.content
        advance(client, 1)
        assert act(client, "create", AMY, Idempotency_Key="k").content != first.content
        assert count(client, "Amy") == 2

    @pytest.mark.documented("guide, Idempotent requests")
    def test_another_body_gets_the_first_answer(self, client: Client) -> None:
        first = act(client, "create", AMY, Idempotency_Key="k")
        assert act(client, "create", BOB, Idempotency_Key="k").content == first.content
        assert count(client, "Bob") == 0

    @pytest.mark.documented("guide, Idempotent requests")
    def test_another_key_is_another_call(self, client: Client) -> None:
        answers = {act(client, "create", AMY, Idempotency_Key=key).text for key in ("k", "K", "x" * 255)}
        assert count(client, "Amy") == len(answers) == 3

    @pytest.mark.documented("Older API, POST_Connections")
    def test_sign_in_takes_a_key(self, mock: Mock) -> None:
        headers = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET, "Idempotency-Key": "k"}
        first, again = (mock.post("/v1/connections", headers=headers) for _ in range(2))
        assert (first.content, "ZSession=" in again.headers["Set-Cookie"]) == (again.content, True)

    @pytest.mark.assumed
    def test_crud_takes_a_key(self, client: Client) -> None:
        first, again = (crud(client, "POST", "account", PERSON, Idempotency_Key="k") for _ in range(2))
        assert (first.content, count(client, "Amy")) == (again.content, 1)

    @pytest.mark.assumed
    def test_keys_survive_a_restart(self, new_server: Start, tmp_path: Path) -> None:
        database = tmp_path / "mock.db"
        before = new_server(db=database)
        first = act(before.sign_in(), "create", AMY, Idempotency_Key="k")
        before.stop()
        client = new_server(db=database).sign_in()
        assert act(client, "create", AMY, Idempotency_Key="k").content == first.content
        assert count(client, "Amy") == 1


class TestRefused:
    @pytest.mark.documented("guide, Idempotent requests")
    @pytest.mark.parametrize(("path", "body"), [("/v1/action/update", AMY), ("/v1/object/account", PERSON)])
    def test_a_key_belongs_to_one_method_and_path(self, client: Client, path: str, body: Any) -> None:
        act(client, "create", AMY, Idempotency_Key="k")
        with unchanged(client):
            answer = client.post(path, json=body, headers={"Idempotency-Key": "k"})
        expected = error("Idempotency-Key 'k' was used for POST /v1/action/create")
        assert (answer.status_code, answer.text) == (422, expected)
        assert answer.headers["Zuora-Mock-Rule"] == "idempotency.reused; provenance=documented"

    @pytest.mark.assumed
    def test_strict_mode_wants_the_same_body(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"strict": True}).sign_in()
        act(client, "create", AMY, Idempotency_Key="k")
        answer = act(client, "create", BOB, Idempotency_Key="k")
        assert (answer.status_code, answer.text) == (422, error("Idempotency-Key 'k' was used with another body"))

    @pytest.mark.documented("guide, Idempotent requests")
    @pytest.mark.parametrize("length", [0, 256])
    def test_a_key_has_1_to_255_characters(self, client: Client, length: int) -> None:
        answer = act(client, "create", AMY, Idempotency_Key="k" * length)
        expected = error(f"Idempotency-Key has {length} characters, 1 to 255 are allowed")
        assert (answer.status_code, answer.text, count(client, "Amy")) == (400, expected, 0)

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    def test_put_takes_none(self, client: Client) -> None:
        answer = crud(client, "PUT", f"invoice/{invoice_id(client)}", {"Status": "Posted"}, Idempotency_Key="k")
        expected = error("Request method 'PUT' not supported with Idempotency-Key header")
        assert (answer.status_code, answer.text) == (400, expected)

    @pytest.mark.documented("guide, Idempotent requests")
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_where_it_has_no_meaning_it_is_ignored_and_the_journal_notes_it(self, client: Client, method: str) -> None:
        path = f"invoice/{invoice_id(client)}"
        answer, without = crud(client, method, path, Idempotency_Key="k"), crud(client, method, path)
        assert (answer.status_code, answer.content) == (without.status_code, without.content)
        entry = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
        assert f"Idempotency-Key is ignored on {method}" in entry["notes"]

    @pytest.mark.documented("guide, Idempotent requests")
    def test_a_key_whose_first_call_is_under_way_is_a_conflict(self, mock: Mock, client: Client) -> None:
        headers = {"Authorization": f"Bearer {client.token}", "Idempotency-Key": "k"}
        slow = {**headers, "Zuora-Mock-Delay": "20"}
        calls = [("POST", "/v1/action/create", {"json": AMY, "headers": each}) for each in (slow, headers)]
        first, second = mock.together(*calls)
        expected = error("the request with Idempotency-Key 'k' is still in progress")
        assert (first.status_code, second.status_code, second.text) == (200, 409, expected)
        third = act(client, "create", AMY, Idempotency_Key="k")
        assert (third.content, count(client, "Amy")) == (first.content, 1)

    @pytest.mark.assumed
    def test_sign_in_tells_it_in_the_form_of_rest(self, mock: Mock, client: Client) -> None:
        keys = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}
        act(client, "create", AMY, Idempotency_Key="k")
        reused = mock.post("/v1/connections", headers={**keys, "Idempotency-Key": "k"})
        assert (reused.status_code, reused.json()["reasons"][0]["code"]) == (422, 422)
        empty = mock.post("/v1/connections", headers={**keys, "Idempotency-Key": ""})
        assert (empty.status_code, empty.json()["reasons"][0]["code"]) == (400, 50000020)


class TestNotKept:
    @pytest.mark.assumed
    def test_an_ordered_fault_leaves_the_key_free(self, client: Client) -> None:
        fault = act(client, "create", AMY, Idempotency_Key="k", Zuora_Mock_Fault="lock-competition")
        assert fault.json()["FaultCode"] == "LOCK_COMPETITION"
        assert act(client, "create", AMY, Idempotency_Key="k").json()[0]["Success"]

    @pytest.mark.assumed
    def test_an_answer_of_401_or_429_leaves_the_key_free(self, mock: Mock, client: Client) -> None:
        nobody = mock.post("/v1/action/create", json=AMY, headers={"Idempotency-Key": "k"})
        limited = act(client, "create", AMY, Idempotency_Key="k", Zuora_Mock_Fault="rate-limit")
        assert (nobody.status_code, limited.status_code) == (401, 429)
        assert act(client, "create", AMY, Idempotency_Key="k").json()[0]["Success"]

    @pytest.mark.assumed
    def test_a_reused_key_keeps_its_first_answer(self, client: Client) -> None:
        first = act(client, "create", AMY, Idempotency_Key="k")
        act(client, "update", AMY, Idempotency_Key="k")
        assert act(client, "create", AMY, Idempotency_Key="k").content == first.content

    @pytest.mark.documented("guide, Idempotent requests")
    def test_two_tenants_may_use_the_same_key(self, mock: Mock, client: Client) -> None:
        stranger = mock.sign_in("11111111-1111-4111-8111-111111111111", "s")
        answers = [act(each, "create", AMY, Idempotency_Key="k") for each in (client, stranger)]
        assert not any("Zuora-Mock-Replayed" in each.headers for each in answers)

    @pytest.mark.assumed
    def test_a_refused_first_call_changes_nothing(self, client: Client) -> None:
        with unchanged(client):
            answer = act(client, "create", {"type": "Account", "objects": [{}]}, Idempotency_Key="k")
            missing = crud(client, "POST", "invoice-split", {"InvoiceId": UNKNOWN_ID}, Idempotency_Key="l")
        assert (rule_of(answer), missing.status_code) == ("object.required", 400)
