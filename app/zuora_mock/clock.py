"""The clock of a tenant. Nothing else in the package reads the time of the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import NamedTuple

MILLISECOND = 1
SECOND = 1000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def wall() -> int:
    """The machine's time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def whole_seconds(milliseconds: int) -> int:
    """As records note instants: without the fraction, so that a query finds what an answer printed."""
    return milliseconds // SECOND * SECOND


def stopwatch() -> float:
    """Seconds from an arbitrary start, for durations only."""
    return time.perf_counter()


def milliseconds_since(started: float) -> float:
    """Of a stopwatch, in whole microseconds."""
    return int((stopwatch() - started) * 1_000_000) / 1000


class Clock(NamedTuple):
    """Runs beside the machine's clock at a distance, or stands still. All times are epoch milliseconds."""

    offset: int = 0
    frozen_at: int | None = None

    def now(self) -> int:
        return wall() + self.offset if self.frozen_at is None else self.frozen_at

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    def set(self, now: int, *, frozen: bool) -> Clock:
        return Clock(frozen_at=now) if frozen else Clock(offset=now - wall())

    def advance(self, milliseconds: int) -> Clock:
        if self.frozen_at is not None:
            return Clock(frozen_at=self.frozen_at + milliseconds)
        return Clock(offset=self.offset + milliseconds)


def parse_instant(text: str) -> int:
    """ISO 8601 to epoch milliseconds; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def format_instant(milliseconds: int) -> str:
    """Epoch milliseconds as `2026-02-01T00:00:00Z`, with a fraction only where there is one."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    timespec = "milliseconds" if milliseconds % 1000 else "seconds"
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")
