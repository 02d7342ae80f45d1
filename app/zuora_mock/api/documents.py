"""OpenAPI documents as FastAPI draws them, made fit for people and for generators of clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("examples.json")
"""Those of Zuora's face."""
_VALUES = {"default", "enum", "const", "example", "examples"}
"""What stands there is no schema."""
_BY_NAME = {"properties", "patternProperties", "schemas"}


def finish(document: dict[str, Any], examples: Path) -> None:
    """`examples` has by operation its parameters, and its bodies by title in the order in which they are sent.

    The tenant of the default fixture accepts each of them as it stands.
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


def _illustrate(operation: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        _never_null(parameter["schema"])
        if parameter["name"] in told.get("parameters", {}):
            parameter["example"] = told["parameters"][parameter["name"]]
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
