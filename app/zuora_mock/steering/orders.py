"""Orders of faults, as they are given and while they may still strike: imported with the first of them.

{"match": {"operation": "execute"}, "skip": 1, "times": 2, "fault": {"kind": "rate-limit"}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from zuora_mock import ids
from zuora_mock.clock import SECOND, format_instant, parse_instant
from zuora_mock.domain.rules import ORDERED_FAILURE
from zuora_mock.errors import Refusal
from zuora_mock.instants import InstantText
from zuora_mock.steering.faults import FAILED_BY_ORDER, LONGEST_DELAY, NO_INJECTION, FaultKind, Injection
from zuora_mock.steering.matching import Match, fits
from zuora_mock.steering.models import FailureReason, RequestBody
from zuora_mock.steering.subjects import Subject
from zuora_mock.storage.faults import KeptOrder
from zuora_mock.storage.tenants import Tenant

_PARAMETERS: Mapping[str, frozenset[str]] = {
    "fixed": frozenset({"milliseconds"}),
    "uniform": frozenset({"lower", "upper"}),
    "lognormal": frozenset({"median", "sigma"}),
}

LONGEST_EXPIRY = 100 * 366 * 86_400
"""Seconds; a century."""

Milliseconds = Annotated[float, Field(ge=0, le=LONGEST_DELAY)]


class PlainFault(RequestBody):
    """A fault by name; the call waits `milliseconds` before it."""

    kind: Literal[
        "user-info",
        "lock-competition",
        "rate-limit",
        "concurrency-limit",
        "internal-error",
        "bad-gateway",
        "gateway-timeout",
        "applied-then-lost",
        "CONNECTION_RESET_BY_PEER",
        "EMPTY_RESPONSE",
        "MALFORMED_RESPONSE_CHUNK",
        "RANDOM_DATA_THEN_CLOSE",
        "truncated-body",
    ]
    milliseconds: Milliseconds = 0


class ErrorFault(RequestBody):
    """Any error of Zuora's by its code: a word such as `TEMPORARY_ERROR`, or digits for REST."""

    kind: Literal["error"]
    code: str = Field(pattern=r"^([A-Z][A-Z0-9_]*|[0-9]{1,8})$")
    message: str = ""
    milliseconds: Milliseconds = 0


