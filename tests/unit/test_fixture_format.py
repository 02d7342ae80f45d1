"""The fixture format: what it takes, what it refuses and how it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT_ITEM
from zuora_mock.domain.values import Record, Type
from zuora_mock.tenants.fixtures import FixtureError, default_fixture_path, load, parse
from zuora_mock.tenants.fixtures import json_text as texts
from zuora_mock.tenants.fixtures import text as kept
from zuora_mock.tenants.fixtures.seeding import check
from zuora_mock.tenants.fixtures.whole import json_schema
from zuora_mock.tenants.fixtures.writing import write_record, write_value
from zuora_mock.work.turns import at_once

ACCOUNT: dict[str, Any] = {"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}


def read(name: str, **document: Any) -> Any:
    """The only object of a list."""
    (found,) = parse(json.dumps(document)).all(name)
    return found


PART: dict[str, Any] = {
    "itemId": "c" * 32,
    "percentage": 100_000_000_000,
    "invoiceDate": "2026-02-01",
    "paymentTerm": None,
    "dueDate": "2026-02-01",
}
ARITHMETIC: dict[str, Any] = {
    "at": 1_767_225_600_000,
    "original": {"id": "b" * 32, "number": "INV00000001"},
    "currency": "USD",
    "digits": 2,
    "rounding": "last-part",
    "due": [["Licence", 500]],
    "exempt": [],
    "parts": [PART],
}
"""What is kept of an executed split."""


def problems(document: Any) -> list[tuple[str, str, str]]:
    """Pointer, message and value of each."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(FixtureError) as caught:
        check(parse(text, "f.json"))
    return [(each.pointer, each.message, each.value) for each in caught.value.problems]


