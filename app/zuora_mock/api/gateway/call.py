"""One call on its way through the mock: the request, the call that it turned out to be, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

import fastapi
from fastapi import Depends

from zuora_mock import ids
from zuora_mock.api.gateway.credentials import Caller
from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.errors import Refusal, Rule
from zuora_mock.services import Services
from zuora_mock.storage.transaction import Transaction

SCOPE_KEY = "zuora_mock.call"


@dataclass(slots=True, eq=False, repr=False)
class Request:
    """What came in. Header names are in lower case; of a repeated header the last counts.

    Of a body that is not `whole` the client has sent no more than this.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    limit: int
    whole: bool = True
    scheme: str = "http"

    @property
    def oversized(self) -> bool:
        """Whether the body is larger than the server takes; of such a body the beginning is here."""
        return len(self.body) > self.limit

    @property
    def origin(self) -> str:
        """This server as the client reaches it."""
        return f"{self.scheme}://{self.headers.get('host', 'localhost')}"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Those of the query string, in its order."""
        return parse_qsl(self.query_string, keep_blank_values=True) if self.query_string else []


@dataclass(slots=True, eq=False, repr=False)
class Answer:
    """What goes out. `rules` are those that refused the call or a row of it, `refusals` what there is to explain.

    `objects` are the types that it is about, as far as a call of any type tells by its answer alone.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"
    rules: tuple[Rule, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    objects: tuple[ObjectType, ...] = ()


class Context(NamedTuple):
    """What a dialect may print besides the refusal; `now` in epoch milliseconds, `version` that of REST.

    `n` is the number of the call in the journal of the tenant.
    """

    method: str
    path: str
    request_id: str
    tenant: str
    n: int
    now: int
    version: str

    @property
    def process_id(self) -> str:
        return ids.hex_id(self.tenant, "process", self.n)[:16].upper()


@dataclass(slots=True, eq=False, repr=False)
class Call:
    """An authenticated call; `document` is its body as JSON, `transaction` that in which all of it happens."""

    services: Services
    request: Request
    transaction: Transaction
    caller: Caller
    wsdl: int
    context: Context
    document: Any = None


async def current_call(request: fastapi.Request) -> Call:
    call: Call = request.scope[SCOPE_KEY]
    return call


CurrentCall = Annotated[Call, Depends(current_call)]
