"""From a request to an answer: its fault if one was ordered, what the steps say, one transaction for all that it does.

What a call does, its journal entry and the answer kept for its idempotency key stand or fall together; the refusal of a
whole call undoes it and is written down in a second transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress

from zuora_mock import ids
from zuora_mock.api.gateway import bodies, idempotency, outcome, steps, stubbing, versions
from zuora_mock.api.gateway.call import Answer, Call, Context, Request
from zuora_mock.api.gateway.credentials import Authenticator, Caller
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.operation import Operation
from zuora_mock.api.gateway.reference import in_zuora
from zuora_mock.api.gateway.table import Target
from zuora_mock.api.gateway.traffic import Traffic, is_limited
from zuora_mock.clock import stopwatch
from zuora_mock.domain import rules
from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Kind, Refusal
from zuora_mock.services import Services
from zuora_mock.steering import faults
from zuora_mock.steering.faults import NO_INJECTION, Injection
from zuora_mock.steering.subjects import Subject
from zuora_mock.storage.arriving import Arrival, next_number, take_number
from zuora_mock.storage.beginnings import begin_call
from zuora_mock.storage.changes import Changes
from zuora_mock.storage.steps import Lengthy, Stepwise, in_place, on_behalf_of
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.storage.trouble import Elsewhere, Gone, StorageTrouble
from zuora_mock.tenants.upkeep import EVERY

logger = logging.getLogger("zuora_mock")

_NO_SUCH_OPERATION = frozenset({Kind.NO_ROUTE, Kind.INVALID_ACTION, Kind.WRONG_METHOD})
_ORDERING = frozenset({faults.FAULT_HEADER, faults.DELAY_HEADER})


class _Rehearsed(Exception):
    pass


class Exchanges:
    """`open` finds who calls and which fault they meet, `answer` does the call; a delay may pass in between."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._authenticator = Authenticator(
            services.database, services.tenancy, services.credentials, services.settings.max_body
        )
        self.traffic = Traffic(services.database)

    def tenant_of(self, request: Request, target: Target) -> Tenant:
        """Of the one who calls."""
        return self._caller(request, target.operation).tenant or self._services.tenancy.anonymous

    def open(self, request: Request, target: Target) -> Exchange:
        """Raises Changed: nothing has happened, and it is to be opened anew."""
        caller = self._caller(request, target.operation)
        with self._services.database.lock:
            exchange = self._exchange(request, target, caller, caller.tenant or self._services.tenancy.anonymous)
            if self._services.stubs.of(exchange.tenant):
                stubbing.take_place(exchange, self._services.stubs)
            if exchange.caller.refusal is None and exchange.target.operation is not None:
                self._inject(exchange)
                self._reserve_key(exchange)
            else:
                _note_injection(exchange, faults.ordered_by_header(self._orders(exchange)))
            if exchange.arrival is not None:
                self._await_number(exchange, exchange.arrival)
            self.traffic.enter(exchange)
        return exchange

    def close(self, exchange: Exchange) -> None:
        self.traffic.leave(exchange)

    def answer(self, exchange: Exchange) -> Answer:
        """Raises Lengthy, Held where others have to be waited for, Changed where it has to be opened anew."""
        if exchange.ended:
            return self._ended(exchange)
        try:
            return self._written(exchange)
        except StorageTrouble:
            return self._unwritten(exchange)
        except Gone:
            return self._ended(exchange)

    def answer_in_steps(self, exchange: Exchange, lengthy: Lengthy) -> Stepwise[Answer]:
        """The answer to a call that is too long for one transaction, for who holds the tenant."""
        if exchange.ended:
            return self._ended(exchange)
        steps = self._taken(exchange, lengthy)
        try:
            return (yield from in_place(self._services.database, exchange.tenant, steps))
        except StorageTrouble:
            return self._unwritten(exchange)
        except Gone:
            return self._ended(exchange)
        except Refusal as error:
            refusal = error
        except Exception:
            logger.exception("request %s failed", exchange.request_id)
            refusal = rules.INTERNAL_ERROR.refusal("an unexpected error occurred")
        return self._conclude(exchange, lambda exchange, _transaction: self._refused(exchange, refusal))

    def _taken(self, exchange: Exchange, lengthy: Lengthy) -> Stepwise[Answer]:
        """In the last step the call is made again, with what the others came to. Raises what refuses it."""
        transaction = on_behalf_of(self._services.database, exchange.tenant, exchange.entity)
        ahead = yield from lengthy.prepare(transaction)

        def perform(exchange: Exchange, transaction: Transaction) -> Answer:
            transaction.ahead = ahead
            answer = self._perform(exchange, transaction)
            if answer.refusals:
                raise answer.refusals[0]
            return answer

        return self._conclude(exchange, perform)

    def _written(self, exchange: Exchange) -> Answer:
        try:
            return self._conclude(exchange, self._perform)
        except (Refusal, StorageTrouble, Lengthy, Elsewhere) as error:
            if not isinstance(error, Refusal):
                raise
            refusal = error
        except Exception:
            logger.exception("request %s failed", exchange.request_id)
            refusal = rules.INTERNAL_ERROR.refusal("an unexpected error occurred")
        return self._conclude(exchange, lambda exchange, _transaction: self._refused(exchange, refusal))

    def _unwritten(self, exchange: Exchange) -> Answer:
        """While nothing can be written: what only reads is answered without a journal entry, the rest is refused."""
        try:
            answer = self._rehearse(exchange)
        except (Refusal, StorageTrouble) as error:
            refusal = error if isinstance(error, Refusal) else _not_written()
            answer = self._refused(exchange, refusal)
        outcome.complete(exchange, answer)
        return answer

    def _rehearse(self, exchange: Exchange) -> Answer:
        """The answer to a call that writes nothing, not even a journal entry. Raises Refusal for any other."""
        database = self._services.database
        try:
            with begin_call(database, exchange.tenant, exchange.entity, None) as transaction:
                before, exchange.at = database.written, transaction.now()
                answer = self._perform(exchange, transaction)
                raise _not_written() if database.written > before else _Rehearsed
        except _Rehearsed:
            return answer
        except Lengthy:
            raise _not_written() from None

    # Who calls, and which fault they meet

    def _caller(self, request: Request, operation: Operation | None) -> Caller:
        opened = operation.name if operation and operation.open else ""
        if request.oversized and opened:
            return Caller(None, refusal=bodies.too_large(request.limit))
        try:
            return self._authenticator.identify(request.headers, request.body, opened)
        except StorageTrouble:
            return Caller(None, refusal=_not_written())

    def _exchange(self, request: Request, target: Target, caller: Caller, tenant: Tenant) -> Exchange:
        n, arrival = next_number(self._services.database, tenant)
        self._services.fairness.count(tenant.key)
        self._services.tenancy.use(tenant)
        request_id = ids.uuid_text(tenant.name, "request", n)
        track_id = request.headers.get("zuora-track-id")
        return Exchange(request, target, caller, tenant, n, request_id, stopwatch(), track_id, arrival)

    def _await_number(self, exchange: Exchange, arrival: Arrival) -> None:
        """Its transaction gives it, but to a call that waits for it or has had effects before."""
        arrival.limited = is_limited(exchange)
        if exchange.injection is not NO_INJECTION or exchange.stub:
            anyhow, exchange.arrival = self._services.faults.may_strike(exchange.tenant), None
            with suppress(StorageTrouble):
                exchange.number(take_number(self._services.database, exchange.tenant, anyhow=anyhow))

    def _inject(self, exchange: Exchange) -> None:
        if self._services.faults.may_strike(exchange.tenant) or not _ORDERING.isdisjoint(exchange.request.headers):
            self._strike(exchange)
        _note_injection(exchange, exchange.injection)

    def _strike(self, exchange: Exchange) -> None:
        request, tenant = exchange.request, exchange.tenant
        name, path = exchange.target.name, request.path
        subject = Subject(name, request.method, path, exchange.track_id, self._orders(exchange), request.body)
        try:
            ordered = self._services.faults.inject(tenant, subject)
            exchange.injection = stubbing.together(exchange.injection, ordered) if exchange.stub else ordered
        except StorageTrouble as trouble:
            exchange.notes.append(f"no fault struck, as it could not be counted: {trouble}")

    def _reserve_key(self, exchange: Exchange) -> None:
        """For as long as the first request with this idempotency key is under way."""
        request = exchange.request
        key = request.headers.get("idempotency-key")
        if key is not None and request.method in idempotency.METHODS and not faults.refusal_of(exchange.injection):
            self.traffic.reserve(exchange, key)

    def _orders(self, exchange: Exchange) -> Mapping[str, str]:
        """The headers, without orders of faults by those who have not the admin token where there is one."""
        headers, settings = exchange.request.headers, self._services.settings
        if not settings.admin_token or _ORDERING.isdisjoint(headers):
            return headers
        if settings.is_admin_token(headers.get("zuora-mock-admin-token", "")):
            return headers
        exchange.notes.append("ordered by header, but without the admin token")
        return {name: value for name, value in headers.items() if name not in _ORDERING}

    def _ended(self, exchange: Exchange) -> Answer:
        """Nothing is written: the state that the call would have changed is gone, and the journal that would tell."""
        exchange.at = exchange.tenant.now()
        ended = rules.TENANT_RESET.refusal("the tenant was reset while the call was under way")
        answer = exchange.target.dialect.refuse(ended, _context(exchange))
        outcome.complete(exchange, answer)
        return answer

    # One transaction

    def _transaction(self, exchange: Exchange) -> AbstractContextManager[Transaction]:
        if exchange.arrival is None:
            return begin(self._services.database, exchange.tenant, exchange.entity)
        return begin_call(self._services.database, exchange.tenant, exchange.entity, exchange.arrival)

    def _conclude(self, exchange: Exchange, perform: Callable[[Exchange, Transaction], Answer]) -> Answer:
        """Performs, completes the headers and writes the journal entry."""
        services = self._services
        with self._transaction(exchange) as transaction:
            if exchange.arrival is not None:
                exchange.number(exchange.arrival.n)
            if exchange.ended:
                return self._ended(exchange)
            transaction.request, exchange.at = exchange.n, transaction.now()
            self.traffic.count(exchange, transaction)
            answer = perform(exchange, transaction)
            self._keep_session(exchange, transaction)
            outcome.complete(exchange, answer)
            services.journal.write(transaction, outcome.entry(exchange, transaction, answer))
            if exchange.n % EVERY == 0:
                services.upkeep.sweep(transaction)
        exchange.jobs = transaction.jobs
        services.journal.waiters.wake(exchange.tenant)
        return answer

    def _perform(self, exchange: Exchange, transaction: Transaction) -> Answer:
        for step in steps.AT_THE_DOOR:
            step(exchange, transaction)
        if exchange.injection.kind in faults.NETWORK:
            return Answer(0, b"")
        for step in steps.OF_THE_CALL:
            step(exchange, transaction)
        exchange.welcome = True
        return self._once(exchange, transaction) if exchange.key else self._operate(exchange, transaction)

    def _once(self, exchange: Exchange, transaction: Transaction) -> Answer:
        """The first answer to the key: repeated if there is one, kept if there is none."""
        key = exchange.key or ""
        kept = idempotency.find(transaction, key, exchange.request)
        if kept is not None:
            broken = tuple(RULES[name] for name in kept.rules)
            return Answer(kept.status, kept.body, {"Zuora-Mock-Replayed": "true"}, kept.content_type, broken)
        answer = self._first_answer(exchange, transaction)
        idempotency.keep(transaction, key, exchange.request, answer)
        return answer

    def _first_answer(self, exchange: Exchange, transaction: Transaction) -> Answer:
        try:
            with self._services.database.savepoint("first_answer"):
                return self._operate(exchange, transaction)
        except Refusal as refusal:
            transaction.changes = Changes()
            transaction.jobs.clear()
            return self._refused(exchange, refusal)

    def _operate(self, exchange: Exchange, transaction: Transaction) -> Answer:
        operation = exchange.target.operation
        if operation is None:
            raise rules.INTERNAL_ERROR.refusal("the call was not recognised")
        if operation.signature.has_body:
            for step in steps.OF_THE_BODY:
                step(exchange, transaction)
        call = Call(
            self._services,
            exchange.request,
            transaction,
            exchange.caller,
            exchange.wsdl,
            _context(exchange),
            exchange.document,
        )
        return operation.answer(call, exchange.target.values)

    def _keep_session(self, exchange: Exchange, transaction: Transaction) -> None:
        """A session lives on with each call, and each answer hands its cookie out anew, a refusal too."""
        caller, credentials = exchange.caller, self._services.credentials
        if not exchange.welcome or caller.client is None or not caller.keeps_session:
            return
        if caller.session:
            credentials.renew_session(transaction, caller.session)
        cookie = caller.session or credentials.issue_session(transaction, caller.client)
        exchange.headers["Set-Cookie"] = f"ZSession={cookie}; Path=/; Secure; HttpOnly"

    def _refused(self, exchange: Exchange, refusal: Refusal) -> Answer:
        answer = exchange.target.dialect.refuse(refusal, _context(exchange))
        missing = _missing(exchange, refusal)
        if missing:
            answer.rules = (*answer.rules, rules.UNSUPPORTED)
            answer.refusals = (_unsupported(missing), refusal)
            answer.headers["Zuora-Mock-Unsupported"] = missing
            logger.warning("not supported by this mock: %s", missing)
        return answer


