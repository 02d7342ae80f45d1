"""The grammar of ZOQL: what is read, what is refused, and what a literal means."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zuora_mock.domain import dates
from zuora_mock.domain.conditions import (
    Boolean,
    DateTime,
    Literal,
    Null,
    Number,
    Operator,
    Text,
    Wildcard,
    like_pattern,
)
from zuora_mock.domain.rules import QUERY_LIMITS, QUERY_SYNTAX
from zuora_mock.domain.zoql import grammar as zoql
from zuora_mock.domain.zoql.grammar import Condition, Query
from zuora_mock.errors import Refusal

IDS_OF = "select Id from"
PACIFIC = ZoneInfo("America/Los_Angeles")
patiently = settings(deadline=None)  # the first query of a process builds the parser


def where(condition: str) -> zoql.Where:
    return zoql.parse(f"select Id from Account where {condition}").where


def literal(text: str) -> Literal:
    return where(f"Name = {text}")[0][0].literal


def refusal(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        zoql.parse(text)
    return caught.value


def equal(field: str, value: str) -> Condition:
    return Condition(field, Operator.EQUAL, Text(value))


READ = {
    "select Id from Account": Query("Account", ("Id",)),
    "select accountId, autorenew from subscription": Query("subscription", ("accountId", "autorenew")),
    "SELECT Id FROM Account": Query("Account", ("Id",)),
    "SeLeCt Id,Id fRoM Account;": Query("Account", ("Id", "Id")),
    " \n select\tId\r\n,\fName from Account \n ; \n": Query("Account", ("Id", "Name")),
    "select tier__c, IntegrationId__NS from Account": Query("Account", ("tier__c", "IntegrationId__NS")),
    "select From, SELECT from Where": Query("Where", ("From", "SELECT")),
    "select from from from": Query("from", ("from",)),
    "select fromage, orders from android": Query("android", ("fromage", "orders")),
    "select Id from Account where Name='a'and Name=\"b\"": Query(
        "Account", ("Id",), ((equal("Name", "a"), equal("Name", "b")),)
    ),
    "select Id from Or where And = 'x' or Like = 'y'": Query(
        "Or", ("Id",), ((equal("And", "x"),), (equal("Like", "y"),))
    ),
    "select Id from Account where Null = null": Query(
        "Account", ("Id",), ((Condition("Null", Operator.EQUAL, Null()),),)
    ),
}

SYNTAX_FAULTS = [
    "",
    "   \n",
    "x",
    "select",
    "select from Account",
    "select Id",
    "select Id from",
    "selectId from Account",
    "select Idfrom Account",
    "select * from accountsX",
    "select Id, * from Account",
    "select Id, from Account",
    "select , Id from Account",
    "select Id Name from Account",
    "select count(Id) from Account",
    "select count() from Account",
    "select Account.Id from Account",
    "select 'Id' from Account",
    "select 1d from Account",
    "select Id from Account, Invoice",
    "select Id from Account a",
    "select Id from Account join Invoice",
    "select Id from Account order by Id",
    "select Id from Account group by Id",
    "select Id from Account limit 10",
    "select Id from Account where",
    "select Id from Account where Id",
    "select Id from Account where Id =",
    "select Id from Account where = 'x'",
    "select Id from Account where 'x' = Id",
    "select Id from Account where Id = Name",
    "select Id from Account where Account.Id = 'x'",
    "select Id from Account where Id == 'x'",
    "select Id from Account where Id <> 'x'",
    "select Id from Account where Id ! = 'x'",
    "select Id from Account where Id < = 'x'",
    "select Id from Account where Id in ('x', 'y')",
    "select Id from Account where Id is null",
    "select Id from Account where Id is not null",
    "select Id from Account where not Id = 'x'",
    "select Id from Account where (Id = 'x')",
    "select Id from Account where Id = ('x')",
    "select Id from Account where Id = 'x' and",
    "select Id from Account where Id = 'x' Name = 'y'",
    "select Id from Account where Id = 'x' and or Name = 'y'",
    "select Id from Account where Id = 'x' && Name = 'y'",
    "select Id from Account where Id = 'x' order by Id",
    "select Id from Account where Id = nullx",
    "select Id from Account;;",
    "select Id from Account; select Id from Account",
    "select Id from Account -- all",
    "select Id from\u00a0Account",
    "select N\u00e4me from Account",
    "select Id from Account where Name = 'it's'",
    "select Id from Account where Name = 'open",
    "select Id from Account where Name = 'mixed\"",
    "select Id from Account where Name = 'C:\\temp\\x'",
    "select Id from Account where Name = 'a\\u0041'",
    "select Id from Account where Name = 'a\\'",
    'select Id from Account where Name = "a\\ b"',
    "select Id from Account where Name like null",
    "select Id from Account where Name like 5",
    "select Id from Account where Name like Name",
    "select Id from Account where Name like",
    "select Id from Account where Name not like 'a%'",
    "select Id from Account where Name like '%abc%'",
    "select Id from Account where Name like 'a%c'",
    "select Id from Account where Name like '%%'",
    "select Id from Account where Balance = 1.2.3",
    "select Id from Account where Balance = 1,5",
    "select Id from Account where Balance = + 1",
    "select Id from Account where Balance = --1",
    "select Id from Account where Balance = 1e",
    "select Id from Account where Balance = 1e1000",
    "select Id from Account where Balance = 12abc",
    "select Id from Account where Balance = .",
    "select Id from Account where Balance = 1-2",
    "select Id from Account where Balance = NaN",
    "select Id from Account where Balance = \u0661",
    "select Id from Account where CreatedDate = 2012-09-12T05:07",
    "select Id from Account where CreatedDate = 2012-09-12T05:07:32+0200",
    "select Id from Account where CreatedDate = 2012-09-12T05:07:32+02:00:00",
    "select Id from Account where CreatedDate = 2012-09-12 05:07:32",
]


@pytest.mark.parametrize(("text", "query"), READ.items())
def test_a_query_is_read_with_its_names_as_typed(text: str, query: Query) -> None:
    assert zoql.parse(text) == query


@pytest.mark.parametrize("text", SYNTAX_FAULTS)
def test_what_zoql_has_not_is_a_syntax_fault(text: str) -> None:
    refused = refusal(text)
    assert (refused.rule, refused.message) == (QUERY_SYNTAX, "You have an error in your ZOQL syntax")
    assert refused.pointer == ""
    assert refused.expected
    assert "at character" in refused.actual


@pytest.mark.parametrize(
    ("text", "expected", "actual"),
    [
        ("select * from Account", "a name", "* at character 8"),
        ("select Id from Account order by Id", "where or the end of the query", "order at character 24"),
        ("select Id from Account; x", "the end of the query", "x at character 25"),
        ("select Id from Account where Id is null", "= != < <= > >= or like", "is at character 33"),
        ("select Id", "',' or from", "the end of the query at character 10"),
        (
            r"select Id from A where B = 'a\x'",
            r"""a closing quote, and after a backslash one of ' " \ b f n r t""",
            r"'a\x' at character 28",
        ),
        (
            "select Id from A where B like 'a%c'",
            "% stands once, at the start or at the end",
            "'a%c' at character 31",
        ),
    ],
)
def test_a_refusal_says_what_was_expected_and_where(text: str, expected: str, actual: str) -> None:
    refused = refusal(text)
    assert (refused.expected, refused.actual) == (expected, actual)


