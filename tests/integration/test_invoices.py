"""Invoices and groups of parts through their lives: posted, unposted, canceled, deleted."""

from __future__ import annotations

import pytest

from tests.integration.worlds import NOON, Item, World, make_world
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
def world() -> World:
    return make_world()


def change(world: World, invoice: object, **values: str | bool | None) -> Record:
    with world.transaction() as transaction:
        return invoices.update(transaction, transaction.get(INVOICE, str(invoice)) or {}, dict(values))


def refused(world: World, invoice: object, **values: str | bool | None) -> Refusal:
    before = world.find(INVOICE)
    with pytest.raises(Refusal) as caught:
        change(world, invoice, **values)
    assert world.find(INVOICE) == before
    return caught.value


def group(world: World) -> list[Record]:
    return world.execute(world.split(world.invoice(CHARGE), "50", "30", "20"))


def reload(world: World, parts: list[Record]) -> list[Record]:
    return [world.get(INVOICE, part["Id"]) or {} for part in parts]


def test_posting_says_who_and_when(world: World) -> None:
    after = change(world, world.invoice(CHARGE), Status="Posted")
    assert (after["Status"], after["PostedBy"], after["PostedDate"]) == ("Posted", user_id(world.tenant), NOON)


def test_posting_one_part_posts_all_at_one_instant(world: World) -> None:
    parts = group(world)
    world.tenant.clock = Clock()
    change(world, parts[1]["Id"], Status="Posted")
    after = reload(world, parts)
    assert {part["Status"] for part in after} == {"Posted"}
    assert len({part["PostedDate"] for part in after}) == 1
    assert [part["InvoiceDate"] for part in after] == [part["InvoiceDate"] for part in parts]


def test_unposting_one_part_unposts_all_and_forgets_the_posting(world: World) -> None:
    parts = group(world)
    change(world, parts[0]["Id"], Status="Posted")
    change(world, parts[2]["Id"], Status="Draft")
    for part in reload(world, parts):
        assert part["Status"] == "Draft"
        assert not {"PostedBy", "PostedDate"} & part.keys()


def test_canceling_one_part_cancels_all(world: World) -> None:
    parts = group(world)
    change(world, parts[0]["Id"], Status="Canceled")
    assert {part["Status"] for part in reload(world, parts)} == {"Canceled"}


def test_a_group_ends_at_its_own_parts(world: World) -> None:
    parts, others = group(world), group(world)
    change(world, parts[0]["Id"], Status="Posted")
    assert reload(world, others) == others


def test_a_status_that_is_set_already_changes_nothing(world: World) -> None:
    parts = group(world)
    posted = change(world, parts[0]["Id"], Status="Posted")
    world.tenant.clock = Clock(frozen_at=NOON + DAY)
    for part in reload(world, parts):
        assert change(world, part["Id"], Status="Posted") == part
    assert reload(world, parts)[0] == posted


@pytest.mark.parametrize(("status", "wanted"), [("Canceled", "Draft"), ("Canceled", "Posted"), ("Posted", "Canceled")])
def test_other_moves_are_refused(world: World, status: str, wanted: str) -> None:
    assert refused(world, world.invoice(CHARGE, Status=status), Status=wanted).rule is rules.INVOICE_STATUS


def test_unposting_needs_the_tenants_permission() -> None:
    world = make_world(cancel_posted_billing_documents=False)
    assert refused(world, world.invoice(CHARGE, Status="Posted"), Status="Draft").rule is rules.INVOICE_STATUS


def test_nothing_is_unposted_once_a_part_is_paid(world: World) -> None:
    parts = group(world)
    change(world, parts[0]["Id"], Status="Posted")
    with world.transaction() as transaction:
        transaction.update(INVOICE, parts[2], {"PaymentAmount": 1})
    refusal = refused(world, parts[0]["Id"], Status="Draft")
    assert (refusal.rule, refusal.actual) == (rules.INVOICE_STATUS, ["PaymentAmount"])


@pytest.mark.parametrize("values", [{"Status": "Posted"}, {"Region__c": "EMEA"}, {"RegenerateInvoicePDF": True}])
def test_an_original_that_was_split_is_frozen(values: dict[str, str | bool | None]) -> None:
    world = make_world(original_after_execute="split")
    invoice = world.invoice(CHARGE)
    world.execute(world.split(invoice, "50", "50"))
    assert refused(world, invoice, **values).rule is rules.INVOICE_FROZEN


