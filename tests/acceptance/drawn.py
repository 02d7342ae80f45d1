"""The OpenAPI documents of both faces, drawn once: each takes seconds."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI

from zuora_mock.admin.app import create_admin_app
from zuora_mock.admin.vitals import Health
from zuora_mock.main import create_app
from zuora_mock.settings import Settings

FACES = ["", "/__admin"]
TOGETHER = pytest.mark.xdist_group("documents")
"""In one worker, which alone draws them."""
APP: FastAPI = create_app(Settings(access_log=False))


@cache
def drawn(prefix: str) -> dict[str, Any]:
    """That of the face whose paths begin so. Not to be changed."""
    if not prefix:
        return APP.openapi()
    return create_admin_app(APP.state.services, APP.state.operations, Health(APP.state)).openapi()
