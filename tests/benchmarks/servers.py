"""Servers as processes of their own, kept on one core while the load has another; what they cost, from /proc."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOCK = ("-m", "zuora_mock", "--port", "0")
HELP = ("-m", "zuora_mock", "--help")
CHECK = ("-m", "zuora_mock", "check")
BARE = (str(ROOT / "tests" / "benchmarks" / "bare.py"),)
IMPORTS = ("-c", "import fastapi, uvicorn, pydantic, sqlalchemy, signal; print('Ready.', flush=True); signal.pause()")
"""The packages that the server cannot do without, as if they were one."""
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _CORES[0], _CORES[-1]
ONE_CORE, ALL_CORES = frozenset({SERVER_CORE}), frozenset(_CORES)
_TICKS = os.sysconf("SC_CLK_TCK")
_AT_REST = 0.01
_LOOKS = 3
"""Looks that have to find it at rest: on a busy machine it may only wait for a core."""
_PATIENCE = 20


class StartError(Exception):
    """A server ended before it was ready."""


@dataclass(frozen=True)
class Server:
    """`database` is the process whose work, and whose children's, counts too where that of the server does."""

    process: subprocess.Popen[str]
    url: str
    database: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def cpu(self) -> float:
        """Microseconds of the processor since its start. Waits until it is at rest: work may outlast the answer."""
        return sum(self.shares())

    def shares(self) -> tuple[float, float]:
        """As `cpu`: of the server, and of the database where it is a process of its own."""
        spent, quiet = self._shares(), 0
        while quiet < _LOOKS:
            time.sleep(_AT_REST)
            before, spent = spent, self._shares()
            quiet = quiet + 1 if spent == before else 0
        return spent

    def _shares(self) -> tuple[float, float]:
        return spent(self.process.pid), family_spent(self.database) if self.database else 0.0

    def megabytes(self) -> tuple[float, float]:
        """Resident memory now, and at its peak."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        sizes = {name: rest for name, _, rest in (each.partition(":") for each in lines)}
        now, peak = (int(sizes[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return now, peak


def spent(process: int) -> float:
    """From the scheduler, in nanoseconds; in ticks of mostly 10 ms where the kernel does not tell."""
    folder = Path(f"/proc/{process}")
    try:
        threads = [each.read_text(encoding="ascii") for each in folder.glob("task/*/schedstat")]
    except FileNotFoundError:  # a thread has just ended
        return spent(process)
    if threads:
        return sum(int(each.split()[0]) for each in threads) / 1000
    user, system = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS * 1e6


def family_spent(parent: int) -> float:
    """By the process and the children that live."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return sum(map(spent, (parent, *map(int, children.split()))))


def _environment(python: str) -> dict[str, str]:
    """This checkout's code for this environment; another environment has its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZUORA_MOCK_")}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    inherited.pop("PYTHONPATH", None)
    return inherited | ({"PYTHONPATH": str(ROOT / "app")} if python == sys.executable else {})


def _spawn(arguments: Sequence[str], python: str, cores: frozenset[int]) -> subprocess.Popen[str]:
    """The process inherits the cores that this one has at the moment."""
    os.sched_setaffinity(0, cores)
    try:
        return subprocess.Popen(
            [python, *arguments],
            cwd=ROOT / "tests",  # a folder without a package that could be taken for the installed one
            env=_environment(python),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    finally:
        os.sched_setaffinity(0, {LOAD_CORE})


def spent_by(*arguments: str, python: str = sys.executable) -> tuple[float, float]:
    """Microseconds of the processor, and megabytes at the peak, of a process that ends by itself."""
    with _spawn(arguments, python, ONE_CORE) as process:
        for _ in process.stdout or ():
            pass
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return (used.ru_utime + used.ru_stime) * 1e6, used.ru_maxrss / 1024


def _address(process: subprocess.Popen[str], command: str) -> str:
    """The URL that it says it listens on. Raises StartError where the process ends without `Ready.`."""
    url = ""
    for each in process.stdout or ():
        if each == "Ready.\n":
            return url
        url = each.strip().partition("listening on ")[2] or url
    raise StartError(f"{command} did not start")


@contextmanager
def started(
    *arguments: str, python: str = sys.executable, cores: frozenset[int] = ONE_CORE, database: int = 0
) -> Iterator[Server]:
    process = _spawn(arguments, python, cores)
    try:
        yield Server(process, _address(process, " ".join(arguments)), database)
    finally:
        process.terminate()
        process.wait(_PATIENCE)
