"""The one map from a refusal to the wire: its kind and the family of the endpoint decide status and body.

Sources: Older API (ProxyUnauthorizedResponse, ProxyNoDataResponse, ProxyBadRequestResponse, rejectUnknownFields);
Guardian client tests of 2025 (FaultCode, ClientError); recorded gateway answers; guide Rate limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zuora_mock.api.gateway.bodies import render
from zuora_mock.api.gateway.call import Answer, Family
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal, Rule

AUTHENTICATE = "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
SYSTEM_ERROR = b'{"reasons":[{"code":"SystemError","message":"internal server error"}]}'
NO_DATA = b'{"records":[],"size":0,"done":true}'
UNRECOGNISED = b'{"message": "Error - unrecognised fields"}'
CONCURRENCY_RETRY_AFTER = "120"

STATUS: Mapping[Kind, int] = {
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NO_ROUTE: 404,
    Kind.NOT_FOUND: 404,
    Kind.WRONG_METHOD: 405,
    Kind.IN_PROGRESS: 409,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.KEY_REUSED: 422,
    Kind.RATE: 429,
    Kind.CONCURRENCY: 429,
    Kind.INTERNAL: 500,
    Kind.BAD_GATEWAY: 502,
    Kind.GATEWAY_TIMEOUT: 504,
}
"""Kinds that stand in no row are answered with 400."""

_CATEGORIES = {"REQUEST_EXCEEDED_LIMIT": "70", "LOCK_COMPETITION": "50"}
"""REST has numbers where Actions has words; every other word is 60, an internal error (assumed)."""
_REASON_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
_GATEWAY_PAGES = {502: "Bad Gateway", 504: "Gateway Timeout"}


class Context:
    """What a dialect may print besides the refusal."""

    __slots__ = ("method", "path", "process_id", "request_id", "timestamp")

    def __init__(self, method: str, path: str, request_id: str, process_id: str, timestamp: str) -> None:
        self.method = method
        self.path = path
        self.request_id = request_id
        self.process_id = process_id
        self.timestamp = timestamp


def error_object(refusal: Refusal) -> dict[str, str]:
    """`Code` and `Message` of one refused row."""
    return {"Code": refusal.rule.code, "Message": refusal.message}


def _message(text: str) -> bytes:
    return render({"message": text})


def _proxy_body(refusal: Refusal) -> bytes:
    """What Actions and CRUD say where they agree."""
    match refusal.rule.kind:
        case Kind.UNAUTHENTICATED:
            return _message("Authentication error" if refusal.rule is not rules.USER_INFO else refusal.message)
        case Kind.NOT_FOUND:
            return NO_DATA + b"\n"
        case Kind.UNKNOWN_FIELDS:
            return UNRECOGNISED
        case Kind.INVALID_ACTION:
            return render({"code": "ClientError", "message": refusal.message})
        case _:
            return _message(f"Error - {refusal.message}")


def _actions(refusal: Refusal, _context: Context) -> bytes:
    if refusal.rule.kind in {Kind.FAULT, Kind.CONCURRENCY, Kind.ROW}:
        return render({"FaultCode": refusal.rule.code, "FaultMessage": refusal.message})
    return _proxy_body(refusal)


def _crud(refusal: Refusal, _context: Context) -> bytes:
    if refusal.rule.kind in {Kind.FAULT, Kind.ROW}:
        return render({"Errors": [error_object(refusal)], "Success": False}) + b"\n"
    if refusal.rule.kind is Kind.CONCURRENCY:
        return render({"FaultCode": refusal.rule.code, "FaultMessage": refusal.message})
    return _proxy_body(refusal)


def _rest_code(refusal: Refusal) -> int:
    if refusal.rule.kind is Kind.KEY_REUSED:
        return 422
    code = refusal.rule.code
    if not code.isdigit():
        code = _CATEGORIES.get(code, "60")
    return int(code) if len(code) > 2 else int(f"500000{code}")


def _rest(refusal: Refusal, context: Context) -> bytes:
    rule = refusal.rule
    if rule is rules.SIGN_IN:
        return (
            '{\n  "success" : false,\n  "reasons" : [ {\n    "code" : 90000011,\n'
            f'    "message" : "{refusal.message}"\n  }} ]\n}}'
        ).encode()
    if rule.kind is Kind.UNAUTHENTICATED:
        return _gateway_unauthorised(refusal)
    body = {
        "success": False,
        "processId": context.process_id,
        "reasons": [{"code": _rest_code(refusal), "message": refusal.message}],
        "requestId": context.request_id,
    }
    return render(body)


def _gateway_unauthorised(refusal: Refusal) -> bytes:
    """Without any credential the members come in another order than with a bad one (recorded)."""
    if refusal.actual is None and refusal.rule is rules.UNAUTHENTICATED:
        return b'{"reasons":[{"code":"90000011","message":"Unauthorized"}],"success":false}'
    return render({"reasons": [{"message": refusal.message, "code": "90000011"}], "success": False})


def _oauth(refusal: Refusal, context: Context) -> bytes:
    status = _status(refusal.rule)
    body: dict[str, Any] = {
        "timestamp": context.timestamp,
        "status": status,
        "error": _REASON_PHRASES.get(status, "Error"),
        "message": refusal.message,
        "path": context.path,
    }
    return render(body)


_DIALECTS: Mapping[Family, Callable[[Refusal, Context], bytes]] = {
    Family.ACTIONS: _actions,
    Family.CRUD: _crud,
    Family.REST: _rest,
    Family.OAUTH: _oauth,
}


def _status(rule: Rule) -> int:
    if rule.kind is Kind.TOKEN:
        return int(rule.code)
    return STATUS.get(rule.kind, 400)


def _headers(family: Family, refusal: Refusal) -> dict[str, str]:
    kind = refusal.rule.kind
    if kind is Kind.UNAUTHENTICATED and family in {Family.ACTIONS, Family.CRUD}:
        return {"WWW-Authenticate": AUTHENTICATE}
    if kind is Kind.CONCURRENCY:
        return {"Retry-After": CONCURRENCY_RETRY_AFTER}
    if kind is Kind.RATE:
        return {"Retry-After": str(refusal.state["retryAfter"])}
    return {"Allow": ", ".join(refusal.expected)} if kind is Kind.WRONG_METHOD else {}


def refuse(family: Family, refusal: Refusal, context: Context) -> Answer:
    """The answer to a call that is refused as a whole."""
    kind = refusal.rule.kind
    answer = Answer(_status(refusal.rule), b"", _headers(family, refusal), rules=(refusal.rule,), refusals=(refusal,))
    if kind is Kind.RATE:
        answer.body = render({"reasons": [{"code": 70, "message": refusal.message}]})
    elif refusal.rule is rules.NO_ROUTE_AT_GATEWAY:
        answer.body = _message(refusal.message)
    elif kind is Kind.INTERNAL:
        answer.body = SYSTEM_ERROR
    elif kind is Kind.NO_ROUTE:
        answer.body = _rest(refusal, context)
    elif kind in {Kind.BAD_GATEWAY, Kind.GATEWAY_TIMEOUT}:
        title = _GATEWAY_PAGES[answer.status]
        answer.content_type = "text/html"
        answer.body = (
            f"<html><head><title>{answer.status} {title}</title></head><body><h1>{title}</h1></body></html>".encode()
        )
    else:
        answer.body = _DIALECTS[family](refusal, context)
    return answer
