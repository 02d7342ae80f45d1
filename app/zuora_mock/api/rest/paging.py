"""Pages of REST lists: 20 rows, at most 40, `nextPage` on every page but the last (guide, Pagination; recorded).

A size that is none, or not above zero, is the default; `page` counts with a size only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlencode

from pydantic import BeforeValidator, Field

from zuora_mock.api.gateway.models import Options

DEFAULT_SIZE, LARGEST_SIZE = 20, 40

ListedRow = TypeVar("ListedRow")


def _positive(value: object) -> int:
    """0 for what is no number above zero."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


Positive = Annotated[int, BeforeValidator(_positive)]


class PageOptions(Options):
    default: ClassVar[int] = DEFAULT_SIZE
    page_size: Positive = Field(default=DEFAULT_SIZE, alias="pageSize", description=f"At most {LARGEST_SIZE}")
    page: Positive = Field(default=1, description="From 1")


class CatalogOptions(PageOptions):
    default = 10
    page_size: Positive = Field(default=10, alias="pageSize", description=f"At most {LARGEST_SIZE}")


def page_of(rows: Sequence[ListedRow], options: PageOptions, path: str) -> tuple[Sequence[ListedRow], dict[str, Any]]:
    """The rows of the page, and `nextPage` where there is a further one, with the options of this one (assumed)."""
    size = min(options.page_size or options.default, LARGEST_SIZE)
    page = max(options.page, 1) if options.page_size and "page_size" in options.model_fields_set else 1
    start, end = (page - 1) * size, page * size
    if end >= len(rows):
        return rows[start:end], {}
    paging = {"page": page + 1, "pageSize": size}
    others = options.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"page", "page_size"})
    return rows[start:end], {"nextPage": f"{path}?{urlencode({**paging, **others})}"}
