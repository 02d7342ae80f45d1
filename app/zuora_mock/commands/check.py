"""`zuora-mock check`: what it accepts the server accepts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from zuora_mock.bounds import Bounds
from zuora_mock.storage.database import Database
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, load_all
from zuora_mock.tenants.tenancy import Tenancy

_WRONG = 3


def run(fixtures: Sequence[Path]) -> None:
    problems = list(map(_problems, fixtures))
    if any(problems):
        click.echo("\n".join(filter(None, problems)), err=True)
        sys.exit(_WRONG)


def _problems(path: Path) -> str:
    """What is wrong, a line each. Of what is right a line tells what is in it."""
    try:
        found, bounds = load_all([path]), Bounds()
        Tenancy(Database(), Credentials(bounds), found, bounds)
    except FixtureError as error:
        return str(error)
    for each in found:
        click.echo(_told(each))
    return ""


def _told(fixture: Fixture) -> str:
    counts = {"account(s)": fixture.counts["accounts"], "invoice(s)": fixture.counts["invoices"]}
    content = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"{fixture.source}: fine: tenant {fixture.document.tenant}, {content}"
