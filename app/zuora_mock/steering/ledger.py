"""What the mock knows and how it knows it, and how much of that a tenant's calls have exercised.

    operations   what the mock does of Zuora's API, and how much of Zuora is behind it
    objects      the types of records, with the same
    rules        what it refuses, with provenance (documented, observed, assumed) and source
    use          what the calls have used at which level: on how much of Zuora a suite rests

Printed as data, as a table of text, and as JUnit XML for the reports of a CI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from zuora_mock.domain.catalogue import OBJECTS, ObjectType
from zuora_mock.domain.levels import Level
from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Provenance, Rule
from zuora_mock.steering.use import NO, USED, Described
from zuora_mock.storage import journal
from zuora_mock.storage.transaction import Transaction


class LedgerRow(NamedTuple):
    """An operation, whose `detail` is its method and path, a type of object or a rule, whose `detail` is its kind.

    Rules have no level.
    """

    name: str
    detail: str
    provenance: str
    source: str
    summary: str
    exercised: bool
    level: str = ""


class Total(NamedTuple):
    """`exercised_by_level` is empty for rules."""

    total: int
    exercised: int
    exercised_by_level: Mapping[str, int]
    by_provenance: Mapping[str, int]


class Ledger(NamedTuple):
    operations: tuple[LedgerRow, ...]
    objects: tuple[LedgerRow, ...]
    rules: tuple[LedgerRow, ...]
    use: Mapping[str, Sequence[str]]

    @property
    def sections(self) -> Mapping[str, Sequence[LedgerRow]]:
        return {"operations": self.operations, "objects": self.objects, "rules": self.rules}


def read(transaction: Transaction, operations: Iterable[Described], *, by_all: bool = False) -> Ledger:
    """Of the tenant's calls, or of those of all tenants that there are or were."""
    met = journal.exercised(transaction, by_all=by_all)
    return Ledger(
        tuple(_operation(operation, ("operation", operation.name) in met) for operation in operations),
        tuple(_object(kind, ("object", kind.name) in met) for kind in OBJECTS),
        tuple(_rule(rule, ("rule", rule.name) in met) for rule in RULES.values()),
        {level: sorted(name for kind, name in met if kind == level) for level in USED},
    )


def _operation(operation: Described, exercised: bool) -> LedgerRow:
    detail = f"{operation.method} {operation.path}"
    provenance = operation.provenance.value
    level = operation.level.value
    return LedgerRow(operation.name, detail, provenance, operation.source, operation.summary, exercised, level)


def _object(kind: ObjectType, exercised: bool) -> LedgerRow:
    verbs = ("create", "update", "delete")
    detail = ", ".join(("query", *(verb for verb in verbs if verb in kind.may)))
    source, summary, level = f"SOAP API, {kind.name}", f"Records of {kind.name}", kind.level.value
    return LedgerRow(kind.name, detail, Provenance.DOCUMENTED.value, source, summary, exercised, level)


def _rule(rule: Rule, exercised: bool) -> LedgerRow:
    return LedgerRow(rule.name, rule.kind.value, rule.provenance.value, rule.source, rule.summary, exercised)


def total(lines: Sequence[LedgerRow]) -> Total:
    counts = {each.value: sum(line.provenance == each.value for line in lines) for each in Provenance}
    met = [line for line in lines if line.exercised]
    known = (Level.COMPUTED, Level.STORED) if any(line.level for line in lines) else ()
    levels = {each.value: sum(line.level == each for line in met) for each in known}
    return Total(len(lines), len(met), levels, counts)


def as_text(ledger: Ledger) -> str:
    """A table for a terminal; `x` marks what was exercised."""
    tables = (_table(title, lines) for title, lines in ledger.sections.items())
    return "\n\n".join((*tables, _use_table(ledger.use))) + "\n"


def _use_table(use: Mapping[str, Sequence[str]]) -> str:
    counts = ", ".join(f"{len(names)} {level}" for level, names in use.items())
    width = max(map(len, use))
    rows = (f"{level.ljust(width)}  {name}" for level, names in use.items() for name in names)
    return "\n".join((f"use: {counts}", *rows))


def _table(title: str, lines: Sequence[LedgerRow]) -> str:
    counts = total(lines)
    known = ", ".join(f"{count} {name}" for name, count in counts.by_provenance.items())
    by_level = ", ".join(f"{count} {name}" for name, count in counts.exercised_by_level.items())
    exercised = f"{counts.exercised} of {counts.total} exercised" + (f" ({by_level})" if by_level else "")
    cells = [_cells(each) for each in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join((f"{title}: {exercised}; {known}", *rows))


def _cells(row: LedgerRow) -> list[str]:
    level = [row.level] if row.level else []
    return ["x" if row.exercised else "-", row.name, *level, row.provenance, row.detail, row.source]


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
    _use_suite(suites, ledger.use)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text


def _use_suite(suites: ET.Element, use: Mapping[str, Sequence[str]]) -> None:
    """A test case for each use; what the mock has not is skipped."""
    numbers = {"tests": sum(map(len, use.values())), "failures": 0, "errors": 0, "skipped": len(use[NO])}
    suite = ET.SubElement(suites, "testsuite", {"name": "use", **{name: str(each) for name, each in numbers.items()}})
    for level, names in use.items():
        for name in names:
            case = ET.SubElement(suite, "testcase", classname=f"use.{level}", name=name, time="0")
            if level == NO:
                ET.SubElement(case, "skipped", message="the mock has it not")


def _case(suite: ET.Element, title: str, line: LedgerRow) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{title}.{line.provenance}", name=line.name, time="0")
    if not line.exercised:
        ET.SubElement(case, "skipped", message="not exercised")
    ET.SubElement(case, "system-out").text = f"{line.detail}: {line.summary} ({line.source})"
