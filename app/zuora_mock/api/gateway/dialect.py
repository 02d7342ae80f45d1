"""How a family of endpoints says that it refuses: from a refusal to status, headers and body.

A family has a dialect of its own, a subclass: words or numbers for codes, a body, where need be a status. What every
family says alike, because the gateway in front of it says it, is here.
Sources: Older API (ProxyUnauthorizedResponse, ProxyNoDataResponse, ProxyBadRequestResponse); recorded gateway answers;
guide Rate limits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic_core import to_json

from zuora_mock.api.gateway.call import Answer, Context
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal

SYSTEM_ERROR = b'{"reasons":[{"code":"SystemError","message":"internal server error"}]}'
CONCURRENCY_RETRY_AFTER = "120"
_NO_ROUTE = 50000040

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
    Kind.UNAVAILABLE: 503,
    Kind.GATEWAY_TIMEOUT: 504,
}
"""Kinds that stand in no row are answered with 400."""

_GATEWAY_PAGES = {Kind.BAD_GATEWAY: "Bad Gateway", Kind.GATEWAY_TIMEOUT: "Gateway Timeout"}


class Dialect(ABC):
    """`prefix` is that of the paths which it speaks for, also of those that there are not."""

    prefix: ClassVar[str]

    @abstractmethod
    def body(self, refusal: Refusal, context: Context) -> bytes:
        """The body of a refused call."""

    def code(self, refusal: Refusal) -> str | int:
        """The word or number that a client reads; empty where a body has none."""
        return ""

    def status(self, refusal: Refusal, context: Context) -> int:
        return STATUS.get(refusal.rule.kind, 400)

    def headers(self, refusal: Refusal) -> dict[str, str]:
        match refusal.rule.kind:
            case Kind.CONCURRENCY:
                return {"Retry-After": CONCURRENCY_RETRY_AFTER}
            case Kind.RATE:
                return {"Retry-After": str(refusal.state["retryAfter"])}
            case Kind.WRONG_METHOD:
                return {"Allow": ", ".join(refusal.expected)}
            case _:
                return {}

    def unknown_path(self, path: str) -> Refusal:
        """Why there is nothing at a path below the prefix (observed 2025)."""
        if not f"{path}/".startswith("/v1/"):
            return rules.NO_ROUTE_AT_GATEWAY.refusal("no Route matched with those values", actual=path)
        message = f"The endpoint {path} does not exist. Please check the URL or refer to the API documentation."
        return rules.NO_ROUTE.refusal(message, actual=path)

    def refuse(self, refusal: Refusal, context: Context) -> Answer:
        """The answer to a call that is refused as a whole."""
        answer = Answer(self.status(refusal, context), b"", self.headers(refusal))
        answer.rules, answer.refusals = tuple(each.rule for each in refusal.all), refusal.all
        page = _GATEWAY_PAGES.get(refusal.rule.kind)
        if page:
            answer.content_type = "text/html"
        answer.body = (
            _page(answer.status, page) if page else _everywhere(refusal, context) or self.body(refusal, context)
        )
        return answer


def _everywhere(refusal: Refusal, context: Context) -> bytes:
    """What every family says alike; empty where it is a matter of the family."""
    match refusal.rule.kind:
        case Kind.RATE:
            return render({"reasons": [{"code": 70, "message": refusal.message}]})
        case Kind.NO_ROUTE if refusal.rule is rules.NO_ROUTE_AT_GATEWAY:
            return render({"message": refusal.message})
        case Kind.NO_ROUTE:
            return reasons([(_NO_ROUTE, refusal.message)], context)
        case Kind.INTERNAL:
            return SYSTEM_ERROR
        case _:
            return b""


def reasons(told: Sequence[tuple[int, str]], context: Context) -> bytes:
    """The body of a call that REST refuses."""
    return render(refused(told, context))


def refused(told: Sequence[tuple[int, str]], context: Context) -> dict[str, Any]:
    """Refusals, each with its code, as REST tells them (guide, Error handling)."""
    return {
        "success": False,
        "processId": context.process_id,
        "reasons": [{"code": code, "message": message} for code, message in told],
        "requestId": context.request_id,
    }


def render(document: object) -> bytes:
    """Compact JSON, as Zuora's Actions, CRUD and gateway print it."""
    return to_json(document)


def _page(status: int, title: str) -> bytes:
    return f"<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>".encode()
