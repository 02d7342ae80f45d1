"""Bearer tokens and ZSession cookies. Both live on the tenant's clock and survive a restart.

Sources: API reference, createToken; guide Authentication; recorded /v1/connections.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from zuora_mock import ids
from zuora_mock.clock import MINUTE, SECOND
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import TOKENS
from zuora_mock.storage.tenants import Client, Tenant

TOKEN_LIFETIME = 3599 * SECOND
SESSION_LIFETIME = 15 * MINUTE
_COOKIE_LENGTH = 256

_FIND = select(TOKENS.c.tenant, TOKENS.c.client_id, TOKENS.c.kind, TOKENS.c.expires_at).where(
    TOKENS.c.token == bindparam("wanted")
)
_INSERT = insert(TOKENS)
_SWEEP = delete(TOKENS).where(
    TOKENS.c.tenant == bindparam("whose"), TOKENS.c.kind == "session", TOKENS.c.expires_at <= bindparam("now")
)
_RENEW = update(TOKENS).where(TOKENS.c.token == bindparam("wanted")).values(expires_at=bindparam("until"))
_RENEW_ALL = Prepared(
    update(TOKENS)
    .where(TOKENS.c.tenant == bindparam("whose"), TOKENS.c.kind == bindparam("sort"))
    .values(expires_at=bindparam("until"))
)


class Credentials:
    """The tokens and sessions in the database, with this process's copy of those it has seen."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, str, str, int]] = {}
        self._sessions: dict[tuple[int, str], str] = {}

    def find(self, connection: Connection, token: str) -> tuple[int, str, str, int] | None:
        """(tenant, client id, kind, expiry) of a token or cookie that was issued, expired or not."""
        found = self._seen.get(token)
        if found is None:
            row = connection.execute(_FIND, {"wanted": token}).first()
            if row is None:
                return None
            found = self._seen[token] = (row.tenant, row.client_id, row.kind, row.expires_at)
        return found

    def issue_token(self, connection: Connection, tenant: Tenant, client: Client) -> str:
        """32 lower-case hexadecimal digits, good for an hour."""
        tenant.counters.tokens += 1
        token = ids.hex_id(tenant.name, "token", tenant.counters.tokens)
        self._keep(connection, tenant, client, "bearer", token, tenant.now() + TOKEN_LIFETIME)
        return token

    def issue_session(self, connection: Connection, tenant: Tenant, client: Client) -> str:
        """A cookie of 256 characters, good for a quarter of an hour after its last use; a living one goes on."""
        living = self._sessions.get((tenant.key, client.client_id), "")
        if living in self._seen and self._seen[living][3] > tenant.now():
            self.renew_session(connection, tenant, living)
            return living
        connection.execute(_SWEEP, {"whose": tenant.key, "now": tenant.now()})
        tenant.counters.tokens += 1
        cookie = ids.long_id(tenant.name, "session", tenant.counters.tokens, _COOKIE_LENGTH)
        self._keep(connection, tenant, client, "session", cookie, tenant.now() + SESSION_LIFETIME)
        self._sessions[tenant.key, client.client_id] = cookie
        return cookie

    def renew_session(self, connection: Connection, tenant: Tenant, cookie: str) -> None:
        until = tenant.now() + SESSION_LIFETIME
        connection.execute(_RENEW, {"wanted": cookie, "until": until})
        key, client_id, kind, _ = self._seen[cookie]
        self._seen[cookie] = (key, client_id, kind, until)

    def renew_all(self, connection: Connection, tenant: Tenant) -> None:
        """After a reset or a restore the clock stands elsewhere: known tokens start their life anew."""
        for kind, lifetime in (("bearer", TOKEN_LIFETIME), ("session", SESSION_LIFETIME)):
            _RENEW_ALL.run(connection, {"whose": tenant.key, "sort": kind, "until": tenant.now() + lifetime})
        self.forget(tenant.key)

    def remove_all(self, connection: Connection, tenant: Tenant) -> None:
        connection.execute(delete(TOKENS).where(TOKENS.c.tenant == tenant.key))
        self.forget(tenant.key)

    def forget(self, tenant: int | None = None) -> None:
        """Drops this process's copies, of one tenant or of all: they are read from the database again."""
        self._seen = {} if tenant is None else {k: v for k, v in self._seen.items() if v[0] != tenant}

    def _keep(self, connection: Connection, tenant: Tenant, client: Client, kind: str, token: str, until: int) -> None:
        row = {"token": token, "tenant": tenant.key, "client_id": client.client_id, "kind": kind, "expires_at": until}
        connection.execute(_INSERT, row)
        self._seen[token] = (tenant.key, client.client_id, kind, until)
