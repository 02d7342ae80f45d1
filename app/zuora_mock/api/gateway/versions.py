"""`Zuora-Version`: which versions of REST there are, and which one a call gets (guide: API versions).

A call that names none, or one that there is not, gets the tenant's default, and where that is none the oldest.
"""

from __future__ import annotations

_KNOWN = (
    "186.0",
    "187.0",
    "188.0",
    "189.0",
    "196.0",
    "206.0",
    "207.0",
    "211.0",
    "214.0",
    "215.0",
    "216.0",
    "223.0",
    "224.0",
    "230.0",
    "239.0",
    "256.0",
    "257.0",
    "309.0",
    "314.0",
    "315.0",
    "329.0",
    "330.0",
    "336.0",
    "337.0",
    "338.0",
    "341.0",
    "2024-05-20",
    "2025-08-12",
)
_AGE = {version: age for age, version in enumerate(_KNOWN)}


def effective(given: str | None, default: str) -> str:
    if given in _AGE:
        return given
    return default if default in _AGE else _KNOWN[0]


def reaches(version: str, needed: str) -> bool:
    """Whether a version in effect is the needed one or a later one."""
    return _AGE[version] >= _AGE[needed]
