"""The table of resources of Object Query against itself and the catalogue."""

from __future__ import annotations

import pytest

from zuora_mock.domain.object_query.resources import Resource, resources


@pytest.mark.parametrize("resource", resources(), ids=lambda each: each.kind.name)
def test_every_expansion_leads_along_relations(resource: Resource) -> None:
    for path in resource.expansions:
        first = resource.relations[path.split(".")[0]].kind
        assert list(resource.along(path))[:1] == [each for each in [first] if each]


@pytest.mark.parametrize("resource", resources(), ids=lambda each: each.kind.name)
def test_every_relation_has_its_field(resource: Resource) -> None:
    for relation in resource.relations.values():
        if relation.many and relation.kind is not None:
            assert relation.field in relation.kind.by_name


def test_only_those_with_a_path_are_offered() -> None:
    assert {each.kind.name for each in resources() if each.path is None} == {"Subscription", "RatePlan"}
