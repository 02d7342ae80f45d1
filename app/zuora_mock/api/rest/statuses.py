"""Posting, unposting and cancelling over REST; a group of parts moves together.

Sources: API reference, Post an invoice (in the SDK), Unpost an invoice, Cancel an invoice, Retrieve an operation job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import Day, RestBody
from zuora_mock.api.rest.dialect import ErrorReason, RestDialect
from zuora_mock.api.rest.records import in_wire_terms, show
from zuora_mock.api.rest.route import PostingRoute, UnpostingRoute, router_of
from zuora_mock.billing import keys, operations
from zuora_mock.billing.operations import Begun, InvoiceOperation
from zuora_mock.billing.terms import posted_on
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.domain.lifecycle import InvoiceState, JobState
from zuora_mock.domain.rules import RULES
from zuora_mock.domain.values import Record
from zuora_mock.errors import Provenance, Refusal
from zuora_mock.storage.jobs import Job

JobStatus = Literal["Pending", "Processing", "Failed", "Completed"]

ONLY_DRAFTS = "Only invoices with Draft status can be posted."
"""Documented of the batch; said of one invoice too."""

_UNPOSTED = ("id", "accountId", "invoiceNumber", "status", "invoiceDate", "dueDate", "amount", "balance")
_STATUSES: dict[JobState, JobStatus] = {
    JobState.QUEUED: "Pending",
    JobState.HELD: "Pending",
    JobState.RUNNING: "Processing",
    JobState.FAILED: "Failed",
    JobState.SUCCEEDED: "Completed",
}


class AsyncView(BaseModel):
    """`id` is the invoice's; the job can be asked for also where all is done."""

    id: str
    jobId: str
    jobStatus: JobStatus
    success: bool


class UnpostedInvoice(BaseModel):
    id: str
    accountId: str
    invoiceNumber: str
    status: str
    invoiceDate: str
    dueDate: str | None
    amount: float
    balance: float


class UnpostView(BaseModel):
    """`invoice` is null while the work waits."""

    success: bool
    jobId: str
    jobStatus: JobStatus
    invoice: UnpostedInvoice | None


class OperationJobView(BaseModel):
    """`reasons` tell why a job has failed."""

    id: str
    objectId: str
    objectType: str
    operationType: str
    status: JobStatus
    reasons: list[ErrorReason] | None = None
    success: bool


class PostRequest(RestBody):
    invoiceDate: Day | None = None


router = router_of()
posting = router_of(PostingRoute)
unposting = router_of(UnpostingRoute)


@posting.put("/invoices/{key}/post", name="invoices.post", response_model=AsyncView)
@sourced("zuora-sdk 3.21, post_invoice", Provenance.OBSERVED)
def post(call: CurrentCall, key: str, body: PostRequest) -> Answer:
    """Post an invoice and its siblings."""
    invoice = keys.get(call.transaction, INVOICE, key)
    with in_words_of_posting():
        draft = invoice["Status"] == InvoiceState.DRAFT
        dates = posted_on(call.transaction, invoice, body.invoiceDate, draft=draft)
        return begun(call, invoice, InvoiceOperation.POST, dates)


@unposting.put("/invoices/{key}/unpost", name="invoices.unpost", response_model=UnpostView)
@sourced("API reference, Unpost an invoice")
def unpost(call: CurrentCall, key: str) -> Answer:
    """Set an invoice and its siblings back to Draft."""
    transaction = call.transaction
    invoice = keys.get(transaction, INVOICE, key)
    work = _begin(call, invoice, InvoiceOperation.UNPOST)
    after = None if work.pending else keys.get(transaction, INVOICE, str(invoice["Id"]))
    shown = after and show(INVOICE, _UNPOSTED, after, transaction.tenant.zone, transaction.tenant.custom_fields)
    return Answer(200, render({"success": True, **_told(work), "invoice": shown}))


@router.put("/invoices/{key}/cancel", name="invoices.cancel", response_model=AsyncView)
@sourced("API reference, Cancel an invoice")
def cancel(call: CurrentCall, key: str) -> Answer:
    """Cancel a draft and its siblings."""
    return begun(call, keys.get(call.transaction, INVOICE, key), InvoiceOperation.CANCEL)


@router.get("/operations/jobs/{job}", name="jobs.get", response_model=OperationJobView)
@sourced("API reference, Retrieve an operation job")
def read_job(call: CurrentCall, job: str) -> Answer:
    """Read the job of an operation."""
    found = operations.find(call.transaction, job)
    if found is None:
        raise keys.unknown(job, "job")
    return Answer(200, render(_shown(found)))


@contextmanager
def in_words_of_posting() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        if refusal.rule is rules.INVOICE_STATUS:
            refusal.message = ONLY_DRAFTS
        raise


def _shown(job: Job) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": job.id,
        "objectId": job.object_id,
        "objectType": INVOICE.name,
        "operationType": operations.name_of(job),
        "status": _STATUSES[job.state],
    }
    if job.state is JobState.FAILED:
        rule = RULES.get(job.rule or "", rules.INTERNAL_ERROR)
        shown["reasons"] = [{"code": RestDialect().code(rule.refusal("")), "message": job.reason}]
    return {**shown, "success": True}


def begun(call: Call, invoice: Record, operation: InvoiceOperation, values: Record | None = None) -> Answer:
    """Begins an operation on the invoice."""
    work = _begin(call, invoice, operation, values)
    return Answer(200, render({"id": invoice["Id"], **_told(work), "success": True}))


def _told(work: Begun) -> dict[str, str]:
    return {"jobId": work.job, "jobStatus": "Pending" if work.pending else "Completed"}


def _begin(call: Call, invoice: Record, operation: InvoiceOperation, values: Record | None = None) -> Begun:
    with in_wire_terms():
        return operations.begin(call.transaction, operation, invoice, values)
