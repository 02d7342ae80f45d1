"""Invoices of REST: made, read, changed and deleted, with their items and taxes.

Sources: API reference, Create a standalone invoice, Retrieve an invoice, Update an invoice, Delete an invoice, List all
items of an invoice, List all taxation items of an invoice item, Create taxation items for an invoice.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.invoice_answers import (
    InvoiceView,
    ItemsView,
    TaxationItemsView,
    TaxesView,
    UpdatedInvoiceView,
    show_invoice,
    show_item,
    show_new_tax,
    show_tax,
    show_updated,
)
from zuora_mock.api.rest.invoice_bodies import CreateInvoiceRequest, TaxationItemsRequest, UpdateInvoiceRequest
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.records import in_wire_terms
from zuora_mock.api.rest.route import router_of
from zuora_mock.api.rest.statuses import AsyncView, begun
from zuora_mock.billing import keys, standalone
from zuora_mock.billing.operations import InvoiceOperation
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM, TAXATION_ITEM
from zuora_mock.domain.values import Record, is_id

CurrentPage = Annotated[PageOptions, Query()]

router = router_of()


@router.post("/invoices", name="invoices.create", response_model=InvoiceView, dependencies=REPEATABLE)
@sourced("API reference, Create a standalone invoice")
def create(call: CurrentCall, body: CreateInvoiceRequest) -> Answer:
    """Create a standalone invoice."""
    with in_wire_terms():
        record = standalone.create(call.transaction, body.new_invoice(call.transaction.tenant.custom_fields))
    return Answer(200, render({**show_invoice(call.transaction, record), "success": True}))


@router.get("/invoices/{key}", name="invoices.get", response_model=InvoiceView)
@sourced("API reference, Retrieve an invoice")
def read(call: CurrentCall, key: str) -> Answer:
    """Read an invoice."""
    record = keys.get(call.transaction, INVOICE, key)
    return Answer(200, render({**show_invoice(call.transaction, record), "success": True}))


@router.put("/invoices/{key}", name="invoices.update", response_model=UpdatedInvoiceView)
@sourced("API reference, Update an invoice")
def update(call: CurrentCall, key: str, body: UpdateInvoiceRequest) -> Answer:
    """Update an invoice."""
    transaction, custom = call.transaction, call.transaction.tenant.custom_fields
    record = keys.get(transaction, INVOICE, key)
    with in_wire_terms():
        changed = standalone.change(transaction, record, body.kept(custom), body.items(custom))
    return Answer(200, render({"success": True, **show_updated(transaction, changed)}))


@router.delete("/invoices/{key}", name="invoices.delete", response_model=AsyncView)
@sourced("API reference, Delete an invoice")
def delete(call: CurrentCall, key: str) -> Answer:
    """Delete a canceled invoice."""
    return begun(call, keys.get(call.transaction, INVOICE, key), InvoiceOperation.DELETE)


@router.get("/invoices/{key}/items", name="invoices.items", response_model=ItemsView)
@sourced("API reference, List all items of an invoice")
def items(call: CurrentCall, key: str, options: CurrentPage) -> Answer:
    """List the items of an invoice."""
    invoice = keys.get(call.transaction, INVOICE, key)
    found = call.transaction.find(INVOICE_ITEM, InvoiceId=invoice["Id"])
    rows, further = page_of(found, options, call.request.path)
    taxes = _taxes_by_item(call, invoice)
    shown = [show_item(call.transaction, row, taxes.get(row["Id"], [])) for row in rows]
    return Answer(200, render({"invoiceItems": shown, **further, "success": True}))


@router.get("/invoices/{key}/items/{item}/taxation-items", name="invoices.taxation-items", response_model=TaxesView)
@sourced("API reference, List all taxation items of an invoice item")
def taxes_of_item(call: CurrentCall, key: str, item: str, options: CurrentPage) -> Answer:
    """List the taxes of an item."""
    invoice = keys.get(call.transaction, INVOICE, key)
    row = call.transaction.get(INVOICE_ITEM, item.lower()) if is_id(item) else None
    if row is None or row["InvoiceId"] != invoice["Id"]:
        raise keys.unknown(item, INVOICE_ITEM.name)
    found = call.transaction.find(TAXATION_ITEM, InvoiceItemId=row["Id"])
    rows, further = page_of(found, options, call.request.path)
    return Answer(
        200, render({"data": [show_tax(call.transaction, each) for each in rows], **further, "success": True})
    )


@router.post(
    "/invoices/{key}/taxation-items",
    name="invoices.create-taxation-items",
    response_model=TaxationItemsView,
    dependencies=REPEATABLE,
)
@sourced("API reference, Create taxation items for an invoice")
def create_taxes(call: CurrentCall, key: str, body: TaxationItemsRequest) -> Answer:
    """Add taxes to items of a draft."""
    transaction, custom = call.transaction, call.transaction.tenant.custom_fields
    invoice = keys.get(transaction, INVOICE, key)
    with in_wire_terms():
        added = standalone.add_taxes(transaction, invoice, [tax.kept(custom) for tax in body.taxationItems])
    return Answer(200, render({"success": True, "taxationItems": [show_new_tax(transaction, tax) for tax in added]}))


def _taxes_by_item(call: Call, invoice: Record) -> dict[Any, list[Record]]:
    taxes: dict[Any, list[Record]] = {}
    for tax in call.transaction.find(TAXATION_ITEM, InvoiceId=invoice["Id"]):
        taxes.setdefault(tax.get("InvoiceItemId"), []).append(tax)
    return taxes
