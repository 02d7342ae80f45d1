"""Sixteen test suites on one server never see each other."""

from __future__ import annotations

import pytest

from tests.acceptance.mocks import Client, Mock

pytestmark = pytest.mark.assumed

WORKERS = 16


@pytest.fixture
def workers(mock: Mock) -> list[Client]:
    return [mock.sign_in(f"{n:036}", f"secret {n}") for n in range(WORKERS)]


def seed(client: Client, n: int) -> None:
    account = {"AccountNumber": f"W-{n}", "Name": f"Worker {n}", "Currency": "USD"}
    assert client.post("/__admin/seed", json={"accounts": [account]}).status_code == 200


def own_accounts(client: Client) -> set[str]:
    return {number for number in client.ids("accounts", "AccountNumber") if number.startswith("W-")}


def test_each_sees_only_what_it_seeded(workers: list[Client]) -> None:
    for n, each in enumerate(workers):
        seed(each, n)
    assert [own_accounts(each) for each in workers] == [{f"W-{n}"} for n in range(WORKERS)]


def test_a_reset_reaches_one_alone(workers: list[Client]) -> None:
    for n, each in enumerate(workers):
        seed(each, n)
    for n, each in enumerate(workers[::2]):
        assert each.post("/__admin/reset").json()["tenant"] == f"{2 * n:036}"
    assert [bool(own_accounts(each)) for each in workers] == [False, True] * (WORKERS // 2)


def test_clocks_policies_and_snapshots_go_their_own_ways(workers: list[Client]) -> None:
    for n, each in enumerate(workers):
        each.put("/__admin/clock", json={"now": f"20{n + 10}-01-01T00:00:00Z", "frozen": True})
        each.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": n})
        each.post("/__admin/snapshots", json={"name": f"of {n}"})
    for n, each in enumerate(workers):
        assert each.get("/__admin/clock").json()["now"] == f"20{n + 10}-01-01T00:00:00Z"
        assert each.get("/__admin/jobs/policy").json()["seconds"] == n
        assert [known["name"] for known in each.get("/__admin/snapshots").json()["snapshots"]] == [f"of {n}"]


def test_splitting_taken_in_turns_gives_everybody_the_same_numbers(workers: list[Client]) -> None:
    splits = [each.prepare_split() for each in workers]
    for each, split in zip(workers, splits, strict=True):
        each.execute(split)
    for each in workers:
        each.post("/__admin/jobs/settle")
    numbers = [set(each.ids()) for each in workers]
    assert all(found == numbers[0] for found in numbers)
    assert "INV00000001" not in numbers[0]
    assert [len(each.jobs()) for each in workers] == [1] * WORKERS


def test_a_token_of_one_names_no_other(workers: list[Client]) -> None:
    first, second = workers[:2]
    foreign = second.ids()["INV00000001"]
    assert foreign not in first.ids().values()
    assert first.get(f"/v1/object/invoice/{foreign}").status_code == 404
