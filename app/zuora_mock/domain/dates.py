"""Dates and date-times as texts (SOAP API, Date formats; ZOQL)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_date(text: str) -> bool:
    """Whether the text is `yyyy-mm-dd` and such a day exists."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_datetime(text: str, zone: tzinfo) -> int:
    """Epoch milliseconds of `yyyy-mm-ddThh:mm:ss[.fraction][Z|+hh:mm|-hh:mm]`; without an offset it is in `zone`.

    What is finer than a millisecond is cut off; of an hour that `zone` has twice, the first is meant.
    Raises ValueError on another form and on a moment that does not exist.
    """
    if not DATE_TIME.fullmatch(text):
        raise ValueError("a date-time yyyy-mm-ddThh:mm:ss is needed")
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return (aware - _EPOCH) // timedelta(milliseconds=1)
