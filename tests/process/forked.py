"""The command in processes that are forked from one that has imported all of it, which is most of what a start costs.

For tests of what a server does once it is there; those of the start itself have `start_command` and `run`.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.process.commands import PATIENCE
from zuora_mock.cli import main

_FORKING = get_context("forkserver")
_COMMANDS = ("check", "fixture", "openapi", "rules", "serve")
_IMPORTED = ["serve", "storage.postgresql", *(f"commands.{each}" for each in _COMMANDS)]
_FORKING.set_forkserver_preload(["__main__", *(f"zuora_mock.{each}" for each in _IMPORTED)])


class Forked:
    """One of them, with what the tests use of `subprocess.Popen`. Standard error that is not wanted is dropped."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        variables: Mapping[str, str],
        output: int,
        error: int,
        before: str = "",
    ) -> None:
        with Connection(os.dup(output), readable=False) as out, Connection(os.dup(error), readable=False) as err:
            given = (arguments, folder, dict(variables), (out, err), before)
            self._process = _FORKING.Process(target=_run, args=given, daemon=True)
            self._process.start()
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def served(
    stack: ExitStack, folder: Path, flags: Sequence[str], variables: Mapping[str, str], *, log: bool, before: str = ""
) -> Forked:
    """A server, which ends with the stack; its log can be read. `before` names what it imports first."""
    (out, to_out), (err, to_err) = os.pipe(), os.pipe() if log else (-1, os.open(os.devnull, os.O_WRONLY))
    process = Forked(["--port", "0", *flags], folder, variables, to_out, to_err, before)
    for each in (to_out, to_err):
        os.close(each)
    process.stdout = stack.enter_context(os.fdopen(out))
    process.stderr = stack.enter_context(os.fdopen(err)) if log else None
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def done(arguments: Sequence[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What the command came to."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        process = Forked(arguments, folder, variables, out.fileno(), err.fileno())
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
        told = []
        for each in (out, err):
            each.seek(0)
            told.append(each.read())
    return subprocess.CompletedProcess(list(arguments), code, *told)


def _run(
    arguments: Sequence[str], folder: Path, variables: Mapping[str, str], ends: Sequence[Connection], before: str
) -> None:
    for number, end in enumerate(ends, start=1):
        os.dup2(end.fileno(), number)
        end.close()
    gc.freeze()  # else collections would copy what is shared with the parent
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    if before:
        import_module(before)
    main(arguments, "zuora-mock")
