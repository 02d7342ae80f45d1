"""The whole application over HTTP, in the process and thread of the test: no network, no sleeps, no second thread.

The event loop stands still between two calls; `Mock.pause` lets background work have its turn.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from itertools import cycle
from typing import Any, Protocol, TypeVar

import httpx
from fastapi import FastAPI

CLIENT_ID = "00000000-0000-4000-8000-000000009867"
SECRET = "zuora-mock-secret"
"""The client of the default fixture."""

Result = TypeVar("Result")


class Caller(ABC):
    """httpx's verbs, as calls that have been answered when they return."""

    @abstractmethod
    def request(self, method: str, path: str, **options: Any) -> httpx.Response: ...

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)


class Mock(Caller):
    """A running application and a client of it; of replicas each call goes to the next one."""

    def __init__(self, *apps: FastAPI) -> None:
        self.app = apps[0]
        self._runner = asyncio.Runner()
        self._lives = [Life(each) for each in apps]
        self._clients = cycle([self._runner.run(each.begin()) for each in self._lives])
        self._tasks = self._count_tasks()

    @property
    def is_quiet(self) -> bool:
        """Whether it runs, and nothing of a test's is under way in its event loop."""
        return not self._is_over and self._count_tasks() == self._tasks

    @property
    def _is_over(self) -> bool:
        return any(each.is_over for each in self._lives)

    def stop(self) -> None:
        """Ends the application, as it ends by itself with the test."""
        if not self._is_over:
            for each in self._lives:
                self._runner.run(each.end())
            self._runner.close()

    def _count_tasks(self) -> int:
        return len(asyncio.all_tasks(self._runner.get_loop()))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.run(self.send(method, path, **options))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await next(self._clients).request(method, path, **options)

    def run(self, scene: Coroutine[Any, Any, Result]) -> Result:
        """Something that takes turns with the application in its event loop."""
        return self._runner.run(scene)

    def together(self, *calls: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Calls as (method, path, options) that are under way at one time, sent in this order."""

        async def send() -> list[httpx.Response]:
            sent = [self.send(method, path, **options) for method, path, options in calls]
            return list(await asyncio.gather(*sent))

        return self._runner.run(send())

    def pause(self) -> None:
        """A few turns of the event loop, for whatever waits in the background."""
        for _ in range(5):
            self._runner.run(asyncio.sleep(0))

    def sign_in(self, client_id: str = CLIENT_ID, secret: str = SECRET) -> Client:
        """A client that nobody knows gets a tenant of its own."""
        form = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
        answer = self.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return Client(self, answer.json()["access_token"])


class Client(Caller):
    """A client of Zuora's that has signed in; its token names its tenant to `/__admin` too."""

    def __init__(self, mock: Mock, token: str) -> None:
        self.token = token
        self._mock = mock

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self._mock.request(method, path, headers=headers, **options)

    def ids(self, kind: str = "invoices", number: str = "InvoiceNumber") -> dict[str, str]:
        """Ids by number, of everything of a kind that the tenant has."""
        return {each[number]: each["Id"] for each in self.get("/__admin/state").json()[kind]}

    def create(self, kind: str, *objects: dict[str, Any]) -> list[str]:
        rows = self.post("/v1/action/create", json={"type": kind, "objects": list(objects)}).json()
        assert all(row["Success"] for row in rows), rows
        return [row["Id"] for row in rows]

    def prepare_split(self, invoice: str = "INV00000001", percentages: Sequence[float] = (60, 40)) -> str:
        """The id of an InvoiceSplit that can be executed."""
        [split] = self.create("InvoiceSplit", {"InvoiceId": self.ids()[invoice]})
        item = {"InvoiceSplitId": split, "InvoiceDate": "2026-03-01"}
        self.create("InvoiceSplitItem", *({**item, "SplitPercentage": each} for each in percentages))
        return split

    def execute(self, split: str) -> None:
        body = {"type": "InvoiceSplit", "ids": [split], "synchronous": False}
        [row] = self.post("/v1/action/execute", json=body).json()
        assert row["Success"], row

    def order_split(self, invoice: str = "INV00000001") -> str:
        """The id of the job that will split the invoice."""
        split = self.prepare_split(invoice)
        self.execute(split)
        return str(next(job["id"] for job in self.jobs() if job["objectId"] == split))

    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/__admin/jobs").json()["jobs"]
        return found


class Start(Protocol):
    def __call__(self, **settings: Any) -> Mock: ...


class Life:
    """The lifespan of an application, in one task from its start to its end."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._over = asyncio.Event()

    async def _live(self, begun: asyncio.Future[None]) -> None:
        async with self._app.router.lifespan_context(self._app):
            begun.set_result(None)
            await self._over.wait()

    async def begin(self) -> httpx.AsyncClient:
        begun = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(begun))
        await asyncio.wait({self._task, begun}, return_when=asyncio.FIRST_COMPLETED)
        if not begun.done():
            await self._task
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://zuora-mock")
        return self._client

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    async def end(self) -> None:
        await self._client.aclose()
        self._over.set()
        await self._task
