"""The headers by which a call is signed in, traced and versioned: declared for the document, checked by the gateway.

Sources: API reference (Zuora-Track-Id, Zuora-Entity-Ids, X-Zuora-WSDL-Version); guide Authentication; guide Idempotent
requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPBearer

from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import DEFAULT_WSDL, LATEST_WSDL
from zuora_mock.errors import Refusal

LONGEST_TRACK_ID = 64
LONGEST_KEY = 255
_LONGEST_VERSION = len(str(LATEST_WSDL))
_FORBIDDEN_IN_TRACK_ID = frozenset(":;\"'")
_TRACK_ID = f"at most {LONGEST_TRACK_ID} characters of US-ASCII without : ; \" and '"

_BEARER = HTTPBearer(scheme_name="bearer", auto_error=False)


async def traced(
    zuora_track_id: Annotated[
        str | None,
        Header(alias="Zuora-Track-Id", max_length=LONGEST_TRACK_ID, description="Echoed, and kept in the journal"),
    ] = None,
) -> None:
    """The header of every call."""


async def signed_in(
    zuora_entity_ids: Annotated[
        str | None,
        Header(
            alias="Zuora-Entity-Ids",
            description="The entity, where a token is good for several",
            json_schema_extra={"format": "uuid"},
        ),
    ] = None,
    zuora_org_ids: Annotated[
        str | None, Header(alias="Zuora-Org-Ids", description="Organisations, with commas between them")
    ] = None,
) -> None:
    """The headers of calls that are signed in."""


async def versioned(
    x_zuora_wsdl_version: Annotated[
        str, Header(alias="X-Zuora-WSDL-Version", description="Decides which fields there are, and the form of dates")
    ] = str(DEFAULT_WSDL),
) -> None:
    """The header of Actions and CRUD."""


async def versioned_rest(
    zuora_version: Annotated[
        str | None,
        Header(alias="Zuora-Version", description="Decides the status of refusals, and which fields there are"),
    ] = None,
) -> None:
    """The header of REST."""


async def repeatable(
    idempotency_key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", min_length=1, max_length=LONGEST_KEY, description="Kept for 24 hours"),
    ] = None,
) -> None:
    """The header of a call that may be sent again."""


TRACED: Sequence[Dependency] = [Depends(traced)]
_SIGNED_IN: Sequence[Dependency] = [Security(_BEARER), *TRACED, Depends(signed_in)]
DECLARED: Sequence[Dependency] = [*_SIGNED_IN, Depends(versioned)]
DECLARED_OF_REST: Sequence[Dependency] = [*_SIGNED_IN, Depends(versioned_rest)]
REPEATABLE: Sequence[Dependency] = [Depends(repeatable)]


def track_id_problem(track_id: str | None) -> str:
    """Why a Zuora-Track-Id is not echoed; empty where it is."""
    if track_id is None:
        return ""
    if len(track_id) > LONGEST_TRACK_ID:
        return f"Zuora-Track-Id has {len(track_id)} characters, at most {LONGEST_TRACK_ID} are allowed"
    if not track_id.isascii() or not track_id.isprintable() or _FORBIDDEN_IN_TRACK_ID & set(track_id):
        return "Zuora-Track-Id is US-ASCII without : ; \" and '"
    return ""


def refuse_track_id(track_id: str, problem: str) -> Refusal:
    """The refusal of strict mode; what may stand in a Zuora-Track-Id is kept of it."""
    kept = [char for char in track_id if char.isascii() and char.isprintable() and char not in _FORBIDDEN_IN_TRACK_ID]
    remedy = HttpRemedy(headers={"Zuora-Track-Id": "".join(kept)[:LONGEST_TRACK_ID] or None})
    return rules.TRACK_ID.refusal(problem, expected=_TRACK_ID, actual=track_id, remedy=remedy)


def wsdl_version(headers: Mapping[str, str]) -> int:
    """The WSDL version that the call asks for; one above the newest is read as that. Raises Refusal."""
    given = headers.get("x-zuora-wsdl-version")
    if given is None:
        return DEFAULT_WSDL
    digits = given.strip().removesuffix(".0").lstrip("0")
    if not (digits.isascii() and digits.isdigit()):
        message = f"X-Zuora-WSDL-Version '{given}' is not a number from 1 to {LATEST_WSDL}"
        remedy = HttpRemedy(headers={"X-Zuora-WSDL-Version": str(LATEST_WSDL)})
        raise rules.INVALID_VERSION.refusal(message, expected=f"1 to {LATEST_WSDL}", actual=given, remedy=remedy)
    return LATEST_WSDL if len(digits) > _LONGEST_VERSION else min(int(digits), LATEST_WSDL)
