"""What calls cost on PostgreSQL beside SQLite, and how many splits several servers do over one database.

From the root of the project, in its environment, on Linux:

    python tests/benchmarks/postgresql.py [--rounds N] [--calls N] [--servers N ...] [--cycles N]

PostgreSQL is that of the tests; it is started for this, and its processes count. Calls: SQLite in a file and PostgreSQL
take turns, a short block each, either first in every other round, and bare uvicorn beside them. Figures are medians,
`times` that of the quotients of two blocks. An execute includes its split (three rows and a tax in four parts).

Cycles: a split is made with its four items, executed and waited for, by tenants that work side by side and ask the
servers in turn. All servers stand, of which so many are asked. How many cycles a second there are says little where the
machine has less cores than there are servers, and one for the load; what a cycle costs holds there too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

import uvloop

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import calls, client, servers  # noqa: E402
from tests.benchmarks.client import Connection  # noqa: E402
from tests.benchmarks.data import order, write_fixture  # noqa: E402
from tests.benchmarks.databases import PostgreSQL  # noqa: E402
from tests.benchmarks.servers import Server, StartError  # noqa: E402
from tests.benchmarks.wrk import LoadError  # noqa: E402

_TENANTS = 8
_SHARES = (40, 30, 20, 10)
_MOST_POLLS = 2000

Shares: TypeAlias = tuple[float, float]
"""Microseconds of the server and of the database."""


# Calls


def measure_calls(folder: Path, place: PostgreSQL, stack: ExitStack, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table."""
    orders = calls.orders_needed(options.calls) * options.rounds
    mock = (*servers.MOCK, "--fixture", str(write_fixture(folder / "calls.json", orders=orders)))
    on_sqlite = stack.enter_context(servers.started(*mock, "--db", str(folder / "calls.db")))
    on_postgresql = stack.enter_context(servers.started(*mock, *place.flags(), database=place.process))
    bare = stack.enter_context(servers.started(*servers.BARE))
    pairs: defaultdict[str, list[list[Shares]]] = defaultdict(list)
    constant: defaultdict[str, list[float]] = defaultdict(list)
    heads = [client.sign_in(each.port) for each in (on_sqlite, on_postgresql)]
    for number in range(options.rounds):
        for block in calls.bare_blocks(options.calls):
            constant[block.name].append(uvloop.run(calls.cpu_per_call(bare, block)))
        for same in zip(*(calls.numbered_blocks(each, options.calls, number) for each in heads), strict=True):
            turns = [*zip((on_sqlite, on_postgresql), same, strict=True)]
            pairs[same[0].name].append(_in_turns(turns, backwards=number % 2 == 1))
    yield f"CPU microseconds per call, medians of {options.rounds} pairs of blocks of {options.calls} calls"
    yield f"{'':28}{'SQLite':>12}{'PostgreSQL':>12}{'of the server':>16}{'of the database':>18}{'times':>9}"
    yield from (f"{name:28}{median(found):12,.0f}" for name, found in constant.items())
    yield from (_line(name, found) for name, found in pairs.items())


def _in_turns(turns: Sequence[tuple[Server, calls.Block]], *, backwards: bool) -> list[Shares]:
    spent = [uvloop.run(calls.shares_per_call(*each)) for each in (reversed(turns) if backwards else turns)]
    return spent[::-1] if backwards else spent


def _line(name: str, pairs: Sequence[Sequence[Shares]]) -> str:
    both = [(sum(sqlite), sum(postgresql)) for sqlite, postgresql in pairs]
    sqlite, postgresql = (median(column) for column in zip(*both, strict=True))
    own, its = (median(each[1][share] for each in pairs) for share in (0, 1))
    times = median(second / first for first, second in both)
    return f"{name:28}{sqlite:12,.0f}{postgresql:12,.0f}{own:16,.0f}{its:18,.0f}{times:9.2f}"


# Cycles


class Rate(NamedTuple):
    """Cycles a second, and milliseconds that one costs the servers and the database."""

    per_second: float
    server: float
    database: float


