"""What a call has met of the mock, and at which level: what the ledger sums up."""

from __future__ import annotations

from functools import lru_cache

from zuora_mock.api.gateway.call import Answer
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.reference import template
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.levels import Level
from zuora_mock.steering.use import NO

Met = frozenset[tuple[str, str]]
"""Kinds and names: of operations and objects, and of what was used at a level."""

_ELSEWHERE = "a path that Zuora has not"
_OF_EACH_TYPE = "of each type"


def met_by(exchange: Exchange, answer: Answer) -> Met:
    level, name = _use(exchange, answer)
    called = exchange.target.name if exchange.stub is None else None
    return _met(level, name, called, _objects(exchange, answer))


def _use(exchange: Exchange, answer: Answer) -> tuple[str, str]:
    """An operation by its name, and at which level it was answered; nothing of a call that was not let in."""
    operation = exchange.target.operation
    if answer.rules and rules.UNSUPPORTED in answer.rules:
        return NO, _zuoras(exchange) or str(exchange.target.name)
    if not exchange.welcome or operation is None:
        return "", ""
    if exchange.stub:
        return Level.STUBBED, operation.name or _zuoras(exchange) or _ELSEWHERE
    return _OF_EACH_TYPE if operation.kind is None and answer.objects else operation.level, operation.name


def _objects(exchange: Exchange, answer: Answer) -> tuple[ObjectType, ...]:
    """Those that the call was about; nothing before it was let in."""
    operation = exchange.target.operation
    if not exchange.welcome or operation is None:
        return ()
    return (operation.kind,) if operation.kind else answer.objects


@lru_cache(maxsize=1024)
def _met(level: str, name: str, called: str | None, objects: tuple[ObjectType, ...]) -> Met:
    """There are few, and each call of a client meets one of them."""
    about = {("object", each.name) for each in objects}
    operations = {("operation", called)} if called else set()
    if level == _OF_EACH_TYPE:
        return frozenset(about | operations | {(each.level, f"{name} {each.name}") for each in objects})
    return frozenset(about | operations | ({(level, name)} if level else set()))


def _zuoras(exchange: Exchange) -> str:
    """Of a path the template: there are as many of them as operations, and no more."""
    found = template(exchange.request.method, exchange.request.path)
    return f"{exchange.request.method} {found}" if found else ""
