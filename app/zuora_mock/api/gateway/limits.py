"""Rate windows and concurrent requests of a tenant, counted on its clock.

Sources: guide, Rate limits and Concurrent request limits. The counts are a cache of this process: they begin anew with
it, as windows do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from zuora_mock.clock import DAY, HOUR, MINUTE, SECOND
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal
from zuora_mock.settings import Quotas
from zuora_mock.steering.faults import TOO_MANY_AT_ONCE
from zuora_mock.storage.arriving import Counted

_WINDOWS = (MINUTE, HOUR, DAY)
_NAMES = ("minute", "hour", "day")
_DEFAULT = Quotas()
_PRODUCTION = (_DEFAULT.minute, _DEFAULT.hour, _DEFAULT.day)
"""Quotas that refuse nobody: a test that wants a 429 lowers them or orders one."""
_DEFAULT_TYPE, _HIGH_VOLUME, _OBJECT_QUERY = "Default", "High-volume transactions", "Object Query"
_MOST_AT_ONCE = {_DEFAULT_TYPE: _DEFAULT.concurrent, _HIGH_VOLUME: 200, _OBJECT_QUERY: 80}
"""By type of concurrency limit. A tenant's own number counts for each type."""
_LONGEST_FIRST, _SHORTEST = (2, 1, 0), (0,)
"""No window opens before a shorter one does: what is exhausted longest is what a client has to wait for."""
_HIGH_VOLUME_PATHS = frozenset({"/v1/accounts"})

Counts = tuple[int, int, int]
"""Of the present minute, hour and day."""


@dataclass(slots=True, eq=False, repr=False)
class Limits:
    """The requests of one tenant in its windows, the `last` of them, and how many are under way."""

    counts: Counts = (0, 0, 0)
    last: int = 0
    in_flight: int = 0

    def count(self, now: int, quotas: Quotas, type_: str) -> tuple[dict[str, str], Refusal | None]:
        """Counts one request; failed ones count too. Returns the headers, and the refusal of one too many.

        `type_` is that of the concurrency limit.
        """
        most = quotas.concurrent if quotas.concurrent != _DEFAULT.concurrent else _MOST_AT_ONCE[type_]
        limits = (quotas.minute, quotas.hour, quotas.day)
        self._add(now)
        over, refusing = self._over(limits)
        shown = (refusing or over or _SHORTEST)[0]
        left, free = limits[shown] - self.counts[shown], most - self.in_flight
        headers = {
            "RateLimit-Limit": _line(limits[shown], limits),
            "RateLimit-Remaining": f"{max(0, left)}",
            "RateLimit-Reset": f"{_reset_in(shown, now)}",
            "Concurrency-Limit-Type": type_,
            "Concurrency-Limit-Limit": f"{most}",
            "Concurrency-Limit-Remaining": f"{max(0, free)}",
        }
        if refusing:
            return headers, _rate_limited(shown, self.counts[shown], limits[shown], now)
        return headers, self._too_many_at_once(quotas.concurrent)

    def with_others(self, counted: Counted, now: int) -> Limits:
        """Those of all servers, before the request that was counted."""
        counts = (counted.minute - 1, counted.hour - 1, counted.day - 1)
        return Limits(counts, now, self.in_flight + counted.elsewhere)

    def _add(self, now: int) -> None:
        minute, hour, day = self.counts
        if now // MINUTE != self.last // MINUTE:
            minute = 0
            hour = hour if now // HOUR == self.last // HOUR else 0
            day = day if now // DAY == self.last // DAY else 0
        self.counts, self.last = (minute + 1, hour + 1, day + 1), now

    def _over(self, limits: Counts) -> tuple[Sequence[int], Sequence[int]]:
        """The windows with more than their quota, and those of them whose quota refuses."""
        counts = self.counts
        if counts[0] <= limits[0] and counts[1] <= limits[1] and counts[2] <= limits[2]:
            return (), ()
        over = [i for i in _LONGEST_FIRST if counts[i] > limits[i]]
        return over, [i for i in over if limits[i] < _PRODUCTION[i]]

    def _too_many_at_once(self, quota: int) -> Refusal | None:
        if self.in_flight <= quota or quota >= _DEFAULT.concurrent:
            return None
        state, expected = {"quota": quota, "used": self.in_flight}, f"at most {quota} requests at one time"
        return rules.CONCURRENCY_LIMIT.refusal(TOO_MANY_AT_ONCE, expected=expected, actual=self.in_flight, state=state)


def concurrency_type(method: str, path: str) -> str:
    """Source: guide, Concurrent request limits; of the high-volume transactions those that the mock has."""
    if path.startswith("/object-query/"):
        return _OBJECT_QUERY
    return _HIGH_VOLUME if method == "POST" and path in _HIGH_VOLUME_PATHS else _DEFAULT_TYPE


def exhausted(refusal: Refusal) -> dict[str, str]:
    """The headers of a limit that is said to be reached."""
    if refusal.rule is rules.RATE_LIMIT:
        return {"RateLimit-Remaining": "0", "RateLimit-Reset": str(refusal.state["retryAfter"])}
    return {"Concurrency-Limit-Remaining": "0"} if refusal.rule is rules.CONCURRENCY_LIMIT else {}


def _reset_in(window: int, now: int) -> int:
    """Seconds."""
    return _WINDOWS[window] // SECOND - now % _WINDOWS[window] // SECOND


@lru_cache(maxsize=64)
def _line(limit: int, limits: Counts) -> str:
    quotas = zip(limits, _WINDOWS, strict=True)
    return ", ".join((str(limit), *(f"{quota};w={window // SECOND}" for quota, window in quotas)))


def _rate_limited(window: int, count: int, quota: int, now: int) -> Refusal:
    name, seconds = _NAMES[window], _reset_in(window, now)
    message = f"API Rate limit exceeded for the {name}, retry after {seconds} seconds"
    state = {"window": name, "quota": quota, "used": count, "retryAfter": seconds}
    expected = f"at most {quota} requests in one {name}"
    return rules.RATE_LIMIT.refusal(message, expected=expected, actual=count, state=state)
