"""The arithmetic of splits, kept when they were done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Select, bindparam, insert, or_, select

from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import SPLITS
from zuora_mock.storage.transaction import Transaction


class KeptSplit(NamedTuple):
    """`split` and `original` are ids: of the InvoiceSplit and of the invoice that it divided."""

    split: str
    original: str
    arithmetic: Any


def add(transaction: Transaction, kept: Iterable[KeptSplit]) -> None:
    scope = transaction.scope
    rows = [
        {
            **scope,
            "split": each.split,
            "original": each.original,
            "arithmetic": to_json(each.arithmetic).decode(),
            "seq": transaction.tenant.next_seq(),
        }
        for each in kept
    ]
    _INSERT.run_many(transaction, rows)


def find(transaction: Transaction, id: str) -> KeptSplit | None:
    """By either id."""
    row = _FIND.first(transaction, {**transaction.scope, "wanted": id})
    return _kept(row) if row else None


def all_of(transaction: Transaction) -> list[KeptSplit]:
    """Those of the entity."""
    return [_kept(row) for row in _ALL.all(transaction, transaction.scope)]


def _splits() -> Select[Any]:
    return select(SPLITS.c.split, SPLITS.c.original, SPLITS.c.arithmetic).where(*_MINE)


def _kept(row: Sequence[Any]) -> KeptSplit:
    split, original, arithmetic = row
    return KeptSplit(split, original, json.loads(arithmetic))


_MINE = (SPLITS.c.tenant == bindparam("tenant"), SPLITS.c.entity == bindparam("entity"))
_INSERT = Prepared(lambda _: insert(SPLITS))
_ALL = Prepared(lambda _: _splits().order_by(SPLITS.c.split))
_FIND = Prepared(
    lambda _: _splits().where(or_(SPLITS.c.split == bindparam("wanted"), SPLITS.c.original == bindparam("wanted")))
)
