"""How REST refuses: `reasons` with codes of eight digits, the last two the category (guide, Error codes).

The status follows the category from `Zuora-Version` 2024-05-20 on; before, a call that was understood and refused is
answered with 200. What the gateway refuses has its own status under every version (guide, API upgrades).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.gateway.dialect import Dialect, reasons, refused, render
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal, Rule
from zuora_mock.pointers import steps_of


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
"""The resource of a code where none is known (guide, Error codes: of calls without a payload too)."""
STATUS_FOLLOWS_CATEGORY = "2024-05-20"

_UNDERSTOOD = frozenset({Kind.ROW, Kind.FIELD, Kind.FAULT, Kind.NOT_FOUND})
_STATUS: Mapping[int, int] = {10: 403, 40: 404, 50: 409, 60: 500, 61: 500, 70: 429, 99: 500}
"""By category; others are answered with 400."""

_CATEGORIES: Mapping[Rule, int] = {
    rules.NO_ROUTE: 40,
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
    rules.FIELD_REQUIRED: 22,
    rules.FIELD_UNKNOWN: 21,
    rules.ENTITY_KEY: 40,
    rules.MISSING_VALUE: 22,
    rules.CANNOT_DELETE: 30,
    rules.INVOICE_STATUS: 30,
    rules.INVOICE_FROZEN: 30,
    rules.INVOICE_TRANSFERRED: 30,
    rules.REVERSIBLE: 30,
    rules.SPLIT_OFF: 10,
    rules.SPLIT_DRAFT: 30,
    rules.SPLIT_SOURCE: 30,
    rules.SPLIT_NEGATIVE: 30,
    rules.SPLIT_ONCE: 30,
    rules.SPLIT_UNIT: 30,
    rules.SPLIT_GONE: 40,
}
_OF_KIND: Mapping[Kind, int] = {Kind.ROW: 20, Kind.FIELD: 20}
_OTHER = 60
"""The category of every other refusal: an internal error (assumed)."""

_WHOLE: Mapping[Rule, int] = {rules.ENTITY: 90_000_020, rules.KEY_REUSED: 422, rules.KEY_BODY: 422}
"""Codes that are not made of resource and category."""

_ORDERED = {"REQUEST_EXCEEDED_LIMIT": 70, "LOCK_COMPETITION": 50}


class RestDialect(Dialect):
    """`resource` is that of the calls which it speaks for, as far as their bodies are concerned.

    `whole` are codes of these calls that are documented as they are, `fields` the resources of fields of their bodies.
    """

    prefix = "/"

    def __init__(
        self, resource: int = RESOURCE, whole: Mapping[Rule, int] | None = None, fields: Mapping[str, int] | None = None
    ) -> None:
        self._resource, self._whole, self._fields = resource, {**_WHOLE, **(whole or {})}, fields or {}

    def code(self, refusal: Refusal) -> int:
        ordered = (refusal.fault or {}).get("code", "")
        if ordered.isdigit() and len(ordered) > 2:
            return int(ordered)
        resource = self._of_body(refusal) if refusal.rule.kind in {Kind.ROW, Kind.FIELD} else RESOURCE
        return self._whole.get(refusal.rule) or resource * 100 + _category(refusal)

    def _of_body(self, refusal: Refusal) -> int:
        field = next(iter(steps_of(refusal.pointer)), "") if refusal.rule is not rules.FIELD_UNKNOWN else ""
        return self._fields.get(field, self._resource)

    def status(self, refusal: Refusal, context: Context) -> int:
        if refusal.rule.kind not in _UNDERSTOOD and refusal.rule is not rules.SHAPE:
            return super().status(refusal, context)
        if not reaches(context.version, STATUS_FOLLOWS_CATEGORY):
            return 200
        return _STATUS.get(self.code(refusal) % 100, 400)

    def body(self, refusal: Refusal, context: Context) -> bytes:
        if refusal.rule is rules.SIGN_IN:
            return _sign_in(refusal.message)
        if refusal.rule.kind is Kind.UNAUTHENTICATED:
            return _unauthenticated(refusal)
        return reasons(self._told(refusal), context)

    def refused(self, refusal: Refusal, context: Context) -> dict[str, Any]:
        """How an answer about several things says that one of them is refused."""
        return refused(self._told(refusal), context)

    def _told(self, refusal: Refusal) -> list[tuple[int, str]]:
        return [(self.code(each), each.message) for each in refusal.all]


def _category(refusal: Refusal) -> int:
    ordered = (refusal.fault or {}).get("code", "")
    if ordered.isdigit():
        return int(ordered)
    rule = refusal.rule
    return _ORDERED.get(ordered) or _CATEGORIES.get(rule) or _OF_KIND.get(rule.kind, _OTHER)


def _sign_in(message: str) -> bytes:
    return (
        f'{{\n  "success" : false,\n  "reasons" : [ {{\n    "code" : 90000011,\n    "message" : "{message}"\n  }} ]\n}}'
    ).encode()


def _unauthenticated(refusal: Refusal) -> bytes:
    """Without any credential the members come in another order than with a bad one (recorded)."""
    if refusal.actual is None and refusal.rule is rules.UNAUTHENTICATED:
        return b'{"reasons":[{"code":"90000011","message":"Unauthorized"}],"success":false}'
    return render({"reasons": [{"message": refusal.message, "code": "90000011"}], "success": False})
