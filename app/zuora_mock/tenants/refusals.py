"""Why a tenant, a client or a snapshot cannot be had."""

from __future__ import annotations

from zuora_mock.settings import CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET


class TenancyError(Exception):
    """A tenant, client or snapshot that cannot be had; the text says why."""


class Unknown(TenancyError):
    """There is none of this name."""


class Taken(TenancyError):
    """There is one of this name already."""


def taken(client_id: str) -> Taken:
    return Taken(f"there is a tenant or client {client_id} already")


class TooMany(TenancyError):
    """There are as many as the settings allow."""


def check_client(client_id: str, secret: str) -> None:
    """Raises TenancyError for a client that nobody can be."""
    if len(client_id) != CLIENT_ID_LENGTH:
        raise TenancyError(f"a client id has exactly {CLIENT_ID_LENGTH} characters")
    if not 1 <= len(secret) <= LONGEST_CLIENT_SECRET:
        raise TenancyError(f"a client secret has 1 to {LONGEST_CLIENT_SECRET} characters")
