"""Queries over rows in SQLite: what matches, in which order, page by page."""

from __future__ import annotations

import math
import re
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.integration.benches import add_tenant, rows, traced
from zuora_mock.billing.queries import Page, batch_size, query, query_more
from zuora_mock.clock import DAY, MINUTE, Clock
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, ObjectType
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal
from zuora_mock.settings import TenantSettings
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin

IDS_OF = "select Id from"
BERLIN = ZoneInfo("Europe/Berlin")
WSDL = 153
NOON = 1_769_904_000_000


def new_tenant(database: Database, name: str = "acme", **given: Any) -> Tenant:
    tenant = add_tenant(database, name, "fixture", TenantSettings(time_zone="Europe/Berlin", **given))
    tenant.clock = Clock(frozen_at=NOON)
    return tenant


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database()
    yield opened
    opened.close()


@pytest.fixture
def tenant(database: Database) -> Tenant:
    return new_tenant(database)


@pytest.fixture
def transaction(database: Database, tenant: Tenant) -> Iterator[Transaction]:
    with begin(database, tenant, 1) as opened:
        yield opened


def add(transaction: Transaction, kind: ObjectType = INVOICE, count: int = 1, **values: Value) -> list[str]:
    records: list[Record] = [{"Id": transaction.new_id(), **values} for _ in range(count)]
    transaction.insert(kind, records)
    return [str(each["Id"]) for each in records]


def ids(page: Page) -> list[str]:
    return [str(each["Id"]) for each in page.records]


def ask(transaction: Transaction, text: str, batch: object = None, wsdl: int = WSDL) -> Page:
    return query(transaction, text, batch_size(batch), wsdl)


def more(transaction: Transaction, locator: object, batch: object = None, wsdl: int = WSDL) -> Page:
    return query_more(transaction, locator, batch_size(batch), wsdl)


def found(transaction: Transaction, condition: str, kind: str = "Invoice") -> list[str]:
    return ids(ask(transaction, f"{IDS_OF} {kind} where {condition}"))


