"""The command `zuora-mock`: its flags, their `ZUORA_MOCK_*` variables, its exit codes.

0  stopped by TERM or Ctrl+C
1  the server failed to start
2  wrong use: a bad flag, a taken port, a file that is no database
3  a fixture is wrong; the line names file, path and value
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
from pathlib import Path

import click
from pydantic import BaseModel

from zuora_mock import __version__
from zuora_mock.settings import Settings

PREFIX = "ZUORA_MOCK"
_DEFAULT = Settings()
# A container linked to one called zuora-mock, or a pod beside a service of that name, gets ZUORA_MOCK_PORT=tcp://… and
# a dozen more variables from its runtime. They are no settings of ours.
_LINKED = re.compile(rf"{PREFIX}_(PORT|SERVICE)_")
_PLURALS = {"fixture": "fixtures", "allowed_host": "allowed_hosts"}
_flag = partial(click.option, show_default=True, show_envvar=True)


class _Port(click.IntRange):
    """A port; the address that a container runtime puts into `ZUORA_MOCK_PORT` counts as none given."""

    def convert(self, value: int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return _DEFAULT.port if str(value).startswith("tcp://") else super().convert(value, param, ctx)


class _Host(click.types.StringParamType):
    """A name of this server; in the variable several, with commas or spaces between them."""

    name = "name"

    def split_envvar_value(self, rv: str) -> list[str]:
        return rv.replace(",", " ").split()


def warnings(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """One line for each variable that looks like a setting and is none, with the nearest of those that are."""
    settings = {name.removeprefix(PREFIX): name for name in known}
    for name in sorted(environ):
        if name.startswith(f"{PREFIX}_") and name not in known and not _LINKED.match(name):
            near = get_close_matches(name.removeprefix(PREFIX), settings, n=1)
            yield f"{name} is no setting" + (f"; did you mean {settings[near[0]]}?" if near else "")


def _database(_context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    if path and not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    return path


def _settings(flags: Mapping[str, object]) -> Settings:
    named = {_PLURALS.get(name, name): value for name, value in flags.items()}
    return Settings.model_validate(named)


def settings_of_environment() -> Settings:
    """What the command would start with, without flags. A variable that is wrong ends the process with exit code 2."""
    try:
        with main.make_context("zuora-mock", []) as context:
            return _settings(context.params)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from error


def _leave(_signal: int, _frame: object) -> None:
    sys.exit(0)


@click.command(context_settings={"auto_envvar_prefix": PREFIX, "help_option_names": ["-h", "--help"]})
@_flag("--host", default=_DEFAULT.host, help="Address to listen on.")
@_flag("--port", type=_Port(0, 65_535), default=_DEFAULT.port, help="Port; 0 takes a free one and prints it.")
@_flag(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_database,
    help="SQLite file that keeps the state; without it the state lives in memory.",
)
@_flag(
    "--fixture",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Fixture file in place of the default one; repeat it for several tenants. In the variable as in PATH.",
)
@_flag(
    "--unknown-clients",
    type=click.Choice(["accept", "refuse"]),
    default=_DEFAULT.unknown_clients,
    help="Whether a client id that no fixture names gets a tenant of its own.",
)
@_flag(
    "--max-body",
    type=click.IntRange(1),
    default=_DEFAULT.max_body,
    help="Largest request body, in bytes; 16 times as much at /__admin.",
)
@_flag("--journal-size", type=click.IntRange(0), default=_DEFAULT.journal_size, help="Requests kept per tenant.")
@_flag(
    "--most-tenants",
    type=click.IntRange(1),
    default=_DEFAULT.most_tenants,
    help="Tenants beside those of fixtures; the one that was unused longest makes room.",
)
@_flag(
    "--most-snapshots",
    type=click.IntRange(0),
    default=_DEFAULT.most_snapshots,
    help="Snapshots per tenant; one more is refused.",
)
@_flag(
    "--most-tokens",
    type=click.IntRange(1),
    default=_DEFAULT.most_tokens,
    help="Bearer tokens and sessions per tenant, expired or not; the oldest make room.",
)
@_flag(
    "--most-idempotency-keys",
    type=click.IntRange(0),
    default=_DEFAULT.most_idempotency_keys,
    help="Answers kept per tenant for idempotency keys, for 24 hours; the oldest make room.",
)
@_flag(
    "--most-cursors",
    type=click.IntRange(1),
    default=_DEFAULT.most_cursors,
    help="Results of more than one page per tenant; the oldest make room.",
)
@_flag(
    "--most-faults",
    type=click.IntRange(0),
    default=_DEFAULT.most_faults,
    help="Fault orders per tenant; those that are spent or expired make room, then one more is refused.",
)
@_flag("--forbid-reset-all", is_flag=True, help="Refuse to reset all tenants at once.")
@_flag("--admin-token", default=_DEFAULT.admin_token, show_default=False, help="Bearer token that /__admin asks for.")
@_flag(
    "--allowed-host",
    type=_Host(),
    multiple=True,
    help="Name by which /__admin may be called, beside addresses, localhost, zuora-mock and testserver; repeat it.",
)
@_flag("--access-log/--no-access-log", default=_DEFAULT.access_log, help="One line per request.")
@click.version_option(__version__, message="zuora-mock %(version)s", allow_from_autoenv=False)
@click.pass_context
def main(context: click.Context, /, **flags: object) -> None:
    """A mock Zuora billing server for tests. It listens until TERM or Ctrl+C."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _leave)
    known = {f"{PREFIX}_{name.upper()}" for name in flags}
    for warning in warnings(os.environ, known):
        click.echo(f"Warning: {warning}", err=True)
    settings = _settings(flags)
    gc.disable()  # until the server is up: nothing that is made on the way there is garbage
    # FastAPI's models of OpenAPI are built when the page is asked for, not at import: a tenth of the time to Ready.
    BaseModel.model_config["defer_build"] = True
    # Start-up cost: --help, --version and a wrong flag are answered without the server's imports.
    from zuora_mock.serve import CannotStart, serve  # noqa: PLC0415

    try:
        serve(settings)
    except CannotStart as error:
        click.echo(f"Error: {error}", err=True)
        context.exit(error.exit_code)
