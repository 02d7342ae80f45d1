"""The gateway in front of FastAPI's router: Zuora's calls are answered here, everything else goes on to FastAPI.

It stands where the router is asked, inside of every middleware; where there is none it stands in front of what FastAPI
puts around every call, since it needs none of that. One table drawn from the application's routes leads to
an operation; a path that the table lacks belongs to FastAPI where any route of it fits, so that routes, routers and
mounts that a user adds work as FastAPI's documentation says. What nobody has is refused as Zuora would.
"""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zuora_mock.api.gateway import network
from zuora_mock.api.gateway.call import Answer, Request
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.exchanges import Exchanges
from zuora_mock.api.gateway.operations import Operations
from zuora_mock.api.gateway.table import Target
from zuora_mock.printable import tell
from zuora_mock.services import Services
from zuora_mock.steering.faults import AFTERWARDS, NETWORK, FaultKind
from zuora_mock.storage.steps import Lengthy
from zuora_mock.storage.trouble import Elsewhere
from zuora_mock.work.turns import finished, in_turns

SMALLEST_ZIPPED = 1000
"""Answers of more bytes are compressed if the client asks for it (guide: Request and response compression)."""


class Gateway:
    """`routes` is the application's list, which grows; `otherwise` the router behind."""

    def __init__(self, services: Services, routes: list[BaseRoute], otherwise: ASGIApp) -> None:
        self._services = services
        self._exchanges = Exchanges(services)
        self.operations = Operations(routes)
        self._otherwise = otherwise
        services.tenancy.listeners.append(self._exchanges.traffic.end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, otherwise: ASGIApp | None = None) -> None:
        """`otherwise` is asked in the place of the router where the gateway stands in front of more."""
        otherwise = otherwise or self._otherwise
        if scope["type"] != "http":
            await otherwise(scope, receive, send)
            return
        self._services.resume()
        try:
            await self._route(scope, receive, send, otherwise)
        finally:
            self._services.runner.background.around_a_call()

    async def _route(self, scope: Scope, receive: Receive, send: Send, otherwise: ASGIApp) -> None:
        path = _path(scope)
        place = self.operations.find(path)
        if place is None:
            if self.operations.is_elsewhere(scope):
                await otherwise(scope, receive, send)
                return
            self.operations.unfold()  # one of them has the dialect that refuses it
        request = await _read(scope, path, receive, self._services.settings.max_body)
        target = self.operations.table.target(request.method, path, place)
        if self._services.tenancy.holds.any:
            await self._admitted(request, target)
        served = False
        while not served:
            try:
                exchange = self._exchanges.open(request, target)
            except Elsewhere:
                await self._admitted(request, target)
                continue
            try:
                served = await self._serve(exchange, scope, receive, send)
            finally:
                self._exchanges.close(exchange)
                if exchange.jobs:
                    self._services.runner.wake(exchange.tenant, exchange.jobs)
                if self._services.tenancy.is_full:
                    await in_turns(self._services.tenancy.make_room())

    async def _admitted(self, request: Request, target: Target) -> None:
        """Once nobody is in the middle of long work on the tenant that the call is about."""
        await self._services.tenancy.holds.free(self._exchanges.tenant_of(request, target).name)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> bool:
        """False where nothing has happened, as another server has changed the tenant or is about to."""
        if exchange.injection.milliseconds:
            await self._wait(exchange, receive)
        answer = None
        while answer is None:
            try:
                answer = self._exchanges.answer(exchange)
            except Elsewhere:
                await self._services.tenancy.holds.free(exchange.tenant.name)
                if exchange.arrival is not None:
                    return False
            except Lengthy as lengthy:
                self._exchanges.traffic.wait(exchange)
                async with self._services.tenancy.holds.hold(exchange.tenant.name):
                    answer = await finished(self._exchanges.answer_in_steps(exchange, lengthy))
        if exchange.jobs and exchange.tenant.policy.mode == "before-reply":
            await self._run_before_reply(exchange)
        await self._deliver(exchange, answer, scope, receive, send)
        return True

    async def _deliver(self, exchange: Exchange, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        if exchange.waits:  # else another server that is asked the same once more would find it under way
            self._exchanges.close(exchange)
        if self._services.settings.access_log:
            log(exchange, answer)
        kind = exchange.injection.kind
        if not exchange.request.whole:
            return
        if kind is not None and kind in NETWORK | AFTERWARDS:
            await _cut_off(kind, exchange, answer, scope, receive, send)
        else:
            start, body = _messages(answer, exchange.request)
            await send(start)
            await send({"type": "http.response.body", "body": body})

    async def _wait(self, exchange: Exchange, receive: Receive) -> None:
        """For as long as was ordered. A client that gives up meanwhile leaves its place to others, but asked it has."""
        seconds = exchange.injection.milliseconds / 1000
        self._exchanges.traffic.wait(exchange)
        gone = asyncio.ensure_future(network.disconnected(receive))
        end = asyncio.get_running_loop().time() + seconds
        await asyncio.wait({gone}, timeout=seconds)
        if gone.done():
            self._exchanges.traffic.give_place_up(exchange)
            await asyncio.sleep(max(0, end - asyncio.get_running_loop().time()))
        gone.cancel()
        await self._services.tenancy.holds.free(exchange.tenant.name)

    async def _run_before_reply(self, exchange: Exchange) -> None:
        self._exchanges.traffic.wait(exchange)
        async with self._services.tenancy.holds.hold(exchange.tenant.name):
            await finished(self._services.runner.run_jobs(exchange.tenant, exchange.jobs))


async def _cut_off(
    kind: FaultKind, exchange: Exchange, answer: Answer, scope: Scope, receive: Receive, send: Send
) -> None:
    if kind is FaultKind.TRUNCATED_BODY:
        start, body = _messages(answer, exchange.request)
        await network.truncate(scope, receive, send, start, body)
    else:
        await network.sever(kind, scope, receive, seed=exchange.request_id)


async def _read(scope: Scope, path: str, receive: Receive, limit: int) -> Request:
    """The whole body, as much of it as shows that it is too large, or what there was when the client was gone."""
    chunks, size = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        if size <= limit:
            chunks.append(chunk)
            size += len(chunk)
        gone = message["type"] == "http.disconnect"
        if gone or not message.get("more_body", False):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body, query = b"".join(chunks), scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, headers, body, limit, not gone, scope.get("scheme", "http"))


