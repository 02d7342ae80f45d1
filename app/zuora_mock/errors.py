"""Refusals: what the mock will not do, as named rules rather than strings.

    Refusal            one call, or one row of a call, was refused
      .rule            Rule: name, kind, provenance, source and a sentence
      .remedy          what would do instead

A refusal that is raised ends the whole call and rolls its transaction back; one that is returned stands for one row.
Which code, status and body a client reads is a matter of the family of the endpoint: of its dialect, in `api`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from zuora_mock.pointers import pointer


class Provenance(StrEnum):
    """How we know that Zuora behaves so."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class Kind(StrEnum):
    """What sort of refusal a rule makes; with the family of the endpoint it decides status and body."""

    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NO_ROUTE = "no-route"
    WRONG_METHOD = "wrong-method"
    INVALID_ACTION = "invalid-action"
    UNREADABLE = "unreadable"
    UNSUPPORTED_MEDIA = "unsupported-media"
    TOO_LARGE = "too-large"
    UNKNOWN_FIELDS = "unknown-fields"
    FAULT = "fault"
    ROW = "row"
    FIELD = "field"
    NOT_FOUND = "not-found"
    IN_PROGRESS = "in-progress"
    KEY_REUSED = "key-reused"
    RATE = "rate"
    CONCURRENCY = "concurrency"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"
    BAD_GATEWAY = "bad-gateway"
    GATEWAY_TIMEOUT = "gateway-timeout"
    TOKEN = "token"  # noqa: S105  (a word, not a secret)


class Rule(NamedTuple):
    """One thing that Zuora, or the mock in its place, insists on. What a client reads of it is a matter of dialects."""

    name: str
    kind: Kind
    provenance: Provenance
    source: str
    summary: str

    def refusal(
        self,
        message: str,
        *,
        at: str = "",
        expected: Any = None,
        actual: Any = None,
        state: Mapping[str, Any] | None = None,
        remedy: Remedy | None = None,
        fault: Mapping[str, str] | None = None,
    ) -> Refusal:
        """That it was broken, `at` a pointer relative to what was judged."""
        return Refusal(
            self, message, pointer=at, expected=expected, actual=actual, state=state, remedy=remedy, fault=fault
        )


class Edit(NamedTuple):
    """A record that is to be written: with an `Id` among its values it is changed, without one it is made."""

    object: str
    values: Mapping[str, Any]


@dataclass(slots=True, repr=False)
class Remedy:
    """What would do instead, in the terms of what was judged.

    `members` by pointer relative to it, None takes one away; `first` are records to write before. One that says neither
    tells that nothing has to change but what the rule itself names, such as an ordered fault.
    """

    members: Mapping[str, Any] = field(default_factory=dict)
    first: Sequence[Edit] = ()

    def under(self, prefix: str) -> Remedy:
        if not self.members:
            return self
        return replace(self, members={prefix + at: value for at, value in self.members.items()})


class Refusal(Exception):
    """A rule was broken. `pointer` is the JSON pointer of the culprit; the rest explains the refusal to a person.

    `remedy` says what would do; where the request is at hand, that becomes `accepted`, a whole request: `method`,
    `path`, `body`, where needed `headers`, and `then` for those that follow it. `fault` tells of an ordered fault its
    kind and its order. `also` are others that the same call broke, where a family tells all at once.
    """

    def __init__(
        self,
        rule: Rule,
        message: str,
        *,
        pointer: str = "",
        expected: Any = None,
        actual: Any = None,
        state: Mapping[str, Any] | None = None,
        remedy: Remedy | None = None,
        fault: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.pointer = pointer
        self.expected = expected
        self.actual = actual
        self.state = dict(state or {})
        self.remedy = remedy
        self.fault = fault
        self.accepted: Mapping[str, Any] | None = None
        self.also: tuple[Refusal, ...] = ()

    @property
    def all(self) -> tuple[Refusal, ...]:
        return (self, *self.also)

    def under(self, *steps: object) -> Self:
        """The same, of a thing that stands inside of another: its pointers grow a prefix."""
        prefix = pointer(*steps)
        for each in self.all:
            each.pointer = prefix + each.pointer
            each.remedy = each.remedy.under(prefix) if each.remedy else None
        return self

    def forget_frames(self) -> None:
        """Those it was raised in, once it has been caught: they hold the call that holds it, some kilobytes each."""
        self.__traceback__ = self.__context__ = None


def together(refusals: Sequence[Refusal]) -> Refusal:
    """One refusal that tells of all of them; what would do instead mends them all, or nothing does."""
    first, *others = refusals
    first.also = tuple(others)
    remedies = [each.remedy for each in refusals if each.remedy is not None]
    if others:
        whole = Remedy({at: value for each in remedies for at, value in each.members.items()})
        for each in refusals:
            each.remedy = whole if len(remedies) == len(refusals) else None
    return first
