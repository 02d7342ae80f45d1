"""The golden pairs of `fixtures/wire` are answered as they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from tests.acceptance.golden import fits, is_refused, pairs, play, spoken, written
from tests.acceptance.mocks import Mock, Start
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.domain.catalogue import BY_NAME

KEYS = {"operation", "title", "provenance", "source", "date", "given", "request", "answer"}
FAMILIES = {"Actions", "CRUD", "OAuth", "REST"}


def _marked(name: str, pair: Mapping[str, Any]) -> ParameterSet:
    mark = getattr(pytest.mark, pair["provenance"])
    return pytest.param(pair, id=name, marks=mark if pair["provenance"] == "assumed" else mark(pair["source"]))


@pytest.mark.parametrize("pair", [_marked(*each) for each in pairs().items()])
def test_the_request_gets_the_answer(server: Start, tmp_path: Path, pair: dict[str, Any]) -> None:
    answer, words = play(server, tmp_path, pair)
    expected = json.loads(spoken(json.dumps(pair["answer"]), words))
    assert answer.status_code == expected["status"], answer.text
    for name, value in expected["headers"].items():
        assert fits(value, answer.headers[name]), (name, answer.headers[name])
    if expected.get("order") == "any":
        assert answer.json() == expected["body"]
        assert answer.text.endswith("\n") is expected.get("newline", False)
    else:
        assert fits(written(expected), answer.text), answer.text


@pytest.mark.assumed
@pytest.mark.parametrize("name", pairs())
def test_a_pair_says_where_it_comes_from(name: str) -> None:
    pair = pairs()[name]
    assert set(pair) <= KEYS
    assert set(pair) >= KEYS - {"given"}
    assert pair["operation"] == name.partition("/")[0]
    assert is_refused(pair["answer"]) is name.partition("/")[2].startswith("refused")
    assert is_refused(pair["answer"]) is ("Zuora-Mock-Rule" in pair["answer"]["headers"])


def needs_pairs(operation: OperationRoute) -> bool:
    """What is stored CRUD answers alike, whatever the object: Product stands for all."""
    is_wanted = operation.family in FAMILIES or operation.open
    return is_wanted and (operation.kind is None or not operation.kind.stored or operation.kind is BY_NAME["Product"])


@pytest.mark.assumed
def test_every_operation_of_the_two_families_has_a_good_and_a_refused_pair(mock: Mock) -> None:
    operations: list[OperationRoute] = mock.app.state.operations
    wanted = {each.name for each in operations if needs_pairs(each)}
    for refused in (False, True):
        found = {each["operation"] for each in pairs().values() if is_refused(each["answer"]) is refused}
        assert not wanted - found
