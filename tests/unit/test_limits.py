"""Rate windows: who is refused, and until when."""

from __future__ import annotations

from zuora_mock.api.gateway.limits import Limits
from zuora_mock.clock import MINUTE
from zuora_mock.settings import Quotas

NOON = 1_769_947_200_000


def test_sixty_thousand_calls_in_a_minute_are_served_under_the_quotas_of_production() -> None:
    limits, quotas = Limits(), Quotas()
    refused = [limits.count(NOON, quotas, "Default")[1] for _ in range(60_000)]
    assert refused == [None] * 60_000
    assert limits.count(NOON, quotas, "Default")[0]["RateLimit-Remaining"] == "0"


def test_of_several_exhausted_windows_the_last_to_open_counts() -> None:
    limits, quotas = Limits(), Quotas(minute=1, hour=1)
    limits.count(NOON, quotas, "Default")
    headers, refusal = limits.count(NOON + 20_000, quotas, "Default")
    assert refusal is not None
    assert refusal.state == {"window": "hour", "quota": 1, "used": 2, "retryAfter": 3580}
    assert headers["RateLimit-Limit"].startswith("1, 1;w=60, 1;w=3600")
    _, refusal = limits.count(NOON + MINUTE, quotas, "Default")
    assert refusal is not None
    assert refusal.state["retryAfter"] == 3540
