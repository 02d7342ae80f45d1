"""Zuora's own Python SDK as a client of a server that runs as a process."""

from __future__ import annotations

import pytest
from zuora_sdk.zuora_client import ZuoraClient

from tests.acceptance.mocks import CLIENT_ID, SECRET
from tests.process.commands import Server


@pytest.fixture
def sdk(server: Server) -> ZuoraClient:
    """The SDK, signed in to the server that stands."""
    client = ZuoraClient(CLIENT_ID, SECRET, None)  # an address instead of an environment
    client.set_base_url(server.url)
    client.initialize()
    return client
