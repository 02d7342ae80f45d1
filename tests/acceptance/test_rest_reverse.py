"""`PUT /v1/invoices/{key}/reverse`: what it leaves, whom it takes along, when it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Client, Mock, Start
from tests.acceptance.test_rest_dialect import NEW, reasons
from tests.acceptance.test_rest_invoices import items, put, read
from tests.acceptance.test_rest_split import done, percentages

REVERSE = "API reference, Reverse an invoice"


def reverse(client: Caller, key: str = "INV00000001", **members: Any) -> httpx.Response:
    return put(client, key, "/reverse", **members)


def balance(client: Caller) -> Any:
    return client.get(f"/v1/object/account/{wire.account_id(client)}").json()["Balance"]


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    taxes = [{"Name": "VAT", "TaxAmount": "8.00", "TaxRate": "8"}]
    charges = [{"ChargeName": "c", "ChargeAmount": "100.00", "taxes": taxes}]
    invoices = [wire.invoice() | {"items": charges}, wire.invoice("INV00000002", "-5.00"), wire.invoice("INV00000003")]
    return wire.start(server, tmp_path, invoices=invoices)


@pytest.fixture
def own(mock: Mock) -> Client:
    return mock.sign_in()


@pytest.mark.documented(REVERSE)
def test_a_credit_memo_leaves_nothing_to_pay(own: Client) -> None:
    put(own, "INV00000001", "/post")
    assert balance(own) == 108
    answer = reverse(own).json()
    assert list(answer) == ["id", "jobId", "jobStatus", "creditMemo", "creditMemos", "debitMemo", "success"]
    assert answer["creditMemos"] == [answer["creditMemo"]]
    assert (answer["jobStatus"], answer["debitMemo"], balance(own)) == ("Completed", None, 0)
    invoice, [item] = read(own, "INV00000001"), items(own, "INV00000001")
    assert (invoice["status"], invoice["amount"], invoice["balance"], invoice["creditMemoAmount"]) == (
        *("Posted", 108, 0, 108),
    )
    [tax] = item["taxationItems"]["data"]
    assert (item["balance"], tax["balance"], tax["creditAmount"]) == (0, 0, 8)
    job = own.get(f"/v1/operations/jobs/{answer['jobId']}").json()
    assert (job["operationType"], job["status"], job["objectId"]) == ("Reverse", "Completed", invoice["id"])


@pytest.mark.documented(REVERSE)
def test_one_part_takes_its_siblings_along_and_the_original_stays_split(own: Client) -> None:
    first, second = done(own, "INV00000001", percentages(40, 60))
    put(own, first["id"], "/post")
    answer = reverse(own, second["invoiceNumber"]).json()
    assert len({each["id"] for each in answer["creditMemos"]}) == 2
    assert answer["creditMemo"] == answer["creditMemos"][0]
    parts = [read(own, each["id"]) for each in (first, second)]
    assert [(each["balance"], each["creditMemoAmount"]) for each in parts] == [(0, each["amount"]) for each in parts]
    assert (read(own, "INV00000001")["status"], balance(own)) == ("Split", 0)


@pytest.mark.documented(REVERSE)
def test_its_dates_are_not_before_those_of_any_part(own: Client) -> None:
    first, _ = done(own, "INV00000001", [{"splitPercentage": 50, "invoiceDate": f"2026-0{n}-15"} for n in (1, 2)])
    put(own, first["id"], "/post")
    with wire.unchanged(own):
        today = reverse(own, first["id"])
        early = reverse(own, first["id"], memoDate="2026-02-14", applyEffectiveDate="2026-02-13")
    told = "memoDate {} is before the date of the invoice, 2026-02-15"
    assert reasons(today) == [(50000020, told.format("2026-02-01"))]
    assert reasons(early) == [
        (50000020, told.format("2026-02-14")),
        (50000020, "applyEffectiveDate 2026-02-13 is before the date of the memo, 2026-02-14"),
    ]
    for answer in (today, early):
        accepted = wire.explained(own, answer)["accepted"]
        assert accepted["body"] == {"memoDate": "2026-02-15", "applyEffectiveDate": "2026-02-15"}
    assert reverse(own, first["id"], **accepted["body"]).json()["success"]


@pytest.mark.documented(REVERSE)
@pytest.mark.parametrize(
    ("number", "before", "why"),
    [
        ("INV00000001", [], "is Draft: only a posted invoice is reversed"),
        ("INV00000001", ["/cancel"], "is Canceled: only a posted invoice is reversed"),
        ("INV00000001", ["/post", "/reverse"], "has payments or memos and cannot be reversed"),
        ("INV00000002", ["/post"], "is negative and cannot be reversed"),
        ("INV00000001", ["/split"], "was split and does not change any more"),
    ],
)
def test_what_is_not_reversible_stays_as_it_is(own: Client, number: str, before: list[str], why: str) -> None:
    for verb in before:
        members = {"splits": percentages(50, 50)} if verb == "/split" else {}
        assert put(own, number, verb, **members).json()["success"]
    with wire.unchanged(own):
        assert reasons(reverse(own, number)) == [(50000030, f"Invoice {number} {why}")]


@pytest.mark.documented("API reference, Unpost an invoice: no memos on it")
def test_what_was_reversed_is_not_unposted(own: Client) -> None:
    put(own, "INV00000001", "/post")
    reverse(own)
    assert [code for code, _ in reasons(put(own, "INV00000001", "/unpost"))] == [51001122]


@pytest.mark.observed("zuora-cli notes against a sandbox")
def test_a_body_needs_its_type_and_every_field_that_is_wrong_is_told(own: Client) -> None:
    assert own.put("/v1/invoices/INV00000001/reverse", headers=NEW).status_code == 415
    answer = reverse(own, memoDate="tomorrow", comment="x" * 256, memo="y")
    assert [code % 100 for code, _ in reasons(answer)] == [20, 20, 21]


@pytest.mark.documented("API reference, Reverse an invoice: asynchronous above 2,000 items")
def test_many_items_are_reversed_in_the_background(server: Start, tmp_path: Path) -> None:
    mock = wire.start(
        server, tmp_path, {"jobs": {"mode": "manual"}}, invoices=[wire.invoice("INV00000001", *["1"] * 2001)]
    )
    own = mock.sign_in()
    job = put(own, "INV00000001", "/post").json()["jobId"]
    own.post(f"/__admin/jobs/{job}/run")
    answer = reverse(own).json()
    assert list(answer) == ["id", "jobId", "jobStatus", "success"]
    assert (answer["jobStatus"], read(own, "INV00000001")["balance"]) == ("Pending", 2001)
    own.post("/__admin/jobs/settle")
    assert own.get(f"/v1/operations/jobs/{answer['jobId']}").json()["status"] == "Completed"
    assert read(own, "INV00000001")["balance"] == 0


@pytest.mark.assumed
def test_what_was_reversed_goes_through_a_state_and_back(own: Client) -> None:
    put(own, "INV00000001", "/post")
    reverse(own)
    state = own.get("/__admin/state").json()
    assert own.post("/__admin/seed", json=state).status_code == 200
    assert own.get("/__admin/state").json() == state
    assert [code for code, _ in reasons(reverse(own))] == [50000030]