def invoice(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    header = {"AccountNumber": "A-1", "InvoiceDate": "2026-01-15"}
    return {"accounts": [ACCOUNT], "invoices": [{**header, "items": items, **fields}]}


def test_amounts_are_exact_as_strings_and_as_numbers() -> None:
    amounts = ", ".join(f'{{"ChargeAmount": {each}}}' for each in ('"333.330001"', "333.330001", "5"))
    (made,) = parse(f'{{"invoices": [{{"items": [{amounts}]}}]}}').all("invoices")
    assert [each.record["ChargeAmount"] for each in made.items] == [333_330_001, 333_330_001, 5_000_000]


def test_objects_keep_catalogue_fields_and_custom_fields_apart_from_keys_of_ours() -> None:
    account = read("accounts", accounts=[{**ACCOUNT, "entity": "Default", "Region__c": "EMEA", "BillCycleDay": 3}])
    assert account.record == {**ACCOUNT, "Region__c": "EMEA", "BillCycleDay": 3}
    assert account.entity == "Default"


def test_custom_fields_take_text_numbers_and_booleans_as_the_api_does() -> None:
    custom = {"A__c": "x" * 300, "B__c": 5, "C__c": 1.5, "D__c": True, "E__c": None}
    account = read("accounts", accounts=[{**ACCOUNT, **custom}])
    assert {name: account.record.get(name) for name in custom} == custom
    assert [each[0] for each in problems({"accounts": [{**ACCOUNT, "A__c": []}]})] == ["/accounts/0/A__c"]


def test_a_null_is_a_field_that_is_not_given_and_empty_where_it_would_get_a_default() -> None:
    account = read("accounts", accounts=[{**ACCOUNT, "CrmId": None, "Batch": None}])
    assert ("CrmId" in account.record, account.record["Batch"]) == (False, None)


def test_date_times_without_an_offset_are_in_the_zone_of_the_settings() -> None:
    record = {**ACCOUNT, "CreatedDate": "2026-01-15T12:00:00"}
    account = read("accounts", settings={"timeZone": "Asia/Tokyo"}, accounts=[record])
    assert write_value(Type.DATETIME, account.record["CreatedDate"]) == "2026-01-15T03:00:00Z"
    (other,) = parse(json.dumps({"accounts": [record]}), zone=ZoneInfo("America/New_York")).all("accounts")
    assert write_value(Type.DATETIME, other.record["CreatedDate"]) == "2026-01-15T17:00:00Z"


def test_every_problem_is_named_with_pointer_and_value() -> None:
    document = {
        "zoo": 1,
        "settings": {"timeZone": "Mars", "jobs": {"mode": "never"}},
        "accounts": [{"AccountNumber": "A-1", "Currency": "EURO"}],
        "invoices": [{"invoicedate": 1, "Status": "Open", "items": [{"ChargeAmount": "ten", "discounts": [{"x": 1}]}]}],
    }
    assert problems(document) == [
        ("/settings/timeZone", "a time zone such as Europe/Berlin is needed", '"Mars"'),
        ("/settings/jobs/mode", "Input should be 'after-reply', 'before-reply', 'delayed' or 'manual'", '"never"'),
        ("/zoo", "there is no such key", "1"),
        ("/accounts/0/Name", "the key is missing", ""),
        ("/accounts/0/Currency", "at most 3 characters fit", '"EURO"'),
        ("/invoices/0/invoicedate", "Invoice has no such field here, did you mean InvoiceDate?", "1"),
        ("/invoices/0/Status", "one of Draft, Posted, Canceled, Split is needed", '"Open"'),
        ("/invoices/0/items/0/ChargeAmount", "a number is needed", '"ten"'),
        ("/invoices/0/items/0/discounts/0/x", "InvoiceItem has no such field here", "1"),
    ]


def test_the_error_is_one_line_a_problem_that_begins_with_the_source() -> None:
    with pytest.raises(FixtureError) as caught:
        parse('{"a/b": 1, "tenant": 5}', "some/file.json")
    assert str(caught.value).splitlines() == [
        "some/file.json: /tenant: text is needed: 5",
        "some/file.json: /a~1b: there is no such key: 1",
    ]


def test_a_secret_is_not_repeated_and_a_long_value_is_cut() -> None:
    found = problems({"clients": [{"clientId": "x" * 200, "clientSecret": "s" * 43}]})
    assert [(pointer, len(value)) for pointer, _, value in found] == [
        ("/clients/0/clientId", 80),
        ("/clients/0/clientSecret", 0),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"accounts": NaN}', '{"tenant": "a", "tenant": "b"}', "[" * 100_000, "\ufeff{", "[]", "null", '"x"'],
)
def test_what_is_not_one_json_object_is_refused(text: str) -> None:
    ((pointer, _, _),) = problems(text)
    assert pointer == ""


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(FixtureError, match="not JSON"):
        parse(b'{"tenant": "\xff"}')


def test_a_byte_order_mark_is_read_over() -> None:
    assert parse(b'\xef\xbb\xbf{"tenant": "marked"}').document.tenant == "marked"


