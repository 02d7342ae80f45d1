"""Stubs: a test's own answers, in the mapping form of WireMock.

They answer where the mock has no operation, and where it has one if they say `override`; after the caller has signed
in, or before if they say `anonymous`. The journal tells which stub answered, and why one that was near did not.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body
from pydantic import ConfigDict, Discriminator, Tag

from zuora_mock.admin.context import CurrentTenantCall
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.strict_json import StrictRoute
from zuora_mock.steering.models import ResponseBody
from zuora_mock.stubs.keeping import written
from zuora_mock.stubs.mapping import MappingList, StubMapping

router = admin_router("Stubs", prefix="/stubs", route_class=StrictRoute)


def _form(body: Any) -> str:
    return "list" if isinstance(body, MappingList) or (isinstance(body, dict) and "mappings" in body) else "one"


OneOrMany = Annotated[
    Annotated[StubMapping, Tag("one")] | Annotated[MappingList, Tag("list")], Discriminator(_form), Body()
]


class OtherStub(StubMapping):
    """A mapping that takes the place of another."""

    model_config = ConfigDict(defer_build=False)


class StubAdded(ResponseBody):
    """`ids` in the order in which they were added; `id` is the only or the last one."""

    id: str | None
    ids: list[str]


class StubCount(ResponseBody):
    total: int


class StubList(ResponseBody):
    """In the form in which they can be posted, the oldest first."""

    mappings: list[dict[str, Any]]
    meta: StubCount


@router.post("", status_code=201)
async def add(call: CurrentTenantCall, body: OneOrMany) -> StubAdded:
    """Adds one stub, or several (`{"mappings": […]}`), each in place of the one of its id.

    Of those that fit a call the one of the lowest priority answers, of these the newest.

    A member that there is not, or that the mock cannot do, is refused with its place, and nothing is kept.
    """
    mappings = body.mappings if isinstance(body, MappingList) else [body]
    added = await call.do(call.services.stubs.add, mappings)
    return StubAdded(id=added[-1] if added else None, ids=added)


@router.get("", name="list")
async def list_stubs(call: CurrentTenantCall) -> StubList:
    """The stubs as they were given, with their ids."""
    found = await call.do(written)
    return StubList(mappings=found, meta=StubCount(total=len(found)))


@router.delete("", status_code=204, response_model=None)
async def clear(call: CurrentTenantCall) -> None:
    """Removes all stubs; their scenarios begin anew."""
    await call.do(call.services.stubs.clear)


@router.get("/{id}", name="read")
async def read(call: CurrentTenantCall, id: str) -> dict[str, Any]:
    """One stub as it was given."""
    found = await call.do(call.services.stubs.find, id)
    if found is None:
        raise _unknown(id)
    return found


@router.put("/{id}", name="replace")
async def replace(call: CurrentTenantCall, id: str, body: OtherStub) -> dict[str, Any]:
    """Puts another stub in the place of one. Answers it."""
    if body.given_id not in {"", id}:
        raise Problem(400, "Invalid request", f"body/id: it is {body.given_id}, and {id} in the path")
    if not await call.do(call.services.stubs.replace, id, body):
        raise _unknown(id)
    return await read(call, id)


@router.delete("/{id}", status_code=204, response_model=None)
async def remove(call: CurrentTenantCall, id: str) -> None:
    """Removes one stub."""
    if not await call.do(call.services.stubs.remove, id):
        raise _unknown(id)


def _unknown(id: str) -> Problem:
    return Problem(404, "Unknown stub", f"the tenant has no stub with the id '{id}'")
