"""Words of the acceptance tests: small fixtures to start from, calls, and what a refusal looks like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.mocks import CLIENT_ID, SECRET, Caller, Client, Mock, Start

AUTHENTICATE = "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
CONTENT_TYPE = "application/json;charset=utf-8"
NO_DATA = b'{"records":[],"size":0,"done":true}\n'
UNKNOWN_ID = "0" * 32
CLOCK = {"now": "2026-02-01T10:00:00Z", "frozen": True}
DAY = "2026-03-01"

Body = Mapping[str, Any] | list[Any] | str | bytes


def account(number: str = "A-1", **fields: Any) -> dict[str, Any]:
    return {"AccountNumber": number, "Name": "Acme", "Currency": "USD", "PaymentTerm": "Net 30", **fields}


def invoice(number: str = "INV00000001", *charges: str, **fields: Any) -> dict[str, Any]:
    """A draft of these charges, or of one of 100.00."""
    items = [{"ChargeName": "Platform", "ChargeAmount": each, "Quantity": 1} for each in charges or ("100.00",)]
    return {"AccountNumber": "A-1", "InvoiceNumber": number, "InvoiceDate": "2026-01-15", "items": items, **fields}


def fixture(settings: Mapping[str, Any] | None = None, **sections: Any) -> str:
    """The usual client, a frozen clock, an account, one draft, and what is given."""
    document = {
        "clients": [{"clientId": CLIENT_ID, "clientSecret": SECRET}],
        "clock": CLOCK,
        "accounts": [account()],
        "invoices": [invoice()],
        "settings": settings or {},
        **sections,
    }
    return json.dumps(document)


def start(server: Start, path: Path, settings: Mapping[str, Any] | None = None, **sections: Any) -> Mock:
    """A server with one fixture."""
    file = path / "fixture.json"
    file.write_text(fixture(settings, **sections), encoding="utf-8")
    return server(fixtures=(file,))


def content(body: Body) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def act(client: Caller, action: str, body: Body, query: str = "", **headers: str) -> httpx.Response:
    """One of the Actions. Header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", **named}
    return client.post(f"/v1/action/{action}{query}", content=content(body), headers=sent)


def crud(client: Caller, method: str, path: str, body: Body | None = None, **headers: str) -> httpx.Response:
    """One of the CRUD calls, by the path below `/v1/object/`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", **named}
    return client.request(method, f"/v1/object/{path}", content=None if body is None else content(body), headers=sent)


def find(client: Caller, zoql: str) -> list[dict[str, Any]]:
    answer = act(client, "query", {"queryString": zoql})
    assert answer.status_code == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def invoice_id(client: Caller, number: str = "INV00000001") -> str:
    return str(find(client, f"select Id from Invoice where InvoiceNumber = '{number}'")[0]["Id"])


def account_id(client: Caller, number: str = "A-1") -> str:
    return str(find(client, f"select Id from Account where AccountNumber = '{number}'")[0]["Id"])


def rule_of(answer: httpx.Response) -> str:
    """The rules that an answer was refused or marked by, without their provenance."""
    marks = answer.headers.get("Zuora-Mock-Rule", "").split(", ")
    return ", ".join(mark.partition(";")[0] for mark in marks)


def explained(client: Caller, answer: httpx.Response) -> dict[str, Any]:
    found = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}/explain")
    assert found.status_code == 200, found.text
    told: dict[str, Any] = found.json()
    return told


def row(code: str, message: str) -> dict[str, Any]:
    """One refused row of create, update, generate."""
    return {"Success": False, "Errors": [{"Code": code, "Message": message}]}


def problem(code: str, message: str) -> str:
    """The whole body of a refused CRUD call."""
    return json.dumps({"Errors": [{"Code": code, "Message": message}], "Success": False}, separators=(",", ":")) + "\n"


def fault(code: str, message: str) -> str:
    return json.dumps({"FaultCode": code, "FaultMessage": message}, separators=(",", ":"))


def error(message: str) -> str:
    return json.dumps({"message": f"Error - {message}"}, separators=(",", ":"))


def split(client: Client, *percentages: float, number: str = "INV00000001", **fields: Any) -> tuple[str, list[str]]:
    """Ids of an InvoiceSplit and of its items."""
    [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client, number)})
    item = {"InvoiceSplitId": made, "InvoiceDate": DAY, **fields}
    return made, client.create("InvoiceSplitItem", *({**item, "SplitPercentage": each} for each in percentages))


def execute(client: Caller, *ids: Any, **headers: str) -> httpx.Response:
    return act(client, "execute", {"type": "InvoiceSplit", "ids": list(ids), "synchronous": False}, **headers)


def executed(mock: Mock, client: Client, *percentages: float, **fields: Any) -> list[str]:
    """The ids of the parts of a split that was executed."""
    made, items = split(client, *percentages, **fields)
    assert execute(client, made).json() == [{"Success": True, "Id": made}]
    mock.pause()
    return [str(crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"]) for each in items]


def advance(client: Caller, seconds: float) -> None:
    assert client.post("/__admin/clock/advance", json={"seconds": seconds}).status_code == 200


@contextmanager
def unchanged(client: Caller) -> Iterator[None]:
    """What happens inside leaves the tenant's data as it is."""
    before = client.get("/__admin/state").json()
    yield
    assert client.get("/__admin/state").json() == before