def test_a_file_that_is_not_there_is_a_problem_like_others(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="No such file"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "term",
    [
        {"name": "Net"},
        {"name": "Net", "days": 30, "dueDay": 2},
        {"name": "Prox", "type": "Prox", "months": 1, "dueDay": 20},
        {"name": "Prox", "type": "Prox", "cutoffDay": 12, "months": 1, "dueDay": 20, "days": 0},
        {"name": "Prox", "type": "Prox", "cutoffDay": 12, "months": 1, "dueDay": 32},
    ],
)
def test_a_term_is_net_or_prox_and_never_half_of_each(term: dict[str, Any]) -> None:
    ((pointer, _, _),) = problems({"paymentTerms": [term]})
    assert pointer.startswith("/paymentTerms/0")


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"accounts": [ACCOUNT, ACCOUNT]}, "/accounts/1/AccountNumber"),
        ({"accounts": [{**ACCOUNT, "PaymentTerm": "Net 31"}]}, "/accounts/0/PaymentTerm"),
        ({"accounts": [{**ACCOUNT, "entity": "Mars"}]}, "/accounts/0/entity"),
        ({"invoices": [{"AccountNumber": "A-9"}]}, "/invoices/0/AccountNumber"),
        ({"invoices": [{}]}, "/invoices/0/AccountNumber"),
        ({"contacts": [{"AccountNumber": "A-9"}]}, "/contacts/0/AccountNumber"),
        ({"invoiceSplits": [{"InvoiceNumber": "INV-9"}]}, "/invoiceSplits/0/InvoiceNumber"),
        ({"entities": [{"name": "E"}, {"name": "e"}]}, "/entities/1/name"),
        ({"paymentTerms": [{"name": "N", "days": 1}, {"name": "N", "days": 2}]}, "/paymentTerms/1/name"),
        (
            {"paymentTerms": [{"name": "N", "days": 1, "default": True}, {"name": "M", "days": 2, "default": True}]},
            "/paymentTerms/1/default",
        ),
        ({"clients": [{"clientId": "c" * 36, "clientSecret": "s"}] * 2}, "/clients/1/clientId"),
        ({"clients": [{"clientId": "c" * 36, "clientSecret": "s", "entities": ["X"]}]}, "/clients/0/entities/0"),
        (invoice({"ChargeAmount": "0.001"}), "/invoices/0/items/0/ChargeAmount"),
        (invoice({"ChargeAmount": "1", "TaxAmount": "1"}), "/invoices/0/items/0/TaxAmount"),
        (invoice({"discounts": [{"ChargeAmount": "1"}]}), "/invoices/0/items/0/discounts/0/ChargeAmount"),
        (invoice({"ChargeAmount": "1"}, Amount="2"), "/invoices/0/Amount"),
        (invoice({"Id": "a" * 32}, {"Id": "A" * 32}), "/invoices/0/items/1/Id"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused_where_it_does(document: dict[str, Any], pointer: str) -> None:
    ((found, message, _),) = problems(document)
    assert found == pointer
    assert message


BIG = "8999999999999"
"""More than half of the greatest amount."""


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"counters": {"ids": 9223372036854775808}}', "/counters/ids"),
        ('{"counters": {"invoices": 9223372036854775808}}', "/counters/invoices"),
        (
            '{"accounts": [{"Name": "x", "Currency": "USD", "charges": [{"billed": 1e30}]}]}',
            "/accounts/0/charges/0/billed",
        ),
        ('{"invoices": [{"items": [{"row": 9223372036854775808}]}]}', "/invoices/0/items/0/row"),
        ('{"settings": {"maxSplits": 1e999999999}}', "/settings/maxSplits"),
        ('{"settings": {"maxSplits": 1e99999999999999999999}}', "/settings/maxSplits"),
        ('{"invoices": [{"items": [{"Quantity": 1e9999999}]}]}', "/invoices/0/items/0/Quantity"),
        (
            '{"invoiceSplits": [{"execution": {"original": "", "arithmetic": [1e999]}}]}',
            "/invoiceSplits/0/execution/arithmetic",
        ),
    ],
)
def test_numbers_that_no_column_holds_are_named(text: str, pointer: str) -> None:
    assert [each[0] for each in problems(text)] == [pointer]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"digits": -1}, "/digits"),
        ({"digits": True}, "/digits"),
        ({"rounding": "up"}, "/rounding"),
        ({"at": 2**60}, "/at"),
        ({"due": [["Licence", 1.5]]}, "/due/0/1"),
        ({"due": [["Licence", 10**16]]}, "/due/0/1"),
        ({"due": [["Licence"]]}, "/due/0/1"),
        ({"exempt": [[1, 1]]}, "/exempt/0/0"),
        ({"parts": []}, "/parts"),
        ({"parts": [{**PART, "percentage": 99}]}, "/parts"),
        ({"parts": [{**PART, "percentage": "100"}]}, "/parts/0/percentage"),
        ({"rows": []}, "/rows"),
    ],
)
def test_the_arithmetic_of_an_executed_split_can_be_told(change: dict[str, Any], pointer: str) -> None:
    execution = {"original": "b" * 32, "arithmetic": {**ARITHMETIC, **change}}
    named = [each[0] for each in problems({"invoiceSplits": [{"execution": execution}]})]
    assert f"/invoiceSplits/0/execution/arithmetic{pointer}" in named


