"""The operations among the routes of an application: those that are there, and those that a call is first to need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from zuora_mock.api import Family
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.gateway.table import Place, RouteTable


class Operations:
    """`routes` is the application's list, which grows."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._routes = routes
        self._table, self._others = RouteTable(()), list[BaseRoute]()
        self._drawn_from, self._unfolding = 0, Lock()

    def __iter__(self) -> Iterator[OperationRoute]:
        self.unfold()
        return iter(self.table.operations)

    @property
    def table(self) -> RouteTable:
        if self._drawn_from != len(self._routes):
            self._table, self._drawn_from = RouteTable(self._routes), len(self._routes)
            self._others = [route for route in self._routes if not isinstance(route, OperationRoute | Family)]
        return self._table

    def unfold(self, families: Iterable[Family] | None = None) -> None:
        """Puts the operations of these families, or of all, into their places among the routes."""
        for each in self.table.families if families is None else families:
            with self._unfolding:  # one at a time: a call of another family need not wait for all of them
                if each in self._routes:  # else another thread was faster
                    at = self._routes.index(each)
                    self._routes[at : at + 1] = each.routes
                    self._drawn_from = 0

    def find(self, path: str) -> Place | None:
        place = self.table.find(path)
        while place is None and (family := self.table.family(path)):
            self.unfold([family])
            place = self.table.find(path)
        return place

    def is_elsewhere(self, scope: Scope) -> bool:
        """Whether a route of the application that is none of Zuora's fits, with a slash at its end or without."""
        path = scope["path"]
        toggled = path.rstrip("/") if path.endswith("/") else f"{path}/"
        scopes = ({**scope, "path": each} for each in (path, toggled) if each)
        return any(route.matches(each)[0] is not Match.NONE for each in scopes for route in self._others)
