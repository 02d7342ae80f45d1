"""Every example of the two OpenAPI documents is accepted as it stands, by the tenant of the default fixture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import httpx
import pytest

from tests.acceptance.drawn import APP, FACES, TOGETHER, drawn
from tests.acceptance.mocks import Client, Mock
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.domain.levels import Level

pytestmark = [pytest.mark.assumed, TOGETHER]

_JOB = ["by hand", "create", "execute"]
BEFORE: Mapping[str, Sequence[str]] = {
    "execute": ["create"],
    "queryMore": ["query"],
    "jobs.get": ["invoices.delete"],
    "get-invoice-split": ["create"],
    "get-invoice-split-item": ["create"],
    "post-invoice-split-item": ["create"],
    "tenants-remove": ["tenants-put"],
    "tenants-drop-snapshot": ["tenants-snapshot"],
    "tenants-restore": ["tenants-snapshot"],
    "faults-remove": ["faults-add"],
    "stubs-read": ["stubs-add"],
    "stubs-replace": ["stubs-add"],
    "stubs-remove": ["stubs-add"],
    "requests-read": ["accounts.get"],
    "requests-explain": ["a refusal"],
    "jobs-run": _JOB,
    "jobs-fail": _JOB,
    "jobs-hold": _JOB,
    "jobs-release": [*_JOB, "jobs-hold"],
    "splits-explain": ["create", "execute"],
}
"""Whose examples come first, where an example is about what another made."""
OTHERS: Mapping[str, tuple[str, str, Any]] = {
    "by hand": ("PUT", "/__admin/jobs/policy", {"mode": "manual"}),
    "a refusal": ("GET", "/v1/accounts/nobody", None),
}
"""Calls that are no examples."""
NOT_FOR_THE_DEFAULT_TENANT = {"tenants-remove-current"}
ENDLESS = {"feeds-stream"}


class Examples:
    """Those of one document, ready to be sent."""

    def __init__(self, document: Mapping[str, Any], prefix: str = "") -> None:
        self._prefix = prefix
        self.operations: dict[str, tuple[str, str, dict[str, Any]]] = {
            each["operationId"]: (method.upper(), path, each)
            for path, methods in document["paths"].items()
            for method, each in methods.items()
        }

    def send(self, client: Client, name: str) -> list[httpx.Response]:
        """The answers to those of an operation, one after another; none where a part of its path has no example."""
        method, path, operation = self.operations[name]
        given = {place: parameters(operation, place) for place in ("path", "query", "header")}
        if None in given["path"].values():
            return []
        address = self._prefix + path.format_map(given["path"])
        options = {"params": told(given["query"]), "headers": told(given["header"])}
        return [client.request(method, address, **options, **body) for body in bodies(operation)]


def parameters(operation: Mapping[str, Any], place: str) -> dict[str, Any]:
    """By name, of its parameters in this place; None where there is none."""
    return {each["name"]: each.get("example") for each in operation.get("parameters", ()) if each["in"] == place}


def told(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def bodies(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        return [{}]
    [(media, described)] = content.items()
    member = "json" if media == "application/json" else "data"
    return [{member: each["value"]} for each in described.get("examples", {}).values()]


@cache
def faces() -> Mapping[str, Examples]:
    return {prefix: Examples(drawn(prefix), prefix) for prefix in FACES}


@pytest.mark.parametrize("prefix", FACES)
def test_the_examples_are_accepted(mock: Mock, prefix: str) -> None:
    client, face, refused = mock.sign_in(), faces()[prefix], {}
    for name in [each for each in face.operations if each not in NOT_FOR_THE_DEFAULT_TENANT | ENDLESS]:
        for earlier in BEFORE.get(name, ()):
            prepare(client, earlier)
            mock.pause()
        answers = face.send(client, name)
        refused.update({(name, n): each.text for n, each in enumerate(answers) if not is_accepted(each)})
        if name in BEFORE or any(each.request.method != "GET" for each in answers):
            mock.pause()
            client.post("/__admin/reset").raise_for_status()
    assert refused == {}


def prepare(client: Client, name: str) -> None:
    if name in OTHERS:
        method, path, body = OTHERS[name]
        client.request(method, path, json=body)
        return
    [face] = [each for each in faces().values() if name in each.operations]
    assert all(map(is_accepted, face.send(client, name)))


def is_accepted(answer: httpx.Response) -> bool:
    return answer.is_success and '"success":false' not in answer.text.lower()


def test_bodies_of_what_is_computed_have_examples() -> None:
    routes: list[OperationRoute] = APP.state.operations
    computed = {each.name for each in routes if each.family in {"Actions", "CRUD"} and each.level is Level.COMPUTED}
    wanted = computed | faces()["/__admin"].operations.keys()
    operations = {name: each for face in faces().values() for name, (_, _, each) in face.operations.items()}
    assert [name for name in sorted(wanted) if bodies(operations[name]) == []] == []
