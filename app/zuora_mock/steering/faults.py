"""Faults that a test orders: Zuora's errors by name, delays, and trouble on the network under WireMock's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Remedy, Rule

FAULT_HEADER = "zuora-mock-fault"
DELAY_HEADER = "zuora-mock-delay"
LONGEST_DELAY = 600_000
FAILED_BY_ORDER = "failed by order"
HEADER = "header"
"""The order of a fault that the request itself has ordered."""


class FaultKind(StrEnum):
    USER_INFO = "user-info"
    LOCK_COMPETITION = "lock-competition"
    RATE_LIMIT = "rate-limit"
    CONCURRENCY_LIMIT = "concurrency-limit"
    INTERNAL_ERROR = "internal-error"
    BAD_GATEWAY = "bad-gateway"
    GATEWAY_TIMEOUT = "gateway-timeout"
    ERROR = "error"
    DELAY = "delay"
    APPLIED_THEN_LOST = "applied-then-lost"
    CONNECTION_RESET = "CONNECTION_RESET_BY_PEER"
    EMPTY_RESPONSE = "EMPTY_RESPONSE"
    MALFORMED_CHUNK = "MALFORMED_RESPONSE_CHUNK"
    RANDOM_DATA = "RANDOM_DATA_THEN_CLOSE"
    TRUNCATED_BODY = "truncated-body"


NETWORK = frozenset(
    {FaultKind.CONNECTION_RESET, FaultKind.EMPTY_RESPONSE, FaultKind.MALFORMED_CHUNK, FaultKind.RANDOM_DATA}
)
"""Injected before the call: nothing takes effect and no answer leaves."""

AFTERWARDS = frozenset({FaultKind.APPLIED_THEN_LOST, FaultKind.TRUNCATED_BODY})
"""Injected after the call has taken effect."""


@dataclass(frozen=True, slots=True)
class Injection:
    """What is injected into one call. `milliseconds` is waited before it; `kind` None is a delay and nothing else.

    `name` is what the journal calls it; `code` and `message` belong to the kind `error`; `order` is an id or
    `header`; `ignored` are headers that order nothing that the mock knows, `notes` what the journal has to say.
    """

    kind: FaultKind | None = None
    milliseconds: float = 0
    name: str = ""
    code: str = ""
    message: str = ""
    order: str = ""
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NO_INJECTION = Injection()

TOO_MANY_AT_ONCE = (
    "The total number of concurrent requests has exceeded the limit allowed by the system. "
    "Please resubmit your request later."
)
_LOCK = "Operation failed due to a lock competition, please retry later."

_REFUSALS: Mapping[FaultKind, tuple[Rule, str]] = {
    FaultKind.USER_INFO: (rules.USER_INFO, "Failed to get user info"),
    FaultKind.LOCK_COMPETITION: (rules.LOCK_COMPETITION, _LOCK),
    FaultKind.RATE_LIMIT: (rules.RATE_LIMIT, "API Rate limit exceeded for the minute, retry after 60 seconds"),
    FaultKind.CONCURRENCY_LIMIT: (rules.CONCURRENCY_LIMIT, TOO_MANY_AT_ONCE),
    FaultKind.INTERNAL_ERROR: (rules.INTERNAL_ERROR, "an internal error was ordered"),
    FaultKind.BAD_GATEWAY: (rules.BAD_GATEWAY, "Bad Gateway"),
    FaultKind.GATEWAY_TIMEOUT: (rules.GATEWAY_TIMEOUT, "Gateway Timeout"),
}
_RETRY_AFTER = 60

_RULES_OF_CODES: Mapping[str, Rule] = {
    "LOCK_COMPETITION": rules.LOCK_COMPETITION,
    "REQUEST_EXCEEDED_LIMIT": rules.CONCURRENCY_LIMIT,
}
"""Codes that have a rule, and with it a status, of their own."""

ERROR_CODES: Mapping[str, str] = {
    "API_DISABLED": "The API was disabled",
    "ACCOUNTING_PERIOD_CLOSED": "The accounting period is closed",
    "BATCH_FAIL_ERROR": _LOCK,
    "CANNOT_DELETE": "The object cannot be deleted",
    "CREDIT_CARD_PROCESSING_FAILURE": "There was an error processing the credit card",
    "DUPLICATE_VALUE": "The value must be unique",
    "INVALID_FIELD": "The field is invalid",
    "INVALID_ID": "The id is invalid",
    "INVALID_LOGIN": "Invalid login. User name and password do not match.",
    "INVALID_SESSION": "The session is invalid or has expired",
    "INVALID_TEMPLATE": "The template is invalid",
    "INVALID_TYPE": "The type is invalid",
    "INVALID_VALUE": "The value is invalid",
    "INVALID_VERSION": "The API version does not support the call",
    "LOCK_COMPETITION": _LOCK,
    "MALFORMED_QUERY": "You have an error in your ZOQL syntax",
    "MAX_RECORDS_EXCEEDED": "Too many records",
    "MISSING_REQUIRED_VALUE": "A required value is missing",
    "NO_PERMISSION": "You do not have the permission",
    "PDF_QUERY_ERROR": "The PDF could not be read",
    "REQUEST_EXCEEDED_LIMIT": TOO_MANY_AT_ONCE,
    "REQUEST_EXCEEDED_RATE": TOO_MANY_AT_ONCE,
    "REQUEST_REJECTED": "The request was rejected",
    "SERVER_UNAVAILABLE": "The server is unavailable, please retry later.",
    "TEMPORARY_ERROR": "A temporary error occurred, please retry later.",
    "TRANSACTION_FAILED": "The transaction failed",
    "TRANSACTION_TERMINATED": "The transaction was terminated",
    "TRANSACTION_TIMEOUT": "The transaction timed out",
    "UNEXPECTED_ERROR": "An unexpected error occurred",
    "UNKNOWN_ERROR": "Operation failed due to an unknown error.",
}
"""Zuora's error codes (SOAP API, Errors) and what is said with each; some sentences are recorded, most are assumed."""

