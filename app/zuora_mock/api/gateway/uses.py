"""What a call has used of the mock, and at which level: what the ledger sums up."""

from __future__ import annotations

from collections.abc import Iterator

from zuora_mock.api.gateway.call import Answer
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.reference import template
from zuora_mock.domain import rules
from zuora_mock.domain.levels import Level
from zuora_mock.steering.use import NO, Use

_ELSEWHERE = "a path that Zuora has not"


def uses_of(exchange: Exchange, answer: Answer) -> tuple[Use, ...]:
    """Operations by their names, those that take any type of object with the type; nothing of a call not let in."""
    operation = exchange.target.operation
    if rules.UNSUPPORTED in answer.rules:
        return (Use(NO, _zuoras(exchange) or str(exchange.target.name)),)
    if not exchange.welcome or operation is None:
        return ()
    if exchange.stub:
        return (Use(Level.STUBBED, operation.name or _zuoras(exchange) or _ELSEWHERE),)
    if operation.kind is None and answer.objects:
        return tuple(_of_types(operation.name, answer))
    return (Use(operation.level, operation.name),)


def _of_types(name: str, answer: Answer) -> Iterator[Use]:
    for kind in answer.objects:
        yield Use(kind.level, f"{name} {kind.name}")


def _zuoras(exchange: Exchange) -> str:
    """Of a path the template: there are as many of them as operations, and no more."""
    found = template(exchange.request.method, exchange.request.path)
    return f"{exchange.request.method} {found}" if found else ""
