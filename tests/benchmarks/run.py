"""How many calls the server answers in a second, and how soon: figures for a machine that does nothing else.

On a machine that does, take `cpu.py`.

From the root of the project, in its environment:

    python tests/benchmarks/run.py [--large] [--rounds N] [--seconds N]

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
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeAlias

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import bench, servers, wrk  # noqa: E402
from tests.benchmarks.bench import Bench  # noqa: E402
from tests.benchmarks.servers import StartError  # noqa: E402
from tests.benchmarks.wrk import Load, LoadError  # noqa: E402

INVOICES = 100_000

Loads: TypeAlias = dict[str, dict[str, Load]]
"""By the kind of database, then by what was asked."""


def table(loads: Loads) -> Iterator[str]:
    yield f"{'':28}{'':22}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}"
    for kind, rows in loads.items():
        for name, load in rows.items():
            yield f"{kind:28}{name:22}{load.per_second:12,.0f}{load.p50:10.2f}{load.p99:10.2f}"


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


def measure(options: argparse.Namespace, folder: Path) -> Loads:
    rounds: dict[str, dict[str, list[Load]]] = {}
    with servers.started(*servers.BARE) as yardstick, benches(options, folder) as ready:
        for _ in range(options.rounds):
            constant = bench.bare(yardstick, seconds=options.seconds)
            rounds.setdefault("bare", {}).setdefault("GET", []).append(constant)
            for kind, server in ready.items():
                for name, load in server.measure():
                    rounds.setdefault(kind, {}).setdefault(name, []).append(load)
    return {kind: {name: wrk.middle(loads) for name, loads in rows.items()} for kind, rows in rounds.items()}


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the server under load.")
    parser.add_argument("--large", action="store_true", help=f"also with {INVOICES:,} invoices in the database")
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
        with tempfile.TemporaryDirectory() as folder:
            loads = measure(options, Path(folder))
    except (StartError, LoadError) as error:
        sys.exit(str(error))
    print("\n".join(table(loads)))  # noqa: T201


if __name__ == "__main__":
    main()
