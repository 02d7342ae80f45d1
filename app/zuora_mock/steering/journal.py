"""The journal: what was asked, what was answered, by which rule, and what it changed.

An entry is written in the transaction of its call, before the answer leaves. Credentials are masked on the way in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Any

from pydantic_core import to_json

from zuora_mock.errors import Refusal
from zuora_mock.steering import masking
from zuora_mock.steering.masking import LONGEST_BODY
from zuora_mock.steering.waiting import Waiters
from zuora_mock.storage import jobs
from zuora_mock.storage import journal as rows
from zuora_mock.storage.changes import Changes
from zuora_mock.storage.journal import KeptEntry
from zuora_mock.storage.leading import touch
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction

_LONGEST_TEXT = 10_000
_TEXTS = (str, Decimal)
_SWEEP = 64


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """One request and its answer. Bodies as they were before compression; `status` 0 where no answer was sent.

    `signs_in` says whether the bodies may have credentials in any member, `met` what the ledger learns: kinds and names
    of operations, objects and uses; rules follow from `rules`.
    """

    n: int
    at: int
    method: str
    path: str
    query: str
    status: int
    track_id: str | None
    request_id: str
    operation: str | None
    rules: tuple[str, ...]
    fault: str | None
    stub: str | None
    milliseconds: float
    request_headers: Mapping[str, str]
    request_body: bytes
    response_headers: Mapping[str, str]
    response_body: bytes
    signs_in: bool
    changes: Changes
    refusals: Sequence[Refusal]
    met: frozenset[tuple[str, str]] = frozenset()
    notes: Sequence[str] = ()


def explanation(refusal: Refusal) -> dict[str, Any]:
    """What a person is told about a refusal at `/__admin/requests/{n}/explain`, but what is known of its rule."""
    return {
        "rule": refusal.rule.name,
        "message": _shortened(refusal.message),
        "pointer": refusal.pointer,
        "expected": refusal.expected,
        "actual": _shortened(refusal.actual),
        "state": refusal.state,
        "accepted": _masked_request(refusal.accepted),
        "fault": refusal.fault,
    }


def _shortened(value: Any) -> Any:
    """Texts and numbers may be as long as a body."""
    text = str(value) if isinstance(value, _TEXTS) else ""
    return f"{text[:_LONGEST_TEXT]}… ({len(text)} characters)" if len(text) > _LONGEST_TEXT else value


def _masked_request(accepted: Any) -> Any:
    if accepted is None:
        return None
    masked = masking.masked_members(accepted)
    return {**masked, "path": masking.masked_pairs(accepted["path"])}


def _kept_entry(entry: Entry) -> KeptEntry:
    notes = [*entry.notes, *rows.left_out(entry.changes)]
    if max(len(entry.request_body), len(entry.response_body)) > LONGEST_BODY:
        notes.append(f"bodies are kept up to {LONGEST_BODY} bytes")
    return KeptEntry(  # by place: by name it takes three times as long
        entry.n,
        entry.at,
        entry.method,
        masking.masked_pairs(entry.path),
        masking.masked_pairs(entry.query),
        entry.status,
        entry.track_id or "",
        entry.request_id,
        entry.operation or "",
        ",".join(entry.rules),
        entry.fault or "",
        entry.stub or "",
        entry.milliseconds,
        masking.kept_headers(entry.request_headers),
        masking.kept_body(entry.request_body, entry.request_headers, signs_in=entry.signs_in),
        to_json(masking.masked_answer_headers(entry.response_headers)).decode(),
        masking.kept_answer(entry.response_body, signs_in=entry.signs_in),
        entry.changes.text() or "",
        rows.explanations_as_text([explanation(each) for each in entry.refusals]) if entry.refusals else "",
        json.dumps(notes, ensure_ascii=False) if notes else "",
    )


class Journal:
    """Keeps the last `size` entries of each tenant; the number of an entry tells how many came before it."""

    def __init__(self, size: int, *, shared: bool = False) -> None:
        self.size = size
        self.waiters = Waiters(shared=shared)

    def write(self, transaction: Transaction, entry: Entry) -> None:
        if self.size:
            rows.add(transaction, _kept_entry(entry))
        if entry.n % _SWEEP == 0:
            rows.forget(transaction, self.forgotten(transaction.tenant))
        self._exercise(transaction, entry)

    def oldest(self, tenant: Tenant) -> int:
        """The number of the first entry that is still kept."""
        return self.forgotten(tenant) + 1

    def forgotten(self, tenant: Tenant) -> int:
        """How many entries had to make room for newer ones."""
        return max(0, tenant.entries - self.size)

    def clear(self, transaction: Transaction) -> int:
        """Removes every entry and starts again with number 1; returns how many there were.

        A call that is still on its way keeps its number; the next call of that number takes its place in the journal.
        """
        jobs.unlink_all(transaction)
        transaction.tenant.entries = 0
        touch(transaction, transaction.tenant)
        self.waiters.begin_again(transaction.tenant)
        return rows.clear(transaction)

    def _exercise(self, transaction: Transaction, entry: Entry) -> None:
        """Notes for the ledger which operations, objects and rules the calls so far have met, and at which level."""
        tenant = transaction.tenant
        met = entry.met.union(zip(repeat("rule"), entry.rules)) if entry.rules else entry.met
        if not met <= tenant.exercised:
            new = met - tenant.exercised
            rows.add_exercised(transaction, sorted(new))
            tenant.exercised |= new
