"""The real command as a process of its own: what the fixtures of `conftest` give."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).parents[2]
PATIENCE = 30
"""Seconds after which a process that says nothing is ended."""


Run = Callable[..., subprocess.CompletedProcess[str]]
"""`run(*arguments, **variables)`: Python, or the command, to its end."""


class Process(Protocol):
    """What is asked of one, whether it was started or forked."""

    stdout: IO[str] | None
    stderr: IO[str] | None

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Server:
    """A server that said `Ready.`."""

    process: Process
    banner: str
    page: str
    ready: str

    @property
    def url(self) -> str:
        return self.banner.rpartition(" ")[2]

    def stop(self, within: float = PATIENCE) -> int:
        """Sends TERM; the exit code, or TimeoutExpired after so many seconds."""
        self.process.terminate()
        return self.process.wait(within)


def environment(**variables: str) -> dict[str, str]:
    """The environment of the tests without settings of its own, and the source in reach."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZUORA_MOCK_")}
    return inherited | {"PYTHONPATH": str(ROOT / "app")} | variables


def healthy(port: int, **variables: str) -> bool:
    """What the image's HEALTHCHECK says of a server on this port."""
    given = environment(ZUORA_MOCK_PORT=str(port), **variables)
    return subprocess.run([ROOT / ".docker" / "health.sh"], env=given, capture_output=True, check=False).returncode == 0


Start = Callable[..., Server]
"""`start(*flags, **variables)`: a server on a free port."""

Place = Callable[[str], str]
"""What `--db` is given for a database of this name."""
