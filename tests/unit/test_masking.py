"""No form in which a secret comes in is kept by the journal; what people look for is."""

from __future__ import annotations

import gzip
import json

import pytest

from zuora_mock.steering.masking import (
    LONGEST_BODY,
    MASK,
    kept_answer,
    kept_body,
    masked_headers,
    masked_pairs,
    signs_in,
)

pytestmark = pytest.mark.assumed

FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="client_secret"\r\n\r\nhush\r\n--b--\r\n'


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Proxy-Authorization",
        "apiSecretAccessKey",
        "x-api-key",
        "password",
        "x-user-passwd",
        "cookie",
        "Set-Cookie",
        "zuora-mock-admin-token",
        "X-Session",
        "x-amz-signature",
    ],
)
def test_headers_whose_names_look_like_secrets_are_masked(name: str) -> None:
    assert masked_headers({name: "hush"}) == {name: MASK}


@pytest.mark.parametrize("value", ["Basic aHVzaA==", "bearer hush", " Bearer hush"])
def test_a_credential_in_another_header_is_masked(value: str) -> None:
    assert masked_headers({"x-original": value}) == {"x-original": MASK}


def test_a_parameter_of_a_url_in_a_header_is_masked() -> None:
    assert masked_headers({"referer": "http://h/?a=1&token=hush"}) == {"referer": "http://h/?a=1&token=****"}


@pytest.mark.parametrize(
    "name", ["idempotency-key", "content-type", "Zuora-Org-Ids", "X-Test", "apiaccesskeyid", "zuora-track-id"]
)
def test_headers_that_tests_look_for_are_shown(name: str) -> None:
    assert masked_headers({name: "a value; q=1"}) == {name: "a value; q=1"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("client_secret=hush&x=1", "client_secret=****&x=1"),
        ("Client_Secret=hush;x=1", "Client_Secret=****;x=1"),
        ("client%5Fsecret=hush", "client%5Fsecret=****"),
        ("c%6cient_s%65cret=hush", "c%6cient_s%65cret=****"),
        ("s%2565cret=hush", "s%2565cret=****"),
        ("client_secret%3Dhush", "client_secret%3D****"),
        ("to=http%3A%2F%2Fh%3Fpassword%3Dhush", "to=****"),
        ("apiKey=hush&auth=hush", "apiKey=****&auth=****"),
        ("/v1/x;password=hush", "/v1/x;password=****"),
        ("fields=Id%2CAmount&rejectUnknownFields=", "fields=Id%2CAmount&rejectUnknownFields="),
        ("secret", "secret"),
        ("", ""),
    ],
)
def test_parameters_that_look_like_secrets_are_masked_however_they_are_written(given: str, kept: str) -> None:
    assert masked_pairs(given) == kept


@pytest.mark.parametrize("text", ["&" * 1_000_000, "a" * 1_000_000, "%3D" * 300_000, "a=" * 500_000, "%25" * 300_000])
def test_a_long_query_without_secrets_stays_as_it_came(text: str) -> None:
    assert masked_pairs(text) == text


PATHS = [
    "/oauth/token",
    "/oauth/token/",
    "/v1/oauth/token",
    "/OAuth/Token",
    "/o%61uth/tok%65n",
    "/v1/connections",
    "/v1/connections/",
    "/login",
]
SIGN_INS = [
    b"client_id=c&client_secret=hush&grant_type=x",
    b"Client_Secret=hush",
    b"client%5Fsecret=hush",
    b"client_secret=hu%22hush&x=hush",
    b'client_secret=hu"hush',
    b"grant_type=a;client_secret=hush",
    b"hush",
    b'"hush"',
    b'{"client_secret": "hush"}',
    b'{"client\\u005fsecret": "hu\\"hush"}',
    b'{"a": {"b": ["hush"]}, "client_id": "c"}',
    b'{"client_id": {"x": "hush"}}',
    b'{"client_secret": "hush"',
    b'["hush"]',
    b"[" * 500 + b'"hush"' + b"]" * 500,
    MULTIPART,
    gzip.compress(b"client_secret=hush", mtime=0),
    '{"client_secret": "hush"}'.encode("utf-16"),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_tells_that_a_call_signs_in(path: str) -> None:
    assert signs_in(path)


@pytest.mark.parametrize("body", SIGN_INS)
def test_no_form_of_signing_in_leaves_a_secret(body: bytes) -> None:
    for kept in (
        kept_body(body, FORM, signs_in=True),
        kept_body(body, {}, signs_in=True),
        kept_answer(body, signs_in=True),
    ):
        assert b"hush" not in kept
        assert "hush".encode("utf-16-le") not in kept
        assert not kept.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "name",
    ["CreditCardNumber", "CreditCardSecurityCode", "cardNumber", "card_number", "securityCode", "cvv", "IBAN"]
    + ["AchAccountNumber", "BankTransferBankAccountNumber", "bank_account_number"],
)
def test_numbers_and_codes_of_what_is_paid_with_are_masked(name: str) -> None:
    body = json.dumps({"type": "PaymentMethod", "objects": [{name: "hush", "Type": "CreditCard"}]}).encode()
    [kept] = json.loads(kept_body(body, {}))["objects"]
    assert kept == {name: MASK, "Type": "CreditCard"}


