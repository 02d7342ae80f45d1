"""How `/object-query/*` refuses: with a true status, and since 2025-08-12 without `success` and `processId`.

Sources: guide, API upgrades; API reference, query* (4XX). Assumed: versions decide the status of the v1 API alone.
"""

from __future__ import annotations

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.gateway.dialect import Dialect, render
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.api.rest.dialect import ErrorReason, RestDialect
from zuora_mock.errors import Kind, Refusal

SHORTER_FROM = "2025-08-12"


class QueryRefused(BaseModel):
    """Older versions have `success` and `processId` besides."""

    reasons: list[ErrorReason]
    requestId: str


class ObjectQueryDialect(RestDialect):
    prefix = "/object-query/"

    def status(self, refusal: Refusal, context: Context) -> int:
        return Dialect.status(self, refusal, context)

    def body(self, refusal: Refusal, context: Context) -> bytes:
        if refusal.rule.kind is Kind.UNAUTHENTICATED or not reaches(context.version, SHORTER_FROM):
            return super().body(refusal, context)
        reason = {"code": self.code(refusal), "message": refusal.message}
        return render({"reasons": [reason], "requestId": context.request_id})
