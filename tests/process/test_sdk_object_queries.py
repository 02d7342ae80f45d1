"""Zuora's own Python SDK asks a running server with object queries."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [
    pytest.mark.observed("zuora-sdk 3.21"),
    pytest.mark.xdist_group("sdk"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"),
]


def ids(page: Any) -> list[str]:
    return [each.id for each in page.data]


def test_it_lists_filters_sorts_and_pages(sdk_client: Any) -> None:
    queries = sdk_client.object_queries_api()
    whole = queries.query_invoices(page_size=50, sort=["invoicenumber.ASC"])
    assert [each.invoice_number for each in whole.data][:2] == ["INV00000001", "INV00000002"]
    assert whole.next_page is None
    seen, cursor = [], None
    while True:
        page = queries.query_invoices(page_size=4, sort=["invoicenumber.ASC"], cursor=cursor)
        seen += ids(page)
        cursor = page.next_page
        if cursor is None:
            break
    assert seen == ids(whole)
    drafts = queries.query_invoices(filter=["status.EQ:draft", "amount.GE:1000"], page_size=50)
    assert drafts.data
    assert all(each.status == "Draft" and each.amount >= 1000 for each in drafts.data)


def test_it_reads_one_with_what_is_related_to_it(sdk_client: Any) -> None:
    found = sdk_client.object_queries_api().query_invoice_by_key(
        "INV00000001", expand=["account.billto", "invoiceitems"], include_null_fields=True
    )
    assert (found.account.account_number, found.account.bill_to.first_name) == ("A-1", "Alice")
    assert (found.is_split, found.tax_message) == (False, None)
    assert [each.invoice_id for each in found.invoice_items] == [found.id]


def test_it_reads_items_taxes_accounts_and_contacts(sdk_client: Any) -> None:
    queries = sdk_client.object_queries_api()
    [tax, *_] = queries.query_taxation_items(page_size=1).data
    assert queries.query_taxation_item_by_key(tax.id).name == tax.name
    item = queries.query_invoice_item_by_key(tax.invoice_item_id, expand=["taxationitems", "invoice"])
    assert tax.id in [each.id for each in item.taxation_items]
    items = queries.query_invoice_items(filter=[f"invoiceid.EQ:{item.invoice_id}"], fields=["id", "processingtype"])
    assert {each.processing_type for each in items.data} <= {"0", "1"}
    account = queries.query_account_by_key("A-1", expand=["invoices", "subscriptions"], page_size=2)
    assert (len(account.invoices), len(account.subscriptions)) == (2, 2)
    assert [each.account_number for each in queries.query_accounts(filter=["name.SW:acm"]).data] == ["A-1"]
    assert queries.query_contact_by_key(account.bill_to_id).first_name == "Alice"


def test_its_exceptions_tell_what_was_refused(sdk: Any, sdk_client: Any) -> None:
    queries = sdk_client.object_queries_api()
    with pytest.raises(sdk.NotFoundException) as missing:
        queries.query_invoice_by_key("INV99999999")
    assert "50000040" in str(missing.value.body)
    with pytest.raises(sdk.BadRequestException) as bad:
        queries.query_accounts(filter=["notes.EQ:x"])
    assert "Invalid filter parameter: notes" in str(bad.value.body)
    with pytest.raises(sdk.BadRequestException) as unfiltered:
        queries.query_invoice_items()
    assert "50000023" in str(unfiltered.value.body)
