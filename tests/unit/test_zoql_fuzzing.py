"""Whatever stands in a query: it is read, and then as it was meant, or refused by a rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.profiles import proving
from zuora_mock.domain.conditions import Boolean, DateTime, Literal, Null, Number, Operator, Text
from zuora_mock.domain.rules import QUERY_LIMITS, QUERY_SYNTAX
from zuora_mock.domain.zoql import grammar as zoql
from zuora_mock.domain.zoql.grammar import OPERATORS, Condition, Query
from zuora_mock.errors import Refusal

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True) | st.sampled_from(["From", "and", "LIKE", "null"])
SPACE = st.sampled_from([" ", "\n", "\t ", "  "])
NUMBERS = st.decimals(-(10**9), 10**9, places=3)
MOMENTS = st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)) | st.dates().map(str)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LITERALS: st.SearchStrategy[Literal] = st.one_of(
    TEXTS.map(Text),
    NUMBERS.map(Number),
    st.booleans().map(Boolean),
    st.just(Null()),
    MOMENTS.map(DateTime),
)
COMPARISONS = st.builds(
    Condition, NAMES, st.sampled_from([each for each in OPERATORS if each is not Operator.LIKE]), LITERALS
)
LIKES = st.builds(Condition, NAMES, st.just(Operator.LIKE), TEXTS.map(lambda text: Text(f"{text.replace('%', '')}%")))
WHERE = st.lists(st.lists(COMPARISONS | LIKES, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple)
QUERIES = st.builds(Query, NAMES, st.lists(NAMES, min_size=1, max_size=4).map(tuple), WHERE)
PIECES = [
    "select ",
    " from ",
    " where ",
    " and ",
    " or ",
    " like ",
    "'",
    '"',
    "\\",
    "%",
    "=",
    "<",
    "!=",
    "(",
    ",",
    ";",
    "1e9",
    "null",
]


def quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def written_literal(literal: Literal, quote: str) -> str:
    match literal:
        case Text(value):
            return quoted(value, quote)
        case Number(value):
            return f"{value:f}"
        case Boolean(value):
            return str(value).lower()
        case DateTime(value):
            return value
    return "null"


def written(query: Query, space: str = " ", quote: str = "'") -> str:
    """The query as a client could type it."""
    conjunctions = [
        f"{space}and{space}".join(
            f"{each.field}{space}{each.operator.value}{space}{written_literal(each.literal, quote)}"
            for each in conjunction
        )
        for conjunction in query.where
    ]
    where = f"{space}where{space}" + f"{space}or{space}".join(conjunctions) if conjunctions else ""
    return f"select{space}{','.join(query.fields)}{space}from{space}{query.object}{where}"


def read(text: str) -> Query | None:
    """None for what is refused; anything else that is raised is a defect."""
    try:
        return zoql.parse(text)
    except Refusal as refusal:
        assert refusal.rule in {QUERY_SYNTAX, QUERY_LIMITS}  # noqa: PT017  (a refusal is an answer here)
        assert refusal.message == zoql.MESSAGE  # noqa: PT017
        return None


@proving(300)
@given(query=QUERIES, space=SPACE, quote=st.sampled_from("'\""))
def test_a_query_is_read_as_it_was_meant(query: Query, space: str, quote: str) -> None:
    assert read(written(query, space, quote)) == query


@proving(300)
@given(text=st.text(max_size=200) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert read(text) is None or text.strip().lower().startswith("select")


@proving(300)
@given(query=QUERIES, data=st.data())
def test_a_query_with_a_slip_is_read_or_refused(query: Query, data: st.DataObject) -> None:
    text = written(query)
    at = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.sampled_from([*PIECES, ""]))
    read(text[:at] + slip + text[at + data.draw(st.integers(0, 3)) :])


@proving(20)
@given(piece=st.sampled_from([*PIECES, "a", "-", "('", "\\'", "x = 1 and ", "x, "]), times=st.integers(1, 10_000))
def test_a_long_query_is_read_or_refused(piece: str, times: int) -> None:
    read(f"select {piece * times}")
    read(f"select Id from Account where Name = '{piece * times}'")
