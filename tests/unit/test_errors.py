"""A refusal points relative to what was judged, until what holds it puts its own place before."""

from __future__ import annotations

from zuora_mock.domain import rules
from zuora_mock.errors import Edit, Remedy


def test_a_refusal_of_a_member_moves_into_the_row_and_the_row_into_the_body() -> None:
    edit = Edit("Invoice", {"Id": "a", "Status": "Draft"})
    refusal = rules.REFERENCE.refusal("none", at="/PaymentTerm", remedy=Remedy({"/PaymentTerm": None}, [edit]))
    assert refusal.under("objects", 3) is refusal
    assert refusal.pointer == "/objects/3/PaymentTerm"
    assert refusal.remedy == Remedy({"/objects/3/PaymentTerm": None}, [edit])


def test_a_refusal_of_the_whole_points_to_where_the_whole_stands() -> None:
    refusal = rules.QUERY_SYNTAX.refusal("no query")
    assert refusal.pointer == ""
    assert refusal.under("queryString").pointer == "/queryString"
    assert refusal.remedy is None


def test_a_step_may_have_any_name() -> None:
    assert rules.INVALID_VALUE.refusal("no", at="/x").under("a/b").pointer == "/a~1b/x"
