"""Which name somebody may have meant. The work is bounded, whatever a client sends."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice

_LONGEST = 100
"""Of a name, the characters that are looked at."""

_MOST = 50
"""Of the names of one call, those that are looked at."""

_ALIKE = 0.7


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three of the known names, the nearest first: one that differs in case alone before all others."""
    folded = {each.lower(): each for each in known}
    return [folded[each] for each in get_close_matches(name[:_LONGEST].lower(), folded, cutoff=_ALIKE)]


def did_you_mean(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """The nearest known name of each that has one."""
    near = {name[:_LONGEST]: nearest(name, known) for name in islice(names, _MOST)}
    return {name: found[0] for name, found in near.items() if found}


def hint(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that says that a name is unknown; empty where none is near."""
    near = nearest(name, known)
    return f", did you mean {near[0]}?" if near else ""
