"""What Zuora has, so that the mock can say what it has not. The facts stand in `reference.txt`, read when first needed.

Sources: Zuora's Python SDK 3.21 (every operation), Older API (CRUD and Actions), API references of 2018 to 2022
(spellings that are gone from the newest), Quickstart and Settings API (families of paths), iron_bank (describe).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from zuora_mock.api.gateway.table import folded

_FACTS = Path(__file__).with_suffix(".txt")
ANY, REST = "{}", "**"
"""Segments of a template: any one that is not empty, and all that follow."""


@dataclass(slots=True, eq=False, repr=False)
class _Segment:
    """The templates that end here, by method, and where the next segment leads."""

    templates: dict[str, str] = field(default_factory=dict)
    following: dict[str, _Segment] = field(default_factory=dict)


class Reference(NamedTuple):
    """`templates` are the paths as they are listed, with their methods."""

    templates: dict[str, tuple[str, ...]]
    root: _Segment

    def find(self, method: str, path: str) -> str:
        """The template that the path fits, empty if there is none.

        In time linear in the path: at each segment no more places are open than the tree has at that depth.
        """
        open_steps = [self.root]
        for segment in folded(path).split("/")[1:]:
            for step in open_steps:
                if REST in step.following and method in step.following[REST].templates:
                    return step.following[REST].templates[method]
            keys = (segment, ANY) if segment else (segment,)
            open_steps = [step.following[key] for step in open_steps for key in keys if key in step.following]
        ends = [end for step in open_steps for end in (step, step.following.get(REST)) if end]
        return next((end.templates[method] for end in ends if method in end.templates), "")


@cache
def reference() -> Reference:
    lines = [line.split() for line in _FACTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    templates = {path: tuple(methods) for path, *methods in lines}
    return Reference(templates, _tree(templates.items()))


def _tree(templates: Iterable[tuple[str, tuple[str, ...]]]) -> _Segment:
    root = _Segment()
    for path, methods in templates:
        step = root
        for segment in folded(path).split("/")[1:]:
            step = step.following.setdefault(segment, _Segment())
        step.templates.update(dict.fromkeys(methods, path))
    return root


def listed() -> list[tuple[str, str]]:
    """(method, path) of every operation of Actions and CRUD in the reference."""
    return list(_listed())


def _listed() -> Iterator[tuple[str, str]]:
    for path, methods in reference().templates.items():
        if path.startswith(("/v1/action/", "/v1/object/")):
            yield from ((method, path.replace(ANY, "{id}")) for method in methods)


def in_zuora(method: str, path: str) -> bool:
    """Whether Zuora itself has an operation there."""
    return bool(template(method, path))


def template(method: str, path: str) -> str:
    """Zuora's operation there, as `/v1/orders/{}`, empty if it has none."""
    return reference().find(method, path)
