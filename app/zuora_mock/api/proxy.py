"""What the dialects of Actions and CRUD have in common.

Sources: Older API (ProxyUnauthorizedResponse, ProxyNoDataResponse, ProxyBadRequestResponse, rejectUnknownFields);
Guardian client tests of 2025 (FaultCode, ClientError).
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Context
from zuora_mock.api.gateway.dialect import Dialect, render
from zuora_mock.api.words import word
from zuora_mock.domain import rules
from zuora_mock.errors import Kind, Refusal

AUTHENTICATE = "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
NO_DATA = b'{"records":[],"size":0,"done":true}'
UNRECOGNISED = b'{"message": "Error - unrecognised fields"}'


class PlainError(BaseModel):
    """A call that could not be read, or a caller who is not known."""

    message: str


class ErrorObject(BaseModel):
    """Why one row was refused."""

    Code: str
    Message: str


class Fault(BaseModel):
    """A call that was read and refused as a whole."""

    FaultCode: str
    FaultMessage: str


REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": PlainError, "description": "No credential, or one that is not known"},
    "4XX": {"model": Fault | PlainError, "description": "Refused as a whole"},
}


class ProxyDialect(Dialect):
    def code(self, refusal: Refusal) -> str:
        return word(refusal)

    def headers(self, refusal: Refusal) -> dict[str, str]:
        if refusal.rule.kind is Kind.UNAUTHENTICATED:
            return {"WWW-Authenticate": AUTHENTICATE}
        return super().headers(refusal)

    def fault(self, refusal: Refusal) -> bytes:
        return render({"FaultCode": word(refusal), "FaultMessage": refusal.message})

    def body(self, refusal: Refusal, context: Context) -> bytes:
        match refusal.rule.kind:
            case Kind.UNAUTHENTICATED:
                return render({"message": _unauthenticated(refusal)})
            case Kind.CONCURRENCY:
                return self.fault(refusal)
            case Kind.NOT_FOUND:
                return NO_DATA + b"\n"
            case Kind.UNKNOWN_FIELDS:
                return UNRECOGNISED
            case Kind.INVALID_ACTION:
                return render({"code": "ClientError", "message": refusal.message})
            case _:
                return render({"message": f"Error - {refusal.message}"})


def _unauthenticated(refusal: Refusal) -> str:
    return refusal.message if refusal.rule is rules.USER_INFO else "Authentication error"