@pytest.mark.parametrize("name", ["AccountNumber", "CreditCardMaskNumber", "AchAccountNumberMask", "CreditCardType"])
def test_what_is_no_secret_of_it_is_shown(name: str) -> None:
    body = json.dumps({name: "shown"}).encode()
    assert kept_body(body, {}) == body


def test_what_is_harmless_of_signing_in_is_shown() -> None:
    body = b"client_id=c-1&client_secret=hush&grant_type=client_credentials"
    assert kept_body(body, FORM, signs_in=True) == b"client_id=c-1&client_secret=****&grant_type=client_credentials"
    answer = b'{"access_token": "hush", "token_type": "bearer", "expires_in": 3598, "jti": "hush"}'
    assert json.loads(kept_answer(answer, signs_in=True)) == {
        "access_token": MASK,
        "token_type": "bearer",
        "expires_in": 3598,
        "jti": MASK,
    }
    refused = b'{"success": false, "reasons": [{"code": 1, "message": "no"}]}'
    assert json.loads(kept_answer(refused, signs_in=True)) == json.loads(refused)


BODIES = [
    b'{"client_secret": "hush"}',
    b'{"rows": [{"apiSecretAccessKey": "hush", "x": 1}]}',
    b'{"PassWord": ["hush"]}',
    b'{"access\\u005ftoken": "hush"}',
    b'{"api_key": {"x": "hush"}}',
    b'{"client_secret": "hush"',
    b"{'password': 'hush'}",
    b"password: hush",
    b"password=hush",
    MULTIPART,
    gzip.compress(b'{"client_secret": "hush"}', mtime=0),
    b'{"x": "' + b"x" * LONGEST_BODY + b'", "client_secret": "hush"}',
    b'{"client_secret": "hush", "x": "' + b"x" * LONGEST_BODY + b'"}',
]


@pytest.mark.parametrize("body", BODIES)
def test_no_body_of_another_call_leaves_a_secret(body: bytes) -> None:
    kept = kept_body(body, {})
    assert b"hush" not in kept
    assert not kept.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "body",
    [
        b'{"type": "Account",  "objects": [{"Name": "Caf\\u00e9", "Amount": 1.10}]}',
        b'{"Name": "token", "Notes": "a secret"}',
        b'{"Key": "a", "Notes": "the password: none"}',
        b"not JSON",
        b"\xff",
        gzip.compress(b'{"type": "Account"}', mtime=0),
    ],
)
def test_a_body_without_secrets_is_kept_as_it_came(body: bytes) -> None:
    assert kept_body(body, {}) == body


def test_a_form_of_another_call_shows_what_is_no_secret() -> None:
    assert kept_body(b"a=1&pass%77ord=hush", FORM) == b"a=1&pass%77ord=****"


@pytest.mark.parametrize("piece", [b"token", b"secret ", b'"token', b"key=", b"a", b"\\u0041", b"{},", b"&a=1"])
@pytest.mark.parametrize("of_signing_in", [True, False])
def test_of_a_long_body_the_beginning_is_kept_whatever_it_is_made_of(piece: bytes, *, of_signing_in: bool) -> None:
    body = piece * (10 * 1024 * 1024 // len(piece))
    assert len(kept_body(body, {}, signs_in=of_signing_in)) <= LONGEST_BODY
