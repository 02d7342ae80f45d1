"""`/object-query/*`: one list and one read for each resource of the table of resources.

Sources: API reference, query*; guide, Expand, filter, fields, and sort.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import DECLARED_OF_REST
from zuora_mock.api.gateway.operation import OperationRoute, sourced
from zuora_mock.api.object_query.dialect import ObjectQueryDialect, QueryRefused
from zuora_mock.api.object_query.models import ListingOptions, ReadingOptions, many_of, one_of
from zuora_mock.billing import object_queries
from zuora_mock.domain.object_query.reading import objects_of
from zuora_mock.domain.object_query.resources import Resource, resources

QueryEndpoint = Callable[..., Answer]


class ObjectQueryRoute(OperationRoute):
    dialect = ObjectQueryDialect()
    family = "Object Query"
    versioned = False


router = APIRouter(
    prefix="/object-query",
    route_class=ObjectQueryRoute,
    tags=[ObjectQueryRoute.family],
    dependencies=DECLARED_OF_REST,
    responses={"4XX": {"model": QueryRefused, "description": "Refused"}},
)
routers = (router,)


def _lister(resource: Resource) -> QueryEndpoint:
    def read(call: CurrentCall, options: Annotated[ListingOptions, Query()]) -> Answer:
        found, further = object_queries.find_many(
            call.transaction, resource, options.asked, options.cursor, options.extent
        )
        page = {"nextPage": further} if further or options.include_null_fields else {}
        return Answer(200, render({**page, "data": found}), objects=objects_of(resource, options.asked))

    return read


def _reader(resource: Resource) -> QueryEndpoint:
    def read(call: CurrentCall, key: str, options: Annotated[ReadingOptions, Query()]) -> Answer:
        found = object_queries.find_one(call.transaction, resource, options.asked, key, options.extent)
        return Answer(200, render(found), objects=objects_of(resource, options.asked))

    return read


def _add(path: str, name: str, summary: str, endpoint: QueryEndpoint, answer: Any) -> None:
    named = sourced("API reference, Object Queries")(endpoint)
    router.add_api_route(path, named, methods=["GET"], name=name, summary=summary, response_model=answer)


def _declare() -> None:
    for resource in resources():
        if resource.path is None:
            continue
        path, name = f"/{resource.path}", f"object-query.{resource.path}"
        words = resource.path.replace("-", " ")
        _add(path, name, f"List {words}", _lister(resource), many_of(resource))
        _add(f"{path}/{{key}}", f"{name}.get", f"Read one of the {words}", _reader(resource), one_of(resource))


_declare()