def _path(scope: Scope) -> str:
    """As it was sent, percent-encoded, without the path below which the application is mounted; `/rest/v1` is `/v1`."""
    path: str = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    path = path.removeprefix(scope.get("root_path", ""))
    return path.removeprefix("/rest") if f"{path}/".startswith("/rest/v1/") else path


def _zips(answer: Answer, request: Request) -> bool:
    if len(answer.body) <= SMALLEST_ZIPPED or answer.content_type.startswith("application/pdf"):
        return False
    for each in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = each.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@lru_cache(maxsize=256)
def _encoded(name: str) -> bytes:
    """Of a header; there are few, and each call has many."""
    return name.lower().encode()


def _messages(answer: Answer, request: Request) -> tuple[Message, bytes]:
    """The head and the body as they go out, compressed if the client asks for it."""
    body, given = answer.body, {"Content-Type": answer.content_type, **answer.headers}
    if _zips(answer, request):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        given["Content-Encoding"] = "gzip"
    headers = [(_encoded(name), value.encode("latin-1", "replace")) for name, value in given.items()]
    headers.append((_encoded("Content-Length"), b"%d" % len(body)))
    return {"type": "http.response.start", "status": answer.status, "headers": headers}, body


def log(exchange: Exchange, answer: Answer) -> None:
    """One readable line a call."""
    request = exchange.request
    marks = [f"rule={','.join(rule.name for rule in answer.rules)}"] if answer.rules else []
    if exchange.injection.name:
        marks.append(f"fault={exchange.injection.name}")
    name, tenant = exchange.target.name or "-", f"tenant={exchange.tenant.name}"
    tell((request.method, request.path, str(answer.status), name, tenant, *marks, f"request={exchange.n}"))
