"""`/__admin`: health, settings, the admin token, the shape of refusals, the documents and their page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import apsw
import pytest
from httpx import URL
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.acceptance.drawn import FACES, TOGETHER, drawn
from tests.acceptance.engines import POSTGRESQL
from tests.acceptance.mocks import Client, Mock, Start
from zuora_mock import __version__

pytestmark = pytest.mark.assumed


def test_a_server_that_is_ready_is_healthy(mock: Mock, engine: str) -> None:
    answer = mock.get("/__admin/health")
    assert answer.status_code == 200
    shared = {"replica"} if engine == POSTGRESQL else set()
    assert answer.json().keys() == {"status", "version", "uptimeSeconds"} | shared
    assert answer.json()["status"] == "healthy"
    assert answer.json()["version"] == __version__
    assert mock.request("HEAD", "/__admin/health").status_code == 200


def test_a_server_that_is_not_ready_is_not_healthy(new_server: Start) -> None:
    mock = new_server()
    mock.app.state.ready = False
    assert mock.get("/__admin/health").status_code == 503


def test_health_leaves_no_trace_in_the_journal(mock: Mock) -> None:
    mock.get("/__admin/health")
    assert mock.get("/__admin/tenants/default").json()["requests"] == 0


@pytest.mark.sqlite
def test_a_read_for_which_the_disk_has_no_room_is_refused(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(mock.app.state.services.tenancy, "all", full)
    answer = mock.get("/__admin/tenants")
    assert (answer.status_code, answer.json()["title"]) == (503, "Not read")
    assert answer.json()["detail"].startswith("there is no space: ")


def test_settings_are_told_with_their_source_and_secrets_masked(server: Start) -> None:
    headers = {"Zuora-Mock-Admin-Token": "hush"}
    told = server(admin_token="hush", max_body=1000).get("/__admin/config", headers=headers).json()
    assert told["max_body"] == {"value": 1000, "source": "set", "variable": "ZUORA_MOCK_MAX_BODY"}
    assert told["journal_size"]["source"] == "default"
    assert told["admin_token"]["value"] == "****"


def test_an_admin_token_guards_everything_but_health(server: Start) -> None:
    mock = server(admin_token="hush")
    assert mock.get("/__admin/tenants").status_code == 401
    assert mock.get("/__admin/tenants", headers={"Zuora-Mock-Admin-Token": "guess"}).status_code == 401
    assert mock.get("/__admin/tenants", headers={"Zuora-Mock-Admin-Token": "hush"}).status_code == 200
    assert mock.get("/__admin/tenants", headers={"Authorization": "Bearer hush"}).status_code == 200
    assert mock.get("/__admin/health").status_code == 200
    for path in ("/__admin/", "/__admin/docs", "/__admin/docs/zuora", "/__admin/openapi.json", "/__admin/nowhere"):
        refused = mock.get(path)
        assert (refused.status_code, refused.json()["type"]) == (401, "urn:zuora-mock:admin-token-needed")
        assert mock.get(path, headers={"Zuora-Mock-Admin-Token": "hush"}).status_code != 401


def test_an_admin_token_beside_a_clients_token_names_its_tenant(server: Start) -> None:
    client = server(admin_token="hush").sign_in()
    assert client.get("/__admin/clock").status_code == 401
    assert client.get("/__admin/clock", headers={"Zuora-Mock-Admin-Token": "hush"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/__admin/nowhere", {}, 404),
        ("PATCH", "/__admin/clock", {}, 405),
        ("POST", "/__admin/health", {}, 405),
        ("GET", "/__admin/clock?tenat=default", {}, 400),
        ("GET", "/__admin/clock?tenant=nobody", {}, 404),
        ("GET", "/__admin/clock", {"headers": {"Authorization": "Bearer unknown"}}, 404),
        ("PUT", "/__admin/clock?tenant=default", {"content": "{"}, 400),
        ("PUT", "/__admin/clock?tenant=default", {"content": '"\\ud800"'}, 400),
        ("PUT", "/__admin/clock?tenant=default", {"content": b"\xff"}, 400),
        ("PUT", "/__admin/clock?tenant=default", {}, 400),
    ],
)
def test_every_refusal_is_a_problem(mock: Mock, method: str, path: str, options: dict[str, Any], status: int) -> None:
    refused = mock.request(method, path, **options)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json().keys() >= {"type", "title", "status", "detail"}
    assert refused.json()["status"] == status


def test_a_wrong_method_is_called_so(mock: Mock) -> None:
    assert mock.request("PATCH", "/__admin/clock").json()["type"] == "urn:zuora-mock:wrong-method"


def test_a_body_that_does_not_fit_is_told_where_and_with_what(mock: Mock) -> None:
    refused = mock.post("/__admin/clock/advance?tenant=default", json={"seconds": "soon"})
    [error] = refused.json()["errors"]
    assert (error["in"], error["pointer"], error["value"]) == ("body", "/seconds", "soon")


def test_a_body_is_json_whatever_its_header_says(mock: Mock) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        answer = mock.post(
            "/__admin/clock/advance?tenant=default", content='{"seconds": 1}', headers={"Content-Type": kind}
        )
        assert answer.status_code == 200


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


@TOGETHER
@pytest.mark.parametrize("prefix", FACES)
def test_both_faces_have_an_openapi_document_that_is_whole(prefix: str) -> None:
    document = drawn(prefix)
    assert [each.message for each in OPENAPI_31_VALIDATOR.iter_errors(document)] == []
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


@TOGETHER
@pytest.mark.parametrize("prefix", FACES)
def test_a_generator_of_clients_can_use_the_names_in_both_documents(prefix: str) -> None:
    document = drawn(prefix)
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    ids = [each["operationId"] for each in operations]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z][A-Za-z]*([.-][a-z]+)*", each) for each in ids)
    for components in document["components"].values():
        assert all(re.fullmatch("[A-Za-z0-9._-]+", name) for name in components)


@TOGETHER
@pytest.mark.parametrize("prefix", FACES)
def test_every_refusal_in_the_documents_says_what_its_body_is(prefix: str) -> None:
    for methods in drawn(prefix)["paths"].values():
        for each in methods.values():
            refusals = {status: answer for status, answer in each["responses"].items() if status.startswith("4")}
            assert refusals
            assert "422" not in refusals
            assert all("content" in answer for answer in refusals.values())


@TOGETHER
def test_the_document_of_admin_knows_its_verbs(mock: Mock) -> None:
    document = mock.get("/__admin/openapi.json").json()
    assert document == drawn("/__admin")
    assert document["servers"] == [{"url": "/__admin"}]
    verbs = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert verbs >= {
        ("post", "/reset"),
        ("post", "/seed"),
        ("get", "/state"),
        ("post", "/tenants/{base}/fork"),
        ("post", "/snapshots/{name}/restore"),
        ("put", "/clock"),
        ("post", "/clock/advance"),
        ("put", "/jobs/policy"),
        ("post", "/jobs/settle"),
        ("post", "/jobs/{id}/hold"),
        ("post", "/faults"),
        ("get", "/requests"),
        ("post", "/verify"),
        ("get", "/requests/{n}/explain"),
        ("get", "/splits/{id}/explain"),
        ("get", "/health"),
    }


@pytest.mark.parametrize(("path", "document"), [("/__admin/docs", "/__admin"), ("/__admin/docs/zuora", "")])
def test_the_page_finds_everything_here_and_may_ask_nobody_else(mock: Mock, path: str, document: str) -> None:
    page = mock.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    [base] = re.findall('<base href="(.+?)">', page.text)
    files = [URL(base).join(each).path for each in re.findall('(?:src=|[^e] href=|url: )"(.+?)"', page.text)]
    assert f"{document}/openapi.json" in files
    assert len(files) == 6
    assert [each for each in files if "openapi" not in each and not mock.get(each).is_success] == []


@pytest.mark.parametrize("path", ["/__admin/docs", "/__admin/docs/zuora"])
def test_the_page_is_signed_in_for_the_tenant_that_it_shows(mock: Mock, path: str) -> None:
    client_id = mock.post("/__admin/tenants", json={"clientId": "c" * 36, "clientSecret": "s"}).json()["clientId"]
    for query, tenant in (("", "default"), (f"?tenant={client_id}", client_id)):
        page = mock.get(path + query).text
        assert f"tenant {tenant}" in page
        [token] = re.findall('const token = "(.+?)"', page)
        assert Client(mock, token).get("/v1/accounts/A-1").json()["success"]


def test_a_browser_that_opens_the_address_is_led_to_the_page(mock: Mock) -> None:
    answer = mock.get("/", headers={"Accept": "text/html,application/xhtml+xml"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/__admin/docs")
    assert mock.get("/").status_code == 401


def test_the_front_leads_to_the_page(mock: Mock) -> None:
    assert mock.get("/__admin/").headers["location"] == "/__admin/docs"


def test_a_name_in_a_path_may_have_a_line_break_in_it(mock: Mock) -> None:
    for path in ("/__admin/tenants/a%0Ab", "/__admin/tenants/%0A"):
        refused = mock.get(path)
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:zuora-mock:unknown-tenant")
