"""Refusals: what the mock will not do, as named rules rather than strings.

    Refusal            one call, or one row of a call, was refused
      .rule            Rule: name, provenance, source, kind and Zuora's code

A refusal that is raised ends the whole call and rolls its transaction back; one that is returned stands for one row.
What it looks like on the wire depends on the family of the endpoint and is decided in one place, `api.dialects`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
    NOT_FOUND = "not-found"
    IN_PROGRESS = "in-progress"
    KEY_REUSED = "key-reused"
    RATE = "rate"
    CONCURRENCY = "concurrency"
    INTERNAL = "internal"
    BAD_GATEWAY = "bad-gateway"
    GATEWAY_TIMEOUT = "gateway-timeout"
    TOKEN = "token"  # noqa: S105  (a word, not a secret)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that Zuora, or the mock in its place, insists on.

    `code` is the word a client reads: an error code of Actions (`INVALID_VALUE`) or the category digits of REST.
    """

    name: str
    kind: Kind
    provenance: Provenance
    source: str
    summary: str
    code: str = ""


class Refusal(Exception):
    """A rule was broken. `pointer` is the JSON pointer of the culprit; the rest explains the refusal to a person."""

    def __init__(
        self,
        rule: Rule,
        message: str,
        *,
        pointer: str = "",
        expected: Any = None,
        actual: Any = None,
        state: Mapping[str, Any] | None = None,
        accepted: Any = None,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.pointer = pointer
        self.expected = expected
        self.actual = actual
        self.state = dict(state or {})
        self.accepted = accepted
