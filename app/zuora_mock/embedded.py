"""The server in a thread of a test's own process: `with ZuoraMock(fixture="mine.json") as mock:`."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType

import uvicorn

from zuora_mock.client import FixtureSource, MockTenant, own_tenant, read
from zuora_mock.main import create_app
from zuora_mock.serve import configuration, listen
from zuora_mock.settings import Settings
from zuora_mock.tenants.fixtures import load_all


class ZuoraMock:
    """A server on a free port for as long as the block lasts, and in it the fixture's tenant with its first client.

    Without a fixture it is the default one. Raises FixtureError on entry where the fixture is wrong.
    """

    def __init__(self, fixture: FixtureSource | None = None) -> None:
        self._fixture = fixture
        self._stack = ExitStack()

    def __enter__(self) -> MockTenant:
        with ExitStack() as stack:
            url, settings = self._serve(stack)
            clients = load_all(settings.fixtures[:1])[0].document.clients
            self._stack = stack.pop_all()
        if clients:
            return MockTenant(url, clients[0].client_id, clients[0].client_secret)
        return own_tenant(url)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _serve(self, stack: ExitStack) -> tuple[str, Settings]:
        settings = Settings(access_log=False, fixtures=self._files(stack))
        app = create_app(settings)
        stack.callback(app.state.services.database.close)
        listener = stack.enter_context(listen(settings.host, 0))
        server = uvicorn.Server(configuration(app, settings, loop="asyncio"))
        thread = Thread(target=server.run, args=([listener],), name="zuora-mock", daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(setattr, server, "should_exit", True)
        return f"http://{settings.host}:{listener.getsockname()[1]}", settings

    def _files(self, stack: ExitStack) -> tuple[Path, ...]:
        """The fixture as the file that the server reads."""
        if self._fixture is None:
            return ()
        file = Path(stack.enter_context(TemporaryDirectory(prefix="zuora-mock-"))) / "fixture.json"
        file.write_text(json.dumps(read(self._fixture)), encoding="utf-8")
        return (file,)
