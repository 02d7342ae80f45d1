"""What this process knows of calls under way: their number, the rate windows, the idempotency keys in use."""

from __future__ import annotations

from zuora_mock.api.gateway import idempotency
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.limits import Limits, concurrency_type
from zuora_mock.storage.tenants import Tenant

_LIMITED = ("/v1/", "/object-query/")
"""Every answer below these paths tells the limits, also one to a caller who is not known."""


class Traffic:
    def __init__(self) -> None:
        self._limits: dict[int, Limits] = {}
        self._under_way: dict[int, set[Exchange]] = {}
        self._reserved: dict[tuple[int, str], Exchange] = {}

    def enter(self, exchange: Exchange) -> None:
        self._under_way.setdefault(exchange.tenant.key, set()).add(exchange)
        self._of(exchange.tenant).in_flight += 1
        exchange.takes_place = True

    def leave(self, exchange: Exchange) -> None:
        self.give_place_up(exchange)
        self._under_way.get(exchange.tenant.key, set()).discard(exchange)
        key = (exchange.tenant.key, exchange.key or "")
        if self._reserved.get(key) is exchange:
            del self._reserved[key]

    def give_place_up(self, exchange: Exchange) -> None:
        """Whoever does not wait for the answer any more does not stand in others' way."""
        if exchange.takes_place:
            exchange.takes_place = False
            self._of(exchange.tenant).in_flight -= 1

    def count(self, exchange: Exchange) -> None:
        """Counts the request in the windows of its tenant, once."""
        tenant = exchange.tenant
        if exchange.counted or not exchange.request.path.startswith(_LIMITED):
            return
        exchange.counted = True
        type_ = concurrency_type(exchange.request.method, exchange.request.path)
        headers, exchange.over_limit = self._of(tenant).count(exchange.at, tenant.settings.quotas, type_)
        exchange.headers.update(headers)

    def reserve(self, exchange: Exchange, key: str) -> None:
        """Keeps the key for this exchange, or notes that another has it."""
        holder = self._reserved.setdefault((exchange.tenant.key, key), exchange)
        if holder is exchange:
            exchange.key = key
        else:
            exchange.in_progress = idempotency.in_progress(key)

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
