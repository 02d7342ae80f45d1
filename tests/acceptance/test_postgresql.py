"""What PostgreSQL as the database brings with it: it may go and come back, and its URL has a password."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.engines import POSTGRESQL, Databases
from tests.acceptance.mocks import CLIENT_ID, SECRET, Client, Mock, Start
from zuora_mock.cli import main
from zuora_mock.database_url import DatabaseUrl
from zuora_mock.main import create_app
from zuora_mock.settings import Settings
from zuora_mock.storage import postgresql_connection
from zuora_mock.storage.trouble import UnusableDatabase

pytestmark = pytest.mark.assumed

NAME = "00000000-0000-4000-8000-00000000cafe"


@pytest.fixture
def engine() -> str:
    return POSTGRESQL


@pytest.fixture
def mock(new_server: Start) -> Mock:
    return new_server()


@pytest.fixture
def url(mock: Mock) -> DatabaseUrl:
    found = mock.app.state.services.settings.db
    assert isinstance(found, DatabaseUrl)
    return found


@pytest.fixture
def cut(databases: Databases, url: DatabaseUrl) -> Iterator[Callable[..., None]]:
    """Ends the server's connection; `for_good` until the test is over, or it is cut again."""
    name = str(url).rpartition("/")[2]

    def end(*, for_good: bool = False) -> None:
        databases.admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {not for_good}".encode())
        databases.cut_off(url)

    yield end
    end()


def in_each_dialect(client: Client) -> list[int]:
    query = {"queryString": "select Id from Invoice"}
    answers = [
        client.get("/v1/invoices/INV00000001"),
        client.post("/v1/action/query", json=query),
        client.get("/v1/object/account/none"),
        client.get("/object-query/accounts"),
        client.get("/__admin/state"),
        client.get("/__admin/health"),
    ]
    return [each.status_code for each in answers]


def test_a_lost_database_is_503_in_each_dialect_until_it_is_there_again(
    mock: Mock, client: Client, cut: Callable[..., None]
) -> None:
    before = client.ids()
    cut(for_good=True)
    assert in_each_dialect(client) == [503] * 6
    problem = mock.get("/__admin/health").json()["problem"]
    assert "database" in problem
    cut()
    mock.app.state.services.database.look_now()
    assert in_each_dialect(client) == [200, 200, 404, 200, 200, 200]
    assert client.ids() == before


def test_work_that_was_ordered_before_the_database_was_lost_is_done_after_it(
    mock: Mock, client: Client, cut: Callable[..., None]
) -> None:
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": 60})
    job = client.order_split()
    cut()
    mock.get("/__admin/health")
    client.post("/__admin/clock/advance", json={"seconds": 61})
    client.post("/__admin/jobs/settle")
    assert [(each["id"], each["state"]) for each in client.jobs()] == [(job, "succeeded")]


def test_a_database_of_another_version_is_refused_in_words(databases: Databases) -> None:
    with databases.one() as url, psycopg.connect(url.whole, autocommit=True) as connection:
        create_app(Settings(db=url)).state.services.pause()
        connection.execute("UPDATE zuora_mock_version SET version = version + 1")
        with pytest.raises(UnusableDatabase, match="another version or program made it"):
            create_app(Settings(db=url))
        connection.execute("UPDATE zuora_mock_version SET version = version - 1")


def test_state_outlives_the_server(databases: Databases, new_server: Start) -> None:
    with databases.one() as url:
        first = new_server(db=url)
        client = first.sign_in(NAME, "a secret")
        made = client.create("Account", {"Name": "kept", "Currency": "EUR", "Status": "Draft"})
        first.stop()
        again = new_server(db=url)
        assert again.sign_in(NAME, "a secret").get(f"/v1/object/account/{made[0]}").json()["Name"] == "kept"
        again.stop()


def test_the_engine_is_shown_and_which_replica_it_is_but_no_credentials(mock: Mock) -> None:
    shown = mock.get("/__admin/config").json()["db"]
    assert shown["engine"] == "PostgreSQL"
    assert shown["replica"] == mock.get("/__admin/health").json()["replica"] > 0
    assert "@" not in shown["value"]


