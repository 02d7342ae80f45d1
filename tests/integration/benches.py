"""A bench for tests: one tenant in a database in memory, and records put into it directly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from zuora_mock.billing import work
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting import submission as splits
from zuora_mock.clock import Clock, parse_instant
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    INVOICE,
    INVOICE_ITEM,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    TAXATION_ITEM,
    ObjectType,
)
from zuora_mock.domain.invoices import ITEM_AMOUNTS, micros
from zuora_mock.domain.money import parse_micros, parse_nano_percent
from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal
from zuora_mock.settings import JobPolicy, TenantSettings
from zuora_mock.steering.journal import explanation
from zuora_mock.storage import bulk, configuration, tenants
from zuora_mock.storage.database import Database
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.sqlite import SQLiteConnection
from zuora_mock.storage.statements import Connected
from zuora_mock.storage.tenants import Counters, Entity, Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.tenants.fixtures import dumping
from zuora_mock.work.holds import Holds
from zuora_mock.work.runner import Handler, Runner, Tenants
from zuora_mock.work.turns import at_once

TERMS = (
    PaymentTerm("Due Upon Receipt", default=True),
    PaymentTerm("Net 30", days=30),
    PaymentTerm("Prox 20", type="Prox", cutoff_day=12, months=1, due_day=20),
    PaymentTerm("Net 5 (old)", days=5, active=False),
)
NOON = parse_instant("2026-01-15T12:00:00Z")
SEED = "test"


def dump(transaction: Transaction) -> dict[str, Any]:
    """The state of the tenant as a fixture."""
    document: dict[str, Any] = json.loads(b"".join(at_once(dumping.read(transaction)).pieces()))
    return document


@dataclass(frozen=True, slots=True)
class Item:
    """One charge of an invoice. Amounts are decimals, taxes pairs of tax and exempt amount."""

    charge: str
    discounts: Sequence[str] = ()
    taxes: Sequence[tuple[str, str]] = ()
    own_tax: str | None = None
    own_exempt: str | None = None


@dataclass(slots=True)
class Bench:
    """One tenant, its database, and a runner that splits invoices."""

    database: Database
    tenant: Tenant
    runner: Runner
    accounts: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with begin(self.database, self.tenant, 1) as transaction:
            yield transaction

    def find(self, kind: ObjectType, **equal: object) -> list[Record]:
        with self.transaction() as transaction:
            return transaction.find(kind, **equal)

    def get(self, kind: ObjectType, id: object) -> Record | None:
        with self.transaction() as transaction:
            return transaction.get(kind, str(id))

    def account(self, currency: str = "USD", /, **fields: Value) -> str:
        if currency not in self.accounts or fields:
            with self.transaction() as transaction:
                self.accounts[currency] = transaction.new_id()
                record: Record = {"Name": currency, "Currency": currency, "PaymentTerm": "Net 30"}
                record["Id"] = self.accounts[currency]
                transaction.insert(ACCOUNT, [transaction.stamp_new({**record, **fields})])
        return self.accounts[currency]

    def invoice(self, items: Sequence[Item], currency: str = "USD", /, **fields: Value) -> str:
        """The id of a new invoice with these items; `fields` go on its header."""
        account = self.account(currency)
        with self.transaction() as transaction:
            return _write_invoice(transaction, account, items, fields)

    def split(self, invoice: str, *percentages: str, date: str = "2026-02-01", terms: Sequence[str | None] = ()) -> str:
        """The id of an InvoiceSplit with one item for each percentage."""
        with self.transaction() as transaction:
            split = transaction.new_id()
            transaction.insert(INVOICE_SPLIT, [transaction.stamp_new({"Id": split, "InvoiceId": invoice})])
            for position, percentage in enumerate(percentages):
                item: Record = {
                    "Id": transaction.new_id(),
                    "InvoiceSplitId": split,
                    "InvoiceDate": date,
                    "SplitPercentage": parse_nano_percent(percentage),
                }
                if position < len(terms) and terms[position] is not None:
                    item["PaymentTerm"] = terms[position]
                transaction.insert(INVOICE_SPLIT_ITEM, [transaction.stamp_new(item)])
        return split

    def submit(self, *ids: object) -> list[Outcome]:
        with self.transaction() as transaction:
            return splits.submit(transaction, ids)

    def order(self, *ids: object) -> list[str]:
        """Submits, and the ids of the jobs."""
        with self.transaction() as transaction:
            transaction.request = self.tenant.entries
            assert [outcome.refusal for outcome in splits.submit(transaction, ids)] == [None] * len(ids)
            return transaction.jobs

    def execute(self, split: str) -> list[Record]:
        """Submits, runs, and the parts in their order."""
        (job,) = self.order(split)
        assert at_once(self.runner.run_now(self.tenant, job))["state"] == "succeeded", self.runner.list(self.tenant)[-1]
        return self.find(INVOICE, _Group=split)

    def set_policy(self, mode: str, seconds: float = 0) -> None:
        self.tenant.policy = JobPolicy.model_validate({"mode": mode, "seconds": seconds})


def make_bench(path: Path | None = None, **settings: object) -> Bench:
    database = Database(path)
    key = tenants.find_key(database, "test")
    tenant = tenants.by_key(database, key) if key is not None else None
    if tenant is None:
        tenant = _new_tenant(database, TenantSettings.model_validate({"seed": SEED, **settings}))
    with begin(database, tenant) as transaction:
        tenant.clock = Clock(frozen_at=NOON)
        configuration.save(transaction)
    return Bench(database, tenant, runner_of(database, Only(tenant), work.run))


def runner_of(database: Database, tenants: Tenants, handler: Handler) -> Runner:
    return Runner(
        database,
        tenants,
        handler,
        holds=Holds(database),
        explain=explain,
        strike=spare,
        give_up=work.give_up,
        tell=lambda _words: None,
    )


def explain(refusal: Refusal, _job: Job) -> dict[str, Any]:
    return explanation(refusal)


def spare(_tenant: Tenant) -> None:
    """No job fails by order."""


def add_tenant(database: Database, name: str, fixture: str, settings: TenantSettings) -> Tenant:
    """One without rows of its own."""
    world = bulk.new_world(database)
    tenant = Tenant(0, world, name, fixture, settings, settings.jobs, Clock(), Counters())
    with database.transaction():
        tenants.add(database, tenant)
        bulk.keep_world(database, world)
    return tenant


def _new_tenant(database: Database, settings: TenantSettings) -> Tenant:
    tenant = add_tenant(database, "test", "none", settings)
    with begin(database, tenant) as transaction:
        configuration.add_terms(transaction, TERMS)
        configuration.add_entities(transaction, [Entity(1, "e1", "Default")])
    return tenants.load_details(database, tenant)


def rows(database: Database, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the tables themselves have, whoever's it is; `?` marks a value."""
    mark, numbers = database.connection.dialect.mark, count(1)
    return database.connection.execute(re.sub(r"\?", lambda _: mark(next(numbers)), sql), values).fetchall()


