"""Bearer tokens and ZSession cookies. Both live on the tenant's clock and survive a restart.

Sources: API reference, createToken; guide Authentication; recorded /v1/connections.
"""

from __future__ import annotations

from zuora_mock import ids
from zuora_mock.bounds import Bounds
from zuora_mock.clock import MINUTE, SECOND
from zuora_mock.storage import tokens
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Client
from zuora_mock.storage.tokens import IssuedToken
from zuora_mock.storage.transaction import Transaction

TOKEN_LIFETIME = 3599 * SECOND
SESSION_LIFETIME = 15 * MINUTE
_COOKIE_LENGTH = 256
_MOST_SEEN = 10_000


class Credentials:
    """The tokens and sessions in the database, with this process's copy of those it has seen."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._seen: dict[str, IssuedToken] = {}
        self._sessions: dict[tuple[int, str], str] = {}

    def find(self, database: Database, token: str) -> IssuedToken | None:
        """What is known of a token or cookie that was issued, expired or not."""
        found = self._seen.get(token)
        if found is None:
            found = tokens.find(database, token)
            if found is not None and tokens.lasts(database, found):
                self._remember(token, found)
        return found

    def issue_token(self, transaction: Transaction, client: Client) -> str:
        """32 lower-case hexadecimal digits, good for an hour."""
        tenant = transaction.tenant
        tenant.counters.tokens += 1
        token = ids.hex_id(tenant.name, "token", tenant.counters.tokens)
        self._keep(transaction, client, "bearer", token, tenant.now() + TOKEN_LIFETIME)
        return token

    def issue_session(self, transaction: Transaction, client: Client) -> str:
        """A cookie of 256 characters, good for a quarter of an hour after its last use; a living one goes on."""
        tenant = transaction.tenant
        living = self._living(transaction, client)
        if living:
            self.renew_session(transaction, living)
            return living
        tokens.remove_expired(transaction, "session")
        tenant.counters.tokens += 1
        cookie = ids.long_id(tenant.name, "session", tenant.counters.tokens, _COOKIE_LENGTH)
        self._keep(transaction, client, "session", cookie, tenant.now() + SESSION_LIFETIME)
        self._sessions[tenant.key, client.client_id] = cookie
        return cookie

    def _living(self, transaction: Transaction, client: Client) -> str:
        """The cookie that the client has since the last reset, if it is good."""
        newest = tokens.newest_session(transaction, client.client_id)
        if newest is not None:
            return newest
        living = self._sessions.get((client.tenant, client.client_id), "")
        return living if living in self._seen and self._seen[living].expires_at > transaction.now() else ""

    def renew_session(self, transaction: Transaction, cookie: str) -> None:
        until = transaction.now() + SESSION_LIFETIME
        tokens.renew(transaction, cookie, until)
        if cookie in self._seen:
            self._seen[cookie] = self._seen[cookie]._replace(expires_at=until)

    def trim(self, transaction: Transaction) -> None:
        """The oldest of too many make room."""
        tenant = transaction.tenant
        gone = tokens.trim(transaction, self._bounds.settings.most_tokens)
        if gone:
            self._bounds.forget("most_tokens", gone, f"the tokens of {tenant.name}")
            self.forget(tenant.key)

    def renew_all(self, transaction: Transaction) -> None:
        """After a reset or a restore the clock stands elsewhere: known tokens start their life anew."""
        self.trim(transaction)
        for kind, lifetime in (("bearer", TOKEN_LIFETIME), ("session", SESSION_LIFETIME)):
            tokens.renew_all(transaction, kind, transaction.now() + lifetime)
        tokens.hand_out_anew(transaction)
        self.forget(transaction.tenant.key)

    def remove_all(self, transaction: Transaction) -> None:
        tokens.remove_all(transaction)
        self.forget(transaction.tenant.key)

    def forget(self, tenant: int | None = None) -> None:
        """Drops this process's copies, of one tenant or of all: they are read from the database again."""
        self._seen = {} if tenant is None else {k: v for k, v in self._seen.items() if v.tenant != tenant}
        self._sessions = {} if tenant is None else {k: v for k, v in self._sessions.items() if k[0] != tenant}

    def _keep(self, transaction: Transaction, client: Client, kind: str, token: str, until: int) -> None:
        issued = IssuedToken(transaction.tenant.key, client.client_id, kind, until)
        tokens.add(transaction, token, issued)
        if tokens.lasts(transaction, issued):
            self._remember(token, issued)

    def _remember(self, token: str, issued: IssuedToken) -> None:
        if len(self._seen) >= _MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        self._seen[token] = issued
