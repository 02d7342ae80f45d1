"""What of a request besides its body would have to be another, so that it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zuora_mock.errors import Remedy


@dataclass(slots=True, repr=False)
class HttpRemedy(Remedy):
    """`headers` by name, None takes one away; `method` where another is meant."""

    headers: Mapping[str, str | None] = field(default_factory=dict)
    method: str = ""
