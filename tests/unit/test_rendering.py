"""Records on their way out: which fields, in which order, as which JSON values."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from zuora_mock.billing.rendering import render_record
from zuora_mock.domain.catalogue import CONTACT, INVOICE, INVOICE_ITEM, INVOICE_SPLIT_ITEM, OBJECTS, ObjectType
from zuora_mock.domain.values import Record, Type, Value

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES: dict[Type, Value] = {
    Type.ID: "8ad09378905a5af201907ca1edb524c2",
    Type.STRING: "text",
    Type.TEXT: "long text",
    Type.MONEY: 46_150_000,
    Type.DOUBLE: 1.5,
    Type.PERCENT: 33_333_333_333,
    Type.INTEGER: 1,
    Type.BOOLEAN: True,
    Type.DATE: "2026-07-01",
    Type.DATETIME: 1_769_904_000_000,
}


def full(kind: ObjectType) -> Record:
    return {each.name: SAMPLES[each.type] for each in kind.kept if each.type is not Type.STRUCTURE}


def show(kind: ObjectType, record: Record, *, wsdl: int = 153, only: frozenset[str] | None = None) -> Record:
    return render_record(kind, record, wsdl=wsdl, zone=BERLIN, only=only)


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.name)
def test_every_field_comes_once_in_the_order_of_the_catalogue(kind: ObjectType) -> None:
    backwards = dict(reversed(full(kind).items()))
    assert list(show(kind, backwards)) == [each.name for each in kind.fields if each.shown]


@pytest.mark.parametrize(
    ("kind", "name", "kept", "printed"),
    [
        (INVOICE, "Amount", 120_000_000, 120),
        (INVOICE, "Amount", 46_150_000, 46.15),
        (INVOICE, "Balance", 0, 0),
        (INVOICE, "IncludesUsage", False, False),
        (INVOICE, "InvoiceDate", "2026-07-01", "2026-07-01"),
        (INVOICE, "PostedDate", 1_769_904_000_123, "2026-02-01T01:00:00.123+01:00"),
        (INVOICE, "Comments", "", ""),
        (INVOICE_ITEM, "Quantity", 3.0, 3),
        (INVOICE_ITEM, "UnitPrice", 0.1, 0.1),
        (INVOICE_SPLIT_ITEM, "SplitPercentage", 33_333_333_333, 33.333333333),
    ],
)
def test_a_kept_value_is_printed_as_json_has_it(kind: ObjectType, name: str, kept: Value, printed: Value) -> None:
    shown = show(kind, {"Id": "8ad0", name: kept})
    assert shown == {"Id": "8ad0", name: printed}
    assert type(shown[name]) is type(printed)


def test_equal_numbers_of_different_types_are_not_mixed_up() -> None:
    record: Record = {"Id": "8ad0", "Quantity": 1.0, "ProcessingType": 1, "TaxAmount": 1}
    assert repr(show(INVOICE_ITEM, record)) == "{'Id': '8ad0', 'TaxAmount': 1e-06, 'Quantity': 1, 'ProcessingType': 1}"


def test_dates_are_date_times_up_to_version_68() -> None:
    record: Record = {"Id": "8ad0", "InvoiceDate": "2026-07-01"}
    assert show(INVOICE, record, wsdl=68)["InvoiceDate"] == "2026-07-01T00:00:00.000+02:00"
    assert show(INVOICE, record, wsdl=69)["InvoiceDate"] == "2026-07-01"


def test_date_times_stand_in_the_zone_that_is_asked_for() -> None:
    record: Record = {"Id": "8ad0", "CreatedDate": 1_769_904_000_000}
    assert show(INVOICE, record)["CreatedDate"] == "2026-02-01T01:00:00.000+01:00"
    in_utc = render_record(INVOICE, record, wsdl=153, zone=UTC)
    assert in_utc["CreatedDate"] == "2026-02-01T00:00:00.000+00:00"


def test_nulls_hidden_fields_and_strangers_stay_inside() -> None:
    record: Record = {"Id": "8ad0", "Comments": None, "_Group": "x", "_Original": "y", "Unknown": 1, "tier__c": None}
    assert show(INVOICE, record) == {"Id": "8ad0"}


@pytest.mark.parametrize(("wsdl", "known"), [(117, False), (118, True)])
def test_a_field_is_left_out_of_older_versions(wsdl: int, *, known: bool) -> None:
    assert ("PaymentTerm" in show(INVOICE, full(INVOICE), wsdl=wsdl)) is known


def test_custom_fields_come_last_in_their_own_order() -> None:
    record: Record = {"tier__c": "gold", "Id": "8ad0", "flag__c": True, "FirstName": "Ada"}
    assert list(show(CONTACT, record).items()) == [
        ("Id", "8ad0"),
        ("FirstName", "Ada"),
        ("tier__c", "gold"),
        ("flag__c", True),
    ]


def test_only_the_fields_asked_for_and_the_id_are_printed() -> None:
    record = full(INVOICE) | {"tier__c": "gold", "other__c": "x"}
    wanted = frozenset({"Status", "Amount", "tier__c", "_Group", "Nothing"})
    assert list(show(INVOICE, record, only=wanted)) == ["Id", "Status", "Amount", "tier__c"]
    assert list(show(INVOICE, record, only=frozenset())) == ["Id"]
