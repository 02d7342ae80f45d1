"""How a call of `/__admin` is refused: `application/problem+json` (RFC 9457), whatever went wrong.

    {"type": "urn:zuora-mock:unknown-tenant", "title": "Unknown tenant", "status": 404, "detail": "…", …}

What does not fit adds `errors`: [{"in": "body", "pointer": "/seconds", "message": "…", "value": …}].
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.responses import Response

from zuora_mock.pointers import pointer
from zuora_mock.storage.database import DatabaseError
from zuora_mock.storage.trouble import Elsewhere, Gone, StorageTrouble
from zuora_mock.stubs.keeping import TooManyStubs
from zuora_mock.tenants.fixtures import FixtureError
from zuora_mock.tenants.refusals import Taken, TenancyError, TooMany, Unknown

MEDIA_TYPE = "application/problem+json"

DESCRIBED: dict[str, Any] = {
    "description": "Refused",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string", "examples": ["urn:zuora-mock:unknown-tenant"]},
                    "title": {"type": "string", "examples": ["Unknown tenant"]},
                    "status": {"type": "integer", "examples": [404]},
                    "detail": {"type": "string", "examples": ["no tenant has the name or client id 'nobody'"]},
                },
            }
        }
    },
}
"""A refusal as OpenAPI describes it."""

_MOST_ERRORS = 100
"""Of one call, those that are told."""
_NUMBER, _WHOLE = "a number is needed", "a whole number is needed"
_TRUTH, _TEXT = "true or false is needed", "text is needed"
_OBJECT, _ARRAY = "an object is needed", "an array is needed"
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "there is no such member",
    "union_tag_not_found": "{discriminator} is missing",
    "union_tag_invalid": "there is no {discriminator} '{tag}', there are {expected_tags}",
    "literal_error": "one of {expected} is needed",
    "greater_than_equal": "{ge:g} or more is needed",
    "greater_than": "more than {gt:g} is needed",
    "less_than_equal": "{le:g} or less is needed",
    "finite_number": _NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": _TEXT,
    "string_too_short": "text of at least {min_length} characters is needed",
    "string_too_long": "text of at most {max_length} characters is needed",
    "string_pattern_mismatch": "text like {pattern} is needed",
    "too_short": "at least {min_length} elements are needed",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "list_type": _ARRAY,
    "tuple_type": _ARRAY,
}
"""Our words for pydantic's sorts of misfit; a sort that is not here keeps its own."""

_SAID: Mapping[type[Exception], tuple[int, str]] = {
    Unknown: (404, "Unknown name"),
    Taken: (409, "Name taken"),
    TooMany: (409, "Too many"),
    TenancyError: (400, "Invalid request"),
    TooManyStubs: (409, "Too many"),
    StorageTrouble: (503, "Not written"),
    Gone: (404, "Unknown tenant"),
    Elsewhere: (503, "Not written"),
}
"""Refusals that say why in words for a person; the first that fits."""

logger = logging.getLogger("zuora_mock")


class Problem(Exception):
    """A call of `/__admin` that is refused, answered as `application/problem+json` (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.members = members


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    body = {
        "type": "urn:zuora-mock:" + problem.title.lower().replace(" ", "-"),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    return Response(json.dumps(body, default=to_jsonable_python), problem.status, headers, MEDIA_TYPE)


def _misfit(error: Mapping[str, Any], body: Any) -> dict[str, Any]:
    place, *steps = error["loc"]
    steps = _true_steps(steps, body, error["type"]) if place == "body" else steps
    misfit = {"in": place, "pointer": pointer(*steps), "message": _message(error)}
    return misfit if error["type"] == "missing" else {**misfit, "value": _shown(error["input"])}


def _true_steps(steps: Sequence[Any], body: Any, sort: str) -> list[Any]:
    """The steps that lead through the body: pydantic's names of union members and of keys are none."""
    found = []
    for position, step in enumerate(steps):
        inside = step in body if isinstance(body, Mapping) else isinstance(body, list) and isinstance(step, int)
        if inside:
            body = body[step]
        if inside or (sort == "missing" and position == len(steps) - 1):
            found.append(step)
    return found


def _message(error: Mapping[str, Any]) -> str:
    words = _WORDS.get(error["type"])
    return words.format_map(error.get("ctx", {})) if words else error["msg"].removeprefix("Value error, ")


def _shown(value: object) -> object:
    """The value in terms of JSON, which knows no NaN."""
    return json.loads(json.dumps(value, default=str), parse_constant=str)


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case FixtureError():
            errors = [{"in": error.source, **each._asdict()} for each in error.problems]
            return Problem(400, "Invalid fixture", str(error), errors=errors)
        case RequestValidationError():
            return _invalid(error.errors(), error.body)
        case _:
            status, title = next(said for kind, said in _SAID.items() if isinstance(error, kind))
            return Problem(status, title, str(error))


async def _refused(_request: Request, error: Exception) -> Response:
    return respond(_as_problem(error))


def _invalid(found: Sequence[Mapping[str, Any]], body: Any) -> Problem:
    malformed = next((error for error in found if error["type"] == "json_invalid"), None)
    if malformed:
        return Problem(400, "Malformed JSON", f"the body is not JSON: {malformed['ctx']['error']}")
    whole = [error for error in found if not (error["type"] == "too_short" and error["input"])]
    errors = [_misfit(error, body) for error in (whole or found)[:_MOST_ERRORS]]
    detail = "; ".join(f"{error['in']}{error['pointer']}: {error['message']}" for error in errors)
    return Problem(400, "Invalid request", detail, errors=errors)


async def _unroutable(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    titles = {404: "Unknown path", 405: "Wrong method"}
    call = f"{request.method} {request.url.path}"
    detail = f"there is no {call}; /__admin/docs lists what there is" if error.status_code in titles else error.detail
    return respond(Problem(error.status_code, titles.get(error.status_code, "Refused"), detail), error.headers)


async def _unread(request: Request, error: Exception) -> Response:
    """A read that is in no transaction may have to make room first, in a file for which the disk has none."""
    trouble = request.app.state.services.database.trouble(error)
    return respond(Problem(503, "Not read", trouble)) if trouble else await _broken(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return respond(Problem(500, "Internal error", f"{type(error).__name__}: {error}"))


def install(app: FastAPI) -> None:
    for kind in (Problem, TenancyError, FixtureError, TooManyStubs, StorageTrouble, Elsewhere, RequestValidationError):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(DatabaseError, _unread)
    app.add_exception_handler(HTTPException, _unroutable)
    app.add_exception_handler(Exception, _broken)
