"""What calls, starts and whole tenants cost in CPU time and memory, beside bare uvicorn: on a busy machine too.

From the root of the project, in its environment, on Linux:

    python tests/benchmarks/cpu.py [--readme] [--invoices N ...] [--rounds N] [--calls N] [--against PYTHON]

Each server is the real one, in a process of its own, with its access log and journal. The servers take turns, block by
block and either first in every other round; a figure is the median of its blocks of calls over one connection, and
beside it stands how many times bare uvicorn's POST it is. `more` is the median of what each block costs more among the
most invoices than among the fewest in the same round. A block counts all that the process does until it is at rest
again, so an execute includes its split (three rows and a tax in four parts). Compare figures of one run only:
`--against` measures the zuora_mock that another environment has installed, in the same run. With `--readme` the tables
take the place of those in README.md. It takes some 6 minutes, most of them at 100,000 invoices.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import uvloop

if not __package__:  # a script's own folder stands on the path where the project's has to be
    sys.path[0] = str(Path(__file__).parents[2])

from tests.benchmarks import calls, client, servers
from tests.benchmarks.calls import Block
from tests.benchmarks.data import write_fixture
from tests.benchmarks.servers import Server, StartError
from tests.benchmarks.wrk import LoadError

_BARE, _POST = "bare uvicorn", "bare POST"
_IMPORTS, _DEFAULT = "imports alone", "default fixture"
_MOST_REPEATS = 5
"""Of what is slow and varies little: starts, and work on whole tenants."""
_LARGE = 10_000
"""Invoices of which work on whole tenants is done once."""
_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"
_LONG = 50_000
"""Microseconds; of what takes longer nobody asks how many calls that are."""
_READY, _ABOVE, _HELP = "CPU ms until Ready", "CPU ms above the imports", "CPU ms of --help"
_REFUSED, _REFUSED_PEAK = "CPU ms to refuse the last row", "MB to refuse it, peak"
_MOMENTS = ("when Ready", "after these calls", "at the end")


def call_names() -> list[str]:
    """The rows of the first table."""
    all_blocks = (*calls.bare_blocks(1), *calls.blocks("", 1), *calls.tenant_blocks())
    return [each.name for each in all_blocks]


def process_names() -> list[str]:
    """The rows of the second table."""
    memory = [name for moment in _MOMENTS for name in (f"MB {moment}", f"MB {moment}, peak")]
    return [_READY, _ABOVE, _HELP, _REFUSED, _REFUSED_PEAK, *memory]


class Table:
    """Samples by row and column; a cell shows their median."""

    def __init__(self, names: Iterable[str]) -> None:
        self._cells: dict[str, defaultdict[str, list[float]]] = {name: defaultdict(list) for name in names}

    def add(self, row: str, column: str, sample: float) -> None:
        self._cells[row][column].append(sample)

    def lines(
        self, unit: float | None = None, compared: Sequence[str] = (), alike: Collection[str] = ()
    ) -> Iterator[str]:
        """As Markdown. With a unit, each figure is followed by how many units it is.

        Two columns may be compared, in those rows that should be alike in both.
        """
        columns = list(dict.fromkeys(column for cells in self._cells.values() for column in cells))
        yield _row(["", *columns, *(["more"] if compared else [])])
        yield _row(["---"] * (1 + len(columns) + bool(compared)))
        for row, cells in self._cells.items():
            shown = [_cell(median(cells[each]), unit) if each in cells else "" for each in columns]
            more = [_more(*(cells[each] for each in compared)) if row in alike else ""] if compared else []
            yield _row([row, *shown, *more])

    def middle(self, row: str, column: str) -> float:
        return median(self._cells[row][column])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(figure: float, unit: float | None) -> str:
    return f"{figure:,.0f}" + ("" if unit is None or figure > _LONG else f" ({figure / unit:,.1f} x)")


def _more(few: list[float], many: list[float]) -> str:
    quotients = [second / first for first, second in zip(few, many, strict=False)]
    return f"{100 * (median(quotients) - 1):+.0f} %" if quotients else ""


def machine() -> str:
    models = (
        line.partition(": ")[2]
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    )
    return f"{next(models, platform.machine())}, {platform.system()}, Python {platform.python_version()}"


def put_into(text: str, figures: str) -> str:
    """A text with these figures in the place of those that it has."""
    before, _, rest = text.partition(_BEGIN)
    return before + _BEGIN + figures + _END + rest.partition(_END)[2]


class Bench:
    """The two tables: of the calls in microseconds, and of the processes in milliseconds and megabytes."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.calls, self.processes = Table(call_names()), Table(process_names())
        self._options = options
        self._repeats = min(options.rounds, _MOST_REPEATS)
        self._columns: list[tuple[str, int]] = []
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
            for number in range(self._repeats):
                some = [column for column, invoices in self._columns if number == 0 or invoices < _LARGE]
                self._alternate({each: mocks[each] for each in some}, {each: calls.tenant_blocks() for each in some})
            self._memory("at the end", mocks)

    def _starts(self) -> None:
        """With the default fixture, beside the imports alone."""
        for _ in range(self._repeats):
            imports = self._start(_IMPORTS, servers.IMPORTS, sys.executable)
            for edition, python in self._editions.items():
                column = f"{_DEFAULT}{edition}"
                self.processes.add(_ABOVE, column, self._start(column, servers.MOCK, python) - imports)
                spent, _ = servers.spent_by(*servers.HELP, python=python)
                self.processes.add(_HELP, column, spent / 1000)

    def _start(self, column: str, command: tuple[str, ...], python: str) -> float:
        """Milliseconds."""
        with servers.started(*command, python=python) as server:
            return self._ready(column, server)

    def _ready(self, column: str, server: Server) -> float:
        spent = server.cpu() / 1000
        self.processes.add(_READY, column, spent)
        self._memory("when Ready", {column: server})
        return spent

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
                self._columns.append((column, invoices))
                yield column, server

    def _refuse(self, path: Path, orders: int, invoices: int) -> None:
        """What it takes to find the one wrong value of a fixture, in its last row."""
        write_fixture(path, orders=orders, others=max(0, invoices - orders), large=True, wrong=True)
        spent, peak = servers.spent_by(*servers.CHECK, str(path))
        self.processes.add(_REFUSED, f"{invoices:,} invoices", spent / 1000)
        self.processes.add(_REFUSED_PEAK, f"{invoices:,} invoices", peak)

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
        options, few, many = self._options, min(self._options.invoices), max(self._options.invoices)
        yield f"CPU microseconds per call, medians of {options.rounds} blocks of {options.calls} calls ({machine()}):"
        yield ""
        compared = (f"{few:,} invoices", f"{many:,} invoices") if few < many else ()
        alike = [each.name for each in calls.blocks("", 1)]
        yield from self.calls.lines(self.calls.middle(_POST, _BARE), compared, alike)
        yield ""
        yield "The processes:"
        yield ""
        yield from self.processes.lines()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the server: CPU time of calls and starts, memory.")
    parser.add_argument("--invoices", type=int, nargs="+", default=[1000, 100_000], metavar="N", help="in the database")
    parser.add_argument("--readme", action="store_true", help="write the tables into README.md")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="blocks of each kind")
    parser.add_argument("--calls", type=int, default=50, metavar="N", help="of one block")
    parser.add_argument("--against", metavar="PYTHON", help="of an environment with another zuora_mock")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    bench = Bench(options)
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench.measure(Path(folder))
    except (StartError, LoadError) as error:
        sys.exit(str(error))
    figures = "".join(f"{line}\n" for line in bench.lines())
    print(figures, end="")  # noqa: T201
    if options.readme:
        readme = servers.ROOT / "README.md"
        readme.write_text(put_into(readme.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    main()
