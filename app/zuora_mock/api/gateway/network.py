"""Faults on the socket, under WireMock's names: what HTTP has no words for is done to the transport itself.

`Protocol` takes the place of uvicorn's and lets the application find the transport in the scope. After each fault the
functions wait until uvicorn has noticed that the connection is gone; it then has nothing to complain about.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from zuora_mock import ids
from zuora_mock.steering.faults import FaultKind

EXTENSION = "zuora_mock.transport"
GARBAGE_LENGTH = 64

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER, on, for no time: what is unsent is dropped and the peer gets RST in the place of FIN."""
_CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
_NO_CHUNK_SIZE = b"zz\r\n"


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with the transport in `scope["extensions"]`.

    Of calls that are pipelined uvicorn tells only the last that the connection is lost; this one tells all of them.
    """

    _extensions: dict[str, dict[object, object]]
    _cycles: tuple[RequestResponseCycle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self._extensions = {EXTENSION: {"transport": transport}}

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._cycles = (*(each for each in self._cycles if not each.response_complete), self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for each in self._cycles:
            each.disconnected = each.disconnected or not each.response_complete
            each.message_event.set()


async def strike(kind: FaultKind, scope: Scope, receive: Receive, *, seed: str) -> None:
    """Ends the connection in the way of the fault, without an answer.

    `seed` decides the garbage. Raises ConnectionResetError where the application is called without a server.
    """
    transport = _transport(scope)
    _SEVER.get(kind, _close)(transport, seed)
    await _gone(receive)


async def truncate(scope: Scope, receive: Receive, send: Send, start: Message, body: bytes) -> None:
    """Sends the head, with the whole Content-Length, and half of the body, and closes. Raises as `strike`."""
    transport = _transport(scope)
    if body:
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    transport.close()
    await _gone(receive)


def _transport(scope: Scope) -> asyncio.Transport:
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        raise ConnectionResetError("an ordered fault ended the connection")
    transport: asyncio.Transport = extension["transport"]
    return transport


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _close(transport: asyncio.Transport, _seed: str) -> None:
    transport.close()


def _reset(transport: asyncio.Transport, _seed: str) -> None:
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def _malformed(transport: asyncio.Transport, seed: str) -> None:
    transport.write(_CHUNKED_HEAD + _NO_CHUNK_SIZE + _garbage(seed))
    transport.close()


def _random(transport: asyncio.Transport, seed: str) -> None:
    transport.write(_garbage(seed))
    transport.close()


def _garbage(seed: str) -> bytes:
    return ids.seeded_random(seed, "garbage").randbytes(GARBAGE_LENGTH) + b"\r\n\r\n"


_SEVER: Mapping[FaultKind, Callable[[asyncio.Transport, str], None]] = {
    FaultKind.CONNECTION_RESET: _reset,
    FaultKind.MALFORMED_CHUNK: _malformed,
    FaultKind.RANDOM_DATA: _random,
}
