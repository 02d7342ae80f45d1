"""How `/oauth/token` refuses: in the form of Spring (recorded; Zuora's Ruby gem)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.gateway.dialect import Dialect, render
from zuora_mock.clock import format_instant
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal, Rule

_STATUS: Mapping[Rule, int] = {
    rules.CLIENT_SECRET: 401,
    rules.CLIENT_INACTIVE: 403,
    rules.TOKEN_MEDIA: 415,
}
_PHRASES: Mapping[int, str] = {413: "Payload Too Large", 422: "Unprocessable Entity"}
"""Where Spring's name of a status is older than Python's."""


class OAuthDialect(Dialect):
    prefix = "/oauth/"

    def status(self, refusal: Refusal, context: Context) -> int:
        if refusal.rule.kind is Kind.TOKEN:
            return _STATUS.get(refusal.rule, 400)
        return super().status(refusal, context)

    def code(self, refusal: Refusal) -> int:
        return _STATUS.get(refusal.rule, 400)

    def body(self, refusal: Refusal, context: Context) -> bytes:
        status = self.status(refusal, context)
        body = {
            "timestamp": format_instant(context.now),
            "status": status,
            "error": _PHRASES.get(status) or HTTPStatus(status).phrase,
            "message": refusal.message,
            "path": context.path,
        }
        return render(body)
