"""Where the OpenAPI document of `/__admin` is, and the page that shows it or that of Zuora's face without the internet.

The page is Swagger UI, from a package. It is signed in for one tenant: that of `?tenant=`, else the first there is.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from zuora_mock.admin.context import CurrentServices, MaybeTenant, TenantCall, check_parameters
from zuora_mock.services import Services
from zuora_mock.storage import configuration
from zuora_mock.storage.transaction import Transaction

_PAGE = Path(__file__).with_name("page.html")
_NOTHING_FROM_ELSEWHERE = "default-src 'self' 'unsafe-inline'; img-src 'self' data:"
_NO_TOKEN = "none"  # noqa: S105  (where the tenant has no client that could have one)

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_parameters)])
router.mount("/docs/assets", StaticFiles(packages=[("fastapi_swagger", "resources")]))


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    return JSONResponse(await run_in_threadpool(request.app.openapi))


@router.get("/docs")
async def ours(request: Request, services: CurrentServices, named: MaybeTenant) -> HTMLResponse:
    return await _page(request, _reader(services, named), "/__admin", "../openapi.json")


@router.get("/docs/zuora")
async def theirs(request: Request, services: CurrentServices, named: MaybeTenant) -> HTMLResponse:
    return await _page(request, _reader(services, named), "Zuora's API", "../../openapi.json")


def _reader(services: Services, named: MaybeTenant) -> TenantCall:
    return TenantCall(services, named.tenant if named else next(iter(services.tenancy.all())))


async def _page(request: Request, call: TenantCall, title: str, shown: str) -> HTMLResponse:
    """`shown` is the address of the document, seen from `/__admin/docs/`."""
    words = {
        "title": title,
        "home": request.scope["root_path"],
        "query": f"?{request.url.query}" if request.url.query else "",
        "tenant": call.tenant.name,
        "token": await call.do(_sign_in, call.services),
        "document": shown,
    }
    template = Template(_PAGE.read_text(encoding="utf-8"))
    text = template.substitute({name: escape(word) for name, word in words.items()})
    return HTMLResponse(text, headers={"Content-Security-Policy": _NOTHING_FROM_ELSEWHERE})


def _sign_in(transaction: Transaction, services: Services) -> str:
    active = (client for client in configuration.clients_of(transaction) if client.active)
    client = next(active, None)
    return services.credentials.issue_token(transaction, client) if client else _NO_TOKEN


@router.get("/")
async def front() -> RedirectResponse:
    return RedirectResponse("/__admin/docs")
