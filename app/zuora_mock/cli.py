"""The command `zuora-mock`: its flags, their `ZUORA_MOCK_*` variables, its commands, its exit codes.

Help, the version and wrong use are answered with what this module imports. What a command does is a module of its own,
imported by its name when it is asked for.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from zuora_mock import __version__, defaults
from zuora_mock.database_url import database_url

PREFIX = "ZUORA_MOCK"
# A container linked to one called zuora-mock, or a pod beside a service of that name, gets ZUORA_MOCK_PORT=tcp://… and
# a dozen more variables from its runtime. They are no settings of ours.
_LINKED = re.compile(rf"{PREFIX}_(PORT|SERVICE)_")
_OF_TESTS = f"{PREFIX}_URL"
"""Tells the pytest plugin of a server that runs already."""
_PLURALS = {"fixture": "fixtures", "allowed_host": "allowed_hosts"}
_flag = partial(click.option, show_default=True, show_envvar=True)
_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FIXTURE = click.Path(exists=True, path_type=Path)

HELP = """\
A mock Zuora billing server for tests. Without a command it serves until TERM or Ctrl+C.

\b
  zuora-mock                               on port 9867, the state gone with the process
  zuora-mock --port 0 --port-file port     on a free port, told in a file
  zuora-mock --db state.db                 the state outlives the process
  zuora-mock fixture > mine.json           a fixture to change, then:
  zuora-mock check mine.json && zuora-mock --fixture mine.json
"""
EXIT_CODES = """\
\b
Exit codes:
  0  stopped by TERM or Ctrl+C, or a command that is done
  1  the server failed to start
  2  wrong use: a bad flag, a database or certificate that is none
  3  a fixture is wrong: each line names file, place and reason
  4  the port is taken
"""


class _Port(click.IntRange):
    """A port; the address that a container runtime puts into `ZUORA_MOCK_PORT` counts as none given."""

    def convert(self, value: int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return defaults.PORT if str(value).startswith("tcp://") else super().convert(value, param, ctx)


class _Host(click.types.StringParamType):
    """A name of this server; in the variable several, with commas or spaces between them."""

    name = "name"

    def split_envvar_value(self, rv: str) -> list[str]:
        return rv.replace(",", " ").split()


class _Place(click.Path):
    """A file, or the URL of a database."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return database_url(str(value)) or super().convert(value, param, ctx)


