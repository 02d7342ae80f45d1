"""`zuora-mock fixture`: the default one, as it is."""

from __future__ import annotations

import click

from zuora_mock.defaults import default_fixture_path


def run() -> None:
    click.echo(default_fixture_path().read_text(encoding="utf-8"), nl=False)
