"""The ledger: what the mock knows, and what of it the calls have exercised."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from tests.integration.journals import Kept
from zuora_mock.domain.catalogue import OBJECTS
from zuora_mock.domain.levels import Level
from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Provenance
from zuora_mock.steering.ledger import Ledger, LedgerRow, as_junit, as_text, read, total


@dataclass(frozen=True)
class Operation:
    name: str
    provenance: Provenance
    method: str = "POST"
    path: str = "/v1/action/x"
    source: str = "a page"
    summary: str = "does <x> & more"
    level: Level = Level.COMPUTED


OPERATIONS = (Operation("execute", Provenance.DOCUMENTED), Operation("generate", Provenance.ASSUMED))


@pytest.fixture
def kept() -> Kept:
    kept = Kept()
    kept.call("execute", rules=("body.shape", "object.id"))
    kept.call("execute", rules=("object.id",), met=[("computed", "execute"), ("no", "POST /v1/hmac-signatures")])
    return kept


def ledger(kept: Kept) -> Ledger:
    with kept.bench.transaction() as transaction:
        return read(transaction, OPERATIONS)


def exercised(lines: tuple[LedgerRow, ...]) -> list[str]:
    return [each.name for each in lines if each.exercised]


def test_it_lists_every_operation_and_rule_and_marks_what_calls_have_met(kept: Kept) -> None:
    found = ledger(kept)
    assert [each.name for each in found.operations] == ["execute", "generate"]
    assert {each.name for each in found.rules} == set(RULES)
    assert exercised(found.operations) == ["execute"]
    assert exercised(found.rules) == ["body.shape", "object.id"]


def test_totals_count_by_provenance(kept: Kept) -> None:
    counts = total(ledger(kept).operations)
    assert (counts.total, counts.exercised) == (2, 1)
    assert counts.by_provenance == {"documented": 1, "observed": 0, "assumed": 1}


def test_what_was_met_outlives_the_entries_and_the_process(kept: Kept) -> None:
    with kept.bench.transaction() as transaction:
        kept.journal.clear(transaction)
    kept.tenant.exercised = frozenset()
    assert exercised(ledger(kept).operations) == ["execute"]


def test_the_text_is_a_table_with_its_totals(kept: Kept) -> None:
    lines = as_text(ledger(kept)).splitlines()
    assert lines[:3] == [
        "operations: 1 of 2 exercised (1 computed, 0 stored); 1 documented, 0 observed, 1 assumed",
        "x  execute   computed  documented  POST /v1/action/x  a page",
        "-  generate  computed  assumed     POST /v1/action/x  a page",
    ]
    assert lines[4].startswith(f"objects: 0 of {len(OBJECTS)} exercised (0 computed, 0 stored); ")
    assert f"rules: 2 of {len(RULES)} exercised; " in "\n".join(lines[5:])
    assert lines[-3:] == [
        "use: 1 computed, 0 stored, 0 stubbed, 1 no",
        "computed  execute",
        "no        POST /v1/hmac-signatures",
    ]


def test_junit_skips_what_was_not_exercised(kept: Kept) -> None:
    suites = ET.fromstring(as_junit(ledger(kept)))  # noqa: S314  (our own)
    operations = suites.find("testsuite[@name='operations']")
    assert operations is not None
    assert {name: operations.get(name) for name in ("tests", "skipped", "failures")} == {
        "tests": "2",
        "skipped": "1",
        "failures": "0",
    }
    skipped = {case.get("name"): case.find("skipped") is not None for case in operations.findall("testcase")}
    assert skipped == {"execute": False, "generate": True}
    case = operations.find("testcase[@name='execute']")
    assert case is not None
    assert case.get("classname") == "operations.documented"
    assert case.findtext("system-out") == "POST /v1/action/x: does <x> & more (a page)"
    use = [(case.get("classname"), case.find("skipped") is not None) for case in suites.findall("*[@name='use']/*")]
    assert use == [("use.computed", False), ("use.no", True)]
