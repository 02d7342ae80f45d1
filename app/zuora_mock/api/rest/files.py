"""The files of invoices: their list, and one as it is.

Sources: API reference, List all files of an invoice, Retrieve a file; a client's notes against a sandbox, 2026.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.route import router_of
from zuora_mock.billing import invoice_files, keys
from zuora_mock.domain.catalogue import INVOICE

PDF = "application/pdf;charset=UTF-8"

router = router_of()


class FileView(BaseModel):
    id: str
    versionNumber: int = Field(description="Epoch milliseconds")
    pdfFileUrl: str = Field(examples=["/v1/files/8ad0e1b2c3d4e5f60718293a4b5c6d7e"])


class FilesView(BaseModel):
    invoiceFiles: list[FileView]
    nextPage: str | None = None
    success: bool = True


@router.get("/invoices/{key}/files", name="invoices.files", response_model=FilesView)
@sourced("API reference, List all files of an invoice")
def files(call: CurrentCall, key: str, options: Annotated[PageOptions, Query()]) -> Answer:
    """List the files of an invoice."""
    invoice = keys.get(call.transaction, INVOICE, key)
    rows, further = page_of(invoice_files.files_of(invoice), options, call.request.path)
    shown: list[dict[str, Any]] = [
        {"id": each.id, "versionNumber": each.version, "pdfFileUrl": f"/v1/files/{each.file_id}"} for each in rows
    ]
    return Answer(200, render({"invoiceFiles": shown, **further, "success": True}))


@router.get("/files/{id}", name="files.get", response_model=None, responses={200: {"content": {"application/pdf": {}}}})
@sourced("API reference, Retrieve a file")
def read(call: CurrentCall, id: str) -> Answer:
    """Read a file."""
    invoice = invoice_files.find(call.transaction, id)
    if invoice is None:
        raise keys.unknown(id, "file")
    return Answer(200, invoice_files.draw(call.transaction, invoice), content_type=PDF)
