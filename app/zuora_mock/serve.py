"""The server as a process: its socket, its lines on standard output, its end."""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any, Literal

import click
import uvicorn
from starlette.types import ASGIApp

from zuora_mock import __version__
from zuora_mock.api.gateway.network import Protocol
from zuora_mock.main import create_app
from zuora_mock.printable import printable
from zuora_mock.settings import Settings
from zuora_mock.storage.database import DatabaseError
from zuora_mock.storage.trouble import StorageTrouble, UnusableDatabase
from zuora_mock.tenants.fixtures import FixtureError

_BACKLOG = 2048
_KEEP_ALIVE = 75
"""Seconds; longer than a client's pool keeps an idle connection, so that it is the client that closes."""
_COLLECTED_AFTER = 20_000
"""Objects; a call makes some hundred that reference counting removes."""
_GRACE = 0.4
"""Seconds that open calls have after TERM. With uvicorn's own pauses the process is gone within one second."""


_PATIENCE = 0.8
"""Seconds after TERM after which the process ends whatever it is doing."""
_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (to be told apart, not to be listened on)


class CannotStart(click.ClickException):
    """The server did not come up; the message is for the person who started it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # declared of the class, read of the instance


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Connections wait in its queue until the server is ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"port {port} on {host} is taken; --port 0 takes a free one", 4) from error
        raise CannotStart(f"cannot listen on {host} port {port}: {error.strerror}", 2) from error


def application(settings: Settings) -> ASGIApp:
    """The application, or why it cannot be had with these settings."""
    try:
        return create_app(settings)
    except FixtureError as error:
        raise CannotStart(str(error), 3) from error
    except UnusableDatabase as error:
        raise CannotStart(str(error), 2) from error
    except (DatabaseError, StorageTrouble) as error:
        raise CannotStart(f"cannot use {settings.db or 'memory'} as database: {error}", 2) from error


@contextmanager
def _port_file(path: Path | None) -> Iterator[Callable[[int], None]]:
    """What writes the port into the file, which is whole once it is there and gone when the server is.

    Raises CannotStart.
    """
    if path is None:
        yield lambda _port: None
        return
    draft = path.with_name(f"{path.name}.new")
    try:
        path.unlink(missing_ok=True)
        draft.write_text("", encoding="ascii")
    except OSError as error:
        raise CannotStart(f"cannot write {path}: {error.strerror}", 2) from error

    def write(port: int) -> None:
        draft.write_text(f"{port}\n", encoding="ascii")
        draft.replace(path)

    try:
        yield write
    finally:
        for each in (draft, path):
            each.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, tell_port: Callable[[int], None], port_file: Path | None) -> None:
        super().__init__(config)
        self._tell_port, self._port_file = tell_port, port_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Prints where the server listens and which page to open, and `Ready.` once requests are welcome."""
        await super().startup(sockets)
        gc.freeze()
        gc.set_threshold(_COLLECTED_AFTER)
        gc.enable()
        for listener in sockets or ():
            host, port = listener.getsockname()[:2]
            self._tell_port(port)
            page = _url(self.config, "localhost" if host in _EVERYWHERE else host, port)
            click.echo(f"zuora-mock {__version__} listening on {_url(self.config, host, port)}")
            click.echo(f"How to steer it, to read and to try: {page}/__admin/docs")
            click.echo("Ready.")

    def end_at_a_signal(self) -> None:
        """Waits for one of `_ENDING`, ends the server in order, and the process if the server takes too long.

        In a thread of its own: whatever the event loop is doing, it is not asked. What is cut off in the middle of a
        transaction never happened, as after a kill.
        """
        signal.sigwait(_ENDING)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # calls that are cut off now are no faults
        self.should_exit = True
        Event().wait(_PATIENCE)
        if self._port_file is not None:
            self._port_file.unlink(missing_ok=True)
        os._exit(0)


def _url(config: uvicorn.Config, host: str, port: int) -> str:
    return f"{'https' if config.is_ssl else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def configuration(app: ASGIApp, settings: Settings, *, loop: Literal["auto", "asyncio"] = "auto") -> uvicorn.Config:
    """Raises CannotStart for a certificate or a key that is none."""
    config = uvicorn.Config(
        app,
        interface="asgi3",
        lifespan="on",
        http=Protocol,
        ws="none",
        loop="uvloop" if loop == "auto" and find_spec("uvloop") else "asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,  # type: ignore[arg-type]  # declared int; asyncio.wait_for takes fractions
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except OSError as error:
        files = " and ".join(str(each) for each in (settings.tls_cert, settings.tls_key) if each)
        raise CannotStart(f"cannot use {files} for TLS: {error.strerror or error}", 2) from error
    return config


class _Formatter(logging.Formatter):
    """One line for each message, whatever is in it; the lines of a traceback are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (as logging calls it)
        return printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  (as logging calls it)
        return "\n".join(f"    {printable(line)}" for line in super().formatException(ei).split("\n"))


def log_readably() -> None:
    """The log goes to standard error: standard output has the lines that programs wait for."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # nothing that the format shows
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("zuora_mock")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def run(settings: Settings) -> None:
    """Serves until a signal ends it. Raises CannotStart."""
    log_readably()
    # pydantic warns of the aliases that FastAPI gives to parameters, where it builds their types late.
    warnings.filterwarnings("ignore", message="The 'alias' attribute")
    with listen(settings.host, settings.port) as listener, _port_file(settings.port_file) as tell_port:
        server = _Server(configuration(application(settings), settings), tell_port, settings.port_file)
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        Thread(target=server.end_at_a_signal, daemon=True).start()
        try:
            server.run([listener])
        except SystemExit as error:
            raise CannotStart("the server failed to start", 1) from error
