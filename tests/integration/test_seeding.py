"""Filling tenants from fixtures, adding fixtures to them, and writing them out again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.benches import dump
from zuora_mock.billing.drafts import Item
from zuora_mock.bounds import Bounds
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    CONTACT,
    INVOICE,
    INVOICE_ITEM,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    TAXATION_ITEM,
    ObjectType,
)
from zuora_mock.domain.money import parse_micros
from zuora_mock.domain.values import Record
from zuora_mock.storage import charges, configuration
from zuora_mock.storage.database import Database
from zuora_mock.storage.steps import in_transactions
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import Fixture, FixtureError, default_fixture_path, load, parse
from zuora_mock.tenants.fixtures.seeding import SeedResult
from zuora_mock.tenants.tenancy import Tenancy
from zuora_mock.work.turns import at_once

ACME = {"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD", "PaymentTerm": "Net 30"}
FROZEN = {"now": "2026-02-01T00:00:00Z", "frozen": True}


def fixture(**document: Any) -> Fixture:
    return parse(json.dumps(document))


class Filled:
    """A tenant that was filled from one fixture."""

    def __init__(self, source: Fixture) -> None:
        self.database = Database()
        self.tenancy = Tenancy(self.database, Credentials(Bounds()), [source], Bounds())
        self.tenant: Tenant = self.tenancy.anonymous

    @contextmanager
    def transaction(self, entity: int = 1) -> Iterator[Transaction]:
        with begin(self.database, self.tenant, entity) as transaction:
            yield transaction

    def all(self, kind: ObjectType, entity: int = 1) -> list[Record]:
        with self.transaction(entity) as transaction:
            return transaction.all(kind)

    def find(self, kind: ObjectType, **equal: object) -> list[Record]:
        with self.transaction() as transaction:
            return transaction.find(kind, **equal)

    def get(self, kind: ObjectType, id: str) -> Record | None:
        with self.transaction() as transaction:
            return transaction.get(kind, id)

    def next_invoice_number(self) -> str:
        with self.transaction() as transaction:
            return transaction.next_invoice_number()

    def invoice(self, number: str) -> Record:
        (found,) = self.find(INVOICE, InvoiceNumber=number)
        return found

    def add(self, **document: Any) -> SeedResult:
        return self.seed(fixture(**document))

    def seed(self, source: Fixture) -> SeedResult:
        return at_once(in_transactions(self.database, self.tenant, self.tenancy.seed(self.tenant, source)))

    def state(self) -> dict[str, Any]:
        with self.transaction() as transaction:
            return dump(transaction)

    def clients(self) -> list[Client]:
        with self.transaction() as transaction:
            return configuration.clients_of(transaction)

    def refused(self, **document: Any) -> list[str]:
        with pytest.raises(FixtureError) as caught:
            self.add(**document)
        return [each.pointer for each in caught.value.problems]


def fill(**document: Any) -> Filled:
    return Filled(fixture(**document))


@pytest.fixture
def default() -> Iterator[Filled]:
    filled = Filled(load(default_fixture_path()))
    yield filled
    filled.database.close()


def test_amounts_of_an_invoice_follow_from_its_items() -> None:
    taxes = [{"Name": "VAT", "TaxAmount": "8.25", "TaxRate": "8.25", "ExemptAmount": "1.50"}]
    discounts = [{"ChargeName": "Launch", "ChargeAmount": "-10.00", "taxes": [{"Name": "VAT", "TaxAmount": "-0.80"}]}]
    item = {"ChargeAmount": "99.99", "discounts": discounts, "taxes": taxes}
    filled = fill(accounts=[ACME], invoices=[{"AccountNumber": "A-1", "items": [item]}])
    (invoice,) = filled.all(INVOICE)
    names = ("AmountWithoutTax", "TaxAmount", "TaxExemptAmount", "Amount", "Balance", "PaymentAmount")
    assert [invoice[name] for name in names] == [89_990_000, 7_450_000, 1_500_000, 97_440_000, 97_440_000, 0]
    charge, discount = sorted(filled.all(INVOICE_ITEM), key=lambda each: str(each["ProcessingType"]))
    assert (charge["TaxAmount"], charge["TaxExemptAmount"], charge["TaxMode"]) == (8_250_000, 1_500_000, "TaxExclusive")
    assert (discount["ProcessingType"], discount["AppliedToInvoiceItemId"]) == (1, charge["Id"])
    assert {each["InvoiceItemId"] for each in filled.all(TAXATION_ITEM)} == {charge["Id"], discount["Id"]}
    assert {each["InvoiceId"] for each in filled.all(TAXATION_ITEM)} == {invoice["Id"]}


@pytest.mark.parametrize(
    ("account_term", "invoice_term", "due"),
    [
        ("Net 30", None, "2026-02-14"),
        ("Net 30", "Prox 20", "2026-03-20"),
        (None, None, "2026-01-15"),
    ],
)
def test_the_due_date_follows_from_the_invoices_term_else_the_accounts_else_the_default(
    account_term: str | None, invoice_term: str | None, due: str
) -> None:
    terms = [
        {"name": "At once", "days": 0, "default": True},
        {"name": "Net 30", "days": 30},
        {"name": "Prox 20", "type": "Prox", "cutoffDay": 12, "months": 1, "dueDay": 20},
    ]
    invoice = {"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "PaymentTerm": invoice_term}
    account = {name: value for name, value in ACME.items() if name != "PaymentTerm"}
    account |= {"PaymentTerm": account_term} if account_term else {}
    filled = fill(paymentTerms=terms, accounts=[account], invoices=[invoice])
    assert filled.all(INVOICE)[0]["DueDate"] == due
    assert filled.all(ACCOUNT)[0]["PaymentTerm"] == (account_term or "At once")


def test_a_due_date_that_is_given_stands() -> None:
    invoice = {"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "DueDate": "2026-12-31"}
    assert fill(accounts=[ACME], invoices=[invoice]).all(INVOICE)[0]["DueDate"] == "2026-12-31"


def test_an_invoice_without_a_date_is_of_the_tenants_day() -> None:
    settings = {"timeZone": "Pacific/Auckland"}
    clock = {"now": "2026-01-31T12:00:00Z", "frozen": True}
    filled = fill(settings=settings, clock=clock, accounts=[ACME], invoices=[{"AccountNumber": "A-1"}])
    assert filled.all(INVOICE)[0]["InvoiceDate"] == "2026-02-01"


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ("INV00000001", ["INV00000002", "INV00000003", "INV00000004"]),
        ("INV00000003", ["INV00000001", "INV00000002", "INV00000004"]),
        ("INV00000001x", ["INV00000001", "INV00000002", "INV00000003"]),
    ],
)
def test_several_numbers_leave_out_one_that_there_is(there: str, wanted: list[str]) -> None:
    filled = fill(accounts=[ACME], invoices=[{"AccountNumber": "A-1", "InvoiceNumber": there}])
    with filled.transaction() as transaction:
        transaction.tenant.counters.invoices = 1 if there == "INV00000001" else 0
        assert transaction.next_invoice_numbers(3) == wanted
        transaction.tenant.counters.invoices = 99_999_998
        assert transaction.next_invoice_numbers(2) == ["INV99999999", "INV100000000"]


def test_numbers_that_are_missing_follow_the_greatest_that_is_given() -> None:
    invoices = [{"AccountNumber": "A-1", "InvoiceNumber": n} for n in (None, "INV00000041", "X-1", None)]
    filled = fill(accounts=[ACME, {**ACME, "AccountNumber": None}], invoices=invoices)
    numbers = [each["InvoiceNumber"] for each in filled.all(INVOICE)]
    assert numbers == ["INV00000042", "INV00000041", "X-1", "INV00000043"]
    assert filled.next_invoice_number() == "INV00000044"
    assert [each["AccountNumber"] for each in filled.all(ACCOUNT)] == ["A-1", "A00000001"]


def test_new_ids_step_around_ids_that_are_given() -> None:
    first = fill(accounts=[ACME]).all(ACCOUNT)[0]["Id"]
    filled = fill(accounts=[{**ACME, "Id": first}, {**ACME, "AccountNumber": "A-2"}])
    assert len({each["Id"] for each in filled.all(ACCOUNT)}) == 2


def test_what_nobody_says_is_stamped_and_what_the_fixture_says_stands() -> None:
    posted = {"AccountNumber": "A-1", "Status": "Posted"}
    dates = {"PostedDate": "2025-01-01T00:00:00Z", "CreatedDate": "2024-01-01T00:00:00Z"}
    filled = fill(clock=FROZEN, accounts=[ACME], invoices=[posted, {**posted, **dates}])
    plain, stated = filled.all(INVOICE)
    now = filled.tenant.now()
    assert (plain["PostedDate"], plain["CreatedDate"], plain["PostedBy"]) == (now, now, plain["CreatedById"])
    assert (stated["PostedDate"], stated["CreatedDate"]) == (1_735_689_600_000, 1_704_067_200_000)


def test_the_first_contact_of_an_account_is_bill_to_and_sold_to() -> None:
    people = (("A-1", "Ann"), ("A-1", "Bob"), ("A-2", "Cem"))
    contacts = [{"AccountNumber": number, "FirstName": name} for number, name in people]
    filled = fill(accounts=[ACME, {**ACME, "AccountNumber": "A-2", "BillToId": "f" * 32}], contacts=contacts)
    ann, _, cem = (each["Id"] for each in filled.all(CONTACT))
    assert [(each["BillToId"], each["SoldToId"]) for each in filled.all(ACCOUNT)] == [(ann, ann), ("f" * 32, cem)]


def test_custom_fields_are_kept() -> None:
    item = {"ChargeAmount": 1, "CostCentre__c": "CC-1"}
    filled = fill(accounts=[ACME], invoices=[{"AccountNumber": "A-1", "Region__c": "EMEA", "items": [item]}])
    assert filled.all(INVOICE)[0]["Region__c"] == "EMEA"
    assert filled.all(INVOICE_ITEM)[0]["CostCentre__c"] == "CC-1"


def test_charges_are_kept_as_the_invoice_items_they_will_be() -> None:
    item = {"ChargeName": "Seats", "ChargeAmount": "5.1", "taxes": [{"Name": "VAT", "TaxAmount": "1"}]}
    filled = fill(accounts=[{**ACME, "charges": [{**item, "recurring": True}]}])
    with filled.transaction() as transaction:
        (charge,) = charges.all_of(transaction)
    assert Item.of(charge.item) == Item(
        {"ChargeName": "Seats", "ChargeAmount": 5_100_000}, ({"Name": "VAT", "TaxAmount": 1_000_000},)
    )
    assert (charge.account, charge.recurring, charge.billed) == (filled.all(ACCOUNT)[0]["Id"], True, 0)
    assert filled.state()["accounts"][0]["charges"] == [{**item, "recurring": True, "billed": 0}]


def test_a_split_names_its_invoice_by_number() -> None:
    items = [{"InvoiceDate": "2026-02-01", "SplitPercentage": each} for each in ("33.333333333", 66.666666667)]
    invoice = {"AccountNumber": "A-1", "InvoiceNumber": "X"}
    filled = fill(accounts=[ACME], invoices=[invoice], invoiceSplits=[{"InvoiceNumber": "X", "items": items}])
    (split,) = filled.all(INVOICE_SPLIT)
    assert split["InvoiceId"] == filled.invoice("X")["Id"]
    assert [each["SplitPercentage"] for each in filled.all(INVOICE_SPLIT_ITEM)] == [33_333_333_333, 66_666_666_667]
    assert {each["InvoiceSplitId"] for each in filled.all(INVOICE_SPLIT_ITEM)} == {split["Id"]}


def test_invoices_and_contacts_follow_their_account_into_its_entity() -> None:
    filled = Filled(load(default_fixture_path().with_name("multi-entity.json")))
    assert [[each["InvoiceNumber"] for each in filled.all(INVOICE, entity)] for entity in (1, 2, 3)] == [
        ["INV00000001"],
        ["INV00000002"],
        ["INV00000003"],
    ]
    first, second = filled.clients()
    assert (second.entities, first.entities) == ((1, 2, 3), (2,))


def test_a_number_that_two_entities_have_needs_its_entity() -> None:
    entities = [{"name": "One"}, {"name": "Two"}]
    accounts = [{**ACME, "entity": each["name"]} for each in entities]
    with pytest.raises(FixtureError, match="several entities have this account"):
        fill(entities=entities, accounts=accounts, invoices=[{"AccountNumber": "A-1"}])
    filled = fill(entities=entities, accounts=accounts, invoices=[{"AccountNumber": "A-1", "entity": "two"}])
    assert (len(filled.all(INVOICE, 1)), len(filled.all(INVOICE, 2))) == (0, 1)


def test_a_tenant_has_the_usual_terms_if_its_fixture_names_none() -> None:
    assert list(fill().tenant.terms) == ["Due Upon Receipt", "Net 30", "Net 45", "Net 60", "Net 90"]
    assert fill(paymentTerms=[]).tenant.terms == {}


def test_the_default_fixture_has_what_its_readers_look_for(default: Filled) -> None:
    found = {(each["Status"], each["SourceType"], each["Amount"]) for each in default.all(INVOICE)}
    drafts = ("100000", "130", "1000.01", "98.24", "11001", "100.001", "240", "0", "-25", "1200")
    assert found == {
        *(("Draft", "Subscription", parse_micros(amount)) for amount in drafts),
        ("Posted", "Subscription", 500_000_000),
        ("Canceled", "Subscription", 75_000_000),
        ("Draft", "Standalone", 800_000_000),
        ("Draft", "Consolidation", 640_000_000),
    }
    assert default.invoice("INV00000007")["Region__c"] == "EMEA"
    assert default.next_invoice_number() == "INV00000015"
    assert {each["Currency"] for each in default.all(ACCOUNT)} == {"USD", "JPY", "KWD"}
    (known, inactive) = sorted(default.clients(), key=lambda each: not each.active)
    assert (len(known.client_id), len(known.secret) <= 42, inactive.active) == (36, True, False)


def test_a_fixture_is_added_to_accounts_that_are_there(default: Filled) -> None:
    accounts = [{**ACME, "AccountNumber": "A-9"}]
    invoices = [{"AccountNumber": number, "items": [{"ChargeAmount": "7"}]} for number in ("A-1", "A-9")]
    made = default.add(accounts=accounts, invoices=invoices)
    assert list(made.invoices) == ["INV00000015", "INV00000016"]
    (first, second) = (default.get(INVOICE, each) for each in made.invoices.values())
    (acme,) = default.find(ACCOUNT, AccountNumber="A-1")
    assert (first or {})["AccountId"] == acme["Id"]
    assert (second or {})["AccountId"] == made.accounts["A-9"]
    assert default.next_invoice_number() == "INV00000017"


def test_numbers_that_are_taken_are_refused_and_nothing_is_added(default: Filled) -> None:
    before = default.state()
    invoices = [{"AccountNumber": "A-1", "InvoiceNumber": n} for n in ("INV00000002", "INV00000099")]
    terms = [{"name": "Net 7", "days": 7}, {"name": "Net 30", "days": 31}]
    found = default.refused(accounts=[ACME], invoices=invoices, paymentTerms=terms, settings={"strict": True})
    assert found == ["/paymentTerms/1/name", "/accounts/0/AccountNumber", "/invoices/0/InvoiceNumber"]
    assert default.state() == before


def test_entities_terms_orgs_settings_and_clock_are_added(default: Filled) -> None:
    default.add(
        entities=[{"name": "Default"}, {"name": "Second"}],
        paymentTerms=[{"name": "Net 30", "days": 30}, {"name": "Net 7", "days": 7}],
        orgs=["north"],
        settings={"jobs": {"mode": "manual"}},
        clock=FROZEN,
        accounts=[{**ACME, "entity": "Second", "PaymentTerm": "Net 7"}],
    )
    tenant = default.tenant
    assert [each.name for each in tenant.entities] == ["Default", "Second"]
    assert (tenant.terms["Net 7"].days, sorted(tenant.orgs)) == (7, ["north"])
    assert tenant.policy.mode == "manual"
    assert (tenant.settings.time_zone, tenant.clock.frozen) == ("UTC", True)
    assert len(default.all(ACCOUNT, 2)) == 1


def test_clients_are_added_and_those_of_other_tenants_are_not(default: Filled) -> None:
    default.add(clients=[{"clientId": "n" * 36, "clientSecret": "s"}])
    assert default.tenancy.find_client("n" * 36) is not None
    default.tenancy.admit("o" * 36, "s")
    assert default.refused(clients=[{"clientId": "o" * 36, "clientSecret": "s"}]) == ["/clients/0/clientId"]


def test_an_id_inside_an_invoice_that_another_invoice_has_is_refused(default: Filled) -> None:
    taken = default.all(INVOICE_ITEM)[0]["Id"]
    assert default.refused(invoices=[{"AccountNumber": "A-1", "items": [{"Id": taken}]}]) == [""]


@pytest.mark.parametrize("name", ["default.json", "multi-entity.json"])
def test_what_comes_out_goes_in_again(name: str) -> None:
    first = Filled(load(default_fixture_path().with_name(name)))
    state = first.state()
    second = Filled(parse(json.dumps(state)))
    assert second.state() == state
    assert second.tenant.next_id() == first.tenant.next_id()
    assert second.next_invoice_number() == first.next_invoice_number()


ARITHMETIC = {
    "at": 1_767_225_600_000,
    "original": {"id": "b" * 32, "number": "INV00000001"},
    "currency": "USD",
    "digits": 2,
    "rounding": "last-part",
    "due": [["Licence", 500]],
    "exempt": [],
    "parts": [
        {
            "itemId": "c" * 32,
            "percentage": 100_000_000_000,
            "invoiceDate": "2026-02-01",
            "paymentTerm": None,
            "dueDate": "2026-02-01",
        }
    ],
    "putTogether": {"INV00000001": "b" * 32},
}


def test_parts_of_a_split_keep_what_joins_them() -> None:
    items = [{"ChargeAmount": "5", "row": 0, "taxes": [{"TaxAmount": "1", "row": 1}]}]
    part = {"AccountNumber": "A-1", "group": "a" * 32, "original": "b" * 32, "items": items}
    split = {
        "Id": "a" * 32,
        "InvoiceId": "b" * 32,
        "items": [{"InvoiceDate": "2026-02-01", "SplitPercentage": "100"}],
        "execution": {"original": "b" * 32, "arithmetic": ARITHMETIC},
    }
    acme = {**ACME, "charges": [{"ChargeAmount": 1, "billed": 1}]}
    filled = fill(clock=FROZEN, accounts=[acme], invoices=[part], invoiceSplits=[split])
    assert filled.find(INVOICE, _Group="a" * 32)[0]["_Original"] == "b" * 32
    state = filled.state()
    assert state["invoices"][0]["items"][0]["row"] == 0
    assert state["invoiceSplits"][0]["execution"] == split["execution"]
    assert state["accounts"][0]["charges"] == [{"ChargeAmount": "1", "recurring": False, "billed": 1}]
    again = Filled(parse(json.dumps(state)))
    assert again.state() == state


def test_a_tenants_own_state_put_in_again_replaces_what_has_the_same_id(default: Filled) -> None:
    state = default.state()
    (invoice,) = default.find(INVOICE, InvoiceNumber="INV00000002")
    with default.transaction() as transaction:
        transaction.update(INVOICE, invoice, {"Status": "Posted", "Comments": "changed"})
    default.seed(parse(json.dumps(state)))
    assert default.invoice("INV00000002")["Status"] == "Draft"
    again = default.state()
    assert sorted(again["invoices"], key=str) == sorted(state["invoices"], key=str)
    assert again["counters"] == state["counters"]


def test_an_invoice_whose_account_is_gone_keeps_the_accounts_id() -> None:
    filled = fill(clock=FROZEN, invoices=[{"AccountId": "c" * 32, "items": [{"ChargeAmount": "1"}]}])
    state = filled.state()
    assert (state["invoices"][0]["AccountId"], "AccountNumber" in state["invoices"][0]) == ("c" * 32, False)
    again = Filled(parse(json.dumps(state)))
    assert again.state() == state


def test_an_account_may_be_named_by_its_id(default: Filled) -> None:
    acme = default.find(ACCOUNT, AccountNumber="A-2")[0]["Id"]
    made = default.add(invoices=[{"AccountId": acme, "items": [{"ChargeAmount": "10"}]}])
    (found,) = (default.get(INVOICE, each) for each in made.invoices.values())
    assert found is not None
    assert str(found["DueDate"]) > str(found["InvoiceDate"])
    half = {"AccountId": acme, "items": [{"ChargeAmount": "0.5"}]}
    assert default.refused(invoices=[half]) == ["/invoices/0/items/0/ChargeAmount"]


@pytest.mark.parametrize(("given", "expected"), [({}, 80_000_000), ({"Balance": "5.00"}, 5_000_000)])
def test_an_account_owes_what_was_posted_unless_the_fixture_says_otherwise(
    given: dict[str, str], expected: int
) -> None:
    items = [{"ChargeName": "Seats", "ChargeAmount": "40.00"}]
    invoices = [{"AccountNumber": "A-1", "Status": each, "items": items} for each in ("Posted", "Draft", "Posted")]
    filled = fill(accounts=[{**ACME, **given}], invoices=invoices)
    (account,) = filled.all(ACCOUNT)
    filled.database.close()
    assert account["Balance"] == expected
    assert account["TotalInvoiceBalance"] == 80_000_000
