"""What a gateway and the application behind it check, in their order: the first refusal wins.

`AT_THE_DOOR` is checked of every request, `OF_THE_CALL` of one that is let in, `OF_THE_BODY` where an operation takes a
body; then the operation itself has its say. A step raises Refusal or lets the call pass.
"""

from __future__ import annotations

from collections.abc import Callable

from zuora_mock.api.gateway import bodies, credentials, headers, idempotency
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.limits import exhausted
from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.domain import rules
from zuora_mock.steering import faults
from zuora_mock.storage.transaction import Transaction

Step = Callable[[Exchange, Transaction], None]


def authentication(exchange: Exchange, _transaction: Transaction) -> None:
    if exchange.caller.refusal is not None:
        raise exchange.caller.refusal


def route(exchange: Exchange, _transaction: Transaction) -> None:
    if not exchange.target.methods:
        raise exchange.target.dialect.unknown_path(exchange.request.path)


def method(exchange: Exchange, _transaction: Transaction) -> None:
    if exchange.target.operation is None:
        given, allowed = exchange.request.method, sorted(exchange.target.methods)
        remedy = HttpRemedy(method="GET" if "GET" in allowed else allowed[0])
        message = f"method '{given}' not supported"
        raise rules.WRONG_METHOD.refusal(message, expected=allowed, actual=given, remedy=remedy)


def whole_body(exchange: Exchange, _transaction: Transaction) -> None:
    if not exchange.request.whole:
        raise rules.CUT_SHORT.refusal("the body ended early: nothing was executed", expected="the whole body")


def key_in_progress(exchange: Exchange, _transaction: Transaction) -> None:
    if exchange.in_progress is not None:
        raise exchange.in_progress


def limits(exchange: Exchange, _transaction: Transaction) -> None:
    if exchange.over_limit is not None:
        raise exchange.over_limit


def ordered_fault(exchange: Exchange, _transaction: Transaction) -> None:
    ordered = faults.refusal_of(exchange.injection)
    if ordered is not None:
        exchange.headers.update(exhausted(ordered))
        raise ordered


def entity(exchange: Exchange, transaction: Transaction) -> None:
    client = exchange.caller.client
    if client is not None and _is_signed_in(exchange):
        number = credentials.choose_entity(transaction.tenant, client, exchange.request.headers)
        transaction.entity = exchange.entity = number


def organisations(exchange: Exchange, transaction: Transaction) -> None:
    if _is_signed_in(exchange):
        credentials.check_orgs(transaction.tenant, exchange.request.headers)


def track_id(exchange: Exchange, transaction: Transaction) -> None:
    """What cannot be echoed is noted; strict mode refuses it."""
    given = exchange.track_id
    problem = headers.track_id_problem(given)
    if given and problem:
        if transaction.tenant.settings.strict:
            raise headers.refuse_track_id(given, problem)
        exchange.notes.append(problem)


def wsdl_version(exchange: Exchange, _transaction: Transaction) -> None:
    operation = exchange.target.operation
    exchange.wsdl = headers.wsdl_version(exchange.request.headers if operation and operation.versioned else {})


def idempotency_key(exchange: Exchange, _transaction: Transaction) -> None:
    """Middleware stamps every request with a key: where it has no meaning it is ignored, and that is noted."""
    key, given = exchange.request.headers.get("idempotency-key"), exchange.request.method
    if key is not None and given in idempotency.WITHOUT_MEANING:
        exchange.notes.append(f"Idempotency-Key is ignored on {given}")
    elif key is not None:
        idempotency.check_key(key, given)


def media_type(exchange: Exchange, _transaction: Transaction) -> None:
    operation = exchange.target.operation
    needed = operation is not None and operation.needs_media_type
    bodies.check_media_type(exchange.request.headers, needed=needed)


def size(exchange: Exchange, _transaction: Transaction) -> None:
    if exchange.request.oversized:
        raise bodies.too_large(exchange.request.limit)


def encoding(exchange: Exchange, _transaction: Transaction) -> None:
    request = exchange.request
    exchange.plain = bodies.unzip(request.body, request.headers.get("content-encoding", ""), request.limit)


def json(exchange: Exchange, _transaction: Transaction) -> None:
    exchange.document = bodies.parse_json(exchange.plain)


def _is_signed_in(exchange: Exchange) -> bool:
    return exchange.target.operation is not None and not exchange.target.operation.open


AT_THE_DOOR: tuple[Step, ...] = (authentication, route, method, whole_body, key_in_progress, limits, ordered_fault)
OF_THE_CALL: tuple[Step, ...] = (entity, organisations, track_id, wsdl_version, idempotency_key)
OF_THE_BODY: tuple[Step, ...] = (media_type, size, encoding, json)
