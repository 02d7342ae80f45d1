"""The lives of an invoice and of a background job.

All knowledge of states is here, and nothing else: this module knows neither rows nor calls.

Theory. A machine is a table from (state, event) to the next state. An entry that is missing *is* the illegal move, and
the interpreter says so in one named error. An entry that leads to its own state is a status set to what it already is:
accepted, and nothing changes, so that a client may post several parts of one group in one call (assumed).

    Draft --post--> Posted --unpost--> Draft --cancel--> Canceled --delete--> (gone)
      +----split--> Split: frozen for good, its parts live on

    queued --claim--> running --succeed--> succeeded
      |  ^                |  +----fail---> failed
     hold release         +--requeue--> queued       after a crash, when nobody runs it any more
      v  |
     held

Whether the row of a split invoice is kept is the tenant's policy and not a matter of state. A job that waits can be
failed by order, without being run.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from zuora_mock.domain.rules import CANNOT_DELETE, INVOICE_FROZEN, INVOICE_STATUS, SPLIT_DRAFT
from zuora_mock.errors import Rule


class InvoiceState(StrEnum):
    """`Invoice.Status` in Zuora's words, and one state that no record shows."""

    DRAFT = "Draft"
    POSTED = "Posted"
    CANCELED = "Canceled"
    #: The original of a split that stays.
    SPLIT = "Split"
    #: Deleted: there is no record any more.
    GONE = "gone"


class InvoiceEvent(StrEnum):
    POST = "post"
    UNPOST = "unpost"
    CANCEL = "cancel"
    SPLIT = "split"
    DELETE = "delete"


class JobState(StrEnum):
    #: Waits for a worker.
    QUEUED = "queued"
    #: A worker has it.
    RUNNING = "running"
    #: Waits until it is released.
    HELD = "held"
    SUCCEEDED = "succeeded"
    #: Ended with a reason, nothing was changed.
    FAILED = "failed"


class JobEvent(StrEnum):
    CLAIM = "claim"
    SUCCEED = "succeed"
    FAIL = "fail"
    HOLD = "hold"
    RELEASE = "release"
    REQUEUE = "requeue"


INVOICE: Final[Mapping[tuple[InvoiceState, InvoiceEvent], InvoiceState]] = {
    (InvoiceState.DRAFT, InvoiceEvent.POST): InvoiceState.POSTED,
    (InvoiceState.DRAFT, InvoiceEvent.UNPOST): InvoiceState.DRAFT,
    (InvoiceState.DRAFT, InvoiceEvent.CANCEL): InvoiceState.CANCELED,
    (InvoiceState.DRAFT, InvoiceEvent.SPLIT): InvoiceState.SPLIT,
    (InvoiceState.POSTED, InvoiceEvent.POST): InvoiceState.POSTED,
    (InvoiceState.POSTED, InvoiceEvent.UNPOST): InvoiceState.DRAFT,
    (InvoiceState.CANCELED, InvoiceEvent.CANCEL): InvoiceState.CANCELED,
    (InvoiceState.CANCELED, InvoiceEvent.DELETE): InvoiceState.GONE,
}

#: Moves that need the tenant's permission "Cancel Posted Billing Documents".
PERMITTED: Final = frozenset({(InvoiceState.POSTED, InvoiceEvent.UNPOST)})

#: The event behind a Status that a client sets; a Status that is not here cannot be set.
STATUS_EVENTS: Final[Mapping[InvoiceState, InvoiceEvent]] = {
    InvoiceState.DRAFT: InvoiceEvent.UNPOST,
    InvoiceState.POSTED: InvoiceEvent.POST,
    InvoiceState.CANCELED: InvoiceEvent.CANCEL,
}

JOB: Final[Mapping[tuple[JobState, JobEvent], JobState]] = {
    (JobState.QUEUED, JobEvent.CLAIM): JobState.RUNNING,
    (JobState.QUEUED, JobEvent.HOLD): JobState.HELD,
    (JobState.QUEUED, JobEvent.FAIL): JobState.FAILED,
    (JobState.HELD, JobEvent.RELEASE): JobState.QUEUED,
    (JobState.HELD, JobEvent.FAIL): JobState.FAILED,
    (JobState.RUNNING, JobEvent.SUCCEED): JobState.SUCCEEDED,
    (JobState.RUNNING, JobEvent.FAIL): JobState.FAILED,
    (JobState.RUNNING, JobEvent.REQUEUE): JobState.QUEUED,
}


_VERBS: Final[Mapping[JobEvent, str]] = {
    JobEvent.CLAIM: "be run",
    JobEvent.FAIL: "be failed",
    JobEvent.HOLD: "be held",
    JobEvent.RELEASE: "be released",
}


class IllegalMove(ValueError):
    """What was asked of a job its state does not allow."""

    def __init__(self, state: JobState, event: JobEvent) -> None:
        needed = "; release it first" if state is JobState.HELD and event in {JobEvent.CLAIM, JobEvent.HOLD} else ""
        super().__init__(f"a job that is {state} cannot {_VERBS.get(event, event)}{needed}")
        self.state = state
        self.event = event


def next_invoice(state: InvoiceState, event: InvoiceEvent, *, may_unpost: bool = True) -> InvoiceState:
    """The state after the event, or Refusal. `may_unpost` is the tenant's setting cancelPostedBillingDocuments."""
    target = INVOICE.get((state, event))
    if target is None:
        starts = [source.value for source, entered in INVOICE if entered is event]
        raise _rule(state, event).refusal(_message(state, event), expected=starts, actual=state.value)
    if (state, event) in PERMITTED and not may_unpost:
        reason = f"{_message(state, event)} while cancelPostedBillingDocuments is off"
        setting = "cancelPostedBillingDocuments"
        expected, actual = {setting: True}, {setting: False}
        raise INVOICE_STATUS.refusal(reason, expected=expected, actual=actual, state={"Status": state.value})
    return target


def next_job(state: JobState, event: JobEvent) -> JobState:
    """The state after the event, or IllegalMove."""
    try:
        return JOB[state, event]
    except KeyError:
        raise IllegalMove(state, event) from None


_DONE: Final[Mapping[InvoiceEvent, str]] = {
    InvoiceEvent.POST: "posted",
    InvoiceEvent.UNPOST: "set back to Draft",
    InvoiceEvent.CANCEL: "canceled",
    InvoiceEvent.SPLIT: "split",
    InvoiceEvent.DELETE: "deleted",
}


def _rule(state: InvoiceState, event: InvoiceEvent) -> Rule:
    if event is InvoiceEvent.DELETE:
        return CANNOT_DELETE
    if event is InvoiceEvent.SPLIT:
        return SPLIT_DRAFT
    return INVOICE_FROZEN if state is InvoiceState.SPLIT else INVOICE_STATUS


def _message(state: InvoiceState, event: InvoiceEvent) -> str:
    return f"An invoice with status {state} cannot be {_DONE[event]}"
