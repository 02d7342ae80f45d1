"""The journal as it is read: a page of it, one entry whole, and why a call was refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qsl

from zuora_mock.billing.rendering import render_record
from zuora_mock.clock import format_instant
from zuora_mock.domain.catalogue import BY_NAME, LATEST_WSDL
from zuora_mock.domain.rules import RULES
from zuora_mock.domain.values import Record
from zuora_mock.steering.faults import HEADER
from zuora_mock.steering.journal import Journal
from zuora_mock.steering.recorded_bodies import read_body
from zuora_mock.storage import jobs
from zuora_mock.storage import journal as rows
from zuora_mock.storage.changes import Change, changes_in
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.journal import Filters, KeptEntry, Summary
from zuora_mock.storage.transaction import Transaction


def page(
    transaction: Transaction, journal: Journal, filters: Filters, *, limit: int, before: int | None = None
) -> dict[str, Any]:
    """`{"requests": […], "forgotten": n}`, newest first; the next page is the one `before` the last entry of this."""
    tenant = transaction.tenant
    entries = rows.page(transaction, filters, oldest=journal.oldest(tenant), limit=limit, before=before)
    return {"requests": [_summary(each) for each in entries], "forgotten": journal.forgotten(tenant)}


def since(transaction: Transaction, journal: Journal, last: int) -> list[dict[str, Any]]:
    """The calls after this one, oldest first, as far as they are kept."""
    oldest = max(journal.oldest(transaction.tenant), last + 1)
    return [_summary(each) for each in reversed(rows.page(transaction, Filters(), oldest=oldest, limit=journal.size))]


def entry(transaction: Transaction, journal: Journal, n: int) -> dict[str, Any] | None:
    """Everything about one call, None if it never was or is forgotten."""
    row = _find(transaction, journal, n)
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
        "changes": [_change(each, transaction.tenant.zone) for each in changes_in(row.changes or "[]")],
        "jobs": [_job(job) for job in jobs.ordered_by(transaction, n)],
        "notes": json.loads(row.notes or "[]"),
    }


def explanations(transaction: Transaction, journal: Journal, n: int) -> list[dict[str, Any]] | None:
    """Why the call, rows of it or its work were refused: empty if they were not, None if there is no such call.

    A repeated answer has kept the names of its rules only; of those the catalogue's part is shown.
    """
    row = _find(transaction, journal, n)
    if row is None:
        return None
    kept: list[dict[str, Any]] = json.loads(row.explanation or "[]", parse_constant=str)
    named = {each["rule"] for each in kept}
    told = [{**_bare(each["rule"]), **_ordered(each["rule"], each["fault"]), **each} for each in kept]
    return told + [_bare(name) for name in _rules(row.rule) if name not in named]


def _ordered(name: str, fault: Mapping[str, str] | None) -> dict[str, str]:
    """The summary of the rule of an ordered fault, which says who ordered it."""
    order, rule = fault["order"] if fault else "", RULES.get(name)
    if not order or rule is None:
        return {}
    by = "the header Zuora-Mock-Fault" if order == HEADER else f"fault order {order}"
    return {"summary": f"Ordered by {order if order.startswith('/') else by}: {rule.summary.removeprefix('Ordered: ')}"}


def _rules(names: str | None) -> list[str]:
    return names.split(",") if names else []


def _find(transaction: Transaction, journal: Journal, n: int) -> KeptEntry | None:
    return None if n < journal.oldest(transaction.tenant) else rows.find(transaction, n)


def _summary(row: Summary | KeptEntry) -> dict[str, Any]:
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
        "stub": row.stub,
        "milliseconds": row.milliseconds,
    }


def _half(headers: str, body: bytes | None) -> dict[str, Any]:
    by_name: Mapping[str, str] = json.loads(headers)
    return {"headers": by_name, "body": read_body(by_name, body or b"")}


def _change(change: Change, zone: tzinfo) -> dict[str, Any]:
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


def _job(job: Job) -> dict[str, Any]:
    return {"id": job.id, "type": job.type, "objectId": job.object_id, "state": job.state.value, "reason": job.reason}


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
