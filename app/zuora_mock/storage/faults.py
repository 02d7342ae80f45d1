"""Fault orders as they were given, each with its counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from zuora_mock.storage.leading import touch
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import FAULTS
from zuora_mock.storage.transaction import Transaction


class KeptOrder(NamedTuple):
    """`body` is the order as JSON; `seen` calls have matched it, `struck` of them it has struck."""

    id: str
    position: int
    body: str
    seen: int
    struck: int
    expires_at: int | None


def add(transaction: Transaction, order: KeptOrder) -> None:
    _INSERT.run(transaction, {"tenant": transaction.tenant.key, **order._asdict()})
    if transaction.connection.replica:
        _GIVE.run(transaction, {"whose": transaction.tenant.key, "last": order.position})
    touch(transaction, transaction.tenant)


def all_of(transaction: Transaction) -> list[KeptOrder]:
    """In the order of their creation."""
    return [KeptOrder(*row) for row in _ALL.all(transaction, {"whose": transaction.tenant.key})]


def last_position(transaction: Transaction) -> int:
    """Where servers share the database, also that of an order that is gone."""
    mine = {"whose": transaction.tenant.key}
    (last,) = _LAST.column(transaction, mine)
    given = _GIVEN.column(transaction, mine) if transaction.connection.replica else ()
    return int(max((last or 0, *given)))


def count(transaction: Transaction, counts: Iterable[tuple[str, int, int]]) -> None:
    """Writes (id, seen, struck)."""
    whose = transaction.tenant.key
    rows = [{"whose": whose, "wanted": order, "now_seen": seen, "now_struck": struck} for order, seen, struck in counts]
    _COUNT.run_many(transaction, rows)


def remove(transaction: Transaction, id: str) -> bool:
    """Whether there was such an order."""
    touch(transaction, transaction.tenant)
    return _REMOVE.write(transaction, {"whose": transaction.tenant.key, "wanted": id}) > 0


def clear(transaction: Transaction) -> int:
    """How many there were."""
    touch(transaction, transaction.tenant)
    return _CLEAR.write(transaction, {"whose": transaction.tenant.key})


_WHOSE = FAULTS.c.tenant == bindparam("whose")
_ONE = FAULTS.c.id == bindparam("wanted")
_INSERT = Prepared(lambda _: insert(FAULTS))
_ALL = Prepared(
    lambda _: select(*(FAULTS.c[name] for name in KeptOrder._fields)).where(_WHOSE).order_by(FAULTS.c.position)
)
_LAST = Prepared(lambda _: select(func.max(FAULTS.c.position)).where(_WHOSE))
_GIVEN = Prepared(lambda _: text("SELECT ordered FROM tenants WHERE key = :whose"))
_GIVE = Prepared(lambda _: text("UPDATE tenants SET ordered = :last WHERE key = :whose"))
_COUNT = Prepared(
    lambda _: update(FAULTS).where(_WHOSE, _ONE).values(seen=bindparam("now_seen"), struck=bindparam("now_struck"))
)
_REMOVE = Prepared(lambda _: delete(FAULTS).where(_WHOSE, _ONE))
_CLEAR = Prepared(lambda _: delete(FAULTS).where(_WHOSE))
