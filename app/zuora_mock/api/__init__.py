"""Zuora's face: how its calls come in and how they are answered, and nothing else.

Every package here that has `prefixes` is a family of endpoints; a new one needs no list to be changed. Its module
`routes` has its `routers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Scope


class Family(BaseRoute):
    """The operations of a family, in their place among an application's routes until the first of them is called.

    To import them all takes longer than everything else that the server does before it is ready. Whatever path begins
    with one of the `prefixes`, and with no longer one of another family, is theirs.
    """

    def __init__(self, name: str, prefixes: tuple[str, ...]) -> None:
        self.prefixes = prefixes
        self._module = f"{name}.routes"

    @property
    def routes(self) -> list[BaseRoute]:
        return [route for router in import_module(self._module).routers for route in router.routes]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        for route in self.routes:
            with suppress(NoMatchFound):
                return route.url_path_for(name, **path_params)
        raise NoMatchFound(name, path_params)


def families() -> Iterator[Family]:
    packages = (import_module(each.name) for each in iter_modules(__path__, f"{__name__}.") if each.ispkg)
    return (Family(each.__name__, each.prefixes) for each in packages if hasattr(each, "prefixes"))


def routes() -> Iterator[BaseRoute]:
    """The operations of every family."""
    return (route for family in families() for route in family.routes)
