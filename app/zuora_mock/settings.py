"""Settings: those of the server, read once from flags and `ZUORA_MOCK_*`, and those of a tenant, from its fixture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

DEFAULT_PORT = 9867
"""It spells ZUOR on a telephone."""

CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET = 36, 42
"""Characters (API reference, createToken)."""

_BEYOND_LATIN_1 = 256


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Of a database of PostgreSQL. As text it is without user, password and options."""

    whole: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.whole)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def hide(self, text: str) -> str:
        """The text without the passwords."""
        parts = urlsplit(self.whole)
        _, _, password = parts.netloc.rpartition("@")[0].partition(":")
        options = {value for name, value in parse_qsl(parts.query) if name in {"password", "sslpassword"}}
        for each in {password, unquote(password), *options} - {""}:
            text = text.replace(each, "…")
        return text


def database_url(text: str) -> DatabaseUrl | None:
    """None for what names no database of PostgreSQL."""
    return DatabaseUrl(text) if text.startswith(_DATABASE_SCHEMES) else None


_DATABASE_SCHEMES = ("postgresql://", "postgres://")


class Settings(BaseModel):
    """The server's settings. `db` None keeps everything in memory; `fixtures` are files, or folders of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65_535)
    port_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    db: Path | DatabaseUrl | None = None
    fixtures: tuple[Path, ...] = ()
    unknown_clients: Literal["accept", "refuse"] = "accept"
    max_body: int = Field(default=10 * 1024 * 1024, ge=1)
    journal_size: int = Field(default=1000, ge=0)
    most_tenants: int = Field(default=1000, ge=1)
    most_snapshots: int = Field(default=100, ge=0)
    most_tokens: int = Field(default=10_000, ge=1)
    most_idempotency_keys: int = Field(default=10_000, ge=0)
    most_cursors: int = Field(default=100, ge=1)
    most_jobs: int = Field(default=10_000, ge=0)
    most_faults: int = Field(default=1000, ge=0)
    most_stubs: int = Field(default=1000, ge=0)
    forbid_reset_all: bool = False
    admin_token: str = ""
    allowed_hosts: tuple[str, ...] = ()
    access_log: bool = True

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
