"""The journal as it grows, over a real connection: a stream has no end that a client in the process could wait for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.process.commands import Server, Start
from tests.process.test_start_up import AT_ONCE, sign_in

pytestmark = pytest.mark.assumed


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {sign_in(server)}"}) as made:
        yield made


def events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Calls as the stream tells them; its `id` is their number."""
    number = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            number = value
        elif name == "data":
            call = json.loads(value)
            assert call["n"] == int(number)
            yield call


def look(client: httpx.Client, number: int) -> None:
    client.get(f"/v1/object/invoice/{number}")


def test_calls_come_as_events_once_they_are_in_the_journal(client: httpx.Client) -> None:
    look(client, 1)
    with client.stream("GET", "/__admin/requests/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines).startswith(":")
        look(client, 2)
        look(client, 3)
        calls = events(lines)
        assert [next(calls)["path"] for _ in range(2)] == ["/v1/object/invoice/2", "/v1/object/invoice/3"]
        client.post("/__admin/reset").raise_for_status()
        look(client, 4)
        assert (first := next(calls))["path"] == "/v1/object/invoice/4"
        assert first["n"] == 1


@pytest.mark.parametrize(("query", "headers"), [("?after=1", {}), ("", {"Last-Event-ID": "1"})])
def test_a_stream_may_go_on_where_another_one_ended(client: httpx.Client, query: str, headers: dict[str, str]) -> None:
    look(client, 1)
    look(client, 2)
    with client.stream("GET", f"/__admin/requests/stream{query}", headers=headers) as stream:
        calls = events(stream.iter_lines())
        assert [next(calls)["n"] for _ in range(2)] == [2, 3]


def test_streams_and_those_who_wait_do_not_delay_the_end(start: Start) -> None:
    server = start("--no-access-log")
    with httpx.stream("GET", f"{server.url}/__admin/requests/stream") as stream:
        assert next(stream.iter_lines()).startswith(":")
        assert server.stop(within=AT_ONCE) == 0
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""
