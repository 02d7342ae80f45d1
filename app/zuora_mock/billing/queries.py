"""`query` and `queryMore`: ZOQL text to pages of records (Actions reference; SOAP API, queryMore).

Records come in the order of their creation. A result of more than one page is kept as it was when it was asked for,
15 minutes of the tenant's clock, or five days if it has more than 2000 records. A locator,
`<32 hexadecimal digits>-<offset>`, may be read again, from any offset within the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from zuora_mock import ids
from zuora_mock.billing import invoice_files
from zuora_mock.billing.fields import as_text
from zuora_mock.billing.rendering import render_record
from zuora_mock.clock import DAY, MINUTE
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, INVOICE, ObjectType, is_custom
from zuora_mock.domain.conditions import Selection
from zuora_mock.domain.values import Record
from zuora_mock.domain.zoql.grammar import parse
from zuora_mock.domain.zoql.selection import resolve
from zuora_mock.errors import Refusal
from zuora_mock.storage import cursors, queries
from zuora_mock.storage.cursors import Cursor, Row
from zuora_mock.storage.transaction import Transaction

LARGEST_BATCH = 2000
KEPT = 15 * MINUTE
KEPT_IF_LARGE = 5 * DAY

_LOCATOR = re.compile(r"([0-9a-f]{32})-([0-9]{1,15})", re.ASCII)


class Page(NamedTuple):
    """`size` counts the whole result; `locator` leads to the next page and is None on the last."""

    kind: ObjectType
    size: int
    records: list[Record]
    done: bool
    locator: str | None = None


def query(transaction: Transaction, text: str, batch: int, wsdl: int) -> Page:
    """Raises Refusal: the `zoql.*` rules."""
    parsed = parse(text)
    tenant = transaction.tenant
    selection = resolve(parsed, wsdl=wsdl, zone=tenant.zone, custom=tenant.custom_fields)
    rows = queries.first_rows(transaction, selection, batch + 1)
    _check_body(selection, rows)
    records = _render(transaction, selection.kind, selection.names, rows[:batch], wsdl)
    if len(rows) <= batch:
        return Page(selection.kind, len(rows), records, True)
    cursor = _keep(transaction, selection)
    return Page(selection.kind, cursor.size, records, False, f"{cursor.id}-{batch}")


def query_more(transaction: Transaction, locator: object, batch: int, wsdl: int) -> Page:
    """Raises Refusal: `zoql.locator`."""
    cursor, offset = _find_cursor(transaction, locator)
    rows = cursors.rows_of(transaction, cursor.id, offset, batch)
    kind, done = BY_NAME[cursor.object], offset + batch >= cursor.size
    records = _render(transaction, kind, cursor.names, rows, wsdl)
    return Page(kind, cursor.size, records, done, None if done else f"{cursor.id}-{offset + batch}")


def _keep(transaction: Transaction, selection: Selection) -> Cursor:
    now, tenant = transaction.now(), transaction.tenant
    cursors.remove_expired(transaction)
    cursor_id = ids.hex_id(tenant.seed, "cursor", tenant.next_seq())
    size = queries.copy_rows(transaction, selection, cursor_id)
    expires_at = now + (KEPT_IF_LARGE if size > LARGEST_BATCH else KEPT)
    cursor = Cursor(cursor_id, selection.kind.name, selection.names, size, expires_at)
    cursors.add(transaction, cursor)
    return cursor


def _find_cursor(transaction: Transaction, locator: object) -> tuple[Cursor, int]:
    match = _LOCATOR.fullmatch(locator) if isinstance(locator, str) else None
    if match is None:
        raise _bad_locator(locator, "<32 hexadecimal digits>-<offset>")
    cursor = cursors.find(transaction, match[1])
    if cursor is None:
        raise _bad_locator(locator, "the locator of a query that has not expired")
    if int(match[2]) >= cursor.size:
        raise _bad_locator(locator, f"an offset below {cursor.size}")
    return cursor, int(match[2])


def _bad_locator(locator: object, expected: str) -> Refusal:
    actual = locator[:60] if isinstance(locator, str) else locator
    return rules.QUERY_LOCATOR.refusal(f"invalid queryLocator: {actual}", expected=expected, actual=actual)


def batch_size(given: object) -> int:
    """Records of a page: nothing, 0 and what is above 2000 are 2000; a whole number may be written `"50"` or `50.0`.

    Raises Refusal: `zoql.batch-size`.
    """
    if given is None:
        return LARGEST_BATCH
    number = _number(given)
    if number is None or not number.is_finite() or number < 0 or number != number.to_integral_value():
        message = f"invalid batchSize: {as_text(given)[:40]}"
        raise rules.BATCH_SIZE.refusal(message, expected="a whole number from 0 to 2000", actual=given)
    return LARGEST_BATCH if number == 0 or number > LARGEST_BATCH else int(number)


def _number(given: object) -> Decimal | None:
    if isinstance(given, str):
        return Decimal(given) if given.isascii() and given.isdigit() and len(given) < 20 else None
    return Decimal(given) if isinstance(given, int | float | Decimal) and not isinstance(given, bool) else None


def _check_body(selection: Selection, rows: Sequence[Row]) -> None:
    if len(rows) > 1 and selection.kind is INVOICE and "Body" in selection.names:
        message = "Can only query one invoice body at a time"
        raise rules.QUERY_BODY.refusal(message, expected="a filter that one invoice fits")


def _render(
    transaction: Transaction, kind: ObjectType, names: tuple[str, ...], rows: Sequence[Row], wsdl: int
) -> list[Record]:
    zone, only = transaction.tenant.zone, frozenset(names)
    columns = [name for name in names if not is_custom(name)]
    has_custom = len(columns) < len(names)
    records = [_record(columns, row, has_custom) for row in rows]
    if kind is INVOICE and "Body" in only:
        records = [_with_body(transaction, each) for each in records]
    return [render_record(kind, each, wsdl=wsdl, zone=zone, only=only) for each in records]


def _with_body(transaction: Transaction, record: Record) -> Record:
    whole = transaction.get(INVOICE, str(record["Id"]))
    return {**record, "Body": invoice_files.with_body(transaction, whole).get("Body")} if whole else record


def _record(columns: Sequence[str], row: Row, has_custom: bool) -> Record:
    record: Record = dict(zip(columns, row, strict=False))
    if has_custom and row[-1] is not None:
        record.update(json.loads(row[-1]))
    return record
