"""What became of one row of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec

from zuora_mock.errors import Refusal

_RowInput = ParamSpec("_RowInput")


class Outcome(NamedTuple):
    """Accepted with the id of the object, or refused; a refused row of `execute` keeps the id it was given.

    The refusal points into the row. `repeats` is the position of the row that a refused one repeats.
    """

    id: str | None = None
    refusal: Refusal | None = None
    repeats: int | None = None


def attempt(act: Callable[_RowInput, str], *arguments: _RowInput.args, **named: _RowInput.kwargs) -> Outcome:
    """What becomes of a row of which `act` makes an object, or raises Refusal."""
    try:
        return Outcome(act(*arguments, **named))
    except Refusal as refusal:
        return Outcome(refusal=refusal)
