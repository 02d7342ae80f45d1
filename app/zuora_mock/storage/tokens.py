"""Tokens and cookies that were issued. One is found before it is known whose it is, hence among those of all."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, text, update

from zuora_mock.storage import bulk
from zuora_mock.storage.database import Database
from zuora_mock.storage.leading import touch
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tables import TOKENS
from zuora_mock.storage.transaction import Transaction


class IssuedToken(NamedTuple):
    """`kind` is `bearer` or `session`; `expires_at` in epoch milliseconds of the tenant's clock."""

    tenant: int
    client_id: str
    kind: str
    expires_at: int


def find(database: Database, token: str) -> IssuedToken | None:
    """Expired or not."""
    with database.lock:
        row = _FIND.first(database, {"wanted": token})
    return IssuedToken(*row) if row else None


def lasts(on: Connected, issued: IssuedToken) -> bool:
    """Whether it may be remembered: other servers that share the database prolong sessions."""
    return issued.kind != _SESSION or not on.connection.replica


def newest_session(transaction: Transaction, client_id: str) -> str | None:
    """Of those that are good, and younger than the last reset; empty where there is none.

    None where no other server gives any out.
    """
    if not transaction.connection.replica:
        return None
    mine = {"whose": transaction.tenant.key, "wanted": client_id, "now": transaction.now()}
    return next(iter(_NEWEST.column(transaction, mine)), "")


def hand_out_anew(transaction: Transaction) -> None:
    """The sessions of before a reset stay good, but the client gets another one when it signs in."""
    if transaction.connection.replica:
        _AGE.run(transaction, {"whose": transaction.tenant.key})


def add(transaction: Transaction, token: str, issued: IssuedToken) -> None:
    _INSERT.run(transaction, {"token": token, **issued._asdict()})


def renew(transaction: Transaction, token: str, until: int) -> None:
    _RENEW.run(transaction, {"whose": transaction.tenant.key, "wanted": token, "until": until})


def renew_all(transaction: Transaction, kind: str, until: int) -> None:
    _RENEW_ALL.run(transaction, {"whose": transaction.tenant.key, "sort": kind, "until": until})


def remove_expired(transaction: Transaction, kind: str) -> None:
    _SWEEP.run(transaction, {"whose": transaction.tenant.key, "sort": kind, "now": transaction.now()})


def trim(transaction: Transaction, most: int) -> int:
    """Removes the oldest of more than so many; how many they were."""
    gone = bulk.trim(transaction, TOKENS, transaction.tenant.key, most)
    if gone:
        touch(transaction, transaction.tenant)
    return gone


def remove_all(transaction: Transaction) -> None:
    _REMOVE_ALL.run(transaction, {"whose": transaction.tenant.key})


_SESSION = "session"
_NEWEST = Prepared(
    lambda _: text(
        "SELECT token FROM tokens WHERE tenant = :whose AND client_id = :wanted AND kind = 'session' "
        "AND expires_at > :now AND aged = 0 ORDER BY rowid DESC LIMIT 1"
    )
)
_AGE = Prepared(lambda _: text("UPDATE tokens SET aged = 1 WHERE tenant = :whose AND kind = 'session'"))
_WHOSE = TOKENS.c.tenant == bindparam("whose")
_OF_KIND = TOKENS.c.kind == bindparam("sort")
_FIND = Prepared(
    lambda _: select(TOKENS.c.tenant, TOKENS.c.client_id, TOKENS.c.kind, TOKENS.c.expires_at).where(
        TOKENS.c.token == bindparam("wanted")
    )
)
_INSERT = Prepared(lambda _: insert(TOKENS))
_RENEW = Prepared(
    lambda _: update(TOKENS).where(_WHOSE, TOKENS.c.token == bindparam("wanted")).values(expires_at=bindparam("until"))
)
_RENEW_ALL = Prepared(lambda _: update(TOKENS).where(_WHOSE, _OF_KIND).values(expires_at=bindparam("until")))
_SWEEP = Prepared(lambda _: delete(TOKENS).where(_WHOSE, _OF_KIND, TOKENS.c.expires_at <= bindparam("now")))
_REMOVE_ALL = Prepared(lambda _: delete(TOKENS).where(_WHOSE))
