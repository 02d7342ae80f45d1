"""Every pair of state and event, for invoices and for jobs: the tests are the tables, written down once more."""

from __future__ import annotations

from itertools import product

import pytest

from zuora_mock.domain.lifecycle import (
    INVOICE,
    JOB,
    STATUS_EVENTS,
    IllegalMove,
    InvoiceEvent,
    InvoiceState,
    JobEvent,
    JobState,
    next_invoice,
    next_job,
)
from zuora_mock.domain.rules import CANNOT_DELETE, INVOICE_FROZEN, INVOICE_STATUS, SPLIT_DRAFT
from zuora_mock.errors import Refusal, Rule

INVOICE_MOVES = {
    ("Draft", "post"): "Posted",
    ("Draft", "unpost"): "Draft",
    ("Draft", "cancel"): "Canceled",
    ("Draft", "split"): "Split",
    ("Posted", "post"): "Posted",
    ("Posted", "unpost"): "Draft",
    ("Canceled", "cancel"): "Canceled",
    ("Canceled", "delete"): "gone",
}

JOB_MOVES = {
    ("queued", "claim"): "running",
    ("queued", "hold"): "held",
    ("queued", "fail"): "failed",
    ("held", "release"): "queued",
    ("held", "fail"): "failed",
    ("running", "succeed"): "succeeded",
    ("running", "fail"): "failed",
    ("running", "requeue"): "queued",
}

INVOICE_PAIRS = list(product(InvoiceState, InvoiceEvent))
JOB_PAIRS = list(product(JobState, JobEvent))


def _broken_rule(state: InvoiceState, event: InvoiceEvent) -> Rule:
    by_event = {InvoiceEvent.DELETE: CANNOT_DELETE, InvoiceEvent.SPLIT: SPLIT_DRAFT}
    return by_event.get(event) or (INVOICE_FROZEN if state is InvoiceState.SPLIT else INVOICE_STATUS)


@pytest.mark.parametrize(("state", "event"), [pair for pair in INVOICE_PAIRS if pair in INVOICE_MOVES])
def test_a_legal_move_takes_an_invoice_to_its_next_state(state: InvoiceState, event: InvoiceEvent) -> None:
    assert next_invoice(state, event) == INVOICE_MOVES[state, event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in INVOICE_PAIRS if pair not in INVOICE_MOVES])
def test_an_illegal_move_of_an_invoice_is_refused_by_its_rule(state: InvoiceState, event: InvoiceEvent) -> None:
    with pytest.raises(Refusal) as caught:
        next_invoice(state, event)
    assert caught.value.rule is _broken_rule(state, event)
    assert f"status {state} cannot be" in caught.value.message
    assert caught.value.actual == state
    assert caught.value.expected == [source for source, name in INVOICE_MOVES if name == event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in INVOICE_PAIRS if pair in INVOICE_MOVES])
def test_only_unposting_needs_the_permission_of_the_tenant(state: InvoiceState, event: InvoiceEvent) -> None:
    if (state, event) != (InvoiceState.POSTED, InvoiceEvent.UNPOST):
        assert next_invoice(state, event, may_unpost=False) == INVOICE_MOVES[state, event]
        return
    with pytest.raises(Refusal, match="cancelPostedBillingDocuments is off") as caught:
        next_invoice(state, event, may_unpost=False)
    assert caught.value.rule is INVOICE_STATUS


@pytest.mark.parametrize("status", STATUS_EVENTS)
def test_a_status_set_to_what_it_already_is_changes_nothing(status: InvoiceState) -> None:
    assert next_invoice(status, STATUS_EVENTS[status], may_unpost=False) is status


@pytest.mark.parametrize(("status", "event"), STATUS_EVENTS.items())
def test_setting_a_status_is_the_event_that_leads_to_it(status: InvoiceState, event: InvoiceEvent) -> None:
    assert {target for (_, name), target in INVOICE.items() if name is event} == {status}


@pytest.mark.parametrize("event", [InvoiceEvent.POST, InvoiceEvent.UNPOST, InvoiceEvent.CANCEL])
def test_the_original_of_a_split_is_frozen(event: InvoiceEvent) -> None:
    with pytest.raises(Refusal) as caught:
        next_invoice(InvoiceState.SPLIT, event)
    assert caught.value.rule is INVOICE_FROZEN


@pytest.mark.parametrize(("state", "event"), [pair for pair in JOB_PAIRS if pair in JOB_MOVES])
def test_a_legal_move_takes_a_job_to_its_next_state(state: JobState, event: JobEvent) -> None:
    assert next_job(state, event) == JOB_MOVES[state, event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in JOB_PAIRS if pair not in JOB_MOVES])
def test_an_illegal_move_of_a_job_names_its_state_and_the_event(state: JobState, event: JobEvent) -> None:
    with pytest.raises(IllegalMove, match=f"a job that is {state} cannot ") as caught:
        next_job(state, event)
    assert (caught.value.state, caught.value.event) == (state, event)


@pytest.mark.parametrize(
    ("state", "event", "told"),
    [
        (JobState.HELD, JobEvent.CLAIM, "a job that is held cannot be run; release it first"),
        (JobState.QUEUED, JobEvent.RELEASE, "a job that is queued cannot be released"),
        (JobState.SUCCEEDED, JobEvent.FAIL, "a job that is succeeded cannot be failed"),
    ],
)
def test_an_illegal_move_of_a_job_is_told_in_words(state: JobState, event: JobEvent, told: str) -> None:
    assert str(IllegalMove(state, event)) == told


def test_a_job_that_ended_never_moves_again() -> None:
    assert not {state for state, _ in JOB} & {JobState.SUCCEEDED, JobState.FAILED}
