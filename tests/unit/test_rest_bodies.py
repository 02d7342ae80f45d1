"""What a body of REST tells of itself: which fields a Zuora-Version knows, where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from zuora_mock.api.gateway.call import Call
from zuora_mock.api.gateway.versions import effective, reaches
from zuora_mock.api.rest.bodies import Day, Flag, Money, RestBody, named, required
from zuora_mock.domain import rules
from zuora_mock.domain.custom_fields import NONE_DECLARED
from zuora_mock.errors import Refusal


class Cancellation(RestBody):
    """As the body of cancelling a subscription, whose `runBilling` came with version 211.0 (recorded)."""

    since: ClassVar[dict[str, str]] = {"runBilling": "211.0"}

    cancelledOn: Day | None = None
    runBilling: bool | None = None


class Cancellations(RestBody):
    cancellations: list[Cancellation]


class Payment(RestBody):
    """A flag that needs another field."""

    amount: Money
    auto: Flag = False
    method: str | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.auto and not self.method:
            yield required("method")


def read(model: type[RestBody], document: Any, version: str = "186.0") -> RestBody:
    tenant = SimpleNamespace(custom_fields=NONE_DECLARED, zone=None)
    context, transaction = SimpleNamespace(version=version), SimpleNamespace(tenant=tenant)
    return model.of(cast("Call", SimpleNamespace(document=document, context=context, transaction=transaction)))


@pytest.mark.parametrize("version", ["186.0", "207.0"])
def test_a_field_is_unknown_to_versions_before_its_own(version: str) -> None:
    with pytest.raises(Refusal, match=r"^Invalid parameter\(s\): 'runBilling'.$") as caught:
        read(Cancellation, {"runBilling": True}, version)
    assert caught.value.rule is rules.FIELD_UNKNOWN


@pytest.mark.parametrize("version", ["211.0", "341.0", "2025-08-12"])
def test_a_field_is_known_from_its_version_on(version: str) -> None:
    body = read(Cancellation, {"runBilling": True}, version)
    assert isinstance(body, Cancellation)
    assert body.runBilling is True


def test_unknown_fields_are_told_together_wherever_they_stand() -> None:
    document = {"cancellations": [{"a": 1, "runBilling": True}, {"cancelledOn": None}, {"b": 1}], "c": 1}
    with pytest.raises(Refusal) as caught:
        read(Cancellations, document)
    assert caught.value.message == (
        "Invalid parameter(s): 'cancellations[0].a,cancellations[0].runBilling,cancellations[2].b,c'."
    )
    assert set(caught.value.remedy.members) == {  # type: ignore[union-attr]  # there is one
        "/cancellations/0/a",
        "/cancellations/0/runBilling",
        "/cancellations/2/b",
        "/c",
    }


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        (
            {"cancellations": [1, None]},
            ["'cancellations[0]' is not valid: an object is needed", "'cancellations[1]' may not be null"],
        ),
        ({"cancellations": {}}, ["'cancellations' is not valid: an array is needed"]),
        (
            {"cancellations": [{"runBilling": "x"}]},
            ["'cancellations[0].runBilling' is not valid: true or false is needed"],
        ),
    ],
)
def test_what_has_another_type_is_told_where_it_stands(document: Any, messages: list[str]) -> None:
    with pytest.raises(Refusal) as caught:
        read(Cancellations, document, "2025-08-12")
    assert [each.message for each in caught.value.all] == messages


def test_a_place_is_named_as_a_path() -> None:
    assert named(("splits", 0, "splitAmount")) == "splits[0].splitAmount"


def test_versions_have_an_order_of_their_own() -> None:
    assert reaches("2024-05-20", "341.0")
    assert not reaches("341.0", "2024-05-20")
    assert [effective(given, "214.0") for given in ("2025-08-12", "9.0", None)] == ["2025-08-12", "214.0", "214.0"]
    assert effective("", "nonsense") == "186.0"


@pytest.mark.parametrize(("auto", "told"), [(True, ["method"]), ("True", ["method"]), ("false", []), (False, [])])
@pytest.mark.parametrize(("amount", "wrong"), [("1.50", []), ("much", ["amount"]), (None, ["amount"])])
def test_fields_that_contradict_each_other_are_told_with_those_that_are_wrong(
    amount: Any, wrong: list[str], auto: Any, told: list[str]
) -> None:
    document = {"amount": amount, "auto": auto}
    if not wrong + told:
        assert read(Payment, document).model_dump() == {"amount": 1_500_000, "auto": False, "method": None}
        return
    with pytest.raises(Refusal) as caught:
        read(Payment, document)
    assert [each.pointer for each in caught.value.all] == [f"/{name}" for name in wrong + told]
