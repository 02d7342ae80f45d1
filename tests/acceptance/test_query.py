"""POST /v1/action/query and queryMore as a client meets them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import (
    CONTENT_TYPE,
    account,
    account_id,
    act,
    advance,
    error,
    fault,
    find,
    invoice_id,
    rule_of,
    start,
)


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    accounts = [account(f"A-{n:03d}", Name=f"n{n}", Batch=None) for n in range(1, 121)]
    return start(server, tmp_path, accounts=accounts, invoices=[])


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def query(client: Client, text: Any, **conf: Any) -> Any:
    return act(client, "query", {"queryString": text, **({"conf": conf} if conf else {})})


@pytest.mark.assumed
@pytest.mark.parametrize("number", [0.30000000000000004, 12345678901234567890, 1e-7, 100.0])
def test_a_custom_number_is_found_by_all_its_digits(client: Client, number: float) -> None:
    [made] = client.create("Account", {"Name": "new", "Currency": "USD", "Digits__c": number})
    assert find(client, f"select Id from Account where Digits__c = {number!r}") == [{"Id": made}]
    assert find(client, "select Id from Account where Digits__c = 0.3") == []


@pytest.mark.assumed
def test_letters_beyond_ascii_are_as_they_were_written(client: Client) -> None:
    client.create("Account", {"Name": "\u00dcber", "Currency": "USD"})
    found = {
        name: len(client.get("/object-query/accounts", params={"filter[]": f"name.EQ:{name}"}).json()["data"])
        for name in ("\u00dcber", "\u00dcBER", "\u00fcber")
    }
    assert found == {"\u00dcber": 1, "\u00dcBER": 1, "\u00fcber": 0}


class TestQuery:
    @pytest.mark.documented("Actions reference, query")
    def test_an_answer_is_size_records_done_and_always_has_the_id(self, client: Client) -> None:
        answer = query(client, "select accountnumber from ACCOUNT where Name = 'n7';")
        expected = r'\{"size":1,"records":\[\{"Id":"[0-9a-f]{32}","AccountNumber":"A-007"\}\],"done":true\}'
        assert answer.status_code == 200
        assert re.fullmatch(expected, answer.text)
        assert answer.headers["Content-Type"] == CONTENT_TYPE

    @pytest.mark.assumed
    def test_nothing_found_is_an_empty_array(self, client: Client) -> None:
        answer = query(client, "select Id from Account where Name = 'N7'")
        assert (answer.status_code, answer.text) == (200, '{"size":0,"records":[],"done":true}')

    @pytest.mark.documented("Actions reference, query")
    def test_nulls_are_left_out(self, client: Client) -> None:
        [record] = find(client, "select CrmId, Notes, Currency from Account where Name = 'n7'")
        assert sorted(record) == ["Currency", "Id"]

    @pytest.mark.observed("nuora, Guardian and iron_bank tests")
    @pytest.mark.parametrize(
        ("text", "code", "message"),
        [
            ("select * from accountsX", "MALFORMED_QUERY", "You have an error in your ZOQL syntax"),
            ("select Id from Account where (Name = 'x')", "MALFORMED_QUERY", "You have an error in your ZOQL syntax"),
            ("", "MALFORMED_QUERY", "You have an error in your ZOQL syntax"),
            ("select Id from productt", "INVALID_TYPE", "invalid type specified: productt"),
            ("select accountid1 from Invoice", "INVALID_FIELD", "invalid field for query: Invoice.accountid1"),
            ("select invalidfield from account", "INVALID_FIELD", "invalid field for query: account.invalidfield"),
            ("select Id from Account where Nope = 1", "INVALID_FIELD", "invalid field for query: Account.Nope"),
            ("select PaymentTerm from Invoice", "INVALID_FIELD", "invalid field for query: Invoice.PaymentTerm"),
        ],
    )
    def test_a_faulty_query_is_a_fault(self, client: Client, text: str, code: str, message: str) -> None:
        answer = query(client, text)
        assert (answer.status_code, answer.text) == (400, fault(code, message))

    @pytest.mark.documented("SOAP API, version history")
    def test_a_newer_field_is_known_from_its_version_on(self, client: Client) -> None:
        body = {"queryString": "select PaymentTerm, SourceType from Invoice"}
        assert act(client, "query", body, X_Zuora_WSDL_Version="117").status_code == 400
        assert act(client, "query", body, X_Zuora_WSDL_Version="118").status_code == 200

    @pytest.mark.documented("SOAP API, Date formats")
    def test_a_literal_of_the_wrong_kind_is_an_invalid_value(self, client: Client) -> None:
        answer = query(client, "select Id from Invoice where InvoiceDate = 'soon'")
        assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VALUE")

    @pytest.mark.observed("a client of production that filters by due date")
    def test_a_date_may_stand_without_quotes(self, client: Client) -> None:
        update = {
            "Id": find(client, "select Id from Account where Name = 'n7'")[0]["Id"],
            "TaxExemptEffectiveDate": "2026-02-01",
        }
        assert act(client, "update", {"type": "Account", "objects": [update]}).json()[0]["Success"]
        for condition, size in (("< 2026-02-02", 1), ("= 2026-02-01", 1), ("> 2026-02-01", 0)):
            text = f"select Id from Account where TaxExemptEffectiveDate {condition}"
            assert query(client, text).json()["size"] == size
        for name, day in (("InvoiceDate", "2026-02-30"), ("CreatedDate", "2026-02-01"), ("Comments", "2026-02-01")):
            answer = query(client, f"select Id from Invoice where {name} = {day}")
            assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VALUE")

    @pytest.mark.documented("SOAP API, MalformedQueryFault")
    def test_more_than_ten_thousand_characters_are_malformed(self, client: Client) -> None:
        text = f"select Id from Account where Name = '{'x' * 10_000}'"
        assert query(client, text).json()["FaultCode"] == "MALFORMED_QUERY"

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({}, "'queryString' is required"),
            ({"queryString": None}, "'queryString' is required"),
            ({"queryString": 1}, "'queryString' must be a string"),
            ({"queryString": "select Id from Account", "conf": 1}, "'conf' must be an object"),
        ],
    )
    def test_a_body_that_cannot_be_read_as_this_call_is_an_error(self, client: Client, body: Any, message: str) -> None:
        answer = act(client, "query", body)
        assert (answer.status_code, answer.text) == (400, error(message))


@pytest.mark.documented("SOAP API, ZOQL")
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
def test_a_record_is_found_by_the_moment_that_its_answer_prints(server: Start, tmp_path: Path, zone: str) -> None:
    clock = {"now": "2026-02-01T10:00:00.417Z", "frozen": True}
    client = start(server, tmp_path, {"timeZone": zone}, clock=clock).sign_in()
    [made] = client.create("Contact", {"AccountId": account_id(client), "FirstName": "Amy", "LastName": "L"})
    for kind, wanted in (("Invoice", invoice_id(client)), ("Account", account_id(client)), ("Contact", made)):
        for name in ("CreatedDate", "UpdatedDate"):
            [printed] = [each[name] for each in find(client, f"select {name} from {kind}")]
            for operator in ("=", "<=", ">="):
                for literal in (printed, f"'{printed}'"):
                    found = find(client, f"select Id from {kind} where {name} {operator} {literal}")
                    assert [each["Id"] for each in found] == [wanted], (name, operator, literal)
            for operator in ("<", ">", "!="):
                assert not find(client, f"select Id from {kind} where {name} {operator} {printed}")


class TestPages:
    @pytest.mark.documented("Actions reference, queryMore")
    def test_every_page_tells_the_total_and_the_last_is_done(self, client: Client) -> None:
        page = query(client, "select Name from Account", batchSize=50).json()
        sizes, names, keys = [page["size"]], [each["Name"] for each in page["records"]], [list(page)]
        while not page["done"]:
            assert re.fullmatch(f"[0-9a-f]{{32}}-{len(names)}", page["queryLocator"])
            more = {"queryLocator": page["queryLocator"], "conf": {"batchSize": 50}}
            page = act(client, "queryMore", more).json()
            sizes, names = [*sizes, page["size"]], names + [each["Name"] for each in page["records"]]
            keys.append(list(page))
        assert sizes == [120, 120, 120]
        assert names == [f"n{n}" for n in range(1, 121)]
        assert keys == [["size", "records", "queryLocator", "done"]] * 2 + [["size", "records", "done"]]

    @pytest.mark.observed("public scripts count the offset themselves")
    def test_a_locator_is_read_again_and_from_any_offset(self, client: Client) -> None:
        locator = query(client, "select Name from Account", batchSize=50).json()["queryLocator"]
        first, again = (act(client, "queryMore", {"queryLocator": locator}).json() for _ in range(2))
        assert first == again
        last = act(client, "queryMore", {"queryLocator": f"{locator[:32]}-119"}).json()
        assert ([each["Name"] for each in last["records"]], last["done"]) == (["n120"], True)

    @pytest.mark.documented("SOAP API, queryMore")
    @pytest.mark.parametrize(("size", "count"), [(1, 1), (120, 120), (0, 120), (2001, 120), ("50", 50), (50.0, 50)])
    def test_a_batch_is_one_to_two_thousand_and_two_thousand_otherwise(
        self, client: Client, size: Any, count: int
    ) -> None:
        assert len(query(client, "select Id from Account", batchSize=size).json()["records"]) == count

    @pytest.mark.assumed
    @pytest.mark.parametrize("size", [-1, 1.5, "x", True, [], {}])
    def test_a_batch_that_is_no_whole_number_is_a_fault(self, client: Client, size: Any) -> None:
        answer = query(client, "select Id from Account", batchSize=size)
        assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VALUE")
        assert rule_of(answer) == "zoql.batch-size"

    @pytest.mark.assumed
    @pytest.mark.parametrize(("size", "shown"), [(True, "true"), ([], "[]"), ({"a": None}, '{"a": null}'), (-1, "-1")])
    def test_a_batch_that_is_none_is_named_in_the_words_of_json(self, client: Client, size: Any, shown: str) -> None:
        answer = query(client, "select Id from Account", batchSize=size)
        assert answer.text == fault("INVALID_VALUE", f"invalid batchSize: {shown}")

    @pytest.mark.assumed
    def test_a_batch_that_is_null_is_not_given(self, client: Client) -> None:
        assert query(client, "select Id from Account", batchSize=None).json()["size"] == 120

    @pytest.mark.assumed
    @pytest.mark.parametrize("locator", ["x", "", f"{'0' * 32}-50", f"{'0' * 32}", f"{'0' * 32}--1", "é", "0-0"])
    def test_a_locator_of_no_query_is_a_fault(self, client: Client, locator: str) -> None:
        answer = act(client, "queryMore", {"queryLocator": locator})
        assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VALUE")
        assert answer.headers["Zuora-Mock-Rule"] == "zoql.locator; provenance=assumed"

    @pytest.mark.documented("SOAP API, queryMore")
    def test_a_locator_expires_after_fifteen_minutes_of_the_clock(self, client: Client) -> None:
        locator = query(client, "select Id from Account", batchSize=50).json()["queryLocator"]
        advance(client, 15 * 60 - 1)
        assert act(client, "queryMore", {"queryLocator": locator}).status_code == 200
        advance(client, 1)
        assert rule_of(act(client, "queryMore", {"queryLocator": locator})) == "zoql.locator"

    @pytest.mark.assumed
    def test_pages_stay_as_they_were_though_the_data_change(self, client: Client) -> None:
        locator = query(client, "select Name from Account", batchSize=50).json()["queryLocator"]
        client.create("Account", {"Name": "new", "Currency": "USD"})
        client.post(
            "/v1/action/delete", json={"type": "Account", "ids": [find(client, "select Id from Account")[60]["Id"]]}
        )
        page = act(client, "queryMore", {"queryLocator": locator}).json()
        assert page["size"] == 120
        assert "new" not in [each.get("Name") for each in page["records"]]

    @pytest.mark.assumed
    def test_a_locator_of_another_tenant_is_unknown(self, mock: Mock, client: Client) -> None:
        locator = query(client, "select Id from Account", batchSize=50).json()["queryLocator"]
        stranger = mock.sign_in("11111111-1111-4111-8111-111111111111", "s")
        assert rule_of(act(stranger, "queryMore", {"queryLocator": locator})) == "zoql.locator"

    @pytest.mark.assumed
    @pytest.mark.parametrize("body", [{}, {"queryLocator": None}, {"queryLocator": 1}])
    def test_a_locator_is_needed(self, client: Client, body: Any) -> None:
        answer = act(client, "queryMore", body)
        assert (answer.status_code, rule_of(answer)) == (400, "body.shape")
