"""How `/v1/action/*` refuses."""

from __future__ import annotations

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.proxy import ProxyDialect
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal

PREFIX = "/v1/action/"


class ActionsDialect(ProxyDialect):
    prefix = PREFIX

    def body(self, refusal: Refusal, context: Context) -> bytes:
        if refusal.rule.kind in {Kind.FAULT, Kind.ROW}:
            return self.fault(refusal)
        return super().body(refusal, context)

    def unknown_path(self, path: str) -> Refusal:
        action = path.removeprefix(PREFIX)
        return rules.INVALID_ACTION.refusal(f"Invalid action '{action}'", actual=action)