class DelayFault(RequestBody):
    """A delay before the call: fixed, or drawn anew for each call from a seeded distribution."""

    kind: Literal["delay"]
    distribution: Literal["fixed", "uniform", "lognormal"] = "fixed"
    milliseconds: Milliseconds | None = None
    lower: Milliseconds | None = None
    upper: Milliseconds | None = None
    median: Annotated[float, Field(gt=0, le=LONGEST_DELAY)] | None = None
    sigma: Annotated[float, Field(ge=0, le=10)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted, given = _PARAMETERS[self.distribution], self.model_fields_set - {"kind", "distribution"}
        if given != wanted:
            raise ValueError(f"a delay that is {self.distribution} has {' and '.join(sorted(wanted))}, nothing else")
        if self.distribution == "uniform" and (self.lower or 0) > (self.upper or 0):
            raise ValueError("lower is at most upper")
        return self


class JobFault(RequestBody):
    """A piece of background work that fails when its turn comes, in whatever mode jobs run; nothing of it happens."""

    kind: Literal["job-failure"]
    reason: FailureReason = FAILED_BY_ORDER


AnyFault = Annotated[PlainFault | ErrorFault | DelayFault | JobFault, Field(discriminator="kind")]


class Order(RequestBody):
    """A fault for the calls that match, from the moment it is ordered until it is used up, expires or is removed."""

    match: Match = Match()
    skip: int = Field(default=0, ge=0, description="So many matching calls pass first")
    times: int | None = Field(default=None, ge=1, description="So many calls are struck; without it, every one")
    probability: float | None = Field(default=None, ge=0, le=1, description="Of striking, drawn from the tenant's seed")
    expires_after_seconds: float | None = Field(
        default=None, ge=0, le=LONGEST_EXPIRY, description="Of the tenant's clock"
    )
    expires_at: InstantText | None = Field(default=None, description="ISO 8601; without an offset it is UTC")
    fault: AnyFault

    @model_validator(mode="after")
    def _expires_once(self) -> Self:
        if self.expires_at is not None and self.expires_after_seconds is not None:
            raise ValueError("expiresAt or expiresAfterSeconds, not both")
        return self

    @model_validator(mode="after")
    def _matches_calls(self) -> Self:
        if isinstance(self.fault, JobFault) and self.match != Match():
            raise ValueError("match is for calls; a job-failure strikes the next job, whoever ordered it")
        return self

    def expiry(self, tenant: Tenant) -> int | None:
        if self.expires_at is not None:
            return parse_instant(self.expires_at)
        if self.expires_after_seconds is not None:
            return tenant.now() + round(self.expires_after_seconds * SECOND)
        return None


@dataclass(slots=True, eq=False, repr=False)
class KeptFault:
    """An order with what has become of it. `seen` and `struck` are written whenever they change."""

    id: str
    order: Order
    expires_at: int | None
    seen: int
    struck: int

    @classmethod
    def of(cls, row: KeptOrder) -> Self:
        return cls(row.id, Order.model_validate_json(row.body), row.expires_at, row.seen, row.struck)

    @property
    def delays(self) -> bool:
        return isinstance(self.order.fault, DelayFault)

    @property
    def spent(self) -> bool:
        return self.order.times is not None and self.struck >= self.order.times

    def meets(self, tenant: Tenant, subject: Subject) -> bool:
        return (
            not isinstance(self.order.fault, JobFault) and not self.expired(tenant) and fits(self.order.match, subject)
        )

    def meets_jobs(self, tenant: Tenant) -> bool:
        return isinstance(self.order.fault, JobFault) and not self.expired(tenant)

    def expired(self, tenant: Tenant) -> bool:
        return self.expires_at is not None and tenant.now() >= self.expires_at

    def due(self, tenant: Tenant) -> bool:
        """Whether it strikes the call that it has just seen."""
        if self.seen <= self.order.skip:
            return False
        chance = self.order.probability
        return chance is None or ids.seeded_random(tenant.seed, f"{self.id}/{self.seen}").random() < chance

    def state(self, tenant: Tenant) -> str:
        if self.spent:
            return "spent"
        return "expired" if self.expired(tenant) else "active"

    def shown(self, tenant: Tenant) -> dict[str, Any]:
        """As it was given, with its id, its counts and its state."""
        shown = {"id": self.id, **self.order.model_dump(mode="json", by_alias=True, exclude_unset=True)}
        shown.pop("expiresAfterSeconds", None)
        if self.expires_at is not None:
            shown["expiresAt"] = format_instant(self.expires_at)
        return {**shown, "state": self.state(tenant), "seen": self.seen, "struck": self.struck}

    def refusal(self) -> Refusal | None:
        """Why a job fails by it."""
        fault = self.order.fault
        if not isinstance(fault, JobFault):
            return None
        return ORDERED_FAILURE.refusal(fault.reason, fault={"kind": fault.kind, "order": self.id})

    def injection(self, tenant: Tenant) -> Injection:
        fault, notes = self.order.fault, (f"ordered by fault order {self.id}",)
        if isinstance(fault, DelayFault):
            return Injection(None, self._draw(fault, tenant), FaultKind.DELAY, order=self.id, notes=notes)
        if isinstance(fault, JobFault):
            return NO_INJECTION
        if isinstance(fault, ErrorFault):
            return Injection(
                FaultKind.ERROR, fault.milliseconds, fault.code, fault.code, fault.message, self.id, notes=notes
            )
        return Injection(FaultKind(fault.kind), fault.milliseconds, fault.kind, order=self.id, notes=notes)

    def _draw(self, delay: DelayFault, tenant: Tenant) -> float:
        if delay.distribution == "fixed":
            return delay.milliseconds or 0
        random = ids.seeded_random(tenant.seed, f"{self.id}/{self.seen}/delay")
        if delay.distribution == "uniform":
            return random.uniform(delay.lower or 0, delay.upper or 0)
        return min(LONGEST_DELAY, (delay.median or 0) * exp((delay.sigma or 0) * random.gauss(0, 1)))
