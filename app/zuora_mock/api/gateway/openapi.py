"""The OpenAPI document of Zuora's face, drawn from the table of operations when somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from zuora_mock import __version__
from zuora_mock.api.gateway.call import Family, Operation
from zuora_mock.api.gateway.schemas import read_schema
from zuora_mock.domain.catalogue import OBJECTS

Document = dict[str, Any]

_FORM: Document = {
    "type": "object",
    "required": ["client_id", "client_secret", "grant_type"],
    "properties": {
        "client_id": {"type": "string", "minLength": 36, "maxLength": 36},
        "client_secret": {"type": "string", "maxLength": 42},
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
    },
}
_KEY_HEADERS = ("apiAccessKeyId", "apiSecretAccessKey")


def _header(name: str, schema: Document, *, required: bool = False) -> Document:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _parameters(operation: Operation) -> list[Document]:
    text: Document = {"type": "string"}
    found = [_header("Zuora-Track-Id", {"type": "string", "maxLength": 64})]
    if operation.open:
        return found + ([_header(name, text) for name in _KEY_HEADERS] if operation.name == "connections" else [])
    found.append(_header("Zuora-Entity-Ids", {"type": "string", "format": "uuid"}))
    found.append(_header("X-Zuora-WSDL-Version", {"type": "string", "default": "79"}))
    if operation.method == "POST":
        found.append(_header("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255}))
    if "{id}" in operation.path:
        found.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if operation.takes_body:
        found.append({"name": "rejectUnknownFields", "in": "query", "schema": {"type": "boolean", "default": False}})
    if operation.family is Family.CRUD and operation.method == "GET":
        found.append({"name": "fields", "in": "query", "schema": text})
    return found


def _body(operation: Operation) -> Document:
    if operation.name == "token":
        return {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}}
    if operation.schema is None:
        return {}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": operation.schema()}}}}


def _answer(description: str, schema: Document) -> Document:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _result(operation: Operation) -> Document:
    kind = next((each for each in OBJECTS if operation.name == f"get-{each.path}"), None)
    if kind is not None:
        return {"$ref": f"#/components/schemas/{kind.name}"}
    rows = operation.family is Family.ACTIONS and not operation.name.startswith("query")
    return {"type": "array", "items": {"type": "object"}} if rows else {"type": "object"}


def _operation(operation: Operation) -> Document:
    refused = {"type": "object"}
    answers = {
        "200": _answer("Done; refused rows are told inside", _result(operation)),
        "4XX": _answer("Refused", refused),
    }
    return {
        "operationId": operation.name,
        "tags": [operation.family.value],
        "summary": operation.summary,
        "description": f"{operation.provenance.value}: {operation.source}",
        "parameters": _parameters(operation),
        **_body(operation),
        "responses": answers,
        **({"security": []} if operation.open else {}),
    }


def document(operations: Sequence[Operation]) -> Document:
    paths: dict[str, Document] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zuora, as zuora-mock plays it", "version": __version__},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {kind.name: read_schema(kind) for kind in OBJECTS},
            "securitySchemes": {"bearer": bearer},
        },
    }


def describe(app: FastAPI, operations: Sequence[Operation]) -> None:
    """Serves the document at `/openapi.json` and lets FastAPI's own `openapi()` answer with it."""

    async def openapi(_request: Request) -> JSONResponse:
        return JSONResponse(app.openapi())

    app.openapi = lambda: document(operations)  # type: ignore[method-assign]
    app.add_route("/openapi.json", openapi, include_in_schema=False)
