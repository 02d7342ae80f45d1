"""The OpenAPI document of Zuora's face: complete, true to the golden pairs, and a source of calls that never fail."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.drawn import APP, FACES, TOGETHER, drawn
from tests.acceptance.golden import is_refused, pairs
from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import NO_DATA, UNKNOWN_ID, account_id, invoice, invoice_id, split, start
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.rest.route import RestRoute
from zuora_mock.domain.catalogue import COMPUTED, STORED

pytestmark = TOGETHER

OPERATIONS: list[OperationRoute] = list(APP.state.operations)
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}
CHECKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, name: isinstance(value, TYPES[name]) and (isinstance(value, bool) is (name == "boolean")),
    "enum": lambda value, allowed: value in allowed,
    "required": lambda value, names: set(names) <= set(value),
    "minItems": lambda value, count: len(value) >= count,
    "maxItems": lambda value, count: len(value) <= count,
    "minLength": lambda value, count: len(value) >= count,
    "maxLength": lambda value, count: len(value) <= count,
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "exclusiveMinimum": lambda value, bound: value > bound,
    "pattern": lambda value, pattern: re.search(pattern, value) is not None,
}


def schemas() -> Mapping[str, Any]:
    found: dict[str, Any] = drawn("")["components"]["schemas"]
    return found


def problems(schema: Mapping[str, Any], value: Any, at: str = "") -> list[str]:
    """What of the value contradicts the schema; as much of JSON Schema as the document uses."""
    found = [f"{at}: {key}" for key, check in CHECKS.items() if key in schema and not check(value, schema[key])]
    if found:
        return found
    if isinstance(value, list):
        return [each for i, item in enumerate(value) for each in problems(schema.get("items", {}), item, f"{at}/{i}")]
    members = schema.get("properties", {}) if isinstance(value, dict) else {}
    return [each for name in members if name in value for each in problems(members[name], value[name], f"{at}/{name}")]


def described(operation: OperationRoute) -> dict[str, Any]:
    found: dict[str, Any] = drawn("")["paths"][operation.path][operation.method.lower()]
    return found


def operation_of(pair: Mapping[str, Any]) -> dict[str, Any]:
    [found] = [each for each in OPERATIONS if each.name == pair["operation"]]
    return described(found)


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = schemas()[name] if name else schema
    return found


def good_pairs() -> list[str]:
    return [name for name, pair in pairs().items() if pair["operation"] != "any" and not is_refused(pair["answer"])]


class TestTheDocument:
    @pytest.mark.assumed
    @pytest.mark.parametrize("prefix", FACES)
    def test_it_is_served_to_anybody(self, mock: Mock, prefix: str) -> None:
        answer = mock.get(f"{prefix}/openapi.json")
        assert (answer.status_code, answer.json()) == (200, json.loads(json.dumps(drawn(prefix))))

    @pytest.mark.assumed
    @pytest.mark.parametrize("prefix", FACES)
    def test_it_is_drawn_once_for_all_who_wait_while_others_are_answered(
        self, new_server: Start, monkeypatch: pytest.MonkeyPatch, prefix: str
    ) -> None:
        mock = new_server()
        draws = list[str]()
        may_go_on = threading.Event()

        async def scene() -> list[httpx.Response]:
            loop, begun = asyncio.get_running_loop(), asyncio.Event()

            def draw(**options: Any) -> dict[str, Any]:
                draws.append(options["title"])
                loop.call_soon_threadsafe(begun.set)
                assert may_go_on.wait(30)
                return {"paths": {}, "components": {}}

            monkeypatch.setattr("fastapi.applications.get_openapi", draw)
            readers = [asyncio.create_task(mock.send("GET", f"{prefix}/openapi.json")) for _ in range(3)]
            await asyncio.wait_for(begun.wait(), 30)
            assert (await mock.send("POST", "/v1/action/query", json={})).status_code == 401
            assert not any(reader.done() for reader in readers)
            may_go_on.set()
            return await asyncio.gather(*readers)

        assert [answer.json() for answer in mock.run(scene())] == [{"paths": {}, "components": {}}] * 3
        assert len(draws) == 1

    @pytest.mark.assumed
    def test_every_operation_appears_and_no_other(self) -> None:
        told = {
            (method.upper(), path, each["operationId"])
            for path, methods in drawn("")["paths"].items()
            for method, each in methods.items()
        }
        assert told == {(each.method, each.path, each.name) for each in OPERATIONS}
        assert len({name for _, _, name in told}) == len(OPERATIONS)

    @pytest.mark.assumed
    def test_operations_are_named_after_the_action_or_after_method_and_object(self) -> None:
        for each in OPERATIONS:
            if each.family == "Actions":
                assert each.name == each.path.rpartition("/")[2]
            elif each.family == "CRUD":
                assert each.name == f"{each.method.lower()}-{each.path.split('/')[3]}"
        assert {"token", "connections", "execute", "queryMore", "get-invoice-split"} <= {
            each.name for each in OPERATIONS
        }

    @pytest.mark.documented("Older API and Actions reference")
    def test_the_objects_and_their_methods_are_those_of_the_contract(self) -> None:
        methods: dict[str, set[str]] = {}
        for each in OPERATIONS:
            if each.family == "CRUD":
                methods.setdefault(each.path.split("/")[3], set()).add(each.method)
        assert len(methods) == 38
        computed = {kind.path for kind in COMPUTED}
        assert {path: verbs for path, verbs in methods.items() if path in computed} == {
            "account": {"GET", "POST", "PUT", "DELETE"},
            "contact": {"GET", "POST", "PUT", "DELETE"},
            "invoice": {"GET", "PUT", "DELETE"},
            "invoice-item": {"GET"},
            "taxation-item": {"GET", "POST", "PUT", "DELETE"},
            "invoice-split": {"GET", "POST"},
            "invoice-split-item": {"GET", "POST"},
        }

    @pytest.mark.assumed
    def test_every_operation_says_how_it_is_known(self) -> None:
        for methods in drawn("")["paths"].values():
            for each in methods.values():
                assert re.match("(documented|observed|assumed): .", each["description"])
                assert each["summary"]

    @pytest.mark.assumed
    def test_the_split_collections_are_marked_as_ours(self) -> None:
        for path in ("/v1/object/invoice-split", "/v1/object/invoice-split-item"):
            assert drawn("")["paths"][path]["post"]["description"].startswith("assumed: zuora-mock")

    @pytest.mark.assumed
    @pytest.mark.parametrize(("call", "kind"), [("Create", "InvoiceSplitItem"), ("Update", "Invoice")])
    def test_the_rows_of_create_and_update_are_described_for_each_object(self, call: str, kind: str) -> None:
        schemas = drawn("")["components"]["schemas"]
        rows = schemas[f"{call}Request"]["properties"]["objects"]["items"]
        assert {"$ref": f"#/components/schemas/{kind}{call}"} in rows["anyOf"]
        assert rows.get("required") == (["Id"] if call == "Update" else None)

    def test_every_reference_leads_somewhere(self) -> None:
        for reference in re.findall('"#/components/schemas/([^"]+)"', json.dumps(drawn(""))):
            assert reference in schemas()

    @pytest.mark.assumed
    @pytest.mark.parametrize("name", good_pairs())
    def test_the_requests_of_the_golden_pairs_fit_their_schemas(self, name: str) -> None:
        pair = pairs()[name]
        content = operation_of(pair).get("requestBody", {"content": {}})["content"]
        if "body" in pair["request"] and "lower-case" not in name:
            assert problems(resolved(content["application/json"]["schema"]), pair["request"]["body"]) == []
        elif "form" in pair["request"] and "Authorization" not in pair["request"]["headers"]:
            assert problems(content["application/x-www-form-urlencoded"]["schema"], pair["request"]["form"]) == []

    @pytest.mark.assumed
    @pytest.mark.parametrize("name", [name for name in good_pairs() if name.startswith("get-")])
    def test_the_records_of_the_golden_pairs_fit_theirs(self, name: str) -> None:
        pair = pairs()[name]
        answer = operation_of(pair)["responses"]["200"]["content"]["application/json"]["schema"]
        schema = schemas()[answer["$ref"].rpartition("/")[2]]
        assert problems(schema, pair["answer"]["body"]) == []
        assert set(pair["answer"]["body"]) <= set(schema["properties"])

    @pytest.mark.assumed
    @pytest.mark.parametrize("resource", ["accounts", "contacts", "invoices"])
    def test_what_an_object_query_answers_with_null_may_be_null(self, client: Client, resource: str) -> None:
        page = client.get(f"/object-query/{resource}?includeNullFields=true&pageSize=1").json()["data"]
        empty = {name for each in page for name, value in each.items() if value is None}
        members = schemas()[f"Queried{resource[:-1].title()}"]["properties"]
        assert empty
        typed = {name: members[name] for name in empty & members.keys() if members[name]}
        assert [name for name, schema in typed.items() if {"type": "null"} not in schema.get("anyOf", ())] == []

    @pytest.mark.documented("Older API, ProxyBadRequestResponse and ProxyNoDataResponse")
    @pytest.mark.parametrize(
        "members", [{"Errors", "Success"}, {"records", "size", "done"}, {"FaultCode", "FaultMessage"}, {"message"}]
    )
    def test_every_form_of_a_refused_crud_call_is_described(self, members: set[str]) -> None:
        for each in (operation for operation in OPERATIONS if operation.family == "CRUD"):
            forms = described(each)["responses"]["4XX"]["content"]["application/json"]["schema"]["anyOf"]
            assert members in [set(resolved(form).get("required", ())) for form in forms]

    @pytest.mark.documented("guide, API upgrades: before 2024-05-20 a refusal has the status 200")
    def test_a_refusal_of_rest_with_status_200_is_described(self) -> None:
        for each in (operation for operation in OPERATIONS if isinstance(operation, RestRoute)):
            forms = described(each)["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
            assert {"success", "reasons"} in [set(resolved(form).get("required", ())) for form in forms]


SHORTER = ["reasons", "requestId"]
"""Of object queries, from Zuora-Version 2025-08-12 on."""


def in_dialect(answer: httpx.Response) -> bool:
    """Whether a refusal has one of the forms of its family."""
    path, status = answer.request.url.path, answer.status_code
    body, keys = answer.json(), list(answer.json())
    if status == 404 and path.startswith("/v1/object/") and keys != ["success", "processId", "reasons", "requestId"]:
        return answer.content == NO_DATA
    if status == 404:
        return keys in (["message"], ["success", "processId", "reasons", "requestId"], SHORTER)
    if path.startswith("/v1/object/"):
        return keys == ["Errors", "Success"] or (keys == ["message"] and body["message"].startswith("Error - "))
    if path.startswith("/v1/action/"):
        return keys in (["FaultCode", "FaultMessage"], ["code", "message"]) or (
            keys == ["message"] and body["message"].startswith("Error - ")
        )
    if path.startswith("/oauth/"):
        return keys == ["timestamp", "status", "error", "message", "path"]
    shorter = keys == SHORTER and path.startswith("/object-query/")
    whole = ["success", "processId", "reasons", "requestId"]
    return shorter or keys in (["success", "reasons"], whole, ["reasons", "success"])


def rows_in_dialect(answer: httpx.Response) -> bool:
    """Whether the refused rows of an answer have the form of their action."""
    rows = json.loads(answer.text) if answer.text.startswith("[") else []
    refused = [each for each in rows if each.get("Success", each.get("success")) is False]
    errors = [error for each in refused for error in each.get("Errors", each.get("errors"))]
    return all(list(each) == ["Code", "Message"] and all(map(str.strip, each.values())) for each in errors)


ALIKE = {f"{kind.name}{verb}" for kind in STORED if kind.name != "Product" for verb in ("", "Create", "Update")}
"""What is stored is all treated alike: Product stands for it."""


@cache
def names() -> list[str]:
    """Of members: those of the Actions' bodies, and of what is described."""
    envelope = {"type", "ids", "objects", "synchronous", "queryString", "queryLocator", "conf", "batchSize"}
    described = schemas().items()
    members = {name for title, schema in described if title not in ALIKE for name in schema.get("properties", ())}
    return sorted(envelope | {"Id", "fieldsToNull"} | members)


