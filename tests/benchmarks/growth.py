"""How much dearer a call is among many invoices than among few, in CPU time.

From the root of the project, in its environment, on Linux:

    python tests/benchmarks/growth.py [--invoices FEW MANY] [--rounds N] [--calls N]

Both servers run side by side and take turns, a short block of calls each, either first in every other round. Each pair
of blocks gives one quotient; a figure is the median of them, with the quarter of them below and above. It takes some
three minutes, most of which the larger fixture takes to load.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

import uvloop

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import calls, client, servers  # noqa: E402
from tests.benchmarks.data import write_fixture  # noqa: E402
from tests.benchmarks.servers import Server, StartError  # noqa: E402
from tests.benchmarks.wrk import LoadError  # noqa: E402


def _pairs(ready: Sequence[Server], rounds: int, size: int) -> Iterator[tuple[str, list[float]]]:
    """Name and microseconds per call, of the first server and of the second."""
    heads = [client.sign_in(each.port) for each in ready]
    for number in range(rounds):
        turns = range(len(ready))
        for same in zip(*(calls.growing_blocks(each, size, number) for each in heads), strict=True):
            spent = dict.fromkeys(turns, 0.0)
            for turn in reversed(turns) if number % 2 else turns:
                spent[turn] = uvloop.run(calls.cpu_per_call(ready[turn], same[turn]))
            yield same[0].name, list(spent.values())


def measure(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table."""
    orders = calls.orders_needed(options.calls) * options.rounds
    pairs: defaultdict[str, list[list[float]]] = defaultdict(list)
    with ExitStack() as stack:
        ready = []
        for invoices in options.invoices:
            path = write_fixture(folder / f"{invoices}.json", orders=orders, others=max(0, invoices - orders))
            ready.append(stack.enter_context(servers.started(*servers.MOCK, "--fixture", str(path))))
        for name, spent in _pairs(ready, options.rounds, options.calls):
            pairs[name].append(spent)
    few, many = options.invoices
    yield f"CPU microseconds per call, medians of {options.rounds} pairs of blocks of {options.calls} calls"
    yield f"{'':28}{few:>12,}{many:>12,}   more (quarters)"
    for name, found in pairs.items():
        low, middle, high = quantiles([100 * (second / first - 1) for first, second in found], n=4)
        costs = "".join(f"{median(column):>12,.0f}" for column in zip(*found, strict=True))
        yield f"{name:28}{costs}{middle:>+6.0f} % ({low:+.0f} to {high:+.0f})"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures what calls cost among few and among many invoices.")
    parser.add_argument("--invoices", type=int, nargs=2, default=[1000, 100_000], metavar="N", help="of the servers")
    parser.add_argument("--rounds", type=int, default=30, metavar="N", help="pairs of blocks of each kind")
    parser.add_argument("--calls", type=int, default=10, metavar="N", help="of one block")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            print("\n".join(measure(Path(folder), options)))  # noqa: T201
    except (StartError, LoadError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
