"""Several things in one call: each has a result of its own, and one that is refused leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction

Given = TypeVar("Given")
MadeOfRow = TypeVar("MadeOfRow")


def each_apart(
    transaction: Transaction, act: Callable[[Given], MadeOfRow], rows: Iterable[Given]
) -> list[MadeOfRow | Refusal]:
    """What `act` makes of each row, or why it refuses it."""
    return [_apart(transaction, act, row) for row in rows]


def _apart(transaction: Transaction, act: Callable[[Given], MadeOfRow], row: Given) -> MadeOfRow | Refusal:
    try:
        with transaction.part():
            return act(row)
    except Refusal as refusal:
        return refusal
