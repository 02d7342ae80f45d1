"""Splits from the order to the parts, in a real database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.benches import Bench, Item, make_bench
from zuora_mock.billing.splitting import submission as splits
from zuora_mock.billing.splitting.explanation import arithmetic
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, INVOICE_SPLIT_ITEM, TAXATION_ITEM, ObjectType
from zuora_mock.domain.invoices import ITEM_AMOUNTS, TAX_AMOUNTS, TOTALS, micros
from zuora_mock.domain.money import minor_digits, percent_text, text
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Rule
from zuora_mock.steering.journal import explanation
from zuora_mock.work.turns import at_once

UNKNOWN = "8ad0" + "0" * 28
CHARGE = [Item("120.00", taxes=[("10.00", "0")])]


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def shown(records: Sequence[Record], field: str) -> list[str]:
    return [text(micros(each, field)) for each in records]


def rule_of(bench: Bench, *ids: object) -> list[Rule | None]:
    return [outcome.refusal.rule if outcome.refusal else None for outcome in bench.submit(*ids)]


# The parts


def test_a_hundred_thousand_in_four_parts(bench: Bench) -> None:
    invoice = bench.invoice([Item("100000.00")])
    parts = bench.execute(bench.split(invoice, "40", "30", "20", "10"))
    assert shown(parts, "Amount") == ["40000", "30000", "20000", "10000"]
    assert shown(parts, "Balance") == shown(parts, "AmountWithoutTax") == shown(parts, "Amount")
    assert [part["InvoiceNumber"] for part in parts] == [f"INV0000000{n}" for n in (2, 3, 4, 5)]
    assert {part["Status"] for part in parts} == {"Draft"}


def test_the_original_is_gone_with_everything_on_it(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE)
    bench.execute(bench.split(invoice, "50", "50"))
    assert bench.get(INVOICE, invoice) is None
    assert bench.find(INVOICE_ITEM, InvoiceId=invoice) == bench.find(TAXATION_ITEM, InvoiceId=invoice) == []


def test_the_original_stays_as_split_if_the_tenant_wants_it() -> None:
    bench = make_bench(original_after_execute="split")
    invoice = bench.invoice(CHARGE)
    bench.execute(bench.split(invoice, "50", "50"))
    original = bench.get(INVOICE, invoice)
    assert original is not None
    assert (original["Status"], shown([original], "Amount"), original["Balance"]) == ("Split", ["130"], 0)
    assert len(bench.find(INVOICE_ITEM, InvoiceId=invoice)) == 1


def test_each_item_of_the_split_names_its_part(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "60", "40")
    parts = bench.execute(split)
    items = bench.find(INVOICE_SPLIT_ITEM, InvoiceSplitId=split)
    assert [item["InvoiceId"] for item in items] == [part["Id"] for part in parts]


def test_headers_and_custom_fields_are_copied_and_nothing_of_a_posting(bench: Bench) -> None:
    copied: Record = {
        "Comments": "as agreed",
        "TargetDate": "2026-03-31",
        "IncludesUsage": False,
        "BillToContactId": UNKNOWN,
        "SequenceSetId": UNKNOWN,
        "Region__c": "EMEA",
        "IntegrationStatus__NS": "sync",
    }
    invoice = bench.invoice(CHARGE, Body="JVBERi0", LastEmailSentDate=1, **copied)
    for part in bench.execute(bench.split(invoice, "50", "50")):
        assert copied.items() <= part.items()
        assert not {"Body", "LastEmailSentDate", "PostedBy"} & part.keys()
        assert part["_Original"] == invoice
        assert part["AccountId"] == bench.account()


def test_items_are_copied_once_per_part_with_what_they_say(bench: Bench) -> None:
    invoice = bench.invoice([Item("99.99", discounts=["-10.00"], taxes=[("8.25", "0.02")])])
    part = bench.execute(bench.split(invoice, "40", "30", "20", "10"))[0]
    charge, discount = bench.find(INVOICE_ITEM, InvoiceId=part["Id"])
    (tax,) = bench.find(TAXATION_ITEM, InvoiceId=part["Id"])
    assert (charge["Quantity"], charge["UnitPrice"], charge["ServiceStartDate"]) == (3.0, 0.5, "2026-01-01")
    assert discount["AppliedToInvoiceItemId"] == charge["Id"] == tax["InvoiceItemId"]
    assert (tax["TaxRate"], tax["Name"]) == (8.25, "VAT")
    assert shown([charge, discount], "ChargeAmount") == ["40", "-4"]
    assert (charge["TaxAmount"], charge["TaxExemptAmount"]) == (tax["TaxAmount"], tax["ExemptAmount"])


def test_dates_and_terms_are_the_parts_own(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "80", "20", date="2026-02-15", terms=["Prox 20", None])
    parts = bench.execute(split)
    assert [(part["InvoiceDate"], part["PaymentTerm"], part["DueDate"]) for part in parts] == [
        ("2026-02-15", "Prox 20", "2026-04-20"),
        ("2026-02-15", "Net 30", "2026-03-17"),
    ]


def test_the_terms_of_the_invoice_come_before_those_of_the_account(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE, PaymentTerm="Prox 20"), "50", "50")
    assert {part["PaymentTerm"] for part in bench.execute(split)} == {"Prox 20"}


def test_without_any_term_the_default_of_the_tenant_counts(bench: Bench) -> None:
    account = bench.account(PaymentTerm="gone")
    split = bench.split(bench.invoice(CHARGE, AccountId=account), "50", "50")
    assert {(part["PaymentTerm"], part["DueDate"]) for part in bench.execute(split)} == {
        ("Due Upon Receipt", "2026-02-01")
    }


def test_rounding_is_a_setting() -> None:
    percentages = ("38.461538461", "38.461538461", "23.076923078")
    old, new = make_bench(), make_bench(execute_rounding="largest-remainder")
    parts = [bench.execute(bench.split(bench.invoice(CHARGE), *percentages)) for bench in (old, new)]
    assert shown(parts[0], "Amount") == ["50", "50", "30"]
    assert [shown(each, "AmountWithoutTax") for each in parts] == [
        ["46.15", "46.15", "27.7"],
        ["46.15", "46.16", "27.69"],
    ]


def test_a_zero_total_is_split_into_zeros(bench: Bench) -> None:
    assert shown(bench.execute(bench.split(bench.invoice([Item("0")]), "50", "50")), "Amount") == ["0", "0"]


def test_charges_that_cancel_out_are_split_too(bench: Bench) -> None:
    parts = bench.execute(bench.split(bench.invoice([Item("10.00", discounts=["-10.00"])]), "50", "50"))
    items = [item for part in parts for item in bench.find(INVOICE_ITEM, InvoiceId=part["Id"])]
    assert shown(items, "ChargeAmount") == ["5", "-5", "5", "-5"]


def test_standalone_invoices_are_split_where_the_tenant_allows_it() -> None:
    bench = make_bench(allow_splitting_standalone=True)
    assert len(bench.execute(bench.split(bench.invoice(CHARGE, SourceType="Standalone"), "50", "50"))) == 2


# Re-split


def test_a_draft_part_is_split_anew_together_with_its_siblings(bench: Bench) -> None:
    invoice = bench.invoice([Item("99.99", discounts=["-10.00"], taxes=[("8.25", "0.02")])], Region__c="EMEA")
    first = bench.split(invoice, "33.333333333", "33.333333333", "33.333333334")
    old = bench.execute(first)
    again = bench.split(str(old[1]["Id"]), "50", "50")
    parts = bench.execute(again)
    assert shown(parts, "Amount") == ["49.13", "49.11"]
    assert [part["InvoiceNumber"] for part in parts] == ["INV00000005", "INV00000006"]
    assert {(part["_Original"], part["Region__c"]) for part in parts} == {(invoice, "EMEA")}
    assert [bench.get(INVOICE, part["Id"]) for part in old] == [None] * 3
    assert len(bench.find(INVOICE)) == 2
    named = bench.find(INVOICE_SPLIT_ITEM, InvoiceSplitId=first)
    assert [item["InvoiceId"] for item in named] == [part["Id"] for part in old]


def test_a_group_is_not_split_anew_once_it_is_posted(bench: Bench) -> None:
    part = bench.execute(bench.split(bench.invoice(CHARGE), "50", "50"))[0]
    with bench.transaction() as transaction:
        transaction.update(INVOICE, part, {"Status": "Posted"})
    assert rule_of(bench, bench.split(str(part["Id"]), "50", "50")) == [rules.SPLIT_DRAFT]


# What is not accepted


@pytest.mark.parametrize("given", [UNKNOWN, "123", "", 5, None, True, {}, ["x"]])
def test_an_id_that_is_none_is_refused_and_repeated(bench: Bench, given: object) -> None:
    (outcome,) = bench.submit(given)
    assert outcome.refusal is not None
    assert outcome.refusal.rule is rules.INVALID_ID
    assert outcome.id == (given if isinstance(given, str) else json.dumps(given))


def test_an_id_in_capitals_is_the_same_id(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    (outcome,) = bench.submit(split.upper())
    assert (outcome.id, outcome.refusal) == (split.upper(), None)


def test_each_row_stands_for_itself(bench: Bench) -> None:
    good, short = (bench.split(bench.invoice(CHARGE), *shares) for shares in (("50", "50"), ("50",)))
    outcomes = bench.submit(short, good, UNKNOWN, good)
    assert [outcome.refusal is None for outcome in outcomes] == [False, True, False, False]
    assert [outcome.id for outcome in outcomes] == [short, good, UNKNOWN, good]
    last = outcomes[3].refusal
    assert last is not None
    assert (last.rule, last.pointer, last.message) == (
        rules.SPLIT_ONCE,
        "",
        f"InvoiceSplit {good} was named already",
    )
    assert [outcome.repeats for outcome in outcomes] == [None, None, None, 1]


@pytest.mark.parametrize("act", ["run", "hold", "wait"])
def test_a_split_is_executed_once(bench: Bench, act: str) -> None:
    bench.set_policy("manual")
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    (job,) = bench.order(split)
    if act == "hold":
        bench.runner.hold(bench.tenant, job)
    if act == "run":
        at_once(bench.runner.run_now(bench.tenant, job))
    assert rule_of(bench, split) == [rules.SPLIT_ONCE]
    with bench.transaction() as transaction:
        assert splits.is_executed(transaction, split)


def test_a_split_whose_work_failed_may_be_executed_again(bench: Bench) -> None:
    bench.set_policy("manual")
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    (job,) = bench.order(split)
    bench.runner.fail(bench.tenant, job, "by order")
    with bench.transaction() as transaction:
        assert not splits.is_executed(transaction, split)
    assert len(bench.execute(split)) == 2


def test_a_split_that_was_executed_elsewhere_is_known_by_its_parts(bench: Bench) -> None:
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    with bench.transaction() as transaction:
        for item in transaction.find(INVOICE_SPLIT_ITEM, InvoiceSplitId=split):
            transaction.update(INVOICE_SPLIT_ITEM, item, {"InvoiceId": UNKNOWN})
    assert rule_of(bench, split) == [rules.SPLIT_ONCE]


def test_refused_rows_order_no_work(bench: Bench) -> None:
    bench.submit(bench.split(bench.invoice(CHARGE), "50", "40"))
    assert bench.runner.list(bench.tenant) == []


def test_nothing_is_accepted_while_splitting_is_off() -> None:
    bench = make_bench(allow_invoice_splitting=False)
    invoice = bench.invoice(CHARGE)
    assert rule_of(bench, bench.split(invoice, "50", "50")) == [rules.SPLIT_OFF]
    with bench.transaction() as transaction, pytest.raises(Refusal) as caught:
        splits.check_split(transaction, {"InvoiceId": invoice}, 153)
    assert (caught.value.rule, caught.value.pointer) == (rules.SPLIT_OFF, "")


# When the bench changes in between


def failed(bench: Bench, job: str) -> str:
    report = at_once(bench.runner.run_now(bench.tenant, job))
    assert report["state"] == "failed"
    return str(report["reason"])


def rows(bench: Bench) -> list[list[Record]]:
    return [bench.find(kind) for kind in (ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM, INVOICE_SPLIT_ITEM)]


def test_of_two_splits_of_one_invoice_the_first_wins(bench: Bench) -> None:
    bench.set_policy("manual")
    invoice = bench.invoice(CHARGE)
    first, second = bench.split(invoice, "50", "50"), bench.split(invoice, "40", "60")
    (job,) = bench.order(first)
    for expected in (f"is being split by InvoiceSplit {first}", "does not exist"):
        with bench.transaction() as transaction:
            (outcome,) = splits.submit(transaction, [second])
        assert outcome.refusal is not None
        assert expected in outcome.refusal.message
        at_once(bench.runner.run_due(bench.tenant, manual=True))
    assert job


def test_an_invoice_that_was_posted_in_between_is_left_alone(bench: Bench) -> None:
    bench.set_policy("manual")
    invoice = bench.invoice(CHARGE)
    (job,) = bench.order(bench.split(invoice, "50", "50"))
    with bench.transaction() as transaction:
        transaction.update(INVOICE, transaction.get(INVOICE, invoice) or {}, {"Status": "Posted"})
    before = rows(bench)
    counters = bench.tenant.counters.invoices
    assert failed(bench, job) == "Invoice INV00000001 has status Posted; only a Draft invoice can be split"
    assert (rows(bench), bench.tenant.counters.invoices) == (before, counters)


def test_an_invoice_whose_total_is_not_that_of_its_rows_is_left_alone(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE, AmountWithoutTax=1)
    (job,) = bench.order(bench.split(invoice, "50", "50"))
    before = rows(bench)
    assert "AmountWithoutTax" in failed(bench, job)
    assert rows(bench) == before


def test_an_amount_that_the_currency_has_not_is_left_alone(bench: Bench) -> None:
    (job,) = bench.order(bench.split(bench.invoice([Item("1.5")], "JPY"), "50", "50"))
    assert failed(bench, job) == "An amount cannot be shared out: 1.5 has more than 0 decimals"


# Arithmetic on show


def test_the_arithmetic_is_kept_and_found_by_split_original_and_part(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE)
    split = bench.split(invoice, "38.461538461", "38.461538461", "23.076923078")
    parts = bench.execute(split)
    with bench.transaction() as transaction:
        told = [arithmetic(transaction, each, explanation) for each in (split, invoice, str(parts[2]["Id"]))]
    assert told[0] == told[1] == told[2]
    story = told[0]
    assert story is not None
    assert (story["state"], story["currency"], story["policy"]) == ("executed", "USD", "last-part")
    assert story["original"] == {"id": invoice, "number": "INV00000001"}
    assert [part["invoiceNumber"] for part in story["parts"]] == ["INV00000002", "INV00000003", "INV00000004"]
    assert [row["row"] for row in story["due"]["rows"]] == ["Charge 0", "VAT"]
    assert [cell["amount"] for cell in story["due"]["rows"][0]["parts"]] == ["46.15", "46.15", "27.70"]
    assert story["due"]["sums"]["match"]
    assert story["exempt"] is None


def test_a_split_that_waits_is_planned_on_show(bench: Bench) -> None:
    split = bench.split(bench.invoice([Item("10", taxes=[("1", "0.05")])]), "50", "50")
    with bench.transaction() as transaction:
        story = arithmetic(transaction, split, explanation)
        assert transaction.changes.text() is None
    assert story is not None
    assert (story["state"], story["at"]) == ("planned", None)
    assert story["exempt"]["rows"][0]["sum"] == "0.05"


def test_a_split_that_cannot_be_done_says_why(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE)
    bench.split(invoice, "50", "40")
    with bench.transaction() as transaction:
        story = arithmetic(transaction, invoice, explanation)
    assert story is not None
    assert (story["state"], story["refusal"]["rule"]) == ("refused", "invoice-split.sum")


def test_a_split_anew_tells_what_was_put_together(bench: Bench) -> None:
    old = bench.execute(bench.split(bench.invoice(CHARGE), "50", "50"))
    again = bench.split(str(old[0]["Id"]), "50", "50")
    bench.execute(again)
    with bench.transaction() as transaction:
        story = arithmetic(transaction, again, explanation)
        assert arithmetic(transaction, UNKNOWN, explanation) is None
    assert story is not None
    assert story["putTogether"] == {part["InvoiceNumber"]: part["Id"] for part in old}


# Everything at once


def test_several_hundred_rows_stay_exact(bench: Bench) -> None:
    items = [Item(f"{n}.{n % 100:02}", discounts=["-0.33"], taxes=[("0.07", "0.01")]) for n in range(1, 201)]
    invoice = bench.invoice(items)
    before = sums(bench, invoice)
    parts = bench.execute(bench.split(invoice, "33.333333333", "33.333333333", "33.333333334"))
    assert sums(bench, *(part["Id"] for part in parts)) == before


def sums(bench: Bench, *invoices: object) -> dict[str, list[int]]:
    """Totals of the headers, and by position the sum of every row, over the invoices."""
    headers = [bench.get(INVOICE, each) or {} for each in invoices]
    return {
        "totals": [sum(micros(each, name) for each in headers) for name in TOTALS],
        "items": row_sums(bench, INVOICE_ITEM, ITEM_AMOUNTS, invoices),
        "taxes": row_sums(bench, TAXATION_ITEM, TAX_AMOUNTS, invoices),
    }


def row_sums(bench: Bench, kind: ObjectType, names: Sequence[str], invoices: Sequence[object]) -> list[int]:
    by_invoice = [bench.find(kind, InvoiceId=each) for each in invoices]
    return [sum(micros(each, name) for each in row) for row in zip(*by_invoice, strict=True) for name in names]


CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


@st.composite
def percentages(draw: st.DrawFn) -> list[str]:
    """From two to eight shares of a hundred percent."""
    count = draw(st.integers(2, 8))
    cuts = draw(st.lists(st.integers(1, HUNDRED_PERCENT - 1), min_size=count - 1, max_size=count - 1, unique=True))
    edges = [0, *sorted(cuts), HUNDRED_PERCENT]
    return [percent_text(after - before) for before, after in pairwise(edges)]


@st.composite
def invoices(draw: st.DrawFn, digits: int) -> list[Item]:
    """Charges with discounts and taxes, never below zero in all."""

    def amount(most: int) -> st.SearchStrategy[str]:
        return st.integers(0, most).map(lambda units: f"{units / 10**digits:.{digits}f}")

    tax = st.tuples(amount(99_999), amount(999))
    item = st.builds(
        Item,
        charge=amount(10_000_000),
        discounts=st.lists(amount(100).map(lambda each: f"-{each}"), max_size=2),
        taxes=st.lists(tax, max_size=2),
    )
    plain = st.builds(Item, charge=amount(10_000), own_tax=amount(99), own_exempt=amount(99))
    items = draw(st.lists(st.one_of(item, plain), min_size=1, max_size=6))
    return [*items, Item(f"{len(items) * 200 / 10**digits:.{digits}f}")]


@pytest.fixture(scope="module")
def by_rounding() -> dict[str, Bench]:
    return {rounding: make_bench(execute_rounding=rounding) for rounding in ("last-part", "largest-remainder")}


@settings(max_examples=200, deadline=None)
@given(data=st.data(), currency=CURRENCIES, shares=st.tuples(percentages(), percentages()))
@pytest.mark.parametrize("rounding", ["last-part", "largest-remainder"])
def test_parts_always_add_up_to_the_original(
    by_rounding: dict[str, Bench],
    rounding: str,
    data: st.DataObject,
    currency: str,
    shares: tuple[list[str], list[str]],
) -> None:
    bench, (first, second) = by_rounding[rounding], shares
    invoice = bench.invoice(data.draw(invoices(minor_digits(currency))), currency)
    before = sums(bench, invoice)
    parts = bench.execute(bench.split(invoice, *first))
    assert sums(bench, *(part["Id"] for part in parts)) == before
    assert len(parts) == len(first)
    again = bench.execute(bench.split(str(parts[-1]["Id"]), *second))
    assert sums(bench, *(part["Id"] for part in again)) == before
    assert len(again) == len(second)
    assert [bench.get(INVOICE, part["Id"]) for part in parts] == [None] * len(parts)


def test_the_same_calls_give_the_same_rows_whenever_the_work_is_done() -> None:
    def run(*, early: bool) -> list[list[str]]:
        bench = make_bench()
        made = [bench.split(bench.invoice(CHARGE), "50", "50")]
        first = bench.order(*made)
        if early:
            at_once(bench.runner.run_jobs(bench.tenant, first))
        made.append(bench.split(bench.invoice(CHARGE), "60", "40"))
        second = bench.order(made[1])
        at_once(bench.runner.run_jobs(bench.tenant, [*second, *first]))
        ids = [[str(part["Id"]) for part in bench.find(INVOICE, _Group=each)] for each in made]
        return [made, first, second, *ids]

    assert run(early=True) == run(early=False)


def test_a_file_keeps_the_parts(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "zuora.db")
    split = bench.split(bench.invoice(CHARGE), "50", "50")
    parts = bench.execute(split)
    bench.database.close()
    again = make_bench(tmp_path / "zuora.db")
    assert again.find(INVOICE, _Group=split) == parts
    again.database.close()
