"""Stored records of a fixture: references resolved, contradictions named, and what seeding does to what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.test_seeding import Filled, fill, fixture
from zuora_mock.domain.catalogue import ACCOUNT, BY_NAME
from zuora_mock.domain.values import Record
from zuora_mock.tenants.fixtures import FixtureError, parse
from zuora_mock.tenants.fixtures.seeding import check

PRODUCT, PLAN = BY_NAME["Product"], BY_NAME["ProductRatePlan"]
SUBSCRIPTION, RATE_PLAN = BY_NAME["Subscription"], BY_NAME["RatePlan"]
ACME = {"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}
ONE, TWO = "a" * 32, "b" * 32


def only(filled: Filled, name: str) -> Record:
    (found,) = filled.all(BY_NAME[name])
    return found


def problems(**document: Any) -> list[tuple[str, str]]:
    with pytest.raises(FixtureError) as caught:
        check(fixture(**document))
    return [(each.pointer, each.message) for each in caught.value.problems]


def test_a_reference_names_a_record_by_any_field_wherever_it_stands() -> None:
    filled = fill(
        objects={
            "RatePlan": [{"Name": "Monthly", "SubscriptionId": {"Name": "A-S1"}}],
            "Subscription": [{"Name": "A-S1", "AccountId": {"Name": "Acme"}, "OriginalId": {"Name": "A-S1"}}],
        },
        accounts=[ACME],
    )
    subscription, (account,) = only(filled, "Subscription"), filled.all(ACCOUNT)
    assert subscription["AccountId"] == account["Id"]
    assert subscription["OriginalId"] == subscription["Id"] == only(filled, "RatePlan")["SubscriptionId"]


def test_a_reference_names_what_the_tenant_has_already() -> None:
    filled = fill(accounts=[ACME], objects={"Product": [{"Name": "Platform"}]})
    filled.add(objects={"ProductRatePlan": [{"Name": "Monthly", "ProductId": {"Name": "Platform"}}]})
    assert only(filled, "ProductRatePlan")["ProductId"] == only(filled, "Product")["Id"]


def test_an_id_may_lead_nowhere() -> None:
    filled = fill(objects={"ProductRatePlan": [{"Name": "Monthly", "ProductId": ONE.upper()}]})
    assert only(filled, "ProductRatePlan")["ProductId"] == ONE


def test_exactly_one_record_is_named() -> None:
    plan = {"Name": "Monthly", "ProductId": {"Name": "Platform"}}
    at = "/objects/ProductRatePlan/0/ProductId"
    assert problems(objects={"ProductRatePlan": [plan]}) == [(at, "no Product has this Name")]
    twice = {"Product": [{"Name": "Platform"}, {"Name": "Platform"}], "ProductRatePlan": [plan]}
    assert problems(objects=twice) == [(at, "more than one Product has this Name")]


def test_a_record_of_another_entity_is_not_meant() -> None:
    entities = [{"name": "One"}, {"name": "Two"}]
    plan = {"ProductId": {"Name": "Platform"}}
    products = [{"Name": "Platform"}]
    assert fill(entities=entities, objects={"Product": products, "ProductRatePlan": [plan]}).all(PLAN, 1)
    elsewhere = {"Product": products, "ProductRatePlan": [{**plan, "entity": "Two"}]}
    [(pointer, _)] = problems(entities=entities, objects=elsewhere)
    assert pointer == "/objects/ProductRatePlan/0/ProductId"


@pytest.mark.parametrize(
    ("objects", "pointer"),
    [
        ([], ""),
        ({"Nonsense": []}, "/Nonsense"),
        ({"Invoice": []}, "/Invoice"),
        ({"Product": {}}, "/Product"),
        ({"Product": [None]}, "/Product/0"),
        ({"Product": [{}, {"Nam": "x"}]}, "/Product/1/Nam"),
        ({"Product": [{"EffectiveEndDate": "2026-02-30"}]}, "/Product/0/EffectiveEndDate"),
        ({"Product": [{"Category": "Hardware"}]}, "/Product/0/Category"),
        ({"Product": [{"entity": 3}]}, "/Product/0/entity"),
        ({"ProductRatePlan": [{"ProductId": {}}]}, "/ProductRatePlan/0/ProductId"),
        ({"ProductRatePlan": [{"ProductId": {"Name": None}}]}, "/ProductRatePlan/0/ProductId"),
        ({"ProductRatePlan": [{"ProductId": {"Nam": "x"}}]}, "/ProductRatePlan/0/ProductId"),
        ({"ProductRatePlan": [{"ProductId": {"Name": "x", "SKU": "y"}}]}, "/ProductRatePlan/0/ProductId"),
        ({"ProductRatePlan": [{"ProductId": {"Tier__c": "x"}}]}, "/ProductRatePlan/0/ProductId"),
        ({"PaymentMethod": [{"CreditCardNumber": "4111111111111111"}]}, "/PaymentMethod/0/CreditCardNumber"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(objects: Any, pointer: str) -> None:
    assert [each[0] for each in problems(objects=objects)] == [f"/objects{pointer}"]


def test_an_id_stands_once() -> None:
    objects = {"Product": [{"Id": ONE}], "Feature": [{"Id": ONE}]}
    assert [each[0] for each in problems(objects=objects)] == ["/objects/Feature/0/Id"]


def test_a_record_with_the_id_of_another_takes_its_place() -> None:
    filled = fill(objects={"Product": [{"Id": ONE, "Name": "Old", "SKU": "1"}, {"Id": TWO, "Name": "Other"}]})
    filled.add(objects={"Product": [{"Id": ONE, "Name": "New"}]})
    assert {each["Id"]: each["Name"] for each in filled.all(PRODUCT)} == {ONE: "New", TWO: "Other"}
    assert filled.find(PRODUCT, SKU="1") == []
    assert [each["Id"] for each in filled.find(PRODUCT, Name="New")] == [ONE]


def test_what_depends_on_an_account_goes_when_the_account_of_another_tenant_takes_its_place() -> None:
    objects = {
        "Subscription": [{"Name": "A-S1", "AccountId": {"AccountNumber": "A-1"}}],
        "RatePlan": [{"Name": "Monthly", "SubscriptionId": {"Name": "A-S1"}}],
    }
    filled = fill(accounts=[ACME], objects=objects)
    filled.add(tenant="another", accounts=[{**ACME, "Id": ONE}])
    assert (filled.all(SUBSCRIPTION), filled.all(RATE_PLAN)) == ([], [])


def test_a_state_goes_into_another_tenant() -> None:
    objects = {
        "Product": [{"Name": "Platform", "Tier__c": "gold"}],
        "ProductRatePlan": [
            {"Name": "Monthly", "ProductId": {"Name": "Platform"}, "CreatedDate": "2020-01-01T00:00:00"}
        ],
        "ProductRatePlanCharge": [{"Name": "Seats", "DefaultQuantity": "1.25", "IsUnbilled": True}],
    }
    first = fill(clock={"now": "2026-02-01T00:00:00Z", "frozen": True}, accounts=[ACME], objects=objects)
    second = fill(accounts=[{**ACME, "Name": "Other"}])
    second.seed(parse(json.dumps(first.state())))
    assert second.state()["objects"] == first.state()["objects"]
    assert only(second, "ProductRatePlanCharge")["DefaultQuantity"] == 1.25
