"""What became of one row of a call."""

from __future__ import annotations

from dataclasses import dataclass

from zuora_mock.errors import Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """Accepted with the id of the object, or refused; a refused row of `execute` keeps the id it was given."""

    id: str | None = None
    refusal: Refusal | None = None

    @property
    def accepted(self) -> bool:
        return self.refusal is None
