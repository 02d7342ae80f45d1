"""What this process knows of calls under way: their number, the rate windows, the idempotency keys in use."""

from __future__ import annotations

from zuora_mock.api.gateway import idempotency
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.limits import Limits, concurrency_type
from zuora_mock.storage import traffic as rows
from zuora_mock.storage.arriving import count
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction

_LIMITED = ("/v1/", "/object-query/")
"""Every answer below these paths tells the limits, also one to a caller who is not known."""


def is_limited(exchange: Exchange) -> bool:
    return exchange.request.path.startswith(_LIMITED)


class Traffic:
    """Of a database that others share it asks for theirs: the row of the tenant counts, calls that wait have a row."""

    def __init__(self, database: Database) -> None:
        self._database, self._shared = database, database.shared
        self._limits: dict[int, Limits] = {}
        self._under_way: dict[int, set[Exchange]] = {}
        self._reserved: dict[tuple[int, str], Exchange] = {}

    def enter(self, exchange: Exchange) -> None:
        self._under_way.setdefault(exchange.tenant.key, set()).add(exchange)
        self._of(exchange.tenant).in_flight += 1
        exchange.takes_place = True

    def leave(self, exchange: Exchange) -> None:
        self.give_place_up(exchange)
        waits, exchange.waits = exchange.waits, 0
        rows.leave(self._database, waits)
        self._under_way.get(exchange.tenant.key, set()).discard(exchange)
        key = (exchange.tenant.key, exchange.key or "")
        if self._reserved.get(key) is exchange:
            del self._reserved[key]

    def give_place_up(self, exchange: Exchange) -> None:
        """Whoever does not wait for the answer any more does not stand in others' way."""
        if exchange.takes_place:
            exchange.takes_place = False
            self._of(exchange.tenant).in_flight -= 1
            rows.give_place_up(self._database, exchange.waits)

    def wait(self, exchange: Exchange) -> None:
        """Others will have their turn before it is answered."""
        if not exchange.waits:
            exchange.waits = rows.wait(self._database, exchange.tenant.key, exchange.key)

    def count(self, exchange: Exchange, transaction: Transaction) -> None:
        """Counts the request in the windows of its tenant, once."""
        if not is_limited(exchange):
            return
        limits, counted = self._of(exchange.tenant), exchange.counted
        if self._shared:  # what was counted before was undone with the call
            arrived = exchange.arrival and exchange.arrival.counted
            limits = limits.with_others(arrived or count(transaction, exchange.tenant, exchange.at), exchange.at)
        if counted:
            return
        exchange.counted = True
        type_ = concurrency_type(exchange.request.method, exchange.request.path)
        headers, exchange.over_limit = limits.count(exchange.at, exchange.tenant.settings.quotas, type_)
        exchange.headers.update(headers)

    def reserve(self, exchange: Exchange, key: str) -> None:
        """Keeps the key for this exchange, or notes that another has it."""
        tenant = exchange.tenant.key
        if (tenant, key) in self._reserved or rows.is_key_in_use(self._database, tenant, key):
            exchange.in_progress = idempotency.in_progress(key)
        else:
            self._reserved[tenant, key] = exchange
            exchange.key = key

    def end(self, tenant: Tenant) -> None:
        """The tenant was reset, restored or removed: calls under way end with the state that they began in."""
        for exchange in self._under_way.pop(tenant.key, ()):
            self.leave(exchange)
            exchange.ended = True
        self._limits.pop(tenant.key, None)

    def _of(self, tenant: Tenant) -> Limits:
        limits = self._limits.get(tenant.key)
        if limits is None:
            limits = self._limits[tenant.key] = Limits()
        return limits
