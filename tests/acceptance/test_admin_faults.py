"""`/__admin/faults` and the headers that order the same: what a client of Zuora's meets when a fault strikes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client
from zuora_mock.steering.faults import AFTERWARDS, NETWORK, FaultKind

pytestmark = pytest.mark.assumed

SIGN_IN = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}
QUERY = {"queryString": "select Id from Account"}
LOST = sorted(NETWORK | AFTERWARDS)
CREATE = {"type": "Account", "objects": [{"Name": "Struck", "Currency": "USD"}]}
ACTION, OBJECT, REST = "/v1/action/query", "/v1/object/invoice/8ad00000000000000000000000000000", "/v1/connections"


def order(client: Client, **order: Any) -> str:
    answer = client.post("/__admin/faults", json=order)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def query(client: Client, **headers: str) -> Any:
    return client.post(ACTION, json=QUERY, headers={name.replace("_", "-"): value for name, value in headers.items()})


def struck(client: Client) -> int:
    """How many accounts the fault has let through."""
    count: int = client.post(ACTION, json={"queryString": "select Id from Account where Name = 'Struck'"}).json()[
        "size"
    ]
    return count


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"kind": "user-info"}, 401, '{"message":"Failed to get user info"}'),
        ({"kind": "lock-competition"}, 400, '"FaultCode":"LOCK_COMPETITION"'),
        ({"kind": "rate-limit"}, 429, '{"reasons":[{"code":70,'),
        ({"kind": "concurrency-limit"}, 429, '"FaultCode":"REQUEST_EXCEEDED_LIMIT"'),
        ({"kind": "internal-error"}, 500, '"code":"SystemError"'),
        ({"kind": "bad-gateway"}, 502, "<h1>Bad Gateway</h1>"),
        ({"kind": "gateway-timeout"}, 504, "<h1>Gateway Timeout</h1>"),
        ({"kind": "error", "code": "TEMPORARY_ERROR"}, 400, '"FaultCode":"TEMPORARY_ERROR"'),
        ({"kind": "error", "code": "UNKNOWN_ERROR", "message": "oh"}, 400, '"FaultMessage":"oh"'),
    ],
)
def test_an_ordered_error_is_answered_in_the_words_of_zuora(
    client: Client, fault: dict[str, str], status: int, text: str
) -> None:
    order(client, match={"operation": "query"}, times=1, fault=fault)
    answer = query(client)
    assert answer.status_code == status
    assert text in answer.text
    assert ("Retry-After" in answer.headers) == (status == 429)
    assert query(client).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        (ACTION, 400, '"FaultCode":"SERVER_UNAVAILABLE"'),
        (OBJECT, 400, '"Code":"SERVER_UNAVAILABLE"'),
        (REST, 200, '"code":50000060'),
    ],
)
def test_an_error_code_is_said_in_the_dialect_of_the_path(client: Client, path: str, status: int, text: str) -> None:
    call = client.get if path == OBJECT else client.post
    answer = call(path, headers={**SIGN_IN, "Zuora-Mock-Fault": "SERVER_UNAVAILABLE"})
    assert answer.status_code == status
    assert text in answer.text
    assert answer.headers["Zuora-Mock-Rule"] == "fault.error; provenance=assumed"


def test_the_second_and_third_call_fail_and_the_fourth_does_not(client: Client) -> None:
    order(client, match={"operation": "query"}, skip=1, times=2, fault={"kind": "rate-limit"})
    assert [query(client).status_code for _ in range(4)] == [200, 429, 429, 200]


def test_a_fault_is_for_a_body_and_a_track_id(client: Client) -> None:
    order(client, match={"body": {"/type": "Account"}, "trackId": "t-*"}, fault={"kind": "bad-gateway"})
    assert client.post("/v1/action/create", json=CREATE).status_code == 200
    assert client.post("/v1/action/create", json=CREATE, headers={"Zuora-Track-Id": "t-1"}).status_code == 502
    assert query(client, Zuora_Track_Id="t-1").status_code == 200


def test_an_error_strikes_before_the_call_and_is_not_kept_for_its_key(client: Client) -> None:
    order(client, match={"operation": "create"}, times=1, fault={"kind": "lock-competition"})
    for status in (400, 200):
        answer = client.post("/v1/action/create", json=CREATE, headers={"Idempotency-Key": "k"})
        assert answer.status_code == status
        assert struck(client) == (status == 200)


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_repeated_for_its_key_and_the_call_takes_effect_once(client: Client, kind: FaultKind) -> None:
    order(client, match={"operation": "create"}, times=1, fault={"kind": kind.value})
    with pytest.raises(ConnectionResetError):
        client.post("/v1/action/create", json=CREATE, headers={"Idempotency-Key": "k"})
    assert struck(client) == (kind in AFTERWARDS)
    answer = client.post("/v1/action/create", json=CREATE, headers={"Idempotency-Key": "k"})
    assert ("Zuora-Mock-Replayed" in answer.headers) == (kind in AFTERWARDS)
    assert answer.json()[0]["Success"] is True
    assert struck(client) == 1


def test_the_journal_has_the_answer_that_was_lost(client: Client) -> None:
    with pytest.raises(ConnectionResetError):
        client.post("/v1/action/create", json=CREATE, headers={"Zuora-Mock-Fault": "applied-then-lost"})
    [found] = client.get("/__admin/requests?operation=create").json()["requests"]
    assert (found["status"], found["fault"]) == (0, "applied-then-lost")
    whole = client.get(f"/__admin/requests/{found['n']}").json()
    assert whole["answer"]["sent"] is False
    assert whole["answer"]["body"][0]["Success"] is True
    assert whole["changes"][0]["after"]["Name"] == "Struck"
    assert whole["notes"] == ["the answer, status 200, was lost on its way"]


def test_a_header_orders_for_its_own_request_only(client: Client) -> None:
    assert query(client, Zuora_Mock_Fault="bad-gateway").status_code == 502
    assert query(client, Zuora_Mock_Delay="1").status_code == 200
    found = client.get("/__admin/requests?operation=query").json()["requests"]
    assert [each["fault"] for each in found] == ["delay", "bad-gateway"]


def test_a_header_that_makes_no_sense_is_told_beside_the_answer(client: Client) -> None:
    answer = query(client, Zuora_Mock_Fault="bad gateway")
    assert (answer.status_code, answer.headers["Zuora-Mock-Fault-Ignored"]) == (200, "bad gateway")
    whole = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
    assert whole["notes"] == ["ordered by header, but not understood: bad gateway"]


def test_orders_are_listed_and_withdrawn(client: Client) -> None:
    first = order(client, fault={"kind": "rate-limit"}, match={"operation": "query"}, times=1)
    second = order(client, fault={"kind": "delay", "milliseconds": 1})
    query(client)
    listed = client.get("/__admin/faults").json()["faults"]
    assert [(each["id"], each["state"], each["struck"]) for each in listed] == [
        (first, "spent", 1),
        (second, "active", 1),
    ]
    assert listed[0]["match"] == {"operation": "query"}
    assert client.delete(f"/__admin/faults/{first}").status_code == 204
    assert client.delete(f"/__admin/faults/{first}").status_code == 404
    assert client.delete("/__admin/faults").status_code == 204
    assert client.get("/__admin/faults").json() == {"faults": []}


def test_a_reset_withdraws_all_orders(client: Client) -> None:
    order(client, fault={"kind": "bad-gateway"})
    assert query(client).status_code == 502
    client.post("/__admin/reset")
    assert query(client).status_code == 200
    assert client.get("/__admin/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"fault": {"kind": "nonsense"}}, "Invalid request"),
        ({"fault": {"kind": "rate-limit"}, "match": {"verb": "GET"}}, "Invalid request"),
        ({"fault": {"kind": "rate-limit"}, "match": {"operation": "excute"}}, "Unknown operation"),
    ],
)
def test_an_order_that_could_never_strike_is_a_problem(client: Client, body: dict[str, Any], title: str) -> None:
    answer = client.post("/__admin/faults", json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == title


def test_a_name_that_is_nearly_right_is_guessed(client: Client) -> None:
    body = {"fault": {"kind": "rate-limit"}, "match": {"operation": "excute"}}
    assert "did you mean 'execute'?" in client.post("/__admin/faults", json=body).json()["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Zuora-Mock-Fault", "nonsense"),
        ("Zuora-Mock-Fault", "error"),
        ("Zuora-Mock-Fault", "delay"),
        ("Zuora-Mock-Delay", "x"),
    ],
)
@pytest.mark.parametrize("path", [ACTION, "/v1/action/nonsense"])
def test_a_header_that_nobody_understands_is_handed_back(client: Client, name: str, value: str, path: str) -> None:
    answer = client.post(path, json=QUERY, headers={name: value})
    assert answer.headers["Zuora-Mock-Fault-Ignored"] == value
    told = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
    assert told["notes"] == [f"ordered by header, but not understood: {value}"]


@pytest.mark.parametrize(
    ("order", "pointer", "message"),
    [
        ({"match": {"method": "FOO"}}, "/match/method", "a method is one of"),
        ({"match": {"path": "v1"}}, "/match/path", "a path begins with"),
        ({"match": {"body": {"ids/0": 1}}}, "/match/body/ids~10", "a JSON pointer"),
        ({"fault": {"kind": "delay", "milliseconds": -1}}, "/fault/milliseconds", "0 or more is needed"),
        ({"fault": {"kind": "delay", "x": 1}}, "/fault/x", "there is no such member"),
        ({"fault": {}}, "/fault", "'kind' is missing"),
        ({"times": "often"}, "/times", "a whole number is needed"),
    ],
)
def test_an_order_that_cannot_be_is_refused_where_it_is_wrong(
    client: Client, order: dict[str, Any], pointer: str, message: str
) -> None:
    answer = client.post("/__admin/faults", json={"fault": {"kind": "rate-limit"}, **order})
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["pointer"] == pointer
    assert error["message"].startswith(message)


def test_an_order_that_has_expired_already_is_refused(client: Client) -> None:
    order = {"fault": {"kind": "rate-limit"}, "expiresAt": "2000-01-01T00:00:00Z"}
    answer = client.post("/__admin/faults", json=order)
    assert (answer.status_code, "is past" in answer.json()["detail"]) == (400, True)
