"""POST /oauth/token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Mock, Start
from tests.acceptance.wire import CLOCK, CONTENT_TYPE, advance, rule_of, start

ENTITY = "00000000-0000-4000-8000-00000000e001"
FORM = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
STRANGER = "11111111-1111-4111-8111-111111111111"


def ask(mock: Mock, form: Mapping[str, str] = FORM, **changes: str) -> httpx.Response:
    return mock.post("/oauth/token", data={**form, **changes})


def refused(answer: httpx.Response, status: int, message: str, rule: str) -> None:
    """The error form of a Spring application, as Zuora's Ruby gem reads it."""
    body = answer.json()
    assert (answer.status_code, body["status"], body["message"]) == (status, status, message)
    assert list(body) == ["timestamp", "status", "error", "message", "path"]
    assert body["path"] == "/oauth/token"
    assert rule_of(answer) == rule
    assert answer.headers["Content-Type"] == CONTENT_TYPE


@pytest.mark.observed("tokens of real tenants in fixtures of public clients")
def test_a_token_is_32_hexadecimal_digits_and_jti_repeats_it(mock: Mock) -> None:
    body = ask(mock).json()
    assert list(body) == ["access_token", "token_type", "expires_in", "scope", "jti"]
    assert re.fullmatch("[0-9a-f]{32}", body["access_token"])
    assert body["jti"] == body["access_token"]
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3599)


@pytest.mark.observed("tokens of real tenants in fixtures of public clients")
def test_the_scope_is_sorted_and_names_entity_tenant_and_user(mock: Mock) -> None:
    scope = ask(mock).json()["scope"].split(" ")
    assert scope == sorted(scope)
    assert f"entity.{ENTITY}" in scope
    assert "platform.write" in scope
    assert any(re.fullmatch(r"tenant\.\d+", each) for each in scope)
    assert any(re.fullmatch("user.[0-9a-f]{32}", each) for each in scope)


@pytest.mark.documented("guide, Authentication")
def test_the_token_opens_the_api(mock: Mock) -> None:
    bearer = {"Authorization": f"Bearer {ask(mock).json()['access_token']}"}
    assert mock.get(f"/v1/object/invoice/{'0' * 32}", headers=bearer).status_code == 404


@pytest.mark.documented("API reference, createToken")
def test_a_second_token_leaves_the_first_one_good(mock: Mock) -> None:
    first, second = ask(mock).json()["access_token"], ask(mock).json()["access_token"]
    assert first != second
    bearer = {"Authorization": f"Bearer {first}"}
    assert mock.get(f"/v1/object/invoice/{'0' * 32}", headers=bearer).status_code == 404


@pytest.mark.observed("public scripts and C# clients")
def test_http_basic_with_the_grant_type_alone_is_enough(mock: Mock) -> None:
    answer = mock.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, SECRET))
    assert answer.status_code == 200


@pytest.mark.assumed
def test_http_basic_takes_the_secret_as_it_is(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path, clients=[{"clientId": CLIENT_ID, "clientSecret": "a%2Bb+c:d/="}])
    grant = {"grant_type": "client_credentials"}
    assert mock.post("/oauth/token", data=grant, auth=(CLIENT_ID, "a%2Bb+c:d/=")).status_code == 200
    assert mock.post("/oauth/token", data=grant, auth=(CLIENT_ID, "a+b+c:d/=")).status_code == 401


@pytest.mark.documented("API reference, createToken")
def test_a_secret_in_a_form_is_decoded(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path, clients=[{"clientId": CLIENT_ID, "clientSecret": "a+b=c/d"}])
    assert ask(mock, client_secret="a+b=c/d").status_code == 200


@pytest.mark.observed("public clients")
def test_a_stale_bearer_is_ignored(mock: Mock) -> None:
    answer = mock.post("/oauth/token", data=FORM, headers={"Authorization": "Bearer 0000"})
    assert answer.status_code == 200


@pytest.mark.assumed
def test_no_content_type_is_read_as_a_form(mock: Mock) -> None:
    body = f"client_id={CLIENT_ID}&client_secret={SECRET}&grant_type=client_credentials"
    assert mock.post("/oauth/token", content=body).status_code == 200


@pytest.mark.observed("Zuora's Ruby gem, token errors")
@pytest.mark.parametrize("client_id", ["", "short", CLIENT_ID + "0"])
def test_a_client_id_of_another_length_than_36_is_invalid(mock: Mock, client_id: str) -> None:
    message = "Invalid client id" if client_id else "Missing parameter: client_id"
    refused(ask(mock, client_id=client_id), 400, message, "token.client-id" if client_id else "token.request")


