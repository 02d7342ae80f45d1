"""What a reset, a restore and a fork of a tenant cost the server, in milliseconds of the processor.

From the root of the project, in its environment:

    python tests/benchmarks/tenants.py

Medians of 15 runs in the process of the server, without HTTP: the default fixture, and 1,000 invoices of three items
with a tax each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import count
from statistics import median
from time import process_time

from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction, begin
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.fixtures import Fixture, default_fixture_path, load, parse
from zuora_mock.tenants.tenancy import Tenancy

RUNS = 15


def many(invoices: int) -> Fixture:
    rows = [{"ChargeAmount": "120.00", "taxes": [{"Name": "VAT", "TaxAmount": "10.00", "TaxRate": 8.33}]}] * 3
    document = {
        "tenant": "many",
        "accounts": [{"AccountNumber": "A-1", "Name": "Acme", "Currency": "USD"}],
        "invoices": [{"AccountNumber": "A-1", "InvoiceDate": "2026-01-15", "items": rows}] * invoices,
    }
    return parse(json.dumps(document), "many")


def milliseconds(act: Callable[[], object]) -> float:
    def once() -> float:
        start = process_time()
        act()
        return (process_time() - start) * 1000

    return median(once() for _ in range(RUNS))


def figures(database: Database, tenancy: Tenancy, tenant: Tenant) -> dict[str, float]:
    def within(verb: Callable[[Transaction], object]) -> Callable[[], object]:
        def act() -> object:
            with begin(database, tenant) as transaction:
                return verb(transaction)

        return act

    within(lambda transaction: tenancy.snapshot(transaction, "s"))()
    ids = (f"{tenant.key:018d}{number:018d}" for number in count())
    return {
        "reset": milliseconds(within(tenancy.reset)),
        "restore": milliseconds(within(lambda transaction: tenancy.restore(transaction, "s"))),
        "fork": milliseconds(lambda: tenancy.fork(tenant.name, next(ids), "s")),
    }


def main() -> None:
    database = Database()
    tenancy = Tenancy(database, Credentials(), [load(default_fixture_path()), many(1000)])
    for tenant in tenancy.all():
        shown = "  ".join(f"{name} {value:6.2f} ms" for name, value in figures(database, tenancy, tenant).items())
        sys.stdout.write(f"{tenant.name:8} {shown}\n")


if __name__ == "__main__":
    main()
