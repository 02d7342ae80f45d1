"""What a call costs in microseconds of the processor, beside bare uvicorn: figures that hold on a busy machine too.

From the root of the project, in its environment, on Linux:

    python tests/benchmarks/cpu.py [--invoices N ...] [--all] [--rounds N] [--calls N] [--against PYTHON]

Each server is the real one, in a process of its own, with its access log and journal. The servers take turns, block by
block and either first in every other round; a figure is the median of its blocks of calls over one connection, and
beside it stands how many times bare uvicorn's POST it is. A block counts all that the process does until it is at rest
again, so an execute includes its split (three rows and a tax in four parts). Compare figures of one run only:
`--against` measures the zuora_mock that another environment has installed, in the same run. Of
several sizes work on whole tenants is measured at the smallest, with `--all` at each. It takes 1 to 2 minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import uvloop

# A script's own folder stands on the path where the project's has to be.
sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import calls, client, servers  # noqa: E402
from tests.benchmarks.calls import Block  # noqa: E402
from tests.benchmarks.data import write_fixture  # noqa: E402
from tests.benchmarks.servers import Server, StartError  # noqa: E402
from tests.benchmarks.wrk import LoadError  # noqa: E402

_BARE, _POST = "bare uvicorn", "bare POST"
_MOST_REPEATS = 5
"""Of what is slow and varies little: starts, and work on whole tenants."""


class Table:
    """Samples by row and column; a cell shows their median."""

    def __init__(self) -> None:
        self._cells: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: str, column: str, sample: float) -> None:
        self._cells[row][column].append(sample)

    def lines(self, unit: float | None = None) -> Iterator[str]:
        """With a unit, each figure is followed by how many units it is."""
        columns = list(dict.fromkeys(column for cells in self._cells.values() for column in cells))
        yield f"{'':28}" + "".join(f"{column:>27}" for column in columns)
        for row, cells in self._cells.items():
            shown = (_cell(median(cells[each]), unit) if each in cells else "" for each in columns)
            yield f"{row:28}{''.join(f'{each:>27}' for each in shown)}".rstrip()

    def middle(self, row: str, column: str) -> float:
        return median(self._cells[row][column])


def _cell(figure: float, unit: float | None) -> str:
    return f"{figure:,.0f}" + ("" if unit is None else f"{figure / unit:11,.2f} x")


class Bench:
    """The two tables: of the calls in microseconds, and of the processes in milliseconds and megabytes."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.calls, self.processes = Table(), Table()
        self._options = options
        self._repeats = min(options.rounds, _MOST_REPEATS)
        self._whole: set[str] = set()
        self._editions = {"": sys.executable} | ({" (against)": options.against} if options.against else {})

    def measure(self, folder: Path) -> None:
        self._starts()
        with ExitStack() as stack:
            bare = stack.enter_context(servers.started(*servers.BARE))
            mocks = dict(self._mocks(folder, stack))
            heads = {column: client.sign_in(server.port) for column, server in mocks.items()}
            for number in range(self._options.rounds):
                self._round(bare, dict(reversed(mocks.items())) if number % 2 else mocks, heads)
            self._memory("after these calls", mocks)
            few = {column: server for column, server in mocks.items() if column in self._whole}
            for _ in range(self._repeats):
                self._alternate(few, {column: calls.tenant_blocks() for column in few})
            self._memory("at the end", mocks)

    def _starts(self) -> None:
        """With the default fixture, beside the imports alone."""
        for _ in range(self._repeats):
            self._start("imports alone", servers.IMPORTS, sys.executable)
            for edition, python in self._editions.items():
                self._start(f"default fixture{edition}", servers.MOCK, python)
                spent, _ = servers.spent_by(*servers.HELP, python=python)
                self.processes.add("CPU ms of --help", f"default fixture{edition}", spent / 1000)

    def _start(self, column: str, command: tuple[str, ...], python: str) -> None:
        with servers.started(*command, python=python) as server:
            self._ready(column, server)

    def _ready(self, column: str, server: Server) -> None:
        self.processes.add("CPU ms until Ready", column, server.cpu() / 1000)
        self._memory("when Ready", {column: server})

    def _mocks(self, folder: Path, stack: ExitStack) -> Iterator[tuple[str, Server]]:
        orders = calls.orders_needed(self._options.calls)
        for invoices in self._options.invoices:
            fixture = write_fixture(
                folder / f"{invoices}.json", orders=orders, others=max(0, invoices - orders), large=True
            )
            self._refuse(folder / "wrong.json", orders, invoices)
            for edition, python in self._editions.items():
                command = (*servers.MOCK, "--fixture", str(fixture))
                server = stack.enter_context(servers.started(*command, python=python))
                column = f"{invoices:,} invoices{edition}"
                self._ready(column, server)
                if invoices == min(self._options.invoices) or self._options.all:
                    self._whole.add(column)
                yield column, server

    def _refuse(self, path: Path, orders: int, invoices: int) -> None:
        """What it takes to find the one wrong value of a fixture, in its last row."""
        write_fixture(path, orders=orders, others=max(0, invoices - orders), large=True, wrong=True)
        spent, peak = servers.spent_by(*servers.CHECK, str(path))
        self.processes.add("CPU ms to refuse the last row", f"{invoices:,} invoices", spent / 1000)
        self.processes.add("MB to refuse it, peak", f"{invoices:,} invoices", peak)

    def _round(self, bare: Server, mocks: dict[str, Server], heads: dict[str, str]) -> None:
        self._alternate({_BARE: bare}, {_BARE: calls.bare_blocks(self._options.calls)})
        self._alternate(mocks, {column: calls.blocks(heads[column], self._options.calls) for column in mocks})

    def _alternate(self, ready: dict[str, Server], blocks: dict[str, Iterable[Block]]) -> None:
        """The first block of each server, then the second of each, and so on."""
        for same in zip(*blocks.values(), strict=True):
            for column, block in zip(blocks, same, strict=True):
                self.calls.add(block.name, column, uvloop.run(calls.cpu_per_call(ready[column], block)))

    def _memory(self, moment: str, ready: dict[str, Server]) -> None:
        for column, server in ready.items():
            now, peak = server.megabytes()
            self.processes.add(f"MB {moment}", column, now)
            self.processes.add(f"MB {moment}, peak", column, peak)

    def lines(self) -> Iterator[str]:
        options = self._options
        yield f"CPU microseconds per call, medians of {options.rounds} blocks of {options.calls} calls"
        yield from self.calls.lines(self.calls.middle(_POST, _BARE))
        yield "\nThe processes"
        yield from self.processes.lines()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the server: CPU time of calls and starts, memory.")
    parser.add_argument("--invoices", type=int, nargs="+", default=[1000], metavar="N", help="in the database")
    parser.add_argument("--all", action="store_true", help="measure work on whole tenants at every size")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="blocks of each kind")
    parser.add_argument("--calls", type=int, default=100, metavar="N", help="of one block")
    parser.add_argument("--against", metavar="PYTHON", help="of an environment with another zuora_mock")
    return parser.parse_args()


def main() -> None:
    bench = Bench(read_options())
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench.measure(Path(folder))
    except (StartError, LoadError) as error:
        sys.exit(str(error))
    print("\n".join(bench.lines()))  # noqa: T201


if __name__ == "__main__":
    main()
