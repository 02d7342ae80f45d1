"""Invoices as a split sees them: a header, its items and its taxes, and the lines whose sums must not change.

Records are Zuora's; amounts are micros. A discount is an item with a negative amount, pointing to the item it reduces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from zuora_mock.domain.values import STAMP, Record, Value

BALANCE = "Balance"
CHARGE, TAX, EXEMPT, TAX_EXEMPT = "ChargeAmount", "TaxAmount", "ExemptAmount", "TaxExemptAmount"
ITEM_AMOUNTS = (CHARGE, TAX, TAX_EXEMPT)
TAX_AMOUNTS = (TAX, EXEMPT)
PAID = ("AdjustmentAmount", "PaymentAmount", "RefundAmount", "CreditBalanceAdjustmentAmount", "CreditMemoAmount")
"""What has been paid or adjusted, on the header."""
PAID_TAX = ("CreditAmount", "PaymentAmount")
"""On a tax."""
TOTALS = ("Amount", "AmountWithoutTax", TAX, TAX_EXEMPT)

_ON_ITEM: Mapping[str, str] = {TAX: TAX, EXEMPT: TAX_EXEMPT}
"""Where an item repeats the sum of an amount of its taxes."""


class Invoice(NamedTuple):
    """An invoice with everything on it, items and taxes in the order of their creation."""

    header: Record
    items: tuple[Record, ...] = ()
    taxes: tuple[Record, ...] = ()


class Line(NamedTuple):
    """An amount that is shared out: `field` of the item or tax that stands at `row`."""

    kind: Literal["item", "tax"]
    row: int
    field: str
    amount: int
    label: str


def micros(record: Record, field: str) -> int:
    """An amount of the record, 0 where there is none."""
    value = record.get(field)
    return value if isinstance(value, int) else 0


def due_lines(invoice: Invoice) -> list[Line]:
    """Charges and discounts, then taxes: what adds up to the invoice's total."""
    charges = [
        Line("item", row, CHARGE, micros(item, CHARGE), _label("item", row, item.get("ChargeName")))
        for row, item in enumerate(invoice.items)
    ]
    return charges + _tax_lines(invoice, TAX)


def exempt_lines(invoice: Invoice) -> list[Line]:
    """What is exempt from tax. It is no part of the total."""
    return [line for line in _tax_lines(invoice, EXEMPT) if line.amount]


def _tax_lines(invoice: Invoice, field: str) -> list[Line]:
    """An amount of every tax, and of every item that has such an amount and no taxes."""
    lines = [
        Line("tax", row, field, micros(tax, field), _label("tax", row, tax.get("Name")))
        for row, tax in enumerate(invoice.taxes)
    ]
    taxed, own = {tax.get("InvoiceItemId") for tax in invoice.taxes}, _ON_ITEM[field]
    return lines + [
        Line("item", row, own, amount, f"{_label('item', row, item.get('ChargeName'))}, {own}")
        for row, item in enumerate(invoice.items)
        if item["Id"] not in taxed and (amount := micros(item, own))
    ]


def _label(kind: str, row: int, name: Value) -> str:
    return str(name or f"{kind} {row + 1}")


def emptied(invoice: Invoice) -> Invoice:
    """The same invoice with nothing on its lines and nothing paid of them, and not a word on who made them."""
    items = tuple(_emptied(item, ITEM_AMOUNTS) for item in invoice.items)
    return Invoice(invoice.header, items, tuple(_emptied(tax, (*TAX_AMOUNTS, *PAID_TAX)) for tax in invoice.taxes))


def with_amounts(blank: Invoice, shares: Iterable[tuple[Line, int]]) -> Invoice:
    """A copy of an emptied invoice with amounts on its lines; items, totals and all balances follow from them.

    Its header has the totals alone.
    """
    items, taxes = [item.copy() for item in blank.items], [tax.copy() for tax in blank.taxes]
    owners = {item["Id"]: item for item in items}
    totals = dict.fromkeys(TOTALS, 0)
    for (kind, row, field, _, _), amount in shares:
        if kind == "item":
            items[row][field] = amount
        else:
            taxes[row][field] = amount
            _add(owners.get(taxes[row].get("InvoiceItemId"), {}), _ON_ITEM[field], amount)
        totals[_TOTAL_OF[field]] += amount
    _owe(items, CHARGE)
    _owe(taxes, TAX)
    totals["Amount"] = totals["Balance"] = totals["AmountWithoutTax"] + totals[TAX]
    return Invoice({**totals}, tuple(items), tuple(taxes))


_TOTAL_OF: Mapping[str, str] = {CHARGE: "AmountWithoutTax", TAX: TAX, EXEMPT: TAX_EXEMPT, TAX_EXEMPT: TAX_EXEMPT}


def _emptied(record: Record, amounts: Sequence[str]) -> Record:
    blank = {**record, **{name: 0 for name in amounts if name in record}}
    for name in STAMP:
        blank.pop(name, None)
    return blank


def _add(record: Record, field: str, amount: int) -> None:
    if field in record:
        record[field] = micros(record, field) + amount


def _owe(records: Iterable[Record], amount: str) -> None:
    """Nothing is paid yet of items or taxes that have a balance (Invoice Settlement)."""
    for record in records:
        if BALANCE in record:
            record[BALANCE] = micros(record, amount)


def put_together(header: Record, parts: Sequence[Invoice]) -> Invoice:
    """The invoice whose parts these are, under the given header: rows with the same `_Row` are shares of one row.

    A row without one was added to a part after the split: it is a row of its own, beyond the others.
    """
    totals: Record = {name: sum(micros(part.header, name) for part in parts) for name in (*TOTALS, "Balance")}
    items, places = _sums([item for part in parts for item in part.items], ITEM_AMOUNTS)
    taxes, _ = _sums([tax for part in parts for tax in part.taxes], TAX_AMOUNTS)
    for name, rows in (("AppliedToInvoiceItemId", items), ("InvoiceItemId", taxes)):
        for row in rows:
            if row.get(name) in places:
                row[name] = places[row[name]]
    return Invoice({**header, **totals}, tuple(items), tuple(taxes))


def _sums(records: Sequence[Record], amounts: Sequence[str]) -> tuple[list[Record], dict[Value, Value]]:
    """The rows, and the ids of those of them that went into another one, with that one's id."""
    rows: dict[Value, Record] = {}
    places: dict[Value, Value] = {}
    last = max((int(each.get("_Row") or 0) for each in records), default=0)
    for record in records:
        number = record.get("_Row")
        if number is None:
            number = last = last + 1
        row = rows.get(number)
        if row is None:
            rows[number] = {**record, "_Row": number}
            continue
        places[record["Id"]] = row["Id"]
        for name in amounts:
            _add(row, name, micros(record, name))
    return list(rows.values()), places
