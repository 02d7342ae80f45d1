"""What a query means: names in any case, literals by the type of their field, and what is refused."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from zuora_mock.domain import rules
from zuora_mock.domain.conditions import NEVER_KEPT, Clause, Operator, Selection
from zuora_mock.domain.custom_fields import NONE_DECLARED, CustomFields
from zuora_mock.domain.zoql.grammar import parse
from zuora_mock.domain.zoql.selection import resolve
from zuora_mock.errors import Refusal

IDS_OF = "select Id from"
BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = 1_769_900_400_000  # 2026-02-01T00:00:00+01:00


def read(text: str, wsdl: int = 153, custom: CustomFields = NONE_DECLARED) -> Selection:
    return resolve(parse(text), wsdl=wsdl, zone=BERLIN, custom=custom)


def clause(kind: str, condition: str, wsdl: int = 153) -> Clause:
    return read(f"{IDS_OF} {kind} where {condition}", wsdl).where[0][0]


def refused(text: str, wsdl: int = 153) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text, wsdl)
    return caught.value


def refused_value(kind: str, condition: str, wsdl: int = 153) -> Refusal:
    refusal = refused(f"{IDS_OF} {kind} where {condition}", wsdl)
    assert (refusal.rule, refusal.pointer) == (rules.QUERY_VALUE, "")
    return refusal


def test_names_are_found_in_any_case_and_stand_in_the_order_of_the_catalogue() -> None:
    selection = read("select tier__c, BALANCE, accountid, balance, other__c from INVOICE")
    assert selection.kind.name == "Invoice"
    assert selection.names == ("Id", "AccountId", "Balance", "tier__c", "other__c")
    assert selection.where == ()


def test_alternatives_stay_alternatives() -> None:
    where = read("select Id from Invoice where Status = 'a' and Status = 'b' or Status = 'c'").where
    assert [[each.value for each in conjunction] for conjunction in where] == [["a", "b"], ["c"]]


def test_an_unknown_object_is_named_as_typed() -> None:
    refusal = refused("select Id from accountsX where nothing = 1")
    assert (refusal.rule, refusal.message) == (rules.QUERY_OBJECT, "invalid type specified: accountsX")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select accountid1 from Invoice", "invalid field for query: Invoice.accountid1"),
        ("select INVALIDfield from invoice", "invalid field for query: invoice.INVALIDfield"),
        ("select Id from Invoice where Nope = 1", "invalid field for query: Invoice.Nope"),
        ("select _Group from Invoice", "invalid field for query: Invoice._Group"),
        ("select Id from Invoice where _Group = 'x'", "invalid field for query: Invoice._Group"),
        ("select a__b__C from Invoice", "invalid field for query: Invoice.a__b__C"),
        ("select Id from Invoice where Body = 'x'", "invalid field for query: Invoice.Body"),
        ("select Id from Account where notes = null", "invalid field for query: Account.notes"),
    ],
)
def test_a_field_that_cannot_be_asked_for_is_named_as_typed(text: str, message: str) -> None:
    refusal = refused(text)
    assert (refusal.rule, refusal.message, refusal.pointer) == (rules.QUERY_FIELD, message, "")


def test_a_field_is_unknown_to_older_versions() -> None:
    for text in ("select PaymentTerm from Invoice", "select Id from Invoice where PaymentTerm = null"):
        assert read(text, 118).kind.name == "Invoice"
        assert refused(text, 117).message == "invalid field for query: Invoice.PaymentTerm"
        assert refused(text, 117).actual == 117


@pytest.mark.parametrize(
    ("kind", "condition", "operator", "value"),
    [
        ("Invoice", "Status = 'Draft'", "=", "Draft"),
        ("Invoice", "Status like 'D%'", "like", "D%"),
        ("Invoice", "Id = '8AD0'", "=", "8ad0"),
        ("Invoice", "AccountId > 'ABC'", ">", "abc"),
        ("Invoice", "IncludesUsage != true", "!=", 1),
        ("Invoice", "IncludesUsage = FALSE", "=", 0),
        ("Invoice", "Amount = 120", "=", 120_000_000),
        ("Invoice", "Amount >= '46.15'", ">=", 46_150_000),
        ("Invoice", "Amount < +.5e1", "<", 5_000_000),
        ("Invoice", "Amount > 0.0000001", ">", 0),
        ("Invoice", "Amount >= 0.0000001", ">", 0),
        ("Invoice", "Amount < -0.0000001", "<=", -1),
        ("Invoice", "Amount = 0.0000001", "=", NEVER_KEPT),
        ("Invoice", "Amount != 0.0000001", "!=", NEVER_KEPT),
        ("Invoice", "Amount < 1e400", "<=", NEVER_KEPT),
        ("Invoice", "Amount > -1e400", ">", -NEVER_KEPT),
        ("Invoice", "Amount = 0e999", "=", 0),
        ("Invoice", "Amount > " + "9" * 5000, ">", NEVER_KEPT),
        ("Invoice", f"Amount > 0.{'0' * 5000}1", ">", 0),
        ("Account", "BillCycleDay = 1", "=", 1),
        ("Account", "BillCycleDay <= 1.5", "<=", 1),
        ("InvoiceSplitItem", "SplitPercentage = 33.333333333", "=", 33_333_333_333),
        ("InvoiceSplitItem", "SplitPercentage > 33.3333333335", ">", 33_333_333_333),
        ("InvoiceItem", "Quantity = '0.1'", "=", 0.1),
        ("InvoiceItem", "Quantity < 1e400", "<", float("inf")),
        ("Invoice", "InvoiceDate >= '2026-02-01'", ">=", "2026-02-01"),
        ("Invoice", "PostedDate = 2026-02-01T00:00:00", "=", MIDNIGHT),
        ("Invoice", "PostedDate = '2026-02-01T00:00:00.000+01:00'", "=", MIDNIGHT),
        ("Invoice", "PostedDate < 2026-01-31T23:00:00Z", "<", MIDNIGHT),
        ("Invoice", "Comments = null", "=", None),
        ("Invoice", "InvoiceDate != NULL", "!=", None),
        ("Invoice", "tier__c like '%old'", "like", "%old"),
        ("Invoice", "tier__c = true", "=", "true"),
        ("Invoice", "tier__c > 2026-02-01T00:00:00", ">", "2026-02-01T00:00:00"),
        ("Invoice", "tier__c = null", "=", None),
    ],
)
def test_a_literal_becomes_a_kept_value(kind: str, condition: str, operator: str, value: object) -> None:
    found = clause(kind, condition)
    assert (found.operator, found.value) == (Operator(operator), value)
    assert not found.numeric


def test_a_number_makes_a_custom_field_one() -> None:
    assert clause("Invoice", "tier__c >= 5") == Clause("tier__c", Operator.GREATER_OR_EQUAL, 5.0, numeric=True)


@pytest.mark.parametrize(
    ("literal", "operator", "value"),
    [
        ("= 2026-02-01T00:00:00", "=", "2026-02-01"),
        ("= '2026-01-31T23:00:00Z'", "=", "2026-02-01"),
        ("< 2026-02-01T00:00:00", "<", "2026-02-01"),
        ("< 2026-02-01T00:00:01", "<=", "2026-02-01"),
        (">= 2026-02-01T12:00:00", ">", "2026-02-01"),
        ("= 2026-02-01T12:00:00", "=", ""),
        ("!= 2026-02-01T12:00:00", "!=", ""),
    ],
)
def test_up_to_version_68_a_date_is_its_first_moment(literal: str, operator: str, value: str) -> None:
    assert clause("Invoice", f"InvoiceDate {literal}", 68) == Clause("InvoiceDate", Operator(operator), value)


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("Invoice", "Status = 5"),
        ("Invoice", "Status = true"),
        ("Invoice", "AccountId = 2026-02-01T00:00:00"),
        ("Invoice", "IncludesUsage = 'true'"),
        ("Invoice", "IncludesUsage = 1"),
        ("Invoice", "IncludesUsage > true"),
        ("Invoice", "IncludesUsage like 't%'"),
        ("Invoice", "Amount = 'ten'"),
        ("Invoice", "Amount = ''"),
        ("Invoice", "Amount = ' 5'"),
        ("Invoice", "Amount = 'NaN'"),
        ("Invoice", "Amount = '1e9999'"),
        ("Invoice", "Amount = '٣'"),
        ("Invoice", "Amount = true"),
        ("Invoice", "Amount like '5%'"),
        ("InvoiceItem", "Quantity = 2026-02-01T00:00:00"),
        ("Invoice", "InvoiceDate = '2026-02-30'"),
        ("Invoice", "InvoiceDate = '2026-2-1'"),
        ("Invoice", "InvoiceDate = '2026-02-01T00:00:00'"),
        ("Invoice", "InvoiceDate = 2026-02-01T00:00:00"),
        ("Invoice", "InvoiceDate = 20260201"),
        ("Invoice", "PostedDate = '2026-02-01'"),
        ("Invoice", "PostedDate = 5"),
        ("Invoice", "PostedDate = 2026-02-30T00:00:00"),
        ("Invoice", "PostedDate like '2026%'"),
        ("Invoice", "Amount < null"),
        ("Invoice", "Status >= null"),
        ("Invoice", "tier__c > null"),
    ],
)
def test_a_literal_that_does_not_fit_its_field_is_refused(kind: str, condition: str) -> None:
    refusal = refused_value(kind, condition)
    field, _, shown = condition.partition(" ")
    assert refusal.message == f"invalid value for {kind}.{field}: {shown}"
    assert refusal.expected
    assert refusal.actual == shown


@pytest.mark.parametrize("literal", ["'2026-02-01'", "'2026-02-30T00:00:00'", "0001-01-01T00:00:00+14:00"])
def test_up_to_version_68_a_date_field_takes_no_date(literal: str) -> None:
    refused_value("Invoice", f"InvoiceDate = {literal}", 68)


def test_a_long_literal_is_quoted_in_part() -> None:
    refusal = refused_value("Invoice", f"Amount = '{'x' * 500}'")
    assert refusal.message == f"invalid value for Invoice.Amount: = '{'x' * 40}…'"


def test_a_refused_operator_names_those_that_the_field_takes() -> None:
    assert refused_value("Invoice", "IncludesUsage > true").expected == "one of the operators = !="
    assert refused_value("Invoice", "Amount like '5%'").expected == "one of the operators = != < <= > >="


# Fields that are not for every clause


def test_a_field_that_only_filters_is_not_selected() -> None:
    refusal = refused("select Id, billrunid from Invoice")
    assert (refusal.rule, refusal.message) == (
        rules.QUERY_SELECT,
        "Cannot use the BillRunId field in the select clause",
    )
    assert clause("Invoice", f"BillRunId = '{'A' * 32}'").value == "a" * 32


@pytest.mark.parametrize("field", ["Invoice.RegenerateInvoicePDF", "InvoiceItem.ProductRatePlanChargeId"])
def test_what_is_only_written_is_no_field_of_queries(field: str) -> None:
    kind, name = field.split(".")
    for text in (f"select {name} from {kind}", f"{IDS_OF} {kind} where {name} != null"):
        refusal = refused(text)
        assert (refusal.rule, refusal.message) == (rules.QUERY_FIELD, f"invalid field for query: {field}")


@pytest.mark.parametrize("field", ["Account.TaxCompanyCode", "Invoice.Currency"])
def test_a_field_that_is_only_selected_does_not_filter(field: str) -> None:
    kind, name = field.split(".")
    assert name in read(f"select {name} from {kind}").names
    assert refused(f"{IDS_OF} {kind} where {name} = 'x'").rule is rules.QUERY_FIELD


# Declared custom fields

DECLARED = CustomFields.read(
    {
        "Invoice": [
            {"name": "Text__c", "type": "text"},
            {"name": "Number__c", "type": "number"},
            {"name": "Flag__c", "type": "boolean"},
            {"name": "Day__c", "type": "date"},
            {"name": "Link__c", "type": "reference"},
        ]
    }
)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("Text__c like 'a%'", Clause("Text__c", Operator.LIKE, "a%")),
        ("Number__c > 9", Clause("Number__c", Operator.GREATER, 9.0, numeric=True)),
        ("Number__c = '9'", Clause("Number__c", Operator.EQUAL, 9.0, numeric=True)),
        ("Flag__c = false", Clause("Flag__c", Operator.EQUAL, "false")),
        ("Day__c <= '2026-02-01'", Clause("Day__c", Operator.LESS_OR_EQUAL, "2026-02-01")),
        ("Link__c = 'ABC'", Clause("Link__c", Operator.EQUAL, "abc")),
        ("Text__c != null", Clause("Text__c", Operator.NOT_EQUAL, None)),
    ],
)
def test_a_declared_custom_field_is_compared_by_its_type(condition: str, wanted: Clause) -> None:
    assert read(f"{IDS_OF} Invoice where {condition}", custom=DECLARED).where == ((wanted,),)


@pytest.mark.parametrize("condition", ["Text__c = 5", "Number__c = 'five'", "Flag__c = 'true'", "Day__c = null"])
def test_a_literal_of_another_type_is_refused(condition: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(f"{IDS_OF} Invoice where {condition}", custom=DECLARED)
    assert caught.value.rule is rules.QUERY_VALUE
