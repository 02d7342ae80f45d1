"""The journal as it is read: a page of it, one entry whole, and why a call was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select

from zuora_mock.billing.rendering import render_record
from zuora_mock.clock import format_instant
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, LATEST_WSDL
from zuora_mock.domain.rules import RULES
from zuora_mock.domain.values import Record
from zuora_mock.steering.journal import Journal
from zuora_mock.steering.matching import read_body
from zuora_mock.storage.tables import JOBS, JOURNAL
from zuora_mock.storage.tenants import Tenant

_SUMMARY: Select[Any] = select(
    JOURNAL.c.n,
    JOURNAL.c.at,
    JOURNAL.c.method,
    JOURNAL.c.path,
    JOURNAL.c.status,
    JOURNAL.c.track_id,
    JOURNAL.c.operation,
    JOURNAL.c.rule,
    JOURNAL.c.fault,
    JOURNAL.c.milliseconds,
)
_ENTRY = select(JOURNAL).where(JOURNAL.c.tenant == bindparam("whose"), JOURNAL.c.n == bindparam("wanted"))
_JOBS: Select[Any] = (
    select(JOBS.c.id, JOBS.c.type, JOBS.c.object_id, JOBS.c.state, JOBS.c.reason)
    .where(JOBS.c.tenant == bindparam("whose"), JOBS.c.request == bindparam("wanted"))
    .order_by(JOBS.c.seq)
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are wanted; None is any.

    `*` in path and track_id stands for any text; times are epoch milliseconds, both inclusive; `unsupported` are calls
    of operations that Zuora has and the mock has not.
    """

    method: str | None = None
    path: str | None = None
    status: int | None = None
    track_id: str | None = None
    operation: str | None = None
    rule: str | None = None
    since: int | None = None
    until: int | None = None
    unsupported: bool = False


def page(
    connection: Connection,
    journal: Journal,
    tenant: Tenant,
    filters: Filters,
    *,
    limit: int,
    before: int | None = None,
) -> dict[str, Any]:
    """`{"requests": […], "forgotten": n}`, newest first; the next page is the one `before` the last entry of this."""
    number = JOURNAL.c.n
    wanted = _SUMMARY.where(JOURNAL.c.tenant == tenant.key, number >= journal.oldest(tenant), *_conditions(filters))
    if before is not None:
        wanted = wanted.where(number < before)
    rows = connection.execute(wanted.order_by(number.desc()).limit(limit))
    return {"requests": [_summary(row) for row in rows], "forgotten": journal.forgotten(tenant)}


def entry(connection: Connection, journal: Journal, tenant: Tenant, n: int) -> dict[str, Any] | None:
    """Everything about one call, None if it never was or is forgotten."""
    row = _find(connection, journal, tenant, n)
    if row is None:
        return None
    return {
        **_summary(row),
        "requestId": row.request_id,
        "request": {
            "query": dict(parse_qsl(row.query, keep_blank_values=True)),
            **_half(row.request_headers, row.request_body),
        },
        "answer": {"sent": row.status > 0, "status": row.status, **_half(row.response_headers, row.response_body)},
        "changes": [_change(each, tenant.zone) for each in json.loads(row.changes or "[]")],
        "jobs": [_job(job) for job in connection.execute(_JOBS, {"whose": tenant.key, "wanted": n})],
        "notes": json.loads(row.notes or "[]"),
    }


def explanations(connection: Connection, journal: Journal, tenant: Tenant, n: int) -> list[dict[str, Any]] | None:
    """Why the call, rows of it or its work were refused: empty if they were not, None if there is no such call.

    A repeated answer has kept the names of its rules only; of those the catalogue's part is told.
    """
    row = _find(connection, journal, tenant, n)
    if row is None:
        return None
    told: list[dict[str, Any]] = json.loads(row.explanation or "[]", parse_constant=str)
    named = {each["rule"] for each in told}
    return told + [_bare(name) for name in _rules(row.rule) if name not in named]


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    exact = (
        (JOURNAL.c.method, filters.method and filters.method.upper()),
        (JOURNAL.c.status, filters.status),
        (JOURNAL.c.operation, filters.operation),
    )
    yield from (column == value for column, value in exact if value is not None)
    patterns = ((JOURNAL.c.path, filters.path), (JOURNAL.c.track_id, filters.track_id))
    yield from (column.op("GLOB")(_glob(text)) for column, text in patterns if text is not None)
    if filters.rule is not None:
        yield _named(filters.rule)
    if filters.unsupported:
        yield _named(rules.UNSUPPORTED.name)
    if filters.since is not None:
        yield JOURNAL.c.at >= filters.since
    if filters.until is not None:
        yield JOURNAL.c.at <= filters.until


def _glob(pattern: str) -> str:
    """SQLite's GLOB with `*` as its only wildcard."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _named(rule: str) -> ColumnElement[bool]:
    """The rule is one of those that the entry names, with commas between them."""
    return ("," + JOURNAL.c.rule + ",").contains(f",{rule},", autoescape=True)


def _rules(names: str | None) -> list[str]:
    return names.split(",") if names else []


def _find(connection: Connection, journal: Journal, tenant: Tenant, n: int) -> Row[Any] | None:
    if n < journal.oldest(tenant):
        return None
    return connection.execute(_ENTRY, {"whose": tenant.key, "wanted": n}).first()


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "n": row.n,
        "at": format_instant(row.at),
        "method": row.method,
        "path": row.path,
        "status": row.status,
        "trackId": row.track_id,
        "operation": row.operation,
        "rule": row.rule,
        "fault": row.fault,
        "milliseconds": row.milliseconds,
    }


def _half(headers: str, body: bytes | None) -> dict[str, Any]:
    given: Mapping[str, str] = json.loads(headers)
    return {"headers": given, "body": read_body(given, body or b"")}


def _change(change: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    return {
        "object": change["object"],
        "id": change["id"],
        "before": _printed(change["object"], change["before"], zone),
        "after": _printed(change["object"], change["after"], zone),
    }


def _printed(name: str, record: Record | None, zone: tzinfo) -> Record | None:
    """A row as Zuora would print it: amounts, percentages and moments are kept in other units."""
    kind = BY_NAME.get(name)
    if kind is None or record is None:
        return record
    return render_record(kind, record, wsdl=LATEST_WSDL, zone=zone)


def _job(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "type": row.type, "objectId": row.object_id, "state": row.state, "reason": row.reason}


def _bare(name: str) -> dict[str, Any]:
    rule = RULES.get(name)
    return {
        "rule": name,
        "provenance": rule.provenance.value if rule else None,
        "source": rule.source if rule else None,
        "summary": rule.summary if rule else None,
        "message": None,
        "pointer": "",
        "expected": None,
        "actual": None,
        "state": {},
        "accepted": None,
    }
