"""`/__admin` in any order beside a model: reset, seed, clock, jobs, faults, snapshots and forks, of several tenants."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.acceptance.mocks import CLIENT_ID, SECRET, Mock, Start
from tests.acceptance.wire import CLOCK, start
from tests.profiles import proving

FIRST = "default"
FORKS = tuple(f"f04cf04c-0000-4000-8000-{number:012d}" for number in range(3))
SNAPSHOTS = ("one", "two")
NUMBERS = ("A-7", "A-8")
BEGIN = datetime.fromisoformat(str(CLOCK["now"]))
HOUR = timedelta(hours=1)
"""Delayed work is due after one; a clock that runs does not get that far by itself."""


@dataclass
class Data:
    """What snapshots and forks carry. `due` is None for work that waits to be told."""

    accounts: set[str] = field(default_factory=lambda: {"A-1"})
    now: datetime = BEGIN
    frozen: bool = True
    mode: str = "after-reply"
    job: str = ""
    due: datetime | None = None

    def run(self, *, manual: bool = False) -> bool:
        """Whether the job was waiting and ran."""
        ran = self.job == "queued" and (manual if self.due is None else self.due <= self.now)
        self.job = "succeeded" if ran else self.job
        return ran


@dataclass
class Tenant:
    """`faults` are those ordered, True for one that has struck."""

    secret: str
    data: Data = field(default_factory=Data)
    snapshots: dict[str, Data] = field(default_factory=dict)
    faults: list[bool] = field(default_factory=list)


class Lives(RuleBasedStateMachine):
    mock: ClassVar[Mock]

    @initialize()
    def begin(self) -> None:
        for each in FORKS:
            self.mock.delete(f"/__admin/tenants/{each}")
        self.admin(FIRST, "DELETE", "/snapshots", 204)
        self.tenants = {FIRST: Tenant(SECRET)}
        self.reset(FIRST)

    def admin(self, tenant: str, method: str, path: str, status: int, body: Any = None) -> Any:
        headers = {"Zuora-Mock-Tenant": tenant}
        answer = self.mock.request(method, f"/__admin{path}", headers=headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def a_tenant(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.tenants)))

    # Data

    def reset(self, name: str) -> None:
        self.admin(name, "POST", "/reset", 200)
        self.tenants[name].data, self.tenants[name].faults = Data(), []

    @rule(data=st.data())
    def reset_one(self, data: st.DataObject) -> None:
        self.reset(self.a_tenant(data))

    @rule()
    def reset_all(self) -> None:
        told = self.mock.post("/__admin/reset?all=true").json()
        assert told["tenants"].keys() == self.tenants.keys()
        for each in self.tenants.values():
            each.data, each.faults = Data(), []

    @rule(data=st.data(), number=st.sampled_from(NUMBERS))
    def seed(self, data: st.DataObject, number: str) -> None:
        name = self.a_tenant(data)
        there = self.tenants[name].data.accounts
        body = {"accounts": [{"AccountNumber": number, "Name": number, "Currency": "USD"}]}
        self.admin(name, "POST", "/seed", 400 if number in there else 200, body)
        there.add(number)

    # Time

    @rule(data=st.data(), frozen=st.booleans())
    def freeze(self, data: st.DataObject, frozen: bool) -> None:
        name = self.a_tenant(data)
        self.moved(name, self.admin(name, "PUT", "/clock", 200, {"frozen": frozen}), frozen=frozen)

    @rule(data=st.data(), hours=st.integers(-1, 2))
    def set_clock(self, data: st.DataObject, hours: int) -> None:
        name = self.a_tenant(data)
        now = BEGIN + hours * HOUR
        self.tenants[name].data.now = now
        self.moved(name, self.admin(name, "PUT", "/clock", 200, {"now": now.isoformat(), "frozen": True}), frozen=True)

    @rule(data=st.data(), halves=st.integers(0, 3))
    def advance(self, data: st.DataObject, halves: int) -> None:
        name = self.a_tenant(data)
        own = self.tenants[name].data
        own.now += halves * HOUR / 2
        told = self.admin(name, "POST", "/clock/advance", 200, {"seconds": halves * 1800})
        self.moved(name, told, frozen=own.frozen)

    def moved(self, name: str, told: dict[str, Any], *, frozen: bool) -> None:
        own = self.tenants[name].data
        own.frozen = frozen
        assert len(told["ran"]) == own.run()

    # Work

    @rule(data=st.data(), mode=st.sampled_from(["after-reply", "before-reply", "manual", "delayed"]))
    def set_policy(self, data: st.DataObject, mode: str) -> None:
        name = self.a_tenant(data)
        own = self.tenants[name].data
        self.admin(name, "PUT", "/jobs/policy", 200, {"mode": mode, "seconds": 3600 if mode == "delayed" else 0})
        own.mode = mode
        if mode != "manual":
            own.run(manual=True)

    @rule(data=st.data())
    def order(self, data: st.DataObject) -> None:
        name = self.a_tenant(data)
        own = self.tenants[name].data
        if own.job:
            return
        self.client_of(name).order_split()
        self.mock.pause()
        own.job, own.due = "queued", None if own.mode == "manual" else own.now
        if own.due and own.mode == "delayed":
            own.due += HOUR
        own.run()

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        name = self.a_tenant(data)
        own = self.tenants[name].data
        ran = own.run(manual=True)
        told = self.admin(name, "POST", "/jobs/settle", 409 if own.job == "queued" else 200)
        assert len(told["ran"]) == ran

    # Faults

    @rule(data=st.data())
    def order_fault(self, data: st.DataObject) -> None:
        name = self.a_tenant(data)
        body = {"match": {"operation": "query"}, "times": 1, "fault": {"kind": "rate-limit"}}
        self.admin(name, "POST", "/faults", 201, body)
        self.tenants[name].faults.append(False)

    @rule(data=st.data())
    def query(self, data: st.DataObject) -> None:
        name = self.a_tenant(data)
        faults = self.tenants[name].faults
        answer = self.client_of(name).post("/v1/action/query", json={"queryString": "select Id from Account"})
        if False in faults:
            assert answer.status_code == 429
            faults[faults.index(False)] = True
        else:
            assert answer.json()["size"] == len(self.tenants[name].data.accounts)

    def client_of(self, name: str) -> Any:
        return self.mock.sign_in(CLIENT_ID if name == FIRST else name, self.tenants[name].secret)

    # Snapshots and forks

    @rule(data=st.data(), snapshot=st.sampled_from(SNAPSHOTS))
    def snapshot(self, data: st.DataObject, snapshot: str) -> None:
        name = self.a_tenant(data)
        self.admin(name, "POST", "/snapshots", 201, {"name": snapshot})
        self.tenants[name].snapshots.pop(snapshot, None)
        self.tenants[name].snapshots[snapshot] = deepcopy(self.tenants[name].data)

    @rule(data=st.data(), snapshot=st.sampled_from(SNAPSHOTS))
    def restore(self, data: st.DataObject, snapshot: str) -> None:
        name = self.a_tenant(data)
        there = self.tenants[name].snapshots.get(snapshot)
        self.admin(name, "POST", f"/snapshots/{snapshot}/restore", 200 if there else 404)
        self.tenants[name].data = deepcopy(there) if there else self.tenants[name].data
        self.mock.pause()

    @rule(data=st.data(), snapshot=st.sampled_from(SNAPSHOTS))
    def forget(self, data: st.DataObject, snapshot: str) -> None:
        name = self.a_tenant(data)
        there = self.tenants[name].snapshots.pop(snapshot, None)
        self.admin(name, "DELETE", f"/snapshots/{snapshot}", 204 if there else 404)

    @rule(data=st.data(), name=st.sampled_from(FORKS))
    def fork(self, data: st.DataObject, name: str) -> None:
        base = self.a_tenant(data)
        taken, body = name in self.tenants, {"clientId": name, "clientSecret": "fork"}
        self.admin(base, "POST", f"/tenants/{base}/fork", 409 if taken else 201, body)
        if not taken:
            self.tenants[name] = Tenant("fork", deepcopy(self.tenants[base].data))
        self.mock.pause()

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = self.a_tenant(data)
        self.admin(name, "DELETE", "/tenants", 409 if name == FIRST else 204)
        if name != FIRST:
            del self.tenants[name]

    # What holds after each step

    @invariant()
    def tenants_are_those_of_the_model(self) -> None:
        told = {each["name"]: each for each in self.mock.get("/__admin/tenants").json()["tenants"]}
        assert told.keys() == self.tenants.keys()
        for name, each in told.items():
            self.check(each, self.tenants[name])

    def check(self, told: dict[str, Any], own: Tenant) -> None:
        data, name = own.data, told["name"]
        assert told["snapshots"] == list(own.snapshots)
        assert (told["jobs"]["mode"], told["clock"]["frozen"]) == (data.mode, data.frozen)
        drift = datetime.fromisoformat(told["clock"]["now"]) - data.now
        assert timedelta(0) <= drift < HOUR / 2
        state = self.admin(name, "GET", "/state", 200)
        assert {each["AccountNumber"] for each in state["accounts"]} == data.accounts
        parts = [each.get("group") is not None for each in state["invoices"]]
        assert parts == ([True, True] if data.job == "succeeded" else [False])
        assert [each["state"] for each in self.admin(name, "GET", "/jobs", 200)["jobs"]] == (
            [data.job] if data.job else []
        )
        faults = self.admin(name, "GET", "/faults", 200)["faults"]
        assert [each["state"] == "spent" for each in faults] == own.faults


@pytest.mark.slow
@pytest.mark.assumed
def test_tenants_live_as_the_model_says(server: Start, tmp_path: Path) -> None:
    Lives.mock = start(server, tmp_path)
    run_state_machine_as_test(Lives, settings=proving(10, stateful_step_count=30))
