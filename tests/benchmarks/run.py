"""How fast the server is, and how small.

From the root of the project, in its environment:

    python tests/benchmarks/run.py [--large] [--json] [--rounds N] [--seconds N]

The load tool is `wrk`, a package of most systems: it is written in C, so one core of it outruns the server on another.
The server has the first core and the load the second. Measurements take turns, each figure is the median of its rounds,
and `bare` is uvicorn with an application that answers a constant, the yardstick of the machine. Count and time are
bounded: some two minutes, and several more with `--large`, which fills the databases with 100,000 invoices.

GET by id, create item     16 connections
execute                    the call alone, one id each
split                      three rows and a tax in four parts, from the execute call until a part's id can be read
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import bench, servers, wrk  # noqa: E402
from tests.benchmarks.bench import Bench  # noqa: E402
from tests.benchmarks.servers import StartError  # noqa: E402
from tests.benchmarks.wrk import Load, LoadError  # noqa: E402

INVOICES = 100_000
REQUESTS = 50_000
STARTS = 5

Loads: TypeAlias = dict[str, dict[str, Load]]
"""By the kind of database, then by what was asked."""


@dataclass
class Figures:
    """`first_answer` in milliseconds from the start of the command, `megabytes` as (RSS, PSS) by moment."""

    loads: Loads = field(default_factory=dict)
    first_answer: float = 0
    megabytes: dict[str, tuple[float, float]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        loads = {kind: {name: load._asdict() for name, load in rows.items()} for kind, rows in self.loads.items()}
        return {"loads": loads, "firstAnswerMs": self.first_answer, "megabytes": self.megabytes}

    def table(self) -> Iterator[str]:
        yield f"{'':28}{'':22}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}"
        for kind, rows in self.loads.items():
            for name, load in rows.items():
                yield f"{kind:28}{name:22}{load.per_second:12,.0f}{load.p50:10.2f}{load.p99:10.2f}"
        yield f"\nfirst answer {self.first_answer:.0f} ms after the start"
        for moment, (rss, pss) in self.megabytes.items():
            yield f"memory {moment}: {rss:.0f} MB RSS, {pss:.0f} MB PSS"


@contextmanager
def benches(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Bench]]:
    """The servers under load, by the kind of their database; one that has nothing to do costs the others nothing."""
    kinds: dict[str, tuple[str, ...]] = {"in memory": (), "in a file": ("--db",)}
    with ExitStack() as stack:
        ready = {}
        for invoices in (0, INVOICES) if options.large else (0,):
            for kind, flags in kinds.items():
                name = f"{kind}, {invoices:,} invoices" if invoices else kind
                place = (*flags, str(folder / f"{invoices}.db")) if flags else ()
                server = bench.bench(folder, *place, rounds=options.rounds, seconds=options.seconds, invoices=invoices)
                ready[name] = stack.enter_context(server)
        yield ready


def measure_loads(options: argparse.Namespace, folder: Path) -> Loads:
    rounds: dict[str, dict[str, list[Load]]] = {}
    with servers.started(*servers.BARE) as yardstick, benches(options, folder) as ready:
        for _ in range(options.rounds):
            constant = bench.bare(yardstick, seconds=options.seconds)
            rounds.setdefault("bare", {}).setdefault("GET", []).append(constant)
            for kind, server in ready.items():
                for name, load in server.measure():
                    rounds.setdefault(kind, {}).setdefault(name, []).append(load)
    return {kind: {name: wrk.middle(loads) for name, loads in rows.items()} for kind, rows in rounds.items()}


def measure_memory(options: argparse.Namespace, folder: Path) -> dict[str, tuple[float, float]]:
    with bench.bench(folder, rounds=0, seconds=options.seconds) as under_load:
        before = under_load.server.megabytes()
        under_load.serve(REQUESTS)
        return {"before requests": before, f"after {REQUESTS:,} requests": under_load.server.megabytes()}


def measure(options: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        starts = [servers.first_answer() for _ in range(STARTS)]
        first, rss, pss = (median(figures) for figures in zip(*starts, strict=True))
        idle = {"idle": (rss, pss)}
        memory = idle | measure_memory(options, Path(name))
        return Figures(measure_loads(options, Path(name)), first, memory)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the server: speed, start, memory.")
    parser.add_argument("--large", action="store_true", help=f"also with {INVOICES:,} invoices in the database")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 10), metavar="N")
    parser.add_argument("--seconds", type=int, default=2, choices=range(1, 11), metavar="N", help="of one load")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    if not wrk.installed():
        sys.exit(wrk.MISSING)
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cores are needed: one for the server, one for the load")
    try:
        figures = measure(options)
    except (StartError, LoadError) as error:
        sys.exit(str(error))
    print(json.dumps(figures.document(), indent=2) if options.json else "\n".join(figures.table()))  # noqa: T201


if __name__ == "__main__":
    main()