@pytest.mark.parametrize(
    ("text", "pointer", "value"),
    [
        ('{"tenant": "a\\ud800b"}', "/tenant", r'"a\ud800b"'),
        ('{"accounts": [{"Name": "x", "Currency": "USD", "X__c": "\\uDFFF"}]}', "/accounts/0/X__c", r'"\udfff"'),
        ('{"orgs": ["x"], "\\udc00": 1}', "", r'"\udc00"'),
        (
            '{"invoiceSplits": [{"execution": {"arithmetic": {"a/b": ["\\udbff"]}}}]}',
            "/invoiceSplits/0/execution/arithmetic/a~1b/0",
            r'"\udbff"',
        ),
    ],
)
def test_half_of_a_surrogate_pair_is_named_wherever_it_stands(text: str, pointer: str, value: str) -> None:
    assert [(place, shown) for place, _, shown in problems(text)] == [(pointer, value)]


def test_nul_is_named_wherever_it_stands() -> None:
    text = r'{"tenant": "a\\u0000", "accounts": [{"Name": "a\u0000b", "Currency": "USD"}]}'
    assert problems(text) == [("/accounts/0/Name", "NUL is not text", r'"a\u0000b"')]


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse(r'{"tenant": "\ud83d\ude00"}').document.tenant == "\N{GRINNING FACE}"


@pytest.mark.parametrize("now", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1969-12-31", "9000-01-02"])
def test_a_clock_stands_between_the_years_1970_and_9000(now: str) -> None:
    expected = ("/clock/now", "an instant lies between the years 1970 and 9000", json.dumps(now))
    assert problems({"clock": {"now": now}}) == [expected]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_date_time_that_some_zone_could_not_print_is_named(moment: str) -> None:
    assert [each[0] for each in problems({"accounts": [{**ACCOUNT, "CreatedDate": moment}]})] == [
        "/accounts/0/CreatedDate"
    ]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (invoice({"ChargeAmount": BIG}, {"ChargeAmount": BIG}), "/invoices/0/items"),
        (invoice({"taxes": [{"ExemptAmount": BIG}] * 2}), "/invoices/0/items/0/taxes"),
        ({"accounts": [{**ACCOUNT, "charges": [{"ChargeAmount": BIG}] * 2}]}, "/accounts/0/charges"),
    ],
)
def test_a_sum_that_is_too_great_to_be_kept_is_named(document: dict[str, Any], pointer: str) -> None:
    assert pointer in {each[0] for each in problems(document)}


def test_an_account_that_owes_more_than_can_be_kept_is_named() -> None:
    document = invoice({"ChargeAmount": BIG}, Status="Posted")
    document["invoices"] *= 2
    assert [each[0] for each in problems(document)] == ["/accounts/0/Balance", "/accounts/0/TotalInvoiceBalance"]


@pytest.mark.parametrize(
    ("charge", "pointer"),
    [
        ({"ChargeAmount": "0.001"}, "/accounts/0/charges/0/ChargeAmount"),
        ({"TaxAmount": "1"}, "/accounts/0/charges/0/TaxAmount"),
        ({"discounts": [{"ChargeAmount": "1"}]}, "/accounts/0/charges/0/discounts/0/ChargeAmount"),
    ],
)
def test_a_charge_that_would_make_no_invoice_is_refused_with_the_fixture(charge: dict[str, Any], pointer: str) -> None:
    assert [each[0] for each in problems({"accounts": [{**ACCOUNT, "charges": [charge]}]})] == [pointer]


def test_a_key_that_stands_twice_is_found_among_many_at_once() -> None:
    members = ", ".join(f'"k{number}": 1' for number in range(40_000))
    ((_, message, _),) = problems(f'{{{members}, "k39999": 2}}')
    assert message == 'not JSON: the key "k39999" stands twice in one object'


