"""A server that is killed and started again on its database goes on with nothing lost and nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import create_connection
from typing import Any

import httpx
import pytest

from tests.process.commands import Place, Server, Start

CLIENT = {"client_id": "cccccccc-0000-4000-8000-000000000001", "client_secret": "secret"}
INVOICES = 40
SHARES = (40, 30, 20, 10)


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    """A tenant with many draft invoices of three rows each."""
    items = [
        {"ChargeName": "Seats", "ChargeAmount": "333.33", "taxes": [{"Name": "VAT", "TaxAmount": "8.25"}]},
        {"ChargeName": "Support", "ChargeAmount": "99.99"},
    ]
    invoice = {"AccountNumber": "A-1", "Status": "Draft", "InvoiceDate": "2026-01-15", "items": items}
    document = {
        "clients": [{"clientId": CLIENT["client_id"], "clientSecret": CLIENT["client_secret"]}],
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoices": [{**invoice, "InvoiceNumber": f"INV{number:08d}"} for number in range(1, INVOICES + 1)],
    }
    path = tmp_path / "crash.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


Connect = Callable[..., httpx.Client]
"""`connect(server)` signs in; `connect(server, client)` goes on with the token of a client from before."""


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:

        def connector(server: Server, before: httpx.Client | None = None) -> httpx.Client:
            client = stack.enter_context(httpx.Client(base_url=server.url, headers=before.headers if before else None))
            if before is None:
                answer = client.post("/oauth/token", data={**CLIENT, "grant_type": "client_credentials"})
                client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            return client

        yield connector


def rows(client: httpx.Client, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.post("/v1/action/query", json={"queryString": query}).json()["records"]
    return found


def order(client: httpx.Client) -> list[str]:
    """As many splits as there are invoices, each with its items, none executed yet."""
    invoices = [each["Id"] for each in rows(client, "select Id from Invoice where Status = 'Draft'")]
    body = {"type": "InvoiceSplit", "objects": [{"InvoiceId": each} for each in invoices]}
    splits = [each["Id"] for each in client.post("/v1/action/create", json=body).json()]
    for split in splits:
        items = [{"InvoiceSplitId": split, "InvoiceDate": "2026-02-01", "SplitPercentage": share} for share in SHARES]
        client.post("/v1/action/create", json={"type": "InvoiceSplitItem", "objects": items}).raise_for_status()
    return splits


def execute(client: httpx.Client, splits: list[str]) -> Iterator[str]:
    """Orders one split a call, each with an idempotency key."""
    for split in splits:
        body = {"type": "InvoiceSplit", "synchronous": False, "ids": [split]}
        yield client.post("/v1/action/execute", json=body, headers={"Idempotency-Key": f"key-{split}"}).text


def kill(server: Server) -> None:
    server.process.kill()
    server.process.wait()


def check_all_split_once(client: httpx.Client, splits: list[str]) -> None:
    """Every split has its four parts, every other invoice is whole, and no cent is missing."""
    assert client.post("/__admin/jobs/settle").status_code == 200
    assert {job["state"] for job in client.get("/__admin/jobs").json()["jobs"]} == {"succeeded"}
    items = rows(client, "select Id, InvoiceSplitId, InvoiceId from InvoiceSplitItem where InvoiceId != null")
    assert {each["InvoiceSplitId"] for each in items} == set(splits)
    assert len({each["InvoiceId"] for each in items}) == len(splits) * len(SHARES)
    invoices = rows(client, "select Id, Amount from Invoice where Status = 'Draft'")
    assert len(invoices) == INVOICES - len(splits) + len(splits) * len(SHARES)
    assert round(sum(each["Amount"] for each in invoices), 2) == round(441.57 * INVOICES, 2)


@pytest.mark.parametrize("answers", [1, 23])
def test_a_killed_server_continues_where_it_was(
    start: Start, connect: Connect, fixture: Path, place: Place, answers: int
) -> None:
    flags = ("--db", place("state"), "--fixture", str(fixture), "--no-access-log")
    first = start(*flags)
    client = connect(first)
    splits = order(client)[:answers]
    said = list(execute(client, splits))
    kill(first)
    again = connect(start(*flags), client)
    assert list(execute(again, splits)) == said  # repeated from the idempotency keys, not done twice
    check_all_split_once(again, splits)


def test_a_server_killed_in_the_middle_of_background_work_does_the_rest(
    start: Start, connect: Connect, fixture: Path, place: Place
) -> None:
    flags = ("--db", place("state"), "--fixture", str(fixture), "--no-access-log")
    first = start(*flags)
    client = connect(first)
    client.put("/__admin/jobs/policy", json={"mode": "manual"}).raise_for_status()
    splits = order(client)
    assert len(list(execute(client, splits))) == INVOICES
    host, _, port = first.url.removeprefix("http://").partition(":")
    with create_connection((host, int(port))) as line:
        authorization = client.headers["Authorization"]
        line.sendall(
            f"POST /__admin/jobs/settle HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n\r\n".encode()
        )
        kill(first)
    check_all_split_once(connect(start(*flags), client), splits)


def test_a_database_in_memory_begins_anew(start: Start, connect: Connect) -> None:
    first = connect(start("--no-access-log"))
    second = connect(start("--no-access-log"), first)
    assert second.get("/v1/object/invoice/" + "0" * 32).status_code == 401
