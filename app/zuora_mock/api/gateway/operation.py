"""Operations of Zuora as routes of FastAPI, and the short way through them.

An operation is declared once, as any path operation: its path, its parameters, models of its body and its answer, a
docstring. FastAPI draws the OpenAPI document from that. A call goes past FastAPI's own handling of parameters, which
costs more than the call itself and answers in its own words: the gateway hands the call over, the body is read by the
one model that the endpoint names, and the endpoint answers in bytes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self, TypeVar, get_args, get_origin

from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Scope

from zuora_mock.api.gateway.call import Answer, Call, current_call
from zuora_mock.api.gateway.dialect import Dialect
from zuora_mock.api.gateway.models import Body, Options
from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.levels import Level
from zuora_mock.errors import Provenance

Endpoint = TypeVar("Endpoint", bound=Callable[..., Answer])
_SOURCE, _FORM = "__source__", "__form__"


def sourced(source: str, provenance: Provenance = Provenance.DOCUMENTED) -> Callable[[Endpoint], Endpoint]:
    """Says how we know of the operation, and from where."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _SOURCE, (provenance, source))
        return endpoint

    return mark


def form(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Says what form the operation takes; it is read before the operation is reached."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _FORM, model)
        return endpoint

    return mark


@dataclass(slots=True, eq=False, repr=False)
class Signature:
    """How each parameter of an endpoint is read, and whether one of them is the body."""

    readers: tuple[tuple[str, Callable[[Call, Mapping[str, str]], Any]], ...]
    has_body: bool

    @classmethod
    def of(cls, endpoint: Callable[..., Answer]) -> Self:
        found = inspect.signature(endpoint, eval_str=True).parameters
        readers = tuple((name, _reader(name, each.annotation)) for name, each in found.items())
        return cls(readers, any(_is_body(each.annotation) for each in found.values()))


TAKES_NOTHING = Signature((), has_body=False)


class Operation:
    """An operation as calls ask for it: a route looks far and wide for each of its attributes, see `__getattr__`."""

    __slots__ = (
        "_endpoint",
        "_signature",
        "dialect",
        "kind",
        "level",
        "name",
        "needs_media_type",
        "open",
        "versioned",
    )

    def __init__(self, route: OperationRoute) -> None:
        self.name, self.level, self.kind, self.dialect = route.name, route.level, route.kind, route.dialect
        self.open, self.versioned, self.needs_media_type = route.open, route.versioned, route.needs_media_type
        self._endpoint = route.endpoint
        self._signature: Signature | None = None

    @property
    def signature(self) -> Signature:
        """Read off the endpoint when the first call asks: it would double the start."""
        if self._signature is None:
            self._signature = Signature.of(self._endpoint)
        return self._signature

    def answer(self, call: Call, path: Mapping[str, str]) -> Answer:
        """Raises Refusal: the body or the call as a whole is refused."""
        answer: Answer = self._endpoint(**{name: read(call, path) for name, read in self.signature.readers})
        return answer


class OperationRoute(APIRoute):
    """One operation of Zuora. A family makes a subclass of it that has the family's dialect.

    `open` operations bring their credentials themselves; `versioned` ones mind X-Zuora-WSDL-Version. `level` says how
    much of Zuora is behind one, `kind` which object it is about, where that is one.
    """

    dialect: ClassVar[Dialect]
    family: ClassVar[str]
    open: bool = False
    versioned: ClassVar[bool] = True
    level: Level = Level.COMPUTED
    kind: ObjectType | None = None
    refused_at_200: ClassVar[type[BaseModel] | None] = None
    """What a refusal looks like that is answered with 200, where the family has such."""
    needs_media_type: ClassVar[bool] = False
    """Whether a body needs a Content-Type: that of REST does, those of Actions and CRUD do not (assumed)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.name = options.pop("name", None) or endpoint.__name__
        [self.method] = options["methods"] or ["GET"]
        self.methods = {self.method}
        self.provenance: Provenance
        self.source: str
        self.provenance, self.source = getattr(endpoint, _SOURCE, (Provenance.ASSUMED, "zuora-mock"))
        self.summary = options.pop("summary", None) or first_sentence(endpoint.__doc__ or self.name)
        self._declared = options

    def __getattr__(self, name: str) -> Any:
        """FastAPI's analysis of the endpoint, when somebody asks for what comes of it: it would double the start."""
        options = self.__dict__.pop("_declared", None)
        if options is None:
            raise AttributeError(name)
        options |= {"name": self.name, "summary": self.summary, "operation_id": self.name, **self.late()}
        options["description"] = f"{self.provenance.value}: {self.source}"
        if self.refused_at_200 is not None:
            options["response_model"] |= self.refused_at_200
        options["openapi_extra"] = _described_form(self.endpoint)
        super().__init__(self.path, self.endpoint, **options)
        return getattr(self, name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The gateway in front of the router has answered every call of an operation: the router need not look."""
        return Match.NONE, {}

    def late(self) -> Mapping[str, Any]:
        """What FastAPI is told besides what was declared, where to make it would cost the start."""
        return {}

    @cached_property
    def operation(self) -> Operation:
        return Operation(self)


def _is_body(annotation: Any) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, Body)


def _reader(name: str, annotation: Any) -> Callable[[Call, Mapping[str, str]], Any]:
    """Where the value of a parameter comes from: the call, its body, its query string or its path."""
    if _is_body(annotation):
        return lambda call, _path: annotation.of(call)
    if get_origin(annotation) is not Annotated:
        return lambda _call, path: path[name]
    kind, *marks = get_args(annotation)
    if any(isinstance(mark, params.Depends) and mark.dependency is current_call for mark in marks):
        return lambda call, _path: call
    if any(isinstance(mark, params.Query) for mark in marks) and issubclass(kind, Options):
        without = kind()
        return lambda call, _path: kind.read(call.request.parameters) if call.request.query_string else without
    raise TypeError(f"{name}: an operation takes its call, a body, options of the query string and parts of the path")


def _described_form(endpoint: Callable[..., Any]) -> dict[str, Any] | None:
    model: type[BaseModel] | None = getattr(endpoint, _FORM, None)
    if model is None:
        return None
    content = {"application/x-www-form-urlencoded": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].removesuffix(".")
