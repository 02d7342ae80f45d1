"""Several invoices in one call: created, updated and posted, each with a result of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Client, Start
from tests.acceptance.test_rest_dialect import BODY, ITEM, NEW, OLD, reasons
from tests.acceptance.test_rest_invoices import items, put, read
from tests.acceptance.test_rest_split import done, percentages

BATCH = "API reference, Create standalone invoices"
WRONG = {"accountNumber": "A-9", "invoiceDate": "2026-02-01", "invoiceItems": [ITEM]}


def batch(client: Caller, *rows: Any, **members: Any) -> httpx.Response:
    return client.post("/v1/invoices/batch", json={"invoices": list(rows), **members}, headers=NEW)


def update(client: Caller, *rows: Any, headers: dict[str, str] = NEW) -> httpx.Response:
    return client.put("/v1/invoices", json={"invoices": list(rows)}, headers=headers)


def post(client: Caller, *rows: Any) -> httpx.Response:
    return client.post("/v1/invoices/bulk-post", json={"invoices": list(rows)}, headers=NEW)


def row(answer: httpx.Response, position: int) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["invoices"][position]
    return found


@pytest.fixture
def own(server: Start, tmp_path: Path) -> Client:
    """Of a server whose clock stands still."""
    return wire.start(server, tmp_path, invoices=[wire.invoice(f"INV0000000{n}") for n in (1, 2, 3)]).sign_in()


class TestCreating:
    @pytest.mark.documented(BATCH)
    def test_each_is_an_invoice_as_a_single_call_answers_it(self, own: Client) -> None:
        answer = batch(own, BODY, {**BODY, "status": "Posted"}).json()
        assert answer["success"] is True
        assert answer["invoices"] == [read(own, each["id"]) for each in answer["invoices"]]
        assert [each["status"] for each in answer["invoices"]] == ["Draft", "Posted"]

    @pytest.mark.documented(BATCH)
    def test_those_that_are_refused_leave_no_trace_and_the_others_stand(self, own: Client) -> None:
        twice = {**BODY, "invoiceNumber": "B-1"}
        answer = batch(own, twice, WRONG, twice, {"memo": 1}, 5, BODY)
        assert answer.status_code == 200
        told = answer.json()
        assert told["success"] is True
        assert [each["success"] for each in told["invoices"]] == [True, False, False, False, False, True]
        assert [[each["code"] for each in row(answer, at)["reasons"]] for at in (1, 2, 4)] == [[50000020]] * 3
        assert [each["code"] % 100 for each in row(answer, 3)["reasons"]] == [22, 22, 22, 21]
        assert list(row(answer, 1)) == ["success", "processId", "reasons", "requestId"]
        assert row(answer, 5)["invoiceNumber"] == "INV00000004"
        assert len(own.get("/__admin/state").json()["invoices"]) == 5

    @pytest.mark.assumed
    def test_none_made_is_no_success(self, own: Client) -> None:
        assert batch(own, WRONG).json()["success"] is False

    @pytest.mark.documented(BATCH)
    def test_in_a_single_transaction_one_that_is_refused_takes_all_with_it(self, own: Client) -> None:
        with wire.unchanged(own):
            answer = batch(own, BODY, WRONG, {**BODY, "status": "Sent"}, useSingleTransaction=True)
        assert answer.status_code == 400
        assert reasons(answer) == [
            (50000020, "invoices[1]: No account has the key 'A-9'"),
            (50000020, "invoices[2]: 'status' value should be one of: Draft, Posted"),
        ]
        assert batch(own, BODY, BODY, useSingleTransaction="true").json()["success"] is True

    @pytest.mark.documented(BATCH)
    @pytest.mark.parametrize(
        "rows",
        [[], [BODY] * 51, [{**BODY, "invoiceItems": [ITEM] * 501}] * 2],
        ids=["none", "51 invoices", "1,002 items"],
    )
    def test_too_many_or_none_are_refused_as_a_whole(self, own: Client, rows: list[Any]) -> None:
        with wire.unchanged(own):
            assert [code for code, _ in reasons(batch(own, *rows))] == [50000020]

    @pytest.mark.documented("guide, Idempotent requests")
    def test_a_key_has_it_done_once(self, own: Client) -> None:
        headers = {**NEW, "Idempotency-Key": "k"}
        first, again = (own.post("/v1/invoices/batch", json={"invoices": [BODY]}, headers=headers) for _ in range(2))
        assert first.json() == again.json()
        assert len(own.get("/__admin/state").json()["invoices"]) == 4

    @pytest.mark.assumed
    def test_the_explanation_shows_a_refused_row_alone_as_it_is_accepted(self, own: Client) -> None:
        answer = batch(own, BODY, {**BODY, "autoPay": "perhaps"})
        refusal = wire.explained(own, answer)
        assert refusal["pointer"] == "/invoices/1/autoPay"
        assert own.post("/v1/invoices/batch", json=refusal["accepted"]["body"], headers=NEW).json()["success"] is True
        assert refusal["accepted"]["body"] == {"invoices": [BODY]}


class TestUpdating:
    @pytest.mark.documented("API reference, Update invoices")
    def test_all_are_changed_and_the_answer_says_no_more(self, own: Client) -> None:
        made = batch(own, BODY).json()["invoices"][0]["id"]
        [item] = items(own, made)
        changes = [
            {"id": "INV00000001", "comments": "a"},
            {"id": made, "invoiceItems": [{"id": item["id"], "amount": 7}]},
        ]
        assert update(own, *changes).json() == {"success": True}
        assert (read(own, "INV00000001")["comments"], read(own, made)["amount"]) == ("a", 7)

    @pytest.mark.assumed
    def test_the_places_of_those_that_are_refused_are_told_and_the_others_stand(self, own: Client) -> None:
        made = batch(own, BODY).json()["invoices"][0]["id"]
        [item] = items(own, made)
        emptied = {"id": made, "invoiceItems": [{"id": item["id"], "delete": True}]}
        rows = [{"id": "INV00000001", "comments": "a"}, emptied, {"id": "nothing"}, {"comments": "b"}]
        answer = update(own, *rows)
        assert answer.status_code == 400
        assert [code for code, _ in reasons(answer)] == [50000020, 50000040, 50000022]
        assert [message.partition(":")[0] for _, message in reasons(answer)] == [f"invoices[{n}]" for n in (1, 2, 3)]
        assert (read(own, "INV00000001")["comments"], items(own, made)) == ("a", [item])
        assert update(own, *rows, headers=OLD).status_code == 200


class TestPosting:
    @pytest.mark.documented("API reference, Post invoices")
    def test_each_has_its_own_result_and_may_get_another_date(self, own: Client) -> None:
        put(own, "INV00000002", "/cancel")
        answer = post(own, {"id": "INV00000001", "invoiceDate": "2026-03-01"}, {"id": "INV00000002"}, {"id": "x" * 33})
        assert answer.json()["success"] is True
        assert row(answer, 0) == {"id": read(own, "INV00000001")["id"], "success": True}
        assert row(answer, 1)["id"] == "INV00000002"
        assert row(answer, 1)["reasons"] == [
            {"code": 58490030, "message": "Only invoices with Draft status can be posted."}
        ]
        assert [each["code"] for each in row(answer, 2)["reasons"]] == [58490020]
        invoice = read(own, "INV00000001")
        assert (invoice["status"], invoice["invoiceDate"], invoice["dueDate"]) == ("Posted", "2026-03-01", "2026-03-31")

    @pytest.mark.documented("API reference, Post invoices")
    def test_none_posted_is_no_success(self, own: Client) -> None:
        put(own, "INV00000002", "/cancel")
        assert post(own, {"id": "INV00000002"}).json()["success"] is False

    @pytest.mark.assumed
    def test_parts_of_one_group_are_named_together_each_with_its_date(self, own: Client) -> None:
        parts = done(own, "INV00000001", percentages(50, 50))
        days = ["2026-03-01", "2026-03-02"]
        rows = [{"id": part["id"], "invoiceDate": day} for part, day in zip(parts, days, strict=True)]
        assert [each["success"] for each in post(own, *rows).json()["invoices"]] == [True, True]
        assert [read(own, part["id"])["invoiceDate"] for part in parts] == days

    @pytest.mark.assumed
    def test_what_is_posted_already_keeps_its_date(self, own: Client) -> None:
        put(own, "INV00000001", "/post")
        assert post(own, {"id": "INV00000001"}).json()["success"] is True
        with wire.unchanged(own):
            assert post(own, {"id": "INV00000001", "invoiceDate": "2026-03-01"}).json()["success"] is False
            answer = put(own, "INV00000001", "/post", invoiceDate="2026-03-01")
        assert reasons(answer) == [(58490030, "Only invoices with Draft status can be posted.")]
