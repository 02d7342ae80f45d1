"""The faults that tests have ordered, and which of them is injected into a call.

    {"match": {"operation": "execute"}, "skip": 1, "times": 2, "fault": {"kind": "rate-limit"}}

An order counts the calls that match it, struck or not: `skip` lets the first of them pass, `times` bounds how many are
struck. The first order that is due strikes; a delay may come on top of another fault. An order for jobs counts the jobs
that are about to run in the place of calls. Orders and their counts are rows, so that a restart keeps them; chance
follows from the tenant's seed, the order and the count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from zuora_mock import ids
from zuora_mock.bounds import Bounds
from zuora_mock.errors import Refusal
from zuora_mock.steering import faults
from zuora_mock.steering.faults import LONGEST_DELAY, NO_INJECTION, Injection
from zuora_mock.steering.subjects import Subject
from zuora_mock.storage import faults as rows
from zuora_mock.storage.beginnings import begin_as_known
from zuora_mock.storage.database import Database
from zuora_mock.storage.faults import KeptOrder
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import Changed

if TYPE_CHECKING:
    from zuora_mock.steering.orders import KeptFault, Order

Struck = TypeVar("Struck")


class TooManyFaults(ValueError):
    """All of them may still strike."""


class FaultOrders:
    """The orders of all tenants, with this process's copy of those that may still strike."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database, self._bounds = database, bounds
        self._live: dict[int, list[KeptFault]] = {}
        self._positions: dict[int, int] = {}

    def add(self, transaction: Transaction, order: Order) -> str:
        """Takes the order and returns its id. Raises TooManyFaults."""
        tenant = transaction.tenant
        self._make_room(transaction)
        position = max(rows.last_position(transaction), self._positions.get(tenant.key, 0)) + 1
        made = ids.hex_id(tenant.name, "fault", position)
        body = order.model_dump_json(by_alias=True, exclude_unset=True)
        rows.add(transaction, KeptOrder(made, position, body, 0, 0, order.expiry(tenant)))
        self._positions[tenant.key] = position
        self._live.pop(tenant.key, None)
        return made

    def _make_room(self, transaction: Transaction) -> None:
        """Orders that will strike no more make room for one more."""
        kept, most = rows.all_of(transaction), self._bounds.settings.most_faults
        surplus = len(kept) + 1 - most
        if surplus <= 0:
            return
        over = [each for each in _read(kept) if each.state(transaction.tenant) != "active"][:surplus]
        if len(over) < surplus:
            raise TooManyFaults(f"there are {most} orders: withdraw some, or raise --most-faults")
        for each in over:
            rows.remove(transaction, each.id)
        self._bounds.forget("most_faults", len(over), f"the fault orders of {transaction.tenant.name}")

    def orders(self, transaction: Transaction) -> list[dict[str, Any]]:
        """The orders as they were given, in the order of their creation, with their counts and state."""
        return [each.shown(transaction.tenant) for each in _read(rows.all_of(transaction))]

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
        met = [each for each in self._orders_of(tenant) if each.meets_jobs(tenant)]
        return self._counted(tenant, met, _refusal) if met else None

    def _orders_of(self, tenant: Tenant) -> list[KeptFault]:
        orders = self._live.get(tenant.key)
        if orders is None:
            orders = self._live[tenant.key] = self._load(tenant)
        return orders

    def _counted(
        self, tenant: Tenant, met: Sequence[KeptFault], strike: Callable[[Tenant, Sequence[KeptFault]], Struck]
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

    def _load(self, tenant: Tenant) -> list[KeptFault]:
        with begin_as_known(self._database, tenant) as transaction:
            kept = rows.all_of(transaction)
        return [each for each in _read(kept) if not each.spent]


def _read(kept: Sequence[KeptOrder]) -> list[KeptFault]:
    if not kept:
        return []
    from zuora_mock.steering.orders import KeptFault  # noqa: PLC0415  (most tests order no faults)

    return [KeptFault.of(each) for each in kept]


def _up_to_date(met: Sequence[KeptFault], kept: Sequence[KeptOrder]) -> list[KeptFault]:
    """With the counts of other servers too, without those that are used up or gone."""
    counts = {each.id: (each.seen, each.struck) for each in kept}
    for each in met:
        each.seen, each.struck = counts.get(each.id, (each.seen, each.struck))
    return [each for each in met if each.id in counts and not each.spent]


def _refusal(tenant: Tenant, met: Sequence[KeptFault]) -> Refusal | None:
    """That of the first order that is due."""
    refusal = None
    for each in met:
        each.seen += 1
        if refusal is None and each.due(tenant):
            each.struck += 1
            refusal = each.refusal()
    return refusal


def _injections(tenant: Tenant, met: Sequence[KeptFault], header: Injection) -> Iterator[Injection]:
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
    return replace(
        main,
        milliseconds=min(LONGEST_DELAY, sum(injection.milliseconds for injection in every)),
        ignored=first.ignored,
        notes=tuple(note for injection in every for note in injection.notes),
    )