def test_a_long_culprit_is_cut_in_the_explanation() -> None:
    assert len(refusal("select Id from Account " + "x" * 500).actual) < 80


def test_and_binds_tighter_than_or() -> None:
    a, b, c, d = (equal(name, "x") for name in "abcd")
    assert where("a = 'x' and b = 'x' or c = 'x' OR d = 'x'") == ((a, b), (c,), (d,))
    assert where("a = 'x' or b = 'x' And c = 'x' or d = 'x'") == ((a,), (b, c), (d,))


@pytest.mark.parametrize("operator", zoql.OPERATORS)
def test_every_operator_is_read_without_spaces_around_it(operator: Operator) -> None:
    assert where(f"Name{' like' if operator is Operator.LIKE else operator}'x'")[0][0].operator is operator


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'Draft'", Text("Draft")),
        ('"Draft"', Text("Draft")),
        ("''", Text("")),
        ("'say \"hi\"'", Text('say "hi"')),
        ('"it\'s"', Text("it's")),
        (r"'it\'s'", Text("it's")),
        (r"'\'\"\\\b\f\n\r\t'", Text("'\"\\\b\f\n\r\t")),
        (r"'C:\\temp'", Text(r"C:\temp")),
        ("'two\nlines'", Text("two\nlines")),
        ("'null'", Text("null")),
        ("'2012-09-12T05:07:32'", Text("2012-09-12T05:07:32")),
        ("5", Number(Decimal(5))),
        ("-12.50", Number(Decimal("-12.50"))),
        ("+3", Number(Decimal(3))),
        (".5", Number(Decimal("0.5"))),
        ("7.", Number(Decimal(7))),
        ("1.5e-3", Number(Decimal("0.0015"))),
        ("1E+3", Number(Decimal(1000))),
        ("0E-9", Number(Decimal("0E-9"))),
        ("0.1234567890123456789", Number(Decimal("0.1234567890123456789"))),
        ("true", Boolean(True)),
        ("FALSE", Boolean(False)),
        ("Null", Null()),
        ("2012-09-12T05:07:32", DateTime("2012-09-12T05:07:32")),
        ("2012-09-12T05:07:32.125Z", DateTime("2012-09-12T05:07:32.125Z")),
        ("2012-09-12T05:07:32-08:00", DateTime("2012-09-12T05:07:32-08:00")),
        ("2012-13-32T05:07:32", DateTime("2012-13-32T05:07:32")),
        ("2012-09-12", DateTime("2012-09-12")),
    ],
)
def test_a_literal_keeps_its_kind_and_value(text: str, value: Literal) -> None:
    assert literal(text) == value


