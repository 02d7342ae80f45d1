"""How a stub takes the place of an operation: the checks of every call stay, what answers is the stub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zuora_mock.api.gateway.call import Answer, Call, Request
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.operation import TAKES_NOTHING, Operation
from zuora_mock.api.gateway.table import Target
from zuora_mock.domain.levels import Level
from zuora_mock.steering.faults import FaultKind, Injection
from zuora_mock.steering.recorded_bodies import unzipped
from zuora_mock.stubs import keeping
from zuora_mock.stubs.called import Called
from zuora_mock.stubs.keeping import Stub, Stubs


class StubbedOperation(Operation):
    """A stub as the operation of one call. It has the name of the one that it stands for, if there is one."""

    __slots__ = ("_stub",)

    def __init__(self, stub: Stub, instead: Operation | None) -> None:
        self._stub, self._signature = stub, TAKES_NOTHING  # the stub has read the body, whatever it is
        self.name = instead.name if instead else ""
        self.open = stub.mapping.anonymous or (instead is not None and instead.open)
        self.level, self.kind = Level.STUBBED, None
        self.versioned = self.needs_media_type = False

    def answer(self, call: Call, path: Mapping[str, str]) -> Answer:
        keeping.answered(call.transaction, self._stub)
        response = self._stub.mapping.response
        headers = {name: text for name, text in response.plain_headers.items() if name.lower() != "content-type"}
        headers["Zuora-Mock-Stub"] = self._stub.id
        return Answer(response.status, response.content, headers, response.content_type)


def take_place(exchange: Exchange, stubs: Stubs) -> None:
    """Lets the first stub that fits the call answer it, where it may."""
    request, target, caller = exchange.request, exchange.target, exchange.caller
    if request.oversized or not request.whole:
        return
    served, signed_in = target.operation is not None, caller.refusal is None
    search = stubs.search(exchange.tenant, _called(request), served=served, signed_in=signed_in)
    exchange.notes += search.notes
    if search.stub is None:
        return
    operation = StubbedOperation(search.stub, target.operation)
    exchange.stub = search.stub.id
    exchange.target = Target({request.method: operation}, target.values, operation, target.dialect)
    exchange.caller = replace(caller, refusal=None)
    exchange.injection = _injection(search.stub)


def _called(request: Request) -> Called:
    encoded = request.headers.get("content-encoding", "").strip().lower() == "gzip"
    return Called(
        request.method,
        request.path,
        f"/rest{request.path}" if request.path.startswith("/v1/") else request.path,
        request.query_string,
        request.parameters,
        request.headers,
        unzipped(request.body) if encoded else request.body,
    )


def _injection(stub: Stub) -> Injection:
    """What its answer does to the connection, and how long it takes."""
    response = stub.mapping.response
    kind = FaultKind(response.fault) if response.fault else None
    return Injection(kind, response.fixed_delay_milliseconds, kind or "", order=f"stub {stub.id}" if kind else "")


def together(stubbed: Injection, ordered: Injection) -> Injection:
    """A fault that is ordered strikes before the stub can answer; the delays add up."""
    main = ordered if ordered.kind or not stubbed.kind else stubbed
    return replace(
        main,
        milliseconds=stubbed.milliseconds + ordered.milliseconds,
        ignored=ordered.ignored,
        notes=ordered.notes,
    )
