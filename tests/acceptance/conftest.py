"""Fixtures of the acceptance tests: applications that live as long as the test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from zuora_mock.main import create_app
from zuora_mock.settings import Settings


@pytest.fixture
def server() -> Iterator[Start]:
    """Starts applications with the given settings."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Mock:
            runner = stack.enter_context(asyncio.Runner())
            mock = Mock(create_app(Settings(access_log=False, **settings)), runner)
            stack.callback(mock.stop)
            return mock

        yield start


@pytest.fixture
def mock(server: Start) -> Mock:
    """An application with the default settings."""
    return server()


@pytest.fixture
def client(mock: Mock) -> Client:
    """The client of the default fixture, signed in."""
    return mock.sign_in()
