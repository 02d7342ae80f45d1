"""When the work of an execute call is done: the tenant's policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import advance, crud, execute, split, start


def ordered(server: Start, path: Path, jobs: dict[str, Any]) -> tuple[Mock, Client, str]:
    """A split just executed under the policy, with one of its items."""
    mock = start(server, path, {"jobs": jobs})
    client = mock.sign_in()
    made, items = split(client, 60, 40)
    assert execute(client, made).json() == [{"Success": True, "Id": made}]
    return mock, client, items[0]


def done(client: Client, item: str) -> bool:
    return "InvoiceId" in crud(client, "GET", f"invoice-split-item/{item}").json()


@pytest.mark.assumed
def test_by_default_it_is_done_right_after_the_answer_has_left(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path)
    client = mock.sign_in()
    made, items = split(client, 60, 40)
    execute(client, made)
    mock.pause()
    assert done(client, items[0])


@pytest.mark.assumed
def test_it_may_be_done_before_the_answer_leaves(server: Start, tmp_path: Path) -> None:
    _, client, item = ordered(server, tmp_path, {"mode": "before-reply"})
    assert [job["state"] for job in client.jobs()] == ["succeeded"]
    assert done(client, item)


@pytest.mark.assumed
def test_it_may_wait_on_the_tenants_clock(server: Start, tmp_path: Path) -> None:
    mock, client, item = ordered(server, tmp_path, {"mode": "delayed", "seconds": 30})
    advance(client, 29)
    mock.pause()
    assert not done(client, item)
    advance(client, 1)
    assert done(client, item)


@pytest.mark.assumed
def test_it_may_wait_until_it_is_told(server: Start, tmp_path: Path) -> None:
    mock, client, item = ordered(server, tmp_path, {"mode": "manual"})
    advance(client, 3000)
    mock.pause()
    assert not done(client, item)
    client.post("/__admin/jobs/settle")
    assert done(client, item)


@pytest.mark.assumed
def test_what_was_accepted_is_done_after_a_restart(new_server: Start, tmp_path: Path) -> None:
    database = tmp_path / "mock.db"
    first = new_server(db=database)
    client = first.sign_in()
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    made, items = split(client, 60, 40)
    execute(client, made)
    first.stop()
    again = new_server(db=database)
    client = again.sign_in()
    assert [job["state"] for job in client.jobs()] == ["queued"]
    client.post("/__admin/jobs/settle")
    assert done(client, items[0])


@pytest.mark.assumed
def test_a_refused_call_orders_no_work(server: Start, tmp_path: Path) -> None:
    client = start(server, tmp_path).sign_in()
    made, _ = split(client, 60, 30)
    execute(client, made)
    assert client.jobs() == []
