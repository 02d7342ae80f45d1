"""Zuora's own Python SDK as a client of a server that runs as a process."""

from __future__ import annotations

import pytest
from zuora_sdk.zuora_client import ZuoraClient

from tests.acceptance.mocks import CLIENT_ID, SECRET
from tests.process.commands import Start


@pytest.fixture
def sdk(start: Start) -> ZuoraClient:
    """The SDK, signed in to a server with the default fixture."""
    client = ZuoraClient(CLIENT_ID, SECRET, None)  # type: ignore[arg-type]  # an address instead of an environment
    client.set_base_url(start("--no-access-log").url)
    client.initialize()  # type: ignore[no-untyped-call]
    return client
