"""Which custom fields the objects of a tenant have."""

from __future__ import annotations

from typing import Any

import pytest

from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_SPLIT, Field
from zuora_mock.domain.custom_fields import NONE_DECLARED, CustomFields
from zuora_mock.domain.values import Type

WRITTEN: dict[str, list[dict[str, Any]]] = {
    "Invoice": [
        {"name": "Region__c", "type": "text"},
        {"name": "Tier__c", "type": "picklist", "values": ["gold", "silver"]},
        {"name": "Due__c", "type": "date"},
    ]
}
DECLARED = CustomFields.read(WRITTEN)


def test_without_declarations_every_custom_name_is_a_field() -> None:
    assert NONE_DECLARED.find(INVOICE, "Anything__c") == Field("Anything__c", Type.ANY)
    assert NONE_DECLARED.find(INVOICE, "Anything") is None


def test_an_object_with_declared_fields_has_no_others() -> None:
    assert DECLARED.find(INVOICE, "Region__c") == Field("Region__c", Type.STRING, limit=255)
    assert DECLARED.find(INVOICE, "Tier__c") == Field("Tier__c", Type.STRING, values=("gold", "silver"))
    assert DECLARED.find(INVOICE, "region__c") is None
    assert DECLARED.find(ACCOUNT, "Anything__c") is not None


def test_splits_have_no_custom_fields() -> None:
    assert NONE_DECLARED.find(INVOICE_SPLIT, "Region__c") is None


def test_declarations_are_written_as_they_are_read() -> None:
    assert DECLARED.written == WRITTEN


def test_declarations_of_an_object_replace_those_that_it_had() -> None:
    others = CustomFields.read({"Invoice": [{"name": "Other__c", "type": "number"}], "Account": []})
    both = DECLARED.with_others(others.declared)
    assert (both.find(INVOICE, "Region__c"), both.find(INVOICE, "Other__c")) == (None, Field("Other__c", Type.DOUBLE))
    assert both.find(ACCOUNT, "Any__c") == Field("Any__c", Type.ANY)


@pytest.mark.parametrize("kind", ["text", "picklist", "number", "boolean", "date", "reference"])
def test_every_type_is_a_type_of_fields(kind: str) -> None:
    field = CustomFields.read({"Invoice": [{"name": "X__c", "type": kind}]}).find(INVOICE, "X__c")
    assert field is not None
    assert field.type is not Type.ANY
