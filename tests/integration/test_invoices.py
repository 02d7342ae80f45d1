"""Invoices and groups of parts through their lives: posted, unposted, canceled, deleted."""

from __future__ import annotations

import pytest

from tests.integration.benches import NOON, Bench, Item, make_bench
from zuora_mock.billing import invoices
from zuora_mock.clock import DAY, Clock
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.money import parse_micros
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, Rule
from zuora_mock.storage.transaction import user_id

CHARGE = [Item("120.00", taxes=[("10.00", "0")])]


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def change(bench: Bench, invoice: object, **values: str | bool | None) -> Record:
    with bench.transaction() as transaction:
        return invoices.update(transaction, transaction.get(INVOICE, str(invoice)) or {}, dict(values))


def refused(bench: Bench, invoice: object, **values: str | bool | None) -> Refusal:
    before = bench.find(INVOICE)
    with pytest.raises(Refusal) as caught:
        change(bench, invoice, **values)
    assert bench.find(INVOICE) == before
    return caught.value


def group(bench: Bench) -> list[Record]:
    return bench.execute(bench.split(bench.invoice(CHARGE), "50", "30", "20"))


def reload(bench: Bench, parts: list[Record]) -> list[Record]:
    return [bench.get(INVOICE, part["Id"]) or {} for part in parts]


def test_posting_says_who_and_when(bench: Bench) -> None:
    after = change(bench, bench.invoice(CHARGE), Status="Posted")
    assert (after["Status"], after["PostedBy"], after["PostedDate"]) == ("Posted", user_id(bench.tenant), NOON)


def test_posting_one_part_posts_all_at_one_instant(bench: Bench) -> None:
    parts = group(bench)
    bench.tenant.clock = Clock()
    change(bench, parts[1]["Id"], Status="Posted")
    after = reload(bench, parts)
    assert {part["Status"] for part in after} == {"Posted"}
    assert len({part["PostedDate"] for part in after}) == 1
    assert [part["InvoiceDate"] for part in after] == [part["InvoiceDate"] for part in parts]


def test_unposting_one_part_unposts_all_and_forgets_the_posting(bench: Bench) -> None:
    parts = group(bench)
    change(bench, parts[0]["Id"], Status="Posted")
    change(bench, parts[2]["Id"], Status="Draft")
    for part in reload(bench, parts):
        assert part["Status"] == "Draft"
        assert not {"PostedBy", "PostedDate"} & part.keys()


def test_canceling_one_part_cancels_all(bench: Bench) -> None:
    parts = group(bench)
    change(bench, parts[0]["Id"], Status="Canceled")
    assert {part["Status"] for part in reload(bench, parts)} == {"Canceled"}


def test_a_group_ends_at_its_own_parts(bench: Bench) -> None:
    parts, others = group(bench), group(bench)
    change(bench, parts[0]["Id"], Status="Posted")
    assert reload(bench, others) == others


def test_a_status_that_is_set_already_changes_nothing(bench: Bench) -> None:
    parts = group(bench)
    posted = change(bench, parts[0]["Id"], Status="Posted")
    bench.tenant.clock = Clock(frozen_at=NOON + DAY)
    for part in reload(bench, parts):
        assert change(bench, part["Id"], Status="Posted") == part
    assert reload(bench, parts)[0] == posted


@pytest.mark.parametrize(("status", "wanted"), [("Canceled", "Draft"), ("Canceled", "Posted"), ("Posted", "Canceled")])
def test_other_moves_are_refused(bench: Bench, status: str, wanted: str) -> None:
    assert refused(bench, bench.invoice(CHARGE, Status=status), Status=wanted).rule is rules.INVOICE_STATUS


def test_unposting_needs_the_tenants_permission() -> None:
    bench = make_bench(cancel_posted_billing_documents=False)
    assert refused(bench, bench.invoice(CHARGE, Status="Posted"), Status="Draft").rule is rules.INVOICE_STATUS


def test_nothing_is_unposted_once_a_part_is_paid(bench: Bench) -> None:
    parts = group(bench)
    change(bench, parts[0]["Id"], Status="Posted")
    with bench.transaction() as transaction:
        transaction.update(INVOICE, parts[2], {"PaymentAmount": 1})
    refusal = refused(bench, parts[0]["Id"], Status="Draft")
    assert (refusal.rule, refusal.actual) == (rules.INVOICE_STATUS, ["PaymentAmount"])


