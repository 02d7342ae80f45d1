"""OpenAPI documents as FastAPI draws them, made fit for people and for generators of clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import RLock
from typing import Any
from warnings import catch_warnings, filterwarnings

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

EXAMPLES = Path(__file__).with_name("examples.json")
"""Those of Zuora's face."""
_VALUES = {"default", "enum", "const", "example", "examples"}
"""What stands there is no schema."""
_BY_NAME = {"properties", "patternProperties", "schemas"}


class Documented(FastAPI):
    """FastAPI whose document is finished as it is drawn.

    That takes seconds: so it is served from a thread, while other calls go on, and whoever asks meanwhile waits for it.
    """

    def __init__(self, **options: Any) -> None:
        self._drawing = RLock()
        super().__init__(**options)

    def openapi(self) -> dict[str, Any]:
        with self._drawing, catch_warnings():
            # pydantic warns of the aliases that FastAPI gives to parameters, where it builds their types late.
            filterwarnings("ignore", message="The 'alias' attribute")
            known = self.openapi_schema
            drawn = super().openapi()
            if drawn is not known:
                self.finish(drawn)
            return drawn

    def finish(self, document: dict[str, Any]) -> None:
        finish(document, EXAMPLES)

    def setup(self) -> None:
        """FastAPI's own route of the document would draw it in the event loop."""
        if self.openapi_url:
            self.add_route(self.openapi_url, self._serve_document, include_in_schema=False)

    async def _serve_document(self, request: Request) -> JSONResponse:
        """With the place where the application is mounted for a server, as FastAPI tells it."""
        document = await run_in_threadpool(self.openapi)
        root, servers = request.scope.get("root_path", "").rstrip("/"), document.get("servers", [])
        if root and self.root_path_in_servers and all(each.get("url") != root for each in servers):
            document = {**document, "servers": [{"url": root}, *servers]}
        return JSONResponse(document)


def finish(document: dict[str, Any], examples: Path) -> None:
    """`examples` has by operation its parameters, and its bodies by title in the order in which they are sent.

    The tenant of the default fixture accepts each of them as it stands after a reset, once it has got all of those
    that come before (`after`): the description names them.
    """
    told = json.loads(examples.read_text(encoding="utf-8"))
    for operation in _operations(document):
        _illustrate(operation, told.get(operation.get("operationId"), {}))
    for part in ("paths", "components"):
        _tidy(document[part], _tidy_schema)
    _tidy(document["components"], _tell_default)


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _illustrate(operation: dict[str, Any], told: Mapping[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        _never_null(parameter["schema"])
        if parameter["name"] in told.get("parameters", {}):
            parameter["example"] = told["parameters"][parameter["name"]]
    if "after" in told:
        earlier = ", ".join(f"`{name}`" for name in told["after"])
        words = f"The example is about what those of {earlier} make after a reset."
        operation["description"] = "\n\n".join([*filter(None, [operation.get("description")]), words])
    if "bodies" in told:
        [content] = operation["requestBody"]["content"].values()
        content["examples"] = {title: {"value": body} for title, body in told["bodies"].items()}


def _never_null(schema: dict[str, Any]) -> None:
    """A parameter has a value or is not there."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        schema.update(choices[0])


def _tidy(node: Any, tidy: Callable[[dict[str, Any]], None]) -> None:
    """Goes to every schema that is below."""
    if isinstance(node, list):
        for each in node:
            _tidy(each, tidy)
    elif isinstance(node, dict):
        tidy(node)
        for name, each in node.items():
            if name in _BY_NAME:
                _tidy(list(each.values()), tidy)
            elif name not in _VALUES:
                _tidy(each, tidy)


def _tidy_schema(schema: dict[str, Any]) -> None:
    """Without its title, which generators make a type of; an object whose members nobody named may have any."""
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if "object" in (schema.get("type") or ()) and "properties" not in schema:
        schema.setdefault("additionalProperties", True)


def _tell_default(schema: dict[str, Any]) -> None:
    """In words: generators take a member that has a default for one that is always there, in requests too."""
    default = schema.pop("default", None)
    if default is not None and isinstance(default, str | int | float):
        told = f"Default: {json.dumps(default)}"
        schema["description"] = f"{schema['description']}. {told}" if "description" in schema else told
