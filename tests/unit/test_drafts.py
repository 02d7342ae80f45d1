"""Drafts of invoices: from items with discounts and taxes inside to rows and totals."""

from __future__ import annotations

from itertools import count

import pytest

from zuora_mock.billing.drafts import Item, draft
from zuora_mock.domain.invoices import Invoice
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.domain.values import Record

STAMP: Record = {"CreatedById": "u", "CreatedDate": 5, "UpdatedById": "u", "UpdatedDate": 5}
TAX: Record = {"TaxAmount": 3, "ExemptAmount": 2, "TaxRate": 8.0}
ITEM = Item({"ChargeAmount": 100}, (TAX,), (Item({"ChargeAmount": -10}, ({"TaxAmount": -1},)),))


def make(*items: Item, term: PaymentTerm | None = None, **header: str | None) -> Invoice:
    numbers = count(1)
    return draft({"InvoiceDate": "2026-01-15", **header}, items, term, STAMP, lambda: str(next(numbers)))


def test_totals_are_those_of_the_rows() -> None:
    made = make(ITEM, Item({"ChargeAmount": 7}))
    names = ("AmountWithoutTax", "TaxAmount", "TaxExemptAmount", "Amount", "Balance")
    assert [made.header[name] for name in names] == [97, 2, 2, 99, 99]


def test_ids_are_taken_for_the_invoice_then_item_by_item_with_taxes_before_discounts() -> None:
    made = make(ITEM, Item({"Id": "given"}))
    assert made.header["Id"] == "1"
    assert [each["Id"] for each in made.items] == ["2", "4", "given"]
    assert [(each["Id"], each["InvoiceItemId"]) for each in made.taxes] == [("3", "2"), ("5", "4")]
    assert {each["InvoiceId"] for each in (*made.items, *made.taxes)} == {"1"}


def test_a_discount_points_to_its_item() -> None:
    charge, discount = make(ITEM).items
    assert (charge["ProcessingType"], charge.get("AppliedToInvoiceItemId")) == (0, None)
    assert (discount["ProcessingType"], discount["AppliedToInvoiceItemId"]) == (1, charge["Id"])


def test_a_null_keeps_a_field_empty_that_would_get_a_default() -> None:
    made = make(Item({"ChargeDate": None}), DueDate=None)
    assert (made.header["DueDate"], made.items[0]["ChargeDate"]) == (None, None)


@pytest.mark.parametrize(
    ("term", "due"), [(None, "2026-01-15"), (PaymentTerm("Net 30", days=30), "2026-02-14")], ids=["none", "net"]
)
def test_the_due_date_follows_from_the_term(term: PaymentTerm | None, due: str) -> None:
    assert make(term=term).header["DueDate"] == due


def test_a_posted_invoice_says_by_whom_and_when() -> None:
    posted, own = make(Status="Posted").header, make(Status="Posted", PostedBy="x").header
    assert (posted["PostedBy"], posted["PostedDate"], own["PostedBy"]) == ("u", 5, "x")
    assert "PostedBy" not in make().header


def test_an_item_is_kept_and_read_again() -> None:
    assert Item.of(ITEM.members) == ITEM
