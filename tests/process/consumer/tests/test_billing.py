"""A stranger's tests. `test_that_fails` is there for its report."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from app.billing import Zuora

from zuora_mock.client import MockTenant

ADDRESSES = Path(os.environ["ADDRESSES"])


@pytest.fixture
def zuora(zuora_mock: MockTenant) -> Zuora:
    with (ADDRESSES / str(os.getpid())).open("a", encoding="utf-8") as file:
        file.write(f"{zuora_mock.base_url}\n")
    return Zuora(zuora_mock.base_url, zuora_mock.token())


@pytest.mark.parametrize("number", range(6))
def test_each_test_has_a_world_of_its_own(zuora: Zuora, zuora_mock: MockTenant, number: int) -> None:
    drafts = zuora.drafts()
    assert len(drafts) == 12
    assert zuora.split(drafts[number], 60, 40)["Success"]
    zuora_mock.jobs.settle()
    zuora_mock.verify(operation="execute", count=1)
    assert len(zuora.drafts()) == 13


def test_that_fails(zuora: Zuora) -> None:
    assert zuora.split(zuora.drafts()[0], 60, 30)["Success"]
