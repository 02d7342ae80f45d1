"""Whatever was done since, a reset leaves what a new tenant of the fixture has, and the same calls come to the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance import test_rest_split as rest
from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from tests.acceptance.wire import account, account_id, act, crud, executed, find, invoice, start
from tests.profiles import proving
from zuora_mock.storage import originals
from zuora_mock.tenants import tenancy, worlds

DATES = {"EffectiveStartDate": "2026-01-01", "EffectiveEndDate": "2036-01-01"}
TEA, MILK, CUP = ({"Name": each, "SKU": each, **DATES} for each in ("Tea", "Milk", "Cup"))
STUB = {"request": {"url": "/v1/x"}, "response": {"status": 200}}
FIXTURE: Mapping[str, Any] = {
    "clients": [{"clientId": CLIENT_ID, "clientSecret": SECRET, "entities": ["Main"]}],
    "entities": [{"name": "Main"}, {"name": "Second"}],
    "accounts": [
        account(charges=[{"ChargeName": "Base", "ChargeAmount": "1.00", "recurring": True}]),
        account("A-2", entity="Second"),
    ],
    "invoices": [
        invoice(),
        invoice("INV00000002", "20.00", "-1.00"),
        invoice("INV00000003", "0.00"),
        invoice("INV00000001", AccountNumber="A-2", entity="Second"),
    ],
    "objects": {"Product": [TEA, MILK]},
    "stubs": [STUB],
}
MORE = {
    "entities": [{"name": "Third"}],
    "accounts": [account("A-9"), account("A-10", entity="Third")],
    "invoices": [invoice("INV00000009"), invoice("INV00000010", AccountNumber="A-10", entity="Third")],
    "objects": {"Product": [CUP]},
    "paymentTerms": [{"name": "Net 7", "days": 7}],
    "customFields": {"Account": [{"name": "Region__c", "type": "text"}]},
    "settings": {"strict": True},
}


def first(client: Client, zoql: str) -> str:
    return next((str(each["Id"]) for each in find(client, zoql)), "0" * 32)


def draft(client: Client) -> str:
    """The number of one that can be split, else of an invoice that cannot."""
    drafts = find(client, "select InvoiceNumber from Invoice where Status = 'Draft' and Amount > 5")
    return str(drafts[0]["InvoiceNumber"]) if drafts else "INV00000003"


def change_all_invoices(_: Mock, client: Client) -> None:
    rows = [{"Id": each["Id"], "Status": "Posted"} for each in find(client, "select Id from Invoice")]
    act(client, "update", {"type": "Invoice", "objects": rows})


def seed_all_again(_: Mock, client: Client) -> None:
    assert client.post("/__admin/seed", json=client.get("/__admin/state").json()).status_code == 200


def split(mock: Mock, client: Client) -> None:
    number = draft(client)
    if number != "INV00000003":
        executed(mock, client, 60, 40, number=number)


def bill(_: Mock, client: Client) -> None:
    due = {"AccountId": account_id(client), "InvoiceDate": "2026-02-01", "TargetDate": "2026-02-28"}
    act(client, "generate", {"type": "Invoice", "objects": [due]})


def cancel_and_delete(_: Mock, client: Client) -> None:
    wanted = first(client, "select Id from Invoice where Status = 'Draft'")
    crud(client, "PUT", f"invoice/{wanted}", {"Status": "Canceled"})
    crud(client, "DELETE", f"invoice/{wanted}")


Deed: TypeAlias = Callable[[Mock, Client], object]
PRODUCT = "select Id from Product"
DEEDS: Mapping[str, Deed] = {
    "create": lambda _, client: client.create("Account", {"Name": "x", "Currency": "USD"}),
    "change an account": lambda _, client: crud(client, "PUT", f"account/{account_id(client)}", {"Name": "y"}),
    "change all invoices": change_all_invoices,
    "cancel and delete": cancel_and_delete,
    "split": split,
    "split by REST": lambda _, client: rest.split(client, draft(client), rest.percentages(30, 70)),
    "bill": bill,
    "change a product": lambda _, client: crud(client, "PUT", f"product/{first(client, PRODUCT)}", {"SKU": "N"}),
    "delete a product": lambda _, client: crud(client, "DELETE", f"product/{first(client, PRODUCT)}"),
    "create a product": lambda _, client: client.create("Product", CUP),
    "seed": lambda _, client: client.post("/__admin/seed", json=MORE),
    "seed all again": seed_all_again,
    "snapshot": lambda _, client: client.post("/__admin/snapshots", json={"name": "s"}),
    "restore": lambda _, client: client.post("/__admin/snapshots/s/restore"),
    "reset": lambda _, client: client.post("/__admin/reset"),
    "stub": lambda _, client: client.post("/__admin/stubs", json=STUB),
    "move the clock": lambda _, client: client.post("/__admin/clock/advance", json={"seconds": 300}),
    "fail": lambda _, client: client.post(
        "/__admin/seed", json={**MORE, "invoices": [invoice("?", AccountNumber="?")]}
    ),
}
SILENT = {"seed all again", "snapshot", "restore", "reset", "fail"}
"""Those that leave the data as it is where nothing was done before."""


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path, **FIXTURE)


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


def state(client: Client) -> Any:
    return client.get("/__admin/state").json()


def told(mock: Mock, client: Client) -> Any:
    """What a story comes to, ids and numbers included."""
    for name in ("create", "split", "bill", "split by REST", "create a product", "stub"):
        DEEDS[name](mock, client)
    jobs = [{**each, "request": None} for each in client.get("/__admin/jobs").json()["jobs"]]
    return client.get("/__admin/state").text, jobs, client.get("/__admin/stubs").text


def reset(client: Client) -> dict[str, int]:
    removed: dict[str, int] = client.post("/__admin/reset").json()["removed"]
    return removed


def world(mock: Mock) -> int:
    number: int = mock.app.state.services.tenancy.anonymous.world
    return number


def kept(mock: Mock) -> dict[str, int]:
    found = originals.count(mock.app.state.services.database, -world(mock))
    return {name: count for name, count in found.items() if count}


@pytest.mark.assumed
@pytest.mark.parametrize("name", DEEDS)
def test_a_reset_undoes_each_deed(name: str, mock: Mock, client: Client) -> None:
    before, number = state(client), world(mock)
    DEEDS[name](mock, client)
    assert (state(client) == before) == (name in SILENT)
    reset(client)
    assert (state(client), kept(mock)) == (before, {})
    assert world(mock) == number


@pytest.mark.assumed
@pytest.mark.parametrize("seeds_in_place", [2000, 0])
def test_whatever_was_done_is_undone(
    mock: Mock, client: Client, monkeypatch: pytest.MonkeyPatch, seeds_in_place: int
) -> None:
    monkeypatch.setattr(tenancy, "_SMALL", seeds_in_place)
    before = state(client)
    story = told(mock, client)
    reset(client)

    def do(names: Sequence[str]) -> dict[str, int]:
        client.delete("/__admin/snapshots")
        for each in names:
            DEEDS[each](mock, client)
        removed = reset(client)
        assert state(client) == before
        return removed

    @given(names=st.lists(st.sampled_from(list(DEEDS)), min_size=2, max_size=9))
    @proving(8)
    def prove(names: Sequence[str]) -> None:
        removed = do(names)
        assert told(mock, client) == story
        reset(client)
        with monkeypatch.context() as anew:
            anew.setattr(worlds, "_FEW", -1)
            assert do(names) == removed

    prove()
