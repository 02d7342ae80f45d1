"""Error codes of Actions and CRUD: one word for each rule (SOAP API, Errors)."""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Rule

COMMON = "INVALID_VALUE"
"""The word for every rule that has no other."""

WORDS: Mapping[Rule, str] = {
    rules.INVALID_VERSION: "INVALID_VERSION",
    rules.CONCURRENCY_LIMIT: "REQUEST_EXCEEDED_LIMIT",
    rules.MAX_RECORDS: "MAX_RECORDS_EXCEEDED",
    rules.INVALID_TYPE: "INVALID_TYPE",
    rules.INVALID_ID: "INVALID_ID",
    rules.MISSING_VALUE: "MISSING_REQUIRED_VALUE",
    rules.ACCOUNT_CONTACTS: "MISSING_REQUIRED_VALUE",
    rules.DUPLICATE: "DUPLICATE_VALUE",
    rules.NEWER_FIELD: "INVALID_FIELD",
    rules.CANNOT_DELETE: "CANNOT_DELETE",
    rules.SPLIT_BALANCE: "UNEXPECTED_ERROR",
    rules.QUERY_SYNTAX: "MALFORMED_QUERY",
    rules.QUERY_LIMITS: "MALFORMED_QUERY",
    rules.QUERY_OBJECT: "INVALID_TYPE",
    rules.QUERY_FIELD: "INVALID_FIELD",
    rules.QUERY_BODY: "INVALID_FIELD",
    rules.QUERY_SELECT: "INVALID_FIELD",
    rules.LOCK_COMPETITION: "LOCK_COMPETITION",
    rules.ORDERED_FAILURE: "UNEXPECTED_ERROR",
    rules.ORDERED_ERROR: "UNKNOWN_ERROR",
}


def word(refusal: Refusal) -> str:
    """The rule's word; of an ordered error the code that was ordered."""
    ordered = (refusal.fault or {}).get("code")
    return ordered or WORDS.get(refusal.rule, COMMON)


def error_object(refusal: Refusal) -> dict[str, str]:
    """`Code` and `Message` of one refused row."""
    return {"Code": word(refusal), "Message": refusal.message}
