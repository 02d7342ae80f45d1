"""Splits an invoice with Zuora's official SDK (`zuora-sdk`), through a 429 and an answer that is lost on its way.

ZUORA_BASE_URL=http://127.0.0.1:9867 python split_with_sdk.py
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

import urllib3
from zuora_sdk.exceptions import ApiException, BadRequestException
from zuora_sdk.zuora_client import ZuoraClient

BASE = os.environ["ZUORA_BASE_URL"]
LONGEST_WAIT = 0.1
"""Seconds. Zuora asks for a minute after a 429; a test has none. After a GET, PUT or DELETE the SDK itself waits."""
SPLIT_ALREADY = 50000030
PARTS = [
    {"splitPercentage": 60, "invoiceDate": "2026-02-01", "paymentTerm": "Net 30"},
    {"splitPercentage": 40, "invoiceDate": "2026-03-01", "paymentTerm": "Net 30"},
]


def sign_in() -> Any:
    """For a client id that nobody has: it gets a tenant of its own. An address takes the place of an environment."""
    client: Any = ZuoraClient(str(uuid.uuid4()), "any", None)
    client.set_base_url(BASE)
    client.refresh_token()
    return client


def query(client: Any, text: str) -> Any:
    while True:
        try:
            return client.actions_api().action_post_query({"queryString": text}).records
        except ApiException as refused:
            if refused.status != 429:
                raise
            wait: str = (refused.headers or {})["Retry-After"]
            print(f"query: 429, retry after {wait} seconds")
            time.sleep(min(float(wait), LONGEST_WAIT))


def split(client: Any, invoice: str) -> None:
    """The SDK sends a PUT again by itself when its answer is lost; the second is told that it is done already."""
    try:
        client.invoices_api().split_invoice(invoice, {"splits": PARTS})
    except BadRequestException as refused:
        if not refused.data or refused.data.reasons[0].code != SPLIT_ALREADY:
            raise
        print("split: the answer was lost, and the SDK sent it again")


def order_fault(client: Any, operation: str, kind: str) -> None:
    order = {"match": {"operation": operation}, "times": 1, "fault": {"kind": kind}}
    headers = {"Authorization": f"Bearer {client.token['access_token']}"}
    answer = urllib3.request("POST", f"{BASE}/__admin/faults", json=order, headers=headers)
    assert answer.status == 201, answer.data


def main() -> None:
    client = sign_in()
    order_fault(client, "query", "rate-limit")
    order_fault(client, "invoices.split", "applied-then-lost")
    [draft] = query(client, "select Id from Invoice where InvoiceNumber = 'INV00000001'")
    split(client, draft["Id"])
    invoices = query(client, "select Amount from Invoice where InvoiceNumber > 'INV00000014'")
    print("split into", *(f"{each['Amount']:g}" for each in invoices))


if __name__ == "__main__":
    main()
