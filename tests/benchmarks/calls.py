"""The calls whose CPU time is measured, in blocks of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.benchmarks import client
from tests.benchmarks.data import LARGE_PARTS, LARGE_ROWS, TENANT, Order, large_order, more, order
from tests.benchmarks.servers import Server
from tests.benchmarks.wrk import LoadError

_UNKNOWN = "8ad0ffff000000000000000000000000"
_SEEDED = 10_000
"""Invoices: more rows than a reset takes out one by one."""
_FORK = "00000000-0000-4000-8000-00000000f04c"


class Block(NamedTuple):
    """Requests of one kind, the status of their answers, and what each answer holds."""

    name: str
    requests: Sequence[str]
    status: int = 200
    holds: bytes = b""


def orders_needed(calls: int) -> int:
    return 2 * calls


def bare_blocks(calls: int) -> Iterator[Block]:
    """Longer ones: they are the unit of all others."""
    yield Block("bare GET", [client.get("/")] * calls * 5)
    yield Block("bare POST", [client.post("/", _execute(_UNKNOWN))] * calls * 5)


def blocks(head: str, calls: int) -> Iterator[Block]:
    """Each block so many calls, after a reset, so that every round finds the same. The order of the blocks matters."""
    kept = [order(number) for number in range(calls)]
    fresh = [order(number) for number in range(calls, orders_needed(calls))]
    yield _admin("reset", "/reset")
    yield _admin("reset, nothing changed", "/reset")
    yield Block("GET by id", [client.get(f"/v1/object/invoice/{each.invoice}", head) for each in kept])
    yield Block("GET, unknown id", [client.get(f"/v1/object/invoice/{_UNKNOWN}", head)] * calls, 404)
    yield Block("GET, unknown path", [client.get("/v1/unknown", head)] * calls, 404)
    yield _action("query of 3 rows", "query", [_query(each) for each in kept], head, b'"size":3')
    yield _action("create of 1 item", "create", [_create(each, 1) for each in kept], head, b'"Success":true')
    yield _action("create of 4 items", "create", [_create(each, 4) for each in kept], head, b'"Success":true')
    splits = [_execute(each.split) for each in fresh]
    yield _action("execute and split", "execute", splits, head, b'"Success":true')
    yield _action("execute, done already", "execute", splits, head, b"executed already")
    yield _action("execute, unknown id", "execute", [_execute(_UNKNOWN)] * calls, head, b"INVALID_ID")
    # With the new items the percentages of these splits exceed 100.
    yield _action("execute, not 100 %", "execute", [_execute(each.split) for each in kept], head, b"not to 100")
    large = large_order()
    name = f"split of {LARGE_ROWS:,} rows in {LARGE_PARTS}"
    yield _action(name, "execute", [_execute(large.split)], head, b'"Success":true')
    parts = [client.get(f"/v1/object/invoice-split-item/{each.last_item}", head) for each in (*fresh, large)]
    yield Block("GET of a split's item", parts, holds=b'"InvoiceId"')  # proof that all splits are done


def numbered_blocks(head: str, calls: int, number: int) -> Iterator[Block]:
    """Without a reset: each block has orders of its own, by its number."""
    first = orders_needed(calls) * number
    kept = [order(each) for each in range(first, first + calls)]
    fresh = [order(each) for each in range(first + calls, first + orders_needed(calls))]
    yield Block("GET by id", [client.get(f"/v1/object/invoice/{each.invoice}", head) for each in kept])
    yield _action("query of 3 rows", "query", [_query(each) for each in kept], head, b'"size":3')
    yield _action("create of 1 item", "create", [_create(each, 1) for each in kept], head, b'"Success":true')
    yield _action("create of 4 items", "create", [_create(each, 4) for each in kept], head, b'"Success":true')
    yield _action("execute and split", "execute", [_execute(each.split) for each in fresh], head, b'"Success":true')
    yield _action("execute, unknown id", "execute", [_execute(_UNKNOWN)] * calls, head, b"INVALID_ID")


def tenant_blocks() -> Iterator[Block]:
    """What is done with a tenant as a whole, leaving no second one behind."""
    yield Block("state", [client.get("/__admin/state", f"Zuora-Mock-Tenant: {TENANT}\r\n")])
    yield _admin("snapshot", "/snapshots", {"name": "s"}, 201)
    yield _admin("restore", "/snapshots/s/restore")
    yield _admin("fork", f"/tenants/{TENANT}/fork", {"clientId": _FORK, "clientSecret": "s"}, 201)
    yield Block("removal of the fork", [client.delete(f"/__admin/tenants/{_FORK}")], 204)
    yield _admin(f"seed of {4 * _SEEDED:,} rows", "/seed", more(_SEEDED))
    yield _admin("reset after that", "/reset")


def _admin(name: str, path: str, body: object = "", status: int = 200) -> Block:
    return Block(name, [client.post(f"/__admin{path}", body, f"Zuora-Mock-Tenant: {TENANT}\r\n")], status)


def _action(name: str, action: str, bodies: Sequence[object], head: str, holds: bytes) -> Block:
    return Block(name, [client.post(f"/v1/action/{action}", body, head) for body in bodies], holds=holds)


def _query(each: Order) -> object:
    columns = "Id, ChargeName, ChargeAmount"
    return {"queryString": f"select {columns} from InvoiceItem where InvoiceId = '{each.invoice}'"}


def _create(each: Order, count: int) -> object:
    item = {"InvoiceSplitId": each.split, "SplitPercentage": 10, "InvoiceDate": "2026-02-01"}
    return {"type": "InvoiceSplitItem", "objects": [item] * count}


def _execute(split: str) -> object:
    return {"type": "InvoiceSplit", "synchronous": False, "ids": [split]}


async def cpu_per_call(server: Server, block: Block) -> float:
    """Microseconds, over one connection. Raises LoadError for an answer that is not the block's."""
    return sum(await shares_per_call(server, block))


async def shares_per_call(server: Server, block: Block) -> tuple[float, float]:
    """As `cpu_per_call`: of the server, and of its database."""
    connection = await client.connect(server.port)
    own, its = server.shares()
    for request in block.requests:
        answer = await connection.send(request, block.status)
        if block.holds not in answer:
            raise LoadError(f"{block.name}: {answer.decode()}")
    own_then, its_then = server.shares()
    connection.close()
    return (own_then - own) / len(block.requests), (its_then - its) / len(block.requests)
