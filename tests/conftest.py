"""How a run goes: slow tests first, and the garbage collector left with what tests themselves make."""

from __future__ import annotations

import gc

import pytest

gc.disable()  # until all tests are collected: what is made on the way there stays

pytest_plugins = ["tests.engine_of_tests"]

_COLLECTED_AFTER = 20_000
"""Objects, as in the server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that in the end no worker is left with one that takes long. Else the order stays as it was drawn."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)
    gc.enable()
