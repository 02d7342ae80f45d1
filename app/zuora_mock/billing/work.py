"""Who does the work of a job. It is imported by the first of them: the start needs nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zuora_mock.billing import exports, operations, reversal
from zuora_mock.billing.operations import InvoiceOperation
from zuora_mock.billing.splitting import execution, request, submission
from zuora_mock.domain.rules import INTERNAL_ERROR
from zuora_mock.errors import Refusal
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.steps import Stepwise
from zuora_mock.storage.transaction import Transaction

_HANDLERS: Mapping[str, Callable[[Transaction, Job], Stepwise[None] | None]] = {
    **operations.HANDLERS,
    operations.type_of(InvoiceOperation.SPLIT): request.run,
    operations.type_of(InvoiceOperation.REVERSE): reversal.run,
    submission.JOB_TYPE: execution.run,
    exports.JOB_TYPE: exports.run,
}


def run(transaction: Transaction, job: Job) -> Stepwise[None] | None:
    """Raises Refusal if what has changed since no longer lets it be done."""
    handler = _HANDLERS.get(job.type)
    if handler is None:
        raise INTERNAL_ERROR.refusal(f"there is no handler for {job.type}")
    return handler(transaction, job)


def give_up(transaction: Transaction, job: Job, refusal: Refusal) -> None:
    """What becomes of the object whose work has failed."""
    if job.type == exports.JOB_TYPE:
        exports.give_up(transaction, job, refusal)
