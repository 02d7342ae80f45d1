"""What a split insists on, and what it plans: rules in their order, amounts, dates and payment terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zuora_mock.domain import rules
from zuora_mock.domain.invoices import ITEM_AMOUNTS, Invoice, due_lines, exempt_lines, micros, put_together
from zuora_mock.domain.money import parse_micros, parse_nano_percent, text
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT, Rounding
from zuora_mock.domain.splitting.split import (
    Part,
    Policy,
    Split,
    SplitItem,
    adjusted,
    check,
    check_invoice,
    plan,
    verify,
)
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.domain.values import Record
from zuora_mock.errors import Edit, Refusal, Rule
from zuora_mock.work.turns import at_once

TERMS = {
    "Net 30": PaymentTerm("Net 30", days=30),
    "Prox 20": PaymentTerm("Prox 20", type="Prox", cutoff_day=12, months=1, due_day=20),
    "Net 5": PaymentTerm("Net 5", days=5, active=False),
}
POLICY = Policy(terms=TERMS)


def planned(
    split: Split, invoice: Invoice, policy: Policy, digits: int, terms: Sequence[str | None] = ()
) -> list[Part]:
    return at_once(plan(split, invoice, policy, digits, terms)).parts


def verified(invoice: Invoice, parts: Sequence[Invoice]) -> None:
    """Raises Refusal."""
    for _ in verify(invoice, parts):
        pass


def split_of(*percentages: str, term: str | None = None, date: str = "2026-02-01") -> Split:
    items = [
        SplitItem(f"item-{n}", parse_nano_percent(each), date, term) for n, each in enumerate(percentages, start=1)
    ]
    return Split("split", "invoice", tuple(items))


def header(**fields: Any) -> Record:
    return {"Id": "invoice", "InvoiceNumber": "INV1", "Status": "Draft", "SourceType": "Subscription", **fields}


def invoice_of(*charges: str, taxes: Sequence[tuple[int, str, str]] = ()) -> Invoice:
    """Taxes are triples: the item they belong to, tax and exempt amount."""
    items: list[Record] = []
    for row, charge in enumerate(charges):
        own = [(parse_micros(tax), parse_micros(exempt)) for item, tax, exempt in taxes if item == row]
        items.append(
            {
                "Id": f"i{row}",
                "ChargeName": f"Charge {row}",
                "ChargeAmount": parse_micros(charge),
                "TaxAmount": sum(tax for tax, _ in own),
                "TaxExemptAmount": sum(exempt for _, exempt in own),
            }
        )
    records: list[Record] = [
        {
            "Id": f"t{n}",
            "InvoiceItemId": f"i{item}",
            "TaxAmount": parse_micros(tax),
            "ExemptAmount": parse_micros(exempt),
        }
        for n, (item, tax, exempt) in enumerate(taxes)
    ]
    net, due, free = (sum(micros(item, name) for item in items) for name in ITEM_AMOUNTS)
    totals: Record = {"Amount": net + due, "AmountWithoutTax": net, "TaxAmount": due, "TaxExemptAmount": free}
    return Invoice(header(**totals), tuple(items), tuple(records))


def refused(split: Split, group: Sequence[Record], policy: Policy = POLICY) -> Refusal:
    refusal = check(split, group, policy)
    assert refusal is not None
    assert refusal.pointer == ""
    return refusal


def before_execute(split: Split, invoice: Record) -> Sequence[Edit]:
    """What is written to make the split one that can be executed."""
    remedy = refused(split, [invoice]).remedy
    assert remedy is not None
    assert remedy.members == {}
    return remedy.first


def test_two_items_of_a_hundred_percent_split_a_draft() -> None:
    assert check(split_of("50", "50"), [header()], POLICY) is None


def test_nothing_is_split_while_the_billing_rule_is_off() -> None:
    refusal = refused(split_of("50", "50"), [header()], Policy(allowed=False))
    assert refusal.rule is rules.SPLIT_OFF


def test_the_invoice_must_still_be_there() -> None:
    assert refused(split_of("50", "50"), []).rule is rules.SPLIT_GONE


@pytest.mark.parametrize("status", ["Posted", "Canceled", "Generating", "Error", "Split"])
def test_only_a_draft_can_be_split(status: str) -> None:
    refusal = refused(split_of("50", "50"), [header(Status=status)])
    assert refusal.rule is rules.SPLIT_DRAFT
    assert refusal.message == f"Invoice INV1 has status {status}; only a Draft invoice can be split"
    assert (refusal.expected, refusal.actual) == ("Draft", status)


def test_a_posted_invoice_is_explained_by_the_update_that_would_help() -> None:
    edit = Edit("Invoice", {"Id": "invoice", "Status": "Draft"})
    assert before_execute(split_of("50", "50"), header(Status="Posted")) == [edit]
    assert refused(split_of("50", "50"), [header(Status="Posted")], Policy(may_unpost=False)).remedy is None
    assert refused(split_of("50", "50"), [header(Status="Canceled")]).remedy is None


def test_all_that_is_wrong_is_mended_at_once() -> None:
    edits = before_execute(split_of("50"), header(Status="Posted"))
    assert [(each.object, "Id" in each.values) for each in edits] == [("Invoice", True), ("InvoiceSplitItem", False)]
    items = (SplitItem("item-1", HUNDRED_PERCENT, "2026-02-01", "Gone"),)
    update, _ = before_execute(Split("split", "invoice", items), header())
    assert update.values == {"Id": "item-1", "SplitPercentage": 50, "PaymentTerm": next(iter(TERMS))}


def test_the_whole_group_must_be_draft() -> None:
    sibling = header(Id="sibling", InvoiceNumber="INV2", Status="Posted")
    refusal = refused(split_of("50", "50"), [header(), sibling])
    assert refusal.rule is rules.SPLIT_DRAFT
    assert refusal.state["group"] == {"INV1": "Draft", "INV2": "Posted"}


@pytest.mark.parametrize("source", ["Standalone", "Consolidation"])
def test_standalone_and_consolidated_invoices_are_split_only_if_the_tenant_allows_it(source: str) -> None:
    assert refused(split_of("50", "50"), [header(SourceType=source)]).rule is rules.SPLIT_SOURCE
    assert check(split_of("50", "50"), [header(SourceType=source)], Policy(standalone=True)) is None


def test_a_negative_total_is_refused_and_zero_is_not() -> None:
    refusal = refused(split_of("50", "50"), [header(Amount=-1)])
    assert (refusal.rule, refusal.actual) == (rules.SPLIT_NEGATIVE, "-0.000001")
    assert check(split_of("50", "50"), [header(Amount=0)], POLICY) is None


@pytest.mark.parametrize(
    ("percentages", "message"),
    [
        ((), "The split has 0 items; it needs at least 2"),
        (("100",), "The split has 1 item; it needs at least 2"),
    ],
)
def test_two_items_are_the_least(percentages: tuple[str, ...], message: str) -> None:
    refusal = refused(split_of(*percentages), [header()])
    assert (refusal.rule, refusal.message) == (rules.SPLIT_COUNT, message)


@pytest.mark.parametrize(
    ("percentages", "total"),
    [
        (("50", "40"), "90"),
        (("60", "50"), "110"),
        (("33.333333333", "33.333333333", "33.333333333"), "99.999999999"),
        (("50", "50.000000001"), "100.000000001"),
    ],
)
def test_the_percentages_add_up_to_exactly_a_hundred(percentages: tuple[str, ...], total: str) -> None:
    refusal = refused(split_of(*percentages), [header()])
    assert refusal.rule is rules.SPLIT_SUM
    assert refusal.message == f"The percentages of the split add up to {total}, not to 100"
    assert refusal.state["InvoiceNumber"] == "INV1"
    assert list(refusal.state["items"]) == [f"item-{n}" for n in range(1, len(percentages) + 1)]


def test_a_wrong_sum_is_explained_by_the_update_that_would_help() -> None:
    [update] = before_execute(split_of("50", "40"), header())
    assert update == Edit("InvoiceSplitItem", {"Id": "item-2", "SplitPercentage": 50})


def created(*edits: Edit) -> list[object]:
    assert all(each.values["InvoiceSplitId"] == "split" and "Id" not in each.values for each in edits)
    return [each.values["SplitPercentage"] for each in edits]


def test_missing_items_are_explained_by_the_creation_that_would_help() -> None:
    assert created(*before_execute(split_of(), header())) == [50, 50]
    assert created(*before_execute(split_of("40"), header())) == [60]
    update, create = before_execute(split_of("100"), header())
    assert update == Edit("InvoiceSplitItem", {"Id": "item-1", "SplitPercentage": 50})
    assert created(create) == [50]


@given(st.lists(st.integers(min_value=1, max_value=HUNDRED_PERCENT), min_size=2, max_size=50))
def test_adjusted_percentages_would_have_been_accepted(percentages: list[int]) -> None:
    better = adjusted(percentages)
    items = tuple(SplitItem(str(n), each, "2026-02-01") for n, each in enumerate(better))
    assert check(Split("split", "invoice", items), [header()], POLICY) is None
    assert all(0 <= each <= HUNDRED_PERCENT for each in better)


@pytest.mark.parametrize("term", ["Net 5", "net 30", "Net 90"])
def test_a_payment_term_is_known_and_active(term: str) -> None:
    refusal = refused(split_of("50", "50", term=term), [header()])
    assert (refusal.rule, refusal.actual, refusal.expected) == (rules.SPLIT_TERM, term, ["Net 30", "Prox 20"])


@pytest.mark.parametrize(
    ("split", "invoice", "policy", "rule"),
    [
        (split_of("1"), header(Status="Posted", SourceType="Standalone"), Policy(allowed=False), rules.SPLIT_OFF),
        (split_of("1"), header(Status="Posted", SourceType="Standalone", Amount=-1), POLICY, rules.SPLIT_DRAFT),
        (split_of("1"), header(SourceType="Standalone", Amount=-1), POLICY, rules.SPLIT_SOURCE),
        (split_of("1"), header(Amount=-1), POLICY, rules.SPLIT_NEGATIVE),
        (split_of("1", term="?"), header(), POLICY, rules.SPLIT_COUNT),
        (split_of("1", "2", term="?"), header(), POLICY, rules.SPLIT_SUM),
    ],
)
def test_of_several_broken_rules_the_first_is_named(split: Split, invoice: Record, policy: Policy, rule: Rule) -> None:
    assert refused(split, [invoice], policy).rule is rule


def test_an_invoice_can_be_judged_before_there_are_items() -> None:
    assert check_invoice("invoice", [header()], POLICY) is None
    refusal = check_invoice("invoice", [header(Status="Posted")], POLICY)
    assert refusal is not None
    assert refusal.rule is rules.SPLIT_DRAFT


def amounts(parts: Sequence[Part], kind: str, field: str) -> list[list[str]]:
    """By row, the amounts of the parts."""
    rows = zip(*(getattr(part.invoice, kind) for part in parts), strict=True)
    return [[text(each.get(field, 0)) for each in row] for row in rows]


def totals(parts: Sequence[Part], field: str) -> list[str]:
    return [text(micros(part.invoice.header, field)) for part in parts]


def test_rows_and_totals_are_shared_out_by_the_rule_of_the_last_part() -> None:
    invoice = invoice_of("99.99", "-10.00", taxes=[(0, "8.25", "0")])
    parts = planned(split_of("40", "30", "20", "10"), invoice, POLICY, 2)
    assert amounts(parts, "items", "ChargeAmount") == [["40", "30", "20", "9.99"], ["-4", "-3", "-2", "-1"]]
    assert amounts(parts, "taxes", "TaxAmount") == [["3.3", "2.48", "1.65", "0.82"]]
    assert amounts(parts, "items", "TaxAmount")[0] == ["3.3", "2.48", "1.65", "0.82"]
    assert totals(parts, "Amount") == ["39.3", "29.48", "19.65", "9.81"]


def test_largest_remainder_is_a_policy() -> None:
    policy = Policy(rounding=Rounding.LARGEST_REMAINDER, terms=TERMS)
    parts = planned(
        split_of("38.461538461", "38.461538461", "23.076923078"), invoice_of("120", taxes=[(0, "10", "0")]), policy, 2
    )
    assert amounts(parts, "items", "ChargeAmount") == [["46.15", "46.16", "27.69"]]
    assert amounts(parts, "taxes", "TaxAmount") == [["3.85", "3.84", "2.31"]]


def test_exempt_amounts_are_no_part_of_the_total() -> None:
    invoice = invoice_of("10", taxes=[(0, "0", "0.05")])
    parts = planned(split_of("50", "50"), invoice, POLICY, 2)
    assert amounts(parts, "taxes", "ExemptAmount") == [["0.03", "0.02"]]
    assert amounts(parts, "items", "TaxExemptAmount") == [["0.03", "0.02"]]
    assert totals(parts, "TaxExemptAmount") == ["0.03", "0.02"]
    assert totals(parts, "Amount") == ["5", "5"]


def test_an_item_without_taxes_keeps_amounts_of_its_own() -> None:
    item: Record = {
        "Id": "i",
        "ChargeAmount": 0,
        "TaxAmount": parse_micros("0.05"),
        "TaxExemptAmount": parse_micros("1"),
    }
    invoice = Invoice(header(Amount=50_000, AmountWithoutTax=0, TaxAmount=50_000, TaxExemptAmount=1_000_000), (item,))
    assert [line.label for line in due_lines(invoice)] == ["item 1", "item 1, TaxAmount"]
    assert [line.label for line in exempt_lines(invoice)] == ["item 1, TaxExemptAmount"]
    parts = planned(split_of("50", "50"), invoice, POLICY, 2)
    assert amounts(parts, "items", "TaxAmount") == [["0.03", "0.02"]]
    verified(invoice, [part.invoice for part in parts])


def test_an_invoice_without_items_is_split_into_empty_parts() -> None:
    parts = planned(split_of("50", "50"), Invoice(header(Amount=0)), POLICY, 2)
    assert [(part.invoice.items, part.invoice.header["Amount"]) for part in parts] == [((), 0), ((), 0)]


def test_the_currency_decides_the_smallest_unit() -> None:
    yen = planned(split_of("33.34", "33.33", "33.33"), invoice_of("100", taxes=[(0, "10", "0")]), POLICY, 0)
    assert amounts(yen, "items", "ChargeAmount") == [["33", "33", "34"]]
    dinar = planned(split_of("50", "50"), invoice_of("0.005"), POLICY, 3)
    assert amounts(dinar, "items", "ChargeAmount") == [["0.003", "0.002"]]


def test_an_amount_below_the_smallest_unit_cannot_be_shared_out() -> None:
    with pytest.raises(Refusal) as caught:
        planned(split_of("50", "50"), invoice_of("0.001"), POLICY, 2)
    assert caught.value.rule is rules.SPLIT_UNIT
    assert caught.value.message == "An amount cannot be shared out: 0.001 has more than 2 decimals"


def term_and_date(split: Split, *terms: str | None) -> tuple[str | None, str]:
    part = planned(split, invoice_of("1"), POLICY, 2, terms)[0]
    return part.payment_term, part.due_date


def test_a_part_takes_the_term_of_its_item_and_is_due_by_it() -> None:
    assert term_and_date(split_of("50", "50", term="Prox 20"), "Net 30") == ("Prox 20", "2026-03-20")


def test_without_a_term_of_its_own_the_first_that_is_known_counts() -> None:
    assert term_and_date(split_of("50", "50"), None, "Net 30", "Prox 20") == ("Net 30", "2026-03-03")
    assert term_and_date(split_of("50", "50"), "unknown", "Net 5") == ("Net 5", "2026-02-06")
    assert term_and_date(split_of("50", "50")) == (None, "2026-02-01")


def tampered(invoice: Invoice, kind: str, field: str) -> Invoice:
    if kind == "header":
        return Invoice({**invoice.header, field: micros(invoice.header, field) + 1}, invoice.items, invoice.taxes)
    first, *others = getattr(invoice, kind)
    rows = ({**first, field: first.get(field, 0) + 1}, *others)
    return Invoice(
        invoice.header, rows if kind == "items" else invoice.items, rows if kind == "taxes" else invoice.taxes
    )


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("header", "Amount"),
        ("header", "AmountWithoutTax"),
        ("header", "TaxAmount"),
        ("header", "TaxExemptAmount"),
        ("items", "ChargeAmount"),
        ("items", "TaxAmount"),
        ("items", "TaxExemptAmount"),
        ("taxes", "TaxAmount"),
        ("taxes", "ExemptAmount"),
    ],
)
def test_parts_that_differ_from_the_original_anywhere_are_refused(kind: str, field: str) -> None:
    invoice = invoice_of("120", taxes=[(0, "10", "1")])
    first, *others = [part.invoice for part in planned(split_of("40", "60"), invoice, POLICY, 2)]
    verified(invoice, [first, *others])
    with pytest.raises(Refusal) as caught:
        verified(invoice, [tampered(first, kind, field), *others])
    assert caught.value.rule is rules.SPLIT_BALANCE
    assert field in caught.value.message


def test_a_part_that_lacks_a_row_is_refused() -> None:
    invoice = invoice_of("120", "0")
    first, second = [part.invoice for part in planned(split_of("40", "60"), invoice, POLICY, 2)]
    with pytest.raises(Refusal, match="number of items is 2"):
        verified(invoice, [Invoice(first.header, first.items[:1]), second])


def test_parts_are_put_together_row_by_row() -> None:
    invoice = invoice_of("99.99", "-10.00", taxes=[(0, "8.25", "0.02")])
    numbered = Invoice(
        invoice.header,
        tuple({**item, "_Row": row} for row, item in enumerate(invoice.items)),
        tuple({**tax, "_Row": row} for row, tax in enumerate(invoice.taxes)),
    )
    parts = [part.invoice for part in planned(split_of("40", "30", "20", "10"), numbered, POLICY, 2)]
    whole = put_together(invoice.header, parts)
    assert (whole.items, whole.taxes) == (numbered.items, numbered.taxes)
    assert whole.header["Amount"] == invoice.header["Amount"]
