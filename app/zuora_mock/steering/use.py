"""What the calls of a tenant have used, and what an operation tells of itself."""

from __future__ import annotations

from typing import Protocol

from zuora_mock.domain.levels import Level
from zuora_mock.errors import Provenance


class Described(Protocol):
    """What the ledger asks of an operation."""

    @property
    def name(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def source(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def level(self) -> Level: ...


NO = "no"
"""The level of what Zuora has and the mock has not."""
USED = (*(each.value for each in Level), NO)