def warnings(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """One line for each variable that looks like a setting and is none, with the nearest of those that are."""
    settings = {name.removeprefix(PREFIX): name for name in known}
    for name in sorted(environ):
        if name.startswith(f"{PREFIX}_") and name not in {*known, _OF_TESTS} and not _LINKED.match(name):
            near = get_close_matches(name.removeprefix(PREFIX), settings, n=1)
            yield f"{name} is no setting" + (f"; did you mean {settings[near[0]]}?" if near else "")


def _to_write(_context: click.Context, _parameter: click.Parameter, path: Any) -> Any:
    """A file that is there or will be; what is beside it is ours too."""
    if not isinstance(path, Path):
        return path
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    for each in (path.parent, path):
        if each.exists() and not os.access(each, os.W_OK):
            raise click.BadParameter(f"user {os.getuid()} may not write {each}, or nobody may")
    return path


def _settings(flags: Mapping[str, object]) -> dict[str, object]:
    return {_PLURALS.get(name, name): value for name, value in flags.items()}


def settings_of_environment() -> dict[str, object]:
    """What the command would start with, without flags. A variable that is wrong ends the process with exit code 2."""
    try:
        with main.make_context("zuora-mock", []) as context:
            return _settings(context.params)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from error


def _leave(_signal: int, _frame: object) -> None:
    sys.exit(0)


class _Late(click.Command):
    """A command that is the `run` of the module in `commands` that has its name."""

    def __init__(self, name: str, **rest: Any) -> None:
        super().__init__(name, callback=partial(_run, f"commands.{name}"), **rest)


def _run(module: str, **parameters: Any) -> None:
    import_module(f"zuora_mock.{module}").run(**parameters)


@click.group(
    invoke_without_command=True,
    help=HELP,
    epilog=EXIT_CODES,
    subcommand_metavar="[COMMAND]",
    context_settings={
        "auto_envvar_prefix": PREFIX,
        "help_option_names": ["-h", "--help"],
        "max_content_width": 120,
    },
)
@_flag("--host", default=defaults.HOST, help="Address to listen on.")
@_flag("--port", type=_Port(0, 65_535), default=defaults.PORT, help="Port; 0 takes a free one and prints it.")
@_flag(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_to_write,
    help="File that has the port while calls are welcome.",
)
@_flag("--tls-cert", type=_READABLE, help="PEM file with a certificate: HTTPS in place of HTTP.")
@_flag("--tls-key", type=_READABLE, help="PEM file with its key, where the certificate's file has it not.")
@_flag(
    "--db",
    type=_Place(dir_okay=False, path_type=Path),
    callback=_to_write,
    help="SQLite file that keeps the state, or postgresql://… of a database for it; without it the state goes with "
    "the process.",
)
@_flag(
    "--fixture",
    type=_FIXTURE,
    multiple=True,
    help="Fixture in place of the default one, or a folder of them; repeat it for several tenants. "
    "In the variable as in PATH.",
)
@_flag(
    "--unknown-clients",
    type=click.Choice(["accept", "refuse"]),
    default=defaults.UNKNOWN_CLIENTS,
    help="Whether a client id that no fixture names gets a tenant of its own.",
)
@_flag(
    "--max-body",
    type=click.IntRange(1),
    default=defaults.MAX_BODY,
    help="Largest request body, in bytes; 16 times as much at /__admin.",
)
@_flag("--journal-size", type=click.IntRange(0), default=defaults.JOURNAL_SIZE, help="Requests kept per tenant.")
@_flag(
    "--most-tenants",
    type=click.IntRange(1),
    default=defaults.MOST_TENANTS,
    help="Tenants beside those of fixtures; the one that was unused longest makes room.",
)
@_flag(
    "--most-snapshots",
    type=click.IntRange(0),
    default=defaults.MOST_SNAPSHOTS,
    help="Snapshots per tenant; one more is refused.",
)
@_flag(
    "--most-tokens",
    type=click.IntRange(1),
    default=defaults.MOST_TOKENS,
    help="Bearer tokens and sessions per tenant, expired or not; the oldest make room.",
)
@_flag(
    "--most-idempotency-keys",
    type=click.IntRange(0),
    default=defaults.MOST_IDEMPOTENCY_KEYS,
    help="Answers kept per tenant for idempotency keys, for 24 hours; the oldest make room.",
)
@_flag(
    "--most-cursors",
    type=click.IntRange(1),
    default=defaults.MOST_CURSORS,
    help="Results of more than one page per tenant; the oldest make room.",
)
@_flag(
    "--most-jobs",
    type=click.IntRange(0),
    default=defaults.MOST_JOBS,
    help="Finished jobs per tenant; the oldest make room.",
)
@_flag(
    "--most-faults",
    type=click.IntRange(0),
    default=defaults.MOST_FAULTS,
    help="Fault orders per tenant; those that are spent or expired make room, then one more is refused.",
)
@_flag(
    "--most-stubs",
    type=click.IntRange(0),
    default=defaults.MOST_STUBS,
    help="Stubs per tenant; one more is refused.",
)
@_flag("--forbid-reset-all", is_flag=True, help="Refuse to reset all tenants at once.")
@_flag("--admin-token", default=defaults.ADMIN_TOKEN, show_default=False, help="Bearer token that /__admin asks for.")
@_flag(
    "--allowed-host",
    type=_Host(),
    multiple=True,
    help="Name by which /__admin may be called, beside addresses, localhost, zuora-mock and testserver; repeat it.",
)
@_flag("--access-log/--no-access-log", default=defaults.ACCESS_LOG, help="One line per request.")
@click.version_option(__version__, message="zuora-mock %(version)s", allow_from_autoenv=False)
@click.pass_context
def main(context: click.Context, /, **flags: Any) -> None:
    if context.invoked_subcommand is None:
        _serve(flags)


def _serve(flags: Mapping[str, Any]) -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _leave)
    if flags["tls_key"] and not flags["tls_cert"]:
        raise click.UsageError("--tls-key goes with --tls-cert")
    known = {f"{PREFIX}_{name.upper()}" for name in flags}
    for warning in warnings(os.environ, known):
        click.echo(f"Warning: {warning}", err=True)
    gc.disable()  # until the server is up: nothing that is made on the way there is garbage
    _run("commands.serve", settings=_settings(flags))


for command in (
    _Late(
        "check",
        params=[click.Argument(["fixtures"], nargs=-1, required=True, type=_FIXTURE, metavar="FIXTURE...")],
        help="Say whether the server would start with these fixtures, files or folders, each taken by itself. "
        "What is wrong is one line each, with file, place and reason, and exit code 3.",
        short_help="Check fixtures; exit code 3 where one is wrong.",
    ),
    _Late(
        "fixture",
        help="Print the default fixture, to start an own one from. Its format is described at /__admin/fixture-schema.",
        short_help="Print the default fixture, to start from.",
    ),
    _Late(
        "openapi",
        params=[
            click.Option(["--admin"], is_flag=True, help="That of /__admin in its place.", allow_from_autoenv=False)
        ],
        help="Print the OpenAPI document of Zuora's calls, as JSON: for generators of clients.",
        short_help="Print the OpenAPI document.",
    ),
    _Late(
        "rules",
        help="Print every rule by which a call may be refused, one a line: name, what a client reads, how we know of "
        "it, what it says, and where that stands.",
        short_help="Print the rules by which calls are refused.",
    ),
):
    main.add_command(command)