class Crew:
    """Tenants that work over the same servers at a time."""

    def __init__(self, folder: Path, place: PostgreSQL, stack: ExitStack, options: argparse.Namespace) -> None:
        self._cycles = options.cycles
        fixtures = [self._fixture(folder / f"tenant-{each}.json", each) for each in range(_TENANTS)]
        command = (*servers.MOCK, *place.flags(), *fixtures, "--no-access-log")
        start = (servers.started(*command, cores=servers.ALL_CORES) for _ in range(max(options.servers)))
        self._servers = [stack.enter_context(each) for each in start]
        self._database = place.process
        self._heads = [client.sign_in(self._servers[0].port, _client_id(each)) for each in range(_TENANTS)]

    def _fixture(self, path: Path, number: int) -> str:
        write_fixture(path, orders=0, others=self._cycles, tenant=_tenant(number), client_id=_client_id(number))
        return f"--fixture={path}"

    def measure(self, count: int) -> Rate:
        """With calls to the first so many servers."""
        return uvloop.run(self._measure(self._servers[:count]))

    async def _measure(self, asked: Sequence[Server]) -> Rate:
        rings = [[await client.connect(each.port, head) for each in asked] for head in self._heads]
        for number, ring in enumerate(rings):
            await ring[0].send(client.post("/__admin/reset", "", f"Zuora-Mock-Tenant: {_tenant(number)}\r\n"))
        begun, before = time.perf_counter(), self._spent()
        await asyncio.gather(*(self._work(Ring(each)) for each in rings))
        seconds, after = time.perf_counter() - begun, self._spent()
        cycles = self._cycles * _TENANTS
        server, database = (then - now for now, then in zip(before, after, strict=True))
        return Rate(cycles / seconds, server / cycles / 1000, database / cycles / 1000)

    async def _work(self, ring: Ring) -> None:
        for number in range(self._cycles):
            await ring.cycle(order(number).invoice)
        ring.close()

    def _spent(self) -> Shares:
        own = sum(servers.spent(each.process.pid) for each in self._servers)
        return own, servers.family_spent(self._database)


class Ring:
    """One tenant's connections, one to each server, that take turns from call to call."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections, self._turn = connections, 0

    def _next(self) -> Connection:
        self._turn += 1
        return self._connections[self._turn % len(self._connections)]

    async def cycle(self, invoice: str) -> None:
        """Returns when the parts can be read. Raises LoadError."""
        [split] = await self._create("InvoiceSplit", [{"InvoiceId": invoice}])
        item = {"InvoiceSplitId": split, "InvoiceDate": "2026-02-01"}
        items = await self._create("InvoiceSplitItem", [{**item, "SplitPercentage": share} for share in _SHARES])
        await self._act("execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [split]})
        for _ in range(_MOST_POLLS):
            if b'"InvoiceId"' in await self._next().get(f"/v1/object/invoice-split-item/{items[-1]}"):
                return
        raise LoadError(f"split {split} is not done")

    async def _create(self, kind: str, objects: Sequence[object]) -> list[str]:
        return [each["Id"] for each in await self._act("create", {"type": kind, "objects": objects})]

    async def _act(self, action: str, body: object) -> Any:
        rows = json.loads(await self._next().post(f"/v1/action/{action}", body))
        if not all(each["Success"] for each in rows):
            raise LoadError(f"{action}: {rows}")
        return rows

    def close(self) -> None:
        for each in self._connections:
            each.close()


def _tenant(number: int) -> str:
    return f"benchmark-{number}"


def _client_id(number: int) -> str:
    return f"00000000-0000-4000-8000-be9c{number:08d}"


def measure_cycles(folder: Path, place: PostgreSQL, stack: ExitStack, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table."""
    crew = Crew(folder, place, stack, options)
    crew.measure(max(options.servers))  # so that statements are prepared
    rates: defaultdict[int, list[Rate]] = defaultdict(list)
    for _ in range(max(1, options.rounds // 10)):
        for count in options.servers:
            rates[count].append(crew.measure(count))
    yield f"\n{_TENANTS} tenants, medians of {len(rates[options.servers[0]])} times {options.cycles} cycles each"
    yield f"{'servers':>10}{'cycles a second':>18}{'ms of the servers':>20}{'ms of the database':>20}"
    for count, found in rates.items():
        rate = Rate(*(median(column) for column in zip(*found, strict=True)))
        yield f"{count:10}{rate.per_second:18,.0f}{rate.server:20.2f}{rate.database:20.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures PostgreSQL beside SQLite, and several servers over it.")
    parser.add_argument("--rounds", type=int, default=30, metavar="N", help="pairs of blocks of each kind of call")
    parser.add_argument("--calls", type=int, default=10, metavar="N", help="of one block")
    parser.add_argument("--servers", type=int, nargs="*", default=[1, 2, 4], metavar="N", help="over one database")
    parser.add_argument("--cycles", type=int, default=25, metavar="N", help="of each tenant")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            place = PostgreSQL(stack)
            with ExitStack() as first:
                print("\n".join(measure_calls(Path(folder), place, first, options)), flush=True)  # noqa: T201
            if options.servers:
                with ExitStack() as second:
                    print("\n".join(measure_cycles(Path(folder), place, second, options)))  # noqa: T201
    except (StartError, LoadError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
