"""A small client that keeps its connections. It does what wrk cannot: each request once, one after another's answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from statistics import quantiles
from typing import Any

import uvloop

from tests.benchmarks.data import CLIENT_ID, CLIENT_SECRET, Order
from tests.benchmarks.wrk import Load, LoadError

_MOST_POLLS = 2000

Step = Callable[["Connection", Order], Awaitable[None]]


class Connection:
    """One connection to the server; `head` are the header lines that every request has."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head

    async def exchange(self, request: str) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(request.encode("ascii"))
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await self._reader.readexactly(int(length or 0))
        return int(head.split(maxsplit=2)[1]), body

    async def send(self, request: str, status: int = 200) -> bytes:
        """The body of the answer. Raises LoadError if it has another status."""
        answered, body = await self.exchange(request)
        if answered != status:
            raise LoadError(f"{answered} {body.decode()}")
        return body

    async def get(self, path: str) -> bytes:
        return await self.send(get(path, self._head))

    async def post(self, path: str, body: object) -> bytes:
        return await self.send(post(path, body, self._head))

    def close(self) -> None:
        self._writer.close()


def get(path: str, head: str = "") -> str:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n"


def delete(path: str, head: str = "") -> str:
    return f"DELETE {path} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n"


def post(path: str, body: object, head: str = "", media: str = "application/json") -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    about = f"Content-Type: {media}\r\nContent-Length: {len(text)}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{head}{about}\r\n{text}"


async def connect(port: int, head: str = "") -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    return Connection(reader, writer, head)


async def execute(connection: Connection, order: Order) -> None:
    """Returns when the call is answered."""
    answer = await connection.post(
        "/v1/action/execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [order.split]}
    )
    if b'"Success":true' not in answer:
        raise LoadError(answer.decode())


async def split(connection: Connection, order: Order) -> None:
    """Returns when the parts can be read."""
    await execute(connection, order)
    for _ in range(_MOST_POLLS):
        if b'"InvoiceId"' in await connection.get(f"/v1/object/invoice-split-item/{order.last_item}"):
            return
    raise LoadError(f"split {order.split} is not done")


async def _work(connection: Connection, orders: Iterator[Order], step: Step, times: list[float]) -> None:
    for order in orders:
        begun = time.perf_counter()
        await step(connection, order)
        times.append(time.perf_counter() - begun)
    connection.close()


async def _run(port: int, head: str, orders: Sequence[Order], step: Step, connections: int) -> Load:
    times: list[float] = []
    open_ones = [await connect(port, head) for _ in range(connections)]
    waiting = iter(orders)
    begun = time.perf_counter()
    await asyncio.gather(*(_work(each, waiting, step, times) for each in open_ones))
    elapsed = time.perf_counter() - begun
    cuts = quantiles(times, n=100)
    return Load(len(times), len(times) / elapsed, cuts[49] * 1000, cuts[98] * 1000)


def run(port: int, head: str, orders: Sequence[Order], step: Step, *, connections: int) -> Load:
    """Takes the step once for each order, so many at a time; the time of one step is its latency."""
    return uvloop.run(_run(port, head, orders, step, connections))


async def _sign_in(port: int, client_id: str) -> str:
    form = f"client_id={client_id}&client_secret={CLIENT_SECRET}&grant_type=client_credentials"
    connection = await connect(port)
    body = await connection.send(post("/oauth/token", form, media="application/x-www-form-urlencoded"))
    connection.close()
    answer: dict[str, Any] = json.loads(body)
    return f"Authorization: Bearer {answer['access_token']}\r\n"


def sign_in(port: int, client_id: str = CLIENT_ID) -> str:
    """The header line with a new token."""
    return uvloop.run(_sign_in(port, client_id))