def _not_written() -> Refusal:
    return rules.NOT_WRITTEN.refusal(
        "the mock cannot write, its disk is full or its database is gone; see /__admin/health"
    )


def _missing(exchange: Exchange, refusal: Refusal) -> str:
    """The operation that was refused, if it is one that only Zuora has."""
    request = exchange.request
    wanted = refusal.rule.kind in _NO_SUCH_OPERATION and in_zuora(request.method, request.path)
    return f"{request.method} {request.path}" if wanted else ""


def _note_injection(exchange: Exchange, injection: Injection) -> None:
    """Who ordered what, and what a header ordered in words that nobody understands."""
    if injection is faults.NO_INJECTION:
        return
    exchange.notes.extend(injection.notes)
    if injection.ignored:
        exchange.headers["Zuora-Mock-Fault-Ignored"] = ", ".join(injection.ignored)


def _context(exchange: Exchange) -> Context:
    request, tenant = exchange.request, exchange.tenant
    return Context(
        request.method,
        request.path,
        exchange.request_id,
        tenant.name,
        exchange.n,
        exchange.at,
        versions.effective(request.headers.get("zuora-version"), tenant.settings.zuora_version),
    )


def _unsupported(missing: str) -> Refusal:
    message = f"Zuora has {missing}; this mock has it not, and answers as for what there is not"
    return rules.UNSUPPORTED.refusal(message, expected="an operation of /__admin/ledger", actual=missing)
