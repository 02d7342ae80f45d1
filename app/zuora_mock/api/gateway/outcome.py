"""What a call has come to, as the headers of its answer and its entry in the journal tell it."""

from __future__ import annotations

from zuora_mock.api.gateway import repairs
from zuora_mock.api.gateway.call import Answer
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.headers import track_id_problem
from zuora_mock.api.gateway.uses import met_by
from zuora_mock.clock import milliseconds_since
from zuora_mock.domain.levels import Level
from zuora_mock.errors import Rule
from zuora_mock.steering import faults, masking
from zuora_mock.steering.faults import FaultKind
from zuora_mock.steering.journal import Entry
from zuora_mock.storage.transaction import Transaction

_UNSENT = faults.NETWORK | {FaultKind.APPLIED_THEN_LOST}


def complete(exchange: Exchange, answer: Answer) -> None:
    """Adds the headers that are ours, or the same for every call."""
    headers = {"Zuora-Request-Id": exchange.request_id, **exchange.headers, **answer.headers}
    level = _level(exchange, answer)
    if level is not Level.COMPUTED:
        headers["Zuora-Mock-Level"] = level.value
    track_id = exchange.track_id
    if track_id and not track_id_problem(track_id):
        headers["Zuora-Track-Id"] = track_id
    headers["Zuora-Mock-Request"] = str(exchange.n)
    if answer.rules:
        headers["Zuora-Mock-Rule"] = ", ".join(_marked(rule) for rule in dict.fromkeys(answer.rules))
    answer.headers = headers


def _level(exchange: Exchange, answer: Answer) -> Level:
    operation = exchange.target.operation
    if not exchange.welcome or operation is None:
        return Level.COMPUTED
    return Level.STORED if [kind for kind in answer.objects if kind.stored] else operation.level


def _may_sign_in(exchange: Exchange) -> bool:
    """Of our operations those alone that are open; a stub, or a path that there is not, may be meant for it."""
    operation = exchange.target.operation
    return operation is None or operation.open or exchange.stub is not None


def _marked(rule: Rule) -> str:
    return f"{rule.name}; provenance={rule.provenance.value}"


def entry(exchange: Exchange, transaction: Transaction, answer: Answer) -> Entry:
    """For the journal."""
    request, kind = exchange.request, exchange.injection.kind
    if kind is FaultKind.APPLIED_THEN_LOST:
        exchange.notes.append(f"the answer, status {answer.status}, was lost on its way")
    for refusal in answer.refusals:
        refusal.accepted = refusal.accepted or repairs.accepted(request, refusal)
        refusal.forget_frames()
    return Entry(
        n=exchange.n,
        at=exchange.at,
        method=request.method,
        path=request.path,
        query=request.query_string,
        status=0 if kind in _UNSENT or not request.whole else answer.status,
        track_id=exchange.track_id,
        request_id=exchange.request_id,
        operation=exchange.target.name,
        rules=tuple(dict.fromkeys([rule.name for rule in answer.rules])) if answer.rules else (),
        fault=exchange.injection.name or None,
        stub=exchange.stub,
        milliseconds=milliseconds_since(exchange.started),
        request_headers=request.headers,
        request_body=request.body,
        response_headers=answer.headers,
        response_body=answer.body,
        signs_in=_may_sign_in(exchange) and masking.signs_in(request.path),
        changes=transaction.changes,
        refusals=answer.refusals,
        met=met_by(exchange, answer),
        notes=exchange.notes,
    )