def test_200_conditions_are_the_most() -> None:
    assert len(where(" or ".join(["Id = 'x'"] * 200))) == 200
    refused = refusal("select Id from Account where " + " and ".join(["Id = 'x'"] * 201))
    assert (refused.rule, refused.message) == (QUERY_LIMITS, "You have an error in your ZOQL syntax")
    assert (refused.expected, refused.actual) == ("at most 200 conditions", "201 conditions")


def test_10000_characters_are_the_most() -> None:
    longest = "select Id from Account".ljust(10_000)
    assert zoql.parse(longest) == Query("Account", ("Id",))
    refused = refusal(longest + " ")
    assert (refused.rule, refused.message) == (QUERY_LIMITS, "You have an error in your ZOQL syntax")
    assert (refused.expected, refused.actual) == ("at most 10000 characters", "10001 characters")


def test_a_query_that_differs_in_its_texts_only_is_not_read_again() -> None:
    text = "select Id, Name from Account where Name = 'first' or Name like 'b%' and AutoPay = true"
    first, second = zoql.parse(text), zoql.parse(text.replace("first", "it\\'s").replace("b%", "%c_"))
    assert second.fields is first.fields
    assert [each.literal for each in second.where[0] + second.where[1]] == [Text("it's"), Text("%c_"), Boolean(True)]


@pytest.mark.parametrize("condition", ['Name = \'a"x"', "Name = 'a\\q' or Name = 'b'", "Name = 'a' 'b'"])
def test_texts_that_are_none_are_refused_as_they_were_typed(condition: str) -> None:
    found, _, _ = str(refusal(f"{IDS_OF} Account where {condition}").actual).partition(" at ")
    assert found in condition


def test_the_parser_library_is_loaded_at_the_first_query_only() -> None:
    script = (
        "import sys; from zuora_mock.domain.zoql import grammar as zoql; before = 'lark' in sys.modules; "
        "zoql.parse('select Id from Account'); print(before, 'lark' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", ()),
        ("Acme", ("Acme",)),
        ("%", (Wildcard.ANY_TEXT,)),
        ("Ac%", ("Ac", Wildcard.ANY_TEXT)),
        ("%me", (Wildcard.ANY_TEXT, "me")),
        ("_c_e%", (Wildcard.ANY_CHARACTER, "c", Wildcard.ANY_CHARACTER, "e", Wildcard.ANY_TEXT)),
        ("a*?[\\", ("a*?[\\",)),
    ],
)
def test_a_like_pattern_is_plain_text_and_wildcards(text: str, pattern: tuple[str | Wildcard, ...]) -> None:
    assert like_pattern(text) == pattern


@pytest.mark.parametrize("text", ["%a%", "a%b", "%%", "_%_"])
def test_a_percent_sign_stands_once_and_at_an_end(text: str) -> None:
    with pytest.raises(ValueError, match="once, at the start or at the end"):
        like_pattern(text)


@pytest.mark.parametrize("text", ["2012-09-12", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_a_day_that_exists_is_a_date(text: str) -> None:
    assert dates.is_date(text)


@pytest.mark.parametrize(
    "text", ["", "2023-02-29", "2012-13-01", "0000-01-01", "20120912", "2012-9-12", "2012-W37-3", "2012-09-12T00:00:00"]
)
def test_anything_else_is_not_a_date(text: str) -> None:
    assert not dates.is_date(text)
    assert not dates.is_date(text + "\n")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00", 8 * 3_600_000),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:00-00:30", 1_800_000),
        ("1970-01-01T00:00:00.1239Z", 123),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2012-09-12T05:07:32", 1_347_451_652_000),
        ("2012-01-12T05:07:32", 1_326_373_652_000),
        ("2012-11-04T01:30:00", 1_352_017_800_000),
    ],
)
def test_a_datetime_without_offset_is_in_the_tenants_zone(text: str, instant: int) -> None:
    assert dates.parse_datetime(text, PACIFIC) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2012-09-12",
        "2012-09-12 05:07:32",
        "2012-09-12T05:07",
        "2012-09-31T05:07:32",
        "2012-09-12T24:00:01",
        "2012-09-12T05:60:00",
        "2012-09-12T05:07:61",
        "2012-09-12T05:07:32+0200",
        "2012-09-12T05:07:32+25:00",
        "2012-09-12T05:07:32z",
        "2012-09-12T05:07:32.",
        "2012-09-12T05:07:32\n",
        "0000-01-01T00:00:00",
    ],
)
def test_a_datetime_of_another_form_or_that_never_was_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dates.parse_datetime(text, UTC)


