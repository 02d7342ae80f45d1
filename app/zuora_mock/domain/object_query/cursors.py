"""Cursors: where a page ended, as a client hands it back.

One is JSON in base64, `[{"value": …, "orderBy": {"field": "UpdatedDate", "order": "DESC"}}, {"value": "<id>", …}]`
(API reference, examples of queryAccounts; those of queryInvoices count records instead).
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import tzinfo
from typing import Any, NamedTuple

from zuora_mock.domain.catalogue import LATEST_WSDL, Field
from zuora_mock.domain.object_query.printing import shown
from zuora_mock.domain.object_query.reading import Ordering, invalid
from zuora_mock.domain.values import Record, Value, is_id, parse
from zuora_mock.errors import Refusal

PARAMETER = "cursor"
_LONGEST = 4000
_SPELLINGS = str.maketrans("+ /", "--_")
"""A plus that was sent without being encoded has become a blank."""


class PageEnd(NamedTuple):
    """Where a page ended: the value that the list is ordered by, None for a null, and the id."""

    value: Value
    id: str


def write(order: Ordering, last: Record, zone: tzinfo) -> str:
    """The cursor of the page after the one that ends with this record."""
    value = shown(last.get(order.field.name), order.field.type, zone)
    steps = [{"value": value, "orderBy": _order_by(order)}, {"value": last["Id"], "orderBy": _by_id(order)}]
    return urlsafe_b64encode(json.dumps(steps, separators=(",", ":")).encode()).decode()


def read(text: str, order: Ordering, zone: tzinfo) -> PageEnd:
    """Raises Refusal for what is no cursor of a list in this order."""
    try:
        first, second = _steps(text)
        if (first["orderBy"], second["orderBy"]) != (_order_by(order), _by_id(order)) or not is_id(second["value"]):
            raise _bad(text)
        return PageEnd(_kept(order.field, first["value"], zone), second["value"].lower())
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise _bad(text) from None


def _steps(text: str) -> Any:
    if len(text) > _LONGEST:
        raise _bad(text)
    return json.loads(urlsafe_b64decode(text.translate(_SPELLINGS)))


def _kept(field: Field, value: Any, zone: tzinfo) -> Value:
    return None if value is None else parse(field.type, value, wsdl=LATEST_WSDL, zone=zone)


def _bad(text: str) -> Refusal:
    return invalid(PARAMETER, text[:_LONGEST], "the nextPage of a list that has the same sort[]")


def _order_by(order: Ordering) -> dict[str, str]:
    return {"field": order.field.name, "order": "DESC" if order.descending else "ASC"}


def _by_id(order: Ordering) -> dict[str, str]:
    return {**_order_by(order), "field": "Id"}
