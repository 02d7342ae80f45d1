"""One call on its way through the mock: the request, what it turned out to be, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from zuora_mock.api.gateway.credentials import Caller
from zuora_mock.errors import Provenance, Refusal, Rule
from zuora_mock.storage.transaction import Transaction


class Family(StrEnum):
    """The families of endpoints; each has a dialect of its own for refusals."""

    ACTIONS = "Actions"
    CRUD = "CRUD"
    REST = "REST"
    OAUTH = "OAuth"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are in lower case; of a repeated header the last counts."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    oversized: bool = False

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True)) if self.query_string else {}


@dataclass(slots=True)
class Answer:
    """What goes out. `rules` are those that refused the call or a row of it, `refusals` what there is to explain."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"
    rules: tuple[Rule, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class Call:
    """An authenticated call with its body read; `unit` is the transaction in which all of it happens."""

    request: Request
    operation: Operation
    identifier: str
    query: Mapping[str, str]
    body: Any
    transaction: Transaction
    wsdl: int
    caller: Caller

    @property
    def reject_unknown_fields(self) -> bool:
        return self.query.get("rejectUnknownFields", "").lower() == "true"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of Zuora that the mock has.

    `path` is a template such as `/v1/object/invoice/{id}`; `open` ones bring their credentials instead of a token;
    `schema` describes the body for the OpenAPI page.
    """

    name: str
    method: str
    path: str
    family: Family
    handler: Handler
    summary: str
    provenance: Provenance
    source: str
    takes_body: bool = False
    versioned: bool = True
    open: bool = False
    schema: Callable[[], dict[str, Any]] | None = None