@pytest.mark.parametrize(
    "url", ["postgresql://me:s%zzecret@127.0.0.1:1/x", "postgresql://me:s3cret@127.0.0.1:1/x?password=s3cret"]
)
def test_an_error_of_the_connection_has_no_credentials_in_it(url: str) -> None:
    with pytest.raises(UnusableDatabase) as caught:
        create_app(Settings(db=DatabaseUrl(url)))
    assert "cannot use postgresql://127.0.0.1:1/x as database: " in str(caught.value)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://me:s%20cret@h/x", "postgresql://me@h/x?sslmode=prefer&password=s%20cret"]
)
def test_what_the_database_says_is_told_without_the_password(url: str) -> None:
    assert DatabaseUrl(url).hide("no entry for s cret") == "no entry for …"


def test_a_missing_driver_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zuora_mock.storage.postgresql", None)
    with pytest.raises(UnusableDatabase, match=r"^cannot use postgresql://h/x .*: pip install 'psycopg\[binary\]'$"):
        create_app(Settings(db=DatabaseUrl("postgresql://me:secret@h/x")))


@pytest.mark.parametrize("url", ["postgresql://me@h/x", "postgres://me@h/x"])
def test_the_flag_takes_a_url(url: str) -> None:
    with main.make_context("zuora-mock", ["--db", url]) as context:
        assert context.params["db"].whole == url


@pytest.mark.parametrize("url", ["postgresql://me@h/x", "postgres://me@h/x"])
def test_the_settings_take_a_url_as_text(url: str) -> None:
    found = Settings.model_validate({"db": url}).db
    assert isinstance(found, DatabaseUrl)
    assert found.whole == url


def test_any_other_text_is_a_file() -> None:
    assert Settings.model_validate({"db": "postgresql"}).db == Path("postgresql")


def test_a_text_with_nul_is_found_nowhere_and_breaks_nothing(client: Client) -> None:
    assert client.get("/v1/object/account/%00").status_code == 404
    assert client.get("/v1/invoices/%00").status_code in {200, 400, 404}
    assert client.get("/__admin/requests?path=%00").status_code in {200, 400}
    assert client.get("/object-query/accounts?filter[]=name.EQ:%00").status_code in {200, 400}
    assert client.get("/object-query/accounts?filter[]=name.IN:[a,%00]").status_code in {200, 400}


def test_the_longest_names_that_are_taken_fit_an_index(
    client: Client, server: Callable[..., Mock], tmp_path: Path
) -> None:
    name = "".join(chr(0x20000 + n * 7919 % 0xA000) for n in range(500))  # four bytes each, and not to be packed
    stub = {"request": {"method": "GET", "urlPath": "/v1/x"}, "response": {"status": 200}}
    states = {"requiredScenarioState": "Started", "newScenarioState": name}
    added = [
        client.post("/__admin/stubs", json={**stub, **states, "scenarioName": each}) for each in (name, f"{name}x")
    ]
    assert [each.status_code for each in added] == [201, 400]
    assert [client.get("/v1/x").status_code for _ in range(2)] == [200, 404]
    user, org = {"clientId": CLIENT_ID, "clientSecret": SECRET, "username": name[:255]}, name[:255]
    (tmp_path / "fixture.json").write_text(json.dumps({"clients": [user], "orgs": [org]}))
    assert server(fixtures=(tmp_path,)).sign_in().get("/v1/accounts/none").status_code == 200


def test_statements_beyond_those_that_are_kept_prepared_are_asked_as_before(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_connection, "_MOST_KNOWN", 3)
    job = client.order_split()
    client.post("/__admin/jobs/settle")
    assert [(each["id"], each["state"]) for each in client.jobs()] == [(job, "succeeded")]


def test_of_many_rows_one_that_is_there_already_ends_the_statement_and_not_the_connection(mock: Mock) -> None:
    database = mock.app.state.services.database
    new = "INSERT INTO worlds (number) OVERRIDING SYSTEM VALUE VALUES ($1)"
    with database.transaction():
        with pytest.raises(database.connection.IntegrityError), database.savepoint("twice"):
            database.connection.executemany(new, [[1001], [1002], [1001]])
        database.connection.executemany(new, [[number] for number in range(1001, 3001)])
        assert database.connection.execute("SELECT count(*), max(number) FROM worlds").fetchone() == (2000, 3000)
