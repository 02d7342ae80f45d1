"""Rows by which a unit is handed from one part to another: raised in the first, in the second below its exact share.

Of two parts that row is asked for which has the smallest fraction in the first part, then the earliest. A search asks
often and few cells change in between, so each pair of parts remembers how far its rows have been looked through, and
which earlier ones have come back since. All searches together look at each row a few times for a pair of parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush


class Bridges:
    """Over fractions and raised cells, both indexed [row][part]; `raised` is the owner's, who tells of each change."""

    def __init__(self, fractions: Sequence[Sequence[int]], raised: Sequence[Sequence[bool]]) -> None:
        self._fractions, self._raised = fractions, raised
        parts = range(len(fractions[0]))
        self._rows = [sorted(range(len(fractions)), key=[row[part] for row in fractions].__getitem__) for part in parts]
        self._ranks = [_ranks(rows) for rows in self._rows]
        self._looked_at = [[0 for _ in parts] for _ in parts]
        self._back: list[list[list[int]]] = [[[] for _ in parts] for _ in parts]

    def find(self, giver: int, taker: int) -> int | None:
        """The rank of the row among those of the giver, None where there is no such row."""
        rows, back, rank = self._rows[giver], self._back[giver][taker], self._looked_at[giver][taker]
        while rank < len(rows) and not self._joins(rows[rank], giver, taker):
            rank += 1
        self._looked_at[giver][taker] = rank
        while back and not self._joins(rows[back[0]], giver, taker):
            heappop(back)
        found = min(rank, back[0]) if back else rank
        return found if found < len(rows) else None

    def row(self, part: int, rank: int) -> int:
        return self._rows[part][rank]

    def changed(self, row: int, part: int) -> None:
        """To be called when a cell was raised or lowered."""
        others = range(len(self._rows))
        pairs = ((part, other) if self._raised[row][part] else (other, part) for other in others if other != part)
        for giver, taker in pairs:
            rank = self._ranks[giver][row]
            if rank < self._looked_at[giver][taker] and self._joins(row, giver, taker):
                heappush(self._back[giver][taker], rank)

    def _joins(self, row: int, giver: int, taker: int) -> bool:
        raised = self._raised[row]
        return raised[giver] and not raised[taker] and self._fractions[row][taker] > 0


def _ranks(rows: Sequence[int]) -> list[int]:
    ranks = [0] * len(rows)
    for rank, row in enumerate(rows):
        ranks[row] = rank
    return ranks
