"""The database: its versions, its one owner, its threads, its end."""

from __future__ import annotations

import gc
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import apsw
import pytest

import zuora_mock
from tests.integration.benches import add_tenant, make_bench, rows
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.values import Record
from zuora_mock.storage import configuration, schema, tenants
from zuora_mock.storage.changes import changes_in
from zuora_mock.storage.database import Database
from zuora_mock.storage.sqlite import SQLITE, SQLiteConnection
from zuora_mock.storage.transaction import begin
from zuora_mock.storage.trouble import UnusableDatabase

pytestmark = pytest.mark.sqlite

HOLD = "import sys, pathlib; from zuora_mock.storage.database import Database\n"
HOLD += "database = Database(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mock.db"


def make(path: Path) -> None:
    Database(path).close()


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for each in statements:
            connection.execute(each)


def described(path: Path) -> tuple[int, set[str], int]:
    """The version, what is defined, and how many indexes have statistics."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        named = connection.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        (statistics,) = connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone()
        return version, {name for (name,) in named}, statistics


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open, and is killed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(zuora_mock.__file__).parents[1])}
    arguments = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def in_thread(act: Callable[[], None]) -> Thread:
    thread = Thread(target=act)
    thread.start()
    return thread


# Versions


def test_a_file_carries_the_version_of_its_definitions(path: Path) -> None:
    make(path)
    version, defined, statistics = described(path)
    assert version == schema.version(SQLITE) > 0
    assert defined == set(schema.definitions(SQLITE))
    assert statistics == len(list(schema.spread()))


def test_a_file_of_this_version_keeps_what_is_in_it(path: Path) -> None:
    make(path)
    tamper(path, "INSERT INTO orgs (tenant, id) VALUES (7, 'kept')")
    database = Database(path)
    assert rows(database, "SELECT tenant, id FROM orgs") == [(7, "kept")]
    database.close()


def test_every_table_index_and_column_counts_for_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {schema.version(SQLITE)}
    for name, definition in schema.definitions(SQLITE).items():
        monkeypatch.setattr(schema, "definitions", lambda _dialect, n=name, d=definition: {n: f"{d} "})
        versions.add(schema.version(SQLITE))
    monkeypatch.undo()
    assert len(versions) == len(schema.definitions(SQLITE)) + 1


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 1",
        "PRAGMA user_version = -5",
        "PRAGMA user_version = 0; ALTER TABLE accounts ADD COLUMN more",
        "PRAGMA user_version = 0; DROP INDEX accounts_latest; CREATE INDEX accounts_latest ON accounts (tenant)",
        "PRAGMA user_version = 0; CREATE TABLE guests (name)",
    ],
)
def test_a_file_of_another_version_or_program_is_refused_and_left_alone(path: Path, statement: str) -> None:
    make(path)
    tamper(path, *statement.split("; "))
    before = described(path)
    with pytest.raises(UnusableDatabase) as caught:
        Database(path)
    assert str(caught.value) == (
        f"cannot use {path} as database: another version or program made it; delete it or name another file"
    )
    assert described(path) == before


def test_a_file_of_another_program_stays_as_it_is_to_the_byte(path: Path) -> None:
    tamper(path, "CREATE TABLE guests (name)", "INSERT INTO guests VALUES ('Ann')")
    before = path.read_bytes()
    with pytest.raises(UnusableDatabase):
        Database(path)
    assert path.read_bytes() == before


def test_a_file_that_was_left_half_made_is_completed(path: Path) -> None:
    statements = list(schema.definitions(SQLITE).values())
    for count in {*range(0, len(statements), 5), len(statements) - 1, len(statements)}:
        tamper(path, *statements[:count])
        make(path)
        assert described(path) == (schema.version(SQLITE), set(schema.definitions(SQLITE)), len(list(schema.spread())))
        path.unlink()


@pytest.mark.parametrize("name", ["notes.txt", "folder", "none/mock.db"])
def test_what_can_be_no_database_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, today no database was written. " * 20)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnusableDatabase, match=f"cannot use .*{name} as database: "):
        Database(tmp_path / name)


# One owner


def test_a_second_opener_is_refused_in_one_line(path: Path) -> None:
    first = Database(path)
    refusal = f"cannot use {path} as database: another server uses it; stop that one or name another file"
    with pytest.raises(UnusableDatabase) as caught:
        Database(path)
    assert str(caught.value) == refusal
    first.close()
    make(path)


def test_a_file_of_another_process_is_refused_until_that_one_is_killed(path: Path) -> None:
    with held(path) as process:
        with pytest.raises(UnusableDatabase, match="another server uses it"):
            Database(path)
        process.kill()
        process.wait()
        make(path)


def test_another_process_is_refused_a_file_that_is_open_here(path: Path) -> None:
    database = Database(path)
    environment = {**os.environ, "PYTHONPATH": str(Path(zuora_mock.__file__).parents[1])}
    arguments = [sys.executable, "-c", HOLD, str(path)]
    result = subprocess.run(
        arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    database.close()
    assert result.stderr.splitlines()[-1].endswith("another server uses it; stop that one or name another file")


# Threads


def test_it_is_used_from_another_thread_than_the_one_that_opened_it() -> None:
    bench = make_bench()
    made: list[str] = []
    in_thread(lambda: made.append(bench.account())).join()
    assert [each["Id"] for each in bench.find(ACCOUNT)] == made
    bench.database.close()


def test_another_thread_waits_for_the_end_of_a_transaction_and_does_not_join_it() -> None:
    bench = make_bench()
    begun, seen = Event(), list[int]()

    def look() -> None:
        begun.set()
        seen.append(len(bench.find(ACCOUNT)))

    def fail() -> Thread:
        with bench.transaction():
            bench.account()
            thread = in_thread(look)
            begun.wait()
            assert seen == []
            raise KeyError(thread)

    with pytest.raises(KeyError) as caught:
        fail()
    caught.value.args[0].join()
    assert seen == [0]
    bench.database.close()


def test_reading_waits_for_the_end_of_another_threads_transaction() -> None:
    database = Database()
    begun, found = Event(), list[int | None]()

    def look() -> None:
        begun.set()
        found.append(tenants.find_key(database, "new"))

    with database.transaction():
        thread = in_thread(look)
        begun.wait()
        key = add_tenant(database, "new", "none", make_bench().tenant.settings).key
        assert found == []
    thread.join()
    assert found == [key]
    database.close()


def test_many_threads_lose_nothing() -> None:
    bench = make_bench()

    def work() -> None:
        for _ in range(20):
            bench.account("USD", Name="of a thread")

    threads = [in_thread(work) for _ in range(5)]
    for each in threads:
        each.join()
    made = bench.find(ACCOUNT)
    assert (len(made), len({each["Id"] for each in made})) == (100, 100)
    bench.database.close()


def test_a_transaction_that_fails_leaves_the_tenant_as_it_was() -> None:
    bench = make_bench()
    before = tenants.image_of(bench.tenant)

    def fail() -> None:
        with bench.transaction() as transaction:
            transaction.new_id()
            bench.tenant.clock = bench.tenant.clock.advance(1)
            bench.tenant.terms = {}
            configuration.save(transaction)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert tenants.image_of(bench.tenant) == before
    kept = tenants.by_key(bench.database, bench.tenant.key)
    assert kept is not None
    assert (kept.clock, kept.counters) == (bench.tenant.clock, bench.tenant.counters)
    bench.database.close()


# Its statements


def test_a_statement_is_compiled_once_whatever_its_values_are() -> None:
    bench, compiled = make_bench(), list[str | None]()

    def note(_action: int, table: str | None, *_: str | None) -> int:
        compiled.append(table)
        return apsw.SQLITE_OK

    connection = bench.database.connection
    assert isinstance(connection, SQLiteConnection)
    connection.authorizer = note
    with bench.transaction() as transaction:
        transaction.has(ACCOUNT, "AccountNumber", "A-1")
        assert compiled
        compiled.clear()
        transaction.has(ACCOUNT, "AccountNumber", "A-2")
        assert not compiled
    bench.database.close()


# Its end


@pytest.mark.parametrize("count", [1, 49, 50, 51, 130])
def test_however_many_records_are_written_at_once_each_is_read_as_it_was(count: int) -> None:
    bench = make_bench()
    records: list[Record] = [
        {
            "Id": f"{number:032x}",
            "AccountNumber": f"A-{number}",
            "Name": None if number % 3 else "Acme",
            "Currency": "USD",
            "AutoPay": bool(number % 2),
            "AllowInvoiceEdit": True,
            "Balance": number % 2,
            "Colour__c": f"red {number}",
        }
        for number in range(count)
    ]
    with bench.transaction() as transaction:
        transaction.load(ACCOUNT, records)
        written = [{name: value for name, value in each.items() if value is not None} for each in records]
        assert transaction.all(ACCOUNT)[-count:] == written


def test_what_records_have_in_common_is_said_once_and_may_be_said_otherwise() -> None:
    bench = make_bench()
    common: Record = {"Name": "Acme", "Notes": "ours", "AutoPay": True, "Colour__c": "red"}
    own: list[Record] = [
        {"Id": "1" * 32},
        {"Id": "2" * 32, "Name": None, "Notes": "its own", "Colour__c": "blue"},
        {"Id": "3" * 32, "Size__c": "L"},
    ]
    whole = [{**common, **each} for each in own]
    with bench.transaction() as transaction:
        transaction.insert(ACCOUNT, own, common)
        there = [{name: value for name, value in each.items() if value is not None} for each in whole]
        assert transaction.all(ACCOUNT)[-3:] == there
        told = list(changes_in(transaction.changes.text() or ""))
        assert [each["after"] for each in told] == whole
        assert {each["before"] for each in told} == {None}


def test_it_may_be_closed_twice_and_opened_again(path: Path) -> None:
    bench = make_bench(path)
    bench.account()
    told = []
    for verb in (bench.database.close, bench.database.close, bench.database.open, bench.database.open):
        verb()
        told.append(bench.database.opened)
    assert told == [False, False, True, True]
    assert len(bench.find(ACCOUNT)) == 1
    bench.database.close()


def test_a_file_that_has_changed_its_version_meanwhile_is_not_opened_again(path: Path) -> None:
    database = Database(path)
    database.close()
    tamper(path, "PRAGMA user_version = 1")
    with pytest.raises(UnusableDatabase):
        database.open()
    assert not database.opened


def test_one_in_memory_begins_anew_when_it_is_opened_again() -> None:
    database = Database()
    rows(database, "INSERT INTO orgs (tenant, id) VALUES (7, 'gone')")
    database.close()
    database.open()
    assert rows(database, "SELECT id FROM orgs") == []
    database.close()


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_where_no_temporary_file_can_be_written_it_is_wholly_in_memory() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        bench = make_bench()
        with bench.transaction() as transaction:
            transaction.load(ACCOUNT, [{"Id": f"{each:032x}", "Name": "x" * 250} for each in range(40_000)])
        assert rows(bench.database, "SELECT count(*) FROM accounts WHERE length(Name) = 250") == [(40_000,)]
        bench.database.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_one_that_is_dropped_lets_its_file_go(path: Path) -> None:
    database = Database(path)
    tenant = make_bench().tenant
    with begin(database, tenant) as transaction:
        assert transaction.tenant is tenant
    del database, transaction
    gc.collect()
    make(path)
