"""Golden pairs: `fixtures/wire/<operation>/*.json`, each a request and the answer that it must get.

A pair starts from `fixtures/wire/fixture.json`, to which `given.fixture` adds objects and `given.settings` settings;
`given.calls` are made first, and what they `save` by JSON pointer stands for a `<word>` afterwards. `<token>` is the
bearer token. In an answer `<id>`, `<uuid>`, `<process>`, `<cookie>` and `<number>` stand for what they say.
`order` `exact` compares the bytes, `any` the documents.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.mocks import Client, Mock, Start

FOLDER = Path(__file__).parents[2] / "fixtures" / "wire"
CLIENT = ("3f5d2a70-8f8a-4b9b-a5a3-0d7a3e1f9867", "zuora-mock-secret")

_WORDS = {
    "<id>": "[0-9a-f]{32}",
    "<uuid>": "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
    "<process>": "[0-9A-F]{16}",
    "<cookie>": "[A-Za-z0-9_-]{256,}",
    "<number>": "[0-9]+",
}


@cache
def pairs() -> dict[str, dict[str, Any]]:
    """Every pair, by its path within the folder and without `.json`."""
    files = sorted(path for path in FOLDER.rglob("*.json") if path.parent != FOLDER)
    return {
        str(path.relative_to(FOLDER).with_suffix("")): json.loads(path.read_text(encoding="utf-8")) for path in files
    }


def is_refused(answer: Mapping[str, Any]) -> bool:
    """Whether the call, or a row of it, was refused."""
    return answer["status"] >= 400 or '"success": false' in json.dumps(answer.get("body")).lower()


def fixture_of(pair: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "fixture.json").read_text(encoding="utf-8"))
    given = pair.get("given", {})
    for section, objects in given.get("fixture", {}).items():
        document[section] = objects if isinstance(objects, dict) else document[section] + objects
    document["settings"] |= given.get("settings", {})
    return document


def play(server: Start, path: Path, pair: Mapping[str, Any]) -> tuple[httpx.Response, dict[str, str]]:
    """The answer that the pair's request gets, and what its words stand for."""
    file = path / "fixture.json"
    file.write_text(json.dumps(fixture_of(pair)), encoding="utf-8")
    mock = server(fixtures=(file,))
    signed_in: Client = mock.sign_in(*CLIENT)
    words = {"<token>": signed_in.token}
    for call in pair.get("given", {}).get("calls", ()):
        answer = send(mock, call, words)
        for word, pointer in call.get("save", {}).items():
            words[word] = resolve(answer.json(), pointer)
    return send(mock, pair["request"], words), words


def send(mock: Mock, request: Mapping[str, Any], words: Mapping[str, str]) -> httpx.Response:
    request = json.loads(spoken(json.dumps(request), words))
    options: dict[str, Any] = {"headers": request["headers"]}
    if "form" in request:
        options["data"] = request["form"]
    elif "base64" in request:
        options["content"] = base64.b64decode(request["base64"])
    elif "text" in request or "body" in request:
        options["content"] = request.get("text", json.dumps(request.get("body"))).encode()
    return mock.request(request["method"], request["path"], **options)


def spoken(text: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def resolve(document: Any, pointer: str) -> str:
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return str(document)


def fits(expected: str, actual: str) -> bool:
    pattern = re.escape(expected)
    for word, meaning in _WORDS.items():
        pattern = pattern.replace(re.escape(word), meaning)
    return re.fullmatch(pattern, actual) is not None


def written(answer: Mapping[str, Any]) -> str:
    """The answer's body as bytes are expected: compact, in the order of the pair."""
    if "text" in answer:
        return str(answer["text"])
    text = json.dumps(answer["body"], ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n" if answer.get("newline") else text
