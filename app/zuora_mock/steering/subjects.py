"""Calls as patterns see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zuora_mock.steering.recorded_bodies import read_body


@dataclass(eq=False, repr=False)
class Subject:
    """Header names are in lower case; the body is as it came, compressed or not."""

    operation: str | None
    method: str
    path: str
    track_id: str | None
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def document(self) -> Any:
        """The body as it is read, once however many patterns ask for it."""
        return read_body(self.headers, self.body)
