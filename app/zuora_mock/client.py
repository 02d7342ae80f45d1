"""A tenant of a running server in the hands of a test: what the pytest plugin and `ZuoraMock` give.

It speaks to `/__admin` and needs the standard library alone, whatever else is installed where the tests run.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

FixtureSource: TypeAlias = Mapping[str, Any] | str | os.PathLike[str]
"""A fixture or a mapping itself, or the path of its file."""
RanJobs: TypeAlias = list[dict[str, Any]]
"""Pieces of background work as `/__admin/jobs` lists them."""

_PATIENCE = 60
"""Seconds."""
_SHOWN = 10
"""Calls that a report tells of."""


class MockRefused(Exception):
    """The server has refused what a test asked of it; the text says why."""


class _Admin:
    """Calls of `/__admin` about one tenant."""

    def __init__(self, base_url: str, client_id: str) -> None:
        self.base_url, self._headers = base_url.rstrip("/"), {"Zuora-Mock-Tenant": client_id}
        token = os.environ.get("ZUORA_MOCK_ADMIN_TOKEN")
        if token:
            self._headers["Zuora-Mock-Admin-Token"] = token

    def call(self, method: str, path: str, body: object = None, *, patience: float = _PATIENCE) -> Any:
        """The answer's JSON. Raises MockRefused."""
        content = None if body is None else json.dumps(body).encode()
        return _answer(f"{self.base_url}/__admin{path}", method, content, self._headers, patience)


class ClockControl:
    """The tenant's clock, which everything in it follows."""

    def __init__(self, admin: _Admin) -> None:
        self._admin = admin

    def set(self, text: str, *, frozen: bool = True) -> None:
        """To a moment in ISO 8601, such as `2026-02-01T00:00:00Z`; there it stands, unless it is not frozen."""
        self._admin.call("PUT", "/clock", {"now": text, "frozen": frozen})

    def advance(self, *, seconds: float) -> RanJobs:
        """Moves it forward. What became due by that has run; the jobs that did."""
        ran: RanJobs = self._admin.call("POST", "/clock/advance", {"seconds": seconds})["ran"]
        return ran


class JobControl:
    """The tenant's background work."""

    def __init__(self, admin: _Admin) -> None:
        self._admin = admin

    def policy(self, mode: str, *, seconds: float = 0) -> None:
        """When work runs that is ordered from now on: `after-reply`, `before-reply`, `manual`, `delayed` by seconds."""
        self._admin.call("PUT", "/jobs/policy", {"mode": mode, "seconds": seconds})

    def settle(self) -> RanJobs:
        """Runs all work that is due or waits to be told; the jobs that ran. Raises MockRefused where some is held."""
        ran: RanJobs = self._admin.call("POST", "/jobs/settle")["ran"]
        return ran


class Faults:
    """Faults for calls, and for background work, to come."""

    def __init__(self, admin: _Admin) -> None:
        self._admin = admin

    def add(
        self,
        kind: str | Mapping[str, Any],
        *,
        operation: str | None = None,
        times: int | None = None,
        skip: int = 0,
        **match: Any,
    ) -> str:
        """Orders a fault by its kind, or whole: `{"kind": "delay", "milliseconds": 20}`; its id.

        `match` is what `/__admin/faults` matches by: `path`, `method`, `track_id`, `headers`, `body`.
        """
        fault = {"kind": kind} if isinstance(kind, str) else kind
        order = {"match": _camel({"operation": operation, **match}), "times": times, "skip": skip, "fault": fault}
        return str(self._admin.call("POST", "/faults", order)["id"])


class StubControl:
    """A test's own answers to calls, in the form of WireMock's mappings."""

    def __init__(self, admin: _Admin) -> None:
        self._admin = admin

    def add(self, mapping: FixtureSource) -> str:
        """One mapping, several as `{"mappings": […]}`, or the path of a file with either; the id of the last."""
        return str(self._admin.call("POST", "/stubs", read(mapping))["id"])


