"""Every example of the two OpenAPI documents is accepted as it stands, by the tenant of the default fixture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.drawn import FACES, TOGETHER, drawn
from tests.acceptance.mocks import Client, Mock
from zuora_mock.admin import app
from zuora_mock.api.documents import EXAMPLES

pytestmark = [pytest.mark.assumed, TOGETHER]

A_REFUSAL = "requests-explain"
"""Its example wants a call that was refused, which no example is."""
TOLD = [
    json.loads(each.read_text(encoding="utf-8")) for each in (EXAMPLES, Path(app.__file__).with_name("examples.json"))
]
NOT_FOR_THE_DEFAULT_TENANT = {"tenants-remove-current"}
ENDLESS = {"feeds-stream"}
NOTHING_TO_READ = {
    "delete-amendment",
    "delete-product-feature",
    "get-amendment",
    "get-communication-profile",
    "get-contact-snapshot",
    "get-payment-method-snapshot",
    "get-payment-method-transaction-log",
    "get-payment-transaction-log",
    "get-product-feature",
    "get-refund-invoice-payment",
    "get-refund-transaction-log",
    "get-subscription-product-feature",
    "put-amendment",
}
"""The default fixture has no such record, and no call makes one."""


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
        prepare(mock, client, name)
        answers = face.send(client, name)
        refused.update({(name, n): each.text for n, each in enumerate(answers) if not is_accepted(each)})
        if earlier(name) or any(each.request.method != "GET" for each in answers):
            mock.pause()
            client.post("/__admin/reset").raise_for_status()
    assert refused == {}


def earlier(name: str) -> Sequence[str]:
    """Whose examples come before those of an operation: its description names them."""
    return [each for told in TOLD for each in told.get(name, {}).get("after", ())]


def prepare(mock: Mock, client: Client, name: str) -> None:
    if name == A_REFUSAL:
        client.get("/v1/accounts/nobody")
    for each in earlier(name):
        [face] = [face for face in faces().values() if each in face.operations]
        answers = face.send(client, each)
        assert [answer.text for answer in answers if not is_accepted(answer)] == []
        mock.pause()


def is_accepted(answer: httpx.Response) -> bool:
    return answer.is_success and '"success":false' not in answer.text.lower()


def test_every_operation_has_an_example() -> None:
    operations = {name: each for face in faces().values() for name, (_, _, each) in face.operations.items()}
    without = {name for name, each in operations.items() if None in parameters(each, "path").values()}
    assert without == NOTHING_TO_READ
    assert [name for name in operations.keys() - without if bodies(operations[name]) == []] == []


def test_an_operation_names_those_whose_examples_come_first() -> None:
    assert "`create`" in faces()[""].operations["execute"][2]["description"]
