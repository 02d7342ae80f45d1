"""How much is kept of what grows with use, and how much of it had to make room."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from zuora_mock.settings import Settings

logger = logging.getLogger("zuora_mock")


@dataclass(slots=True, eq=False, repr=False)
class Bounds:
    """`forgotten` counts since the start of the process, by the name of the setting."""

    settings: Settings = field(default_factory=Settings)
    forgotten: Counter[str] = field(default_factory=Counter)

    def forget(self, setting: str, count: int, what: str) -> None:
        """Says that so many of `what` made room, and counts them."""
        if count:
            self.forgotten[setting] += count
            most, flag = getattr(self.settings, setting), setting.replace("_", "-")
            logger.warning("%d of %s made room: --%s is %d", count, what, flag, most)
