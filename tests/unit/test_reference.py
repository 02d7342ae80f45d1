"""The list of what Zuora has, against what Zuora's own client names."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.metadata import files

from zuora_mock import api
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.gateway.reference import in_zuora, listed, reference
from zuora_mock.domain.catalogue import OBJECTS

_OPERATION = re.compile(r"method='([A-Z]+)',\s+resource_path='([^']+)'")
_OURS = {"/v1/object/invoice-split", "/v1/object/invoice-split-item"}
"""Collections that Zuora lacks."""
_PLURAL = {"/v1/catalog/products/{key}"}
"""As the page of 2026 has it; the client says product."""


def folded(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template)


@cache
def named() -> dict[str, set[str]]:
    """Methods by template, read from the text of the client: to import it takes seconds."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in files("zuora-sdk") or ():
        if file.match("zuora_sdk/api/*_api.py"):
            for method, path in _OPERATION.findall(file.read_text(encoding="utf-8")):
                found[folded(path)].add(method)
    return dict(found)


def test_every_operation_of_the_client_is_listed() -> None:
    templates = reference().templates
    missing = {path: methods - set(templates.get(path, ())) for path, methods in named().items()}
    assert len(named()) > 500
    assert not any(missing.values())


def test_every_operation_of_the_client_is_found_with_values_in_its_path() -> None:
    calls = [(method, path.replace("{}", "a%2Fb")) for path, methods in named().items() for method in methods]
    assert [call for call in calls if not in_zuora(*call)] == []


def test_the_list_is_sorted_and_has_nothing_twice() -> None:
    paths = [path.split("/") for path in reference().templates]
    assert paths == sorted(paths)
    assert len(listed()) == len(set(listed()))


def test_the_mock_has_no_operation_that_is_not_listed_but_its_own() -> None:
    routes = [route for route in api.routes() if isinstance(route, OperationRoute)]
    unlisted = {route.path for route in routes if not in_zuora(route.method, route.path)}
    assert unlisted <= _OURS | _PLURAL


def test_objects_have_the_methods_of_crud_that_are_listed() -> None:
    own = {
        (verb, f"/v1/object/{kind.path}" + ("" if verb == "POST" else "/{id}"))
        for kind in OBJECTS
        for verb in kind.verbs
    }
    of_crud = {(method, path) for method, path in listed() if path.startswith("/v1/object/")}
    assert {path for _, path in own - of_crud} == _OURS
    assert of_crud <= own


def test_a_template_is_matched_by_segments() -> None:
    assert in_zuora("GET", "/v1/payments/P-1/parts/1/item-parts/2")
    assert not in_zuora("GET", "/v1/payments/P-1/parts/1/item-parts/2/3")
    assert not in_zuora("GET", "/v1/payments//parts")
    assert in_zuora("DELETE", "/v1/invoices/pdf-status")
    assert in_zuora("GET", "/settings")
    assert in_zuora("GET", "/settings/a/b/c")
    assert not in_zuora("GET", "/settingsx")
    assert not in_zuora("GET", "")