_BY_NAME = {each.value.lower(): each for each in FaultKind if each is not FaultKind.ERROR}
_MILLISECONDS = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)


def refusal_of(injection: Injection) -> Refusal | None:
    """The refusal of an injection that is one of Zuora's errors."""
    if injection.kind is None:
        return None
    fault, remedy = {"kind": injection.name, "order": injection.order}, Remedy() if injection.order == HEADER else None
    if injection.kind is FaultKind.ERROR:
        message = injection.message or ERROR_CODES.get(injection.code, f"The error {injection.code} was ordered")
        rule = _RULES_OF_CODES.get(injection.code, rules.ORDERED_ERROR)
        return rule.refusal(message, remedy=remedy, fault={**fault, "kind": FaultKind.ERROR, "code": injection.code})
    refusal = _REFUSALS.get(injection.kind)
    if refusal is None:
        return None
    rule, message = refusal
    state = {"retryAfter": _RETRY_AFTER} if rule is rules.RATE_LIMIT else None
    return rule.refusal(message, state=state, remedy=remedy, fault=fault)


def ordered_by_header(headers: Mapping[str, str]) -> Injection:
    """`Zuora-Mock-Fault: <kind or error code>` and `Zuora-Mock-Delay: <milliseconds>`."""
    name, delay = headers.get(FAULT_HEADER, "").strip(), headers.get(DELAY_HEADER, "").strip()
    kind, code = _kind_of(name)
    understood = _MILLISECONDS.fullmatch(delay)
    if kind is FaultKind.DELAY:
        kind, name = None, "" if understood else name
    ignored = [name] if name and kind is None else []
    if delay and not understood:
        ignored.append(delay)
    milliseconds = min(float(delay), LONGEST_DELAY) if understood else 0
    return Injection(
        kind,
        milliseconds,
        code or (kind or (FaultKind.DELAY if milliseconds else "")),
        code,
        order=HEADER if kind else "",
        ignored=tuple(ignored),
        notes=tuple(f"ordered by header, but not understood: {each}" for each in ignored),
    )


def _kind_of(name: str) -> tuple[FaultKind | None, str]:
    """The kind, and for the kind `error` its code."""
    kind = _BY_NAME.get(name.lower())
    if kind is None and name.upper() in ERROR_CODES:
        return FaultKind.ERROR, name.upper()
    return kind, ""