def refusal_of(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value


def pages(transaction: Transaction, text: str, batch: int) -> list[Page]:
    result = [ask(transaction, text, batch)]
    while result[-1].locator:
        result.append(more(transaction, result[-1].locator, batch))
    return result


# One page


def test_nothing_found_is_a_page_without_records(transaction: Transaction) -> None:
    assert ask(transaction, "select Id from Invoice") == Page(INVOICE, 0, [], done=True)


def test_a_record_has_the_fields_asked_for_its_id_and_no_nulls(transaction: Transaction) -> None:
    (invoice,) = add(
        transaction, Amount=46_150_000, InvoiceDate="2026-02-01", PostedDate=NOON, tier__c="gold", other__c="x"
    )
    page = ask(transaction, "select tier__c, posteddate, AMOUNT, comments, IncludesUsage, InvoiceDate from invoice;")
    printed: Record = {
        "Id": invoice,
        "InvoiceDate": "2026-02-01",
        "Amount": 46.15,
        "PostedDate": "2026-02-01T01:00:00.000+01:00",
        "tier__c": "gold",
    }
    assert page == Page(INVOICE, 1, [printed], done=True)
    assert list(page.records[0]) == list(printed)


def test_records_come_in_the_order_of_their_creation(transaction: Transaction) -> None:
    made = add(transaction, count=50, AccountId="8ad0")
    for condition in (
        "AccountId = '8ad0'",
        "AccountId != null",
        " or ".join(f"Id = '{each}'" for each in sorted(made)),
    ):
        assert found(transaction, condition) == made


def test_a_field_that_is_null_matches_no_comparison(transaction: Transaction) -> None:
    empty, other = add(transaction) + add(transaction, Comments="b")
    assert found(transaction, "Comments != 'a'") == [other]
    assert found(transaction, "Comments = null or Comments != 'b'") == [empty]
    assert found(transaction, "Comments like '%'") == [other]


def test_texts_are_compared_with_their_case(transaction: Transaction) -> None:
    lower, upper = add(transaction, Comments="abc") + add(transaction, Comments="ABC")
    assert found(transaction, "Comments = 'abc'") == [lower]
    assert found(transaction, "Comments like 'ab%'") == [lower]
    assert found(transaction, "Comments like '%BC'") == [upper]
    assert found(transaction, "Comments < 'abc'") == [upper]


def test_ids_are_found_in_any_case(transaction: Transaction) -> None:
    first, second = add(transaction, count=2)
    assert found(transaction, f"Id = '{first.upper()}'") == [first]
    assert found(transaction, f"Id like '{second.upper()}%'") == [second]


@pytest.mark.parametrize("character", ["*", "?", "[", "]", "^", "-", "'", "\\", '"', "\n", "é", "😀"])
def test_like_takes_every_other_character_as_it_is(transaction: Transaction, character: str) -> None:
    (exact,) = add(transaction, Comments=f"a{character}c")
    add(transaction, Comments="abc")
    add(transaction, Comments="ac")
    typed = f"\\{character}" if character in "'\\\"" else character
    assert found(transaction, f"Comments like 'a{typed}c'") == [exact]
    assert found(transaction, f"Comments like '_{typed}%'") == [exact]


def test_amounts_are_compared_exactly(transaction: Transaction) -> None:
    zero, smallest = add(transaction, Amount=0) + add(transaction, Amount=1)
    assert found(transaction, "Amount > 0.0000001") == [smallest]
    assert found(transaction, "Amount < 0.0000009") == [zero]
    assert found(transaction, "Amount = 0.0000001") == []
    assert found(transaction, "Amount != 0.0000001") == [zero, smallest]
    assert found(transaction, "Amount < 1e400 and Amount > -1e400") == [zero, smallest]
    assert found(transaction, "Amount = '0.000001'") == [smallest]


def test_a_custom_field_is_compared_as_its_literal_is_written(transaction: Transaction) -> None:
    ten, nine, words = (
        add(transaction, size__c="10") + add(transaction, size__c="9") + add(transaction, size__c="12 apples")
    )
    flag = add(transaction, size__c=True)[0]
    add(transaction, other__c="x")
    assert found(transaction, "size__c > 9") == [ten]
    assert found(transaction, "size__c > '9'") == [flag]
    assert found(transaction, "size__c = 9.0") == [nine]
    assert found(transaction, "size__c like '%apples'") == [words]
    assert found(transaction, "size__c = true") == [flag]
    assert found(transaction, "other__c = null and size__c != null") == [ten, nine, words, flag]


def test_old_versions_compare_and_print_dates_as_date_times(transaction: Transaction) -> None:
    (invoice,) = add(transaction, InvoiceDate="2026-02-01")
    page = ask(transaction, "select InvoiceDate from Invoice where InvoiceDate = '2026-02-01T00:00:00'", wsdl=68)
    assert page.records == [{"Id": invoice, "InvoiceDate": "2026-02-01T00:00:00.000+01:00"}]


def test_only_one_invoice_body_is_read_at_a_time(transaction: Transaction) -> None:
    first, _ = add(transaction, count=2, Body="JVBERi0=")
    assert ask(transaction, f"select Body from Invoice where Id = '{first}'").records == [
        {"Id": first, "Body": "JVBERi0="}
    ]
    refusal = refusal_of(lambda: ask(transaction, "select Body from Invoice", 1))
    assert (refusal.rule, refusal.message) == (rules.QUERY_BODY, "Can only query one invoice body at a time")


def test_text_that_looks_like_sql_is_text(transaction: Transaction) -> None:
    trap = "x' or '1'='1'; drop table invoices; --"
    (caught,) = add(transaction, Comments=trap, tier__c=trap)
    add(transaction, Comments="y")
    typed = trap.replace("'", "\\'")
    assert found(transaction, f"Comments = '{typed}' and tier__c = '{typed}'") == [caught]


# Pages


@pytest.mark.parametrize(
    ("given", "most"),
    [
        (None, 2000),
        (0, 2000),
        (2001, 2000),
        (10**400, 2000),
        (Decimal("1e400"), 2000),
        (1, 1),
        ("50", 50),
        (50.0, 50),
        (Decimal("50.00"), 50),
        ("0", 2000),
        ("9" * 19, 2000),
        (Decimal(0), 2000),
    ],
    ids=lambda each: str(each)[:10],
)
def test_a_page_has_as_many_records_as_asked_for(transaction: Transaction, given: object, most: int) -> None:
    add(transaction, count=2001)
    page = ask(transaction, "select Id from Invoice", given)
    assert (len(page.records), page.size, page.done) == (most, 2001, False)
    assert len(more(transaction, page.locator, given).records) == min(most, 2001 - most)


@pytest.mark.parametrize(
    "given",
    [-1, 1.5, True, False, "", "-1", "1.5", "ten", " 5", "²", "9" * 21, [], {}, math.inf, math.nan, Decimal("NaN")],
    ids=str,
)
def test_a_page_size_that_is_no_whole_number_is_refused(transaction: Transaction, given: object) -> None:
    for call in (lambda: ask(transaction, "select Id from Invoice", given), lambda: more(transaction, "x", given)):
        refusal = refusal_of(call)
        assert (refusal.rule, refusal.pointer) == (rules.BATCH_SIZE, "")


def test_pages_follow_one_another_and_repeat_the_size(transaction: Transaction) -> None:
    made = add(transaction, count=5)
    read = pages(transaction, "select Id from Invoice", 2)
    assert [ids(each) for each in read] == [made[:2], made[2:4], made[4:]]
    assert [(each.size, each.done) for each in read] == [(5, False), (5, False), (5, True)]
    suffixes = [each.locator and re.fullmatch(r"[0-9a-f]{32}-(\d+)", each.locator) for each in read]
    assert [each and each[1] for each in suffixes] == ["2", "4", None]


def test_a_result_that_fits_one_page_leaves_no_cursor(transaction: Transaction) -> None:
    add(transaction, count=2)
    assert ask(transaction, "select Id from Invoice", 2).done
    assert transaction.connection.execute("SELECT id FROM cursors").fetchall() == []


def test_a_locator_is_read_again_and_from_any_offset(transaction: Transaction) -> None:
    made = add(transaction, count=5)
    stem = str(ask(transaction, "select Id from Invoice", 1).locator).removesuffix("1")
    for offset in (3, 0, 3, 4):
        assert ids(more(transaction, f"{stem}{offset}", 2)) == made[offset : offset + 2]
    assert more(transaction, f"{stem}0").done


def test_pages_stay_as_they_were_whatever_becomes_of_the_records(transaction: Transaction) -> None:
    made = add(transaction, INVOICE_ITEM, 6, ChargeName="old", Quantity=0.1 + 0.2, TaxAmount=1, flag__c="é'\"\\")
    text = "select ChargeName, Quantity, TaxAmount, UOM, flag__c from InvoiceItem where ChargeName = 'old'"
    before = pages(transaction, text, 6)[0].records
    page = ask(transaction, text, 2)
    for each in made[:4]:
        transaction.update(
            INVOICE_ITEM, transaction.get(INVOICE_ITEM, each) or {}, {"ChargeName": "new", "flag__c": "x"}
        )
    transaction.delete(INVOICE_ITEM, [{"Id": each} for each in made[3:]])
    add(transaction, INVOICE_ITEM, ChargeName="old")
    second = more(transaction, page.locator, 2)
    third = more(transaction, second.locator, 2)
    assert page.records + second.records + third.records == before
    assert (third.size, third.done) == (6, True)


def test_later_pages_follow_the_version_of_their_own_call(transaction: Transaction) -> None:
    made = add(transaction, count=2, InvoiceDate="2026-02-01", PaymentTerm="Net 30")
    page = ask(transaction, "select InvoiceDate, PaymentTerm from Invoice", 1)
    assert more(transaction, page.locator, wsdl=68).records == [
        {"Id": made[1], "InvoiceDate": "2026-02-01T00:00:00.000+01:00"}
    ]


@pytest.mark.parametrize(
    "given", [None, 5, True, [], "", "x", "f" * 32, f"{'f' * 32}-", f"{'f' * 32}-0", f"{'F' * 32}-0"]
)
def test_a_locator_that_is_none_is_refused(transaction: Transaction, given: object) -> None:
    refusal = refusal_of(lambda: more(transaction, given))
    assert (refusal.rule, refusal.pointer) == (rules.QUERY_LOCATOR, "")


@pytest.mark.parametrize("offset", ["3", "999999999999999", "-1", "+1", " 1", "1\n", "1.0", "٣", "9" * 40])
def test_an_offset_outside_the_result_is_refused(transaction: Transaction, offset: str) -> None:
    add(transaction, count=3)
    stem = str(ask(transaction, "select Id from Invoice", 1).locator).removesuffix("1")
    assert refusal_of(lambda: more(transaction, f"{stem}{offset}")).rule is rules.QUERY_LOCATOR


@pytest.mark.parametrize(("count", "kept"), [(3, 15 * MINUTE), (2000, 15 * MINUTE), (2001, 5 * DAY)])
def test_a_cursor_expires_on_the_clock_of_the_tenant(transaction: Transaction, count: int, kept: int) -> None:
    add(transaction, count=count)
    locator = ask(transaction, "select Id from Invoice", 1).locator
    transaction.tenant.clock = transaction.tenant.clock.advance(kept - 1)
    assert more(transaction, locator).records
    transaction.tenant.clock = transaction.tenant.clock.advance(1)
    assert refusal_of(lambda: more(transaction, locator)).rule is rules.QUERY_LOCATOR


def test_what_has_expired_is_removed_when_a_cursor_is_made(transaction: Transaction) -> None:
    add(transaction, count=3)
    old = ask(transaction, "select Id from Invoice", 1).locator
    transaction.tenant.clock = transaction.tenant.clock.advance(15 * MINUTE)
    new = ask(transaction, "select Id from Invoice", 1).locator
    assert old != new
    assert [f"{each}-1" for (each,) in transaction.connection.execute("SELECT id FROM cursors")] == [new]
    assert transaction.connection.execute("SELECT count(*) FROM cursor_rows").fetchone() == (3,)


def test_a_cursor_takes_no_id_from_the_objects(transaction: Transaction) -> None:
    add(transaction, count=3)
    before = transaction.tenant.counters.ids
    locators = {ask(transaction, "select Id from Invoice", 1).locator for _ in range(3)}
    assert len(locators) == 3
    assert transaction.tenant.counters.ids == before


# Whose rows


def test_tenants_and_entities_see_their_own_rows_and_cursors_only(database: Database) -> None:
    twins = new_tenant(database, "one", seed=7), new_tenant(database, "two", seed=7)
    made: dict[tuple[int, int], list[str]] = {}
    locators: dict[tuple[int, int], str] = {}
    for tenant in twins:
        for entity in (1, 2):
            with begin(database, tenant, entity) as transaction:
                made[tenant.key, entity] = add(transaction, count=3, Comments="same", AccountId="8ad0")
    for tenant in twins:
        for entity in (1, 2):
            with begin(database, tenant, entity) as transaction:
                assert found(transaction, "Comments = 'same' or AccountId = '8ad0'") == made[tenant.key, entity]
                locators[tenant.key, entity] = str(ask(transaction, "select Id from Invoice", 1).locator)
    assert made[twins[0].key, 1] == made[twins[1].key, 1]
    for entity, other in ((1, 2), (2, 1)):
        with begin(database, twins[0], entity) as transaction:
            assert ids(more(transaction, locators[twins[0].key, entity])) == made[twins[0].key, entity][1:]
            assert refusal_of(partial(more, transaction, locators[twins[0].key, other])).rule is rules.QUERY_LOCATOR


def test_a_cursor_of_another_tenant_is_unknown(database: Database) -> None:
    with begin(database, new_tenant(database, "one"), 1) as transaction:
        add(transaction, count=3)
        locator = ask(transaction, "select Id from Invoice", 1).locator
    with begin(database, new_tenant(database, "two"), 1) as transaction:
        assert refusal_of(lambda: more(transaction, locator)).rule is rules.QUERY_LOCATOR


def test_two_runs_of_the_same_calls_give_the_same_locators() -> None:
    def run() -> list[str | None]:
        database = Database()
        with begin(database, new_tenant(database), 1) as transaction:
            add(transaction, count=3)
            locators = [ask(transaction, "select Id from Invoice", 1).locator for _ in range(2)]
        database.close()
        return locators

    assert run() == run()


# How SQLite goes about it


def plan(database: Database, text: str) -> list[str]:
    """The steps of every statement that the query runs."""
    tenant = new_tenant(database)
    with begin(database, tenant, 2) as transaction:
        add(transaction, tier__c="gold")
    with begin(database, tenant, 1) as transaction, traced(database) as ran:
        ask(transaction, text)
    return [str(step[3]) for sql, values in ran for step in rows(database, f"EXPLAIN QUERY PLAN {sql}", *values)]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("source", "sought"),
    [
        ("Invoice where Id = 'x'", ["invoices_Id (tenant=? AND entity=? AND Id=?)"]),
        ("Invoice where InvoiceNumber = 'x'", ["invoices_InvoiceNumber (tenant=? AND entity=? AND InvoiceNumber=?)"]),
        ("Invoice where AccountId = 'x'", ["invoices_AccountId (tenant=? AND entity=? AND AccountId=?)"]),
        ("Invoice where Status = 'Draft' and AccountId = 'x'", ["AND AccountId=?)"]),
        ("Invoice where InvoiceNumber like 'INV%'", ["InvoiceNumber>? AND InvoiceNumber<?)"]),
        ("Invoice where Id = 'x' or Id = 'y'", ["invoices_Id (tenant=? AND entity=? AND Id=?)"]),
        ("Invoice where Id = 'x' or AccountId = 'y' and Amount > 1", ["AND Id=?)", "AND AccountId=?)"]),
        ("InvoiceItem where InvoiceId = 'x'", ["invoice_items_InvoiceId (tenant=? AND entity=? AND InvoiceId=?)"]),
        ("InvoiceSplit where InvoiceId = 'x'", ["AND InvoiceId=?)"]),
        ("InvoiceSplitItem where InvoiceSplitId = 'x'", ["AND InvoiceSplitId=?)"]),
        ("Account where AccountNumber = 'x'", ["AND AccountNumber=?)"]),
        ("Invoice", ["PRIMARY KEY (tenant=? AND entity=?)"]),
        ("Invoice where Amount > 5 or tier__c = 'x'", ["PRIMARY KEY (tenant=? AND entity=?)"]),
    ],
)
def test_rows_are_sought_by_an_index_within_the_tenant(database: Database, source: str, sought: list[str]) -> None:
    steps = plan(database, f"{IDS_OF} {source}")
    searches = [each for each in steps if each.startswith("SEARCH")]
    assert [part in search for part, search in zip(sought, searches, strict=True)] == [True] * len(sought)
    assert not [each for each in steps if each.startswith("SCAN")]


