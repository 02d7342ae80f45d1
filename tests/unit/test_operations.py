"""Families among the routes of an application: their operations take their places with the first call."""

from __future__ import annotations

import pytest
from starlette.routing import BaseRoute, Mount, NoMatchFound, Router

from zuora_mock import api
from zuora_mock.api import Family
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.gateway.operations import Operations
from zuora_mock.api.gateway.table import RouteTable

FAMILIES = list(api.families())
OTHERS = Mount("/others", routes=[])


def application() -> list[BaseRoute]:
    return [*FAMILIES, OTHERS]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.prefixes[0])
def test_no_other_family_answers_in_the_place_of_one_that_is_not_there_yet(family: Family) -> None:
    others = RouteTable(route for each in FAMILIES if each is not family for route in each.routes)
    own = [each for each in family.routes if isinstance(each, OperationRoute)]
    assert own
    for operation in own:
        assert others.find(operation.path) is None
        assert RouteTable(FAMILIES).family(operation.path) is family


def test_the_first_call_of_a_family_brings_its_operations_and_no_others() -> None:
    routes = application()
    place = Operations(routes).find("/v1/action/create")
    assert place is not None
    assert [*place.methods] == ["POST"]
    left = [each for each in routes if isinstance(each, Family)]
    assert {each.prefixes for each in FAMILIES} - {each.prefixes for each in left} == {("/v1/action/",)}


def test_a_path_that_is_nobodys_brings_none() -> None:
    routes = application()
    assert Operations(routes).find("/__admin/health") is None
    assert routes == application()


def test_the_order_of_operations_does_not_tell_who_was_called_first() -> None:
    routes = application()
    operations = Operations(routes)
    for path in ("/v1/accounts/1", "/v1/action/none"):
        operations.find(path)
    assert list(operations) == list(api.routes())
    assert routes == [*api.routes(), OTHERS]


def test_a_family_knows_the_paths_of_its_operations_by_their_names() -> None:
    router = Router(application())
    assert router.url_path_for("jobs.get", job="1") == "/v1/operations/jobs/1"
    with pytest.raises(NoMatchFound):
        router.url_path_for("none")
