"""How a run goes: slow tests first, and what was imported for all of them left alone by the garbage collector."""

from __future__ import annotations

import gc

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that in the end no worker is left with one that takes long. Else the order stays as it was drawn."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
