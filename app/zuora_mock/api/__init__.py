"""Zuora's face: how its calls come in and how they are answered, and nothing else.

Every module or package here that has `routers` is a family of endpoints; a new one needs no list to be changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from starlette.routing import BaseRoute


def routes() -> Iterator[BaseRoute]:
    """The operations of every family."""
    for family in iter_modules(__path__, f"{__name__}."):
        for router in getattr(import_module(family.name), "routers", ()):
            yield from router.routes
