"""Rows of background work, and the verbs that read and move them. An illegal move raises IllegalMove."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Select, bindparam, delete, insert, literal_column, select, update

from zuora_mock.clock import format_instant
from zuora_mock.domain.lifecycle import IllegalMove, JobEvent, JobState, next_job
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import JOBS
from zuora_mock.storage.transaction import Transaction

NEVER = 2**62
"""`due_at` of a job that waits until it is told to run."""


class Job(NamedTuple):
    """`due_at` in epoch milliseconds; `request` is the journal entry of the call that ordered the work.

    `rule` is the name of the one that a failed job has broken; `parameters`, in JSON, are what there is to know for the
    work besides its object.
    """

    id: str
    entity: int
    seq: int
    type: str
    object_id: str
    state: JobState
    reason: str | None
    rule: str | None
    due_at: int
    request: int | None
    parameters: str
    history: str

    @property
    def manual(self) -> bool:
        return self.due_at == NEVER

    def shown(self) -> dict[str, Any]:
        """The job as `/__admin` prints it; times in ISO 8601, `dueAt` None if it waits to be told."""
        history = [{**each, "at": format_instant(each["at"])} for each in json.loads(self.history)]
        return {
            "id": self.id,
            "type": self.type,
            "objectId": self.object_id,
            "state": self.state.value,
            "reason": self.reason,
            "dueAt": None if self.manual else format_instant(self.due_at),
            "request": self.request,
            "history": history,
        }


def add(transaction: Transaction, job: Job) -> None:
    given = [(name, value) for name, value in zip(Job._fields, job, strict=True) if value is not None]
    values = {**dict(given), "state": job.state.value, "tenant": transaction.tenant.world}
    _insert(tuple(values)).run(transaction, values)


def find(transaction: Transaction, id: str) -> Job | None:
    row = _BY_ID.first(transaction, {"whose": transaction.tenant.world, "job": id})
    return _job(row) if row is not None else None


def all_of(transaction: Transaction) -> list[Job]:
    """In the order in which they were ordered."""
    return [_job(row) for row in _ALL.all(transaction, {"whose": transaction.tenant.world})]


def in_state(transaction: Transaction, state: JobState) -> list[Job]:
    return [_job(row) for row in _BY_STATE.all(transaction, {"whose": transaction.tenant.world, "now": state.value})]


def ordered_by(transaction: Transaction, request: int) -> list[Job]:
    """The jobs that the call of this journal entry has ordered."""
    return [_job(row) for row in _BY_REQUEST.all(transaction, {"whose": transaction.tenant.world, "wanted": request})]


def states_of(transaction: Transaction, object_id: str, type: str = "") -> list[JobState]:
    """Of the jobs that an object has had, if need be of one type, in the order in which they were ordered."""
    jobs = _STATES.all(transaction, {"whose": transaction.tenant.world, "object": object_id})
    return [JobState(state) for state, each in jobs if type in ("", each)]


def unlink_all(transaction: Transaction) -> None:
    """Their calls are in no journal any more."""
    _UNLINK.run(transaction, {"whose": transaction.tenant.world, "nothing": None})


def trim(transaction: Transaction, most: int) -> int:
    """Removes the oldest of more finished jobs than so many; how many they were."""
    return _TRIM.write(transaction, {"whose": transaction.tenant.world, "most": most})


def new_history(state: JobState, at: int) -> str:
    return f"[{_step(state, at)}]"


def after(job: Job, event: JobEvent, at: int, reason: str | None = None, rule: str | None = None) -> Job:
    """What the event makes of the job, which is not written yet. Raises IllegalMove."""
    state = next_job(job.state, event)
    return job._replace(
        state=state, reason=reason, rule=rule, history=f"{job.history[:-1]}, {_step(state, at, reason)}]"
    )


def _step(state: JobState, at: int, reason: str | None = None) -> str:
    """A line of the history in JSON; all but the reason needs nobody who knows how to write that."""
    why = "" if reason is None else f',"reason":{to_json(reason).decode()}'
    return f'{{"state":"{state}","at":{at}{why}}}'


def save(transaction: Transaction, before: Job, after: Job) -> None:
    """Raises IllegalMove if the row has moved on since the job was read."""
    parameters = {
        "whose": transaction.tenant.world,
        "job": before.id,
        "before": before.state.value,
        "after": after.state.value,
        "why": after.reason,
        "broken": after.rule,
        "new_history": after.history,
    }
    if _MOVE.write(transaction, parameters) != 1:
        raise IllegalMove(before.state, JobEvent.CLAIM)


def check(transaction: Transaction, job: Job) -> None:
    """Raises IllegalMove where another server that shares the database has moved the job since it was read."""
    found = find(transaction, job.id) if transaction.connection.replica else job
    if found is None or found.state is not job.state:
        raise IllegalMove(found.state if found else job.state, JobEvent.CLAIM)


def move(
    transaction: Transaction, job: Job, event: JobEvent, reason: str | None = None, rule: str | None = None
) -> Job:
    """The job after the event."""
    moved = after(job, event, transaction.now(), reason, rule)
    save(transaction, job, moved)
    return moved


@cache
def _insert(names: tuple[str, ...]) -> Prepared:
    return Prepared(insert(JOBS).values({name: bindparam(name) for name in names}))


def _jobs(*which: ColumnElement[bool]) -> Select[Any]:
    return select(*(JOBS.c[name] for name in Job._fields)).where(_WHOSE, *which).order_by(JOBS.c.seq)


def _surplus() -> Select[Any]:
    finished = JOBS.c.state.in_([literal_column(f"'{each.value}'") for each in (JobState.SUCCEEDED, JobState.FAILED)])
    return select(JOBS.c.id).where(_WHOSE, finished).order_by(JOBS.c.seq.desc()).offset(bindparam("most"))


def _job(row: Sequence[Any]) -> Job:
    values = list(row)
    values[_STATE] = JobState(values[_STATE])
    return Job(*values)


_STATE = Job._fields.index("state")
_WHOSE, _ONE = JOBS.c.tenant == bindparam("whose"), JOBS.c.id == bindparam("job")
_ALL = Prepared(lambda _: _jobs())
_BY_ID = Prepared(lambda _: _jobs(_ONE))
_BY_STATE = Prepared(lambda _: _jobs(JOBS.c.state == bindparam("now")))
_BY_REQUEST = Prepared(lambda _: _jobs(JOBS.c.request == bindparam("wanted")))
_STATES = Prepared(
    lambda _: (
        select(JOBS.c.state, JOBS.c.type).where(_WHOSE, JOBS.c.object_id == bindparam("object")).order_by(JOBS.c.seq)
    )
)
_TRIM = Prepared(lambda _: delete(JOBS).where(_WHOSE, JOBS.c.id.in_(_surplus())))
_UNLINK = Prepared(lambda _: update(JOBS).where(_WHOSE).values(request=bindparam("nothing")))
_MOVE = Prepared(
    lambda _: (
        update(JOBS)
        .where(_WHOSE, _ONE, JOBS.c.state == bindparam("before"))
        .values(
            state=bindparam("after"),
            reason=bindparam("why"),
            rule=bindparam("broken"),
            history=bindparam("new_history"),
        )
    )
)
