"""Values as Object Query prints them.

Date-times are ISO 8601 with the offset of the tenant's zone and without milliseconds, `Z` for none (observed 2026).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from zuora_mock.domain.catalogue import LATEST_WSDL
from zuora_mock.domain.values import Type, Value, printer

ShowValue = Callable[[Any], Value]


@lru_cache(maxsize=256)
def shower(kind: Type, zone: tzinfo, *, as_text: bool = False) -> ShowValue | None:
    """How a kept value is printed; None where it goes out as it is."""
    if as_text:
        return str
    if kind is Type.DATETIME:
        return lru_cache(maxsize=2048)(lambda value: moment(value, zone))
    return printer(kind, wsdl=LATEST_WSDL, zone=zone)


def moment(milliseconds: int, zone: tzinfo) -> str:
    text = datetime.fromtimestamp(milliseconds / 1000, zone).isoformat(timespec="seconds")
    return f"{text.removesuffix('+00:00')}Z" if text.endswith("+00:00") else text


def shown(value: Value, kind: Type, zone: tzinfo) -> Value:
    show = shower(kind, zone)
    return value if value is None or show is None else show(value)
