"""A tenant and its journal, with entries put into it directly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integration.benches import Bench, make_bench
from zuora_mock.errors import Refusal
from zuora_mock.steering.journal import Entry, Journal
from zuora_mock.steering.masking import signs_in
from zuora_mock.storage.arriving import next_number, take_number
from zuora_mock.storage.changes import Changes
from zuora_mock.storage.tenants import Tenant


@dataclass(slots=True)
class Kept:
    bench: Bench = field(default_factory=make_bench)
    journal: Journal = field(default_factory=lambda: Journal(1000))

    @property
    def tenant(self) -> Tenant:
        return self.bench.tenant

    def call(
        self,
        operation: str = "execute",
        *,
        method: str = "POST",
        path: str | None = None,
        query: str = "",
        status: int = 200,
        track_id: str | None = None,
        rules: tuple[str, ...] = (),
        fault: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        answer: object = None,
        changes: Changes | None = None,
        refusals: Sequence[Refusal] = (),
        notes: Sequence[str] = (),
        met: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Writes an entry and returns its number."""
        entry = Entry(
            n=self._number(),
            at=self.tenant.now(),
            method=method,
            path=path or f"/v1/action/{operation}",
            query=query,
            status=status,
            track_id=track_id,
            request_id="r",
            operation=operation,
            rules=rules,
            stub=None,
            fault=fault,
            milliseconds=1.5,
            request_headers=headers or {},
            request_body=_bytes(body),
            response_headers={"Zuora-Mock-Request": "1"},
            response_body=_bytes(answer),
            signs_in=signs_in(path or ""),
            changes=changes or Changes(),
            refusals=refusals,
            notes=notes,
            met=frozenset({("operation", operation), *met}),
        )
        with self.bench.transaction() as transaction:
            self.journal.write(transaction, entry)
        return entry.n

    def _number(self) -> int:
        database = self.bench.database
        if database.shared:
            return take_number(database, self.tenant, anyhow=True)
        return next_number(database, self.tenant)[0]


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()
