"""How an answer goes out: the head waits for the body, wherever the length stands among the headers."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from zuora_mock.api.gateway.network import Protocol

LENGTH, MEDIA = (b"content-length", b"2"), (b"content-type", b"application/json")
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def answered(headers: list[tuple[bytes, bytes]]) -> list[bytes]:
    """What is written of an answer with these headers and the body `{}`, write by write."""

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    config = uvicorn.Config(application, http=Protocol, lifespan="off", log_config=None)
    config.load()
    protocol, wire = Protocol(config, ServerState(), {}), Wire()
    protocol.connection_made(wire)
    protocol.data_received(REQUEST)
    await asyncio.gather(*protocol.tasks)
    protocol.connection_lost(None)
    return wire.written


@pytest.mark.parametrize("headers", [[LENGTH, MEDIA], [MEDIA, LENGTH]])
def test_an_answer_of_known_length_is_written_at_once(headers: list[tuple[bytes, bytes]]) -> None:
    (whole,) = asyncio.run(answered(headers))
    assert whole.endswith(b"\r\n\r\n{}")


def test_an_answer_without_a_length_is_written_as_uvicorn_does() -> None:
    written = asyncio.run(answered([MEDIA]))
    assert len(written) > 1
    assert b"transfer-encoding: chunked" in written[0]