def test_two_hundred_conditions_of_ten_thousand_characters_are_run(transaction: Transaction) -> None:
    made = add(transaction, count=3, Comments="x" * 255, tier__c="gold")
    text = " or ".join(f"Comments like '{'_' * 30}%'" for _ in range(200))
    assert found(transaction, text[: text.rindex(" or ", 0, 9900)]) == made
    assert found(transaction, " or ".join(["tier__c = 5"] * 199 + [f"Id = '{made[1]}'"])) == [made[1]]
    assert found(transaction, f"Comments like '{'[' * 9900}%'") == []


@pytest.mark.sqlite
def test_a_hundred_thousand_rows_are_paged_one_page_at_a_time(transaction: Transaction) -> None:
    total = 100_000
    transaction.connection.execute(
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
        "INSERT INTO accounts (tenant, entity, Id, Name, seq) SELECT ?, 1, printf('%032x', n), n, n FROM numbers",
        (total - 1, transaction.tenant.key),
    )
    seen = 0
    tracemalloc.start()
    page = ask(transaction, "select Name from Account")
    while page.locator:
        seen += len(page.records)
        page = more(transaction, page.locator)
        assert page.records[0] == {"Id": f"{seen:032x}", "Name": str(seen)}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen + len(page.records) == page.size == total
    assert peak < 8 * 1024 * 1024


