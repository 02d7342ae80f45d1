"""The OpenAPI document of `/__admin`, and one page that shows it or that of Zuora's face without the internet."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from warnings import catch_warnings, filterwarnings

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from zuora_mock.admin.context import check_parameters
from zuora_mock.api.gateway.operation import first_sentence

_PAGE = Path(__file__).with_name("page.html")

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_parameters)])


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application of `/__admin`, each operation summed up by its first sentence."""
    with catch_warnings():
        # pydantic warns of an alias that FastAPI gives to the parameter of every body.
        filterwarnings("ignore", message="The 'alias' attribute")
        drawn: dict[str, Any] = app.openapi()
    for methods in drawn["paths"].values():
        for operation in methods.values():
            operation["summary"] = first_sentence(operation.get("description") or operation["summary"])
    return drawn


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    return JSONResponse(document(request.app))


@router.get("/docs")
@router.get("/docs/zuora")
async def page() -> FileResponse:
    """The page looks at its own address to know which of the two documents to show."""
    return FileResponse(_PAGE, media_type="text/html")


@router.get("/")
async def front() -> RedirectResponse:
    return RedirectResponse("/__admin/docs")
