"""The faults that tests have ordered, and which of them is injected into a call.

    {"match": {"operation": "execute"}, "skip": 1, "times": 2, "fault": {"kind": "rate-limit"}}

An order counts the calls that match it, struck or not: `skip` lets the first of them pass, `times` bounds how many are
struck. The first order that is due strikes; a delay may come on top of another fault. An order for jobs counts the jobs
that are about to run in the place of calls. Orders and their counts are rows, so that a restart keeps them; chance
follows from the tenant's seed, the order and the count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from zuora_mock import ids
from zuora_mock.bounds import Bounds
from zuora_mock.clock import SECOND, format_instant, parse_instant
from zuora_mock.domain.rules import ORDERED_FAILURE
from zuora_mock.errors import Refusal
from zuora_mock.instants import InstantText
from zuora_mock.steering import faults
from zuora_mock.steering.faults import LONGEST_DELAY, NO_INJECTION, FaultKind, Injection
from zuora_mock.steering.matching import Match, Subject, fits
from zuora_mock.steering.models import RequestBody
from zuora_mock.storage import faults as rows
from zuora_mock.storage.beginnings import begin_as_known
from zuora_mock.storage.database import Database
from zuora_mock.storage.faults import KeptOrder
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import Changed

_PARAMETERS: Mapping[str, frozenset[str]] = {
    "fixed": frozenset({"milliseconds"}),
    "uniform": frozenset({"lower", "upper"}),
    "lognormal": frozenset({"median", "sigma"}),
}

LONGEST_EXPIRY = 100 * 366 * 86_400
"""Seconds; a century."""


Struck = TypeVar("Struck")

FAILED_BY_ORDER = "failed by order"
FailureReason = Annotated[str, Field(min_length=1, max_length=1000)]
Milliseconds = Annotated[float, Field(ge=0, le=LONGEST_DELAY)]


class PlainFault(RequestBody):
    """A fault by name; the call waits `milliseconds` before it."""

    kind: Literal[
        "user-info",
        "lock-competition",
        "rate-limit",
        "concurrency-limit",
        "internal-error",
        "bad-gateway",
        "gateway-timeout",
        "applied-then-lost",
        "CONNECTION_RESET_BY_PEER",
        "EMPTY_RESPONSE",
        "MALFORMED_RESPONSE_CHUNK",
        "RANDOM_DATA_THEN_CLOSE",
        "truncated-body",
    ]
    milliseconds: Milliseconds = 0


class ErrorFault(RequestBody):
    """Any error of Zuora's by its code: a word such as `TEMPORARY_ERROR`, or digits for REST."""

    kind: Literal["error"]
    code: str = Field(pattern=r"^([A-Z][A-Z0-9_]*|[0-9]{1,8})$")
    message: str = ""
    milliseconds: Milliseconds = 0


