"""From a path to the operations that are there: one look-up for a fixed path, one walk for a path with parameters.

The name of an object below `/v1/object/` is read in any case, with or without dashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from starlette.routing import BaseRoute

from zuora_mock.api.gateway.dialect import Dialect
from zuora_mock.api.gateway.operation import OperationRoute

Methods = dict[str, OperationRoute]

OBJECTS = "/v1/object/"


def folded(path: str) -> str:
    """The path with the name of its object, if it has one, in the spelling that all spellings of it share."""
    if not path.startswith(OBJECTS):
        return path
    name, slash, rest = path.removeprefix(OBJECTS).partition("/")
    return f"{OBJECTS}{name.replace('-', '').lower()}{slash}{rest}"


@dataclass(slots=True)
class _Step:
    """A place in the tree of paths: what is there, and where the next segment leads."""

    methods: Methods = field(default_factory=dict)
    fixed: dict[str, _Step] = field(default_factory=dict)
    parameter: _Step | None = None
    name: str = ""

    def next(self, segment: str) -> _Step:
        if not segment.startswith("{"):
            return self.fixed.setdefault(segment, _Step())
        if self.parameter is None:
            self.parameter = _Step(name=segment.strip("{}"))
        return self.parameter


class Place(NamedTuple):
    """The operations of a path by method, and the values of the parameters in it."""

    methods: Methods
    values: Mapping[str, str]


_NO_VALUES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is for: the operations of its path (none: there is no such path) and the one of its method."""

    methods: Methods
    values: Mapping[str, str]
    operation: OperationRoute | None
    dialect: Dialect

    @property
    def name(self) -> str | None:
        return self.operation.name if self.operation else None


class RouteTable:
    """The operations among the routes of an application."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.operations = tuple(each for each in routes if isinstance(each, OperationRoute))
        self._root = _Step()
        self._fixed: dict[str, Place] = {}
        for each in self.operations:
            self._add(each)
        dialects = {each.dialect.prefix: each.dialect for each in self.operations}
        self._dialects = sorted(dialects.items(), key=lambda pair: len(pair[0]), reverse=True)

    def _add(self, operation: OperationRoute) -> None:
        for path in {operation.path, folded(operation.path)}:
            step = self._root
            for segment in path.split("/")[1:]:
                step = step.next(segment)
            step.methods.setdefault(operation.method, operation)
            if "{" not in path:
                self._fixed[path] = Place(step.methods, _NO_VALUES)

    def find(self, path: str) -> Place | None:
        found = self._fixed.get(path) or _walk(self._root, path.split("/"), 1)
        if found is None and path.startswith(OBJECTS):
            return _walk(self._root, folded(path).split("/"), 1)
        return found

    def target(self, method: str, path: str, place: Place | None) -> Target:
        """What a request is for; of a path that there is not, the dialect of its family is known all the same."""
        if place is None:
            return Target({}, _NO_VALUES, None, self._dialect(path))
        dialect = next(iter(place.methods.values())).dialect
        return Target(place.methods, place.values, place.methods.get(method), dialect)

    def _dialect(self, path: str) -> Dialect:
        """That of the family whose prefix fits best."""
        return next(dialect for prefix, dialect in self._dialects if path.startswith(prefix))


def _walk(step: _Step, segments: list[str], at: int = 0) -> Place | None:
    """Fixed segments go before parameters; a parameter is never empty."""
    if at == len(segments):
        return Place(step.methods, _NO_VALUES) if step.methods else None
    segment = segments[at]
    fixed = step.fixed.get(segment)
    found = _walk(fixed, segments, at + 1) if fixed else None
    if found is None and step.parameter and segment:
        found = _walk(step.parameter, segments, at + 1)
        if found:
            return Place(found.methods, {step.parameter.name: unquote(segment), **found.values})
    return found
