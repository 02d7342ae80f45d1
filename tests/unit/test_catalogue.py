"""The table of objects and fields, and how it is read."""

from __future__ import annotations

import pytest

from zuora_mock.domain.catalogue import (
    ACCOUNT,
    CONTACT,
    CREATE,
    INVOICE,
    INVOICE_ITEM,
    OBJECTS,
    TAXATION_ITEM,
    UPDATE,
    Access,
    Field,
    ObjectType,
    SelectRule,
    read_objects,
)
from zuora_mock.domain.values import Type

TABLE = """
# a comment
ProductRatePlan create,custom GET,POST 12
  Id      id      32  rqf    -
  Name    string  50  !crqfi 20
  _Row    integer -   -      -

Feature - - -
  Status  string  -   q      -    In use|Not in use
  PlanId  id      32  qip    -    ProductRatePlan
  * one-of Status|PlanId You can use Status or PlanId
"""


def test_a_field_is_a_line() -> None:
    plan, feature = read_objects(TABLE)
    seen = Access.READ | Access.QUERY | Access.FILTER
    assert plan.by_name["Name"] == Field(
        "Name", Type.STRING, Access.REQUIRED | CREATE | seen, limit=50, since=20, indexed=True
    )
    assert [each.name for each in plan.hidden] == ["_Row"]
    assert (plan.creatable, plan.updatable, plan.deletable, plan.custom, plan.since) == (True, False, False, True, 12)
    assert plan.verbs == {"GET", "POST"}
    assert feature.fields == (
        Field("Status", Type.STRING, Access.QUERY, values=("In use", "Not in use")),
        Field("PlanId", Type.ID, Access.QUERY, 32, target="ProductRatePlan", indexed=True, part=True),
    )
    assert feature.references == (feature.by_name["PlanId"],)
    assert feature.select_rules == (SelectRule("one-of", ("Status", "PlanId"), "You can use Status or PlanId"),)


def test_path_and_table_follow_from_the_name() -> None:
    (plan, _) = read_objects(TABLE)
    assert (plan.path, plan.table) == ("product-rate-plan", "product_rate_plans")


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.name)
def test_no_name_stands_twice_and_every_value_fits(kind: ObjectType) -> None:
    names = [each.name.lower() for each in kind.kept]
    assert len(set(names)) == len(names)
    assert all(len(value) <= each.limit for each in kind.fields for value in each.values if each.limit)


@pytest.mark.parametrize(
    ("kind", "name", "limit", "since"),
    [
        (ACCOUNT, "AccountNumber", 50, 0),
        (ACCOUNT, "AdditionalEmailAddresses", 1200, 0),
        (ACCOUNT, "VATId", 25, 70),
        (CONTACT, "Country", 32, 0),
        (INVOICE, "Currency", 0, 147),
        (INVOICE_ITEM, "ChargeNumber", 50, 0),
        (INVOICE_ITEM, "Balance", 0, 84),
        (TAXATION_ITEM, "Name", 128, 0),
    ],
)
def test_limits_and_versions_are_those_of_the_field_pages(kind: ObjectType, name: str, limit: int, since: int) -> None:
    field = kind.by_name[name]
    assert (field.limit, field.since) == (limit, since)


@pytest.mark.parametrize(("kind", "name"), [(ACCOUNT, "Currency"), (CONTACT, "AccountId")])
def test_some_references_may_change(kind: ObjectType, name: str) -> None:
    assert CREATE | UPDATE in kind.by_name[name].access


def test_what_is_only_written_or_only_sought_is_not_shown() -> None:
    of_rest = {"SoldToContactId", "ShipToContactId", "Reversed"}
    hidden = [each.name for each in INVOICE.fields if not each.shown and each.name not in of_rest]
    assert hidden == ["RegenerateInvoicePDF", "BillRunId"]
