"""Settings: those of the server, read once from flags and `ZUORA_MOCK_*`, and those of a tenant, from its fixture."""

from collections.abc import Iterator
from hmac import compare_digest
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from zuora_mock import defaults
from zuora_mock.database_url import DatabaseUrl, database_url

DEFAULT_PORT = defaults.PORT

CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET = 36, 42
"""Characters (API reference, createToken)."""

_BEYOND_LATIN_1 = 256


class Settings(BaseModel):
    """The server's settings. `db` is a file, or PostgreSQL's URL; with None the state goes with the process.

    `fixtures` are files, or folders of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    host: str = defaults.HOST
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65_535)
    port_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    db: Path | DatabaseUrl | None = None
    fixtures: tuple[Path, ...] = ()
    unknown_clients: Literal["accept", "refuse"] = defaults.UNKNOWN_CLIENTS
    max_body: int = Field(default=defaults.MAX_BODY, ge=1)
    journal_size: int = Field(default=defaults.JOURNAL_SIZE, ge=0)
    most_tenants: int = Field(default=defaults.MOST_TENANTS, ge=1)
    most_snapshots: int = Field(default=defaults.MOST_SNAPSHOTS, ge=0)
    most_tokens: int = Field(default=defaults.MOST_TOKENS, ge=1)
    most_idempotency_keys: int = Field(default=defaults.MOST_IDEMPOTENCY_KEYS, ge=0)
    most_cursors: int = Field(default=defaults.MOST_CURSORS, ge=1)
    most_jobs: int = Field(default=defaults.MOST_JOBS, ge=0)
    most_faults: int = Field(default=defaults.MOST_FAULTS, ge=0)
    most_stubs: int = Field(default=defaults.MOST_STUBS, ge=0)
    forbid_reset_all: bool = False
    admin_token: str = defaults.ADMIN_TOKEN
    allowed_hosts: tuple[str, ...] = ()
    access_log: bool = defaults.ACCESS_LOG

    @field_validator("db", mode="before")
    @classmethod
    def _place(cls, given: object) -> object:
        return (isinstance(given, str) and database_url(given)) or given

    def is_admin_token(self, given: str) -> bool:
        """Of a header as it is read, byte by byte: what is beyond ASCII may have been sent as UTF-8 or as Latin-1."""
        sent = given.encode("latin-1", "replace")
        return any(compare_digest(sent, wanted) for wanted in _spellings(self.admin_token))


def _spellings(token: str) -> Iterator[bytes]:
    """What the environment has beyond UTF-8 is kept in surrogates."""
    if token:
        yield token.encode("utf-8", "surrogateescape")
    if token and all(ord(character) < _BEYOND_LATIN_1 for character in token):
        yield token.encode("latin-1")


class _Camel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


LONGEST_JOB_DELAY = 10 * 366 * 86_400
"""Seconds, about ten years."""

JobMode = Literal["after-reply", "before-reply", "delayed", "manual"]


class JobPolicy(_Camel):
    """When background work runs; `seconds` of the tenant's clock, for `delayed` only."""

    mode: JobMode = "after-reply"
    seconds: float = Field(default=0, ge=0, le=LONGEST_JOB_DELAY)


class Quotas(_Camel):
    """Requests per fixed window, and requests at one time; by default those of a production tenant."""

    minute: int = Field(default=50_000, ge=0)
    hour: int = Field(default=2_250_000, ge=0)
    day: int = Field(default=27_000_000, ge=0)
    concurrent: int = Field(default=40, ge=0)


class TenantSettings(_Camel):
    """The `settings` of a fixture."""

    allow_invoice_splitting: bool = Field(default=True, description="Billing rule: invoices may be split.")
    time_zone: str = Field(default="UTC", description="IANA name of the zone that date-times are printed in.")
    zuora_version: str = Field(default="186.0", description="Zuora-Version of a request that names none.")
    original_after_execute: Literal["delete", "split"] = Field(
        default="delete", description="What becomes of an invoice split by execute: gone, or kept with status Split."
    )
    execute_rounding: Literal["last-part", "largest-remainder"] = Field(
        default="last-part", description="Who gets the units that are left over by execute."
    )
    allow_splitting_standalone: bool = Field(default=False, description="Standalone and consolidated invoices too.")
    cancel_posted_billing_documents: bool = Field(default=True, description="Permission to set Posted back to Draft.")
    max_splits: int = Field(default=20, ge=2, description="Most parts of PUT /v1/invoices/{key}/split.")
    async_split_threshold: int = Field(default=2000, ge=1, description="Items above which that call answers early.")
    strict: bool = Field(default=False, description="Refuse what is otherwise noted or completed.")
    seed: str | int | None = Field(default=None, description="Seed of all ids; the tenant's name if there is none.")
    jobs: JobPolicy = Field(default=JobPolicy(), description="When background work runs.")
    quotas: Quotas = Field(default=Quotas(), description="Requests per window and at one time.")

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone such as Europe/Berlin is needed") from None
        return name