def test_an_account_owes_what_is_posted(world: World) -> None:
    parts = group(world)

    def account() -> list[object]:
        record = world.get(ACCOUNT, world.account()) or {}
        return [record.get(name) for name in ("Balance", "TotalInvoiceBalance", "LastInvoiceDate")]

    change(world, parts[0]["Id"], Status="Posted")
    assert account() == [parse_micros(130), parse_micros(130), "2026-02-01"]
    change(world, parts[0]["Id"], Status="Draft")
    assert account() == [0, 0, "2026-02-01"]


def test_the_accounting_mark_needs_a_posted_invoice(world: World) -> None:
    invoice = world.invoice(CHARGE)
    assert refused(world, invoice, TransferredToAccounting="Yes").rule is rules.INVOICE_TRANSFERRED
    assert refused(world, invoice, TransferredToAccounting="Yes", Status="Canceled").rule is rules.INVOICE_TRANSFERRED
    after = change(world, invoice, TransferredToAccounting="Yes", Status="Posted")
    assert (after["Status"], after["TransferredToAccounting"]) == ("Posted", "Yes")
    assert change(world, invoice, TransferredToAccounting="Error")["TransferredToAccounting"] == "Error"


def test_a_new_pdf_is_the_only_wish(world: World) -> None:
    invoice = world.invoice(CHARGE)
    refusal = refused(world, invoice, RegenerateInvoicePDF=True, Status="Posted")
    assert (refusal.rule, refusal.message) == (rules.INVOICE_PDF, invoices.ONLY_PDF)
    before = world.get(INVOICE, invoice)
    assert change(world, invoice, RegenerateInvoicePDF=True) == before
    assert change(world, invoice, RegenerateInvoicePDF=False, Status="Posted")["Status"] == "Posted"


def test_fields_of_ones_own_change_on_one_invoice_alone(world: World) -> None:
    parts = group(world)
    after = change(world, parts[0]["Id"], Region__c="EMEA", IntegrationId__NS="42", Status="Posted")
    assert (after["Region__c"], after["IntegrationId__NS"]) == ("EMEA", "42")
    assert world.get(INVOICE, parts[0]["Id"]) == after
    sibling = world.get(INVOICE, parts[1]["Id"]) or {}
    assert "Region__c" not in sibling
    assert "Region__c" not in change(world, parts[0]["Id"], Region__c=None)


@pytest.mark.parametrize(
    ("status", "rule"),
    [("Draft", rules.CANNOT_DELETE), ("Posted", rules.CANNOT_DELETE), ("Split", rules.CANNOT_DELETE)],
)
def test_only_a_canceled_invoice_is_deleted(world: World, status: str, rule: Rule) -> None:
    invoice = world.invoice(CHARGE, Status=status)
    with pytest.raises(Refusal) as caught, world.transaction() as transaction:
        invoices.delete(transaction, transaction.get(INVOICE, invoice) or {})
    assert caught.value.rule is rule
    assert world.get(INVOICE, invoice) is not None


def test_deleting_takes_one_part_and_all_that_is_on_it(world: World) -> None:
    parts = group(world)
    change(world, parts[0]["Id"], Status="Canceled")
    with world.transaction() as transaction:
        invoices.delete(transaction, transaction.get(INVOICE, str(parts[1]["Id"])) or {})
    assert [part["Id"] for part in world.find(INVOICE)] == [parts[0]["Id"], parts[2]["Id"]]
    of_it = {"InvoiceId": parts[1]["Id"]}
    assert world.find(INVOICE_ITEM, **of_it) == world.find(TAXATION_ITEM, **of_it) == []
    assert len(world.find(INVOICE_ITEM)) == len(world.find(TAXATION_ITEM)) == 2


def test_set_status_is_the_short_way(world: World) -> None:
    invoice = world.invoice(CHARGE)
    with world.transaction() as transaction:
        assert invoices.set_status(transaction, transaction.get(INVOICE, invoice) or {}, "Posted")["Status"] == "Posted"
