"""Regular expressions of strangers. RE2 takes time linear in the text, where Python's own may take for ever.

It has no look-around and no references back; a pattern with either is refused when it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

LONGEST = 1000
"""Characters of an expression."""


def check(expression: str) -> str:
    """The expression itself. Raises ValueError where it is none that can be matched in linear time."""
    _compiled(expression)
    return expression


def fits(expression: str, text: str) -> bool:
    """Whether the whole text is what the expression says."""
    return _compiled(expression)(text.encode("utf-8", "replace").decode())


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Callable[[str], bool]:
    try:
        import re2  # type: ignore[import-untyped]  # noqa: PLC0415  (few servers have stubs, and fewer such stubs)
    except ImportError:
        raise ValueError("regular expressions need a package: pip install google-re2") from None
    if len(expression) > LONGEST:
        raise ValueError(f"a regular expression has at most {LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression, options)
    except re2.error as error:
        [reason] = error.args
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        raise ValueError(f"no regular expression that RE2 knows: {said}") from None
    return lambda text: compiled.fullmatch(text) is not None
