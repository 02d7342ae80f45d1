"""What is asked of a call of `/__admin` by its head alone, before its body is read: whence, by whom, how long.

A page in somebody's browser must not drive the mock that listens on the same machine. Browsers say from which site a
call comes, and by which name they reached the server; a name that we do not know may be the page's own (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from zuora_mock.admin.problems import Problem
from zuora_mock.domain.spelling import nearest
from zuora_mock.settings import Settings

KNOWN_HOSTS = frozenset({"localhost", "zuora-mock", "testserver"})
"""Beside addresses and those of `--allowed-host`; `testserver` is the name by which Starlette's TestClient calls."""
ADMIN_TOKEN = "Zuora-Mock-Admin-Token"  # noqa: S105  (the name of a header)
LARGEST = 16
"""Of a body here, as a multiple of `--max-body`: a seed may be a whole tenant."""

_OUR_HEADERS = ("Zuora-Mock-Tenant", ADMIN_TOKEN, "Zuora-Mock-Fault", "Zuora-Mock-Delay")
_OURS = "zuora-mock-"
_FOREIGN_SITES = frozenset({"cross-site", "same-site"})
_PORTS = {"http": 80, "https": 443}


def check(headers: Headers, settings: Settings) -> None:
    """Raises Problem: 403 for a foreign page or name, 401 without the admin token, 400 for a header, 413 for length."""
    _check_host(headers, settings)
    _check_site(headers)
    _check_token(headers, settings)
    _check_names(headers)
    _check_length(headers, settings)


def largest_body(settings: Settings) -> int:
    return LARGEST * settings.max_body


def suggestion(name: str, known: Collection[str]) -> str:
    """The end of a sentence that says that a name is unknown; empty where none is near."""
    near = nearest(name, known)
    return f"; did you mean '{near[0]}'?" if near else ""


def bearer_of(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_host(headers: Headers, settings: Settings) -> None:
    for host in headers.getlist("host"):
        name = _place(f"//{host}")[0]
        if not (_is_address(name) or name in KNOWN_HOSTS or name in map(str.lower, settings.allowed_hosts)):
            detail = f"'{host}' is no name of this server: add it with --allowed-host, or call it by its address"
            raise Problem(403, "Unknown host", detail)


def _check_site(headers: Headers) -> None:
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin")
    if site.lower() in _FOREIGN_SITES:
        raise Problem(403, "Foreign site", f"a page of another site may not call this (Sec-Fetch-Site: {site})")
    if origin is not None and not _is_of(origin, headers.get("host", "")):
        raise Problem(403, "Foreign site", f"a page of another site may not call this (Origin: {origin})")


def _is_of(origin: str, host: str) -> bool:
    """Whether a page of this origin came from this host, be there TLS between us and the browser or not."""
    scheme, _, place = origin.partition("://")
    return bool(place) and _place(origin) == _place(f"{scheme}://{host}")


def _place(url: str) -> tuple[str, int | None]:
    """Host and port, in lower case and with the scheme's own port where none is named; of no URL an empty host."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _check_token(headers: Headers, settings: Settings) -> None:
    given = (headers.get(ADMIN_TOKEN, ""), bearer_of(headers))
    if settings.admin_token and not any(settings.is_admin_token(each) for each in given):
        detail = f"this server wants its admin token in the header {ADMIN_TOKEN} or as a bearer token; only health"
        raise Problem(401, "Admin token needed", f"{detail} is open without. A browser sends neither by itself.")


def _check_names(headers: Headers) -> None:
    known = [name.lower() for name in _OUR_HEADERS]
    for name in headers:
        if name.startswith(_OURS) and name not in known:
            detail = f"there is no header '{name}' here{suggestion(name, known)}"
            raise Problem(400, "Unknown header", detail, known=list(_OUR_HEADERS))


def _check_length(headers: Headers, settings: Settings) -> None:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > largest_body(settings):
        raise too_large(settings)


def bounded(receive: Receive, settings: Settings) -> Receive:
    """Refuses a body as soon as more of it has come than may come: a length need not be told.

    By HTTPException, which FastAPI lets through where it reads bodies. Its own limit needs a newer version than we do.
    """
    left = largest_body(settings)

    async def receive_within() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return receive_within


def too_large(settings: Settings) -> Problem:
    return Problem(
        413, "Body too large", f"a body here has at most {largest_body(settings)} bytes, {LARGEST} times --max-body"
    )
