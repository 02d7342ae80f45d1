"""Tenants and clients as this process knows them.

The same `Tenant` object stands for a tenant as long as the process lives, also where other servers change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zuora_mock.storage import leading, tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures.fixture import Fixture


class Registry:
    """`listeners` are called with a tenant whose rows were replaced or removed, to drop what they remember of it."""

    def __init__(self, database: Database, credentials: Credentials, fixtures: Sequence[Fixture]) -> None:
        self.listeners: list[Callable[[Tenant], None]] = []
        self._database, self._credentials = database, credentials
        self._guests: dict[int, None] = {}
        self._tenants: dict[int, Tenant] = {}
        self._clients: dict[tuple[int, str], Client] = {}
        self._fixtures = {each.digest: each for each in fixtures}
        self._named: dict[str, Fixture] = {}
        database.changed.append(self._forget_copies)
        database.replaced.append(self._forget_replaced)

    def keys(self) -> list[int]:
        return tenants.all_keys(self._database)

    def all(self) -> Iterator[Tenant]:
        """Oldest first."""
        known = map(self.by_key, self.keys())
        return (tenant for tenant in known if tenant)

    def by_key(self, key: int) -> Tenant | None:
        """As it is now."""
        tenant = self._tenants.get(key)
        if tenant is None:
            return self._register(leading.by_key(self._database, key))
        return tenant if leading.refresh(self._database, tenant) else None

    def remembered(self, key: int) -> Tenant | None:
        """As it was when it was last asked for."""
        return self._tenants.get(key) or self.by_key(key)

    def by_name(self, name: str) -> Tenant | None:
        key = tenants.find_key(self._database, name)
        return None if key is None else self.by_key(key)

    def find_client(self, client_id: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_client(self._database, client_id))

    def find_user(self, username: str) -> tuple[Tenant, Client] | None:
        return self._with_tenant(tenants.find_user(self._database, username))

    def client_of(self, tenant: Tenant, client_id: str) -> Client | None:
        client = self._clients.get((tenant.key, client_id))
        if client is None:
            client = tenants.find_client(self._database, client_id)
            if client is None or client.tenant != tenant.key:
                return None
            self._clients[tenant.key, client_id] = client
        return client

    def resolve(self, name: str) -> Tenant | None:
        """The tenant of this name, or of the client with this id."""
        by_client = self.find_client(name)
        return self.by_name(name) or (by_client[0] if by_client else None)

    def use(self, tenant: Tenant) -> None:
        """Notes that somebody called it."""
        if tenant.key in self._guests:
            del self._guests[tenant.key]
            self._guests[tenant.key] = None

    def visit(self, tenant: Tenant) -> bool:
        """The same of a call that has no number; whether the tenant is still there."""
        self.use(tenant)
        return leading.refresh(self._database, tenant, used=True)

    def _with_tenant(self, client: Client | None) -> tuple[Tenant, Client] | None:
        tenant = self.by_key(client.tenant) if client else None
        return (tenant, client) if tenant and client else None

    def _register(self, tenant: Tenant | None) -> Tenant | None:
        return self._tenants.setdefault(tenant.key, tenant) if tenant else None

    def _all_guests(self) -> dict[int, None]:
        """Those that are no fixture's, the one first that was not called for longest."""
        own = {tenants.find_key(self._database, name) for name in self._named}
        return dict.fromkeys(key for key in leading.keys_by_use(self._database) if key not in own)

    def _welcome_guest(self, key: int) -> None:
        """Others may have made some too."""
        if self._database.shared:
            self._guests = self._all_guests()
        self._guests[key] = None

    def _forget(self, tenant: Tenant) -> None:
        self._forget_clients(tenant.key)
        for listener in self.listeners:
            listener(tenant)

    def _forget_clients(self, tenant: int) -> None:
        for each in [key for key in self._clients if key[0] == tenant]:
            del self._clients[each]

    def _drop(self, key: int) -> None:
        """One that is gone."""
        tenant = self._tenants.pop(key, None)
        self._guests.pop(key, None)
        if tenant is not None and not tenants.fixture_blocks(self._database, tenant.fixture):
            self._fixtures.pop(tenant.fixture, None)

    def _forget_copies(self, key: int) -> None:
        """Another server has changed the tenant."""
        self._forget_clients(key)
        self._credentials.forget(key)

    def _forget_replaced(self, key: int) -> None:
        """Another server has replaced its rows, or removed it."""
        self._credentials.forget(key)
        if key in self._tenants:
            self._forget(self._tenants[key])
        if tenants.by_key(self._database, key) is None:
            self._drop(key)
