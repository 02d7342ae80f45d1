"""From a path to the operations that are there: one look-up for a fixed path, one walk for a path with parameters.

The name of an object below `/v1/object/` is read in any case, with or without dashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.routing import BaseRoute

from zuora_mock.api import Family
from zuora_mock.api.gateway.dialect import Dialect
from zuora_mock.api.gateway.operation import Operation, OperationRoute

Methods = dict[str, Operation]

OBJECTS = "/v1/object/"


def folded(path: str) -> str:
    """The path with the name of its object, if it has one, in the spelling that all spellings of it share."""
    if not path.startswith(OBJECTS):
        return path
    name, slash, rest = path.removeprefix(OBJECTS).partition("/")
    return f"{OBJECTS}{name.replace('-', '').lower()}{slash}{rest}"


@dataclass(slots=True, eq=False, repr=False)
class _Branch:
    """A place in the tree of paths: what is there, and where the next segment leads."""

    methods: Methods = field(default_factory=dict)
    fixed: dict[str, _Branch] = field(default_factory=dict)
    parameter: _Branch | None = None
    name: str = ""

    def next(self, segment: str) -> _Branch:
        if not segment.startswith("{"):
            return self.fixed.setdefault(segment, _Branch())
        if self.parameter is None:
            self.parameter = _Branch(name=segment.strip("{}"))
        return self.parameter


@dataclass(slots=True, eq=False, repr=False)
class Place:
    """The operations of a path by method, and the values of the parameters in it."""

    methods: Methods
    values: Mapping[str, str]


_NO_VALUES: Mapping[str, str] = {}


@dataclass(slots=True, eq=False, repr=False)
class Target:
    """What a request is for: the operations of its path (none: there is no such path) and the one of its method."""

    methods: Methods
    values: Mapping[str, str]
    operation: Operation | None
    dialect: Dialect

    @property
    def name(self) -> str | None:
        return (self.operation.name or None) if self.operation else None


class RouteTable:
    """The operations among the routes of an application, and the families whose operations are not there yet."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        routes = tuple(routes)
        self.operations = tuple(each for each in routes if isinstance(each, OperationRoute))
        self.families = tuple(each for each in routes if isinstance(each, Family))
        self._root = _Branch()
        self._fixed: dict[str, Place] = {}
        self._stems: dict[str, tuple[Methods, str]] = {}
        for each in self.operations:
            self._add(each)
        dialects = {each.dialect.prefix: each.dialect for each in self.operations}
        self._dialects = sorted(dialects.items(), key=lambda pair: len(pair[0]), reverse=True)

    def _add(self, route: OperationRoute) -> None:
        for path in {route.path, folded(route.path)}:
            branch = self._root
            for segment in path.split("/")[1:]:
                branch = branch.next(segment)
            branch.methods.setdefault(route.method, route.operation)
            stem, _, last = path.rpartition("/")
            if "{" not in path:
                self._fixed[path] = Place(branch.methods, _NO_VALUES)
            elif "{" not in stem:
                self._stems[stem] = (branch.methods, last.strip("{}"))

    def find(self, path: str) -> Place | None:
        found = self._fixed.get(path) or self._by_stem(path) or _walk(self._root, path.split("/"), 1)
        if found is None and path.startswith(OBJECTS):
            return _walk(self._root, folded(path).split("/"), 1)
        return found

    def family(self, path: str) -> Family | None:
        """The one to be asked about a path that is not found."""
        fitting = ((prefix, each) for each in self.families for prefix in each.prefixes if path.startswith(prefix))
        return max(fitting, key=lambda pair: len(pair[0]), default=("", None))[1]

    def _by_stem(self, path: str) -> Place | None:
        """One look-up for a path whose only parameter is its end, as that of most reads."""
        stem, _, last = path.rpartition("/")
        found = self._stems.get(stem) if last else None
        return Place(found[0], {found[1]: unquote(last)}) if found else None

    def target(self, method: str, path: str, place: Place | None) -> Target:
        """What a request is for; of a path that there is not, the dialect of its family is known all the same."""
        if place is None:
            return Target({}, _NO_VALUES, None, self._dialect(path))
        dialect = next(iter(place.methods.values())).dialect
        return Target(place.methods, place.values, place.methods.get(method), dialect)

    def _dialect(self, path: str) -> Dialect:
        """That of the family whose prefix fits best."""
        return next(dialect for prefix, dialect in self._dialects if path.startswith(prefix))


def _walk(branch: _Branch, segments: list[str], at: int = 0) -> Place | None:
    """Fixed segments go before parameters; a parameter is never empty."""
    if at == len(segments):
        return Place(branch.methods, _NO_VALUES) if branch.methods else None
    segment = segments[at]
    fixed = branch.fixed.get(segment)
    found = _walk(fixed, segments, at + 1) if fixed else None
    if found is None and branch.parameter and segment:
        found = _walk(branch.parameter, segments, at + 1)
        if found:
            return Place(found.methods, {branch.parameter.name: unquote(segment), **found.values})
    return found
