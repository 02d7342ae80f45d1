"""Rows of background work, and the verbs that read and move them. An illegal move raises IllegalMove."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from zuora_mock.clock import format_instant
from zuora_mock.domain.lifecycle import IllegalMove, JobEvent, JobState, next_job
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import JOBS

NEVER = 2**62
"""`due_at` of a job that waits until it is told to run."""


@dataclass(frozen=True, slots=True)
class Job:
    """`due_at` in epoch milliseconds; `request` is the journal entry of the call that ordered the work."""

    tenant: int
    id: str
    entity: int
    seq: int
    type: str
    object_id: str
    state: JobState
    reason: str | None
    due_at: int
    request: int | None
    history: str

    @property
    def manual(self) -> bool:
        return self.due_at == NEVER

    def shown(self) -> dict[str, Any]:
        """The job as the control plane prints it; times in ISO 8601, `dueAt` None if it waits to be told."""
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


_COLUMNS = tuple(each.name for each in fields(Job))
_STATE = _COLUMNS.index("state")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_INSERT = Prepared(insert(JOBS))
_JOBS = select(*(JOBS.c[name] for name in _COLUMNS)).where(JOBS.c.tenant == bindparam("whose")).order_by(JOBS.c.seq)
_ALL = Prepared(_JOBS)
_BY_ID = Prepared(_JOBS.where(JOBS.c.id == bindparam("job")))
_BY_OBJECT = Prepared(_JOBS.where(JOBS.c.object_id == bindparam("object")))
_BY_STATE = Prepared(_JOBS.where(JOBS.c.state == bindparam("now")))
_MOVE = Prepared(
    update(JOBS)
    .where(JOBS.c.tenant == bindparam("whose"), JOBS.c.id == bindparam("job"), JOBS.c.state == bindparam("before"))
    .values(state=bindparam("after"), reason=bindparam("why"), history=bindparam("story"))
)


def _job(row: Sequence[Any]) -> Job:
    values = list(row)
    values[_STATE] = JobState(values[_STATE])
    return Job(*values)


def add(connection: Connection, job: Job) -> None:
    _INSERT.run(connection, {name: getattr(job, name) for name in _COLUMNS})


def find(connection: Connection, tenant: int, id: str) -> Job | None:
    row = _BY_ID.first(connection, {"whose": tenant, "job": id})
    return _job(row) if row is not None else None


def all_of(connection: Connection, tenant: int) -> list[Job]:
    return [_job(row) for row in _ALL.all(connection, {"whose": tenant})]


def in_state(connection: Connection, tenant: int, state: JobState) -> list[Job]:
    return [_job(row) for row in _BY_STATE.all(connection, {"whose": tenant, "now": state.value})]


def of_object(connection: Connection, tenant: int, object_id: str) -> list[Job]:
    """The jobs that an object has had, in the order in which they were ordered."""
    return [_job(row) for row in _BY_OBJECT.all(connection, {"whose": tenant, "object": object_id})]


def first_chapter(state: JobState, at: int) -> str:
    return _ENCODE([{"state": state.value, "at": at}])


def move(connection: Connection, job: Job, event: JobEvent, at: int, reason: str | None = None) -> Job:
    """The job after the event. Raises IllegalMove, also if the row has moved on since the job was read."""
    state = next_job(job.state, event)
    chapter: dict[str, Any] = {"state": state.value, "at": at}
    if reason is not None:
        chapter["reason"] = reason
    history = f"{job.history[:-1]}, {_ENCODE(chapter)}]"
    parameters = {
        "whose": job.tenant,
        "job": job.id,
        "before": job.state.value,
        "after": state.value,
        "why": reason,
        "story": history,
    }
    if _MOVE.run(connection, parameters).rowcount != 1:
        raise IllegalMove(job.state, event)
    return replace(job, state=state, reason=reason, history=history)
