"""The headers by which a call is traced and versioned (API reference: Zuora-Track-Id, X-Zuora-WSDL-Version)."""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import DEFAULT_WSDL, LATEST_WSDL
from zuora_mock.errors import Refusal, Repair

_LONGEST_TRACK_ID = 64
_FORBIDDEN_IN_TRACK_ID = frozenset(":;\"'")


def track_id_problem(track_id: str | None) -> str:
    """Why a Zuora-Track-Id is not echoed; empty where it is."""
    if track_id is None:
        return ""
    if len(track_id) > _LONGEST_TRACK_ID:
        return f"Zuora-Track-Id has {len(track_id)} characters, at most {_LONGEST_TRACK_ID} are allowed"
    if not track_id.isascii() or not track_id.isprintable() or _FORBIDDEN_IN_TRACK_ID & set(track_id):
        return "Zuora-Track-Id is US-ASCII without : ; \" and '"
    return ""


def refuse_track_id(track_id: str, problem: str) -> Refusal:
    """The refusal of strict mode; what may stand in a Zuora-Track-Id is kept of it."""
    good = "".join(each for each in track_id if each.isascii() and each.isprintable())
    good = "".join(each for each in good if each not in _FORBIDDEN_IN_TRACK_ID)[:_LONGEST_TRACK_ID]
    expected = f"at most {_LONGEST_TRACK_ID} characters of US-ASCII without : ; \" and '"
    repair = Repair(headers={"Zuora-Track-Id": good or None})
    return Refusal(rules.TRACK_ID, problem, expected=expected, actual=track_id, repair=repair)


def wsdl_version(headers: Mapping[str, str]) -> int:
    """The WSDL version that the call asks for. Raises Refusal (`wsdl-version.range`)."""
    given = headers.get("x-zuora-wsdl-version")
    if given is None:
        return DEFAULT_WSDL
    digits = given.strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 5 and 1 <= int(digits) <= LATEST_WSDL):
        message = f"X-Zuora-WSDL-Version '{given}' is not a number from 1 to {LATEST_WSDL}"
        repair = Repair(headers={"X-Zuora-WSDL-Version": str(LATEST_WSDL)})
        raise Refusal(rules.INVALID_VERSION, message, expected=f"1 to {LATEST_WSDL}", actual=given, repair=repair)
    return int(digits)