def test_two_invoices_of_one_number_are_refused() -> None:
    document = invoice(InvoiceNumber="INV00000001")
    document["invoices"] *= 2
    ((pointer, _, value),) = problems(document)
    assert (pointer, value) == ("/invoices/1/InvoiceNumber", '"INV00000001"')


@pytest.mark.parametrize(("currency", "amount"), [("KWD", "0.001"), ("USD", "0.01"), ("JPY", "1")])
def test_amounts_may_have_as_many_decimals_as_the_currency(currency: str, amount: str) -> None:
    accounts = [{**ACCOUNT, "Currency": currency}]
    fixture = parse(json.dumps({**invoice({"ChargeAmount": amount}), "accounts": accounts}))
    check(fixture)
    ((_, message, _),) = problems({**invoice({"ChargeAmount": float(amount) / 10}), "accounts": accounts})
    assert message.endswith(f"decimals ({currency})")


def test_kept_values_are_written_so_that_they_are_read_again_to_the_same() -> None:
    record: Record = {"SplitPercentage": 33_333_333_333, "CreatedDate": 1_768_478_400_000}
    written = write_record(INVOICE_SPLIT_ITEM, {**record, "_Hidden": 4})
    assert written == {"SplitPercentage": "33.333333333", "CreatedDate": "2026-01-15T12:00:00Z"}
    split = read("invoiceSplits", invoiceSplits=[{"items": [written]}])
    assert split.items == [record]
    written = write_record(INVOICE, {"Amount": -10_500_000, "IncludesUsage": 1})
    assert written == {"Amount": "-10.5", "IncludesUsage": True}


@pytest.mark.parametrize("name", ["default.json", "multi-entity.json"])
def test_the_fixtures_that_come_along_are_whole(name: str) -> None:
    fixture = load(default_fixture_path().with_name(name))
    check(fixture)
    assert fixture.counts["invoices"]


def test_the_schema_knows_every_key_of_the_fixtures_that_come_along() -> None:
    schema = json_schema()
    for name in ("default.json", "multi-entity.json"):
        assert not list(unknown_keys(json.loads(default_fixture_path().with_name(name).read_text()), schema, schema))


