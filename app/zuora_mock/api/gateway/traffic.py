"""What this process knows of calls under way: their number, the rate windows, the idempotency keys in use."""

from __future__ import annotations

from zuora_mock.api.gateway import idempotency
from zuora_mock.api.gateway.exchange import Exchange
from zuora_mock.api.gateway.limits import Limits
from zuora_mock.storage.tenants import Tenant

_LIMITED = ("/v1/", "/object-query/")
"""Every answer below these paths tells the limits, also one to a caller who is not known."""


class Traffic:
    def __init__(self) -> None:
        self._limits: dict[int, Limits] = {}
        self._reserved: set[tuple[int, str]] = set()

    def enter(self, exchange: Exchange) -> None:
        self._of(exchange.tenant).in_flight += 1

    def leave(self, exchange: Exchange) -> None:
        self._of(exchange.tenant).in_flight -= 1
        if exchange.key is not None:
            self._reserved.discard((exchange.tenant.key, exchange.key))
            exchange.key = None

    def count(self, exchange: Exchange) -> None:
        """Counts the request in the windows of its tenant, once."""
        tenant = exchange.tenant
        if exchange.counted or not exchange.request.path.startswith(_LIMITED):
            return
        exchange.counted = True
        headers, exchange.over_limit = self._of(tenant).count(tenant.now(), tenant.settings.quotas)
        exchange.headers.update(headers)

    def reserve(self, exchange: Exchange, key: str) -> None:
        """Keeps the key for this exchange, or notes that another has it."""
        if (exchange.tenant.key, key) in self._reserved:
            exchange.in_progress = idempotency.in_progress(key)
        else:
            self._reserved.add((exchange.tenant.key, key))
            exchange.key = key

    def forget(self, tenant: Tenant) -> None:
        """The rate windows of a tenant that was reset or removed; its calls under way still count."""
        limits = self._limits.pop(tenant.key, None)
        if limits is not None and limits.in_flight:
            self._limits[tenant.key] = Limits(in_flight=limits.in_flight)

    def _of(self, tenant: Tenant) -> Limits:
        limits = self._limits.get(tenant.key)
        if limits is None:
            limits = self._limits[tenant.key] = Limits()
        return limits
