"""What the mock knows and how it knows it, and how much of that a tenant's calls have exercised.

    operations   what the mock does of Zuora's API
    rules        what it refuses, with provenance (documented, observed, assumed) and source

Printed as data, as a table of text, and as JUnit XML for the reports of a CI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.etree import ElementTree as ET

from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Provenance, Rule
from zuora_mock.storage import journal
from zuora_mock.storage.transaction import Transaction


class Described(Protocol):
    """What the ledger asks of an operation."""

    @property
    def name(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def source(self) -> str: ...
    @property
    def summary(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An operation, whose `detail` is its method and path, or a rule, whose `detail` is its kind."""

    name: str
    detail: str
    provenance: str
    source: str
    summary: str
    exercised: bool


@dataclass(frozen=True, slots=True)
class Total:
    total: int
    exercised: int
    by_provenance: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ledger:
    operations: tuple[LedgerRow, ...]
    rules: tuple[LedgerRow, ...]

    @property
    def sections(self) -> Mapping[str, Sequence[LedgerRow]]:
        return {"operations": self.operations, "rules": self.rules}


def read(transaction: Transaction, operations: Iterable[Described]) -> Ledger:
    met = journal.exercised(transaction)
    return Ledger(
        tuple(_operation(operation, ("operation", operation.name) in met) for operation in operations),
        tuple(_rule(rule, ("rule", rule.name) in met) for rule in RULES.values()),
    )


def _operation(operation: Described, exercised: bool) -> LedgerRow:
    detail = f"{operation.method} {operation.path}"
    provenance = operation.provenance.value
    return LedgerRow(operation.name, detail, provenance, operation.source, operation.summary, exercised)


def _rule(rule: Rule, exercised: bool) -> LedgerRow:
    return LedgerRow(rule.name, rule.kind.value, rule.provenance.value, rule.source, rule.summary, exercised)


def total(lines: Sequence[LedgerRow]) -> Total:
    counts = {each.value: sum(line.provenance == each.value for line in lines) for each in Provenance}
    return Total(len(lines), sum(line.exercised for line in lines), counts)


def as_text(ledger: Ledger) -> str:
    """A table for a terminal; `x` marks what was exercised."""
    return "\n\n".join(_table(title, lines) for title, lines in ledger.sections.items()) + "\n"


def _table(title: str, lines: Sequence[LedgerRow]) -> str:
    counts = total(lines)
    known = ", ".join(f"{count} {name}" for name, count in counts.by_provenance.items())
    cells = [("x" if each.exercised else "-", each.name, each.provenance, each.detail, each.source) for each in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join((f"{title}: {counts.exercised} of {counts.total} exercised; {known}", *rows))


def as_junit(ledger: Ledger) -> bytes:
    """JUnit XML: a test case for each line, skipped where it was not exercised."""
    suites = ET.Element("testsuites", name="zuora-mock")
    for title, lines in ledger.sections.items():
        counts = total(lines)
        numbers = {"tests": counts.total, "failures": 0, "errors": 0, "skipped": counts.total - counts.exercised}
        attributes = {"name": title, **{name: str(value) for name, value in numbers.items()}}
        suite = ET.SubElement(suites, "testsuite", attributes)
        for each in lines:
            _case(suite, title, each)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text


def _case(suite: ET.Element, title: str, line: LedgerRow) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{title}.{line.provenance}", name=line.name, time="0")
    if not line.exercised:
        ET.SubElement(case, "skipped", message="not exercised")
    ET.SubElement(case, "system-out").text = f"{line.detail}: {line.summary} ({line.source})"
