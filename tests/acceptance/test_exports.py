"""Exports: a query goes in, a file of CSV comes out, once the work is done."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, account, account_id, act, crud, fixture, invoice, problem, rule_of

TAP = "tap-zuora"
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": 'Law, "L"'}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    accounts = [account(Region__c="EMEA"), account("A-2", Name="Bolt", CreatedDate="2025-01-01T00:00:00Z")]
    subscription = {"Name": "S-1", "AccountId": {"AccountNumber": "A-1"}, "Status": "Active"}
    document = fixture(
        accounts=accounts,
        contacts=[AMY],
        invoices=[invoice(), invoice("INV00000002", "0.50")],
        objects={"Subscription": [subscription]},
        customFields={"Account": [{"name": "Region__c", "type": "text"}]},
    )
    (tmp_path / "fixture.json").write_text(document, encoding="utf-8")
    return server(fixtures=(tmp_path / "fixture.json",))


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def ordered(client: Client, query: str, **fields: Any) -> httpx.Response:
    return crud(client, "POST", "export", {"Format": "csv", "Query": query, **fields})


def read(client: Client, id: str) -> dict[str, Any]:
    shown: dict[str, Any] = crud(client, "GET", f"export/{id}").json()
    return shown


def exported(mock: Mock, client: Client, query: str, **fields: Any) -> httpx.Response:
    """The file."""
    answer = ordered(client, query, **fields)
    assert answer.status_code == 200, answer.text
    mock.pause()
    done = read(client, answer.json()["Id"])
    assert done["Status"] == "Completed", done
    file = client.get(f"/v1/files/{done['FileId']}")
    assert file.status_code == 200, file.text
    return file


def rows(file: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(file.text)))


class TestAsTapZuora:
    @pytest.mark.observed(TAP)
    def test_every_object_that_is_described_is_exported(self, mock: Mock, client: Client) -> None:
        names = [each.text for each in described(client).findall("./object/name")]
        assert len(names) == 43
        for name in names:
            told = described(client, f"/{name}")
            fields = [each.findtext("name") for each in told.iterfind("./fields/field") if is_exported(each)]
            joined = [f"{each.findtext('name')}.Id" for each in told.iterfind("./related-objects/object")]
            file = exported(mock, client, f"select {', '.join(map(str, [*fields, *joined]))} from {name}")
            assert file.text.splitlines()[0].split(",") == [f"{name}.{each}" for each in fields] + joined
            assert ordered(client, f"select * from {name} limit 1").json()["Success"]

    @pytest.mark.observed(TAP)
    def test_a_window_of_time_is_exported(self, mock: Mock, client: Client) -> None:
        window = "where UpdatedDate >= '2026-01-15T00:00:00Z' and UpdatedDate < '2026-02-10T00:00:00Z'"
        file = exported(mock, client, f"select Id, UpdatedDate, AccountId, Account.Name from Invoice {window}")
        [first, second] = rows(file)
        assert first.keys() == {"Invoice.Id", "Invoice.UpdatedDate", "Invoice.AccountId", "Account.Name"}
        assert first["Invoice.UpdatedDate"] == "2026-02-01T10:00:00+0000"
        assert (first["Invoice.AccountId"], second["Account.Name"]) == (account_id(client), "Acme")

    @pytest.mark.observed(TAP)
    @pytest.mark.parametrize("source", ["AccountingCode", "ContactSnapshot", "Export"])
    def test_a_window_is_exported_of_what_queries_do_not_filter_by_time(
        self, mock: Mock, client: Client, source: str
    ) -> None:
        window = "where UpdatedDate >= '2025-01-01T00:00:00Z' and UpdatedDate < '2025-01-31T00:00:00Z'"
        assert rows(exported(mock, client, f"select Id, UpdatedDate from {source} {window}")) == []

    @pytest.mark.observed(TAP)
    def test_a_source_that_is_not_there_is_refused(self, client: Client) -> None:
        answer = ordered(client, "select * from Nonsense limit 1")
        expected = problem("INVALID_VALUE", "noSuchDataSource: Nonsense")
        assert (answer.status_code, answer.text) == (400, expected)


class TestFile:
    @pytest.mark.assumed
    def test_values_are_written_plainly(self, mock: Mock, client: Client) -> None:
        file = exported(
            mock, client, "select Amount, Account.AutoPay, DueDate, PostedDate, Account.Region__c from Invoice"
        )
        assert file.headers["Content-Type"] == "text/csv;charset=UTF-8"
        assert file.text == (
            "Invoice.Amount,Account.AutoPay,Invoice.DueDate,Invoice.PostedDate,Account.Region__c\n"
            "100,false,2026-02-14,,EMEA\n0.5,false,2026-02-14,,EMEA\n"
        )
        [amy] = rows(exported(mock, client, "select FirstName, Contact.LastName from Contact"))
        assert amy == {"Contact.FirstName": "Amy", "Contact.LastName": 'Law, "L"'}

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("end", "numbers"),
        [
            ("order by Amount", ["INV00000002", "INV00000001"]),
            ("order by Invoice.InvoiceNumber desc", ["INV00000002", "INV00000001"]),
            ("where Invoice.Amount > 1 order by Amount asc limit 5;", ["INV00000001"]),
            ("ORDER BY AMOUNT LIMIT 1", ["INV00000002"]),
            ("where InvoiceNumber = 'order by x limit 0'", []),
        ],
    )
    def test_order_and_limit_are_kept(self, mock: Mock, client: Client, end: str, numbers: list[str]) -> None:
        file = exported(mock, client, f"select InvoiceNumber from Invoice {end}")
        assert [each["Invoice.InvoiceNumber"] for each in rows(file)] == numbers

    @pytest.mark.documented("SOAP API, Export")
    def test_it_can_be_packed_and_marked(self, mock: Mock, client: Client) -> None:
        query = "select Name from Account"
        packed = exported(mock, client, query, Zip=True)
        assert packed.headers["Content-Type"] == "application/zip;charset=UTF-8"
        with ZipFile(BytesIO(packed.content)) as archive:
            [name] = archive.namelist()
            assert archive.read(name).decode() == "Account.Name\nAcme\nBolt\n"
        body = {"type": "Export", "objects": [{"Format": "csv", "Query": query, "Encoding": "UTF8_BOM"}]}
        [made] = act(client, "create", body, X_Zuora_WSDL_Version="103").json()
        mock.pause()
        assert client.get(f"/v1/files/{read(client, made['Id'])['FileId']}").content.startswith(b"\xef\xbb\xbfAccount")


class TestWork:
    @pytest.mark.documented("SOAP API, Export")
    def test_it_is_pending_until_the_work_is_done(self, client: Client) -> None:
        client.put("/__admin/jobs/policy", json={"mode": "manual"}).raise_for_status()
        given = {"Status": "Completed", "FileId": UNKNOWN_ID, "Size": 5, "Name": "Mine"}
        made = ordered(client, "select Id from Account", **given).json()["Id"]
        waiting = read(client, made)
        assert (waiting["Status"], waiting["Name"], "FileId" in waiting, "Size" in waiting) == (
            "Pending",
            "Mine",
            False,
            False,
        )
        client.post("/__admin/jobs/settle").raise_for_status()
        done = read(client, made)
        assert (done["Status"], done["Size"]) == ("Completed", len(client.get(f"/v1/files/{done['FileId']}").content))

    @pytest.mark.documented("SOAP API, Export")
    def test_its_file_shows_the_records_as_they_were_when_it_was_done(self, mock: Mock, client: Client) -> None:
        made = [ordered(client, "select Name from Account", Zip=each).json()["Id"] for each in (False, True)]
        mock.pause()
        crud(client, "PUT", f"account/{account_id(client)}", {"Name": "Renamed"})
        plain, packed = (client.get(f"/v1/files/{read(client, each)['FileId']}") for each in made)
        assert plain.text == "Account.Name\nAcme\nBolt\n"
        with ZipFile(BytesIO(packed.content)) as archive:
            assert archive.read(archive.namelist()[0]).decode() == plain.text

    @pytest.mark.assumed
    def test_one_whose_work_fails_by_order_has_failed(self, mock: Mock, client: Client) -> None:
        order = {"times": 1, "fault": {"kind": "job-failure", "reason": "out of disk"}}
        client.post("/__admin/faults", json=order).raise_for_status()
        made = ordered(client, "select Id from Account").json()["Id"]
        mock.pause()
        failed = read(client, made)
        assert (failed["Status"], failed["StatusReason"], "FileId" in failed) == ("Failed", "out of disk", False)

    @pytest.mark.assumed
    def test_another_format_fails_and_says_why(self, mock: Mock, client: Client) -> None:
        made = ordered(client, "select Id from Account", Format="html").json()["Id"]
        mock.pause()
        done = read(client, made)
        assert (done["Status"], done["StatusReason"]) == ("Failed", "html is not written by this mock: csv is")

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("update Account", "Query: select … from … is needed, not 'update Account'"),
            ("select Nonsense from Account", "Query: a field of Account is needed, not 'Nonsense'"),
            ("select Nobody.Name from Subscription", "Query: one of Account, "),
            ("select Account.Nonsense from Invoice", "Query: a field of Account is needed, not 'Account.Nonsense'"),
            ("select Id from Account where Nonsense = 1", "invalid field for query: Account.Nonsense"),
            ("select Id from Account where", "You have an error in your ZOQL syntax"),
        ],
    )
    def test_a_query_that_makes_no_sense_is_refused(self, client: Client, query: str, message: str) -> None:
        answer = ordered(client, query)
        [error] = answer.json()["Errors"]
        assert (answer.status_code, error["Code"], rule_of(answer)) == (400, "INVALID_VALUE", "export.query")
        assert error["Message"].startswith(message)

    @pytest.mark.assumed
    def test_a_file_that_is_not_there_is_not_found(self, client: Client) -> None:
        answer = client.get(f"/v1/files/{UNKNOWN_ID}", headers={"Zuora-Version": "2025-08-12"})
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (404, 50000040)


def described(client: Client, end: str = "") -> ET.Element:
    return ET.fromstring(client.get(f"/v1/describe{end}").content)  # noqa: S314  (our own)


def is_exported(field: ET.Element) -> bool:
    return "export" in [each.text for each in field.iter("context")]
