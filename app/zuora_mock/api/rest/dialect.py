"""How REST refuses: `reasons` with codes of eight digits, the last two the category (guide, Error codes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from zuora_mock.api.gateway.dialect import Context, Dialect, reasons, render
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal, Rule


class ErrorReason(BaseModel):
    code: int | str
    message: str


class Refused(BaseModel):
    """`processId` and `requestId` are not there where the gateway has refused."""

    success: bool
    processId: str | None = None
    reasons: list[ErrorReason]
    requestId: str | None = None


REFUSED: dict[int | str, dict[str, Any]] = {"4XX": {"model": Refused, "description": "Refused"}}

RESOURCE = 500_000
"""The resource of a code where none is known (assumed)."""

_CATEGORIES: Mapping[Rule, int] = {
    rules.NO_ROUTE: 40,
    rules.NOT_FOUND: 40,
    rules.OBJECT_QUERY: 27,
    rules.OBJECT_QUERY_FILTER: 23,
    rules.WRONG_METHOD: 45,
    rules.ORGS: 10,
    rules.TRACK_ID: 20,
    rules.KEY_FORM: 20,
    rules.KEY_METHOD: 20,
    rules.KEY_IN_PROGRESS: 50,
    rules.MEDIA_TYPE: 45,
    rules.ENCODING: 45,
    rules.NOT_GZIP: 90,
    rules.TOO_LARGE: 20,
    rules.UNREADABLE: 90,
    rules.SHAPE: 20,
    rules.RATE_LIMIT: 70,
    rules.CONCURRENCY_LIMIT: 70,
    rules.LOCK_COMPETITION: 50,
}
_OTHER = 60
"""The category of every other refusal: an internal error (assumed)."""

_WHOLE: Mapping[Rule, int] = {rules.ENTITY: 90_000_020, rules.KEY_REUSED: 422, rules.KEY_BODY: 422}
"""Codes that are not made of resource and category."""

_ORDERED = {"REQUEST_EXCEEDED_LIMIT": 70, "LOCK_COMPETITION": 50}


class RestDialect(Dialect):
    prefix = "/"

    def code(self, refusal: Refusal) -> int:
        ordered = (refusal.fault or {}).get("code", "")
        if ordered.isdigit() and len(ordered) > 2:
            return int(ordered)
        category = int(ordered) if ordered.isdigit() else _ORDERED.get(ordered)
        if category is None:
            category = _CATEGORIES.get(refusal.rule, _OTHER)
        return _WHOLE.get(refusal.rule) or RESOURCE * 100 + category

    def body(self, refusal: Refusal, context: Context) -> bytes:
        if refusal.rule is rules.SIGN_IN:
            return _sign_in(refusal.message)
        if refusal.rule.kind is Kind.UNAUTHENTICATED:
            return _unauthenticated(refusal)
        return reasons(self.code(refusal), refusal.message, context)


def _sign_in(message: str) -> bytes:
    return (
        f'{{\n  "success" : false,\n  "reasons" : [ {{\n    "code" : 90000011,\n    "message" : "{message}"\n  }} ]\n}}'
    ).encode()


def _unauthenticated(refusal: Refusal) -> bytes:
    """Without any credential the members come in another order than with a bad one (recorded)."""
    if refusal.actual is None and refusal.rule is rules.UNAUTHENTICATED:
        return b'{"reasons":[{"code":"90000011","message":"Unauthorized"}],"success":false}'
    return render({"reasons": [{"message": refusal.message, "code": "90000011"}], "success": False})
