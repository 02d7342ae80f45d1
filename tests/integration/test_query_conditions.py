"""Any condition over any rows, compared with a reading of its own that knows no SQL."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.benches import add_tenant
from zuora_mock.billing.queries import query, query_more
from zuora_mock.billing.rendering import render_record
from zuora_mock.domain.catalogue import BY_NAME, Access, Field, ObjectType
from zuora_mock.domain.values import Record, Type, Value
from zuora_mock.settings import TenantSettings
from zuora_mock.storage.database import Database
from zuora_mock.storage.transaction import Transaction, begin

BERLIN = ZoneInfo("Europe/Berlin")
WSDL = 153
NOON = 1_769_904_000_000

Match: TypeAlias = Callable[[Value], bool]
Condition: TypeAlias = tuple[str, Field, Match | None]
"""Its text, its field, and what a value that is not null must fulfil; None: it asks for null itself."""
Case: TypeAlias = tuple[ObjectType, list[Field], list[Record], list[list[Condition]]]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ALPHABET = st.sampled_from("aAbBé'\"\\*?[]^-%_\n\t😀İ 1.0")
TEXTS = st.text(ALPHABET, max_size=4)
HEX = st.text(st.sampled_from("0aF"), max_size=2)
UNITS = st.sampled_from([0, 1, -1, 500_000, 10**6, -(10**6), 2_500_000, 10**9, 333 * 10**8, 2**53 + 1, 8 * 10**18])
FLOATS = st.sampled_from([0.0, 0.1, 0.1 + 0.2, 1.0, -1.0, 2.5, 1 / 3, 1e-9, 1e15])
NUMBERS = st.sampled_from(
    ["0", "1", "-1", "+.5", "2.50", "0.1", "0.3", "1e-6", "0.000001", "0.0000001", "-0.0000001", "33.3", "1000", "8e12"]
    + ["1e400", "-1e400", "1e-400", "9007199254.740993", "9007199.254740993"]
)
DAYS = st.dates(datetime(2026, 1, 30, tzinfo=UTC).date(), datetime(2026, 2, 2, tzinfo=UTC).date()).map(str)
MOMENTS = st.integers(-3, 3).map(lambda hours: NOON + hours * 3_600_000)


def quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f"'{text}'"


def compared(name: str, value: Any, literal: str, read: Callable[[Any], Any]) -> st.SearchStrategy[tuple[str, Match]]:
    def made(sign: str) -> tuple[str, Match]:
        return f"{name} {sign} {literal}", lambda kept: COMPARE[sign](read(kept), value)

    return st.sampled_from(sorted(COMPARE)).map(made)


@st.composite
def likeness(draw: st.DrawFn, name: str, texts: st.SearchStrategy[str]) -> tuple[str, Match]:
    stem = draw(texts).replace("%", "_")
    pattern = draw(st.sampled_from([stem, f"%{stem}", f"{stem}%"]))
    wanted = "".join({"%": ".*", "_": "."}.get(each) or re.escape(each) for each in pattern)
    return f"{name} like {quoted(pattern)}", lambda kept: re.fullmatch(wanted, str(kept), re.DOTALL) is not None


@st.composite
def textual(draw: st.DrawFn, name: str, texts: st.SearchStrategy[str]) -> tuple[str, Match]:
    text = draw(texts)
    return draw(st.one_of(compared(name, text, quoted(text), str), likeness(name, texts)))


@st.composite
def identified(draw: st.DrawFn, name: str) -> tuple[str, Match]:
    text = draw(HEX)
    return draw(compared(name, text.lower(), quoted(text), str))


@st.composite
def numeric(draw: st.DrawFn, field: Field) -> tuple[str, Match]:
    typed = draw(NUMBERS)
    literal = draw(st.sampled_from([typed, quoted(typed)]))
    if field.type is Type.DOUBLE:
        return draw(compared(field.name, float(typed), literal, float))
    one = {Type.MONEY: 10**6, Type.PERCENT: 10**9}.get(field.type, 1)
    return draw(compared(field.name, Fraction(typed), literal, lambda kept: Fraction(kept, one)))


@st.composite
def dated(draw: st.DrawFn, name: str) -> tuple[str, Match]:
    day = draw(DAYS)
    return draw(compared(name, day, quoted(day), str))


@st.composite
def timed(draw: st.DrawFn, name: str) -> tuple[str, Match]:
    milliseconds = draw(MOMENTS)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    forms = [moment.isoformat(), moment.astimezone(ZoneInfo("Asia/Tokyo")).isoformat()]
    forms.append(moment.astimezone(BERLIN).replace(tzinfo=None).isoformat())
    literal = draw(st.sampled_from([*forms, *map(quoted, forms)]))
    return draw(compared(name, milliseconds, literal, lambda kept: kept))


@st.composite
def answered(draw: st.DrawFn, name: str) -> tuple[str, Match]:
    sign, wanted = draw(st.sampled_from(["=", "!="])), draw(st.booleans())
    return f"{name} {sign} {str(wanted).lower()}", lambda kept: COMPARE[sign](kept, wanted)


def as_number(text: Value) -> float:
    try:
        number = json.loads(str(text))
    except ValueError:
        return math.nan
    return float(number) if isinstance(number, int | float) else math.nan


@st.composite
def counted(draw: st.DrawFn, name: str) -> tuple[str, Match]:
    typed = draw(NUMBERS)
    condition, match = draw(compared(name, float(typed), typed, as_number))
    return condition, lambda kept: not math.isnan(as_number(kept)) and match(kept)


@st.composite
def emptiness(draw: st.DrawFn, name: str) -> tuple[str, Match | None]:
    return f"{name} {draw(st.sampled_from(['=', '!=']))} null", None


CONDITIONS: dict[Type, Callable[[str], st.SearchStrategy[tuple[str, Match]]]] = {
    Type.ID: identified,
    Type.STRING: lambda name: textual(name, TEXTS),
    Type.ANY: lambda name: textual(name, TEXTS),
    Type.BOOLEAN: answered,
    Type.DATE: dated,
    Type.DATETIME: timed,
}


def condition_on(field: Field) -> st.SearchStrategy[tuple[str, Match]]:
    if field.type not in CONDITIONS:
        return numeric(field)
    conditions = CONDITIONS[field.type](field.name)
    return st.one_of(conditions, counted(field.name)) if field.name.endswith("__c") else conditions


VALUES: dict[Type, st.SearchStrategy[Any]] = {
    Type.ID: HEX.map(str.lower),
    Type.STRING: TEXTS,
    Type.ANY: TEXTS,
    Type.MONEY: UNITS,
    Type.PERCENT: UNITS,
    Type.INTEGER: st.integers(-2, 3),
    Type.DOUBLE: FLOATS,
    Type.BOOLEAN: st.booleans(),
    Type.DATE: DAYS,
    Type.DATETIME: MOMENTS,
}


def plain_of(kind: ObjectType) -> list[Field]:
    """The fields that may be both selected and sought, whatever else is selected."""
    apart, both = {name for rule in kind.select_rules for name in rule.names}, Access.QUERY | Access.FILTER
    known = (each for each in kind.fields if each.type is not Type.TEXT and both in each.access)
    return [each for each in known if each.name not in {"Id", *apart}]


SOUGHT = sorted(name for name, kind in BY_NAME.items() if kind.custom or plain_of(kind))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An object, some of its fields, rows that hold them, and a filter: an OR of ANDs of conditions."""
    kind = BY_NAME[draw(st.sampled_from(SOUGHT))]
    plain = plain_of(kind)
    custom = [Field("tier__c", Type.ANY)] if kind.custom else []
    fields = draw(st.lists(st.sampled_from([*plain, *custom]), min_size=1, max_size=4, unique=True))
    row = st.fixed_dictionaries({each.name: st.none() | VALUES[each.type] for each in fields})
    rows: list[Record] = draw(st.lists(row, max_size=8))

    def conditions(field: Field) -> st.SearchStrategy[Condition]:
        either = st.one_of(condition_on(field), condition_on(field), emptiness(field.name))
        return either.map(lambda made: (made[0], field, made[1]))

    clause = st.sampled_from(fields).flatmap(conditions)
    return kind, fields, rows, draw(st.lists(st.lists(clause, min_size=1, max_size=3), max_size=3))


