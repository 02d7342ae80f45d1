"""The journal for others to read: as it grows, and as a document that browsers open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Header, Query, Request
from starlette.responses import JSONResponse, StreamingResponse

from zuora_mock.admin.context import CurrentTenantCall, TenantCall
from zuora_mock.admin.requests import LARGEST_NUMBER, LARGEST_PAGE, PAGE, CallSummary, WantedCalls
from zuora_mock.admin.routing import admin_router
from zuora_mock.steering import har, journal_reading

_QUIET = 15
"""Seconds after which a line that says nothing shows that the stream is alive."""

router = admin_router("Requests")

Seen = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER, description="Those after this `n` first; else new ones")]
LastEventId = Annotated[
    int | None, Header(ge=0, le=LARGEST_NUMBER, alias="Last-Event-ID", description="The same, as browsers say it")
]


@router.get(
    "/requests/stream",
    response_model=None,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(call: CurrentTenantCall, after: Seen = None, last_event_id: LastEventId = None) -> StreamingResponse:
    """The calls of the tenant as they come, as server-sent events: `id` is `n`, `data` a summary as in the list."""
    wanted = after if after is not None else last_event_id
    seen = call.tenant.entries if wanted is None else wanted
    return StreamingResponse(events(call, seen), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def events(call: TenantCall, seen: int) -> AsyncIterator[str]:
    """Begins with number 1 again where the journal does."""
    journal, time = call.services.journal, asyncio.get_running_loop().time
    with journal.waiters.waiting_for(call.tenant) as waiting:
        yield ": calls from now on\n\n"
        end, known = time() + _QUIET, 0
        while True:
            waiting.called.clear()
            again, known = waiting.again or call.tenant.entries < known, call.tenant.entries
            seen, waiting.again = 0 if again else seen, False
            for each in await call.do(journal_reading.since, journal, seen):
                seen, end = each["n"], time() + _QUIET
                yield _event(CallSummary.model_validate(each))
            if not await waiting.until_called(end) and time() >= end:
                end = time() + _QUIET
                yield ": still here\n\n"


def _event(call: CallSummary) -> str:
    return f"id: {call.n}\nevent: request\ndata: {call.model_dump_json(by_alias=True)}\n\n"


@router.get(
    "/requests/har",
    response_model=None,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def read_har(
    request: Request,
    call: CurrentTenantCall,
    filters: WantedCalls,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> JSONResponse:
    """The last calls that the filters want as a HAR document (1.2), oldest first, credentials masked.

    The developer tools of browsers open it, and so does what records or replays HTTP.
    """
    base_url = str(request.base_url).removesuffix("/").removesuffix("/__admin")
    document: dict[str, Any] = await call.do(
        har.document, call.services.journal, filters, limit=limit, base_url=base_url
    )
    return JSONResponse(document, headers={"Content-Disposition": 'attachment; filename="zuora-mock.har"'})
