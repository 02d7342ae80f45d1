"""What a journal shows of a call: everything but credentials.

Of headers, parameters and JSON members the value is masked if the name looks like a secret, so that patterns can still
ask for whatever header a test sends. Of calls that sign in, or try to, it is the other way round: only members that are
known to be harmless are shown. What may hold a secret and cannot be read is masked as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from pydantic_core import to_json

from zuora_mock.json_structure import depth
from zuora_mock.steering.recorded_bodies import unzipped

MASK = "****"
LONGEST_BODY = 64 * 1024
"""Of a longer body the journal keeps the beginning, and says so."""

_WORDS = "secret|passw|passphrase|pwd|token|credential|jwt|bearer|signature"
_ACCOUNTS = "(?:ach|bank)[-_ ]?account[-_ ]?number(?!mask)|iban(?!mask)"
_CARDS = rf"card[-_ ]?(?:number|security)|security[-_ ]?code|cvv|cvc|{_ACCOUNTS}"
"""With what one pays."""
_SECRET_NAME = rf"(?i){_WORDS}|{_CARDS}|key|auth|cookie|session"
_SECRET_MEMBER = rf"(?i){_WORDS}|{_CARDS}|(api|access|private)[-_ ]?key|authorization"
_PAYING = ("card", "securitycode", "security_code", "cvv", "cvc", "achaccount", "bankaccount", "iban")
_HINTS = (
    *("secret", "pass", "pwd", "token", "credential", "jwt", "bearer", "signature", "key", "authorization"),
    *("\\u00", "\x00"),
    *_PAYING,
)
"""Without any of these, in lower case, a body has no secret by name."""
_SUSPECT = (
    rf"(?:{_WORDS}|{_CARDS}|key|authorization)[^\"':=\r\n]{{0,64}}\\?[\"']?\s{{0,64}}[:=\r\n]|\\u00|\x00".encode()
)
"""What may be the name of a secret in a body, or a name that is not written plainly.

These three are compiled when they are first needed: that takes longer than all other patterns of the start.
"""
_SHOWN_HEADERS = frozenset({"idempotency-key", "apiaccesskeyid", "www-authenticate"})
_A_CREDENTIAL = re.compile(r"\s*(basic|bearer|digest|negotiate)\s", re.IGNORECASE)

_BEGINS = frozenset("bBdDnN \t")
"""With what the value of a credential begins, as far as `_A_CREDENTIAL` knows one."""

_SIGNING_IN = ("oauth", "token", "connections", "login", "log-in", "signin", "sign-in", "session", "authenticat")
"""In a path. Words, and those above too, not a pattern: it would cost a tenth of a call."""
_HARMLESS = frozenset({"grant_type", "client_id", "scope", "token_type", "expires_in"})
_HARMLESS_IN_ANSWERS = _HARMLESS | frozenset(
    {"success", "message", "code", "reasons", "error", "error_description", "status", "path", "timestamp"}
    | {"processId", "requestId", "Success", "Errors", "Code", "Message"}
)
_SEPARATOR = re.compile(r"([&;])")
_EQUALS = re.compile(r"=|%3D", re.IGNORECASE)
_NESTED = (dict, list)
_DEEPEST = 64
_LONGEST_REMEMBERED = 64
_MOST_REMEMBERED = 4096
"""Characters in all headers of a request."""
_MOST_ENCODINGS = 3


def signs_in(path: str) -> bool:
    """Whether a call to this path brings credentials in its body, or is meant to."""
    return _path_signs_in(path) if len(path) <= _LONGEST_REMEMBERED else _path_signs_in.__wrapped__(path)


@lru_cache(maxsize=1000)
def _path_signs_in(path: str) -> bool:
    return _has_one_of(_SIGNING_IN, _decoded(path).lower())


def kept_headers(headers: Mapping[str, str]) -> str:
    """Of a request, masked, as JSON. What a client sends with each call is remembered, up to a usual length."""
    pairs = tuple(headers.items())
    keep = _kept_headers if sum(map(len, headers.values())) <= _MOST_REMEMBERED else _kept_headers.__wrapped__
    return keep(pairs)


@lru_cache(maxsize=256)
def _kept_headers(pairs: tuple[tuple[str, str], ...]) -> str:
    return to_json(masked_headers(dict(pairs))).decode()


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value if _is_plain(name, value) else _masked_header(name, value) for name, value in headers.items()}


def masked_answer_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Of an answer's headers, which are ours, the cookie of a session is the only secret."""
    return {**headers, "Set-Cookie": MASK} if "Set-Cookie" in headers else headers


def masked_pairs(text: str) -> str:
    """A query or a path whose parameters that look like secrets are masked, however their names are encoded."""
    if "=" not in text and "%" not in text:
        return text
    return "".join(_masked_pair(piece) for piece in _SEPARATOR.split(text))


def kept_body(body: bytes, headers: Mapping[str, str], *, signs_in: bool = False) -> bytes:
    """The beginning of a request's body, as it came where there is nothing to mask."""
    return _kept(body, headers.get("content-type", ""), _HARMLESS if signs_in else None)


