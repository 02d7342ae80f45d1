"""Text of other people's in our log: it begins no line of its own, and colors, hides or turns around nothing.

`str.isprintable` knows what is no letter, mark, sign or blank: control characters, line breaks, ESC, marks that change
the direction of writing, lone surrogates, blanks that look like none.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def printable(text: str) -> str:
    """The text with what cannot be seen as escapes of Python's."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def line(words: Sequence[str]) -> str:
    """The words with one blank between each two, and none inside of any."""
    joined = " ".join(words)
    if joined.isprintable() and joined.count(" ") == len(words) - 1:
        return joined
    return " ".join(printable(word).replace(" ", r"\x20") for word in words)


def tell(words: Sequence[str]) -> None:
    """Logs the line past the logging package, which would cost a tenth of a call."""
    sys.stderr.write(f"{line(words)}\n")


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
