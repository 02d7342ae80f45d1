"""Orders of faults: which call they strike, how often, until when, and what of them outlives the process."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from tests.integration.benches import add_tenant, make_bench, rows
from zuora_mock.bounds import Bounds
from zuora_mock.steering.fault_orders import FaultOrders
from zuora_mock.steering.faults import NO_INJECTION, FaultKind, Injection
from zuora_mock.steering.orders import DelayFault, ErrorFault, Order, PlainFault
from zuora_mock.steering.subjects import Subject
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import begin

RATE = {"fault": {"kind": "rate-limit"}}


class Orders:
    """The orders of one tenant."""

    def __init__(self, path: Path | None = None) -> None:
        self.bench = make_bench(path)
        self.orders = FaultOrders(self.bench.database, Bounds())

    @property
    def tenant(self) -> Tenant:
        return self.bench.tenant

    def add(self, **order: Any) -> str:
        with self.bench.transaction() as transaction:
            return self.orders.add(transaction, Order.model_validate(order))

    def remove(self, order: str) -> bool:
        with self.bench.transaction() as transaction:
            return self.orders.remove(transaction, order)

    def clear(self) -> int:
        with self.bench.transaction() as transaction:
            return self.orders.clear(transaction)

    def inject(self, operation: str = "execute", **headers: str) -> Injection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        subject = Subject(operation, "POST", f"/v1/action/{operation}", None, named, b"{}")
        return self.orders.inject(self.tenant, subject)

    def names(self, times: int) -> list[str]:
        return [self.inject().name for _ in range(times)]

    def told(self) -> list[dict[str, Any]]:
        with self.bench.transaction() as transaction:
            return self.orders.orders(transaction)


@pytest.fixture
def orders() -> Orders:
    return Orders()


def test_without_an_order_nothing_strikes(orders: Orders) -> None:
    assert orders.inject() is NO_INJECTION


def test_an_order_strikes_the_calls_that_match(orders: Orders) -> None:
    orders.add(match={"operation": "create"}, **RATE)
    assert orders.inject("execute") is NO_INJECTION
    assert orders.inject("create").kind is FaultKind.RATE_LIMIT


def test_skip_and_times_choose_the_nth_calls(orders: Orders) -> None:
    orders.add(skip=1, times=2, **RATE)
    assert orders.names(5) == ["", "rate-limit", "rate-limit", "", ""]


def test_the_first_order_that_is_due_strikes(orders: Orders) -> None:
    orders.add(times=1, **RATE)
    orders.add(times=1, fault={"kind": "bad-gateway"})
    assert orders.names(3) == ["rate-limit", "bad-gateway", ""]


def test_calls_that_another_order_strikes_count_for_skip(orders: Orders) -> None:
    orders.add(times=1, **RATE)
    orders.add(skip=1, times=1, fault={"kind": "bad-gateway"})
    assert orders.names(3) == ["rate-limit", "bad-gateway", ""]


def test_a_delay_comes_on_top_of_another_fault(orders: Orders) -> None:
    orders.add(fault={"kind": "delay", "milliseconds": 200})
    orders.add(fault={"kind": "user-info", "milliseconds": 50})
    injection = orders.inject()
    assert (injection.kind, injection.milliseconds, injection.name) == (FaultKind.USER_INFO, 250, "user-info")
    assert len(injection.notes) == 2


def test_a_delay_alone_is_no_other_fault(orders: Orders) -> None:
    orders.add(fault={"kind": "delay", "milliseconds": 200})
    orders.add(fault={"kind": "delay", "milliseconds": 400})
    injection = orders.inject()
    assert (injection.kind, injection.milliseconds, injection.name) == (None, 200, "delay")


def test_an_error_is_ordered_by_its_code(orders: Orders) -> None:
    orders.add(fault={"kind": "error", "code": "TEMPORARY_ERROR", "message": "later"})
    injection = orders.inject()
    assert (injection.kind, injection.name) == (FaultKind.ERROR, "TEMPORARY_ERROR")
    assert (injection.code, injection.message) == ("TEMPORARY_ERROR", "later")


def test_a_header_strikes_its_own_call_and_leaves_orders_for_the_next(orders: Orders) -> None:
    orders.add(times=1, **RATE)
    assert orders.inject(zuora_mock_fault="bad-gateway").kind is FaultKind.BAD_GATEWAY
    assert orders.names(2) == ["rate-limit", ""]


def test_a_delay_in_a_header_goes_before_one_that_was_ordered(orders: Orders) -> None:
    orders.add(fault={"kind": "delay", "milliseconds": 200})
    orders.add(**RATE)
    injection = orders.inject(zuora_mock_delay="10")
    assert (injection.kind, injection.milliseconds) == (FaultKind.RATE_LIMIT, 10)


def test_a_header_that_makes_no_sense_does_not_hide_behind_an_order(orders: Orders) -> None:
    orders.add(**RATE)
    injection = orders.inject(zuora_mock_fault="nonsense")
    assert (injection.kind, injection.ignored) == (FaultKind.RATE_LIMIT, ("nonsense",))


@pytest.mark.parametrize("expiry", [{"expiresAfterSeconds": 60}, {"expiresAt": "2026-01-15T12:01:00Z"}])
def test_an_order_expires_on_the_clock_of_the_tenant(orders: Orders, expiry: dict[str, Any]) -> None:
    orders.add(**RATE, **expiry)
    assert orders.names(1) == ["rate-limit"]
    orders.tenant.clock = orders.tenant.clock.advance(60_000)
    assert orders.names(1) == [""]
    assert [each["state"] for each in orders.told()] == ["expired"]
    orders.tenant.clock = orders.tenant.clock.advance(-1)
    assert orders.names(1) == ["rate-limit"]


def test_chance_follows_from_the_seed(orders: Orders) -> None:
    orders.add(probability=0.3, **RATE)
    drawn = orders.names(200)
    other = Orders()
    other.add(probability=0.3, **RATE)
    assert other.names(200) == drawn
    assert 40 <= drawn.count("rate-limit") <= 80


@pytest.mark.parametrize(("probability", "struck"), [(0, 0), (1, 20)])
def test_the_ends_of_chance_are_certain(orders: Orders, probability: float, struck: int) -> None:
    orders.add(probability=probability, **RATE)
    assert orders.names(20).count("rate-limit") == struck


def test_a_uniform_delay_lies_between_its_bounds(orders: Orders) -> None:
    orders.add(fault={"kind": "delay", "distribution": "uniform", "lower": 10, "upper": 20})
    drawn = [orders.inject().milliseconds for _ in range(100)]
    assert 10 <= min(drawn) < 12
    assert 18 < max(drawn) <= 20


def test_a_lognormal_delay_has_its_median_and_repeats_itself() -> None:
    drawn = []
    for _ in range(2):
        orders = Orders()
        orders.add(fault={"kind": "delay", "distribution": "lognormal", "median": 80, "sigma": 0.4})
        drawn.append([orders.inject().milliseconds for _ in range(300)])
    assert drawn[0] == drawn[1]
    assert 70 < median(drawn[0]) < 90


def test_orders_and_their_counts_outlive_the_process(tmp_path: Path) -> None:
    first = Orders(tmp_path / "mock.db")
    first.add(skip=1, times=2, **RATE)
    assert first.names(2) == ["", "rate-limit"]
    first.bench.database.close()
    second = Orders(tmp_path / "mock.db")
    assert second.names(2) == ["rate-limit", ""]
    second.bench.database.close()


def test_orders_are_told_as_they_were_given_with_their_counts(orders: Orders) -> None:
    first = orders.add(match={"trackId": "x"}, times=1, expiresAfterSeconds=60, **RATE)
    second = orders.add(**RATE)
    orders.inject()
    assert orders.told() == [
        {
            "id": first,
            "match": {"trackId": "x"},
            "times": 1,
            "expiresAt": "2026-01-15T12:01:00Z",
            "fault": {"kind": "rate-limit"},
            "state": "active",
            "seen": 0,
            "struck": 0,
        },
        {"id": second, "fault": {"kind": "rate-limit"}, "state": "active", "seen": 1, "struck": 1},
    ]


def test_an_order_that_is_used_up_is_still_told(orders: Orders) -> None:
    orders.add(times=1, **RATE)
    orders.names(3)
    assert [(each["state"], each["struck"]) for each in orders.told()] == [("spent", 1)]


def test_an_order_can_be_withdrawn(orders: Orders) -> None:
    first, second = orders.add(**RATE), orders.add(fault={"kind": "bad-gateway"})
    assert orders.remove(first)
    assert not orders.remove(first)
    assert orders.names(1) == ["bad-gateway"]
    assert orders.add(**RATE) not in {first, second}
    assert orders.clear() == 2
    assert orders.inject() is NO_INJECTION


def test_an_id_is_not_given_twice(orders: Orders) -> None:
    first = orders.add(**RATE)
    orders.clear()
    assert orders.add(**RATE) != first


def test_orders_of_one_tenant_are_nothing_to_another(orders: Orders) -> None:
    other = add_tenant(orders.bench.database, "other", "none", orders.tenant.settings)
    orders.add(**RATE)
    subject = Subject("execute", "POST", "/v1/action/execute", None, {}, b"")
    assert orders.orders.inject(other, subject) is NO_INJECTION
    with begin(orders.bench.database, other) as transaction:
        assert orders.orders.orders(transaction) == []


def test_after_forget_the_rows_are_read_anew(orders: Orders) -> None:
    orders.add(**RATE)
    orders.inject()
    rows(orders.bench.database, "DELETE FROM faults")
    orders.orders.forget(orders.tenant.key)
    assert orders.inject() is NO_INJECTION


def test_an_order_in_a_transaction_that_fails_never_was(orders: Orders) -> None:
    def add_and_fail() -> None:
        with orders.bench.transaction():
            orders.add(**RATE)
            raise KeyError

    orders.inject()
    with pytest.raises(KeyError):
        add_and_fail()
    assert orders.inject() is NO_INJECTION


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"fault": {"kind": "nonsense"}},
        {"fault": {"kind": "error"}},
        {"fault": {"kind": "error", "code": "temporary error"}},
        {"fault": {"kind": "delay"}},
        {"fault": {"kind": "delay", "milliseconds": -1}},
        {"fault": {"kind": "delay", "milliseconds": 600_001}},
        {"fault": {"kind": "delay", "distribution": "uniform", "lower": 2, "upper": 1}},
        {"fault": {"kind": "delay", "distribution": "uniform", "lower": 2, "milliseconds": 1}},
        {"fault": {"kind": "delay", "distribution": "lognormal", "median": 0, "sigma": 1}},
        {"fault": {"kind": "rate-limit", "code": "X"}},
        {**RATE, "times": 0},
        {**RATE, "skip": -1},
        {**RATE, "probability": 1.5},
        {**RATE, "expiresAt": "tomorrow"},
        {**RATE, "expiresAt": "2026-01-01", "expiresAfterSeconds": 1},
        {**RATE, "when": "now"},
        {**RATE, "match": {"tenant": "x"}},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate(order)


def test_every_kind_of_fault_can_be_ordered() -> None:
    models = (PlainFault, ErrorFault, DelayFault)
    kinds = [name for model in models for name in get_args(model.model_fields["kind"].annotation)]
    assert sorted(kinds) == sorted(FaultKind)
