"""Files: those of an invoice in a list, and one as it is, of an invoice or an Export.

Sources: API reference, List all files of an invoice, Retrieve a file; a client's notes against a sandbox, 2026.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.records import RestRecord, layout_of, plain
from zuora_mock.api.rest.route import router_of
from zuora_mock.billing import exports, holdings, invoice_files, keys
from zuora_mock.billing.exports import EXPORT
from zuora_mock.billing.holdings import INVOICE_FILE
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

PDF, CSV, ZIP = (f"{each};charset=UTF-8" for each in ("application/pdf", "text/csv", "application/zip"))

_FILE = layout_of("id versionNumber pdfFileUrl")

router = router_of()


class FileView(RestRecord):
    """`versionNumber` in epoch milliseconds."""

    kind, layout = INVOICE_FILE, _FILE


class FilesView(BaseModel):
    invoiceFiles: list[FileView]
    nextPage: str | None = None
    success: bool = True


def show_files(transaction: Transaction, invoice: Record) -> list[dict[str, Any]]:
    """Those that are drawn when somebody asks, and those that a test has stored: the newest first."""
    drawn = (
        {"id": each.id, "versionNumber": each.version, "pdfFileUrl": f"/v1/files/{each.file_id}"}
        for each in invoice_files.files_of(invoice)
    )
    stored = (plain(transaction, INVOICE_FILE, _FILE, each) for each in holdings.invoice_files(transaction, invoice))
    return sorted((*drawn, *stored), key=lambda each: int(each["versionNumber"] or 0), reverse=True)


@router.get("/invoices/{key}/files", name="invoices.files", response_model=FilesView)
@sourced("API reference, List all files of an invoice")
def files(call: CurrentCall, key: str, options: Annotated[PageOptions, Query()]) -> Answer:
    """List the files of an invoice."""
    invoice = keys.get(call.transaction, INVOICE, key)
    rows, further = page_of(show_files(call.transaction, invoice), options, call.request.path)
    return Answer(200, render({"invoiceFiles": rows, **further, "success": True}))


_READ: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}, "text/csv": {}, "application/zip": {}}},
}


@router.get("/files/{id}", name="files.get", response_model=None, responses=_READ)
@sourced("API reference, Retrieve a file")
def read(call: CurrentCall, id: str) -> Answer:
    """Read a file."""
    invoice = invoice_files.find(call.transaction, id)
    if invoice is not None:
        return Answer(200, invoice_files.draw(call.transaction, invoice), content_type=PDF)
    export = exports.find(call.transaction, id)
    if export is None:
        raise keys.unknown(id, "file")
    drawn, content_type = exports.draw(call.transaction, export), ZIP if export.get("Zip") else CSV
    return Answer(200, drawn, content_type=content_type, objects=(EXPORT,))
