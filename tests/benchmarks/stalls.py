"""How long the others wait: a client of another tenant asks every 10 ms while one call has much to do.

    .venv/bin/python -m tests.benchmarks.stalls [memory] [file]

prints for each call what it took and the longest that the other client waited for an answer, in milliseconds.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Self

from tests.benchmarks.servers import MOCK, started

ROWS, PARTS, INVOICES = 2000, 20, 5000
OTHER = "50a50a50-0000-4000-8000-000000000001"
_PAUSE = 0.01


class Client:
    """One connection on behalf of one tenant."""

    def __init__(self, port: int, client_id: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Content-Type": "application/json", "Zuora-Mock-Tenant": client_id}
        form = f"grant_type=client_credentials&client_id={client_id}&client_secret=s"
        token = self.send(
            "POST", "/oauth/token", form.encode(), **{"Content-Type": "application/x-www-form-urlencoded"}
        )
        self._headers["Authorization"] = f"Bearer {token['access_token']}"
        del self._headers["Zuora-Mock-Tenant"]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {**self._headers, **headers})
        answer = self._connection.getresponse().read()
        with suppress(ValueError):
            return json.loads(answer)
        return answer


class Watch:
    """Asks until it is told to stop; `longest` is the worst wait in seconds."""

    def __init__(self, port: int) -> None:
        self._client, self._over, self.longest = Client(port, OTHER), Event(), 0.0
        self._thread = Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        time.sleep(5 * _PAUSE)
        self.longest = 0.0
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            begun = time.perf_counter()
            self._client.send("POST", "/v1/action/query", {"queryString": "select Id from Account"})
            self.longest = max(self.longest, time.perf_counter() - begun)
            time.sleep(_PAUSE)


def invoice(rows: int) -> dict[str, Any]:
    items = [{"ChargeName": f"Charge {row}", "ChargeAmount": f"{row % 97}.33"} for row in range(rows)]
    return {"AccountNumber": "A-1", "Status": "Draft", "InvoiceDate": "2026-01-15", "items": items}


def document(*invoices: dict[str, Any]) -> dict[str, Any]:
    account = {"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD", "PaymentTerm": "Net 30"}
    return {"accounts": [account], "invoices": list(invoices)}


def many() -> dict[str, Any]:
    return document(*[invoice(3) for _ in range(INVOICES)])


class Scenes:
    """Each is something that takes long, on a tenant of its own."""

    def __init__(self, port: int) -> None:
        self._port, self._made = port, 1

    def _client(self, base: Any = None) -> Client:
        self._made += 1
        client_id = f"50a50a50-0000-4000-8000-{self._made:012d}"
        if base is not None:
            body = {"clientId": client_id, "clientSecret": "s", "base": base}
            connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
            connection.request("POST", "/__admin/tenants", json.dumps(body), {"Content-Type": "application/json"})
            connection.getresponse().read()
        return Client(self._port, client_id)

    def _drafts(self, client: Client) -> list[str]:
        query = {"queryString": "select Id from Invoice where Status = 'Draft'"}
        return [each["Id"] for each in client.send("POST", "/v1/action/query", query)["records"]]

    def rest_split_in_background(self) -> Iterator[Any]:
        client = self._client(document(invoice(ROWS + 1)))
        [key] = self._drafts(client)
        yield
        client.send("PUT", f"/v1/invoices/{key}/split", {"splits": [{"splitPercentage": 100 / PARTS}] * PARTS})
        while client.send("GET", "/__admin/jobs")["jobs"][0]["state"] in {"queued", "running"}:
            time.sleep(_PAUSE)

    def execute(self) -> Iterator[Any]:
        client = self._client(document(invoice(ROWS)))
        [key] = self._drafts(client)
        [made] = client.send("POST", "/v1/action/create", {"type": "InvoiceSplit", "objects": [{"InvoiceId": key}]})
        item = {"InvoiceSplitId": made["Id"], "InvoiceDate": "2026-02-01", "SplitPercentage": 100 / PARTS}
        client.send("POST", "/v1/action/create", {"type": "InvoiceSplitItem", "objects": [item] * PARTS})
        yield
        client.send("POST", "/v1/action/execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [made["Id"]]})
        while client.send("GET", "/__admin/jobs")["jobs"][0]["state"] in {"queued", "running"}:
            time.sleep(_PAUSE)

    def rest_split_at_once(self) -> Iterator[Any]:
        client = self._client(document(invoice(ROWS // 2)))
        [key] = self._drafts(client)
        yield
        client.send("PUT", f"/v1/invoices/{key}/split", {"splits": [{"splitPercentage": 100 / PARTS}] * PARTS})

    def seed(self) -> Iterator[Any]:
        client, body = self._client(), json.dumps(many()).encode()
        yield
        client.send("POST", "/__admin/seed", body)

    def seed_state(self) -> Iterator[Any]:
        client = self._client(many())
        body = json.dumps(client.send("GET", "/__admin/state")).encode()
        yield
        client.send("POST", "/__admin/seed", body)

    def reset(self) -> Iterator[Any]:
        client = self._client(many())
        yield
        client.send("POST", "/__admin/reset")

    def put_tenant(self) -> Iterator[Any]:
        client, body = self._client(many()), json.dumps({"clientSecret": "s", "base": many()}).encode()
        yield
        client.send("PUT", f"/__admin/tenants/50a50a50-0000-4000-8000-{self._made:012d}", body)

    def snapshot(self) -> Iterator[Any]:
        client = self._client(many())
        yield
        client.send("POST", "/__admin/snapshots", {"name": "s"})

    def restore(self) -> Iterator[Any]:
        client = self._client(many())
        client.send("POST", "/__admin/snapshots", {"name": "s"})
        yield
        client.send("POST", "/__admin/snapshots/s/restore")

    def fork(self) -> Iterator[Any]:
        client = self._client(many())
        name, self._made = f"50a50a50-0000-4000-8000-{self._made:012d}", self._made + 1
        copy = {"clientId": f"50a50a50-0000-4000-8000-{self._made:012d}", "clientSecret": "s"}
        yield
        client.send("POST", f"/__admin/tenants/{name}/fork", copy)

    def remove_tenant(self) -> Iterator[Any]:
        client = self._client(many())
        yield
        client.send("DELETE", f"/__admin/tenants/50a50a50-0000-4000-8000-{self._made:012d}")

    def seed_one_large_invoice(self) -> Iterator[Any]:
        client, body = self._client(), json.dumps(document(invoice(20_000))).encode()
        yield
        client.send("POST", "/__admin/seed", body)

    def seed_stored_objects(self) -> Iterator[Any]:
        products = [{"Name": f"Product {number}", "SKU": f"SKU-{number}"} for number in range(INVOICES)]
        client, body = self._client(), json.dumps({"objects": {"Product": products}}).encode()
        yield
        client.send("POST", "/__admin/seed", body)

    def empty_objects(self) -> Iterator[Any]:
        client, body = self._client(), b'{"type": "Account", "objects": [' + b"{}," * 1_000_000 + b"{}]}"
        yield
        client.send("POST", "/v1/action/create", body)

    def faults_by_body(self) -> Iterator[Any]:
        client = self._client()
        for number in range(100):
            order = {"kind": "error", "code": "UNKNOWN_ERROR", "match": {"body": {f"/objects/{number}/Name": "no"}}}
            client.send("POST", "/__admin/faults", order)
        objects = [{"Name": "x" * 60, "Currency": "USD", "Notes": str(number)} for number in range(40_000)]
        body = gzip.compress(json.dumps({"type": "Account", "objects": objects}).encode())
        yield
        client.send("POST", "/v1/action/create", body, **{"Content-Encoding": "gzip"})


def measured(port: int, name: str) -> tuple[float, float]:
    scene = getattr(Scenes(port), name)()
    next(scene)
    with Watch(port) as watch:
        begun = time.perf_counter()
        with suppress(StopIteration):
            next(scene)
        taken = time.perf_counter() - begun
        time.sleep(5 * _PAUSE)
    return taken * 1000, watch.longest * 1000


@contextmanager
def port_of(kind: str) -> Iterator[int]:
    with TemporaryDirectory() as folder:
        file = ("--db", str(Path(folder) / "stalls.db")) if kind == "file" else ()
        with started(*MOCK, "--no-access-log", *file) as server:
            yield server.port


def main() -> None:
    kinds = [each for each in sys.argv[1:] if each in {"memory", "file"}] or ["memory", "file"]
    wanted = [each for each in sys.argv[1:] if each not in kinds]
    names = [name for name in vars(Scenes) if not name.startswith("_") and (not wanted or name in wanted)]
    for kind in kinds:
        for name in names:
            with port_of(kind) as port:
                taken, longest = measured(port, name)
            sys.stdout.write(f"{kind:7} {name:26} {taken:8.0f} ms, others waited at most {longest:6.0f} ms\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