@pytest.mark.observed("Zuora's Ruby gem, token errors")
def test_a_wrong_secret_is_unauthorised(mock: Mock) -> None:
    answer = ask(mock, client_secret="wrong")
    refused(answer, 401, "Unable to generate token.", "token.client-secret")
    assert answer.json()["error"] == "Unauthorized"


@pytest.mark.documented("API reference, createToken")
def test_a_secret_of_more_than_42_characters_is_wrong(mock: Mock) -> None:
    refused(
        ask(mock, client_id=STRANGER, client_secret="s" * 43), 401, "Unable to generate token.", "token.client-secret"
    )


@pytest.mark.assumed
@pytest.mark.parametrize("name", ["client_id", "client_secret", "grant_type"])
def test_a_missing_field_is_named(mock: Mock, name: str) -> None:
    form = {key: value for key, value in FORM.items() if key != name}
    refused(ask(mock, form), 400, f"Missing parameter: {name}", "token.request")


@pytest.mark.documented("API reference, createToken")
def test_another_grant_type_is_refused(mock: Mock) -> None:
    answer = ask(mock, grant_type="password")
    refused(answer, 400, "Unsupported grant type: password", "token.request")
    assert answer.json()["error"] == "Bad Request"


@pytest.mark.assumed
def test_a_json_body_is_an_unsupported_media_type(mock: Mock) -> None:
    answer = mock.post("/oauth/token", json=FORM)
    refused(answer, 415, "Content type 'application/json' not supported", "token.media-type")
    assert answer.json()["error"] == "Unsupported Media Type"


@pytest.mark.observed("Zuora's Ruby gem, token errors")
def test_a_deactivated_client_is_forbidden(mock: Mock) -> None:
    answer = ask(mock, client_id="00000000-0000-4000-8000-00000000dead")
    refused(answer, 403, "Forbidden", "token.client-inactive")


@pytest.mark.assumed
def test_the_time_of_a_refusal_is_that_of_the_tenants_clock(server: Start, tmp_path: Path) -> None:
    assert ask(start(server, tmp_path), client_secret="wrong").json()["timestamp"] == CLOCK["now"]


@pytest.mark.assumed
def test_an_unknown_client_gets_a_tenant_of_its_own_and_keeps_its_secret(mock: Mock) -> None:
    assert ask(mock, client_id=STRANGER, client_secret="mine").status_code == 200
    refused(
        ask(mock, client_id=STRANGER, client_secret="other"), 401, "Unable to generate token.", "token.client-secret"
    )
    assert ask(mock, client_id=STRANGER, client_secret="mine").status_code == 200


@pytest.mark.assumed
def test_unknown_clients_are_invalid_where_the_server_refuses_them(server: Start) -> None:
    mock = server(unknown_clients="refuse")
    refused(ask(mock, client_id=STRANGER), 400, "Invalid client id", "token.client-id")
    assert ask(mock).status_code == 200


@pytest.mark.documented("guide, Error handling")
def test_a_token_lives_for_an_hour_of_the_tenants_clock(server: Start, tmp_path: Path) -> None:
    client = start(server, tmp_path).sign_in()
    advance(client, 3598)
    assert client.get(f"/v1/object/invoice/{'0' * 32}").status_code == 404
    advance(client, 1)
    expired = client.get(f"/v1/object/invoice/{'0' * 32}")
    assert (expired.status_code, expired.json()) == (401, {"message": "Authentication error"})


@pytest.mark.assumed
def test_a_form_over_the_limit_is_too_large(server: Start) -> None:
    answer = ask(server(max_body=50))
    refused(answer, 413, "the body is larger than 50 bytes", "body.size")


@pytest.mark.assumed
def test_a_form_much_longer_than_any_is_not_read(mock: Mock) -> None:
    answer = ask(mock, client_id="c" * 300_000)
    refused(answer, 400, "The form is longer than 262144 bytes", "token.request")


@pytest.mark.assumed
def test_another_method_than_post_is_not_allowed(mock: Mock) -> None:
    answer = mock.sign_in().get("/oauth/token")
    refused(answer, 405, "method 'GET' not supported", "route.method")
    assert (answer.json()["error"], answer.headers["Allow"]) == ("Method Not Allowed", "POST")


@pytest.mark.documented("guide, Rate limits")
def test_token_calls_carry_no_limits_of_the_api(mock: Mock) -> None:
    assert "RateLimit-Limit" not in ask(mock).headers


@pytest.mark.documented("guide, Idempotent requests")
def test_a_repeated_key_returns_the_same_token(mock: Mock) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (mock.post("/oauth/token", data=FORM, headers=key) for _ in range(2))
    assert first.content == again.content
    assert again.headers["Zuora-Mock-Replayed"] == "true"
