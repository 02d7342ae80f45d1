"""From a refused request and what would do instead to a whole request that is accepted, as the explanation shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import Any

from zuora_mock.api.edits import in_turn, requests
from zuora_mock.api.gateway.call import Request
from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.errors import Kind, Refusal, Remedy
from zuora_mock.pointers import resolve, steps_of
from zuora_mock.steering.masking import LONGEST_BODY
from zuora_mock.steering.recorded_bodies import read_body

_TAKES_BODY = frozenset({"POST", "PUT", "PATCH"})
_KEPT = {
    "zuora-entity-ids": "Zuora-Entity-Ids",
    "zuora-org-ids": "Zuora-Org-Ids",
    "zuora-track-id": "Zuora-Track-Id",
    "x-zuora-wsdl-version": "X-Zuora-WSDL-Version",
}
"""Headers that decide with the body what is accepted; credentials and keys are not shown."""

_OF_A_ROW = frozenset({Kind.ROW, Kind.FIELD})
_ROW = re.compile(r"/(objects|ids|invoices)/(\d+)(?=/|$)", re.ASCII)


def accepted(request: Request, refusal: Refusal) -> Mapping[str, Any] | None:
    """None where nothing can be said: no remedy is known, or there is no body to mend or a long one."""
    if refusal.remedy is None:
        return None
    remedy = refusal.remedy if isinstance(refusal.remedy, HttpRemedy) else HttpRemedy(refusal.remedy.members)
    method, body = remedy.method or request.method, None
    if method in _TAKES_BODY:
        body = _mended(request, refusal, remedy)
        if body is None:
            return None
    path = f"{request.path}?{request.query_string}" if request.query_string else request.path
    whole: dict[str, Any] = {"method": method, "path": path, "body": body}
    headers = _headers(request, remedy)
    return in_turn(*requests(refusal.remedy.first), {**whole, "headers": headers} if headers else whole)


def _headers(request: Request, remedy: HttpRemedy) -> dict[str, str]:
    given = {shown: request.headers[name] for name, shown in _KEPT.items() if name in request.headers}
    return {name: value for name, value in {**given, **remedy.headers}.items() if value is not None}


def _mended(request: Request, refusal: Refusal, remedy: Remedy) -> dict[str, Any] | None:
    """The body; of a call whose rows stand and fall alone, with the refused row alone."""
    if len(request.body) > LONGEST_BODY:
        return None
    encoding = request.headers.get("content-encoding", "")
    body = read_body({"content-encoding": encoding}, request.body)
    if not isinstance(body, dict):
        return None
    for pointer, value in remedy.members.items():
        _put(body, pointer, value)
    row = _ROW.match(refusal.pointer) if refusal.rule.kind in _OF_A_ROW else None
    return {**body, row[1]: [body[row[1]][int(row[2])]]} if row else body


def _put(document: Any, pointer: str, value: Any) -> None:
    """Sets the value at a JSON pointer whose parent is there; None takes the member away."""
    holder, name = resolve(document, pointer.rpartition("/")[0]), steps_of(pointer)[-1]
    if isinstance(holder, MutableMapping):
        holder[name] = value
        if value is None:
            del holder[name]
    elif isinstance(holder, MutableSequence) and value is not None:
        holder[int(name)] = value
