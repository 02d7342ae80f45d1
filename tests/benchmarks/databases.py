"""PostgreSQL for servers that are measured: that of the tests, started for them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.acceptance import engines
from tests.acceptance.engines import Databases
from tests.benchmarks import servers


class PostgreSQL:
    """It, and databases in it; `process` is its first one, of which the others are children."""

    def __init__(self, stack: ExitStack) -> None:
        self._databases = Databases(stack.enter_context(engines.server()), "benchmark")
        self._stack = stack
        stack.callback(self._databases.close)
        [[backend]] = self._databases.admin.execute("SELECT pg_backend_pid()")
        self.process = _parent(backend)

    def flags(self) -> tuple[str, ...]:
        """Of servers over one more database."""
        url = self._stack.enter_context(self._databases.one())
        self._stack.callback(self._databases.cut_off, url)
        return "--db", url.whole


def command(count: int) -> tuple[str, ...]:
    """Of a server that is one of so many: of several each has to let the others in."""
    let_in = "from zuora_mock.storage.postgresql import PostgreSQL as p; p.alone = False"
    run = "from zuora_mock.cli import main; main()"
    return servers.MOCK if count == 1 else ("-c", f"{let_in}; {run}", "--port", "0")


def _parent(process: int) -> int:
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])
