"""JSONPath (RFC 9535, and the brackets that older expressions put around a filter), in time linear in the document.

Nodes that two ways lead to are followed once. In a filter there are plain paths from `@`, comparisons, and, or, not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from zuora_mock.stubs.called import Spending

LONGEST = 1000
"""Characters of an expression."""
_OPERATORS = frozenset({"==", "!=", "<>", "<", "<=", ">", ">=", "&&", "||"})
_SELECTORS = frozenset({"NameSelector", "IndexSelector", "SliceSelector", "WildcardSelector"})
_TERMS = frozenset(
    {
        "FilterExpression",
        "InfixExpression",
        "PrefixExpression",
        "RelativeFilterQuery",
        "Nil",
        "BooleanLiteral",
        "StringLiteral",
        "IntegerLiteral",
        "FloatLiteral",
        "ListLiteral",
    }
)


class Reached(NamedTuple):
    """The values that an expression leads to; `definite` expressions lead to one at most."""

    values: list[Any]
    definite: bool

    def texts(self) -> list[str | None]:
        """Each value as a pattern reads it: of an array its elements, None where there is nothing."""
        values = self.values
        if self.definite and values and isinstance(values[0], list):
            values = values[0]
        return [_text(each) for each in values] or [None]

    def __bool__(self) -> bool:
        """Whether anything is there; an only value that is null or empty is nothing."""
        if self.definite and self.values:
            return self.values[0] not in (None, [], {})
        return bool(self.values)


def check(expression: str) -> str:
    """The expression itself. Raises ValueError for one that there is not, or that is not matched in linear time."""
    _compiled(expression)
    return expression


def find(expression: str, document: Any, spend: Spending) -> Reached:
    path, match = _compiled(expression)
    nodes = [match(document)]
    for segment in path.segments:
        spend(len(nodes))
        nodes = list({each.parts: each for each in _counted(segment.resolve(nodes), spend)}.values())
    return Reached([each.obj for each in nodes], path.singular_query())


def _counted(nodes: Iterator[Any], spend: Spending) -> Iterator[Any]:
    for each in nodes:
        spend(1)
        yield each


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> tuple[Any, Callable[[Any], Any]]:
    import jsonpath  # noqa: PLC0415  (few servers have stubs, and fewer such stubs)

    if len(expression) > LONGEST:
        raise ValueError(f"a JSONPath has at most {LONGEST} characters")
    try:
        path = jsonpath.JSONPathEnvironment(filter_caching=False).compile(expression)
    except (jsonpath.JSONPathError, ValueError) as error:
        raise ValueError(f"no JSONPath: {str(error).partition(chr(10))[0]}") from None
    if not isinstance(path, jsonpath.JSONPath):
        raise ValueError("one JSONPath is needed, not several in one")
    for segment in path.segments:
        _check_segment(segment, filters=True)

    def root(document: Any) -> Any:
        return jsonpath.JSONPathMatch(filter_context={}, obj=document, parent=None, path="$", parts=(), root=document)

    return path, root


def _check_segment(segment: Any, *, filters: bool) -> None:
    """Raises ValueError. Of what is inside of a filter, `filters` are none and nothing descends at will."""
    if not filters and type(segment).__name__ != "JSONPathChildSegment":
        raise ValueError("no .. inside of a filter")
    for selector in segment.selectors:
        name = type(selector).__name__
        if name == "Filter" and filters:
            _check_term(selector.expression)
        elif name not in _SELECTORS:
            raise ValueError(f"no {selector} here: this mock does not know it")


def _check_term(term: Any) -> None:
    if type(term).__name__ not in _TERMS or not _is_known(term):
        raise ValueError(f"no {term} in a filter: this mock does not know it")
    if type(term).__name__ == "RelativeFilterQuery":
        for segment in term.path.segments:
            _check_segment(segment, filters=False)
    for each in term.children():
        _check_term(each)


def _is_known(term: Any) -> bool:
    """Of the comparisons those that any two values take, and `in` with a list."""
    operator = getattr(term, "operator", "")
    if operator == "in":
        return type(term.right).__name__ == "ListLiteral"
    return type(term).__name__ != "InfixExpression" or operator in _OPERATORS


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
