"""Whatever is called in whatever order, no call fails and every answer is as the OpenAPI document of its face says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from tests.acceptance.drawn import TOGETHER, drawn
from tests.acceptance.explorers import Bodies, Explorer, Ids
from tests.acceptance.mocks import Mock

pytestmark = [pytest.mark.assumed, pytest.mark.slow, TOGETHER]


PERCENTAGES = (50, 50, 40, 60, "33.333333333", 100)
QUERIES = (
    "select Id, InvoiceNumber, Amount, Status from Invoice",
    "select Id from Invoice where Status = 'Draft' and Amount > 100 or InvoiceNumber like 'INV%'",
    "select Id, InvoiceId, SplitPercentage from InvoiceSplitItem",
    "select Id, Name from Account where CreatedDate >= '2020-01-01T00:00:00Z'",
    "select Id from TaxationItem where Nothing = null",
)


def rows(ids: Ids) -> st.SearchStrategy[dict[str, Any]]:
    """`type` and `objects` of calls that write."""
    item = {
        "InvoiceSplitId": ids,
        "InvoiceDate": st.just("2026-02-01"),
        "SplitPercentage": st.sampled_from(PERCENTAGES),
    }
    kinds: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "InvoiceSplit": {"InvoiceId": ids},
        "InvoiceSplitItem": item,
        "Account": {"Name": st.text(), "Currency": st.sampled_from(["USD", "JPY", "no"]), "Region__c": st.text()},
        "Contact": {"AccountId": ids, "FirstName": st.text(), "LastName": st.text()},
    }
    written = (objects(kind, st.fixed_dictionaries(members)) for kind, members in kinds.items())
    return st.one_of(*written)


def objects(kind: str, row: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(row, min_size=1, max_size=3).map(lambda made: {"type": kind, "objects": made})


def changes(ids: Ids) -> st.SearchStrategy[dict[str, Any]]:
    status = st.sampled_from(["Draft", "Posted", "Canceled", "Split"])
    invoice = st.fixed_dictionaries({"Id": ids}, optional={"Status": status, "DueDate": st.dates().map(str)})
    item = st.fixed_dictionaries({"Id": ids, "SplitPercentage": st.sampled_from(PERCENTAGES)})
    return objects("Invoice", invoice) | objects("InvoiceSplitItem", item)


ZUORA: Bodies = {
    "POST /v1/action/create": rows,
    "POST /v1/action/update": changes,
    "POST /v1/action/execute": lambda ids: st.fixed_dictionaries(
        {"type": st.just("InvoiceSplit"), "synchronous": st.just(False), "ids": st.lists(ids, min_size=1, max_size=3)}
    ),
    "POST /v1/action/delete": lambda ids: st.fixed_dictionaries(
        {"type": st.sampled_from(["Invoice", "InvoiceSplitItem", "Account"]), "ids": st.lists(ids, min_size=1)}
    ),
    "POST /v1/action/query": lambda _: st.fixed_dictionaries(
        {"queryString": st.sampled_from(QUERIES), "conf": st.fixed_dictionaries({"batchSize": st.integers(1, 3)})}
    ),
    "POST /v1/action/queryMore": lambda ids: st.fixed_dictionaries({"queryLocator": ids}),
    "POST /v1/action/generate": lambda ids: objects(
        "Invoice", st.fixed_dictionaries({"AccountId": ids, "InvoiceDate": st.just("2026-02-01")})
    ),
}


CLIENT = st.fixed_dictionaries({"clientId": st.just("n" * 36), "clientSecret": st.text(min_size=1, max_size=42)})
FAULTS = [{"kind": "rate-limit"}, {"kind": "delay", "milliseconds": 1}, {"kind": "error", "code": "TEMPORARY_ERROR"}]
ACCOUNT = {"AccountNumber": "A-9", "Name": "Nine", "Currency": "USD"}
INVOICE = {"AccountNumber": "A-9", "items": [{"ChargeAmount": "10.01"}]}

ADMIN: Bodies = {
    "POST /seed": lambda _: st.sampled_from([{"accounts": [ACCOUNT]}, {"accounts": [ACCOUNT], "invoices": [INVOICE]}]),
    "POST /tenants": lambda _: CLIENT,
    "POST /tenants/{base}/fork": lambda _: CLIENT,
    "POST /snapshots": lambda _: st.just({"name": "before"}),
    "POST /clock/advance": lambda _: st.fixed_dictionaries({"seconds": st.integers(0, 10**6)}),
    "PUT /clock": lambda _: st.fixed_dictionaries(
        {"now": st.just("2026-02-01T00:00:00Z")}, optional={"frozen": st.booleans()}
    ),
    "PUT /jobs/policy": lambda _: st.sampled_from([{"mode": "manual"}, {"mode": "delayed", "seconds": 5}]),
    "POST /faults": lambda _: st.fixed_dictionaries({"fault": st.sampled_from(FAULTS)}),
    "POST /verify": lambda _: st.just({"match": {"operation": "query"}, "atMost": 0}),
}


def test_zuoras_face_is_as_its_document_says(mock: Mock) -> None:
    explorer = Explorer(mock, drawn(""), "", ZUORA)
    explorer.run()
    assert {label for label, _ in explorer.answered} == explorer.operations.keys()


def test_the_admin_face_is_as_its_document_says(mock: Mock) -> None:
    explorer = Explorer(mock, drawn("/__admin"), "/__admin", ADMIN)
    explorer.run()
    assert {label for label, _ in explorer.answered} == explorer.operations.keys()
