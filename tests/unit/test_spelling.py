"""Which name somebody may have meant."""

from __future__ import annotations

import pytest

from zuora_mock.domain.catalogue import ACCOUNT, INVOICE_SPLIT_ITEM, OBJECTS
from zuora_mock.domain.spelling import did_you_mean, hint, nearest

ITEM = INVOICE_SPLIT_ITEM.by_name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("invoiceDate", "InvoiceDate"),
        ("INVOICEDATE", "InvoiceDate"),
        ("InvoicDate", "InvoiceDate"),
        ("SplitPercent", "SplitPercentage"),
        ("paymentterms", "PaymentTerm"),
    ],
)
def test_a_name_that_is_near_is_found_whatever_its_case(typed: str, meant: str) -> None:
    assert nearest(typed, ITEM)[0] == meant
    assert hint(typed, ITEM) == f", did you mean {meant}?"


@pytest.mark.parametrize("typed", ["", "x", "Nonsense", "é" * 1000, "Region__c"])
def test_a_name_that_is_far_from_all_means_nothing(typed: str) -> None:
    assert (nearest(typed, ITEM), hint(typed, ITEM), did_you_mean([typed], ITEM)) == ([], "", {})


def test_of_many_names_the_first_fifty_are_looked_at_and_of_each_a_hundred_characters() -> None:
    names = [f"Name{n}" for n in range(10**6)]
    assert list(did_you_mean(iter(names), ACCOUNT.by_name)) == names[:50]
    long = "Name" + "x" * 10**6
    assert did_you_mean([long], [long[:100]]) == {long[:100]: long[:100]}


def test_every_field_is_found_by_its_name_in_lower_case() -> None:
    for kind in OBJECTS:
        for name in kind.by_name:
            assert nearest(name.lower(), kind.by_name)[0] == name
