"""What an invoice becomes after execute: its parts, their rows and amounts, and what may be done with them next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    DAY,
    NO_DATA,
    account,
    act,
    crud,
    execute,
    executed,
    find,
    invoice,
    invoice_id,
    rule_of,
    split,
    start,
)

ITEMS = [{"ChargeName": "Platform", "ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.00"}]}]
DISCOUNTED = [
    {
        "ChargeName": "Platform",
        "ChargeAmount": "99.99",
        "Quantity": 3,
        "UnitPrice": "33.33",
        "ServiceStartDate": "2026-01-01",
        "ServiceEndDate": "2026-01-31",
        "CostCentre__c": "CC-42",
        "discounts": [{"ChargeName": "Launch", "ChargeAmount": "-10.00"}],
        "taxes": [{"Name": "VAT", "TaxAmount": "8.25", "TaxRate": "8.25", "ExemptAmount": "1.00"}],
    }
]


def part(client: Client, identifier: str, *fields: str) -> list[Any]:
    record = crud(client, "GET", f"invoice/{identifier}", X_Zuora_WSDL_Version="153").json()
    return [record.get(name) for name in fields]


def amounts(client: Client, kind: str, field: str, part_id: str) -> list[Any]:
    return [each[field] for each in find(client, f"select {field} from {kind} where InvoiceId = '{part_id}'")]


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


class TestTheResult:
    @pytest.mark.documented("Older API, Object_GETInvoiceSplitItem")
    def test_the_items_name_their_invoices_once_the_work_is_done(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"jobs": {"mode": "manual"}}).sign_in()
        made, items = split(client, 60, 40)
        execute(client, made)
        assert ["InvoiceId" in crud(client, "GET", f"invoice-split-item/{each}").json() for each in items] == [
            False
        ] * 2
        assert crud(client, "GET", f"invoice/{invoice_id(client)}").json()["Status"] == "Draft"
        client.post("/__admin/jobs/settle")
        parts = [crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"] for each in items]
        assert [part(client, each, "Status", "Amount") for each in parts] == [["Draft", 60], ["Draft", 40]]

    @pytest.mark.documented("Knowledge Center, Split invoices overview, 2025-12")
    def test_the_original_is_gone_and_the_split_still_names_it(self, mock: Mock, client: Client) -> None:
        original = invoice_id(client)
        made, _ = split(client, 60, 40)
        execute(client, made)
        mock.pause()
        answer = crud(client, "GET", f"invoice/{original}")
        assert (answer.status_code, answer.content) == (404, NO_DATA)
        assert find(client, f"select Id from Invoice where Id = '{original}'") == []
        assert find(client, f"select Id from InvoiceItem where InvoiceId = '{original}'") == []
        assert crud(client, "GET", f"invoice-split/{made}").json()["InvoiceId"] == original

    @pytest.mark.documented("Knowledge Center, Split invoices overview, 2026")
    def test_the_original_stays_with_status_split_where_the_setting_says_so(
        self, server: Start, tmp_path: Path
    ) -> None:
        mock = start(server, tmp_path, {"originalAfterExecute": "split"})
        client = mock.sign_in()
        original = invoice_id(client)
        parts = executed(mock, client, 60, 40)
        assert part(client, original, "Status", "Balance") == ["Split", 0]
        assert [part(client, each, "Amount") for each in parts] == [[60], [40]]
        for status in ("Draft", "Posted", "Canceled"):
            answer = crud(client, "PUT", f"invoice/{original}", {"Status": status})
            assert (answer.status_code, rule_of(answer)) == (400, "invoice.split-original")
        assert crud(client, "DELETE", f"invoice/{original}").json()["Errors"][0]["Code"] == "CANNOT_DELETE"
        [refused] = act(client, "create", {"type": "InvoiceSplit", "objects": [{"InvoiceId": original}]}).json()
        assert refused["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    def test_parts_take_the_next_numbers_in_the_order_of_the_items(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, invoices=[invoice("INV00000001"), invoice("INV00000007")])
        client = mock.sign_in()
        parts = executed(mock, client, 10, 20, 70)
        numbers = [part(client, each, "InvoiceNumber", "Amount") for each in parts]
        assert numbers == [["INV00000008", 10], ["INV00000009", 20], ["INV00000010", 70]]

    @pytest.mark.documented("SOAP API, InvoiceSplitItem")
    def test_date_and_term_come_from_the_item_the_due_date_follows(self, server: Start, tmp_path: Path) -> None:
        terms = [
            {"name": "Due Upon Receipt", "days": 0},
            {"name": "Net 30", "days": 30},
            {"name": "Net 45", "days": 45},
        ]
        prox = {"name": "Prox 20", "type": "Prox", "cutoffDay": 12, "months": 1, "dueDay": 20}
        mock = start(server, tmp_path, paymentTerms=[*terms, prox], invoices=[invoice(PaymentTerm="Net 45")])
        client = mock.sign_in()
        [made] = client.create("InvoiceSplit", {"InvoiceId": invoice_id(client)})
        common = {"InvoiceSplitId": made, "SplitPercentage": 25}
        items = client.create(
            "InvoiceSplitItem",
            {**common, "InvoiceDate": "2026-08-01", "PaymentTerm": "Net 30"},
            {**common, "InvoiceDate": "2026-08-12", "PaymentTerm": "Prox 20"},
            {**common, "InvoiceDate": "2026-08-13", "PaymentTerm": "Prox 20"},
            {**common, "InvoiceDate": "2026-08-01"},
        )
        execute(client, made)
        mock.pause()
        parts = [crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"] for each in items]
        found = [part(client, each, "InvoiceDate", "PaymentTerm", "DueDate") for each in parts]
        assert found == [
            ["2026-08-01", "Net 30", "2026-08-31"],
            ["2026-08-12", "Prox 20", "2026-09-20"],
            ["2026-08-13", "Prox 20", "2026-10-20"],
            ["2026-08-01", "Net 45", "2026-09-15"],
        ]

    @pytest.mark.assumed
    def test_without_a_term_anywhere_on_the_invoice_the_accounts_counts(self, mock: Mock, client: Client) -> None:
        parts = executed(mock, client, 60, 40)
        assert {tuple(part(client, each, "PaymentTerm", "DueDate")) for each in parts} == {("Net 30", "2026-03-31")}

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    def test_every_part_has_every_row_and_nothing_is_lost(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, invoices=[invoice(items=DISCOUNTED, Comments="three rows", Region__c="EMEA")])
        client = mock.sign_in()
        parts = executed(mock, client, 40, 30, 20, 10)
        charges = [amounts(client, "InvoiceItem", "ChargeAmount", each) for each in parts]
        assert charges == [[40, -4], [30, -3], [20, -2], [9.99, -1]]
        taxes = [amounts(client, "TaxationItem", "TaxAmount", each) for each in parts]
        assert taxes == [[3.3], [2.48], [1.65], [0.82]]
        totals = [
            part(client, each, "Amount", "AmountWithoutTax", "TaxAmount", "TaxExemptAmount", "Balance")
            for each in parts
        ]
        assert totals == [
            [39.3, 36, 3.3, 0.4, 39.3],
            [29.48, 27, 2.48, 0.3, 29.48],
            [19.65, 18, 1.65, 0.2, 19.65],
            [9.81, 8.99, 0.82, 0.1, 9.81],
        ]
        assert all(part(client, each, "Comments", "Region__c") == ["three rows", "EMEA"] for each in parts)

    @pytest.mark.documented("Knowledge Center, Split invoices overview")
    def test_rows_keep_quantity_price_dates_and_point_at_their_own_part(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, invoices=[invoice(items=DISCOUNTED)])
        client = mock.sign_in()
        for each in executed(mock, client, 50, 50):
            charge, discount = find(
                client,
                "select Quantity, UnitPrice, ServiceStartDate, ServiceEndDate, ProcessingType, AppliedToInvoiceItemId, "
                f"CostCentre__c from InvoiceItem where InvoiceId = '{each}'",
            )
            [tax] = find(client, f"select InvoiceItemId, TaxRate from TaxationItem where InvoiceId = '{each}'")
            assert (charge["Quantity"], charge["UnitPrice"], charge["CostCentre__c"]) == (3, 33.33, "CC-42")
            assert (charge["ServiceStartDate"], charge["ServiceEndDate"]) == ("2026-01-01", "2026-01-31")
            assert (discount["ProcessingType"], discount["AppliedToInvoiceItemId"]) == (1, charge["Id"])
            assert (tax["InvoiceItemId"], tax["TaxRate"]) == (charge["Id"], 8.25)

    @pytest.mark.documented("Knowledge Center, Split invoices overview, 2025-12")
    @pytest.mark.parametrize(
        ("currency", "amount", "percentages", "expected"),
        [
            ("USD", "100000.00", (40, 30, 20, 10), [40000, 30000, 20000, 10000]),
            ("USD", "1200.00", (80, 20), [960, 240]),
            ("USD", "100.00", (33.333333333, 33.333333333, 33.333333334), [33.33, 33.33, 33.34]),
            ("USD", "0.05", (50, 50), [0.03, 0.02]),
            ("USD", "0.03", (20, 20, 20, 20, 20), [0.01, 0.01, 0.01, 0.01, -0.01]),
            ("JPY", "100", (33.34, 33.33, 33.33), [33, 33, 34]),
            ("KWD", "0.005", (50, 50), [0.003, 0.002]),
        ],
    )
    def test_each_row_is_rounded_half_up_and_the_last_part_takes_the_rest(
        self,
        server: Start,
        tmp_path: Path,
        currency: str,
        amount: str,
        percentages: tuple[float, ...],
        expected: list[float],
    ) -> None:
        accounts = [account(Currency=currency)]
        mock = start(server, tmp_path, accounts=accounts, invoices=[invoice("INV00000001", amount)])
        client = mock.sign_in()
        parts = executed(mock, client, *percentages)
        assert [part(client, each, "Amount")[0] for each in parts] == expected

    @pytest.mark.assumed
    def test_a_negative_row_is_rounded_as_the_mirror_of_a_positive_one(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, invoices=[invoice("INV00000001", "0.25", "-0.25", "1.00")])
        client = mock.sign_in()
        parts = executed(mock, client, 50, 50)
        charges = [amounts(client, "InvoiceItem", "ChargeAmount", each) for each in parts]
        assert charges == [[0.13, -0.13, 0.5], [0.12, -0.12, 0.5]]

    @pytest.mark.documented("Knowledge Center, Split invoices overview, 2026")
    def test_the_largest_remainder_can_be_had_by_a_setting(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, {"executeRounding": "largest-remainder"}, invoices=[invoice(items=ITEMS)])
        client = mock.sign_in()
        parts = executed(mock, client, 38.461538461, 38.461538461, 23.076923078)
        assert [part(client, each, "Amount", "TaxAmount") for each in parts] == [[50, 3.85], [50, 3.84], [30, 2.31]]

    @pytest.mark.assumed
    def test_a_date_at_the_end_of_time_is_split_all_the_same(self, mock: Mock, client: Client) -> None:
        parts = executed(mock, client, 60, 40, InvoiceDate="9999-12-31", PaymentTerm="Net 90")
        assert [part(client, each, "Amount") for each in parts] == [[60], [40]]


class TestWhatIsLeftOpen:
    @pytest.mark.assumed
    def test_the_world_may_change_before_the_work_is_done(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"jobs": {"mode": "manual"}}).sign_in()
        made, items = split(client, 60, 40)
        assert execute(client, made).json()[0]["Success"]
        original = invoice_id(client)
        crud(client, "PUT", f"invoice/{original}", {"Status": "Posted"})
        client.post("/__admin/jobs/settle")
        assert part(client, original, "Status", "Amount") == ["Posted", 100]
        assert "InvoiceId" not in crud(client, "GET", f"invoice-split-item/{items[0]}").json()
        [job] = client.jobs()
        assert (job["state"], "Posted" in str(job)) == ("failed", True)

    @pytest.mark.documented("Knowledge Center, Re-splitting")
    def test_a_part_that_is_still_draft_is_split_anew_with_its_siblings(self, server: Start, tmp_path: Path) -> None:
        mock = start(server, tmp_path, invoices=[invoice(items=DISCOUNTED, Region__c="EMEA")])
        client = mock.sign_in()
        first = executed(mock, client, 33.333333333, 66.666666667)
        [made] = client.create("InvoiceSplit", {"InvoiceId": first[1]})
        item = {"InvoiceSplitId": made, "InvoiceDate": DAY}
        items = client.create("InvoiceSplitItem", *({**item, "SplitPercentage": each} for each in (40, 30, 20, 10)))
        assert execute(client, made).json() == [{"Success": True, "Id": made}]
        mock.pause()
        parts = [crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"] for each in items]
        assert [part(client, each, "Amount", "Region__c") for each in parts] == [
            [39.3, "EMEA"],
            [29.48, "EMEA"],
            [19.65, "EMEA"],
            [9.81, "EMEA"],
        ]
        assert [crud(client, "GET", f"invoice/{each}").status_code for each in first] == [404, 404]
        assert part(client, parts[0], "InvoiceNumber") == ["INV00000004"]

    @pytest.mark.assumed
    def test_the_items_of_a_split_keep_the_ids_of_parts_that_are_gone(self, mock: Mock, client: Client) -> None:
        first = executed(mock, client, 60, 40)
        old = find(client, "select InvoiceId from InvoiceSplitItem")
        [made] = client.create("InvoiceSplit", {"InvoiceId": first[0]})
        item = {"InvoiceSplitId": made, "InvoiceDate": DAY, "SplitPercentage": 50}
        client.create("InvoiceSplitItem", item, item)
        execute(client, made)
        mock.pause()
        assert find(client, "select InvoiceId from InvoiceSplitItem")[:2] == old

    @pytest.mark.documented("Knowledge Center, Re-splitting")
    def test_a_group_with_a_posted_part_is_not_split_anew(self, mock: Mock, client: Client) -> None:
        first = executed(mock, client, 60, 40)
        made, _ = split(client, 50, 50, number="INV00000002")
        crud(client, "PUT", f"invoice/{first[1]}", {"Status": "Posted"})
        assert rule_of(execute(client, made)) == "invoice-split.draft-only"
