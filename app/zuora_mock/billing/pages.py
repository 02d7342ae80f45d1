"""One page of PDF, A4, in the fonts that every reader has: Latin text, of other scripts a question mark a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

MOST_ROWS = 40
"""Of a page; of the others it says how many there are."""
_WIDTH, _HEIGHT, _MARGIN, _LINE = 595, 842, 50, 15
_TITLE, _TEXT = 18, 10
_SERVICE, _QUANTITY, _RIGHT = 270, 420, _WIDTH - _MARGIN
_DIGIT = 0.6
"""Width of a letter of Courier, in its size."""


class PageRow(NamedTuple):
    name: str
    service: str
    quantity: str
    amount: str


class PrintedPage(NamedTuple):
    """Facts of the head and sums of the foot are pairs of a name and a text."""

    facts: tuple[tuple[str, str], ...]
    rows: tuple[PageRow, ...]
    totals: tuple[tuple[str, str], ...]


class _Placed(NamedTuple):
    """A text at its place, in points from the lower left corner."""

    x: float
    y: float
    font: str
    size: int
    text: str


@lru_cache(maxsize=256)
def draw(page: PrintedPage) -> bytes:
    import pydyf  # type: ignore[import-untyped]  # noqa: PLC0415  (few runs of the server draw a page)

    document = pydyf.PDF()
    fonts = pydyf.Dictionary()
    for key, name in (("F1", "Helvetica"), ("F2", "Helvetica-Bold"), ("F3", "Courier")):
        font = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{name}", "Encoding": "/WinAnsiEncoding"}
        document.add_object(pydyf.Dictionary(font))
        fonts[key] = document.objects[-1].reference
    stream = pydyf.Stream()
    for each in _placed(page):
        _write(stream, pydyf.String(_latin(each.text)), each)
    document.add_object(stream)
    leaf = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, _WIDTH, _HEIGHT]),
        "Resources": pydyf.Dictionary({"Font": fonts}),
        "Contents": stream.reference,
    }
    document.add_page(pydyf.Dictionary(leaf))
    output = BytesIO()
    document.write(output)
    return output.getvalue()


def _write(stream: Any, text: Any, placed: _Placed) -> None:
    stream.begin_text()
    stream.set_font_size(placed.font, placed.size)
    stream.move_text_to(placed.x, placed.y)
    stream.stream.append(text.data + b" Tj")
    stream.end_text()


def _placed(page: PrintedPage) -> Iterator[_Placed]:
    top = _HEIGHT - _MARGIN - _TITLE
    yield _Placed(_MARGIN, top, "F2", _TITLE, "Invoice")
    top -= 2 * _LINE
    for name, text in page.facts:
        yield _Placed(_MARGIN, top, "F1", _TEXT, f"{name}: {text}")
        top -= _LINE
    shown = (PageRow("Item", "Service period", "Quantity", "Amount"), *page.rows[:MOST_ROWS])
    yield from _table(shown, top - _LINE)
    top -= _LINE * (len(shown) + 1)
    if len(page.rows) > MOST_ROWS:
        yield _Placed(_MARGIN, top, "F1", _TEXT, f"and {len(page.rows) - MOST_ROWS} more rows")
        top -= _LINE
    for name, text in page.totals:
        top -= _LINE
        yield _Placed(_QUANTITY - 80, top, "F2", _TEXT, name)
        yield _to_the_right(top, text)


def _table(rows: Sequence[PageRow], top: float) -> Iterator[_Placed]:
    for number, row in enumerate(rows):
        y, font = top - number * _LINE, "F1" if number else "F2"
        for x, text, most in ((_MARGIN, row.name, 40), (_SERVICE, row.service, 30), (_QUANTITY, row.quantity, 12)):
            yield _Placed(x, y, font, _TEXT, text if len(text) <= most else f"{text[: most - 1]}…")
        yield _to_the_right(y, row.amount)


def _to_the_right(y: float, text: str) -> _Placed:
    return _Placed(round(_RIGHT - _DIGIT * _TEXT * len(text), 2), y, "F3", _TEXT, text)


def _latin(text: str) -> bytes:
    return "".join(each if each.isprintable() else " " for each in text).encode("cp1252", "replace")
