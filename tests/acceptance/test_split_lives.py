"""The whole life of splits in any order, beside a model: no cent lost, who moves together, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.acceptance import split_model
from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.split_model import Rows, World
from tests.acceptance.wire import DAY, account, account_id, act, execute, find, rule_of, start
from tests.profiles import proving

PLANS = (
    (50, 50),
    (40, 30, 20, 10),
    (99, 1),
    ("33.333333333", "33.333333333", "33.333333334"),
    ("0.000000001", "99.999999999"),
)
CHARGES: list[dict[str, Any]] = [
    {
        "ChargeName": "Seats",
        "ChargeAmount": "99.99",
        "discounts": [{"ChargeName": "Launch", "ChargeAmount": "-10.01"}],
        "taxes": [{"Name": "VAT", "TaxAmount": "8.25"}],
    },
    {"ChargeName": "Usage", "ChargeAmount": "0.05"},
    {"ChargeName": "Nothing", "ChargeAmount": "0"},
]
RECURRING = {"ChargeName": "Platform", "ChargeAmount": "120.01", "recurring": True}
STATUSES = ("Draft", "Posted", "Canceled")


class Lives(RuleBasedStateMachine):
    """`client` has drafts with these charges, and an account that can be billed without end. Jobs wait to be told."""

    mock: ClassVar[Mock]
    client: ClassVar[Client]

    @initialize()
    def begin(self) -> None:
        self.client.post("/__admin/reset")
        self.client.put("/__admin/jobs/policy", json={"mode": "manual"})
        state = self.state()
        self.world = World({each["Id"]: split_model.Invoice(rows_of(each)) for each in state["invoices"]})
        self.account = account_id(self.client)
        self.total = self.sum_of_world()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/__admin/state").json()
        return found

    def sum_of_world(self) -> int:
        return sum(sum(each.rows) for each in self.world.invoices.values())

    def an_invoice(self, data: st.DataObject) -> str:
        """One that there is, or one that is gone."""
        return data.draw(
            st.sampled_from([*self.world.invoices, *(each.invoice for each in self.world.splits.values())])
        )

    def a_split(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.world.splits)))

    def some_split(self) -> bool:
        return bool(self.world.splits)

    def write(self, action: str, kind: str, row: dict[str, Any] | str, refusal: str) -> str:
        """The id of the one row of a call, which must be refused by this rule or, where there is none, done."""
        members = {"ids": [row]} if action == "delete" else {"objects": [row]}
        return self.expect(act(self.client, action, {"type": kind, **members}), refusal)

    def expect(self, answer: httpx.Response, refusal: str) -> str:
        [row] = answer.json()
        done = row.get("Success", row.get("success"))
        assert (done, rule_of(answer)) == (not refusal, refusal), answer.text
        return str(row.get("Id", row.get("id")))

    # Drafts

    @rule()
    def generate(self) -> None:
        dates = {"InvoiceDate": DAY, "TargetDate": DAY}
        made = self.write("generate", "Invoice", {"AccountId": self.account, **dates}, "")
        self.world.invoices[made] = split_model.Invoice((12001,))
        self.total += 12001

    @rule(data=st.data(), plan=st.sampled_from(PLANS), further=st.sampled_from(["", "order", "work", "work"]))
    def split(self, data: st.DataObject, plan: tuple[Any, ...], further: str) -> None:
        invoice = self.an_invoice(data)
        refusal = self.world.split_refusal(invoice)
        made = self.write("create", "InvoiceSplit", {"InvoiceId": invoice}, refusal)
        if refusal:
            return
        self.world.splits[made] = split_model.Split(invoice)
        for each in plan:
            self.add(made, each)
        if further:
            self.order(made)
        if further == "work" and self.world.splits[made].job:
            self.run_job(made, self.jobs_of(made)[-1])

    def add(self, split: str, percentage: Any) -> None:
        row = {"InvoiceSplitId": split, "InvoiceDate": DAY, "SplitPercentage": percentage}
        refusal = self.world.item_refusal(split)
        made = self.write("create", "InvoiceSplitItem", row, refusal)
        if not refusal:
            self.world.splits[split].items[made] = Decimal(percentage)

    @precondition(some_split)
    @rule(data=st.data(), percentage=st.sampled_from([1, 50, 100]))
    def change_items(self, data: st.DataObject, percentage: int) -> None:
        split = self.a_split(data)
        items, refusal = self.world.splits[split].items, self.world.item_refusal(split)
        verb = data.draw(st.sampled_from(["add", "update", "delete"] if items else ["add"]))
        if verb == "add":
            self.add(split, percentage)
            return
        item = data.draw(st.sampled_from(list(items)))
        row: Any = {"Id": item, "SplitPercentage": percentage} if verb == "update" else item
        self.write(verb, "InvoiceSplitItem", row, refusal)
        if not refusal:
            items[item] = Decimal(percentage)
            if verb == "delete":
                del items[item]

    # Work

    @precondition(some_split)
    @rule(data=st.data())
    def execute(self, data: st.DataObject) -> None:
        self.order(self.a_split(data))

    def order(self, split: str) -> None:
        refusal = self.world.execute_refusal(split)
        assert self.expect(execute(self.client, split), refusal) == split
        if not refusal:
            self.world.splits[split].job = "queued"

    @precondition(some_split)
    @rule(data=st.data(), verb=st.sampled_from(["hold", "release", "fail", "run", "run"]))
    def move_job(self, data: st.DataObject, verb: str) -> None:
        split = self.a_split(data)
        jobs = self.jobs_of(split)
        if not jobs:
            assert self.world.splits[split].job is None
            return
        if verb == "run":
            self.run_job(split, jobs[-1])
            return
        answer = self.client.post(f"/__admin/jobs/{jobs[-1]}/{verb}")
        assert answer.status_code == (200 if self.world.move_job(split, verb) else 409), answer.text

    def jobs_of(self, split: str) -> list[str]:
        return [each["id"] for each in self.client.jobs() if each["objectId"] == split]

    def run_job(self, split: str, job: str) -> None:
        waits = self.world.splits[split].job == "queued"
        answer = self.client.post(f"/__admin/jobs/{job}/run")
        assert answer.status_code == (200 if waits else 409), answer.text
        if waits:
            self.note_work(split)

    @rule()
    def settle(self) -> None:
        queued = [each["objectId"] for each in self.client.jobs() if each["state"] == "queued"]
        held = any(each.job == "held" for each in self.world.splits.values())
        answer = self.client.post("/__admin/jobs/settle")
        assert answer.status_code == (409 if held else 200)
        assert [each["objectId"] for each in answer.json()["ran"]] == queued
        for each in queued:
            self.note_work(each)

    def note_work(self, split: str) -> None:
        shares = self.world.work(split)
        if shares:
            items = find(self.client, f"select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '{split}'")
            self.world.parted(split, [each["InvoiceId"] for each in items], shares)

    # Invoices

    @rule(data=st.data(), status=st.sampled_from(STATUSES))
    def set_status(self, data: st.DataObject, status: str) -> None:
        invoice = self.an_invoice(data)
        refusal = self.world.status_refusal(invoice, status)
        self.write("update", "Invoice", {"Id": invoice, "Status": status}, refusal)
        if not refusal:
            self.world.set_status(invoice, status)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        invoice = self.an_invoice(data)
        refusal = self.world.delete_refusal(invoice)
        self.write("delete", "Invoice", invoice, refusal)
        if not refusal:
            self.total -= sum(self.world.invoices.pop(invoice).rows)

    @rule(status=st.sampled_from(STATUSES), most=st.sampled_from([0, 5000, 10000]))
    def query(self, status: str, most: int) -> None:
        zoql = f"select Id, Amount from Invoice where Status = '{status}' and Amount <= {most / 100}"
        found = {each["Id"]: round(each["Amount"] * 100) for each in find(self.client, zoql)}
        there = {name: sum(each.rows) for name, each in self.world.invoices.items() if each.status == status}
        assert found == {each: amount for each, amount in there.items() if amount <= most}

    # What holds after each step

    @invariant()
    def everything_is_as_in_the_model(self) -> None:
        state = self.state()
        found = {
            each["Id"]: (rows_of(each), each["Status"], each.get("group"), each.get("original"))
            for each in state["invoices"]
        }
        wanted = {
            name: (each.rows, each.status, each.group, each.original) for name, each in self.world.invoices.items()
        }
        assert found == wanted
        splits = {each["Id"]: dict(items_of(each)) for each in state["invoiceSplits"]}
        assert splits == {name: items_of_model(each) for name, each in self.world.splits.items()}

    @invariant()
    def no_cent_is_lost(self) -> None:
        assert self.sum_of_world() == self.total
        amounts = [each["Amount"] for each in find(self.client, "select Amount from Invoice")]
        assert sum(round(each * 100) for each in amounts) == self.total

    @invariant()
    def work_is_where_the_model_says(self) -> None:
        states = {each["objectId"]: each["state"] for each in self.client.jobs()}
        assert states == {name: each.job for name, each in self.world.splits.items() if each.job}


def rows_of(invoice: dict[str, Any]) -> Rows:
    return tuple(cents(each) for each in amounts_of(invoice["items"]))


def amounts_of(items: list[dict[str, Any]]) -> Iterator[Any]:
    for each in items:
        yield each["ChargeAmount"]
        yield from (tax["TaxAmount"] for tax in each.get("taxes", ()))
        yield from amounts_of(each.get("discounts", []))


def cents(amount: Any) -> int:
    return round(Decimal(str(amount)) * 100)


def items_of(split: dict[str, Any]) -> Iterator[tuple[str, tuple[Decimal, str | None]]]:
    return ((each["Id"], (Decimal(str(each["SplitPercentage"])), each.get("InvoiceId"))) for each in split["items"])


def items_of_model(split: split_model.Split) -> dict[str, tuple[Decimal, str | None]]:
    parts: Sequence[str | None] = split.parts or [None] * len(split.items)
    return {name: (share, part) for (name, share), part in zip(split.items.items(), parts, strict=True)}


@pytest.mark.slow
@pytest.mark.assumed
def test_splits_live_as_the_model_says(server: Start, tmp_path: Path) -> None:
    drafts = [{"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": CHARGES}] * 2
    Lives.mock = start(server, tmp_path, accounts=[account(charges=[RECURRING])], invoices=drafts)
    Lives.client = Lives.mock.sign_in()
    run_state_machine_as_test(Lives, settings=proving(15, stateful_step_count=30))
