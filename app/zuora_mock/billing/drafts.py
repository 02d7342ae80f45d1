"""New invoices: from items with their discounts and taxes to the rows of an invoice and its totals. Pure.

Fixtures and `generate` make their invoices here. What the header and the rows leave out gets a default; a field that
is there and None stays empty.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, TAXATION_ITEM, ObjectType
from zuora_mock.domain.invoices import CHARGE, EXEMPT, PAID, TAX, TAX_EXEMPT, Invoice, micros
from zuora_mock.domain.terms import PaymentTerm, due_date
from zuora_mock.domain.values import Record, Value
from zuora_mock.work.turns import at_once

Common: TypeAlias = Mapping[ObjectType, Record]
"""What all records of an object have that do not say otherwise."""
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
        if TAX in each:
            tax += each[TAX] or 0
        if TAX_EXEMPT in each:
            exempt += each[TAX_EXEMPT] or 0
    return {"Amount": charges + tax, "AmountWithoutTax": charges, TAX: tax, TAX_EXEMPT: exempt}


_UNTAXED = tax_sums(())
PAUSE = 100
"""Items that are drafted in one step, which yields their number."""


def draft(
    header: Record, items: Iterable[Item], term: PaymentTerm | None, stamp: Record, new_id: Callable[[], str]
) -> Invoice:
    """One invoice, as `Drafter.drafting` makes it, at once and with everything that its rows have."""
    drafter = Drafter(stamp, new_id)
    made = at_once(drafter.drafting(header, items, term))
    invoice, item, tax = (drafter.common[kind] for kind in (INVOICE, INVOICE_ITEM, TAXATION_ITEM))
    rows, taxes = ({**item, **each} for each in made.items), ({**tax, **each} for each in made.taxes)
    return Invoice({**invoice, **made.header}, tuple(rows), tuple(taxes))


class Drafter:
    """Makes invoices; `stamp` says who and when.

    What is `common` is in none of them. New ids are taken for what has none: for the invoice, then for each item, its
    taxes, its discounts and theirs.
    """

    def __init__(self, stamp: Record, new_id: Callable[[], str]) -> None:
        charged: Record = {"ProcessingType": CHARGED, "ChargeDate": stamp["CreatedDate"], CHARGE: 0}
        self.common: Common = {
            INVOICE: {**stamp, **INVOICE_DEFAULTS},
            INVOICE_ITEM: {**stamp, **charged, **_UNTAXED},
            TAXATION_ITEM: {**stamp, "TaxMode": "TaxExclusive", TAX: 0, EXEMPT: 0},
        }
        self._stamp, self._new_id = stamp, new_id

    def drafting(
        self, header: Record, items: Iterable[Item], term: PaymentTerm | None
    ) -> Generator[int, None, Invoice]:
        """`header` has InvoiceDate and what names invoice and account."""
        identifier, day = header.get("Id") or self._new_id(), str(header["InvoiceDate"])
        rows = _Rows(identifier, day, self._new_id)
        for count, each in enumerate(items, 1):
            if count % PAUSE == 0:
                yield PAUSE
            charged = rows.add(each, each.record)
            for discount in each.discounts:
                own: Record = {"AppliedToInvoiceItemId": charged}
                rows.add(discount, {"ProcessingType": DISCOUNTED, **discount.record, **own})
        sums = totals(rows.items)
        record: Record = {"TargetDate": day, "Balance": sums["Amount"], **header, "Id": identifier, **sums}
        if record.get("Status") == "Posted":
            record.setdefault("PostedBy", self._stamp["CreatedById"])
            record.setdefault("PostedDate", self._stamp["CreatedDate"])
        if "DueDate" not in header:
            record["DueDate"] = _due_day(term, day) if term else day
        return Invoice(record, tuple(rows.items), tuple(rows.taxes))


@lru_cache(maxsize=1024)
def _due_day(term: PaymentTerm, day: str) -> str:
    return due_date(term, date.fromisoformat(day)).isoformat()


class _Rows:
    """Those of an invoice, which is of that day."""

    def __init__(self, invoice: Value, day: str, new_id: Callable[[], str]) -> None:
        self.items: list[Record] = []
        self.taxes: list[Record] = []
        self._invoice, self._day, self._new_id = invoice, day, new_id

    def add(self, item: Item, given: Record) -> Value:
        """The rows of an item or a discount and of its taxes; the id of the first."""
        identifier = given.get("Id") or self._new_id()
        record: Record = {**given, "InvoiceId": self._invoice, "Id": identifier}
        self.items.append(record)
        if item.taxes:
            record.update(tax_sums(item.taxes))
            record.setdefault("TaxMode", "TaxExclusive")
            self.taxes += [self._taxed(tax, identifier) for tax in item.taxes]
        elif TAX in given or TAX_EXEMPT in given:
            record.update(_UNTAXED)
        return identifier

    def _taxed(self, given: Record, item: Value) -> Record:
        own: Record = {"InvoiceId": self._invoice, "InvoiceItemId": item, "Id": given.get("Id") or self._new_id()}
        record: Record = {"TaxDate": self._day, **given, **own}
        if "TaxRate" in record:
            record.setdefault("TaxRateType", "Percentage")
        return record
