"""How much of Zuora stands behind an operation or an object."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """COMPUTED: Zuora's rules run. STORED: records are kept and checked, and no rule of billing runs.

    STUBBED: a test's own answer.
    """

    COMPUTED = "computed"
    STORED = "stored"
    STUBBED = "stubbed"
