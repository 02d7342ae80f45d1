"""What a call or a piece of work has changed, row by row, for the journal.

It is kept as it was written: rows that came, changed or went together stand together, of a changed one stands what it
was and what was written over it. Somebody reads it of few calls; each change by itself is then made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple, NotRequired, TypedDict

from pydantic_core import to_json

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record, Value


class Change(TypedDict):
    """One row as it was and as it is, with nulls; `before` is None for a new row, `after` for one that is gone."""

    object: str
    id: Value
    before: Record | None
    after: Record | None


MOST_CHANGES = 1000
"""Of those of a call, and of each piece of work, the first so many are kept."""


class _Batch(TypedDict):
    """Of one object: as they were, empty for new ones, and what was written, empty for those that are gone.

    New ones may have fields in `common`, where they do not say otherwise.
    """

    object: str
    before: Sequence[Record]
    written: Sequence[Record]
    common: NotRequired[Record]


class Mark(NamedTuple):
    """How far it had come."""

    lists: int
    told: int
    untold: int


class Changes:
    """`told` counts the rows, `untold` those that were too many to be listed."""

    __slots__ = ("_lists", "told", "untold")

    def __init__(self) -> None:
        self._lists: list[_Batch] = []
        self.told = self.untold = 0

    def add_new(self, kind: ObjectType, records: Sequence[Record], common: Record | None = None) -> None:
        """`common` is what all have that do not say otherwise."""
        self._add(kind, (), records, common)

    def add_gone(self, kind: ObjectType, records: Sequence[Record]) -> None:
        self._add(kind, records, ())

    def add_changed(self, kind: ObjectType, before: Sequence[Record], values: Sequence[Record]) -> None:
        """`values` were written over the records, None where they emptied a field."""
        self._add(kind, before, values)

    def mark(self) -> Mark:
        return Mark(len(self._lists), self.told, self.untold)

    def back_to(self, mark: Mark) -> None:
        """What came later did not happen."""
        del self._lists[mark.lists :]
        self.told, self.untold = mark.told, mark.untold

    def text(self) -> str | None:
        """For `changes_in`; several are put together as JSON arrays are. None where nothing has changed."""
        return to_json(self._lists).decode() if self._lists else None

    def _add(
        self, kind: ObjectType, before: Sequence[Record], written: Sequence[Record], common: Record | None = None
    ) -> None:
        count = len(before or written)
        told = min(count, MOST_CHANGES - self.told)
        self.told += told
        self.untold += count - told
        if told:
            batch: _Batch = {"object": kind.name, "before": before[:told], "written": written[:told]}
            if common:
                batch["common"] = common
            self._lists.append(batch)


def changes_in(text: str) -> Iterator[Change]:
    for rows in json.loads(text):
        common = rows.get("common", {})
        for before, written in zip_longest(rows["before"], rows["written"]):
            after = None if written is None else {**common, **(before or {}), **written}
            yield {"object": rows["object"], "id": (before or written)["Id"], "before": before, "after": after}
