"""The ASGI face: bytes in, `Pipeline`, bytes out; then the background work that the call has left behind.

It stands in front of FastAPI's router because Zuora's gateway authenticates before it routes, and because one look-up
in a table is all the routing that these paths need. FastAPI serves `/__admin` and the OpenAPI pages.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from zuora_mock.api.gateway import network
from zuora_mock.api.gateway.call import Answer, Request
from zuora_mock.api.gateway.pipeline import Exchange, Pipeline
from zuora_mock.services import Services
from zuora_mock.steering.faults import AFTERWARDS, NETWORK, FaultKind

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ADMIN, _DOCUMENT = "/__admin", "/openapi.json"
SMALLEST_ZIPPED = 1000
"""Answers of more bytes are compressed if the client asks for it (guide: Request and response compression)."""


class Gateway:
    """ASGI middleware; what belongs to the control plane passes through."""

    def __init__(self, app: App, *, services: Services, pipeline: Pipeline) -> None:
        self._app = app
        self._services = services
        self._pipeline = pipeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_ours(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        exchange = self._pipeline.open(await self._read(scope, receive))
        try:
            await self._serve(exchange, scope, receive, send)
        finally:
            self._pipeline.close(exchange)
            if exchange.jobs:
                self._services.runner.wake(exchange.tenant, exchange.jobs)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        if exchange.strike.milliseconds:
            await asyncio.sleep(exchange.strike.milliseconds / 1000)
        answer = self._pipeline.answer(exchange)
        self._run_before_reply(exchange)
        if self._services.settings.access_log:
            log(exchange, answer)
        kind = exchange.strike.kind
        if kind is not None and kind in NETWORK | AFTERWARDS:
            await self._strike(kind, exchange, answer, scope, receive, send)
        else:
            start, body = _messages(answer, exchange.request)
            await send(start)
            await send({"type": "http.response.body", "body": body})

    async def _strike(
        self, kind: FaultKind, exchange: Exchange, answer: Answer, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if kind is FaultKind.TRUNCATED_BODY:
            start, body = _messages(answer, exchange.request)
            await network.truncate(scope, receive, send, start, body)
        else:
            await network.strike(kind, scope, receive, seed=exchange.request_id)

    def _run_before_reply(self, exchange: Exchange) -> None:
        if exchange.jobs and exchange.tenant.policy.mode == "before-reply":
            self._services.runner.run_jobs(exchange.tenant, exchange.jobs)

    async def _read(self, scope: Scope, receive: Receive) -> Request:
        """The whole body, or as much of it as shows that it is too large."""
        limit, chunks, size = self._services.settings.max_body, [], 0
        while True:
            message = await receive()
            chunk = message.get("body", b"")
            size += len(chunk)
            if size <= limit:
                chunks.append(chunk)
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
        query = scope["query_string"].decode("latin-1")
        return Request(scope["method"], path, query, headers, b"".join(chunks), oversized=size > limit)


def _is_ours(method: str, path: str) -> bool:
    """Not Zuora's: the control plane, and the page that describes Zuora's face."""
    return f"{path}/".startswith(f"{_ADMIN}/") or (path == _DOCUMENT and method in {"GET", "HEAD"})


def _zips(answer: Answer, request: Request) -> bool:
    if len(answer.body) <= SMALLEST_ZIPPED:
        return False
    for each in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = each.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _encode(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _messages(answer: Answer, request: Request) -> tuple[Message, bytes]:
    """The head and the body as they go out, compressed if the client asks for it."""
    body, headers = answer.body, {"Content-Type": answer.content_type, **answer.headers}
    if _zips(answer, request):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return {"type": "http.response.start", "status": answer.status, "headers": _encode(headers)}, body


def log(exchange: Exchange, answer: Answer) -> None:
    """One readable line a call, past the logging package, which would cost a tenth of the call."""
    request, operation = exchange.request, exchange.operation
    marks = [f"rule={','.join(rule.name for rule in answer.rules)}"] if answer.rules else []
    if exchange.strike.name:
        marks.append(f"fault={exchange.strike.name}")
    name = operation.name if operation else "-"
    told = (request.method, request.path, str(answer.status), name, f"tenant={exchange.tenant.name}", *marks)
    sys.stderr.write(f"{' '.join(told)} request={exchange.n}\n")