WORDS = [
    "Account",
    "Contact",
    "Invoice",
    "InvoiceSplit",
    "InvoiceSplitItem",
    "invoicesplit",
    "Draft",
    "Posted",
    "Canceled",
    "Net 30",
    "2026-03-01",
    "USD",
    "select Id from Invoice",
    "select Name, Notes from Account where Name like 'A%'",
    "",
    "x" * 300,
    "40",
    "\U0001f600",
    "A-1",
    "Product",
    "select Name from Product",
    UNKNOWN_ID,
]
HEADERS: Mapping[str, list[str]] = {
    "X-Zuora-WSDL-Version": ["1", "68", "73", "79", "118", "153", "154", "x", ""],
    "Zuora-Track-Id": ["t", "a:b", "x" * 65],
    "Idempotency-Key": ["k", "", "x" * 256],
    "Zuora-Entity-Ids": ["x", ""],
    "Zuora-Org-Ids": ["x"],
    "Accept-Encoding": ["gzip"],
    "Zuora-Version": ["2025-08-12"],
    "Content-Type": ["text/plain", "application/json", "application/json;charset=utf-8"],
    "Content-Encoding": ["gzip", "identity", "br"],
    "Authorization": ["Bearer x", "Basic x", ""],
}


class Calls:
    """Draws calls to one server: of all operations, well-formed and less so, about objects that exist and others."""

    def __init__(self, server: Start, path: Path) -> None:
        drafts = [invoice(), invoice("INV00000002", Status="Posted"), invoice("INV00000003", Status="Canceled")]
        self.mock = start(server, path, invoices=drafts)
        self.client: Client = self.mock.sign_in()
        made, items = split(self.client, 60, 40)
        numbers = ("INV00000001", "INV00000002", "INV00000003")
        known = [made, *items, account_id(self.client), *(invoice_id(self.client, each) for each in numbers)]
        self.texts = st.sampled_from([*WORDS, *known]) | st.text(max_size=12)
        scalars = st.none() | st.booleans() | st.integers() | st.floats() | self.texts
        self.values = st.recursive(scalars, self._containers, max_leaves=12)
        self.identifiers = st.sampled_from([*known, UNKNOWN_ID]) | st.from_regex(
            "[A-Za-z0-9%._~-]{1,40}", fullmatch=True
        )

    def _containers(self, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(names()) | self.texts, inner, max_size=4)

    def bodies(self, operation: OperationRoute) -> st.SearchStrategy[bytes]:
        content = described(operation).get("requestBody", {}).get("content", {})
        schema = resolved(content.get("application/json", {}).get("schema", {}))
        members = {name: self._member(each) | self.values for name, each in schema.get("properties", {}).items()}
        documents = st.fixed_dictionaries({}, optional=members) | self.values
        return documents.map(lambda each: json.dumps(each, ensure_ascii=True).encode()) | st.binary(max_size=40)

    def _member(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        """A value of about this kind, which the objects of `objects` are as well."""
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if schema.get("type") == "array":
            rows = st.dictionaries(st.sampled_from(names()), self.values, max_size=6)
            return st.lists(
                rows if resolved(schema["items"]).get("type") == "object" else self.texts, min_size=1, max_size=5
            )
        return self.texts if schema.get("type") == "string" else self.values

    def headers(self) -> st.SearchStrategy[dict[str, str]]:
        drawn = st.sampled_from(sorted(HEADERS)).flatmap(lambda n: st.tuples(st.just(n), st.sampled_from(HEADERS[n])))
        return st.lists(drawn, max_size=2).map(dict)

    def draw(self, data: st.DataObject) -> httpx.Response:
        operation = data.draw(st.sampled_from(OPERATIONS))
        path = re.sub("{[a-z]+}", lambda _: data.draw(self.identifiers), operation.path)
        query = data.draw(
            st.sampled_from(["", "", "?rejectUnknownFields=true", "?fields=Id,Status,PaymentTerm", "?%ff=&&="])
        )
        method = data.draw(st.sampled_from([operation.method] * 8 + ["GET", "POST", "PUT", "DELETE", "PATCH"]))
        sent, headers = data.draw(self.bodies(operation)), data.draw(self.headers())
        return self.client.request(method, path + query, content=sent, headers=headers)


@pytest.fixture
def calls(server: Start, tmp_path: Path) -> Calls:
    return Calls(server, tmp_path)


@pytest.mark.assumed
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_no_call_fails_and_each_refusal_speaks_its_dialect(calls: Calls, data: st.DataObject) -> None:
    before = calls.client.get("/__admin/state").json()
    answer = calls.draw(data)
    calls.mock.pause()
    assert answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] in {"application/json;charset=utf-8", "text/xml;charset=utf-8"}
    assert len(answer.headers["Zuora-Request-Id"]) == 36
    assert rows_in_dialect(answer)
    if answer.status_code >= 400:
        assert re.match(
            "[a-z-]+\\.[a-z-]+; provenance=(documented|observed|assumed)", answer.headers["Zuora-Mock-Rule"]
        )
        no_such_object = answer.headers["Content-Type"].startswith("text/xml")
        assert answer.status_code == 401 or no_such_object or in_dialect(answer), answer.text
        assert calls.client.get("/__admin/state").json() == before
