"""Stubs as they were given, and the states of the scenarios that they are part of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from zuora_mock.storage.dialect import upsert
from zuora_mock.storage.leading import touch
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import SCENARIOS, STUBS
from zuora_mock.storage.transaction import Transaction


class KeptStub(NamedTuple):
    """`body` is the mapping as JSON; the newest has the highest position."""

    id: str
    position: int
    body: str


def put(transaction: Transaction, stubs: Sequence[KeptStub]) -> None:
    """In place of those of the same id."""
    whose = transaction.tenant.world
    _PUT.run_many(transaction, [{"tenant": whose, **each._asdict()} for each in stubs])
    touch(transaction, transaction.tenant)


def all_of(transaction: Transaction) -> list[KeptStub]:
    """Oldest first."""
    return [KeptStub(*row) for row in _ALL.all(transaction, {"whose": transaction.tenant.world})]


def find(transaction: Transaction, id: str) -> KeptStub | None:
    row = _FIND.first(transaction, {"whose": transaction.tenant.world, "wanted": id})
    return KeptStub(*row) if row else None


def last_position(transaction: Transaction) -> int:
    (last,) = _LAST.column(transaction, {"whose": transaction.tenant.world})
    return last or 0


def remove(transaction: Transaction, id: str) -> bool:
    """Whether there was such a stub."""
    touch(transaction, transaction.tenant)
    return _REMOVE.write(transaction, {"whose": transaction.tenant.world, "wanted": id}) > 0


def clear(transaction: Transaction) -> None:
    """Removes all stubs and the states of their scenarios."""
    for each in (_CLEAR, _FORGET_STATES):
        each.run(transaction, {"whose": transaction.tenant.world})
    touch(transaction, transaction.tenant)


def states(transaction: Transaction) -> dict[str, str]:
    """Of the scenarios that have begun, by name."""
    return dict(_STATES.all(transaction, {"whose": transaction.tenant.world}))


def put_state(transaction: Transaction, scenario: str, state: str) -> None:
    _PUT_STATE.run(transaction, {"tenant": transaction.tenant.world, "name": scenario, "state": state})


_WHOSE = STUBS.c.tenant == bindparam("whose")
_ONE = STUBS.c.id == bindparam("wanted")
_PUT = Prepared(lambda dialect: upsert(dialect, STUBS, ("tenant", "id"), ("position", "body")))
_COLUMNS = tuple(STUBS.c[name] for name in KeptStub._fields)
_ALL = Prepared(lambda _: select(*_COLUMNS).where(_WHOSE).order_by(STUBS.c.position))
_FIND = Prepared(lambda _: select(*_COLUMNS).where(_WHOSE, _ONE))
_LAST = Prepared(lambda _: select(func.max(STUBS.c.position)).where(_WHOSE))
_REMOVE = Prepared(lambda _: delete(STUBS).where(_WHOSE, _ONE))
_CLEAR = Prepared(lambda _: delete(STUBS).where(_WHOSE))
_FORGET_STATES = Prepared(lambda _: delete(SCENARIOS).where(SCENARIOS.c.tenant == bindparam("whose")))
_STATES = Prepared(
    lambda _: select(SCENARIOS.c.name, SCENARIOS.c.state).where(SCENARIOS.c.tenant == bindparam("whose"))
)
_PUT_STATE = Prepared(lambda dialect: upsert(dialect, SCENARIOS, ("tenant", "name"), ("state",)))