class MockTenant:
    """A tenant of its own with one client."""

    def __init__(self, base_url: str, client_id: str, client_secret: str) -> None:
        self._admin = _Admin(base_url, client_id)
        self.base_url, self.client_id, self.client_secret = self._admin.base_url, client_id, client_secret
        self.clock, self.jobs = ClockControl(self._admin), JobControl(self._admin)
        self.faults, self.stubs = Faults(self._admin), StubControl(self._admin)

    def token(self) -> str:
        """A new bearer token of the client."""
        form = {"client_id": self.client_id, "client_secret": self.client_secret, "grant_type": "client_credentials"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = _answer(f"{self.base_url}/oauth/token", "POST", urlencode(form).encode(), headers, _PATIENCE)
        return str(answer["access_token"])

    def seed(self, fixture: FixtureSource) -> dict[str, dict[str, str]]:
        """Adds a fixture to what is there; ids by number, of `accounts` and `invoices`."""
        made: dict[str, dict[str, str]] = self._admin.call("POST", "/seed", read(fixture))
        return made

    def reset(self) -> None:
        """Everything back to what the tenant started from. Tokens stay good."""
        self._admin.call("POST", "/reset")

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The calls of the tenant, newest first, by the filters of `/__admin/requests`: `operation="execute"`."""
        listed: list[dict[str, Any]] = self._admin.call("GET", f"/requests?{urlencode(_camel(filters))}")["requests"]
        return listed

    def verify(self, *, count: int | None = None, within_seconds: float = 0, **match: Any) -> None:
        """That so many calls match, one at least where no count is named; they may come within so many seconds.

        Raises AssertionError with the calls that came nearest.
        """
        question = {"match": _camel(match), "count": count, "withinSeconds": within_seconds}
        verdict = self._admin.call("POST", "/verify", question, patience=within_seconds + _PATIENCE)
        if not verdict["ok"]:
            raise AssertionError("\n".join(_unmet(match, count, verdict)))


def own_tenant(base_url: str, client_id: str = "", base: FixtureSource | None = None) -> MockTenant:
    """A tenant as new for this client id, or for one that nobody has, from a fixture or the server's first one."""
    tenant = MockTenant(base_url, client_id or str(uuid.uuid4()), "secret")
    body = {"clientSecret": tenant.client_secret, "base": None if base is None else read(base)}
    _Admin(base_url, tenant.client_id).call("PUT", f"/tenants/{tenant.client_id}", body)
    return tenant


def remove(tenant: MockTenant) -> None:
    """With everything of it; nothing happens where the test has removed it already, or the server is gone."""
    with suppress(MockRefused, OSError):
        _Admin(tenant.base_url, tenant.client_id).call("DELETE", "/tenants")


def report(tenant: MockTenant) -> str:
    """The last calls of the tenant, oldest first, and why they were refused: for people."""
    admin = _Admin(tenant.base_url, tenant.client_id)
    calls = tenant.requests(limit=_SHOWN)
    lines = [line for call in reversed(calls) for line in (_told(call), *_reasons(admin, call))]
    return "\n".join(lines) or "no calls came"


def read(source: FixtureSource) -> Any:
    return dict(source) if isinstance(source, Mapping) else json.loads(Path(source).read_text(encoding="utf-8"))


def _answer(url: str, method: str, content: bytes | None, headers: Mapping[str, str], patience: float) -> Any:
    """Past every proxy: the server is near. Raises MockRefused, and OSError where there is none."""
    place = urlsplit(url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    with closing(kind(place.netloc, timeout=patience)) as connection:
        target = f"{place.path}?{place.query}" if place.query else place.path
        try:
            connection.request(method, target, content, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            raise ConnectionError(f"zuora-mock at {place.scheme}://{place.netloc} does not answer: {error}") from error
        if answer.status >= 400:
            raise MockRefused(f"{method} {target}: {answer.status} {_detail(text)}")
        return json.loads(text) if text else None


def _detail(text: bytes) -> str:
    try:
        body = json.loads(text)
        return str(body.get("detail") or body.get("message") or body)
    except (ValueError, AttributeError):
        return text.decode("utf-8", "replace")


def _camel(members: Mapping[str, Any]) -> dict[str, Any]:
    """Names as bodies have them, without those that say nothing: `track_id` is `trackId`."""
    words = {name: name.split("_") for name, value in members.items() if value is not None}
    return {first + "".join(map(str.capitalize, rest)): members[name] for name, (first, *rest) in words.items()}


def _unmet(match: Mapping[str, Any], count: int | None, verdict: Mapping[str, Any]) -> Iterator[str]:
    wanted = "at least one call" if count is None else f"{count} call(s)"
    yield f"{wanted} wanted like {dict(match)}, {verdict['count']} came"
    yield from (f"  {doubt}" for doubt in verdict.get("doubts", ()))
    for miss in verdict.get("nearest", ()):
        differs = (f"{name} is {each['actual']!r}, not {each['expected']!r}" for name, each in miss["differs"].items())
        yield f"  request {miss['n']}: {'; '.join(differs)}"


def _told(call: Mapping[str, Any]) -> str:
    marks = [f"{name}={call[name]}" for name in ("rule", "fault") if call[name]]
    words = (f"{call['n']}.", call["method"], call["path"], call["status"], *marks)
    return " ".join(map(str, words))


def _reasons(admin: _Admin, call: Mapping[str, Any]) -> Iterator[str]:
    try:
        first = admin.call("GET", f"/requests/{call['n']}/explain")
    except MockRefused:  # there is nothing to explain
        return
    for each in (first, *first["others"]):
        place = f" at {each['pointer']}" if each["pointer"] else ""
        yield f"     {each['rule']}{place}: {each['message'] or each['summary']}"
        if each["expected"] is not None:
            yield f"       expected {each['expected']!r}, got {each['actual']!r}"
        if each["source"]:
            yield f"       {each['provenance']}: {each['source']}"