def test_a_custom_field_that_no_record_has_is_empty_where_none_are_declared(transaction: Transaction) -> None:
    (made,) = add(transaction, tier__c="gold")
    assert found(transaction, "tire__c = null and tier__c = 'gold'") == [made]
    assert ask(transaction, "select tire__c from Invoice").records == [{"Id": made}]


def test_a_custom_field_that_is_not_declared_is_unknown_beside_declared_ones(transaction: Transaction) -> None:
    transaction.tenant.custom_fields = CustomFields.read({"Invoice": [{"name": "tier__c", "type": "text"}]})
    add(transaction, tier__c="gold")
    for text in ("select tire__c from Invoice", "select Id from invoice where Tire__c = 'gold'"):
        with pytest.raises(Refusal, match=r"invalid field for query: [Ii]nvoice\.[tT]ire__c") as refused:
            ask(transaction, text)
        assert refused.value.rule is rules.QUERY_FIELD


def test_an_object_is_unknown_before_the_version_that_brought_it(transaction: Transaction) -> None:
    with pytest.raises(Refusal, match="invalid type specified: InvoiceSplit"):
        ask(transaction, "select Id from InvoiceSplit", wsdl=42)
    assert ask(transaction, "select Id from InvoiceSplit", wsdl=43).size == 0