@contextmanager
def traced(on: Connected) -> Iterator[list[tuple[str, Sequence[object]]]]:
    """What SQLite is asked in the block: statements and their values."""
    seen: list[tuple[str, Sequence[object]]] = []
    connection = on.connection
    assert isinstance(connection, SQLiteConnection)

    def note(_cursor: object, sql: str, values: Any) -> bool:
        seen.append((sql, values or ()))
        return True

    connection.exec_trace = note
    yield seen
    connection.exec_trace = None


@dataclass(frozen=True, slots=True)
class Only:
    """All the tenants that there are: one."""

    tenant: Tenant

    def by_key(self, key: int, /) -> Tenant | None:
        return self.tenant if key == self.tenant.key else None


def _write_invoice(transaction: Transaction, account: str, items: Sequence[Item], fields: Record) -> str:
    invoice = transaction.new_id()
    rows, taxes = list[Record](), list[Record]()
    for position, item in enumerate(items):
        charge = transaction.new_id()
        rows.append(_charge(charge, position, item))
        rows += [_discount(transaction.new_id(), charge, each) for each in item.discounts]
        taxes += [_tax(transaction.new_id(), charge, tax, exempt) for tax, exempt in item.taxes]
    totals = _totals(rows)
    header: Record = {
        "Id": invoice,
        "AccountId": account,
        "InvoiceNumber": transaction.next_invoice_number(),
        "Status": "Draft",
        "InvoiceDate": "2026-01-15",
        "TargetDate": "2026-01-31",
        "DueDate": "2026-02-14",
        "SourceType": "Subscription",
        **totals,
        "Balance": totals["Amount"],
        **fields,
    }
    transaction.insert(INVOICE, [transaction.stamp_new(header)])
    transaction.insert(INVOICE_ITEM, [transaction.stamp_new({**row, "InvoiceId": invoice}) for row in rows])
    transaction.insert(TAXATION_ITEM, [transaction.stamp_new({**tax, "InvoiceId": invoice}) for tax in taxes])
    return invoice


def _charge(identifier: str, position: int, item: Item) -> Record:
    tax = [parse_micros(each) for each in (item.own_tax or 0, *(tax for tax, _ in item.taxes))]
    exempt = [parse_micros(each) for each in (item.own_exempt or 0, *(exempt for _, exempt in item.taxes))]
    return {
        "Id": identifier,
        "ChargeAmount": parse_micros(item.charge),
        "ChargeName": f"Charge {position}",
        "ProcessingType": 0,
        "Quantity": 3.0,
        "UnitPrice": 0.5,
        "ServiceStartDate": "2026-01-01",
        "ServiceEndDate": "2026-01-31",
        "TaxAmount": sum(tax),
        "TaxExemptAmount": sum(exempt),
    }


def _discount(identifier: str, charge: str, amount: str) -> Record:
    return {
        "Id": identifier,
        "ChargeAmount": parse_micros(amount),
        "ChargeName": "Discount",
        "ProcessingType": 1,
        "AppliedToInvoiceItemId": charge,
    }


def _tax(identifier: str, charge: str, tax: str, exempt: str) -> Record:
    return {
        "Id": identifier,
        "InvoiceItemId": charge,
        "Name": "VAT",
        "TaxRate": 8.25,
        "TaxAmount": parse_micros(tax),
        "ExemptAmount": parse_micros(exempt),
    }


def _totals(rows: Sequence[Record]) -> Record:
    charges, tax, exempt = (sum(micros(row, name) for row in rows) for name in ITEM_AMOUNTS)
    return {"Amount": charges + tax, "AmountWithoutTax": charges, "TaxAmount": tax, "TaxExemptAmount": exempt}