def holds(record: Record, condition: Condition) -> bool:
    text, field, match = condition
    value = record.get(field.name)
    if match is None:
        return (value is None) is (" = null" in text)
    return value is not None and match(value)


def read_all(transaction: Transaction, text: str, batch: int) -> list[Record]:
    page = query(transaction, text, batch, WSDL)
    records = page.records
    while page.locator:
        page = query_more(transaction, page.locator, batch, WSDL)
        records += page.records
    return records


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    opened = Database()
    yield opened
    opened.close()


@settings(deadline=None, max_examples=200)
@given(case=cases(), batch=st.integers(1, 4))
def test_any_query_finds_what_an_independent_reading_finds(database: Database, case: Case, batch: int) -> None:
    kind, fields, rows, where = case
    tenant = add_tenant(database, f"acme {database.written}", "fixture", TenantSettings(time_zone="Europe/Berlin"))
    with begin(database, tenant, 2) as transaction:
        transaction.insert(kind, [{"Id": transaction.new_id(), "tier__c": "elsewhere"}])
    with begin(database, tenant, 1) as transaction:
        records: list[Record] = [
            {"Id": transaction.new_id(), **{name: v for name, v in row.items() if v is not None}} for row in rows
        ]
        transaction.insert(kind, records)
        filters = " or ".join(" and ".join(each[0] for each in conjunction) for conjunction in where)
        names = ", ".join(each.name for each in fields)
        read = read_all(transaction, f"select {names} from {kind.name} {filters and 'where'} {filters}", batch)
    wanted = [
        each
        for each in records
        if not where or any(all(holds(each, one) for one in conjunction) for conjunction in where)
    ]
    assert read == [render_record(kind, each, wsdl=WSDL, zone=BERLIN) for each in wanted]


def test_every_type_that_a_condition_takes_is_among_the_cases() -> None:
    assert {*VALUES, Type.TEXT, Type.STRUCTURE} - {Type.ANY} == {
        each.type for kind in BY_NAME.values() for each in kind.fields
    }
