"""What is measured of a server of the mock under load: single calls, complete splits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from tests.benchmarks import client, servers, wrk
from tests.benchmarks.data import TENANT, Order, order, write_fixture
from tests.benchmarks.servers import Server
from tests.benchmarks.wrk import Load

CONNECTIONS = 16
_EXECUTES, _SPLITS, _ALONE = 400, 700, 150
_A_ROUND = _EXECUTES + _SPLITS + _ALONE
_KEPT = 2000
"""Orders that are read and added to, and never executed."""


class Bench:
    """A server under load, and its orders, which are used up one by one."""

    def __init__(self, server: Server, *, rounds: int, seconds: int) -> None:
        self.server = server
        self._seconds = seconds
        self._head = client.sign_in(server.port)
        self._orders = map(order, range(rounds * _A_ROUND))
        kept = [order(number) for number in range(rounds * _A_ROUND, rounds * _A_ROUND + _KEPT)]
        self._reads = [client.get(f"/v1/object/invoice/{each.invoice}", self._head) for each in kept]
        self._creates = [client.post("/v1/action/create", _new_item(each), self._head) for each in kept]

    def measure(self) -> Iterator[tuple[str, Load]]:
        """One round: what was measured, and its figures."""
        yield "GET by id", self._load(self._reads)
        yield "create item", self._load(self._creates)
        yield "execute", self._execute()
        yield "split", self._run(client.split, _SPLITS)
        yield "split, one at a time", self._run(client.split, _ALONE, connections=1)

    def _load(self, requests: Sequence[str]) -> Load:
        return wrk.load(self.server.url, requests, seconds=self._seconds, connections=CONNECTIONS)

    def _run(self, step: client.Step, count: int, connections: int = CONNECTIONS) -> Load:
        orders = [next(self._orders) for _ in range(count)]
        return client.run(self.server.port, self._head, orders, step, connections=connections)

    def _execute(self) -> Load:
        """The call alone: the work that it orders waits until the measurement is over."""
        self._policy("manual")
        load = self._run(client.execute, _EXECUTES)
        self._policy("after-reply")
        return load

    def _policy(self, mode: str) -> None:
        headers = {"Zuora-Mock-Tenant": TENANT, "Content-Type": "application/json"}
        url, body = f"{self.server.url}/__admin/jobs/policy", json.dumps({"mode": mode}).encode()
        with urlopen(Request(url, body, headers, method="PUT")) as answer:  # noqa: S310 - our own server
            answer.read()


def _new_item(each: Order) -> dict[str, object]:
    """The body of a create that is accepted, though the items then no longer add up to 100 %."""
    item = {"InvoiceSplitId": each.split, "SplitPercentage": 10, "InvoiceDate": "2026-02-01"}
    return {"type": "InvoiceSplitItem", "objects": [item]}


@contextmanager
def bench(folder: Path, *flags: str, rounds: int, seconds: int, invoices: int = 0) -> Iterator[Bench]:
    """A server with orders for so many rounds, and at least so many invoices in all."""
    orders = rounds * _A_ROUND + _KEPT
    fixture = write_fixture(folder / "fixture.json", orders=orders, others=max(0, invoices - orders))
    with servers.started(*servers.MOCK, "--fixture", str(fixture), *flags) as server:
        yield Bench(server, rounds=rounds, seconds=seconds)


def bare(server: Server, *, seconds: int) -> Load:
    """The yardstick: the same load on an application that answers a constant."""
    return wrk.load(server.url, [client.get("/")], seconds=seconds, connections=CONNECTIONS)
