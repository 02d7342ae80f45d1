"""The routes of `/__admin` are imported as calls need them."""

from __future__ import annotations

from importlib import import_module

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from zuora_mock.admin.app import SECTIONS, AdminApplication, routers


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_known_by_how_its_paths_begin(section: str) -> None:
    routes = import_module(f"zuora_mock.admin.{section}").router.routes
    paths = [each.path for each in routes if isinstance(each, Route | Mount)]
    assert {path.split("/")[1] for path in paths} == SECTIONS[section]


def paths_of(app: AdminApplication) -> set[str]:
    return {each.path for each in app.routes if isinstance(each, APIRoute)}


def test_a_path_has_the_routes_that_it_may_lead_to() -> None:
    app = AdminApplication(openapi_url=None, docs_url=None, redoc_url=None)
    app.unfold("/clock/advance")
    assert paths_of(app) == {"/health", "/config", "/clock", "/clock/advance"}
    app.unfold("/verify")
    assert {"/clock", "/verify", "/requests/{n}"} <= paths_of(app)
    assert "/reset" not in paths_of(app)


@pytest.mark.parametrize("path", [None, "/nothing"])
def test_a_path_that_leads_nowhere_has_them_all(path: str | None) -> None:
    app = AdminApplication(openapi_url=None, docs_url=None, redoc_url=None)
    app.unfold(path)
    assert app.routes == [route for router in routers() for route in router.routes]
