"""Several things in one call: each has a result of its own, and one that is refused leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction

Given = TypeVar("Given")
Result = TypeVar("Result")


def each_apart(
    transaction: Transaction, act: Callable[[Given], Result], rows: Iterable[Given]
) -> list[Result | Refusal]:
    """What `act` makes of each row, or why it refuses it."""
    return [_apart(transaction, act, row) for row in rows]


def _apart(transaction: Transaction, act: Callable[[Given], Result], row: Given) -> Result | Refusal:
    try:
        with transaction.part():
            return act(row)
    except Refusal as refusal:
        return refusal
