"""A proxy that gives each call to the next server, whichever connection it came over."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, IncompleteReadError, StreamReader, StreamWriter
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, cycle, islice

_NO_ANSWER = (OSError, IncompleteReadError)
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class RoundRobin:
    """Over servers at these ports. One that does not listen is passed over; one that ends over a call is 502."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._turns, self._count = cycle(ports), len(ports)
        self._idle: defaultdict[int, list[tuple[StreamReader, StreamWriter]]] = defaultdict(list)
        self._serving: set[asyncio.Task[object] | None] = set()

    async def __aenter__(self) -> int:
        """The port on which it listens."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        serving = [each for each in self._serving if each is not None]
        for each in serving:
            each.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        for _reader, writer in chain.from_iterable(self._idle.values()):
            await _close(writer)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        self._serving.add(task)
        with suppress(CancelledError, *_NO_ANSWER):
            while True:
                writer.write(await self._answer(await _message(reader)))
        await _close(writer)
        self._serving.discard(task)

    async def _answer(self, request: bytes) -> bytes:
        for port in islice(self._turns, self._count):
            try:
                reader, writer = await self._connection(port)
            except OSError:
                continue
            try:
                writer.write(request)
                answer = await _message(reader)
            except BaseException as error:
                await _close(writer)
                if isinstance(error, _NO_ANSWER):
                    return _BAD_GATEWAY
                raise
            self._idle[port].append((reader, writer))
            return answer
        return _BAD_GATEWAY

    async def _connection(self, port: int) -> tuple[StreamReader, StreamWriter]:
        while self._idle[port]:
            reader, writer = self._idle[port].pop()
            if not reader.at_eof():
                return reader, writer
            await _close(writer)
        return await asyncio.open_connection("127.0.0.1", port)


async def _close(writer: StreamWriter) -> None:
    writer.close()
    with suppress(*_NO_ANSWER):
        await writer.wait_closed()


async def _message(reader: StreamReader) -> bytes:
    """One with its body, whose length stands in the head."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return head + await reader.readexactly(int(length or 0))
