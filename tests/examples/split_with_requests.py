"""Splits an invoice with `requests`, through a 429 and an answer that is lost on its way.

ZUORA_BASE_URL=http://127.0.0.1:9867 python split_with_requests.py
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

import requests

BASE = os.environ["ZUORA_BASE_URL"]
LONGEST_WAIT = 0.1
"""Seconds. Zuora asks for a minute after a 429; a test has no minute."""


def sign_in() -> requests.Session:
    """For a client id that nobody has: it gets a tenant of its own, with the default fixture."""
    form = {"client_id": str(uuid.uuid4()), "client_secret": "any", "grant_type": "client_credentials"}
    answer = requests.post(f"{BASE}/oauth/token", data=form, timeout=10)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def send(session: requests.Session, action: str, body: dict[str, Any]) -> Any:
    """Once in effect, however often it is sent: all tries have one key."""
    key = str(uuid.uuid4())
    while True:
        try:
            answer = session.post(f"{BASE}/v1/action/{action}", json=body, headers={"Idempotency-Key": key}, timeout=10)
        except requests.ConnectionError:
            print(f"{action}: the answer was lost, sent again")
            continue
        if answer.status_code != 429:
            answer.raise_for_status()
            return answer.json()
        print(f"{action}: 429, retry after {answer.headers['Retry-After']} seconds")
        time.sleep(min(float(answer.headers["Retry-After"]), LONGEST_WAIT))


def query(session: requests.Session, text: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = send(session, "query", {"queryString": text})["records"]
    return records


def order_fault(session: requests.Session, operation: str, kind: str) -> None:
    order: dict[str, Any] = {"match": {"operation": operation}, "times": 1, "fault": {"kind": kind}}
    session.post(f"{BASE}/__admin/faults", json=order, timeout=10).raise_for_status()


def main() -> None:
    zuora = sign_in()
    order_fault(zuora, "create", "rate-limit")
    order_fault(zuora, "execute", "applied-then-lost")

    [draft] = query(zuora, "select Id from Invoice where InvoiceNumber = 'INV00000001'")
    [split] = send(zuora, "create", {"type": "InvoiceSplit", "objects": [{"InvoiceId": draft["Id"]}]})
    parts = [
        {"InvoiceSplitId": split["Id"], "InvoiceDate": date, "SplitPercentage": share}
        for date, share in (("2026-02-01", 60), ("2026-03-01", 40))
    ]
    send(zuora, "create", {"type": "InvoiceSplitItem", "objects": parts})
    [row] = send(zuora, "execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [split["Id"]]})
    assert row["Success"], row

    made = f"select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '{split['Id']}'"
    while not all("InvoiceId" in part for part in query(zuora, made)):
        time.sleep(0.1)
    amounts = [
        each["Amount"] for each in query(zuora, "select Amount from Invoice where InvoiceNumber > 'INV00000014'")
    ]
    print("split into", *amounts)


if __name__ == "__main__":
    main()
