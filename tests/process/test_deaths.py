"""Two servers over one database behind a proxy: either dies again and again amid splits, and nobody loses anything.

    KILLS=100 .venv/bin/pytest tests/process/test_deaths.py

One of them does in several transactions what the other does in one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.acceptance.engines import POSTGRESQL
from tests.benchmarks.data import write_fixture
from tests.benchmarks.round_robin import RoundRobin
from tests.benchmarks.worlds import Tally, World
from tests.process.commands import Place, Server, Start

KILLS = int(os.environ.get("KILLS", "3"))
WORKERS, INVOICES = 3, 3
_BETWEEN = 40
"""Calls of all workers; a split takes some ten."""


@pytest.fixture
def engine() -> str:
    return POSTGRESQL


class Replica(NamedTuple):
    """`again` starts it anew on its port."""

    server: Server
    again: Callable[[], Server]


@pytest.fixture
def replicas(start: Start, place: Place, tmp_path: Path) -> list[Replica]:
    fixture = write_fixture(tmp_path / "fixture.json", orders=0, others=INVOICES)
    flags = ("--db", place("shared"), "--fixture", str(fixture), "--no-access-log")

    def replica(before: str) -> Replica:
        server = start(*flags, before=before)
        port = server.url.rpartition(":")[2]
        return Replica(server, lambda: start(*flags, "--port", port, before=before))

    return [replica(before) for before in ("tests.process.small_steps", "")]


class Heard(Tally):
    """Tells when so many calls more have been answered."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def check(self, what: str, held: bool, *story: object) -> None:
        super().check(what, held, *story)
        self._news.set()

    async def answered(self, more: int) -> None:
        wanted = self.tried["calls answered"] + more
        while self.tried["calls answered"] < wanted:
            self._news.clear()
            await self._news.wait()


async def kill_again_and_again(replicas: list[Replica], tally: Heard) -> None:
    chance = Random(KILLS)  # noqa: S311  (which one dies when is no secret)
    for _ in range(KILLS):
        await tally.answered(_BETWEEN + chance.randrange(_BETWEEN))
        number = chance.randrange(len(replicas))
        dying = replicas[number]
        dying.server.process.kill()
        dying.server.process.wait()
        replicas[number] = dying._replace(server=await asyncio.to_thread(dying.again))


async def live(replicas: list[Replica], tally: Heard) -> None:
    """As long as it takes to kill, and for a round more of each worker."""
    ports = [int(each.server.url.rpartition(":")[2]) for each in replicas]
    async with RoundRobin(ports) as port, asyncio.TaskGroup() as group:
        worlds = [World(port, number, tally) for number in range(WORKERS)]
        workers = [group.create_task(each.work()) for each in worlds]
        await kill_again_and_again(replicas, tally)
        for each in worlds:
            each.been_round.clear()
            await each.been_round.wait()
        for worker in workers:
            worker.cancel()


@pytest.mark.slow
@pytest.mark.assumed
def test_the_death_of_a_server_amid_splits_loses_nothing_and_does_nothing_twice(replicas: list[Replica]) -> None:
    tally = Heard()
    asyncio.run(live(replicas, tally))
    assert tally.stories == []
    assert tally.tried["splits done once"] > KILLS
