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
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from zuora_mock import ids
from zuora_mock.steering.faults import FaultKind

EXTENSION = "zuora_mock.transport"
GARBAGE_LENGTH = 64

READ_TIMEOUT = 30.0
"""Seconds that a client has for a request, from its first byte, or from the connection, to its last."""
LARGEST_HEAD = 1024 * 1024
"""Bytes; of a head that comes in pieces there may be some more."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER, on, for no time: what is unsent is dropped and the peer gets RST in the place of FIN."""
_CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
_LENGTH, _SPECIAL = b"content-length", frozenset({b"connection", b"transfer-encoding"})
_NO_CHUNK_SIZE = b"zz\r\n"


class _Cycle(RequestResponseCycle):
    """uvicorn's, but an answer of known length is written at once.

    uvicorn itself takes two system calls for it and two patterns for each header, together a quarter of a call.
    """

    _head: Message | None = None

    async def send(self, message: Message) -> None:  # type: ignore[override]  # as Starlette declares it
        if message["type"] == "http.response.start" and self._holds_back(message):
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None and self._is_whole(head, message):
            self._answer(head, message["body"])
            return
        for each in (head, message) if head is not None else (message,):
            await super().send(each)  # type: ignore[arg-type]

    def _holds_back(self, head: Message) -> bool:
        """Whether the head can wait for its body: nothing but its length decides what uvicorn makes of it."""
        if self.response_started or not self.keep_alive or self.scope["method"] == "HEAD":
            return False
        names = [name for name, _ in head.get("headers", ())]
        return _LENGTH in names and _SPECIAL.isdisjoint(names)

    def _is_whole(self, head: Message, message: Message) -> bool:
        """Whether that is all of the body, as the head says, and there is a client that takes it."""
        body = message.get("body", b"")
        if not body or self.flow.write_paused or self.disconnected or message.get("more_body", False):
            return False
        return (_LENGTH, b"%d" % len(body)) in head["headers"]

    def _answer(self, head: Message, body: bytes) -> None:
        headers = [*self.default_headers, *head["headers"]]
        lines = b"\r\n".join(map(b": ".join, headers))
        if lines.count(b"\n") != len(headers) - 1 or lines.count(b"\r") != len(headers) - 1:
            raise RuntimeError("a header has more than one line")
        self.waiting_for_100_continue = False
        self.response_started = self.response_complete = True
        self.transport.write(b"".join((STATUS_LINE[head["status"]], lines, b"\r\n\r\n", body)))
        self.message_event.set()
        self.on_response()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with the transport in `scope["extensions"]`, answers in one write, limits for requests.

    Of calls that are pipelined uvicorn tells only the last that the connection is lost; this one tells all of them.
    To the application a request that takes longer than `read_timeout` is one whose client is gone.
    """

    read_timeout = READ_TIMEOUT
    _deadline: asyncio.TimerHandle | None = None
    _incomplete = True
    _in_head = False
    _head_size = 0
    _extensions: dict[str, dict[object, object]]
    _cycles: tuple[RequestResponseCycle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self._extensions = {EXTENSION: {"transport": transport}}
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD:
                self.send_400_response("Request head too large.")
        if self._incomplete and self._deadline is None:
            self._set_deadline()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._incomplete = self._in_head = True
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._head_size = False, 0
        self.cycle.__class__ = _Cycle  # uvicorn asks nobody what to make
        self._cycles = (*[each for each in self._cycles if not each.response_complete], self.cycle)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._incomplete = False
        self._drop_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._drop_deadline()
        for each in self._cycles:
            each.disconnected = each.disconnected or not each.response_complete
            each.message_event.set()

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(self.read_timeout, self._expire)

    def _drop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        """The client is given more time where it is us who do not read, or who have yet to answer the call before."""
        answering = any(not (each.response_complete or each.more_body) for each in self._cycles)
        if answering or self.flow.read_paused:
            self._set_deadline()
        else:
            self._deadline = None
            self.transport.close()


async def sever(kind: FaultKind, scope: Scope, receive: Receive, *, seed: str) -> None:
    """Ends the connection in the way of the fault, without an answer.

    `seed` decides the garbage. Raises ConnectionResetError where the application is called without a server.
    """
    transport = _transport(scope)
    _SEVER.get(kind, _close)(transport, seed)
    await disconnected(receive)


async def truncate(scope: Scope, receive: Receive, send: Send, start: Message, body: bytes) -> None:
    """Sends the head, with the whole Content-Length, and half of the body, and closes. Raises as `sever`."""
    transport = _transport(scope)
    if body:
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    transport.close()
    await disconnected(receive)


def _transport(scope: Scope) -> asyncio.Transport:
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        raise ConnectionResetError("an ordered fault ended the connection")
    transport: asyncio.Transport = extension["transport"]
    return transport


async def disconnected(receive: Receive) -> None:
    """Waits until the client is gone."""
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