def test_the_schema_says_what_an_object_needs_and_refuses_what_it_does_not_know() -> None:
    schema = json_schema()
    account = schema["$defs"]["AccountSection"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert account["required"] == ["Name", "Currency"]
    assert account["additionalProperties"] is False
    assert "(fields)" not in json.dumps(schema)
    assert "InvoiceId" not in schema["$defs"]["ItemSection"]["properties"]


def unknown_keys(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Keys that no schema above them lists."""
    if "$ref" in schema:
        yield from unknown_keys(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    elif "anyOf" in schema:
        branches = [list(unknown_keys(value, each, root)) for each in schema["anyOf"]]
        yield from min(branches, key=len)
    elif schema.get("maxProperties") == 1:
        yield from list(value)[1:]
    elif isinstance(value, list):
        for each in value:
            yield from unknown_keys(each, schema.get("items", {}), root)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in schema.get("properties", {}):
                yield from unknown_keys(each, schema["properties"][key], root)
            elif not key.endswith("__c"):
                yield key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        " {} ",
        '{"accounts": []}',
        '{"accounts": {}}',
        '{"accounts": [], }',
        '{"accounts": [,]}',
        '{"accounts"}',
    ]
    + [
        '{"accounts": [] "orgs": []}',
        '{"accounts": [1 2]}',
        '{"orgs": ["a" , "b"] } x',
        '{"orgs": ["a"',
        "{1: 2}",
        '{"a": 1',
    ]
    + [f'{{"accounts": [{{"a": 1}}, {rest}' for rest in ('{"a": 2}, {"a": [3]}, 4]}', '{"a": 2},, {"a": 3}]}')]
    + [f'{{"accounts": [{{"a": 1}}, {rest}' for rest in ('{"a": 2} {"a": 3}]}', '{"a": x}, {"a": 3}, {"a": 4}]}')]
    + [f'{{"accounts": [{{}}, {rest}' for rest in ('{"a": [{"a": 2}, {"a": 3}]}, {"a": 4}]}', '{"a": "{\\"a\\":"}]}')],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_text_read_in_pieces_is_what_it_is_at_once(text: str, size: int) -> None:
    def told(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ValueError as error:
            return str(error)

    def in_pieces() -> Any:
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        lists: dict[str, list[Any]] = {}

        def note(name: str, _: int, some: list[Any]) -> int:
            lists.setdefault(name, []).extend(some)
            return 0

        found = at_once(texts.outline(iter(pieces), {"accounts"}, note))
        again = {name: [*chain.from_iterable(texts.parts(iter(pieces), place))] for name, place in found.places.items()}
        assert {name: each for name, each in again.items() if each} == lists
        return {**again, **found.rest} if isinstance(found.rest, dict) else found.rest

    assert told(in_pieces) == told(lambda: json.loads(text))


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_list_is_read_again_part_by_part(size: int, blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "PART", 20)
    rows = [{"Name": "a: b,]" * number, "Number": number} for number in range(30)]
    text = json.dumps({"orgs": [], "accounts": rows, "tenant": "x"}, separators=(f"{blank},{blank}", ":"))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    found = at_once(texts.outline(iter(pieces), {"accounts"}, lambda *_: 0))
    assert len(found.places["accounts"]) > 3
    assert [*chain.from_iterable(texts.parts(iter(pieces), found.places["accounts"]))] == rows


@pytest.mark.parametrize(
    "row",
    [
        '{"Name": "x", "Name": "y"}',
        '{"Name" : "x:y", "Name" : "y"}',
        '{"items": [{"row": 1, "row": 2}]}',
        '{"charges": [{"taxes": [{"Name": "x", "Name": "y"}]}]}',
        '{"x": {"y": 1, "y": 2}}',
        '[{"y": 1, "y": 2}]',
    ],
)
@pytest.mark.parametrize("before", ["", '{"Name": "usual"}, ', '{"Name": "9:00"}, '])
def test_no_key_stands_twice_in_an_object_of_a_list(row: str, before: str) -> None:
    [(pointer, message, _)] = problems('{"accounts": [' + before + row + "]}")
    assert pointer == ""
    assert message.endswith("stands twice in one object")


def test_a_character_may_stand_on_the_edge_of_two_pieces() -> None:
    text = json.dumps({"tenant": "\u20ac\U0001f600"}, ensure_ascii=False)
    arriving = kept.ArrivingText(bytes([each]) for each in text.encode())
    assert "".join(arriving.pieces()) == text
    assert str(arriving.kept()) == text
    assert parse(text).digest == parse(str(arriving.kept())).digest


def test_of_many_problems_the_first_are_told() -> None:
    found = problems({f"k{number}": number for number in range(100_000)})
    assert len(found) == 101
    assert found[0] == ("/k0", "there is no such key", "0")
    assert found[-1] == ("", "and more; these come first", "")


def test_of_many_wrong_objects_the_first_are_told() -> None:
    found = problems({"invoices": [{"AccountNumber": "nobody", "x": 1}] * 100_000})
    assert [pointer for pointer, _, _ in found[:2]] == ["/invoices/0/x", "/invoices/1/x"]
    assert len(found) == 101


@pytest.mark.parametrize("text", ['{"orgs": [%s]}', '{"invoices": [[%s]]}', "[%s]"])
def test_an_object_without_end_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST_VALUES", 100)
    monkeypatch.setattr(texts, "PIECE", 100)
    monkeypatch.setattr(kept, "PIECE", 100)
    [(_, message, _)] = problems(text % ("0," * 300 + "0"))
    assert message == "not JSON: more than 100 values in one object"
