"""Whether a JSON value is as a mapping wants it: exactly, in any order, with more than is named, with placeholders.

A placeholder is a text such as `${json-unit.any-string}`. Numbers are equal by their value: 1 is 1.0.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from zuora_mock.stubs import expressions
from zuora_mock.stubs.called import Spending

_OPENING = ("${json-unit.", "#{json-unit.")
_REGEX = "regex}"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Stands for any value that fits; `optional` also for none."""

    fits: Callable[[Any], bool]
    optional: bool = False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_PLACEHOLDERS: Mapping[str, Placeholder] = {
    "any-string}": Placeholder(lambda value: isinstance(value, str)),
    "any-number}": Placeholder(_is_number),
    "any-boolean}": Placeholder(lambda value: isinstance(value, bool)),
    "ignore}": Placeholder(lambda _value: True),
    "ignore-element}": Placeholder(lambda _value: True, optional=True),
}


def prepared(expected: Any) -> Any:
    """The value with its placeholders ready. Raises ValueError for one that there is not."""
    if isinstance(expected, dict):
        return {name: prepared(value) for name, value in expected.items()}
    if isinstance(expected, list):
        return [prepared(each) for each in expected]
    return _placeholder(expected) if isinstance(expected, str) and expected.startswith(_OPENING) else expected


def _placeholder(text: str) -> Placeholder:
    name = text[len(_OPENING[0]) :]
    if name.startswith(_REGEX):
        expression = expressions.check(name.removeprefix(_REGEX))
        return Placeholder(lambda value: isinstance(value, str) and expressions.fits(expression, value))
    if name not in _PLACEHOLDERS:
        raise ValueError(f"there is no placeholder {text}")
    return _PLACEHOLDERS[name]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two values have to be. What is looked at is spent."""

    spend: Spending
    any_order: bool
    extra: bool

    def holds(self, expected: Any, actual: Any) -> bool:
        """`expected` is prepared."""
        self.spend(1)
        if isinstance(expected, Placeholder):
            return expected.fits(actual)
        if isinstance(expected, dict):
            return isinstance(actual, dict) and self._members(expected, actual)
        if isinstance(expected, list):
            return isinstance(actual, list) and self._elements(expected, actual)
        return _key(expected) == _key(actual)

    def _members(self, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> bool:
        if not self.extra and len(actual) > len(expected):
            return False
        needed = {name: value for name, value in expected.items() if name in actual or not _is_optional(value)}
        if not needed.keys() <= actual.keys() or not (self.extra or actual.keys() <= needed.keys()):
            return False
        return all(self.holds(value, actual[name]) for name, value in needed.items())

    def _elements(self, expected: Sequence[Any], actual: Sequence[Any]) -> bool:
        if len(expected) > len(actual) or not (self.extra or len(expected) == len(actual)):
            return False
        if not self.any_order:
            return all(self.holds(wanted, given) for wanted, given in zip(expected, actual, strict=False))
        if any(isinstance(each, Placeholder) for each in expected):
            return _Pairing(self, expected, actual).complete()
        self.spend(len(expected) + len(actual))
        plain, given = Counter(map(_key, _scalars(expected))), Counter(map(_key, _scalars(actual)))
        if not (plain <= given if self.extra else plain == given):
            return False
        return _Pairing(self, _containers(expected), _containers(actual)).complete()


class _Pairing:
    """Each expected element with an actual one of its own, by augmenting paths."""

    def __init__(self, likeness: Likeness, expected: Sequence[Any], actual: Sequence[Any]) -> None:
        self._likeness, self._expected, self._actual = likeness, expected, actual
        self._known: dict[tuple[int, int], bool] = {}
        self._place: dict[int, int] = {}
        self._taken: dict[int, int] = {}

    def complete(self) -> bool:
        return len(self._expected) <= len(self._actual) and all(map(self._augment, range(len(self._expected))))

    def _augment(self, first: int) -> bool:
        came: dict[int, int] = {}
        waiting = deque([first])
        while waiting:
            wanted = waiting.popleft()
            for given in self._candidates(wanted):
                if given not in came and self._fits(wanted, given):
                    came[given] = wanted
                    if given not in self._taken:
                        self._exchange(first, given, came)
                        return True
                    waiting.append(self._taken[given])
        return False

    def _candidates(self, wanted: int) -> Iterator[int]:
        """The one at the same place first: nearly always it fits."""
        return chain(range(wanted, len(self._actual)), range(wanted))

    def _fits(self, wanted: int, given: int) -> bool:
        self._likeness.spend(1)
        if (wanted, given) not in self._known:
            self._known[wanted, given] = self._likeness.holds(self._expected[wanted], self._actual[given])
        return self._known[wanted, given]

    def _exchange(self, first: int, free: int, came: Mapping[int, int]) -> None:
        given = free
        while True:
            wanted = came[given]
            before = self._place.get(wanted, -1)
            self._place[wanted], self._taken[given] = given, wanted
            if wanted == first:
                return
            given = before


def _is_optional(value: Any) -> bool:
    return isinstance(value, Placeholder) and value.optional


def _key(value: Any) -> tuple[str, Any]:
    """Equal for equal values that are no containers: no number is a boolean."""
    if _is_number(value):
        return "number", value
    return type(value).__name__, value if isinstance(value, str | bool) else None


def _scalars(values: Sequence[Any]) -> list[Any]:
    return [each for each in values if not isinstance(each, dict | list)]


def _containers(values: Sequence[Any]) -> list[Any]:
    return [each for each in values if isinstance(each, dict | list)]
