"""What a split may be told: percentages, in billionths of one, and who gets the units that are left over."""

from __future__ import annotations

from enum import StrEnum

HUNDRED_PERCENT = 100 * 10**9


class Rounding(StrEnum):
    LAST_PART = "last-part"
    LARGEST_REMAINDER = "largest-remainder"
