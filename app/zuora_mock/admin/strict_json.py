"""Bodies as they are read: JSON within bounds, so that whatever is read can be kept and printed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json

from zuora_mock import json_structure
from zuora_mock.tenants.fixtures.json_text import MOST_VALUES

_WITH_FIXTURE = "/tenants"
"""The body there may have a fixture in it."""


class StrictRequest(Request):
    """One whose JSON has no half of a surrogate pair or NUL, no values without end, no depth that cannot be printed."""

    async def json(self) -> Any:
        """Raises JSONDecodeError."""
        body = await self.body()
        most = MOST_VALUES if self.url.path.endswith(_WITH_FIXTURE) else json_structure.MOST_VALUES
        if sum(body.count(mark) for mark in b",[{") > most:
            raise json.JSONDecodeError(f"more than {most} values", "", 0)
        try:
            document = from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "", 0) from None
        if json_structure.has_nul(body):
            raise json.JSONDecodeError("NUL is not text", "", 0)
        return document


class StrictRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly
