"""Whether the server stands what a shared place does to it: many workers for a long time, and deaths in between.

From the root of the project, in its environment, on Linux:

    python tests/benchmarks/soak.py [--minutes N] [--workers N] [--kills N] [--servers N]

The server has its state in a file; several share a database of PostgreSQL, behind a proxy that gives each call to the
next of them. Each worker has a tenant of its own: it splits, splits anew, posts, cancels,
deletes, resets, takes and restores snapshots, forks, and compares what it finds with what it did. So many times, spread
over the minutes, a process is killed and started again; workers repeat calls that got no answer. The
table says how often each thing was tried and how often it was lost; the exit code is 1 where anything was. With
`--kills 0` the memory is that of one process.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from random import Random

import uvloop

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import servers  # noqa: E402
from tests.benchmarks.data import write_fixture  # noqa: E402
from tests.benchmarks.databases import PostgreSQL  # noqa: E402
from tests.benchmarks.round_robin import RoundRobin  # noqa: E402
from tests.benchmarks.servers import Server  # noqa: E402
from tests.benchmarks.worlds import Tally, World  # noqa: E402

_INVOICES = 8
_STEPS = 12
"""Into so many spans the time is divided; memory is shown after each, and kills are spread over them."""


class Life:
    """The servers; one is killed and started again on its port."""

    def __init__(self, folder: Path, stack: ExitStack, count: int) -> None:
        fixture = write_fixture(folder / "fixture.json", orders=0, others=_INVOICES)
        place = ("--db", str(folder / "soak.db")) if count == 1 else PostgreSQL(stack).flags()
        self._command = (*servers.MOCK, *place, "--fixture", str(fixture), "--no-access-log")
        self._stack, self._chance = stack, Random(count)  # noqa: S311  (which one is killed is no secret)
        self._servers = [self._start() for _ in range(count)]
        self.ports = [each.port for each in self._servers]

    def _start(self, *flags: str) -> Server:
        return self._stack.enter_context(servers.started(*self._command, *flags, cores=servers.ALL_CORES))

    def kill(self) -> None:
        number = self._chance.randrange(len(self._servers))
        process = self._servers[number].process
        process.kill()
        process.wait()
        self._servers[number] = self._start("--port", str(self.ports[number]))

    def megabytes(self) -> float:
        return sum(each.megabytes()[0] for each in self._servers)


class Soak:
    def __init__(self, options: argparse.Namespace, life: Life) -> None:
        self._options, self._life = options, life
        self._tally = Tally()
        self._worlds: list[World] = []
        self._memory: list[tuple[float, int, float]] = []
        self._begun = time.monotonic()

    async def run(self) -> None:
        """Raises what a worker raises."""
        async with AsyncExitStack() as stack:
            port, *others = self._life.ports
            if others:
                port = await stack.enter_async_context(RoundRobin([port, *others]))
            self._worlds = [World(port, each, self._tally) for each in range(self._options.workers)]
            group = await stack.enter_async_context(asyncio.TaskGroup())
            tasks = [group.create_task(world.work()) for world in self._worlds]
            await self._watch()
            for task in tasks:
                task.cancel()

    async def _watch(self) -> None:
        moments = sorted([*self._spread(_STEPS, "look"), *self._spread(self._options.kills, "kill")])
        for moment, what in moments:
            await asyncio.sleep(max(0, self._begun + moment - time.monotonic()))
            if what == "look":
                self._look()
            else:
                await asyncio.to_thread(self._life.kill)
                self._tally.tried["kills"] += 1
        for each in self._worlds:  # on a slow machine too
            await each.been_round.wait()

    def _spread(self, count: int, what: str) -> Iterator[tuple[float, str]]:
        seconds = self._options.minutes * 60
        return ((seconds * (each + 1) / (count + (what == "kill")), what) for each in range(count))

    def _look(self) -> None:
        calls = self._tally.tried["calls answered"]
        self._memory.append((time.monotonic() - self._begun, calls, self._life.megabytes()))

    def lines(self) -> Iterator[str]:
        yield f"{'':28}{'tried':>12}{'lost':>12}"
        for what, tried in self._tally.tried.items():
            yield f"{what:28}{tried:12,}{self._tally.lost[what]:12,}"
        yield f"\n{'seconds':>10}{'calls':>14}{'MB':>10}"
        for seconds, calls, megabytes in self._memory:
            yield f"{seconds:10,.0f}{calls:14,}{megabytes:10.1f}"
        yield from self._tally.stories[:20]

    @property
    def lost(self) -> int:
        return self._tally.lost.total()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Works on the server for a long time, and kills it.")
    parser.add_argument("--minutes", type=float, default=5, metavar="N")
    parser.add_argument("--workers", type=int, default=16, metavar="N")
    parser.add_argument("--kills", type=int, default=20, metavar="N")
    parser.add_argument("--servers", type=int, default=1, metavar="N")
    return parser.parse_args()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        options = read_options()
        soak = Soak(options, Life(Path(folder), stack, options.servers))
        uvloop.run(soak.run())
    print("\n".join(soak.lines()))  # noqa: T201
    sys.exit(1 if soak.lost else 0)


if __name__ == "__main__":
    main()
