"""Rate windows and concurrent requests of a tenant, counted on its clock.

Sources: guide, Rate limits and Concurrent request limits. The counts are a cache of this process: they begin anew with
it, as windows do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zuora_mock.domain import rules
from zuora_mock.errors import Refusal
from zuora_mock.settings import Quotas
from zuora_mock.steering.faults import TOO_MANY_AT_ONCE

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_DEFAULT = Quotas()
_PRODUCTION = (_DEFAULT.minute, _DEFAULT.hour, _DEFAULT.day)
"""Quotas that refuse nobody: a test that wants a 429 lowers them or orders one."""
_DEFAULT_TYPE, _HIGH_VOLUME, _OBJECT_QUERY = "Default", "High-volume transactions", "Object Query"
_MOST_AT_ONCE = {_DEFAULT_TYPE: _DEFAULT.concurrent, _HIGH_VOLUME: 200, _OBJECT_QUERY: 80}
"""By type of concurrency limit. A tenant's own number counts for each type."""
_LONGEST_FIRST, _SHORTEST = (2, 1, 0), (0,)
"""No window opens before a shorter one does: what is exhausted longest is what a client has to wait for."""
_HIGH_VOLUME_PATHS = frozenset({"/v1/accounts"})
_LINE = f"%d, %d;w={_MINUTE}, %d;w={_HOUR}, %d;w={_DAY}"
_NAMES = {_MINUTE: "minute", _HOUR: "hour", _DAY: "day"}


@dataclass(slots=True)
class Window:
    """A fixed window of `seconds`; `number` says which one since the epoch is being counted."""

    seconds: int
    number: int = -1
    count: int = 0

    def add(self, now: int) -> int:
        number = now // (self.seconds * 1000)
        if number != self.number:
            self.number, self.count = number, 0
        self.count += 1
        return self.count

    def reset_in(self, now: int) -> int:
        return self.seconds - now // 1000 % self.seconds


def _windows() -> tuple[Window, Window, Window]:
    return Window(_MINUTE), Window(_HOUR), Window(_DAY)


@dataclass(slots=True)
class Limits:
    """The three windows of one tenant and how many of its requests are under way."""

    windows: tuple[Window, Window, Window] = field(default_factory=_windows)
    in_flight: int = 0

    def count(self, now: int, quotas: Quotas, type_: str) -> tuple[dict[str, str], Refusal | None]:
        """Counts one request; failed ones count too. Returns the headers, and the refusal of one too many.

        `type_` is that of the concurrency limit.
        """
        most = quotas.concurrent if quotas.concurrent != _DEFAULT.concurrent else _MOST_AT_ONCE[type_]
        limits = (quotas.minute, quotas.hour, quotas.day)
        counts = [window.add(now) for window in self.windows]
        over = [i for i in _LONGEST_FIRST if counts[i] > limits[i]]
        refusing = [i for i in over if limits[i] < _PRODUCTION[i]] if over else over
        shown = (refusing or over or _SHORTEST)[0]
        headers = {
            "RateLimit-Limit": _LINE % (limits[shown], *limits),
            "RateLimit-Remaining": str(max(0, limits[shown] - counts[shown])),
            "RateLimit-Reset": str(self.windows[shown].reset_in(now)),
            "Concurrency-Limit-Type": type_,
            "Concurrency-Limit-Limit": str(most),
            "Concurrency-Limit-Remaining": str(max(0, most - self.in_flight)),
        }
        if refusing:
            return headers, _rate_limited(self.windows[shown], limits[shown], now)
        return headers, self._too_many_at_once(quotas.concurrent)

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


def _rate_limited(window: Window, quota: int, now: int) -> Refusal:
    name, seconds = _NAMES[window.seconds], window.reset_in(now)
    message = f"API Rate limit exceeded for the {name}, retry after {seconds} seconds"
    state = {"window": name, "quota": quota, "used": window.count, "retryAfter": seconds}
    expected = f"at most {quota} requests in one {name}"
    return rules.RATE_LIMIT.refusal(message, expected=expected, actual=window.count, state=state)
