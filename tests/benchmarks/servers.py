"""Servers as processes of their own, kept on one core while the load has the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
MOCK = ("-m", "zuora_mock", "--port", "0")
BARE = ("-m", "tests.benchmarks.bare")
SERVER_CORE, LOAD_CORE = 0, 1
_PATIENCE = 20


class StartError(Exception):
    """A server ended before it was ready."""


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def megabytes(self) -> tuple[float, float]:
        """RSS, and PSS: the same with what is shared with other processes counted in proportion."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        sizes = {name: int(rest.split()[0]) / 1024 for name, _, rest in (each.partition(":") for each in lines[1:])}
        return sizes["Rss"], sizes["Pss"]


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZUORA_MOCK_")}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return inherited | {"PYTHONPATH": os.pathsep.join((str(ROOT / "app"), str(ROOT)))}


def _spawn(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """The process inherits the core that this one has at the moment."""
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=_environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    finally:
        os.sched_setaffinity(0, {LOAD_CORE})


def _address(process: subprocess.Popen[str], command: str) -> str:
    """The URL from the line before `Ready.`. Raises StartError where the process ends without it."""
    line = ""
    for each in process.stdout or ():
        if each == "Ready.\n":
            return line.strip().rpartition(" ")[2]
        line = each
    raise StartError(f"{command} did not start")


@contextmanager
def started(*arguments: str) -> Iterator[Server]:
    process = _spawn(arguments)
    try:
        yield Server(process, _address(process, " ".join(arguments)))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def first_answer() -> tuple[float, float, float]:
    """Milliseconds from the start of the command to its first answer, and the idle server's RSS and PSS."""
    begun = time.perf_counter()
    with started(*MOCK) as server, urlopen(f"{server.url}/__admin/health") as answer:  # noqa: S310 - our own server
        answer.read()
        return (time.perf_counter() - begun) * 1000, *server.megabytes()
