"""PostgreSQL for servers that are measured: that of the tests, started for them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.acceptance import engines
from tests.acceptance.engines import Databases


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


def _parent(process: int) -> int:
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])
