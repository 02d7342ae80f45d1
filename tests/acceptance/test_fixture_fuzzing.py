"""A fixture with slips in it: told what is wrong and where, or kept, and then its state goes in as it came out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance.mocks import Mock
from tests.profiles import proving
from zuora_mock.tenants.fixtures import FixtureError, default_fixture_path, parse, seeding
from zuora_mock.tenants.fixtures.problems import FixtureProblem

CLIENT_ID = "f0220000-0000-4000-8000-000000000000"
HEADERS = {"Zuora-Mock-Tenant": CLIENT_ID}

Place: TypeAlias = tuple[Any, Any]
"""A container and the key or index of a member."""


def smaller(document: dict[str, Any]) -> dict[str, Any]:
    """The default fixture with fewer invoices: those with tax and discounts, in each currency."""
    return {**document, "clients": [], "invoices": document["invoices"][:4]}


DOCUMENT = smaller(json.loads(default_fixture_path().read_text(encoding="utf-8")))
WORDS = [
    "",
    "x" * 5000,
    "2026-02-30",
    "9999-12-31T23:59:59-23:59",
    "1e400",
    "-1",
    "A-1",
    "Net 30",
    "Draft",
    "Posted",
    "\ud800",
    "a\x00b",
    "null",
    "A__c",
    "USD",
    "XXX",
]
NUMBERS = [0, -1, 10**9, 2**63, 2**64, 10**400, 1e308, 0.001, 1.005]


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.dictionaries(st.sampled_from(["Id", "name", "items", "Colour", "A__c"]), st.none() | st.integers(), max_size=3),
    st.sampled_from([70, 950]).map(nested),
)


def places(value: Any) -> Iterator[Place]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in steps:
        yield value, step
        yield from places(member)


def slip(document: Any, data: st.DataObject) -> None:
    """One member is another value, gone, there twice, or under another name."""
    holder, step = data.draw(st.sampled_from(list(places(document))))
    kind = data.draw(st.sampled_from(["other", "other", "gone", "twice", "renamed"]))
    if kind == "gone":
        del holder[step]
    elif kind == "twice" and isinstance(holder, list):
        holder.append(deepcopy(holder[step]))
    elif kind == "renamed" and isinstance(holder, dict):
        holder[data.draw(st.sampled_from(["Colour", "id", "AccountNumber", "Region__c", "\udfff"]))] = holder.pop(step)
    else:
        holder[step] = data.draw(JUNK)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document, data = deepcopy(DOCUMENT), draw(st.data())
    for _ in range(draw(st.integers(1, 3))):
        if document:
            slip(document, data)
    return document


def is_told(answer: httpx.Response) -> bool:
    """Whether a refusal says what is wrong, and of a fixture where."""
    problem = answer.json()
    if problem["title"] != "Invalid fixture":
        return answer.status_code in {400, 409} and bool(problem["detail"])
    return all(each["message"] and ("not JSON" in each["message"] or "pointer" in each) for each in problem["errors"])


@pytest.mark.slow
@pytest.mark.assumed
def test_a_fixture_with_slips_is_told_or_kept_as_it_is(mock: Mock) -> None:
    @proving(120)
    @given(document=documents())
    def check(document: dict[str, Any]) -> None:
        body = json.dumps({"clientId": CLIENT_ID, "clientSecret": "s", "base": document})
        answer = mock.post("/__admin/tenants", content=body)
        if answer.status_code != 201:
            assert answer.status_code < 500
            assert is_told(answer), answer.text
            return
        state = mock.get("/__admin/state", headers=HEADERS).json()
        again = mock.post("/__admin/seed", json=state, headers=HEADERS)
        assert again.status_code == 200, again.text
        assert mock.get("/__admin/state", headers=HEADERS).json() == state
        assert mock.delete("/__admin/tenants", headers=HEADERS).status_code == 204

    check()


def check_file(body: bytes | str) -> list[FixtureProblem]:
    """What is wrong with a file; anything but FixtureError that is raised is a defect."""
    try:
        seeding.check(parse(body, "a file"))
    except FixtureError as error:
        return list(error.problems) or [FixtureProblem("", "")]
    return []


@pytest.mark.assumed
@proving(150)
@given(document=documents())
def test_a_file_with_slips_is_read_or_told(document: dict[str, Any]) -> None:
    assert all(each.message for each in check_file(json.dumps(document)))


@pytest.mark.assumed
@proving(150)
@given(
    text=st.binary(max_size=60) | st.text(max_size=60).map(str.encode), at=st.integers(0, 300), gap=st.integers(0, 5)
)
def test_a_file_of_broken_bytes_is_read_or_told(text: bytes, at: int, gap: int) -> None:
    whole = json.dumps(DOCUMENT).encode()
    for body in (text, whole[:at] + text + whole[at + gap :]):
        assert all(each.message for each in check_file(body))
