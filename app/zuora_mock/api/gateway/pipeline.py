"""From a request to an answer, in the order of checks that a gateway and the application behind it have.

Authentication, route, method, ordered faults, limits, entity, version headers, idempotency key, content type, size and
gzip, JSON; then the operation itself. Everything after the faults is one transaction: what the call does, its journal
entry and the answer kept for its idempotency key stand or fall together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from zuora_mock import ids
from zuora_mock.api.gateway import bodies, dialects, idempotency, repairs
from zuora_mock.api.gateway.call import Answer, Call, Family, Operation, Request
from zuora_mock.api.gateway.credentials import Caller, Doorkeeper, check_orgs, choose_entity
from zuora_mock.api.gateway.limits import Limits, exhausted
from zuora_mock.api.gateway.reference import in_zuora
from zuora_mock.api.gateway.routes import Routes, family_of
from zuora_mock.api.gateway.tracing import refuse_track_id, track_id_problem, wsdl_version
from zuora_mock.clock import format_instant, stopwatch
from zuora_mock.domain import rules
from zuora_mock.domain.rules import RULES
from zuora_mock.errors import Kind, Refusal, Rule
from zuora_mock.services import Services
from zuora_mock.steering import faults
from zuora_mock.steering.faults import FaultKind, Strike, Subject
from zuora_mock.steering.journal import Entry
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin

logger = logging.getLogger("zuora_mock")

_NO_SUCH_OPERATION = frozenset({Kind.NO_ROUTE, Kind.INVALID_ACTION, Kind.WRONG_METHOD})
_LIMITED = ("/v1/", "/object-query/")


@dataclass(slots=True)
class Exchange:
    """A request with what is known of it so far; `admitted` once nothing but the operation itself can refuse it."""

    request: Request
    started: float
    tenant: Tenant
    family: Family
    n: int
    request_id: str
    caller: Caller | None = None
    operation: Operation | None = None
    identifier: str = ""
    refusal: Refusal | None = None
    strike: Strike = faults.NO_STRIKE
    key: str | None = None
    entity: int = 0
    admitted: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)

    @property
    def track_id(self) -> str | None:
        return self.request.headers.get("zuora-track-id")

    def tell(self, strike: Strike) -> None:
        """Notes who ordered what, and what a header ordered in words that nobody understands."""
        self.notes.extend(strike.notes)
        if strike.ignored:
            self.headers["Zuora-Mock-Fault-Ignored"] = ", ".join(strike.ignored)


class Pipeline:
    """`open` decides what befalls a request, `answer` does it; between the two an ordered delay may pass."""

    def __init__(self, services: Services, doorkeeper: Doorkeeper, routes: Routes) -> None:
        self._services = services
        self._doorkeeper = doorkeeper
        self._routes = routes
        self._limits: dict[int, Limits] = {}
        self._under_way: set[tuple[int, str]] = set()

    def open(self, request: Request) -> Exchange:
        caller, operation, identifier, refusal = self._recognise(request)
        tenant = caller.tenant or self._services.tenancy.anonymous
        tenant.entries += 1
        self._services.traffic.count(tenant.key)
        exchange = Exchange(
            request=request,
            started=stopwatch(),
            tenant=tenant,
            family=family_of(request.path),
            n=tenant.entries,
            request_id=ids.uuid_text(tenant.name, "request", tenant.entries),
            caller=caller,
            operation=operation,
            identifier=identifier,
            refusal=refusal,
        )
        self._limits_of(tenant).in_flight += 1
        if refusal is None:
            self._befall(exchange)
        else:
            exchange.tell(faults.ordered_by_header(request.headers))
        return exchange

    def close(self, exchange: Exchange) -> None:
        self._limits_of(exchange.tenant).in_flight -= 1
        if exchange.key is not None:
            self._under_way.discard((exchange.tenant.key, exchange.key))

    def forget(self, tenant: Tenant) -> None:
        """The rate windows of a tenant that was reset or removed; its calls under way still count."""
        limits = self._limits.pop(tenant.key, None)
        if limits is not None and limits.in_flight:
            self._limits[tenant.key] = Limits(in_flight=limits.in_flight)

    def answer(self, exchange: Exchange) -> Answer:
        """One transaction; a refusal of the whole call undoes it and is written down in a second one."""
        if exchange.strike.milliseconds and self._services.tenancy.by_key(exchange.tenant.key) is None:
            self._evict(exchange)
        try:
            return self._conclude(exchange, lambda transaction: self._perform(exchange, transaction))
        except Refusal as refusal:
            return self._refuse(exchange, refusal)
        except Exception:
            logger.exception("request %s failed", exchange.request_id)
            return self._refuse(exchange, Refusal(rules.INTERNAL_ERROR, "an unexpected error occurred"))

    def _evict(self, exchange: Exchange) -> None:
        """The tenant was removed while its call waited: nobody knows the caller any more."""
        self.close(exchange)
        tenant = self._services.tenancy.anonymous
        tenant.entries += 1
        exchange.tenant, exchange.n, exchange.key = tenant, tenant.entries, None
        self._limits_of(tenant).in_flight += 1
        exchange.refusal = Refusal(rules.UNAUTHENTICATED, "Authentication error", actual="a tenant that is gone")

    def _recognise(self, request: Request) -> tuple[Caller, Operation | None, str, Refusal | None]:
        """Authentication, then route, then method; the token endpoint is its own authentication."""
        operation, identifier, unroutable = self._route(request)
        if request.oversized and operation is not None and operation.family is Family.OAUTH:
            return Caller(None), operation, identifier, bodies.too_large(self._services.settings.max_body)
        caller = self._doorkeeper.identify(
            request.headers, request.body, operation.name if operation and operation.open else ""
        )
        if caller.refusal is not None:
            return caller, operation, identifier, caller.refusal
        return caller, operation, identifier, unroutable

    def _route(self, request: Request) -> tuple[Operation | None, str, Refusal | None]:
        try:
            operation, identifier = self._routes.find(request.method, request.path)
        except Refusal as refusal:
            return None, "", refusal
        return operation, identifier, None

    def _befall(self, exchange: Exchange) -> None:
        """Ordered faults, and the idempotency key of a request that is still under way."""
        request, tenant = exchange.request, exchange.tenant
        name = exchange.operation.name if exchange.operation else None
        subject = Subject(name, request.method, request.path, exchange.track_id, request.headers, request.body)
        exchange.strike = strike = self._services.faults.strike(tenant, subject)
        exchange.tell(strike)
        key = request.headers.get("idempotency-key")
        if key is None or request.method not in idempotency.METHODS or faults.refusal_of(strike):
            return
        if (tenant.key, key) in self._under_way:
            exchange.refusal = idempotency.in_progress(key)
        else:
            self._under_way.add((tenant.key, key))
            exchange.key = key

    def _limits_of(self, tenant: Tenant) -> Limits:
        limits = self._limits.get(tenant.key)
        if limits is None:
            limits = self._limits[tenant.key] = Limits()
        return limits

    def _perform(self, exchange: Exchange, transaction: Transaction) -> Answer:
        request, operation = exchange.request, exchange.operation
        self._check_limits(exchange)
        if exchange.refusal is not None:
            raise exchange.refusal
        ordered = faults.refusal_of(exchange.strike)
        if ordered is not None:
            exchange.headers.update(exhausted(ordered))
            raise ordered
        if operation is None or exchange.caller is None:
            raise Refusal(rules.INTERNAL_ERROR, "the call was not recognised")
        if exchange.strike.kind in faults.NETWORK:
            return Answer(0, b"")
        wsdl = self._check_headers(exchange, transaction)
        exchange.admitted = True
        key = request.headers.get("idempotency-key")
        if key is None:
            return operation.handler(self._call(exchange, operation, transaction, wsdl))
        return self._once(exchange, operation, transaction, wsdl, key)

    def _check_limits(self, exchange: Exchange) -> None:
        """Every answer below these paths tells the limits, also one to a caller who is not known."""
        if not exchange.request.path.startswith(_LIMITED):
            return
        tenant = exchange.tenant
        headers, refusal = self._limits_of(tenant).count(tenant.now(), tenant.settings.quotas)
        exchange.headers.update(headers)
        exchange.refusal = exchange.refusal or refusal

    def _check_headers(self, exchange: Exchange, transaction: Transaction) -> int:
        request, caller = exchange.request, exchange.caller
        if caller is not None and caller.client is not None and exchange.operation and not exchange.operation.open:
            transaction.entity = exchange.entity = choose_entity(transaction.tenant, caller.client, request.headers)
            check_orgs(transaction.tenant, request.headers)
        problem = track_id_problem(exchange.track_id)
        if problem and exchange.track_id and transaction.tenant.settings.strict:
            raise refuse_track_id(exchange.track_id, problem)
        if problem and exchange.track_id:
            exchange.notes.append(problem)
        versioned = exchange.operation is not None and exchange.operation.versioned
        return wsdl_version(request.headers) if versioned else wsdl_version({})

    def _keep_session(self, exchange: Exchange, transaction: Transaction) -> None:
        """A session lives on with each call, and each answer hands its cookie out anew, a refusal too."""
        caller = exchange.caller
        if not exchange.admitted or caller is None or caller.client is None or not caller.keeps_session:
            return
        credentials = self._services.credentials
        if caller.session:
            credentials.renew_session(transaction, caller.session)
        cookie = caller.session or credentials.issue_session(transaction, caller.client)
        exchange.headers["Set-Cookie"] = f"ZSession={cookie}; Path=/; Secure; HttpOnly"

    def _once(self, exchange: Exchange, operation: Operation, transaction: Transaction, wsdl: int, key: str) -> Answer:
        """The first answer to the key: repeated if there is one, kept if there is none."""
        request = exchange.request
        idempotency.check_key(key, request.method)
        kept = idempotency.find(transaction, key, request.method, request.path, request.body)
        if kept is not None:
            return Answer(
                kept.status,
                kept.body,
                {"Zuora-Mock-Replayed": "true"},
                kept.content_type,
                tuple(RULES[r] for r in kept.rules),
            )
        answer = self._first_answer(exchange, operation, transaction, wsdl)
        if answer.status not in idempotency.NOT_KEPT:
            first = idempotency.Kept(
                answer.status, answer.content_type, answer.body, tuple(r.name for r in answer.rules)
            )
            idempotency.keep(transaction, key, request.method, request.path, request.body, first)
        return answer

    def _first_answer(self, exchange: Exchange, operation: Operation, transaction: Transaction, wsdl: int) -> Answer:
        try:
            with self._services.database.savepoint("first_answer"):
                return operation.handler(self._call(exchange, operation, transaction, wsdl))
        except Refusal as refusal:
            transaction.changes.clear()
            transaction.jobs.clear()
            return self._refusal(exchange, refusal)

    def _call(self, exchange: Exchange, operation: Operation, transaction: Transaction, wsdl: int) -> Call:
        request = exchange.request
        body = self._body(exchange, operation) if operation.takes_body else None
        caller = exchange.caller or Caller(None)
        return Call(request, operation, exchange.identifier, request.query, body, transaction, wsdl, caller)

    def _body(self, exchange: Exchange, operation: Operation) -> object:
        """Content type, size and gzip, JSON."""
        request, limit = exchange.request, self._services.settings.max_body
        bodies.check_media_type(request.headers)
        if request.oversized:
            raise bodies.too_large(limit)
        return bodies.parse_json(bodies.unzip(request.body, request.headers.get("content-encoding", ""), limit))

    def _refuse(self, exchange: Exchange, refusal: Refusal) -> Answer:
        return self._conclude(exchange, lambda _: self._refusal(exchange, refusal))

    def _refusal(self, exchange: Exchange, refusal: Refusal) -> Answer:
        request, tenant = exchange.request, exchange.tenant
        process = ids.hex_id(tenant.name, "process", exchange.n)[:16].upper()
        context = dialects.Context(
            request.method, request.path, exchange.request_id, process, format_instant(tenant.now())
        )
        answer = dialects.refuse(exchange.family, refusal, context)
        if refusal.rule.kind in _NO_SUCH_OPERATION and in_zuora(request.method, request.path):
            answer.rules = (*answer.rules, rules.UNSUPPORTED)
            answer.refusals = (_unsupported(request), refusal)
            answer.headers["Zuora-Mock-Unsupported"] = f"{request.method} {request.path}"
            logger.warning("not supported by this mock: %s %s", request.method, request.path)
        return answer

    def _conclude(self, exchange: Exchange, perform: Callable[[Transaction], Answer]) -> Answer:
        """Performs, completes the headers and writes the journal entry, all in one transaction."""
        services, tenant = self._services, exchange.tenant
        with begin(services.database, tenant, exchange.entity) as transaction:
            answer = perform(transaction)
            self._keep_session(exchange, transaction)
            self._complete(exchange, answer)
            services.journal.write(transaction, self._entry(exchange, transaction, answer))
        exchange.jobs = transaction.jobs
        return answer

    def _complete(self, exchange: Exchange, answer: Answer) -> None:
        headers = {"Zuora-Request-Id": exchange.request_id, **exchange.headers, **answer.headers}
        track_id = exchange.track_id
        if track_id and not track_id_problem(track_id):
            headers["Zuora-Track-Id"] = track_id
        headers["Zuora-Mock-Request"] = str(exchange.n)
        if answer.rules:
            headers["Zuora-Mock-Rule"] = ", ".join(_marked(rule) for rule in dict.fromkeys(answer.rules))
        answer.headers = headers

    def _entry(self, exchange: Exchange, transaction: Transaction, answer: Answer) -> Entry:
        request, kind = exchange.request, exchange.strike.kind
        sent = kind not in faults.NETWORK | {FaultKind.APPLIED_THEN_LOST}
        if kind is FaultKind.APPLIED_THEN_LOST:
            exchange.notes.append(f"the answer, status {answer.status}, was lost on its way")
        for refusal in answer.refusals:
            refusal.accepted = refusal.accepted or repairs.accepted(request, refusal)
        return Entry(
            n=exchange.n,
            at=exchange.tenant.now(),
            method=request.method,
            path=request.path,
            query=request.query_string,
            status=answer.status if sent else 0,
            track_id=exchange.track_id,
            request_id=exchange.request_id,
            operation=exchange.operation.name if exchange.operation else None,
            rules=tuple(dict.fromkeys(rule.name for rule in answer.rules)),
            fault=exchange.strike.name or None,
            milliseconds=round((stopwatch() - exchange.started) * 1000, 3),
            request_headers=request.headers,
            request_body=request.body,
            response_headers=answer.headers,
            response_body=answer.body,
            changes=transaction.changes,
            refusals=answer.refusals,
            jobs=transaction.jobs,
            notes=exchange.notes,
        )


def _unsupported(request: Request) -> Refusal:
    call = f"{request.method} {request.path}"
    message = f"Zuora has {call}; this mock has it not, and answers as for a path that there is not"
    return Refusal(rules.UNSUPPORTED, message, expected="an operation of /__admin/ledger", actual=call)


def _marked(rule: Rule) -> str:
    return f"{rule.name}; provenance={rule.provenance.value}"
