"""The same calls on the same fixture with a frozen clock: the same bytes, ids and headers included."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from tests.acceptance.wire import account_id, act, crud, execute, executed, find, invoice_id, split, start


def story(mock: Mock) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """Some of everything, good and bad; what came back, the cookie of a session too."""
    told: list[httpx.Response] = []
    form = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
    told.append(mock.post("/oauth/token", data=form))
    told.append(mock.post("/v1/connections", headers={"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}))
    client = Client(mock, told[0].json()["access_token"])
    parts = executed(mock, client, 33.333333333, 66.666666667)
    told += [crud(client, "GET", f"invoice/{each}") for each in parts]
    told.append(act(client, "create", {"type": "Account", "objects": [{"Name": "x", "Currency": "USD"}, {}]}))
    told.append(act(client, "query", {"queryString": "select Id, Amount from Invoice", "conf": {"batchSize": 1}}))
    told.append(act(client, "queryMore", {"queryLocator": told[-1].json()["queryLocator"]}))
    told.append(crud(client, "PUT", f"invoice/{parts[0]}", {"Status": "Posted"}))
    told.append(client.get("/v1/nonsense"))
    told.append(mock.get("/v1/nonsense"))
    return [(each.status_code, each.content, sorted(each.headers.items())) for each in told]


@pytest.mark.assumed
def test_two_servers_answer_the_same_bytes(new_server: Start, tmp_path: Path) -> None:
    assert story(start(new_server, tmp_path)) == story(start(new_server, tmp_path))


@pytest.mark.assumed
def test_a_reset_tells_the_same_story_but_for_tokens(server: Start, tmp_path: Path) -> None:
    mock = start(server, tmp_path)
    client = mock.sign_in()

    def results() -> list[bytes]:
        parts = executed(mock, client, 60, 40)
        return [crud(client, "GET", f"invoice/{each}").content for each in parts]

    first = results()
    client.post("/__admin/reset")
    assert results() == first


@pytest.mark.assumed
def test_a_seed_decides_the_ids(server: Start, tmp_path: Path) -> None:
    found = [account_id(start(server, tmp_path, {"seed": seed}).sign_in()) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


@pytest.mark.assumed
def test_refused_rows_use_no_ids_up(server: Start, tmp_path: Path) -> None:
    made = []
    for refused in ([], [{"Name": "x"}, None, {"Name": "x", "Currency": "USD", "PaymentTerm": "Never"}]):
        client = start(server, tmp_path).sign_in()
        objects = [*refused, {"Name": "x", "Currency": "USD"}]
        made.append(act(client, "create", {"type": "Account", "objects": objects}).json()[-1]["Id"])
    assert made[0] == made[1]


@pytest.mark.assumed
def test_the_work_in_the_background_takes_no_ids_from_the_calls_beside_it(server: Start, tmp_path: Path) -> None:
    found = []
    for mode in ("after-reply", "manual"):
        mock = start(server, tmp_path, {"jobs": {"mode": mode}})
        client = mock.sign_in()
        made, items = split(client, 60, 40)
        execute(client, made)
        mock.pause()
        [account] = client.create("Account", {"Name": "beside", "Currency": "USD"})
        client.post("/__admin/jobs/settle")
        parts = [crud(client, "GET", f"invoice-split-item/{each}").json()["InvoiceId"] for each in items]
        found.append((account, parts, find(client, "select Id from InvoiceItem")))
    assert found[0] == found[1]


@pytest.mark.assumed
def test_the_clock_of_a_fixture_dates_everything(server: Start, tmp_path: Path) -> None:
    client = start(server, tmp_path).sign_in()
    made, _ = split(client, 60, 40)
    for path in (f"invoice/{invoice_id(client)}", f"invoice-split/{made}"):
        assert crud(client, "GET", path).json()["CreatedDate"] == "2026-02-01T10:00:00.000+00:00"
