"""New invoices: from items with their discounts and taxes to the rows of an invoice and its totals. Pure.

Fixtures and `generate` make their invoices here. What the header and the rows leave out gets a default; a field that
is there and None stays empty.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from zuora_mock.domain.invoices import CHARGE, EXEMPT, PAID, TAX, TAX_EXEMPT, Invoice, micros
from zuora_mock.domain.terms import PaymentTerm, due_date
from zuora_mock.domain.values import Record, Value
from zuora_mock.work.turns import at_once

CHARGED, DISCOUNTED = 0, 1
"""ProcessingType of an item and of a discount."""

INVOICE_DEFAULTS: Record = {
    "Status": "Draft",
    "SourceType": "Subscription",
    "IncludesOneTime": True,
    "IncludesRecurring": True,
    "IncludesUsage": True,
    **dict.fromkeys(PAID, 0),
}


class Item(NamedTuple):
    """An item of an invoice to be, or a discount inside of one: what is to be kept of it and of its taxes."""

    record: Record
    taxes: Sequence[Record] = ()
    discounts: Sequence[Item] = ()

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Item:
        """From its `members`."""
        discounts = tuple(cls.of(each) for each in members["discounts"])
        return cls(members["record"], tuple(members["taxes"]), discounts)

    @property
    def members(self) -> dict[str, Any]:
        return {**self._asdict(), "discounts": [each.members for each in self.discounts]}


def tax_sums(taxes: Iterable[Record]) -> dict[str, int]:
    """What an item repeats of its taxes."""
    tax = exempt = 0
    for each in taxes:
        tax += micros(each, TAX)
        exempt += micros(each, EXEMPT)
    return {TAX: tax, TAX_EXEMPT: exempt}


def totals(items: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Those of the invoice that has these rows of items and discounts."""
    charges = tax = exempt = 0
    for each in items:
        charges += each.get(CHARGE) or 0
        tax += each.get(TAX) or 0
        exempt += each.get(TAX_EXEMPT) or 0
    return {"Amount": charges + tax, "AmountWithoutTax": charges, TAX: tax, TAX_EXEMPT: exempt}


_UNTAXED = tax_sums(())
PAUSE = 100
"""Items that are drafted in one step, which yields their number."""


def draft(
    header: Record, items: Iterable[Item], term: PaymentTerm | None, stamp: Record, new_id: Callable[[], str]
) -> Invoice:
    """As `drafting`, at once."""
    return at_once(drafting(header, items, term, stamp, new_id))


def drafting(
    header: Record, items: Iterable[Item], term: PaymentTerm | None, stamp: Record, new_id: Callable[[], str]
) -> Generator[int, None, Invoice]:
    """`header` has InvoiceDate and what names invoice and account; `stamp` says who makes it and when.

    New ids are taken for what has none: for the invoice, then for each item, its taxes, its discounts and theirs.
    """
    identifier, day = header.get("Id") or new_id(), str(header["InvoiceDate"])
    common: Record = {**stamp, "InvoiceId": identifier}
    item: Record = {**common, "ProcessingType": CHARGED, "ChargeDate": stamp["CreatedDate"], CHARGE: 0}
    tax: Record = {**common, "TaxMode": "TaxExclusive", "TaxDate": day, TAX: 0, EXEMPT: 0}
    rows = _Rows(item, tax, new_id)
    for count, each in enumerate(items, 1):
        if count % PAUSE == 0:
            yield PAUSE
        rows.add(each)
    record: Record = {**stamp, **INVOICE_DEFAULTS, "TargetDate": day, **header, "Id": identifier, **totals(rows.items)}
    if record["Status"] == "Posted":
        record = {"PostedBy": stamp["CreatedById"], "PostedDate": stamp["CreatedDate"], **record}
    record.setdefault("Balance", record["Amount"])
    if "DueDate" not in record:
        record["DueDate"] = _due_day(term, day) if term else day
    return Invoice(record, tuple(rows.items), tuple(rows.taxes))


@lru_cache(maxsize=1024)
def _due_day(term: PaymentTerm, day: str) -> str:
    return due_date(term, date.fromisoformat(day)).isoformat()


@dataclass(slots=True, eq=False, repr=False)
class _Rows:
    """`item` and `tax` are what every row of theirs has that does not say otherwise."""

    item: Record
    tax: Record
    new_id: Callable[[], str]
    items: list[Record] = field(default_factory=list)
    taxes: list[Record] = field(default_factory=list)

    def add(self, item: Item) -> None:
        identifier = self._add(item, item.record)
        for each in item.discounts:
            place: Record = {"AppliedToInvoiceItemId": identifier}
            self._add(each, {"ProcessingType": DISCOUNTED, **each.record, **place})

    def _add(self, item: Item, given: Record) -> Value:
        """The rows of an item or a discount and of its taxes."""
        identifier = given.get("Id") or self.new_id()
        sums = tax_sums(item.taxes) if item.taxes else _UNTAXED
        record: Record = {**self.item, **given, "Id": identifier, **sums}
        self.items.append(record)
        if item.taxes:
            record.setdefault("TaxMode", "TaxExclusive")
            self.taxes += [self._tax(tax, identifier) for tax in item.taxes]
        return identifier

    def _tax(self, tax: Record, item: Value) -> Record:
        record: Record = {**self.tax, **tax, "InvoiceItemId": item}
        record["Id"] = tax.get("Id") or self.new_id()
        if "TaxRate" in record:
            record.setdefault("TaxRateType", "Percentage")
        return record
