"""What a contributor adds in one folder: a read of REST with parameters of its own and a dialect of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.mocks import Client, Start
from zuora_mock import api

pytestmark = pytest.mark.assumed

FAMILY = '''
"""Parts of things."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, Context, CurrentCall
from zuora_mock.api.gateway.dialect import Dialect, render
from zuora_mock.api.gateway.headers import DECLARED
from zuora_mock.api.gateway.models import Options
from zuora_mock.api.gateway.operation import OperationRoute, sourced
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal


class ThingsDialect(Dialect):
    prefix = "/v1/things"

    def code(self, refusal: Refusal) -> int:
        return 77

    def status(self, refusal: Refusal, context: Context) -> int:
        return super().status(refusal, context) if reaches(context.version, "2024-05-20") else 200

    def body(self, refusal: Refusal, context: Context) -> bytes:
        return render({"things": [self.code(refusal), refusal.message]})


class ThingRoute(OperationRoute):
    dialect = ThingsDialect()
    family = "Things"


class ThingOptions(Options):
    loud: bool = False


class Part(BaseModel):
    thing: str
    part: str


router = APIRouter(route_class=ThingRoute, tags=["Things"], dependencies=DECLARED)
routers = (router,)


@router.get("/v1/things/{thing}/parts/{part}", name="things.part", response_model=Part)
@sourced("nowhere")
def read(call: CurrentCall, thing: str, part: str, options: Annotated[ThingOptions, Query()]) -> Answer:
    """Read a part of a thing."""
    if thing == "none":
        raise rules.NOT_FOUND.refusal("there is no such thing")
    return Answer(200, render({"thing": thing.upper() if options.loud else thing, "part": part}))
'''


@pytest.fixture
def client(new_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "__init__.py").write_text('prefixes = ("/v1/things/",)\n', encoding="utf-8")
    (folder / "routes.py").write_text(FAMILY, encoding="utf-8")
    monkeypatch.setattr(api, "__path__", [*api.__path__, str(tmp_path)])
    yield new_server().sign_in()
    del sys.modules["zuora_mock.api.things"], sys.modules["zuora_mock.api.things.routes"]
    del api.things  # type: ignore[attr-defined]  # as importing it has set it


def test_it_is_answered(client: Client) -> None:
    assert client.get("/v1/things/a%2Fb/parts/2").json() == {"thing": "a/b", "part": "2"}
    assert client.get("/v1/things/a/parts/2?loud=true").json()["thing"] == "A"


def test_it_speaks_its_own_dialect(client: Client) -> None:
    refused = {"things": [77, "there is no such thing"]}
    for version, status in (("2023-01-01", 200), ("2025-08-12", 404)):
        answer = client.get("/v1/things/none/parts/2", headers={"Zuora-Version": version})
        assert (answer.status_code, answer.json()) == (status, refused)
    assert client.post("/v1/things/a/parts/2").json()["things"][1] == "method 'POST' not supported"


def test_it_is_signed_in_journalled_and_limited_as_everything(client: Client) -> None:
    answer = client.get("/v1/things/a/parts/2")
    assert int(answer.headers["RateLimit-Remaining"]) < 50_000
    [entry] = client.get("/__admin/requests?operation=things.part").json()["requests"]
    assert str(entry["n"]) == answer.headers["Zuora-Mock-Request"]
    stranger = client.get("/v1/things/a/parts/2", headers={"Authorization": "x"})
    assert stranger.json() == {"things": [77, "Authentication error"]}


def test_it_stands_in_the_document_and_in_the_ledger(client: Client) -> None:
    described = client.get("/openapi.json").json()["paths"]["/v1/things/{thing}/parts/{part}"]["get"]
    assert described["operationId"] == "things.part"
    assert {each["name"] for each in described["parameters"] if each["in"] != "header"} == {"thing", "part", "loud"}
    assert "things.part" in [each["name"] for each in client.get("/__admin/ledger").json()["operations"]]