@given(
    st.datetimes(),
    st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_every_moment_is_read_to_the_millisecond(moment: datetime, offset: timezone) -> None:
    aware = moment.replace(tzinfo=offset)
    elapsed = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert dates.parse_datetime(aware.isoformat(), UTC) == elapsed
    assert dates.parse_datetime(moment.isoformat(), offset) == elapsed


ESCAPES = str.maketrans(
    {
        "'": r"\'",
        '"': r"\"",
        "\\": r"\\",
        "\b": r"\b",
        "\f": r"\f",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
    }
)


def quoted(value: str, mark: str) -> str:
    return mark + value.translate(ESCAPES) + mark


@patiently
@given(st.text(max_size=200), st.sampled_from("'\""))
def test_every_text_survives_quoting(value: str, mark: str) -> None:
    assert literal(quoted(value, mark)) == Text(value)


@patiently
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_exactly(value: Decimal) -> None:
    assert literal(str(value)) == Number(value)


names = st.one_of(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}(__c|__NS)?", fullmatch=True),
    st.sampled_from(["From", "SELECT", "Where", "And", "OR", "Like", "Null", "tRUE", "orders", "android", "fromage"]),
)
texts = st.text(max_size=20).map(Text)
values: st.SearchStrategy[Literal] = st.one_of(
    texts,
    st.decimals(allow_nan=False, allow_infinity=False).map(Number),
    st.booleans().map(Boolean),
    st.just(Null()),
    st.datetimes().map(lambda moment: DateTime(moment.isoformat())),
)
patterns = st.text(max_size=10).map(lambda text: Text(text.replace("%", "_")))
conditions = st.one_of(
    st.builds(
        Condition, names, st.sampled_from([each for each in zoql.OPERATORS if each is not Operator.LIKE]), values
    ),
    st.builds(Condition, names, st.just(Operator.LIKE), patterns),
)
queries = st.builds(
    Query,
    names,
    st.lists(names, min_size=1, max_size=5).map(tuple),
    st.lists(st.lists(conditions, min_size=1, max_size=4).map(tuple), max_size=4).map(tuple),
)


def written(value: Literal) -> str:
    match value:
        case Text(text):
            return quoted(text, "'")
        case Number(number):
            return str(number)
        case Boolean(truth):
            return str(truth)
        case DateTime(text):
            return text
        case Null():
            return "null"


def words(query: Query) -> list[str]:
    """The query as words that any white space may separate; keywords are in lower case."""
    found = ["select", query.fields[0]]
    for field in query.fields[1:]:
        found += [",", field]
    found += ["from", query.object]
    for index, conjunction in enumerate(query.where):
        found.append("or" if index else "where")
        for place, condition in enumerate(conjunction):
            found += ["and"] * bool(place) + [condition.field, condition.operator, written(condition.literal)]
    return found


@patiently
@given(queries, st.data())
def test_a_written_query_is_read_back_in_any_case_and_spacing(query: Query, data: st.DataObject) -> None:
    keywords = {"select", "from", "where", "and", "or", "like", "null"}
    spaces = st.text(" \t\r\n\f\v", min_size=1, max_size=3)
    cases = st.sampled_from([str.lower, str.upper, str.title])
    text = ""
    for word in words(query):
        text += (data.draw(cases)(word) if word in keywords else word) + data.draw(spaces)
    assert zoql.parse(text + data.draw(st.sampled_from(["", ";", ";\n"]))) == query


SCRAPS = """
    select from where and or like null true order by Id Account , ; = != <= * ( ) ' " \\ % . + - 1 1e9 'x' '%a'
    2012-09-12 2012-09-12T05:07:32
"""
fragments = st.sampled_from(SCRAPS.split())


@patiently
@given(st.one_of(st.text(), st.lists(fragments).map(" ".join), st.lists(fragments).map("".join)))
def test_no_text_causes_anything_but_a_refusal(text: str) -> None:
    for query in (text, f"select Id from Account where {text}", f"select Id from Account where Id = {text}"):
        refused: Refusal | None = None
        try:
            zoql.parse(query)
        except Refusal as refusal:
            refused = refusal
        assert refused is None or refused.rule in (QUERY_SYNTAX, QUERY_LIMITS)


def test_the_search_for_texts_ends_at_a_quote_that_has_no_end() -> None:
    assert zoql._texts("""select 'a', "b\\"" from 'it''s'""") == ["'a'", '"b\\""', "'it'", "'s'"]
    assert zoql._texts(r"select 'a' from '\'\'\'") is None
