"""`/__admin/jobs`: background work that a test can hold, step, fail and wait for; and the arithmetic it leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.mocks import Client, Mock

pytestmark = pytest.mark.assumed


@pytest.fixture
def waiting(client: Client) -> str:
    """The id of a job that waits to be told."""
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    return client.order_split()


def test_work_runs_by_itself_after_the_reply(mock: Mock, client: Client) -> None:
    client.execute(client.prepare_split())
    mock.pause()
    [job] = client.jobs()
    assert job["type"] == "InvoiceSplit"
    assert job["state"] == "succeeded"
    assert [each["state"] for each in job["history"]] == ["queued", "running", "succeeded"]


def test_work_ordered_before_the_reply_is_done_when_it_arrives(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "before-reply"})
    client.execute(client.prepare_split())
    assert [job["state"] for job in client.jobs()] == ["succeeded"]


@pytest.mark.parametrize(
    "policy",
    [
        {"mode": "manual", "seconds": 0},
        {"mode": "delayed", "seconds": 30},
        {"mode": "before-reply", "seconds": 0},
        {"mode": "after-reply", "seconds": 0},
    ],
)
def test_the_policy_is_what_was_put(client: Client, policy: dict[str, Any]) -> None:
    answer = client.put("/__admin/jobs/policy", json=policy)
    assert answer.status_code == 200
    assert answer.json() == policy
    assert client.get("/__admin/jobs/policy").json() == policy


@pytest.mark.parametrize(
    "body", ['{"mode": "never"}', '{"mode": "delayed", "seconds": -1}', '{"seconds": Infinity}', "[]"]
)
def test_what_is_no_policy_is_a_problem(client: Client, body: str) -> None:
    assert client.put("/__admin/jobs/policy", content=body).status_code == 400
    assert client.get("/__admin/jobs/policy").json()["mode"] == "after-reply"


def test_a_fixture_and_the_control_plane_bound_a_delay_alike(client: Client) -> None:
    longest = 10 * 366 * 86_400
    for seconds, status in [(longest, 200), (longest + 1, 400)]:
        policy = {"mode": "delayed", "seconds": seconds}
        assert client.put("/__admin/jobs/policy", json=policy).status_code == status
        assert client.post("/__admin/seed", json={"settings": {"jobs": policy}}).status_code == status


def test_manual_work_waits_until_it_is_run(mock: Mock, client: Client, waiting: str) -> None:
    mock.pause()
    assert [job["state"] for job in client.jobs()] == ["queued"]
    ran = client.post(f"/__admin/jobs/{waiting}/run")
    assert ran.status_code == 200
    assert ran.json()["state"] == "succeeded"
    assert "INV00000001" not in client.ids()


def test_leaving_the_manual_policy_runs_what_waited(client: Client, waiting: str) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "after-reply"})
    assert [(job["id"], job["state"]) for job in client.jobs()] == [(waiting, "succeeded")]


def test_work_can_be_failed_with_a_reason_and_changes_nothing(client: Client, waiting: str) -> None:
    before = client.get("/__admin/state").json()["invoices"]
    failed = client.post(f"/__admin/jobs/{waiting}/fail", json={"reason": "no disk"}).json()
    assert (failed["state"], failed["reason"]) == ("failed", "no disk")
    assert failed["history"][-1]["reason"] == "no disk"
    assert client.get("/__admin/state").json()["invoices"] == before


def test_work_can_be_failed_without_giving_a_reason(client: Client, waiting: str) -> None:
    assert client.post(f"/__admin/jobs/{waiting}/fail").json()["reason"]


@pytest.mark.parametrize("mode", ["after-reply", "before-reply", "delayed", "manual"])
def test_the_next_job_fails_by_order_in_any_mode_and_the_one_after_it_does_not(
    mock: Mock, client: Client, mode: str
) -> None:
    policy = {"mode": mode, "seconds": 60} if mode == "delayed" else {"mode": mode}
    client.put("/__admin/jobs/policy", json=policy)
    client.put("/__admin/clock", json={"frozen": True})
    fault = {"kind": "job-failure", "reason": "no luck"}
    client.post("/__admin/faults", json={"times": 1, "fault": fault})
    for invoice in ("INV00000001", "INV00000002"):
        client.order_split(invoice)
        mock.pause()
        client.post("/__admin/clock/advance", json={"seconds": 60})
        client.post("/__admin/jobs/settle")
    first, second = client.jobs()
    assert (first["state"], first["reason"], second["state"]) == ("failed", "no luck", "succeeded")
    assert "INV00000001" in client.ids()
    [order] = client.get("/__admin/faults").json()["faults"]
    assert (order["fault"], order["state"], order["seen"], order["struck"]) == (fault, "spent", 1, 1)
    explained = client.get(f"/__admin/requests/{first['request']}/explain").json()
    assert explained["fault"] == {"kind": "job-failure", "order": order["id"]}


def test_an_order_for_jobs_lets_calls_pass_and_may_skip_jobs(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "before-reply"})
    client.post("/__admin/faults", json={"skip": 1, "fault": {"kind": "job-failure"}})
    for invoice in ("INV00000001", "INV00000002"):
        client.order_split(invoice)
    assert [each["state"] for each in client.jobs()] == ["succeeded", "failed"]


def test_an_order_for_jobs_has_no_pattern_of_calls(client: Client) -> None:
    order = {"match": {"operation": "execute"}, "fault": {"kind": "job-failure"}}
    assert client.post("/__admin/faults", json=order).status_code == 400


def test_held_work_blocks_settling_until_it_is_released(client: Client, waiting: str) -> None:
    assert client.post(f"/__admin/jobs/{waiting}/hold").json()["state"] == "held"
    blocked = client.post("/__admin/jobs/settle")
    assert blocked.status_code == 409
    assert blocked.headers["content-type"] == "application/problem+json"
    assert [job["id"] for job in blocked.json()["blocked"]] == [waiting]
    assert client.post(f"/__admin/jobs/{waiting}/release").json()["state"] == "queued"
    settled = client.post("/__admin/jobs/settle")
    assert settled.status_code == 200
    assert [job["id"] for job in settled.json()["ran"]] == [waiting]


def test_settling_where_nothing_waits_runs_nothing(client: Client) -> None:
    assert client.post("/__admin/jobs/settle").json() == {"ran": []}


def test_delayed_work_blocks_settling_until_its_time_has_come(client: Client) -> None:
    client.put("/__admin/clock", json={"frozen": True})
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": 30})
    job = client.order_split()
    assert [each["id"] for each in client.post("/__admin/jobs/settle").json()["blocked"]] == [job]
    client.post("/__admin/clock/advance", json={"seconds": 30})
    assert client.post("/__admin/jobs/settle").status_code == 200


@pytest.mark.parametrize("verb", ["run", "fail", "hold", "release"])
def test_an_unknown_job_is_not_found(client: Client, verb: str) -> None:
    assert client.post(f"/__admin/jobs/{'0' * 32}/{verb}").status_code == 404


@pytest.mark.parametrize("verb", ["run", "fail", "hold", "release"])
def test_a_job_that_is_done_takes_no_orders(client: Client, waiting: str, verb: str) -> None:
    client.post(f"/__admin/jobs/{waiting}/run")
    refused = client.post(f"/__admin/jobs/{waiting}/{verb}")
    assert refused.status_code == 409
    assert refused.json()["state"] == "succeeded"


def test_the_jobs_of_a_tenant_are_its_own(mock: Mock, waiting: str) -> None:
    other = mock.sign_in("f" * 36, "other")
    assert other.jobs() == []
    assert other.post(f"/__admin/jobs/{waiting}/run").status_code == 404


def test_the_arithmetic_of_a_split_adds_up(client: Client, waiting: str) -> None:
    original, split = client.ids()["INV00000001"], client.jobs()[0]["objectId"]
    client.post(f"/__admin/jobs/{waiting}/run")
    told = client.get(f"/__admin/splits/{split}/explain").json()
    sums = told["due"]["sums"]
    assert sums["match"] is True
    assert Decimal(sums["parts"]) == Decimal(sums["rows"]) == 100_000
    assert [part["percentage"] for part in told["parts"]] == ["60", "40"]
    assert client.get(f"/__admin/splits/{original}/explain").json() == told
    assert client.get(f"/__admin/splits/{split}").json() == told


def test_arithmetic_that_could_not_be_told_is_refused_when_it_is_seeded(client: Client, waiting: str) -> None:
    client.post(f"/__admin/jobs/{waiting}/run")
    state = client.get("/__admin/state").json()
    assert client.post("/__admin/seed", json=state).status_code == 200
    del state["invoiceSplits"][0]["execution"]["arithmetic"]["parts"]
    refused = client.post("/__admin/seed", json=state)
    assert refused.status_code == 400
    assert "/invoiceSplits/0/execution/arithmetic/parts: the key is missing" in refused.json()["detail"]
    assert client.get(f"/__admin/splits/{state['invoiceSplits'][0]['Id']}").json()["state"] == "executed"


def test_what_was_never_split_has_no_arithmetic(client: Client) -> None:
    assert client.get(f"/__admin/splits/{client.ids()['INV00000001']}/explain").status_code == 404


def test_a_policy_names_its_mode(client: Client) -> None:
    assert client.put("/__admin/jobs/policy", json={}).status_code == 400


def test_a_job_that_is_held_is_released_first(client: Client) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "manual"})
    job = client.order_split()
    client.post(f"/__admin/jobs/{job}/hold")
    answer = client.post(f"/__admin/jobs/{job}/run")
    assert (answer.status_code, answer.json()["detail"]) == (409, "a job that is held cannot be run; release it first")
