"""Operations on an invoice that have a job: done at once, or in the background where the invoice has many items.

Sources: API reference (Retrieve an operation job; the numbers of items of post, cancel and delete). Assumed: unposting
has the number of posting; of a group the items of the invoice that is named count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from zuora_mock.billing import invoices, keys
from zuora_mock.domain.catalogue import INVOICE, INVOICE_ITEM
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.values import Record
from zuora_mock.storage import jobs
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import orders

_PREFIX = "Invoice."
"""Of the type of these jobs."""


class InvoiceOperation(StrEnum):
    POST = "Post"
    UNPOST = "Unpost"
    CANCEL = "Cancel"
    DELETE = "Delete"


_STATUS: Mapping[InvoiceOperation, InvoiceState] = {
    InvoiceOperation.POST: InvoiceState.POSTED,
    InvoiceOperation.UNPOST: InvoiceState.DRAFT,
    InvoiceOperation.CANCEL: InvoiceState.CANCELED,
}
_IN_BACKGROUND_FROM: Mapping[InvoiceOperation, int] = {
    InvoiceOperation.POST: 1000,
    InvoiceOperation.UNPOST: 1000,
    InvoiceOperation.CANCEL: 1000,
    InvoiceOperation.DELETE: 100,
}
"""Items."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An operation that is done, or `pending`, with the id of its job."""

    job: str
    pending: bool


def begin(
    transaction: Transaction, operation: InvoiceOperation, invoice: Record, values: Record | None = None
) -> Begun:
    """`values` are changed with a status. Raises Refusal for what could not be done now."""
    identifier, changes = str(invoice["Id"]), values or {}
    if transaction.count(INVOICE_ITEM, InvoiceId=identifier) < _IN_BACKGROUND_FROM[operation]:
        _do(transaction, operation, invoice, changes)
        return Begun(orders.note_done(transaction, _PREFIX + operation, identifier), pending=False)
    if operation is InvoiceOperation.DELETE:
        invoices.check_delete(invoice)
    else:
        invoices.check_move(transaction, invoice, _STATUS[operation].value)
    job = orders.enqueue(transaction, _PREFIX + operation, identifier, changes)
    transaction.jobs.append(job)
    return Begun(job, pending=True)


def _do(transaction: Transaction, operation: InvoiceOperation, invoice: Record, values: Record) -> None:
    if operation is InvoiceOperation.DELETE:
        invoices.delete(transaction, invoice)
    else:
        invoices.update(transaction, invoice, {**values, "Status": _STATUS[operation].value})


def _handler(operation: InvoiceOperation) -> Callable[[Transaction, Job], None]:
    def handle(transaction: Transaction, job: Job) -> None:
        _do(transaction, operation, keys.get(transaction, INVOICE, job.object_id), json.loads(job.parameters))

    return handle


HANDLERS: Mapping[str, Callable[[Transaction, Job], None]] = {
    _PREFIX + each: _handler(each) for each in InvoiceOperation
}
"""By the type of the job."""


def find(transaction: Transaction, id: str) -> Job | None:
    """The job of an operation in the entity of the transaction."""
    job = jobs.find(transaction, id)
    return job if job and job.entity == transaction.entity and job.type.startswith(_PREFIX) else None


def name_of(job: Job) -> str:
    """That of its operation."""
    return job.type.removeprefix(_PREFIX)
