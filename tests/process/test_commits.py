"""A server that dies right before or right after a commit, whichever it is, and its client that asks again.

What there is in the end is what there is without a death: nothing half, nothing twice. A sample of the commits;

    EVERY_COMMIT=1 .venv/bin/pytest tests/process/test_commits.py

takes all of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.process.commands import PATIENCE, Place, Server, Start

CLIENT = {"client_id": "cccccccc-0000-4000-8000-000000000002", "client_secret": "secret"}
EVERY_COMMIT = "EVERY_COMMIT" in os.environ
ACCOUNT = {"Id": "8ad0" + "9" * 28, "AccountNumber": "A-9", "Name": "Nine", "Currency": "USD"}


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    document = {
        "clients": [{"clientId": CLIENT["client_id"], "clientSecret": CLIENT["client_secret"]}],
        "clock": {"now": "2026-02-01T10:00:00Z", "frozen": True},
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoices": [{"AccountNumber": "A-1", "Status": "Draft", "items": [{"ChargeAmount": "100.01"}]}] * 2,
    }
    path = tmp_path / "commits.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class Patient:
    """A client that asks again until it is answered. A server that dies is started anew, and lives."""

    def __init__(self, start: Start, fixture: Path, database: str, **mortal: str) -> None:
        self._flags = ("--fixture", str(fixture), "--no-access-log", "--db", database)
        self._start, self.deaths = start, 0
        self._client = httpx.Client(timeout=PATIENCE)
        self._server = start(*self._flags, before="tests.process.mortal", **mortal)

    def request(self, method: str, path: str, key: str = "", **options: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                answer = self._client.request(method, f"{self._alive().url}{path}", headers=headers, **options)
            except httpx.TransportError:
                self._server.process.wait(PATIENCE)
                continue
            assert answer.is_success, answer.text
            return answer.json()

    def sign_in(self) -> None:
        answer = self.request("POST", "/oauth/token", data={**CLIENT, "grant_type": "client_credentials"})
        self._client.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def act(self, action: str, key: str, **body: Any) -> Any:
        return self.request("POST", f"/v1/action/{action}", key, json=body)

    def stop(self) -> None:
        self._client.close()
        self._server.stop()

    def _alive(self) -> Server:
        if not self._server.ready or self._server.process.poll() is not None:
            self.deaths += 1
            self._server = self._start(*self._flags)
        return self._server


def story(client: Patient) -> Iterator[Any]:
    """Some of everything that commits; what is there in between and in the end."""
    client.sign_in()
    invoices = client.act("query", "1", queryString="select Id from Invoice")["records"]
    split(client, invoices[0]["Id"], "first")
    client.request("POST", "/__admin/seed", json={"accounts": [ACCOUNT]})
    client.request("POST", "/__admin/snapshots", json={"name": "s"})
    split(client, invoices[1]["Id"], "second")
    yield whole(client)
    client.request("POST", "/__admin/snapshots/s/restore")
    client.act("create", "2", type="Account", objects=[{"Name": "New", "Currency": "USD"}])
    yield whole(client)
    client.request("POST", "/__admin/reset")
    split(client, invoices[0]["Id"], "third")
    yield whole(client)


def split(client: Patient, invoice: str, name: str) -> None:
    [made] = client.act("create", f"{name} split", type="InvoiceSplit", objects=[{"InvoiceId": invoice}])
    item = {"InvoiceSplitId": made["Id"], "InvoiceDate": "2026-02-01", "SplitPercentage": 50}
    client.act("create", f"{name} items", type="InvoiceSplitItem", objects=[item, item])
    done = client.act("execute", f"{name} execute", type="InvoiceSplit", synchronous=False, ids=[made["Id"]])
    assert done == [{"Success": True, "Id": made["Id"]}]
    client.request("POST", "/__admin/jobs/settle")


def whole(client: Patient) -> tuple[Any, ...]:
    """Data, and work. The journal, which knows of repeated calls, has no gap."""
    state = client.request("GET", "/__admin/state")
    jobs = [(each["objectId"], each["state"]) for each in client.request("GET", "/__admin/jobs")["jobs"]]
    numbers = [each["n"] for each in client.request("GET", "/__admin/requests")["requests"]]
    assert numbers == list(range(len(numbers), 0, -1))
    assert {state for _, state in jobs} == {"succeeded"}
    return state, jobs


def deaths(commits: int) -> Iterator[str]:
    """Each with the number of a commit and its moment: all, or a sample in which the moments take turns."""
    if EVERY_COMMIT:
        yield from (f"{number} {moment}" for number in range(1, commits + 1) for moment in ("before", "after"))
    else:
        yield from (f"{number} {'before' if number % 2 else 'after'}" for number in range(1, commits + 1, 7))


@pytest.mark.slow
def test_a_death_at_a_commit_leaves_nothing_half_and_nothing_twice(
    start: Start, fixture: Path, engine: str, place: Place
) -> None:
    log = fixture.with_name("commits.log")
    undisturbed = Patient(start, fixture, place("never"), MORTAL_ENGINE=engine, MORTAL_LOG=str(log))
    wanted = list(story(undisturbed))
    undisturbed.stop()
    for death in deaths(log.stat().st_size):
        client = Patient(start, fixture, place(death), MORTAL_ENGINE=engine, MORTAL_AT=death)
        assert (list(story(client)), client.deaths) == (wanted, 1), death
        client.stop()
