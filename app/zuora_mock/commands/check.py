"""`zuora-mock check`: what it accepts the server accepts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from zuora_mock.bounds import Bounds
from zuora_mock.storage.database import Database
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, files_in, load
from zuora_mock.tenants.tenancy import Tenancy

_WRONG = 3


def run(fixtures: Sequence[Path]) -> None:
    problems = [problem for path in fixtures for problem in _problems(path)]
    if problems:
        click.echo("\n".join(problems), err=True)
        sys.exit(_WRONG)


def _problems(path: Path) -> list[str]:
    """What is wrong, a line each, with every file of a folder. Of what is right a line tells what is in it."""
    found, wrong = list[Fixture](), list[str]()
    with _noted(wrong):
        for file in files_in(path):
            with _noted(wrong):
                found.append(load(file))
    if found:
        with _noted(wrong):
            bounds = Bounds()
            Tenancy(Database(), Credentials(bounds), found, bounds)
    for each in () if wrong else found:
        click.echo(_told(each))
    return wrong


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    try:
        yield
    except FixtureError as error:
        problems.append(str(error))


def _told(fixture: Fixture) -> str:
    counts = {"account(s)": fixture.counts["accounts"], "invoice(s)": fixture.counts["invoices"]}
    content = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"{fixture.source}: fine: tenant {fixture.document.tenant}, {content}"
