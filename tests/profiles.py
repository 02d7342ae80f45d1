"""How much the property tests of whole lives try: the same few examples each time, or many times more on demand.

    HYPOTHESIS_TIMES=50 .venv/bin/pytest tests/acceptance/test_split_lives.py

With the variable the examples are drawn anew in each run, so many times as many.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings

_TIMES = os.environ.get("HYPOTHESIS_TIMES")


def proving(examples: int, **more: Any) -> settings:
    """Settings for so many examples, or a multiple of them. What fails is made smaller with the variable only."""
    return settings(
        max_examples=examples * int(_TIMES or 1),
        derandomize=_TIMES is None,
        phases=[Phase.generate, Phase.shrink] if _TIMES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
        **more,
    )
