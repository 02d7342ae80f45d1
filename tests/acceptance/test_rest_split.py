"""`PUT /v1/invoices/{key}/split`: amounts to the cent, groups, splitting again, work that waits, and many at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Client, Mock, Start
from tests.acceptance.test_rest_dialect import NEW, reasons
from tests.acceptance.test_rest_invoices import items, put, read
from tests.unit.test_allocation import BY_AMOUNT, BY_PERCENTAGE
from zuora_mock.billing.splitting import execution, request
from zuora_mock.domain import rules
from zuora_mock.work import turns

Parts = Sequence[Mapping[str, Any]]


def split(client: Caller, key: str, parts: Parts, **members: Any) -> httpx.Response:
    return client.put(f"/v1/invoices/{key}/split", json={"splits": list(parts), **members}, headers=NEW)


def percentages(*shares: object, **members: Any) -> list[dict[str, Any]]:
    return [{"splitPercentage": share, **members} for share in shares]


def amounts(*shares: object) -> list[dict[str, Any]]:
    return [{"splitAmount": share} for share in shares]


def done(client: Caller, key: str, parts: Parts, **members: Any) -> list[dict[str, Any]]:
    answer = split(client, key, parts, **members)
    assert answer.json()["jobStatus"] == "Completed", answer.text
    invoices: list[dict[str, Any]] = answer.json()["invoices"]
    return invoices


def invalid(name: str, problem: str) -> str:
    return f"'splits[0].{name}' is not valid: {problem}"


def cents(units: int) -> str:
    return str(Decimal(units).scaleb(-2))


def of_rows(rows: Sequence[int]) -> list[dict[str, Any]]:
    """Items of a fixture with these amounts in cents; negative ones are discounts of the first."""
    charges: list[dict[str, Any]] = [
        {"ChargeName": f"c{n}", "ChargeAmount": cents(row)} for n, row in enumerate(rows) if row >= 0
    ]
    charges[0]["discounts"] = [{"ChargeName": "d", "ChargeAmount": cents(row)} for row in rows if row < 0]
    return charges


def cells(client: Caller, parts: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """The amounts of each row in cents, by part."""
    columns = [
        [round(row["chargeAmount"] * 100) for row in items(client, part["id"], "?pageSize=40")] for part in parts
    ]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.fixture
def own(server: Start, tmp_path: Path) -> Client:
    """Of a server whose clock stands still."""
    return wire.start(server, tmp_path).sign_in()


class TestAmounts:
    @pytest.mark.documented("KC, Split invoices overview, 2026: the published example")
    def test_the_published_example(self, client: Client) -> None:
        parts = done(client, "INV00000002", amounts("50.00", 50, "30"), splitType="Amount")
        assert [each["amount"] for each in parts] == [50, 50, 30]
        assert [each["amountWithoutTax"] for each in parts] == [46.15, 46.16, 27.69]
        assert [each["taxAmount"] for each in parts] == [3.85, 3.84, 2.31]
        assert parts[0] == {name: value for name, value in read(client, parts[0]["id"]).items() if name != "success"}

    @pytest.mark.assumed
    @pytest.mark.parametrize(("rows", "shares", "totals", "expected"), BY_PERCENTAGE)
    def test_by_percentage_every_row_and_every_part_is_exact(
        self, server: Start, tmp_path: Path, rows: list[int], shares: str, totals: list[int], expected: list[list[int]]
    ) -> None:
        client = wire.start(server, tmp_path, invoices=[wire.invoice() | {"items": of_rows(rows)}]).sign_in()
        parts = done(client, "INV00000001", percentages(*shares.split("/")))
        assert [round(each["amount"] * 100) for each in parts] == totals
        assert sorted(cells(client, parts)) == sorted(expected)

    @pytest.mark.assumed
    @pytest.mark.parametrize(("rows", "targets", "expected"), BY_AMOUNT)
    def test_by_amount_each_part_gets_what_was_asked(
        self, server: Start, tmp_path: Path, rows: list[int], targets: list[int], expected: list[list[int]]
    ) -> None:
        client = wire.start(server, tmp_path, invoices=[wire.invoice() | {"items": of_rows(rows)}]).sign_in()
        parts = done(client, "INV00000001", amounts(*map(cents, targets)), splitType="Amount")
        assert [round(each["amount"] * 100) for each in parts] == targets
        assert sorted(cells(client, parts)) == sorted(expected)

    @pytest.mark.documented("API reference, Split an invoice: smallest unit; KC, considerations")
    def test_the_unit_is_that_of_the_currency(self, client: Client) -> None:
        assert [each["amount"] for each in done(client, "INV00000005", percentages(50, 50))] == [5501, 5500]
        assert [each["amount"] for each in done(client, "INV00000006", percentages(50, 50))] == [50.001, 50]

    @pytest.mark.assumed
    def test_what_is_exempt_is_shared_out_in_a_pass_of_its_own(self, server: Start, tmp_path: Path) -> None:
        taxes = [{"Name": "VAT", "TaxAmount": "10.00", "ExemptAmount": "0.05", "TaxRate": "8"}]
        charge = [{"ChargeName": "c", "ChargeAmount": "120.00", "taxes": taxes}]
        client = wire.start(server, tmp_path, invoices=[wire.invoice() | {"items": charge}]).sign_in()
        parts = done(client, "INV00000001", amounts(50, 50, 30), splitType="Amount")
        assert [each["taxExemptAmount"] for each in parts] == [0.02, 0.02, 0.01]
        told = client.get(f"/__admin/splits/{parts[0]['id']}/explain").json()
        assert told["exempt"]["sums"]["match"]


class TestTheResult:
    @pytest.mark.documented("API reference, Split an invoice, 2026-05-08")
    def test_parts_are_drafts_with_the_next_numbers_and_dates_and_terms_of_their_own(self, own: Client) -> None:
        wanted: list[dict[str, Any]] = [
            {"splitPercentage": 40, "invoiceDate": "2026-02-15", "paymentTerm": "Due Upon Receipt"},
            {"splitPercentage": "60"},
        ]
        first, second = done(own, "INV00000001", wanted, splitType="Percentage")
        assert [each["invoiceNumber"] for each in (first, second)] == ["INV00000002", "INV00000003"]
        assert {each["status"] for each in (first, second)} == {"Draft"}
        assert (first["invoiceDate"], first["dueDate"]) == ("2026-02-15", "2026-02-15")
        assert (second["invoiceDate"], second["dueDate"], second["paymentTerm"]) == (
            "2026-01-15",
            "2026-02-14",
            "Net 30",
        )

    @pytest.mark.documented("API reference, Split an invoice: the original stays")
    def test_the_original_stays_with_status_split_and_refuses_everything(self, own: Client) -> None:
        done(own, "INV00000001", percentages(50, 50))
        original = read(own, "INV00000001")
        assert (original["status"], original["amount"], original["balance"]) == ("Split", 100, 0)
        with wire.unchanged(own):
            for answer in (
                *(put(own, "INV00000001", verb) for verb in ("/post", "/unpost", "/cancel")),
                put(own, "INV00000001", comments="x"),
                own.delete("/v1/invoices/INV00000001", headers=NEW),
                split(own, "INV00000001", percentages(50, 50)),
            ):
                assert answer.status_code == 400
                assert [code % 100 for code, _ in reasons(answer)] == [30]

    @pytest.mark.assumed
    def test_no_invoice_split_is_made_and_the_job_is_there(self, own: Client) -> None:
        answer = split(own, "INV00000001", percentages(50, 50)).json()
        assert wire.find(own, "select Id from InvoiceSplit") == []
        job = own.get(f"/v1/operations/jobs/{answer['jobId']}").json()
        assert (job["operationType"], job["objectId"], job["status"]) == ("Split", answer["id"], "Completed")

    @pytest.mark.assumed
    def test_its_arithmetic_is_told_by_job_original_and_part_and_survives_a_state(self, own: Client) -> None:
        answer = split(own, "INV00000001", amounts(70, 30), splitType="Amount").json()
        keys = [answer["jobId"], answer["id"], *(each["id"] for each in answer["invoices"])]
        state = own.get("/__admin/state").json()
        for _ in range(2):
            told = [own.get(f"/__admin/splits/{key}/explain").json() for key in keys]
            assert told == told[:1] * 4
            assert (told[0]["state"], told[0]["due"]["by"]) == ("executed", "amount")
            assert [each["amount"] for each in told[0]["parts"]] == ["70.00", "30.00"]
            assert own.post("/__admin/seed", json=state).status_code == 200
        assert own.get("/__admin/state").json() == state


class TestRefusals:
    @pytest.mark.documented("API reference, Split an invoice")
    @pytest.mark.parametrize(
        ("parts", "members", "expected"),
        [
            (percentages(50, 49.9), {}, [(20, "The percentages add up to 99.9, not to 100")]),
            (percentages(100), {}, [(20, "A split has 2 to 20 parts, not 1")]),
            (percentages(*[5] * 19, 2, 3), {}, [(20, "A split has 2 to 20 parts, not 21")]),
            (percentages(0, 100), {}, [(20, "A share is a percentage above 0 and at most 100, not 0")]),
            (amounts(50, 49.99), {"splitType": "Amount"}, [(20, "The amounts add up to 99.99, the invoice to 100")]),
            (
                amounts("99.995", "0.005"),
                {"splitType": "Amount"},
                [
                    (20, "A share is a multiple of 0.01 above 0, not 99.995"),
                    (20, "A share is a multiple of 0.01 above 0, not 0.005"),
                ],
            ),
            (
                percentages("1e-10", 100),
                {},
                [(20, "'splits[0].splitPercentage' is not valid: the number has more than 9 decimals")],
            ),
            (percentages(50, 50, paymentTerm="None"), {}, [(20, "'None' is not an active payment term")] * 2),
            (amounts(50, 50), {}, [(22, f"'splits[{n}].splitPercentage' may not be null") for n in range(2)]),
            (
                [{"splitAmount": 1, "splitPercentage": 50}, {"splitPercentage": 50}],
                {},
                [(20, "'splits[0].splitAmount' is not valid: a part has a percentage or an amount, not both")],
            ),
            (
                percentages(50, 50),
                {"splitType": "Half"},
                [(20, "'splitType' value should be one of: Percentage, Amount")],
            ),
            (
                [{"splitPercentage": 60, "memo": "x"}, {"splitPercentage": 30, "paymentTerm": "None"}],
                {},
                [
                    (21, "Invalid parameter(s): 'splits[0].memo'."),
                    (20, "The percentages add up to 90, not to 100"),
                    (20, "'None' is not an active payment term"),
                ],
            ),
            (
                [{"splitAmount": "x"}, {"splitAmount": "0.005", "invoiceDate": "soon"}],
                {"splitType": "Amount"},
                [
                    (20, "'splits[0].splitAmount' is not valid: a number is needed"),
                    (20, "'splits[1].invoiceDate' is not valid: a date yyyy-mm-dd is needed"),
                    (20, "A share is a multiple of 0.01 above 0, not 0.005"),
                ],
            ),
            (percentages(50, 50, memo="x"), {}, [(21, "Invalid parameter(s): 'splits[0].memo,splits[1].memo'.")]),
        ],
    )
    def test_what_a_split_cannot_be(
        self, own: Client, parts: Parts, members: dict[str, Any], expected: list[tuple[int, str]]
    ) -> None:
        with wire.unchanged(own):
            answer = split(own, "INV00000001", parts, **members)
        assert answer.status_code == 400
        assert [(code % 100, message) for code, message in reasons(answer)] == expected

    @pytest.mark.documented("KC, Enable invoice splitting, Known limitations; status and totals are assumed")
    @pytest.mark.parametrize(
        ("settings", "fields", "status", "category"),
        [
            ({"allowInvoiceSplitting": False}, {}, 403, 10),
            ({}, {"Status": "Posted"}, 400, 30),
            ({}, {"SourceType": "Standalone"}, 400, 30),
            ({}, {"items": [{"ChargeName": "c", "ChargeAmount": "-1.00"}]}, 400, 30),
        ],
    )
    def test_invoices_that_cannot_be_split(
        self,
        server: Start,
        tmp_path: Path,
        settings: dict[str, Any],
        fields: dict[str, Any],
        status: int,
        category: int,
    ) -> None:
        client = wire.start(server, tmp_path, settings, invoices=[wire.invoice(**fields)]).sign_in()
        with wire.unchanged(client):
            answer = split(client, "INV00000001", percentages(50, 50))
        assert (answer.status_code, reasons(answer)[0][0] % 100) == (status, category)

    @pytest.mark.assumed
    def test_more_parts_and_standalone_invoices_where_the_tenant_says_so(self, server: Start, tmp_path: Path) -> None:
        settings = {"maxSplits": 50, "allowSplittingStandalone": True}
        client = wire.start(server, tmp_path, settings, invoices=[wire.invoice(SourceType="Standalone")]).sign_in()
        assert len(done(client, "INV00000001", percentages(*[2] * 50))) == 50

    @pytest.mark.assumed
    def test_nothing_is_split_by_percentage_and_not_by_amount(self, server: Start, tmp_path: Path) -> None:
        client = wire.start(server, tmp_path, invoices=[wire.invoice("INV00000001", "0")]).sign_in()
        assert split(client, "INV00000001", amounts(0, 0), splitType="Amount").status_code == 400
        assert [each["amount"] for each in done(client, "INV00000001", percentages(50, 50))] == [0, 0]


class TestGroups:
    @pytest.mark.documented("KC, Split invoices overview")
    def test_parts_move_together_and_are_deleted_one_by_one(self, own: Client) -> None:
        first, second = (each["id"] for each in done(own, "INV00000001", percentages(50, 50)))
        for verb, status in (("/post", "Posted"), ("/unpost", "Draft"), ("/cancel", "Canceled")):
            put(own, first, verb)
            assert read(own, second)["status"] == status
        assert own.delete(f"/v1/invoices/{first}").json()["success"]
        assert read(own, second)["status"] == "Canceled"

    @pytest.mark.documented("KC, re-splitting")
    def test_a_part_is_split_again_with_its_whole_group(self, own: Client) -> None:
        first, second = done(own, "INV00000001", percentages(33.33, 66.67))
        parts = done(own, second["id"], amounts(10, 20, 70), splitType="Amount")
        assert [each["amount"] for each in parts] == [10, 20, 70]
        for gone in (first, second):
            assert own.get(f"/v1/invoices/{gone['id']}", headers=NEW).status_code == 404
        assert read(own, "INV00000001")["status"] == "Split"

    @pytest.mark.documented("KC, re-splitting; that both ways share one group is assumed")
    def test_parts_of_either_way_are_split_again_by_the_other(self, server: Start, tmp_path: Path) -> None:
        mock = wire.start(server, tmp_path)
        client = mock.sign_in()
        part = wire.executed(mock, client, 60, 40)[0]
        again = done(client, part, percentages(25, 75))
        assert [each["amount"] for each in again] == [25, 75]
        number = again[0]["invoiceNumber"]
        parts = wire.executed(mock, client, 10, 20, 70, number=number)
        assert [read(client, each)["amount"] for each in parts] == [10, 20, 70]
        assert {each["Status"] for each in client.get("/__admin/state").json()["invoices"]} == {"Draft"}
        assert len(client.get("/__admin/state").json()["invoices"]) == 3

    @pytest.mark.documented("KC, re-splitting: until they are posted")
    def test_posted_parts_stay_as_they_are(self, own: Client) -> None:
        first, second = done(own, "INV00000001", percentages(50, 50))
        put(own, first["id"], "/post")
        assert [code for code, _ in reasons(split(own, second["id"], percentages(50, 50)))] == [50000030]


class TestWaiting:
    @pytest.fixture
    def client(self, server: Start, tmp_path: Path) -> Client:
        settings = {"asyncSplitThreshold": 2, "jobs": {"mode": "manual"}}
        return wire.start(server, tmp_path, settings, invoices=[wire.invoice("INV00000001", "1", "2", "3")]).sign_in()

    @pytest.mark.documented("API reference, Split an invoice: asynchronous; the threshold is assumed")
    def test_a_split_of_many_items_is_pending_and_its_job_is_polled(self, client: Client) -> None:
        answer = split(client, "INV00000001", percentages(50, 50, paymentTerm="Net 30")).json()
        assert list(answer) == ["success", "id", "jobId", "jobStatus"]
        path = f"/v1/operations/jobs/{answer['jobId']}"
        assert (answer["jobStatus"], client.get(path).json()["status"]) == ("Pending", "Pending")
        assert read(client, "INV00000001")["status"] == "Draft"
        assert [code for code, _ in reasons(split(client, "INV00000001", percentages(50, 50)))] == [50000030]
        client.post(f"/__admin/jobs/{answer['jobId']}/hold")
        assert client.post("/__admin/jobs/settle").status_code == 409
        client.post(f"/__admin/jobs/{answer['jobId']}/release")
        assert client.post("/__admin/jobs/settle").status_code == 200
        assert client.get(path).json()["status"] == "Completed"
        assert read(client, "INV00000001")["status"] == "Split"
        assert [each["Amount"] for each in wire.find(client, "select Amount from Invoice where Status = 'Draft'")] == [
            3,
            3,
        ]

    @pytest.mark.assumed
    def test_a_split_that_fails_tells_why_and_changes_nothing(self, client: Client) -> None:
        job = split(client, "INV00000001", amounts(1, 5), splitType="Amount").json()["jobId"]
        put(client, "INV00000001", "/post")
        client.post("/__admin/jobs/settle")
        told = client.get(f"/v1/operations/jobs/{job}").json()
        assert told["status"] == "Failed"
        assert told["reasons"] == [
            {"code": 50000030, "message": "Invoice INV00000001 has status Posted; only a Draft invoice can be split"}
        ]
        put(client, "INV00000001", "/unpost")
        ordered = split(client, "INV00000001", percentages(50, 50)).json()["jobId"]
        client.post(f"/__admin/jobs/{ordered}/fail", json={"reason": "no"})
        assert client.get(f"/v1/operations/jobs/{ordered}").json()["reasons"] == [{"code": 50000060, "message": "no"}]
        assert len(client.get("/__admin/state").json()["invoices"]) == 1


class TestManyAtOnce:
    @pytest.mark.assumed
    @pytest.mark.parametrize("threshold", [2000, 1])
    def test_one_split_wins_and_the_rest_is_as_if_one_came_after_the_other(
        self, server: Start, tmp_path: Path, threshold: int
    ) -> None:
        numbers = [f"INV0000000{n}" for n in range(1, 5)]
        invoices = [wire.invoice(number, "50", "50") for number in numbers]
        mock = wire.start(server, tmp_path, {"asyncSplitThreshold": threshold}, invoices=invoices)
        client = mock.sign_in()
        headers = {"Authorization": f"Bearer {client.token}", **NEW}
        verbs: list[tuple[str, dict[str, Any]]] = [
            ("/split", {"json": {"splits": percentages(50, 50)}}),
            ("/post", {"json": {}}),
            ("/cancel", {}),
            ("/split", {"json": {"splits": percentages(25, 75)}}),
        ]
        scenes = zip(numbers, itertools.permutations(verbs), strict=False)
        calls = [
            ("PUT", f"/v1/invoices/{number}{verb}", {"headers": headers, **body})
            for number, order in scenes
            for verb, body in order
        ]
        answers = mock.together(*calls)
        mock.pause()
        state = {each["InvoiceNumber"]: each for each in client.get("/__admin/state").json()["invoices"]}
        for position, number in enumerate(numbers):
            told = [answer.json() for answer in answers[4 * position : 4 * position + 4]]
            parts = [each for each in state.values() if each.get("original") == state[number]["Id"]]
            splits = [each for each in told if each["success"] and "invoices" in each]
            assert state[number]["Status"] in {"Split", "Posted", "Canceled"}
            assert len(splits) <= 1
            assert (state[number]["Status"] == "Split") == bool(parts)
            assert not parts or sum(Decimal(each["Amount"]) for each in parts) == 100

    @pytest.mark.observed("zuora-sdk 3.21 sends a PUT again after a dropped connection")
    def test_a_split_whose_answer_was_lost_is_not_done_twice(self, own: Client) -> None:
        lost = {"match": {"operation": "invoices.split"}, "times": 1, "fault": {"kind": "applied-then-lost"}}
        own.post("/__admin/faults", json=lost)
        with pytest.raises(ConnectionResetError):
            split(own, "INV00000001", percentages(50, 50))
        assert [code for code, _ in reasons(split(own, "INV00000001", percentages(50, 50)))] == [50000030]
        assert len(client_parts(own)) == 2


def client_parts(client: Caller) -> list[dict[str, Any]]:
    return [each for each in client.get("/__admin/state").json()["invoices"] if "original" in each]


@pytest.mark.assumed
class TestManyRows:
    """A split that takes several transactions is one to all who look."""

    @pytest.fixture(autouse=True)
    def small_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(request, "_LARGE", 1)
        monkeypatch.setattr(execution, "STEP", 1)
        monkeypatch.setattr(turns, "SLICE", 0)

    def test_it_is_answered_like_any_other(self, own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        own.post("/__admin/snapshots", json={"name": "before"})
        parts = done(own, "INV00000001", percentages(40, 30, 20, 10))
        state = own.get("/__admin/state").json()
        own.post("/__admin/snapshots/before/restore")
        monkeypatch.undo()
        assert done(own, "INV00000001", percentages(40, 30, 20, 10)) == parts
        assert own.get("/__admin/state").json() == state

    def test_who_comes_meanwhile_sees_all_of_it(self, mock: Mock, client: Client) -> None:
        headers = {"Authorization": f"Bearer {client.token}"}
        body = {"splits": percentages(40, 30, 20, 10)}
        put = ("PUT", "/v1/invoices/INV00000002/split", {"json": body, "headers": {**NEW, **headers}})
        query = {"queryString": "select Id from InvoiceItem"}
        ask = ("POST", "/v1/action/query", {"json": query, "headers": headers})
        before = client.post("/v1/action/query", json=query).json()["size"]
        answer, *sizes = mock.together(put, ask, ask)
        assert answer.json()["jobStatus"] == "Completed"
        [after] = {each.json()["size"] for each in sizes}
        assert after > before

    def test_a_refusal_leaves_nothing(self, own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        before = own.get("/__admin/state").json()

        def refuse(*_: object) -> None:
            raise rules.SPLIT_UNIT.refusal("it cannot be shared out")

        monkeypatch.setattr(execution, "_keep", refuse)
        refused = split(own, "INV00000001", percentages(60, 40))
        assert (refused.status_code, refused.json()["success"]) == (400, False)
        assert own.get("/__admin/state").json() == before
        assert own.get("/__admin/requests").json()["requests"][0]["rule"] == rules.SPLIT_UNIT.name

    def test_an_error_leaves_nothing(self, own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        before = own.get("/__admin/state").json()
        monkeypatch.setattr(execution, "_retire", None)
        assert split(own, "INV00000001", percentages(60, 40)).status_code == 500
        assert own.get("/__admin/state").json() == before
