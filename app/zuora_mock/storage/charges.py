"""Charges that a fixture says are due to an account, and how often each was billed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, insert, literal_column, or_, select, update

from zuora_mock.storage import originals
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CHARGES
from zuora_mock.storage.transaction import Transaction


class Charge(NamedTuple):
    """`item` is the invoice item that it becomes: kept values, with its discounts and taxes."""

    account: str
    position: int
    item: dict[str, Any]
    recurring: bool
    billed: int


def add(transaction: Transaction, charges: Iterable[Charge]) -> None:
    scope = transaction.scope
    rows = [
        {
            **scope,
            "account": each.account,
            "position": each.position,
            "body": json.dumps(each.item, ensure_ascii=False),
            "recurring": each.recurring,
            "billed": each.billed,
            "seq": transaction.tenant.next_seq(),
        }
        for each in charges
    ]
    _INSERT.run_many(transaction, rows)


def all_of(transaction: Transaction) -> list[Charge]:
    """Those of the entity."""
    return [_charge(row) for row in _ALL.all(transaction, _scope(transaction))]


def due(transaction: Transaction, account: str) -> list[Charge]:
    """Those that were never billed, and those that recur."""
    return [_charge(row) for row in _DUE.all(transaction, {**_scope(transaction), "owner": account})]


def count_billed(transaction: Transaction, charges: Iterable[Charge]) -> None:
    scope, billed = _scope(transaction), list(charges)
    originals.keep(transaction, CHARGES, "account", {each.account for each in billed})
    _BILLED.run_many(transaction, [{**scope, "owner": each.account, "at": each.position} for each in billed])


def _scope(transaction: Transaction) -> dict[str, object]:
    return {"whose": transaction.tenant.world, "where": transaction.entity}


def _charges() -> Select[Any]:
    columns = (CHARGES.c[name] for name in ("account", "position", "body", "recurring", "billed"))
    return select(*columns).where(*_MINE)


def _billable() -> ColumnElement[bool]:
    return or_(CHARGES.c.recurring == literal_column("1"), CHARGES.c.billed == 0)


def _charge(row: Sequence[Any]) -> Charge:
    account, position, body, recurring, billed = row
    return Charge(account, position, json.loads(body), bool(recurring), billed)


_MINE = (CHARGES.c.tenant == bindparam("whose"), CHARGES.c.entity == bindparam("where"))
_OWNED = CHARGES.c.account == bindparam("owner")
_INSERT = Prepared(lambda _: insert(CHARGES))
_ALL = Prepared(lambda _: _charges().order_by(CHARGES.c.account, CHARGES.c.position))
_DUE = Prepared(lambda _: _charges().where(_OWNED, _billable()).order_by(CHARGES.c.position))
_BILLED = Prepared(
    lambda _: (
        update(CHARGES).where(*_MINE, _OWNED, CHARGES.c.position == bindparam("at")).values(billed=CHARGES.c.billed + 1)
    )
)
