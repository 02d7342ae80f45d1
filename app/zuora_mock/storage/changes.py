"""What a call or a piece of work has changed, row by row, for the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record, Value


class Change(TypedDict):
    """One row as it was and as it is; `before` is None for a new row, `after` for one that is gone."""

    object: str
    id: Value
    before: Record | None
    after: Record | None


MOST_CHANGES = 1000
"""Of those of a call, and of each piece of work, the first so many are kept."""


class Changes(list[Change]):
    """`untold` counts those that were too many to be listed."""

    untold = 0

    def add_new(self, kind: ObjectType, records: Sequence[Record]) -> None:
        name, told = kind.name, self._told(records)
        self.extend([{"object": name, "id": each["Id"], "before": None, "after": each} for each in told])

    def add_gone(self, kind: ObjectType, records: Sequence[Record]) -> None:
        name, told = kind.name, self._told(records)
        self.extend([{"object": name, "id": each["Id"], "before": each, "after": None} for each in told])

    def add_changed(self, kind: ObjectType, before: Record, after: Record) -> None:
        self.append({"object": kind.name, "id": before["Id"], "before": before, "after": after})

    def _told(self, records: Sequence[Record]) -> Sequence[Record]:
        told = records[: max(0, MOST_CHANGES - len(self))]
        self.untold += len(records) - len(told)
        return told
