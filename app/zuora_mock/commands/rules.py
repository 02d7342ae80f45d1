"""`zuora-mock rules`: the catalogue of refusals as lines."""

from __future__ import annotations

import click

from zuora_mock.api.codes import read_as
from zuora_mock.domain.rules import RULES


def run() -> None:
    rows = [(rule.name, read_as(rule), rule.provenance.value, rule.summary, rule.source) for rule in RULES.values()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, code, provenance, summary, source in rows:
        words = (word.ljust(width) for word, width in zip((name, code, provenance), widths, strict=True))
        click.echo(f"{'  '.join(words)}  {summary}" + (f" ({source})" if source else ""))
