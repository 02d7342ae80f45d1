"""How `/v1/object/*` refuses: a row that is refused is the whole call."""

from __future__ import annotations

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.proxy import ProxyDialect
from zuora_mock.api.words import error_object
from zuora_mock.errors import Kind, Refusal


class ObjectsDialect(ProxyDialect):
    prefix = "/v1/object/"

    def body(self, refusal: Refusal, context: Context) -> bytes:
        if refusal.rule.kind in {Kind.FAULT, Kind.ROW}:
            return render({"Errors": [error_object(refusal)], "Success": False}) + b"\n"
        return super().body(refusal, context)
