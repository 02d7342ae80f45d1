"""What the servers start with: draft invoices of three rows, some with a split into four parts that can be executed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

CLIENT_ID, CLIENT_SECRET = "00000000-0000-4000-8000-00000000be9c", "benchmark"
_PERCENTAGES = (40, 30, 20, 10)
LARGE_ROWS, LARGE_PARTS = 1000, 20
_NO_END = 10**12
TENANT = "benchmark"


class Order(NamedTuple):
    """The ids of an invoice, of its split and of the last item of that split."""

    invoice: str
    split: str
    last_item: str


def _id(kind: int, number: int) -> str:
    return f"8ad0{kind:04x}{number:024x}"


def order(number: int) -> Order:
    return Order(_id(1, number), _id(2, number), _id(3, 4 * number + 3))


def large_order() -> Order:
    """Of the one invoice that has many rows."""
    return Order(_id(4, 1), _id(5, 1), _id(6, LARGE_PARTS - 1))


def _items(number: int) -> list[dict[str, Any]]:
    """Three charges, of which the last is taxed."""
    amounts = (f"{number % 997}.33", "333.33", "120.01")
    items: list[dict[str, Any]] = [
        {"ChargeName": f"Charge {row}", "ChargeAmount": amount, "Quantity": 1, "ServiceStartDate": "2026-01-01"}
        for row, amount in enumerate(amounts, start=1)
    ]
    items[-1]["taxes"] = [{"Name": "VAT", "TaxAmount": "10.00", "TaxRate": "8.33"}]
    return items


def _invoice(id: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Id": id,
        "AccountNumber": "A-1",
        "Status": "Draft",
        "InvoiceDate": "2026-01-15",
        "SourceType": "Subscription",
        "items": items,
    }


def _large() -> dict[str, Any]:
    items = [{"ChargeName": f"Charge {row}", "ChargeAmount": f"{row % 997}.33"} for row in range(LARGE_ROWS)]
    return _invoice(large_order().invoice, items)


def _large_split() -> dict[str, Any]:
    items = [
        {"Id": _id(6, part), "SplitPercentage": 100 // LARGE_PARTS, "InvoiceDate": "2026-02-01"}
        for part in range(LARGE_PARTS)
    ]
    return {"Id": large_order().split, "InvoiceId": large_order().invoice, "items": items}


def _split(number: int) -> dict[str, Any]:
    items = [
        {"Id": _id(3, 4 * number + part), "SplitPercentage": share, "InvoiceDate": f"2026-02-0{part + 1}"}
        for part, share in enumerate(_PERCENTAGES)
    ]
    return {"Id": order(number).split, "InvoiceId": order(number).invoice, "items": items}


def more(count: int) -> dict[str, Any]:
    """A fixture that adds invoices of three rows, without taxes."""
    items = [{"ChargeAmount": amount} for amount in ("10.00", "20.00", "30.00")]
    return {"invoices": [{"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": items}] * count}


def write_fixture(
    path: Path,
    *,
    orders: int,
    others: int = 0,
    large: bool = False,
    wrong: bool = False,
    tenant: str = TENANT,
    client_id: str = CLIENT_ID,
) -> Path:
    """`orders` invoices with a split each, `others` without; quotas that the benchmark does not meet.

    With a large one, if asked for; if it is to be wrong, that is the amount in the last row.
    """
    quotas = {"minute": _NO_END, "hour": _NO_END, "day": _NO_END, "concurrent": 1000}
    splits = [_split(number) for number in range(orders)]
    if large:
        splits.append(_large_split())
    document = {
        "tenant": tenant,
        "clients": [{"clientId": client_id, "clientSecret": CLIENT_SECRET}],
        "settings": {"quotas": quotas},
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoiceSplits": splits,
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{json.dumps(document)[:-1]}, "invoices": [')
        for number, invoice in enumerate(_invoices(orders + others, large=large, wrong=wrong)):
            file.write(f"{', ' if number else ''}{json.dumps(invoice)}")
        file.write("]}")
    return path


def _invoices(count: int, *, large: bool, wrong: bool) -> Iterator[dict[str, Any]]:
    """One by one: of a hundred thousand the benchmark would become larger than what it measures."""
    if large:
        yield _large()
    for number in range(count):
        invoice = _invoice(order(number).invoice, _items(number))
        if wrong and number == count - 1:
            invoice["items"][-1]["ChargeAmount"] = "ten"
        yield invoice
