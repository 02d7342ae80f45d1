"""The application inside of somebody else's process: every way in which FastAPI's users run one."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from tests.acceptance.mocks import CLIENT_ID, SECRET
from zuora_mock.main import create_app
from zuora_mock.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another HTTP client below it
    from fastapi.testclient import TestClient

pytestmark = pytest.mark.assumed

QUIET = Settings(access_log=False)
FORM = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
DRAFT = "select Id from Invoice where InvoiceNumber = 'INV00000001'"


def steps() -> Generator[tuple[str, dict[str, Any]], Any, None]:
    """The main job as calls: each is told by what the last one answered."""
    invoice = yield "/v1/action/query", {"queryString": DRAFT}
    split = yield (
        "/v1/action/create",
        {"type": "InvoiceSplit", "objects": [{"InvoiceId": invoice["records"][0]["Id"]}]},
    )
    item = {"InvoiceSplitId": split[0]["Id"], "InvoiceDate": "2026-03-01", "SplitPercentage": 50}
    yield "/v1/action/create", {"type": "InvoiceSplitItem", "objects": [item, item]}
    yield "/v1/action/execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [split[0]["Id"]]}
    zoql = f"select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '{split[0]['Id']}'"
    yield "/v1/action/query", {"queryString": zoql}


def is_split(client: httpx.Client, form: dict[str, str] = FORM) -> bool:
    """Whether the background has split the invoice by the time of the next call."""
    token = client.post("/oauth/token", data=form).json()["access_token"]
    plan = steps()
    path, body = next(plan)
    while True:
        answer = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"}).json()
        try:
            path, body = plan.send(answer)
        except StopIteration:
            return len(answer["records"]) == 2 and all("InvoiceId" in each for each in answer["records"])


def test_under_a_test_client_as_context() -> None:
    with TestClient(create_app(QUIET)) as client:
        assert is_split(client)


def test_under_a_test_client_without_context() -> None:
    assert is_split(TestClient(create_app(QUIET)))


def test_over_a_transport_without_lifespan() -> None:
    async def run() -> bool:
        transport = httpx.ASGITransport(create_app(QUIET))
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            answer = await client.post("/oauth/token", data=FORM)
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            plan = steps()
            path, body = next(plan)
            while True:
                told = (await client.post(path, json=body, headers=headers)).json()
                try:
                    path, body = plan.send(told)
                except StopIteration:
                    return all("InvoiceId" in each for each in told["records"])

    assert asyncio.run(run())


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Uvicorn in a thread, with everything as uvicorn has it by default."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    ready = threading.Event()
    startup = server.startup

    async def announce(sockets: list[Any] | None = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = announce  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def test_under_uvicorn_in_a_thread() -> None:
    with served(create_app(QUIET)) as url, httpx.Client(base_url=url) as client:
        assert is_split(client)


def test_two_applications_in_one_process_know_nothing_of_each_other() -> None:
    first, second = TestClient(create_app(QUIET)), TestClient(create_app(QUIET))
    assert is_split(first)
    assert is_split(second)
    assert first.get("/__admin/state?tenant=default").json()["invoiceSplits"]


def test_several_threads_may_call_one_application() -> None:
    app = create_app(QUIET)

    def work(number: int) -> bool:
        client, name = TestClient(app), f"{number:08d}-0000-4000-8000-000000000000"
        form = {**FORM, "client_id": name, "client_secret": "s"}
        return all(is_split(client, form) and client.post(f"/__admin/reset?tenant={name}").is_success for _ in range(3))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(8)))
    default = TestClient(app)
    token = default.post("/oauth/token", data=FORM).json()["access_token"]
    numbers = [
        int(default.get("/v1/nonsense", headers={"Authorization": f"Bearer {token}"}).headers["Zuora-Mock-Request"])
        for _ in range(2)
    ]
    assert numbers[1] == numbers[0] + 1


def test_one_application_may_live_several_times() -> None:
    app = create_app(QUIET)
    with TestClient(app) as client:
        assert is_split(client)
    with TestClient(app) as client:
        assert client.get("/__admin/state?tenant=default").json()["invoiceSplits"]


def test_a_file_is_let_go_at_the_end_and_opened_again(tmp_path: Path) -> None:
    settings = Settings(access_log=False, db=tmp_path / "mock.db")
    app = create_app(settings)
    with TestClient(app) as client:
        assert is_split(client)
    with TestClient(create_app(settings)) as other:
        assert other.get("/__admin/state?tenant=default").json()["invoiceSplits"]
    assert TestClient(app).get("/__admin/state?tenant=default").json()["invoiceSplits"]


def test_delayed_work_is_done_by_the_call_that_finds_it_due() -> None:
    client = TestClient(create_app(QUIET))
    client.put("/__admin/jobs/policy?tenant=default", json={"mode": "delayed", "seconds": 60})
    client.put("/__admin/clock?tenant=default", json={"now": "2026-01-01T00:00:00Z", "frozen": True})
    assert not is_split(client)
    client.put("/__admin/clock?tenant=default", json={"now": "2026-01-01T00:01:00Z"})
    [job] = client.get("/__admin/jobs?tenant=default").json()["jobs"]
    assert job["state"] == "succeeded"


async def who() -> str:
    return "nobody"


async def somebody() -> str:
    return "somebody"


class TestAdditions:
    """What a user adds works as FastAPI's documentation says."""

    @pytest.fixture
    def app(self) -> FastAPI:
        return create_app(QUIET)

    def test_a_route_of_their_own_is_answered(self, app: FastAPI) -> None:
        @app.get("/hello")
        async def hello() -> dict[str, str]:
            return {"hello": "world"}

        @app.get("/v1/greetings/{key}")
        async def greeting(key: str) -> dict[str, str]:
            return {"key": key}

        client = TestClient(app)
        assert client.get("/hello").json() == {"hello": "world"}
        assert client.get("/hello/").json() == {"hello": "world"}
        assert client.get("/v1/greetings/A-1").json() == {"key": "A-1"}
        assert client.get("/v1/greetings").status_code == 401
        assert "/hello" in app.openapi()["paths"]

    def test_a_router_with_dependencies_that_are_overridden(self, app: FastAPI) -> None:
        router = APIRouter(prefix="/mine")

        @router.get("/who")
        async def read(name: Annotated[str, Depends(who)]) -> str:
            return name

        app.include_router(router)
        client = TestClient(app)
        assert client.get("/mine/who").json() == "nobody"
        app.dependency_overrides[who] = somebody
        assert client.get("/mine/who").json() == "somebody"

    def test_middleware_sees_the_calls_of_zuora(self, app: FastAPI) -> None:
        seen: list[str] = []

        @app.middleware("http")
        async def watch(request: Request, call_next: Any) -> Any:
            seen.append(request.url.path)
            answer = await call_next(request)
            answer.headers["X-Watched"] = "yes"
            return answer

        client = TestClient(app)
        assert is_split(client)
        assert client.get("/nonsense").headers["X-Watched"] == "yes"
        assert {"/oauth/token", "/v1/action/execute", "/nonsense"} <= set(seen)

    def test_an_exception_handler_catches_what_their_route_raises(self, app: FastAPI) -> None:
        class Trouble(Exception):
            pass

        @app.exception_handler(Trouble)
        async def handle(_request: Request, _error: Trouble) -> JSONResponse:
            return JSONResponse({"trouble": True}, 418)

        @app.get("/trouble")
        async def trouble() -> None:
            raise Trouble

        assert TestClient(app).get("/trouble").status_code == 418

    def test_a_front_page_of_their_own_comes_before_ours(self, app: FastAPI) -> None:
        client = TestClient(app, headers={"Accept": "text/html"}, follow_redirects=False)
        assert client.get("/").headers["location"] == "/__admin/docs"
        app.add_api_route("/", who)
        assert client.get("/").json() == "nobody"

    def test_the_application_may_be_mounted_below_a_path(self, app: FastAPI) -> None:
        outer = FastAPI()
        outer.mount("/zuora", app)
        client = TestClient(outer)
        assert client.post("/zuora/oauth/token", data=FORM).status_code == 200
        assert client.get("/zuora/v1/nonsense").status_code == 401
        assert client.get("/zuora/__admin/health").status_code == 200
