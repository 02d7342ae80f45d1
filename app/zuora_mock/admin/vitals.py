"""Whether the server is up: what a probe is told, without anything that routes need."""

from __future__ import annotations

from starlette.datastructures import State
from starlette.responses import JSONResponse

from zuora_mock import __version__
from zuora_mock.clock import stopwatch
from zuora_mock.storage.database import Database


class Health:
    """Counts from its making; `state.ready` of the application says whether calls are welcome."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._database: Database = state.services.database
        self._since = stopwatch()

    def report(self) -> JSONResponse:
        problem = self._database.problem()
        status = ("unhealthy" if problem else "healthy") if self._state.ready else "starting"
        uptime = round(stopwatch() - self._since, 3)
        body = {"status": status, "version": __version__, "uptimeSeconds": uptime, **replica_of(self._database)}
        return JSONResponse(body | ({"problem": problem} if problem else {}), 200 if status == "healthy" else 503)


def replica_of(database: Database) -> dict[str, int]:
    return {"replica": database.replica} if database.shared else {}