@pytest.mark.parametrize("values", [{"Status": "Posted"}, {"Region__c": "EMEA"}, {"RegenerateInvoicePDF": True}])
def test_an_original_that_was_split_is_frozen(values: dict[str, str | bool | None]) -> None:
    bench = make_bench(original_after_execute="split")
    invoice = bench.invoice(CHARGE)
    bench.execute(bench.split(invoice, "50", "50"))
    assert refused(bench, invoice, **values).rule is rules.INVOICE_FROZEN


def test_an_account_owes_what_is_posted(bench: Bench) -> None:
    parts = group(bench)

    def account() -> list[object]:
        record = bench.get(ACCOUNT, bench.account()) or {}
        return [record.get(name) for name in ("Balance", "TotalInvoiceBalance", "LastInvoiceDate")]

    change(bench, parts[0]["Id"], Status="Posted")
    assert account() == [parse_micros(130), parse_micros(130), "2026-02-01"]
    change(bench, parts[0]["Id"], Status="Draft")
    assert account() == [0, 0, "2026-02-01"]


def test_the_accounting_mark_needs_a_posted_invoice(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE)
    assert refused(bench, invoice, TransferredToAccounting="Yes").rule is rules.INVOICE_TRANSFERRED
    assert refused(bench, invoice, TransferredToAccounting="Yes", Status="Canceled").rule is rules.INVOICE_TRANSFERRED
    after = change(bench, invoice, TransferredToAccounting="Yes", Status="Posted")
    assert (after["Status"], after["TransferredToAccounting"]) == ("Posted", "Yes")
    assert change(bench, invoice, TransferredToAccounting="Error")["TransferredToAccounting"] == "Error"


def test_a_new_pdf_is_the_only_wish(bench: Bench) -> None:
    invoice = bench.invoice(CHARGE)
    refusal = refused(bench, invoice, RegenerateInvoicePDF=True, Status="Posted")
    assert (refusal.rule, refusal.message) == (rules.INVOICE_PDF, invoices.ONLY_PDF)
    before = bench.get(INVOICE, invoice) or {}
    assert change(bench, invoice, RegenerateInvoicePDF=True) == {**before, "_Regenerated": 1}
    assert change(bench, invoice, RegenerateInvoicePDF=False, Status="Posted")["Status"] == "Posted"


def test_fields_of_ones_own_change_on_one_invoice_alone(bench: Bench) -> None:
    parts = group(bench)
    after = change(bench, parts[0]["Id"], Region__c="EMEA", IntegrationId__NS="42", Status="Posted")
    assert (after["Region__c"], after["IntegrationId__NS"]) == ("EMEA", "42")
    assert bench.get(INVOICE, parts[0]["Id"]) == after
    sibling = bench.get(INVOICE, parts[1]["Id"]) or {}
    assert "Region__c" not in sibling
    assert "Region__c" not in change(bench, parts[0]["Id"], Region__c=None)


@pytest.mark.parametrize(
    ("status", "rule"),
    [("Draft", rules.CANNOT_DELETE), ("Posted", rules.CANNOT_DELETE), ("Split", rules.CANNOT_DELETE)],
)
def test_only_a_canceled_invoice_is_deleted(bench: Bench, status: str, rule: Rule) -> None:
    invoice = bench.invoice(CHARGE, Status=status)
    with pytest.raises(Refusal) as caught, bench.transaction() as transaction:
        invoices.delete(transaction, transaction.get(INVOICE, invoice) or {})
    assert caught.value.rule is rule
    assert bench.get(INVOICE, invoice) is not None


def test_deleting_takes_one_part_and_all_that_is_on_it(bench: Bench) -> None:
    parts = group(bench)
    change(bench, parts[0]["Id"], Status="Canceled")
    with bench.transaction() as transaction:
        invoices.delete(transaction, transaction.get(INVOICE, str(parts[1]["Id"])) or {})
    assert [part["Id"] for part in bench.find(INVOICE)] == [parts[0]["Id"], parts[2]["Id"]]
    of_it = {"InvoiceId": parts[1]["Id"]}
    assert bench.find(INVOICE_ITEM, **of_it) == bench.find(TAXATION_ITEM, **of_it) == []
    assert len(bench.find(INVOICE_ITEM)) == len(bench.find(TAXATION_ITEM)) == 2