def kept_answer(body: bytes, *, signs_in: bool = False) -> bytes:
    """Answers are ours: only those to who signs in have credentials."""
    return _kept(body, "", _HARMLESS_IN_ANSWERS) if signs_in else body[:LONGEST_BODY]


def masked_members(document: Any) -> Any:
    """A JSON value without the values of members that look like secrets."""
    if isinstance(document, dict):
        masked = {name: MASK if _is_secret_member(name) else each for name, each in document.items()}
        return {name: masked_members(each) if isinstance(each, _NESTED) else each for name, each in masked.items()}
    return [masked_members(each) for each in document] if isinstance(document, list) else document


def _hints(body: bytes) -> bool:
    """Whether there may be a secret. Text: in bytes each word is searched twice as long."""
    return _has_one_of(_HINTS, body.decode("latin-1").lower())


def _has_one_of(words: Iterable[str], text: str) -> bool:
    for word in words:  # noqa: SIM110  (each call of every client comes here, several times)
        if word in text:
            return True
    return False


def _is_secret_member(name: str) -> bool:
    return (
        _member_looks_secret(name) if len(name) <= _LONGEST_REMEMBERED else re.search(_SECRET_MEMBER, name) is not None
    )


@lru_cache(maxsize=1000)
def _member_looks_secret(name: str) -> bool:
    return re.search(_SECRET_MEMBER, name) is not None


def _is_plain(name: str, value: str) -> bool:
    """What most headers are: neither in their name nor at the beginning of their value is anything to look at."""
    return (
        len(name) <= _LONGEST_REMEMBERED and not _looks_secret(name) and value[:1] not in _BEGINS and "?" not in value
    )


def _masked_header(name: str, value: str) -> str:
    looks = _looks_secret(name) if len(name) <= _LONGEST_REMEMBERED else re.search(_SECRET_NAME, name) is not None
    return MASK if looks or _A_CREDENTIAL.match(value) else _masked_link(value)


@lru_cache(maxsize=1000)
def _looks_secret(header: str) -> bool:
    return re.search(_SECRET_NAME, header) is not None and header.lower() not in _SHOWN_HEADERS


def _masked_link(value: str) -> str:
    """A header may have a URL in it, with a query."""
    link, mark, query = value.partition("?")
    return link + mark + masked_pairs(query) if mark else value


def _masked_pair(piece: str) -> str:
    """What stands before the last equals sign may be a name, also of a URL in the place of a value."""
    decoded, equals = _decoded(piece).rpartition("=")[0], _EQUALS.search(piece)
    return f"{piece[: equals.end()]}{MASK}" if equals and re.search(_SECRET_NAME, decoded) else piece


def _decoded(text: str) -> str:
    for _ in range(_MOST_ENCODINGS):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def _kept(body: bytes, media: str, harmless: frozenset[str] | None) -> bytes:
    """What is masked is kept without its compression; `harmless` are the members to show of a call that signs in."""
    if not body:
        return body
    plain = unzipped(body)
    if harmless is not None:
        masked = _masked_sign_in(plain, harmless)
    elif "form-urlencoded" in media.lower():
        masked = masked_pairs(_beginning(plain)).encode()
    else:
        masked = _masked_json(plain) if _is_suspect(plain) else body
    return (body if masked == plain else masked)[:LONGEST_BODY]


def _is_suspect(plain: bytes) -> bool:
    beginning = plain[:LONGEST_BODY]
    return _hints(beginning) and re.search(_SUSPECT, beginning.lower()) is not None


def _masked_json(plain: bytes) -> bytes:
    try:
        document = _read(plain)
    except ValueError:
        return MASK.encode()
    masked = masked_members(document)
    return plain if masked == document else json.dumps(masked).encode()


def _masked_sign_in(plain: bytes, harmless: frozenset[str]) -> bytes:
    try:
        return json.dumps(_harmless(_read(plain), harmless)).encode()
    except ValueError:
        text = _beginning(plain)
    if not text.isprintable() or '"' in text:
        return MASK.encode()
    return "&".join(_harmless_pair(piece, harmless) for piece in text.split("&")).encode()


def _beginning(plain: bytes) -> str:
    return plain[:LONGEST_BODY].decode("utf-8", "replace")


def _harmless_pair(piece: str, harmless: frozenset[str]) -> str:
    name, equals, _ = piece.partition("=")
    if not equals:
        return MASK
    return piece if unquote_plus(name) in harmless and ";" not in piece else f"{name}={MASK}"


def _harmless(node: Any, harmless: frozenset[str]) -> Any:
    if isinstance(node, dict):
        return {name: _harmless_member(value, harmless) if name in harmless else MASK for name, value in node.items()}
    return [_harmless(each, harmless) for each in node] if isinstance(node, list) else MASK


def _harmless_member(value: Any, harmless: frozenset[str]) -> Any:
    if isinstance(value, list | dict):
        return _harmless(value, harmless)
    return value


def _read(plain: bytes) -> Any:
    """Raises ValueError."""
    if depth(plain) > _DEEPEST:
        raise ValueError("too deep")
    return json.loads(plain.decode())
