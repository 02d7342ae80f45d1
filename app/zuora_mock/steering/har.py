"""The journal as a HAR 1.2 document, which browsers and many tools open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from zuora_mock import __version__
from zuora_mock.clock import format_instant
from zuora_mock.steering.journal import Journal
from zuora_mock.storage import journal as rows
from zuora_mock.storage.journal import Filters, KeptEntry
from zuora_mock.storage.transaction import Transaction

_UNKNOWN = -1
"""HAR's word for a size that nobody has measured."""


def document(
    transaction: Transaction, journal: Journal, filters: Filters, *, limit: int, base_url: str
) -> dict[str, Any]:
    """The last calls that the filters want, oldest first, credentials masked. A status of 0 is an answer not sent."""
    page = rows.page(transaction, filters, oldest=journal.oldest(transaction.tenant), limit=limit)
    found = (rows.find(transaction, each.n) for each in reversed(page))
    entries = [_entry(each, base_url) for each in found if each]
    return {"log": {"version": "1.2", "creator": {"name": "zuora-mock", "version": __version__}, "entries": entries}}


def _entry(kept: KeptEntry, base_url: str) -> dict[str, Any]:
    notes = [f"request {kept.n}", *_named("rule", kept.rule), *_named("fault", kept.fault), *_named("stub", kept.stub)]
    return {
        "startedDateTime": format_instant(kept.at),
        "time": kept.milliseconds,
        "request": _request(kept, base_url),
        "response": _response(kept),
        "cache": {},
        "timings": {"send": 0, "wait": kept.milliseconds, "receive": 0},
        "comment": "; ".join([*notes, *json.loads(kept.notes or "[]")]),
    }


def _named(what: str, name: str | None) -> Iterable[str]:
    return (f"{what} {name}",) if name else ()


def _request(kept: KeptEntry, base_url: str) -> dict[str, Any]:
    headers: Mapping[str, str] = json.loads(kept.request_headers)
    asked = {
        "method": kept.method,
        "url": f"{base_url}{kept.path}" + (f"?{kept.query}" if kept.query else ""),
        "queryString": _pairs(dict(parse_qsl(kept.query, keep_blank_values=True))),
        "bodySize": len(kept.request_body),
        **_head(headers),
    }
    if not kept.request_body:
        return asked
    kind = headers.get("content-type", "")
    return {**asked, "postData": {"mimeType": kind, "text": _text(kept.request_body)}}


def _response(kept: KeptEntry) -> dict[str, Any]:
    headers: Mapping[str, str] = json.loads(kept.response_headers)
    body = kept.response_body
    return {
        "status": kept.status,
        "statusText": HTTPStatus(kept.status).phrase if kept.status else "",
        "redirectURL": "",
        "bodySize": len(body) if kept.status else _UNKNOWN,
        "content": {"size": len(body), "mimeType": "application/json", "text": _text(body)},
        **_head(headers),
    }


def _head(headers: Mapping[str, str]) -> dict[str, Any]:
    return {"httpVersion": "HTTP/1.1", "cookies": [], "headers": _pairs(headers), "headersSize": _UNKNOWN}


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
