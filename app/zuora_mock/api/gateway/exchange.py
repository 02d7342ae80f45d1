"""A request with what is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zuora_mock import ids
from zuora_mock.api.gateway.call import Request
from zuora_mock.api.gateway.credentials import Caller
from zuora_mock.api.gateway.table import Target
from zuora_mock.errors import Refusal
from zuora_mock.steering.faults import NO_INJECTION, Injection
from zuora_mock.storage.arriving import Arrival
from zuora_mock.storage.tenants import Tenant


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """`n` is the number of the call in its tenant's journal; `key` an idempotency key that is reserved for the call.

    It is `counted` in the rate windows once, `takes_place` while it is one of those at one time, is `ended` once its
    tenant was reset under it, and `welcome` once nothing but the operation itself can refuse it. `at` is the tenant's
    time when it is answered, `stub` the id of one that stands for the operation. `plain` is the body without its
    encoding, `document` what it says. `headers`, `notes` and `jobs` are for the answer, the journal and the background.

    Where servers share the database, a call with an `arrival` gets its number from its transaction, until when `n` is a
    guess, and `waits` is the number of the note that it is under way.
    """

    request: Request
    target: Target
    caller: Caller
    tenant: Tenant
    n: int
    request_id: str
    started: float
    track_id: str | None
    arrival: Arrival | None = None
    at: int = 0
    injection: Injection = NO_INJECTION
    stub: str | None = None
    key: str | None = None
    in_progress: Refusal | None = None
    over_limit: Refusal | None = None
    counted: bool = False
    takes_place: bool = False
    waits: int = 0
    ended: bool = False
    entity: int = 0
    wsdl: int = 0
    plain: bytes = b""
    document: Any = None
    welcome: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)

    def number(self, n: int) -> None:
        self.n, self.request_id = n, ids.uuid_text(self.tenant.name, "request", n)
