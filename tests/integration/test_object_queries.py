"""Object queries over rows in SQLite: pages that make a whole, and how much is asked of the database for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.benches import add_tenant, traced
from zuora_mock.billing.object_queries import Extent, ShownRecord, find_many, find_one
from zuora_mock.clock import Clock
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.object_query.reading import Asked
from zuora_mock.domain.object_query.resources import resource_of
from zuora_mock.domain.values import Record
from zuora_mock.settings import TenantSettings
from zuora_mock.storage.database import Database
from zuora_mock.storage.transaction import Transaction, begin

NOON = 1_769_904_000_000
INVOICES = resource_of(INVOICE)


@pytest.fixture
def transaction() -> Iterator[Transaction]:
    database = Database()
    tenant = add_tenant(database, "acme", "fixture", TenantSettings())
    tenant.clock = Clock(frozen_at=NOON)
    with begin(database, tenant, 1) as opened:
        yield opened
    database.close()


def identifier(number: int) -> str:
    return f"{number:032x}"


def add_invoices(transaction: Transaction, *records: Record) -> None:
    each: Record = {"Status": "Draft", "UpdatedDate": NOON}
    transaction.load(INVOICE, [{"Id": identifier(n), **each, **record} for n, record in enumerate(records)])


def pages(transaction: Transaction, asked: Asked, size: int) -> Iterator[list[ShownRecord]]:
    cursor: str | None = None
    while True:
        found, cursor = find_many(transaction, INVOICES, asked, cursor, Extent(size, nulls=False))
        yield found
        if cursor is None:
            return


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "DueDate": st.sampled_from([None, "2026-01-01", "2026-01-02"]),
            "Amount": st.none() | st.integers(-3, 3).map(lambda each: each * 1_500_001),
            "AutoPay": st.sampled_from([None, True, False]),
            "UpdatedDate": st.integers(0, 2).map(lambda each: NOON + each * 1000),
        }
    ),
    max_size=12,
)


@pytest.mark.assumed
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    sort=st.sampled_from(["", "duedate", "amount", "updateddate", "id"]),
    word=st.sampled_from(["ASC", "DESC"]),
    size=st.integers(1, 5),
)
def test_pages_of_any_size_are_one_list_in_its_order(
    transaction: Transaction, rows: list[Record], sort: str, word: str, size: int
) -> None:
    transaction.delete(INVOICE, transaction.all(INVOICE))
    add_invoices(transaction, *rows)
    asked = Asked(sorts=[f"{sort}.{word}"] if sort else [])
    found = [each for page in pages(transaction, asked, size) for each in page]
    whole, _ = find_many(transaction, INVOICES, asked, None, Extent(99, nulls=False))
    assert found == whole
    name, descending = {"duedate": "DueDate", "amount": "Amount", "id": "Id"}.get(sort, "UpdatedDate"), word == "DESC"
    kept = sorted(
        transaction.all(INVOICE),
        key=lambda each: (name in each, each.get(name) or 0 if name in each else 0, each["Id"]),
        reverse=descending or not sort,
    )
    assert [each["id"] for each in found] == [each["Id"] for each in kept]


def statements(transaction: Transaction, asked: Asked) -> int:
    """How many are asked of the database for a page of 99."""
    with traced(transaction) as seen:
        find_many(transaction, INVOICES, asked, None, Extent(99, nulls=False))
    return len(seen)


@pytest.mark.sqlite
@pytest.mark.assumed
def test_a_page_is_one_statement_and_each_expansion_one_more(transaction: Transaction) -> None:
    accounts: list[Record] = [{"Id": identifier(n), "Name": "Acme", "BillToId": identifier(n)} for n in range(50)]
    invoices: list[Record] = [{"AccountId": identifier(n % 50)} for n in range(120)]
    items: list[Record] = [{"Id": identifier(n), "InvoiceId": identifier(n % 120)} for n in range(600)]
    transaction.load(ACCOUNT, accounts)
    transaction.load(CONTACT, [{"Id": each["Id"], "FirstName": "Amy"} for each in accounts])
    add_invoices(transaction, *invoices)
    transaction.load(INVOICE_ITEM, items)
    assert statements(transaction, Asked()) == 1
    assert statements(transaction, Asked(expansions=["account", "account.billto", "invoiceitems"])) == 5


@pytest.mark.sqlite
@pytest.mark.assumed
@pytest.mark.parametrize("sort", [(), ("updateddate.DESC",), ("updateddate.ASC",)])
def test_a_walk_through_all_records_begins_each_page_where_the_last_one_ended(
    transaction: Transaction, sort: tuple[str, ...]
) -> None:
    add_invoices(transaction, *({} for _ in range(3)))
    [_, second, *_] = pages(transaction, Asked(sorts=sort), 1)
    assert len(second) == 1
    asked = Asked(sorts=sort)
    _, cursor = find_many(transaction, INVOICES, asked, None, Extent(1, nulls=False))
    with traced(transaction) as seen:
        find_many(transaction, INVOICES, asked, cursor, Extent(1, nulls=False))
    [(sql, values)] = seen
    plan = [row[3] for row in transaction.connection.execute(f"explain query plan {sql}", values)]
    assert len(plan) == 1
    assert "invoices_latest (tenant=? AND entity=? AND (UpdatedDate,Id)" in plan[0]


@pytest.mark.assumed
def test_related_lists_hold_the_latest_of_each(transaction: Transaction) -> None:
    add_invoices(transaction, {}, {})
    items: list[Record] = [
        {"Id": identifier(n), "InvoiceId": identifier(n % 2), "UpdatedDate": NOON + n % 5} for n in range(20)
    ]
    transaction.load(INVOICE_ITEM, items)
    transaction.load(TAXATION_ITEM, [{"Id": identifier(7), "InvoiceItemId": identifier(4), "Name": "VAT"}])
    asked = Asked(expansions=["invoiceitems"], below={"invoiceitems": ["id"]})
    shown = find_one(transaction, INVOICES, asked, identifier(1), Extent(3, nulls=False))
    latest = sorted(
        (each for each in items if each["InvoiceId"] == identifier(1)),
        key=lambda each: (each["UpdatedDate"], each["Id"]),
        reverse=True,
    )
    assert shown["invoiceItems"] == [{"id": each["Id"]} for each in latest[:3]]