class DelayFault(RequestBody):
    """A delay before the call: fixed, or drawn anew for each call from a seeded distribution."""

    kind: Literal["delay"]
    distribution: Literal["fixed", "uniform", "lognormal"] = "fixed"
    milliseconds: Milliseconds | None = None
    lower: Milliseconds | None = None
    upper: Milliseconds | None = None
    median: Annotated[float, Field(gt=0, le=LONGEST_DELAY)] | None = None
    sigma: Annotated[float, Field(ge=0, le=10)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted, given = _PARAMETERS[self.distribution], self.model_fields_set - {"kind", "distribution"}
        if given != wanted:
            raise ValueError(f"a delay that is {self.distribution} has {' and '.join(sorted(wanted))}, nothing else")
        if self.distribution == "uniform" and (self.lower or 0) > (self.upper or 0):
            raise ValueError("lower is at most upper")
        return self


class JobFault(RequestBody):
    """A piece of background work that fails when its turn comes, in whatever mode jobs run; nothing of it happens."""

    kind: Literal["job-failure"]
    reason: FailureReason = FAILED_BY_ORDER


AnyFault = Annotated[PlainFault | ErrorFault | DelayFault | JobFault, Field(discriminator="kind")]


class Order(RequestBody):
    """A fault for the calls that match, from the moment it is ordered until it is used up, expires or is removed."""

    match: Match = Match()
    skip: int = Field(default=0, ge=0, description="So many matching calls pass first")
    times: int | None = Field(default=None, ge=1, description="So many calls are struck; without it, every one")
    probability: float | None = Field(default=None, ge=0, le=1, description="Of striking, drawn from the tenant's seed")
    expires_after_seconds: float | None = Field(
        default=None, ge=0, le=LONGEST_EXPIRY, description="Of the tenant's clock"
    )
    expires_at: InstantText | None = Field(default=None, description="ISO 8601; without an offset it is UTC")
    fault: AnyFault

    @model_validator(mode="after")
    def _expires_once(self) -> Self:
        if self.expires_at is not None and self.expires_after_seconds is not None:
            raise ValueError("expiresAt or expiresAfterSeconds, not both")
        return self

    @model_validator(mode="after")
    def _matches_calls(self) -> Self:
        if isinstance(self.fault, JobFault) and self.match != Match():
            raise ValueError("match is for calls; a job-failure strikes the next job, whoever ordered it")
        return self


@dataclass(slots=True, eq=False, repr=False)
class _Live:
    """An order that is not used up. `seen` and `struck` are written whenever they change."""

    id: str
    order: Order
    expires_at: int | None
    seen: int
    struck: int

    @property
    def delays(self) -> bool:
        return isinstance(self.order.fault, DelayFault)

    @property
    def spent(self) -> bool:
        return self.order.times is not None and self.struck >= self.order.times

    def meets(self, tenant: Tenant, subject: Subject) -> bool:
        if isinstance(self.order.fault, JobFault) or self.expired(tenant):
            return False
        return fits(self.order.match, subject)

    def expired(self, tenant: Tenant) -> bool:
        return self.expires_at is not None and tenant.now() >= self.expires_at

    def due(self, tenant: Tenant) -> bool:
        """Whether it strikes the call that it has just seen."""
        if self.seen <= self.order.skip:
            return False
        chance = self.order.probability
        return chance is None or ids.seeded_random(tenant.seed, f"{self.id}/{self.seen}").random() < chance

    def injection(self, tenant: Tenant) -> Injection:
        fault, notes = self.order.fault, (f"ordered by fault order {self.id}",)
        if isinstance(fault, DelayFault):
            return Injection(None, self._draw(fault, tenant), FaultKind.DELAY, order=self.id, notes=notes)
        if isinstance(fault, JobFault):
            return NO_INJECTION
        if isinstance(fault, ErrorFault):
            return Injection(
                FaultKind.ERROR, fault.milliseconds, fault.code, fault.code, fault.message, self.id, notes=notes
            )
        return Injection(FaultKind(fault.kind), fault.milliseconds, fault.kind, order=self.id, notes=notes)

    def _draw(self, delay: DelayFault, tenant: Tenant) -> float:
        if delay.distribution == "fixed":
            return delay.milliseconds or 0
        random = ids.seeded_random(tenant.seed, f"{self.id}/{self.seen}/delay")
        if delay.distribution == "uniform":
            return random.uniform(delay.lower or 0, delay.upper or 0)
        return min(LONGEST_DELAY, (delay.median or 0) * exp((delay.sigma or 0) * random.gauss(0, 1)))


class TooManyFaults(ValueError):
    """All of them may still strike."""


class FaultOrders:
    """The orders of all tenants, with this process's copy of those that may still strike."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database, self._bounds = database, bounds
        self._live: dict[int, list[_Live]] = {}
        self._positions: dict[int, int] = {}

    def add(self, transaction: Transaction, order: Order) -> str:
        """Takes the order and returns its id. Raises TooManyFaults."""
        tenant = transaction.tenant
        self._make_room(transaction)
        position = max(rows.last_position(transaction), self._positions.get(tenant.key, 0)) + 1
        made = ids.hex_id(tenant.name, "fault", position)
        body = order.model_dump_json(by_alias=True, exclude_unset=True)
        rows.add(transaction, KeptOrder(made, position, body, 0, 0, _expiry(tenant, order)))
        self._positions[tenant.key] = position
        self._live.pop(tenant.key, None)
        return made

    def _make_room(self, transaction: Transaction) -> None:
        """Orders that will strike no more make room for one more."""
        kept, most = rows.all_of(transaction), self._bounds.settings.most_faults
        surplus = len(kept) + 1 - most
        if surplus <= 0:
            return
        over = [each for each in kept if _state(transaction.tenant, each, _order(each)) != "active"][:surplus]
        if len(over) < surplus:
            raise TooManyFaults(f"there are {most} orders: withdraw some, or raise --most-faults")
        for each in over:
            rows.remove(transaction, each.id)
        self._bounds.forget("most_faults", len(over), f"the fault orders of {transaction.tenant.name}")

    def orders(self, transaction: Transaction) -> list[dict[str, Any]]:
        """The orders as they were given, in the order of their creation, with their counts and state."""
        return [_shown(transaction.tenant, each) for each in rows.all_of(transaction)]

    def remove(self, transaction: Transaction, order: str) -> bool:
        """Whether there was such an order."""
        self._live.pop(transaction.tenant.key, None)
        return rows.remove(transaction, order)

    def clear(self, transaction: Transaction) -> int:
        """Removes every order and returns how many there were."""
        self._live.pop(transaction.tenant.key, None)
        return rows.clear(transaction)

    def forget(self, tenant_key: int) -> None:
        """Drops this process's copy: the rows have changed under it."""
        self._live.pop(tenant_key, None)
        self._positions.pop(tenant_key, None)

    def forget_all(self) -> None:
        self._live.clear()
        self._positions.clear()

    def may_strike(self, tenant: Tenant) -> bool:
        """Whether there is any order; nearly always there is none."""
        return bool(self._orders_of(tenant))

    def inject(self, tenant: Tenant, subject: Subject) -> Injection:
        """What the call meets."""
        orders = self._orders_of(tenant)
        by_header = NO_INJECTION
        if faults.FAULT_HEADER in subject.headers or faults.DELAY_HEADER in subject.headers:
            by_header = faults.ordered_by_header(subject.headers)
        met = [each for each in orders if each.meets(tenant, subject)] if orders else ()
        if not met:
            return by_header
        injections = self._counted(tenant, met, lambda tenant, met: list(_injections(tenant, met, by_header)))
        return _together(by_header, injections)

    def strike_job(self, tenant: Tenant) -> Refusal | None:
        """Why the job whose turn has come fails by order; nearly always there is no such order."""
        while True:
            try:
                return self._strike_job(tenant)
            except Changed:  # the orders are others now
                continue

    def _strike_job(self, tenant: Tenant) -> Refusal | None:
        met = [
            each
            for each in self._orders_of(tenant)
            if isinstance(each.order.fault, JobFault) and not each.expired(tenant)
        ]
        return self._counted(tenant, met, _refusal) if met else None

    def _orders_of(self, tenant: Tenant) -> list[_Live]:
        orders = self._live.get(tenant.key)
        if orders is None:
            orders = self._live[tenant.key] = self._load(tenant)
        return orders

    def _counted(
        self, tenant: Tenant, met: Sequence[_Live], strike: Callable[[Tenant, Sequence[_Live]], Struck]
    ) -> Struck:
        """What becomes of those that are met, of which the counts are written down."""
        with begin_as_known(self._database, tenant) as transaction:
            if self._database.shared:
                met = _up_to_date(met, rows.all_of(transaction))
            struck = strike(tenant, met)
            rows.count(transaction, [(order.id, order.seen, order.struck) for order in met])
        if any(order.spent for order in met):
            self._live[tenant.key] = [order for order in self._live[tenant.key] if not order.spent]
        return struck

    def _load(self, tenant: Tenant) -> list[_Live]:
        with begin_as_known(self._database, tenant) as transaction:
            kept = rows.all_of(transaction)
        orders = [_Live(r.id, _order(r), r.expires_at, r.seen, r.struck) for r in kept]
        return [each for each in orders if not each.spent]


def _up_to_date(met: Sequence[_Live], kept: Sequence[KeptOrder]) -> list[_Live]:
    """With the counts of other servers too, without those that are used up or gone."""
    counts = {each.id: (each.seen, each.struck) for each in kept}
    for each in met:
        each.seen, each.struck = counts.get(each.id, (each.seen, each.struck))
    return [each for each in met if each.id in counts and not each.spent]


def _refusal(tenant: Tenant, met: Sequence[_Live]) -> Refusal | None:
    """That of the first order that is due."""
    refusal = None
    for each in met:
        each.seen += 1
        if refusal is None and isinstance(each.order.fault, JobFault) and each.due(tenant):
            each.struck += 1
            ordered = {"kind": each.order.fault.kind, "order": each.id}
            refusal = ORDERED_FAILURE.refusal(each.order.fault.reason, fault=ordered)
    return refusal


def _injections(tenant: Tenant, met: Sequence[_Live], header: Injection) -> Iterator[Injection]:
    """The first delay and the first other fault that are due; a fault or delay in a header goes before its like."""
    taken = {True: header.milliseconds > 0, False: header.kind is not None}
    for each in met:
        each.seen += 1
        if not taken[each.delays] and each.due(tenant):
            taken[each.delays] = True
            each.struck += 1
            yield each.injection(tenant)


def _together(first: Injection, others: Sequence[Injection]) -> Injection:
    """One injection of all; it has the name of its fault, else that of its delay."""
    every = (first, *others)
    main = next((injection for injection in every if injection.kind), None) or next(
        (injection for injection in every if injection.name), first
    )
    return main._replace(
        milliseconds=min(LONGEST_DELAY, sum(injection.milliseconds for injection in every)),
        ignored=first.ignored,
        notes=tuple(note for injection in every for note in injection.notes),
    )


def _expiry(tenant: Tenant, order: Order) -> int | None:
    if order.expires_at is not None:
        return parse_instant(order.expires_at)
    if order.expires_after_seconds is not None:
        return tenant.now() + round(order.expires_after_seconds * SECOND)
    return None


def _order(row: KeptOrder) -> Order:
    return Order.model_validate_json(row.body)


def _shown(tenant: Tenant, row: KeptOrder) -> dict[str, Any]:
    order = _order(row)
    shown = {"id": row.id, **order.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    shown.pop("expiresAfterSeconds", None)
    if row.expires_at is not None:
        shown["expiresAt"] = format_instant(row.expires_at)
    return {**shown, "state": _state(tenant, row, order), "seen": row.seen, "struck": row.struck}


def _state(tenant: Tenant, row: KeptOrder, order: Order) -> str:
    if order.times is not None and row.struck >= order.times:
        return "spent"
    return "expired" if row.expires_at is not None and tenant.now() >= row.expires_at else "active"
