"""The arithmetic of splits, kept when they were done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select

from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import SPLITS
from zuora_mock.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptSplit:
    """`split` and `original` are ids: of the InvoiceSplit and of the invoice that it divided."""

    split: str
    original: str
    arithmetic: Any


def add(transaction: Transaction, kept: Iterable[KeptSplit]) -> None:
    rows = [
        {
            **transaction.scope,
            "split": each.split,
            "original": each.original,
            "arithmetic": json.dumps(each.arithmetic, ensure_ascii=False),
        }
        for each in kept
    ]
    _INSERT.run_many(transaction.connection, rows)


def all_of(transaction: Transaction) -> list[KeptSplit]:
    """Those of the entity."""
    rows = _ALL.all(transaction.connection, transaction.scope)
    return [KeptSplit(split, original, json.loads(arithmetic)) for split, original, arithmetic in rows]


_INSERT = Prepared(insert(SPLITS))
_ALL = Prepared(
    select(SPLITS.c.split, SPLITS.c.original, SPLITS.c.arithmetic).where(
        SPLITS.c.tenant == bindparam("tenant"), SPLITS.c.entity == bindparam("entity")
    )
)
