"""Whether the server is up, and with which settings it runs."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse

from zuora_mock.admin.context import CurrentServices
from zuora_mock.admin.routing import admin_router
from zuora_mock.admin.vitals import Health, replica_of
from zuora_mock.bounds import Bounds
from zuora_mock.database_url import DatabaseUrl
from zuora_mock.settings import Settings
from zuora_mock.steering.masking import MASK

_DEFAULT = Settings()
_SECRETS = frozenset({"admin_token"})
_VARIABLES = {"fixtures": "ZUORA_MOCK_FIXTURE", "allowed_hosts": "ZUORA_MOCK_ALLOWED_HOST"}
_HEALTH = {
    "type": "object",
    "required": ["status", "version", "uptimeSeconds"],
    "properties": {
        "status": {"type": "string", "enum": ["healthy", "starting", "unhealthy"]},
        "version": {"type": "string"},
        "uptimeSeconds": {"type": "number"},
        "replica": {"type": "integer", "description": "Which of those that share a database"},
        "problem": {"type": "string", "description": "Why nothing can be written"},
    },
}
_HEALTH_ANSWER = {"application/json": {"schema": _HEALTH}}
_SETTING = {
    "type": "object",
    "required": ["value", "source", "variable"],
    "properties": {
        "value": {"description": "As the setting is"},
        "source": {"type": "string", "enum": ["default", "set"]},
        "variable": {"type": "string"},
        "forgotten": {"type": "integer"},
        "engine": {"type": "string"},
        "replica": {"type": "integer"},
        "timers": {"type": "integer"},
    },
}
_SETTINGS_ANSWER = {"application/json": {"schema": {"type": "object", "additionalProperties": _SETTING}}}

open_router = admin_router("Server", is_open=True)
"""For everybody, also where the other calls need the admin token."""
router = admin_router("Server")


@open_router.get(
    "/health",
    name="read",
    response_model=None,
    responses={
        200: {"description": "Ready for calls", "content": _HEALTH_ANSWER},
        503: {
            "content": _HEALTH_ANSWER,
            "description": "Not ready yet, status `starting`; or nothing can be written, status `unhealthy` and the "
            "`problem`: reads go on, and writing as soon as it can",
        },
    },
)
@open_router.head("/health", response_model=None, include_in_schema=False)
async def health(request: Request) -> JSONResponse:
    """Whether the server is ready, its version and for how many seconds it has been up."""
    found: Health = request.app.state.health
    return found.report()


@router.get("/config", response_model=None, responses={200: {"content": _SETTINGS_ANSWER}})
async def config(services: CurrentServices) -> dict[str, Any]:
    """The server's settings: value, whether it is the default, and the variable that sets it. Secrets are masked.

    A bound also tells how many were `forgotten` since the start of the server, to make room for newer ones, that of
    jobs how many `timers` of delayed ones there are, one for each that waits, and `db` the `engine`. Where servers may
    share it, it tells which `replica` answers: what is counted is its own.
    """
    settings, bounds = services.settings, services.bounds
    told = {name: _setting(settings, name) | _forgotten(bounds, name) for name in Settings.model_fields}
    told["most_jobs"]["timers"] = services.runner.background.timers
    told["db"] |= {"engine": services.database.engine, **replica_of(services.database)}
    return told


def _forgotten(bounds: Bounds, name: str) -> dict[str, Any]:
    return {"forgotten": bounds.forgotten[name]} if name.startswith("most_") else {}


def _setting(settings: Settings, name: str) -> dict[str, Any]:
    value = getattr(settings, name)
    shown = MASK if value and name in _SECRETS else str(value) if isinstance(value, DatabaseUrl) else value
    source = "default" if value == getattr(_DEFAULT, name) else "set"
    return {"value": shown, "source": source, "variable": _VARIABLES.get(name, f"ZUORA_MOCK_{name.upper()}")}
