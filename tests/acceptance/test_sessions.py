"""POST /v1/connections, the ZSession cookie, the two key headers and HTTP Basic."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from tests.acceptance.wire import CONTENT_TYPE, UNKNOWN_ID, advance, rule_of, start

KEYS = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}
PROTECTED = (
    '{\n  "success" : false,\n  "reasons" : [ {\n    "code" : 90000011,\n'
    '    "message" : "this resource is protected, please sign in first"\n  } ]\n}'
)


def connect(mock: Mock, keys: dict[str, str] | None = None) -> httpx.Response:
    return mock.post(
        "/v1/connections", headers={"Content-Type": "application/json", **(KEYS if keys is None else keys)}
    )


def cookie_of(answer: httpx.Response) -> str:
    found = re.match("ZSession=([^;]+)", answer.headers["Set-Cookie"])
    assert found
    return found[1]


def read(mock: Mock, **headers: str) -> httpx.Response:
    """A call that answers 404 to whoever is let in."""
    return mock.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers=headers)


@pytest.fixture
def frozen(server: Start, tmp_path: Path) -> Mock:
    """A server whose clock stands still."""
    return start(server, tmp_path)


@pytest.mark.observed("recorded /v1/connections, 2016")
def test_a_good_sign_in_is_pretty_printed_and_sets_the_cookie(mock: Mock) -> None:
    answer = connect(mock)
    assert (answer.status_code, answer.content) == (200, b'{\n  "success" : true\n}')
    assert re.fullmatch("ZSession=[A-Za-z0-9_-]{256,}; Path=/; Secure; HttpOnly", answer.headers["Set-Cookie"])
    assert answer.headers["Content-Type"] == CONTENT_TYPE


@pytest.mark.observed("recorded /v1/connections, 2016")
@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"apiAccessKeyId": CLIENT_ID},
        {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": "wrong"},
        {"apiAccessKeyId": "nobody", "apiSecretAccessKey": SECRET},
        {"apiSecretAccessKey": SECRET},
    ],
)
def test_bad_or_missing_credentials_are_asked_to_sign_in_first(mock: Mock, keys: dict[str, str]) -> None:
    answer = connect(mock, keys)
    assert (answer.status_code, answer.text) == (401, PROTECTED)
    assert "Set-Cookie" not in answer.headers
    assert rule_of(answer) == "auth.sign-in"


@pytest.mark.assumed
def test_a_deactivated_client_cannot_sign_in(mock: Mock) -> None:
    keys = {"apiAccessKeyId": "00000000-0000-4000-8000-00000000dead", "apiSecretAccessKey": SECRET}
    assert connect(mock, keys).text == PROTECTED


@pytest.mark.assumed
def test_the_fixture_may_name_the_user_and_the_password(server: Start, tmp_path: Path) -> None:
    user = {"username": "amy@example.com", "password": "hunter2"}
    mock = start(server, tmp_path, clients=[{"clientId": CLIENT_ID, "clientSecret": SECRET, **user}])
    assert connect(mock, {"apiAccessKeyId": "amy@example.com", "apiSecretAccessKey": "hunter2"}).status_code == 200
    assert connect(mock).status_code == 401


@pytest.mark.observed("recorded calls: Ruby sends Apiaccesskeyid")
def test_key_headers_are_found_in_any_case(mock: Mock) -> None:
    answer = connect(mock, {"Apiaccesskeyid": CLIENT_ID, "APISECRETACCESSKEY": SECRET})
    assert answer.status_code == 200


@pytest.mark.observed("iron_bank")
def test_the_cookie_opens_the_api(mock: Mock) -> None:
    cookie = cookie_of(connect(mock))
    assert read(mock, Cookie=f"other=1; ZSession={cookie}; more=2").status_code == 404
    assert read(mock, Cookie="ZSession=nonsense").status_code == 401


@pytest.mark.documented("Knowledge Center, Security policies")
def test_a_session_ends_fifteen_minutes_after_its_last_use(frozen: Mock) -> None:
    client, cookie = frozen.sign_in(), cookie_of(connect(frozen))
    for _ in range(3):
        advance(client, 14 * 60)
        assert read(frozen, Cookie=f"ZSession={cookie}").status_code == 404
    advance(client, 15 * 60)
    ended = read(frozen, Cookie=f"ZSession={cookie}")
    assert (ended.status_code, ended.json()) == (401, {"message": "Authentication error"})


@pytest.mark.observed("recorded calls, 2016")
def test_each_answer_to_a_session_hands_out_its_cookie(mock: Mock) -> None:
    cookie = cookie_of(connect(mock))
    good = mock.post(
        "/v1/action/query", json={"queryString": "select Id from Account"}, headers={"Cookie": f"ZSession={cookie}"}
    )
    refused = mock.post("/v1/action/query", content=b"?", headers={"Cookie": f"ZSession={cookie}"})
    assert (good.status_code, refused.status_code) == (200, 400)
    assert cookie_of(good) == cookie_of(refused) == cookie


@pytest.mark.observed("ActiveMerchant-style gateway test, 2017")
def test_key_headers_open_any_call_and_its_answer_sets_a_cookie(mock: Mock) -> None:
    answer = read(mock, **KEYS)
    assert answer.status_code == 404
    assert read(mock, Cookie=f"ZSession={cookie_of(answer)}").status_code == 404


@pytest.mark.assumed
def test_a_cookie_that_came_with_a_refusal_is_good_after_a_restart(new_server: Start, tmp_path: Path) -> None:
    database = tmp_path / "mock.db"
    first = new_server(db=database)
    cookie = cookie_of(first.post("/v1/action/query", content=b"?", headers=KEYS))
    first.stop()
    again = new_server(db=database)
    assert read(again, Cookie=f"ZSession={cookie}").status_code == 404


@pytest.mark.documented("Older API, ProxyUnauthorizedResponse")
def test_wrong_key_headers_on_a_call_are_an_authentication_error(mock: Mock) -> None:
    answer = read(mock, **{**KEYS, "apiSecretAccessKey": "wrong"})
    assert (answer.status_code, answer.text) == (401, '{"message":"Authentication error"}')
    assert "Set-Cookie" not in answer.headers


@pytest.mark.observed("Zuora's Ruby gem and zuora-cli")
def test_http_basic_opens_a_call(mock: Mock) -> None:
    options = {"auth": (CLIENT_ID, SECRET)}
    assert mock.get(f"/v1/object/invoice/{UNKNOWN_ID}", **options).status_code == 404
    assert mock.get(f"/v1/object/invoice/{UNKNOWN_ID}", auth=(CLIENT_ID, "wrong")).status_code == 401


@pytest.mark.assumed
@pytest.mark.parametrize(
    "header", [b"Basic", b"Basic ", b"Basic !", b"Basic \xe9\xff", b"Basic Zm9v", b"Basic /////w=="]
)
def test_http_basic_that_cannot_be_read_is_an_authentication_error(mock: Mock, header: bytes) -> None:
    answer = mock.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers={b"Authorization": header})
    assert (answer.status_code, answer.text) == (401, '{"message":"Authentication error"}')


@pytest.mark.assumed
def test_a_token_is_no_cookie_and_a_cookie_no_token(mock: Mock) -> None:
    client, cookie = mock.sign_in(), cookie_of(connect(mock))
    assert read(mock, Cookie=f"ZSession={client.token}").status_code == 401
    assert read(mock, Authorization=f"Bearer {cookie}").status_code == 401


@pytest.mark.assumed
def test_a_bearer_call_sets_no_cookie(client: Client) -> None:
    assert "Set-Cookie" not in client.get(f"/v1/object/invoice/{UNKNOWN_ID}").headers


@pytest.mark.documented("guide, Rate limits")
def test_sign_in_tells_the_limits_and_echoes_the_track_id(mock: Mock) -> None:
    answer = connect(mock, {**KEYS, "Zuora-Track-Id": "signing-in"})
    assert answer.headers["Zuora-Track-Id"] == "signing-in"
    assert answer.headers["RateLimit-Limit"].endswith("50000;w=60, 2250000;w=3600, 27000000;w=86400")
    assert len(answer.headers["Zuora-Request-Id"]) == 36


@pytest.mark.assumed
def test_get_connections_is_not_allowed(client: Client) -> None:
    answer = client.get("/v1/connections")
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (405, 50000045)
