"""Verification: counts, ranges, order, and the nearest misses of what did not come."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.integration.journals import Kept
from zuora_mock.steering.journal import Journal
from zuora_mock.steering.verification import Question, verify


@pytest.fixture
def kept() -> Kept:
    """token, create, execute (refused), execute, create."""
    kept = Kept()
    kept.call("token", path="/oauth/token")
    kept.call("create", body={"type": "InvoiceSplit"})
    kept.call("execute", status=400, rules=("body.shape",), track_id="t-1", body={"ids": ["a"]})
    kept.call("execute", track_id="t-2", body={"ids": ["b"]}, fault="delay")
    kept.call("create", body={"type": "Account"})
    return kept


def ask(kept: Kept, **question: Any) -> dict[str, Any]:
    asked = Question.model_validate(question)
    with kept.bench.transaction() as transaction:
        return verify(transaction, kept.journal, asked)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"match": {"operation": "execute"}}, 2),
        ({"match": {"operation": "execute"}, "count": 2}, 2),
        ({"match": {"operation": "query"}, "count": 0}, 0),
        ({"match": {"operation": "create"}, "atLeast": 1, "atMost": 2}, 2),
        ({"match": {"operation": "query"}, "atMost": 1}, 0),
        ({"match": {"operation": "query"}, "atLeast": 0}, 0),
        ({"match": {}, "count": 5}, 5),
        ({"match": {"status": 400, "rule": "body.shape"}, "count": 1}, 1),
        ({"match": {"fault": "delay"}, "count": 1}, 1),
        ({"match": {"body": {"/ids/0": "b"}}, "count": 1}, 1),
        ({"order": [{"operation": "token"}, {"operation": "execute", "status": 200}, {"operation": "create"}]}, 3),
        ({"order": [{"operation": "create"}, {"operation": "create"}]}, 2),
    ],
)
def test_what_came_as_expected_is_ok(kept: Kept, question: dict[str, Any], count: int) -> None:
    assert ask(kept, **question) == {"ok": True, "count": count}


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"match": {"operation": "query"}}, 0),
        ({"match": {"operation": "execute"}, "count": 1}, 2),
        ({"match": {"operation": "execute"}, "count": 3}, 2),
        ({"match": {"operation": "execute"}, "atLeast": 3}, 2),
        ({"match": {"operation": "execute"}, "atMost": 1}, 2),
    ],
)
def test_another_count_is_not_ok(kept: Kept, question: dict[str, Any], count: int) -> None:
    verdict = ask(kept, **question)
    assert (verdict["ok"], verdict["count"]) == (False, count)


def test_the_nearest_misses_are_those_with_the_fewest_differences(kept: Kept) -> None:
    verdict = ask(kept, match={"operation": "execute", "trackId": "t-9", "status": 200})
    assert verdict["matched"] == []
    assert verdict["nearest"][:2] == [
        {"n": 4, "differs": {"trackId": {"expected": "t-9", "actual": "t-2"}}},
        {
            "n": 3,
            "differs": {
                "trackId": {"expected": "t-9", "actual": "t-1"},
                "status": {"expected": 200, "actual": 400},
            },
        },
    ]
    assert len(verdict["nearest"]) == 3


def test_of_equal_misses_the_one_of_the_same_operation_is_nearer_and_then_the_newer(kept: Kept) -> None:
    verdict = ask(kept, match={"operation": "create", "status": 201})
    assert [each["n"] for each in verdict["nearest"]] == [5, 2, 4]


def test_a_difference_in_the_body_is_named_by_its_pointer(kept: Kept) -> None:
    verdict = ask(kept, match={"operation": "create", "body": {"/type": "Invoice"}})
    assert verdict["nearest"][0] == {"n": 5, "differs": {"body/type": {"expected": "Invoice", "actual": "Account"}}}


def test_too_many_are_named(kept: Kept) -> None:
    assert ask(kept, match={"operation": "execute"}, atMost=1)["matched"] == [3, 4]


def test_a_rule_and_a_fault_that_did_not_come_are_differences(kept: Kept) -> None:
    verdict = ask(kept, match={"operation": "execute", "status": 400, "rule": "body.json", "fault": "delay"})
    assert verdict["nearest"][1]["differs"] == {
        "rule": {"expected": "body.json", "actual": "body.shape"},
        "fault": {"expected": "delay", "actual": None},
    }


def test_a_step_that_did_not_follow_is_named_with_what_came_too_early(kept: Kept) -> None:
    verdict = ask(kept, order=[{"operation": "execute"}, {"operation": "token"}, {"operation": "create"}])
    assert {name: verdict[name] for name in ("ok", "count", "missing", "after")} == {
        "ok": False,
        "count": 1,
        "missing": 1,
        "after": 3,
    }
    assert verdict["nearest"][0] == {"n": 1, "differs": {"n": {"expected": "after 3", "actual": 1}}}


def test_a_first_step_that_never_came_comes_after_nothing(kept: Kept) -> None:
    verdict = ask(kept, order=[{"operation": "query"}])
    assert (verdict["count"], verdict["missing"], verdict["after"]) == (0, 0, None)


def test_a_count_that_may_lie_says_how_many_calls_are_forgotten() -> None:
    kept = Kept(journal=Journal(2))
    for _ in range(5):
        kept.call()
    assert ask(kept, match={"operation": "execute"}, count=2) == {"ok": True, "count": 2, "forgotten": 3}


def test_an_empty_journal_has_no_misses() -> None:
    assert ask(Kept(), match={}) == {"ok": False, "count": 0, "matched": [], "nearest": []}


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"match": {}, "order": [{}]},
        {"order": []},
        {"order": [{}], "count": 1},
        {"order": [{}], "atMost": 1},
        {"match": {}, "count": 1, "atLeast": 1},
        {"match": {}, "atLeast": 2, "atMost": 1},
        {"match": {}, "count": -1},
        {"match": {}, "times": 1},
        {"match": {"code": 1}},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate(question)
