"""Did the calls come that were expected? And if not, which came nearest.

A question, and the two sorts of verdict:

    {"match": {…}, "count": 2}        exactly twice; or "atLeast", "atMost", or both; without any: at least once
    {"order": [{…}, {…}]}             one after the other, whatever came between them; {"match": {…}} will do as well
    {…, "withinSeconds": 5}           it may become true within so many seconds

    {"ok": true, "count": 2}
    {"ok": false, "count": 0, "nearest": [{"n": 7, "differs": {"status": {"expected": 200, "actual": 400}}}]}

`differs` names what is wrong in the words of the pattern; `n` is the number of the call in the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from zuora_mock.steering.journal import Journal
from zuora_mock.steering.matching import Difference, Match, differences
from zuora_mock.steering.models import RequestBody
from zuora_mock.steering.subjects import Subject
from zuora_mock.storage import journal as rows
from zuora_mock.storage.journal import Recorded
from zuora_mock.storage.transaction import Transaction

MOST_MISSES = 3
_CLOSEST = ("operation", "path", "method")
"""Of two calls with as many differences the one that has these right is nearer."""

LONGEST_WAIT = 300
"""Seconds."""

Count = Annotated[int, Field(ge=0)]


class Pattern(Match):
    """A pattern for calls that were answered."""

    status: int | None = Field(default=None, description="0 where no answer was sent")
    rule: str | None = Field(default=None, description="One of the rules that refused it")
    fault: str | None = Field(default=None, description="The fault that struck it")
    stub: str | None = Field(default=None, description="The id of the stub that answered it")


def _unwrapped(step: Any) -> Any:
    """A step of an order may be written as a pattern or as `{"match": pattern}`."""
    return step["match"] if isinstance(step, dict) and step.keys() == {"match"} else step


OrderedPattern = Annotated[Pattern, BeforeValidator(_unwrapped)]


class Question(RequestBody):
    """`match` with a count or a range, or `order`."""

    match: Pattern | None = None
    count: Count | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    order: Annotated[tuple[OrderedPattern, ...], Field(min_length=1)] | None = None
    within_seconds: float = Field(
        default=0, ge=0, le=LONGEST_WAIT, description="Waits so long for it to become true; real seconds"
    )

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.match is None) == (self.order is None):
            raise ValueError("match or order, one of them")
        ranged = self.at_least is not None or self.at_most is not None
        if self.order is not None and (ranged or self.count is not None):
            raise ValueError("count, atLeast and atMost go with match")
        if self.count is not None and ranged:
            raise ValueError("count, or atLeast and atMost, not both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("atLeast is at most atMost")
        return self

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return self.order or ((self.match,) if self.match else ())

    def allows(self, count: int) -> bool:
        if self.count is not None:
            return count == self.count
        least = 1 if self.at_least is None and self.at_most is None else self.at_least or 0
        return least <= count and (self.at_most is None or count <= self.at_most)


class _Recorded(NamedTuple):
    """A call of the journal as far as patterns ask for it."""

    n: int
    subject: Subject
    status: int
    rules: tuple[str, ...]
    fault: str | None
    stub: str | None


class _Miss(NamedTuple):
    n: int
    differences: tuple[Difference, ...]

    @property
    def distance(self) -> tuple[int, int, int]:
        wrong = {each.name for each in self.differences}
        return len(self.differences), sum(name in wrong for name in _CLOSEST), -self.n

    def shown(self) -> dict[str, Any]:
        differs = {each.name: {"expected": each.expected, "actual": each.actual} for each in self.differences}
        return {"n": self.n, "differs": differs}


def verify(transaction: Transaction, journal: Journal, question: Question) -> dict[str, Any]:
    """The verdict; `forgotten`, where the journal has lost entries, says that calls may be missing from the count."""
    tenant = transaction.tenant
    calls = [_recorded(each) for each in rows.recorded(transaction, journal.oldest(tenant))]
    verdict = _in_order(calls, question.order) if question.order else _counted(calls, question)
    forgotten = journal.forgotten(tenant)
    return {**verdict, "forgotten": forgotten} if forgotten else verdict


def _recorded(row: Recorded) -> _Recorded:
    headers = json.loads(row.request_headers)
    subject = Subject(row.operation, row.method, row.path, row.track_id, headers, row.request_body or b"")
    return _Recorded(row.n, subject, row.status, tuple((row.rule or "").split(",")), row.fault, row.stub)


def _counted(calls: Sequence[_Recorded], question: Question) -> dict[str, Any]:
    pattern = question.match or Pattern()
    compared = [_compare(pattern, call) for call in calls]
    matched = [miss.n for miss in compared if not miss.differences]
    if question.allows(len(matched)):
        return {"ok": True, "count": len(matched)}
    return {"ok": False, "count": len(matched), "matched": matched, "nearest": _nearest(compared)}


def _in_order(calls: Sequence[_Recorded], patterns: Sequence[Pattern]) -> dict[str, Any]:
    """Each step takes the first call after the last step's; `missing` is the index of the step that found none."""
    last = 0
    for step, pattern in enumerate(patterns):
        compared = [_after(last, _compare(pattern, each)) for each in calls]
        found = next((each.n for each in compared if not each.differences), None)
        if found is None:
            return {"ok": False, "count": step, "missing": step, "after": last or None, "nearest": _nearest(compared)}
        last = found
    return {"ok": True, "count": len(patterns)}


def _after(last: int, miss: _Miss) -> _Miss:
    """To have come too early is one more difference."""
    if miss.n > last:
        return miss
    return _Miss(miss.n, (*miss.differences, Difference("n", f"after {last}", miss.n)))


def _compare(pattern: Pattern, call: _Recorded) -> _Miss:
    return _Miss(call.n, (*differences(pattern, call.subject), *_outcome(pattern, call)))


def _outcome(pattern: Pattern, call: _Recorded) -> Iterator[Difference]:
    if pattern.status is not None and pattern.status != call.status:
        yield Difference("status", pattern.status, call.status)
    if pattern.rule is not None and pattern.rule not in call.rules:
        yield Difference("rule", pattern.rule, ",".join(call.rules) or None)
    if pattern.fault is not None and pattern.fault != call.fault:
        yield Difference("fault", pattern.fault, call.fault)
    if pattern.stub is not None and pattern.stub != call.stub:
        yield Difference("stub", pattern.stub, call.stub)


def _nearest(compared: Sequence[_Miss]) -> list[dict[str, Any]]:
    missed = sorted((miss for miss in compared if miss.differences), key=lambda miss: miss.distance)
    return [miss.shown() for miss in missed[:MOST_MISSES]]
