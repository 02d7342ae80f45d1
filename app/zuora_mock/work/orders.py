"""Background work as use cases order it: one row, in the transaction of the call.

The tenant's policy in force at that moment decides when the work is due: at once (`after-reply`, `before-reply`), after
some seconds of the tenant's clock (`delayed`), or when somebody says so (`manual`).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from pydantic_core import to_json

from zuora_mock.clock import SECOND
from zuora_mock.domain.lifecycle import JobState
from zuora_mock.ids import object_id as make_id
from zuora_mock.storage import jobs
from zuora_mock.storage.jobs import NEVER, Job
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction

_PENDING = frozenset({JobState.QUEUED, JobState.HELD, JobState.RUNNING})


def enqueue(
    transaction: Transaction, type: str, object_id: str, parameters: object = None, *, past: Past | None = None
) -> str:
    """The id of the new job. It follows from the object, so that jobs take nothing from the sequence of other ids.

    `past` is that of the object, where it is known.
    """
    return _add(transaction, type, object_id, parameters, JobState.QUEUED, past)


def note_done(transaction: Transaction, type: str, object_id: str) -> str:
    """The id of a job that tells of work that was done at once."""
    return _add(transaction, type, object_id, None, JobState.SUCCEEDED)


def _add(
    transaction: Transaction, type: str, object_id: str, parameters: object, state: JobState, past: Past | None = None
) -> str:
    tenant, before = transaction.tenant, past or past_of(transaction, object_id)
    job = Job(
        id=_new_id(transaction, type, object_id, before.jobs),
        entity=transaction.entity,
        seq=tenant.next_seq(),
        type=type,
        object_id=object_id,
        state=state,
        reason=None,
        rule=None,
        due_at=tenant.now() if state is JobState.SUCCEEDED else _due_at(tenant),
        request=transaction.request,
        parameters="null" if parameters is None else to_json(parameters).decode(),
        history=jobs.new_history(state, tenant.now()),
    )
    jobs.add(transaction, job)
    return job.id


def _new_id(transaction: Transaction, type: str, object_id: str, before: int) -> str:
    """That of the next attempt; where the first ones are forgotten, of the next that is free."""
    seed, stream = transaction.tenant.seed, f"job/{type}/{object_id}"
    attempt = before + 1
    while attempt > 1 and jobs.find(transaction, make_id(seed, stream, attempt)) is not None:
        attempt += 1
    return make_id(seed, stream, attempt)


def _due_at(tenant: Tenant) -> int:
    match tenant.policy.mode:
        case "manual":
            return NEVER
        case "delayed":
            return tenant.now() + round(tenant.policy.seconds * SECOND)
        case _:
            return tenant.now()


class Progress(Enum):
    """How far work for an object has come. Work that failed may be ordered again."""

    NONE = auto()
    PENDING = auto()
    DONE = auto()


class Past(NamedTuple):
    """How many jobs an object has had, and how far they have come."""

    jobs: int
    progress: Progress


def past_of(transaction: Transaction, object_id: str) -> Past:
    states = jobs.states_of(transaction, object_id)
    if not _PENDING.isdisjoint(states):
        return Past(len(states), Progress.PENDING)
    return Past(len(states), Progress.NONE if set(states) <= {JobState.FAILED} else Progress.DONE)


def is_pending(transaction: Transaction, object_id: str, type: str = "") -> bool:
    """Whether work for the object, if need be of one type, has been ordered and is not over."""
    return not _PENDING.isdisjoint(jobs.states_of(transaction, object_id, type))
