"""Operations on an invoice that have a job: done at once, or in the background where the invoice has many items.

Sources: API reference (Retrieve an operation job; the numbers of items of post, cancel and delete). Assumed: unposting
has the number of posting; of a group the items of the invoice that is named count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

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
    SPLIT = "Split"
    REVERSE = "Reverse"


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


class Begun(NamedTuple):
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
        return Begun(note_done(transaction, operation, identifier), pending=False)
    if operation is InvoiceOperation.DELETE:
        invoices.check_delete(invoice)
    else:
        invoices.check_move(transaction, invoice, _STATUS[operation].value)
    return Begun(order(transaction, operation, identifier, changes), pending=True)


def order(transaction: Transaction, operation: InvoiceOperation, invoice: str, parameters: object) -> str:
    """The id of a job that waits."""
    job = orders.enqueue(transaction, type_of(operation), invoice, parameters)
    transaction.jobs.append(job)
    return job


def note_done(transaction: Transaction, operation: InvoiceOperation, invoice: str) -> str:
    """The id of a job that tells of an operation done at once."""
    return orders.note_done(transaction, type_of(operation), invoice)


def _do(transaction: Transaction, operation: InvoiceOperation, invoice: Record, values: Record) -> None:
    if operation is InvoiceOperation.DELETE:
        invoices.delete(transaction, invoice)
    else:
        invoices.update(transaction, invoice, {**values, "Status": _STATUS[operation].value})


def _handler(operation: InvoiceOperation) -> Callable[[Transaction, Job], None]:
    def handle(transaction: Transaction, job: Job) -> None:
        _do(transaction, operation, keys.get(transaction, INVOICE, job.object_id), json.loads(job.parameters))

    return handle


def type_of(operation: InvoiceOperation) -> str:
    """That of its jobs."""
    return _PREFIX + operation.value


HANDLERS: Mapping[str, Callable[[Transaction, Job], None]] = {
    type_of(each): _handler(each) for each in _IN_BACKGROUND_FROM
}
"""By the type of the job."""


def is_pending(transaction: Transaction, operation: InvoiceOperation, invoice: str) -> bool:
    return orders.is_pending(transaction, invoice, type_of(operation))


def find(transaction: Transaction, id: str) -> Job | None:
    """The job of an operation in the entity of the transaction."""
    job = jobs.find(transaction, id)
    return job if job and job.entity == transaction.entity and job.type.startswith(_PREFIX) else None


def name_of(job: Job) -> str:
    """That of its operation."""
    return job.type.removeprefix(_PREFIX)
