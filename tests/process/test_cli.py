"""Flags, their variables and the exit codes."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from tests.acceptance.drawn import TOGETHER, drawn
from tests.process.commands import ROOT, Run, Start
from zuora_mock import __version__
from zuora_mock.cli import main, warnings
from zuora_mock.domain.rules import RULES
from zuora_mock.settings import DEFAULT_PORT, Settings

Parse = Callable[..., Settings]
FIXTURES = ROOT / "fixtures"


@pytest.fixture
def parse(monkeypatch: pytest.MonkeyPatch) -> Parse:
    """The settings that flags and variables come to; no server starts."""
    seen: list[Settings] = []
    monkeypatch.setattr("zuora_mock.serve.run", lambda *, settings: seen.append(settings))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setitem(BaseModel.model_config, "defer_build", False)

    def parser(*flags: str, **variables: str) -> Settings:
        result = CliRunner().invoke(main, flags, env=variables, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return seen.pop()

    return parser


def test_without_flags_the_settings_are_the_defaults(parse: Parse) -> None:
    assert parse() == Settings()


def flag_of(setting: str) -> str:
    """A flag that is repeated has the name of one of its values."""
    return setting.removesuffix("s") if setting in {"fixtures", "allowed_hosts"} else setting


def test_every_setting_is_a_flag() -> None:
    flags = {parameter.name for parameter in main.params} - {"version"}
    assert flags == set(map(flag_of, Settings.model_fields))


def test_every_flag_has_a_variable_that_help_names() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for name in Settings.model_fields:
        assert f"ZUORA_MOCK_{flag_of(name).upper()}" in text


def test_variables_stand_in_for_flags(parse: Parse, tmp_path: Path) -> None:
    settings = parse(
        ZUORA_MOCK_HOST="::1",
        ZUORA_MOCK_PORT="0",
        ZUORA_MOCK_DB=str(tmp_path / "state.db"),
        ZUORA_MOCK_UNKNOWN_CLIENTS="refuse",
        ZUORA_MOCK_MAX_BODY="5",
        ZUORA_MOCK_JOURNAL_SIZE="0",
        ZUORA_MOCK_FORBID_RESET_ALL="true",
        ZUORA_MOCK_ADMIN_TOKEN="secret",
        ZUORA_MOCK_ACCESS_LOG="false",
    )
    assert settings == Settings(
        host="::1",
        port=0,
        db=tmp_path / "state.db",
        unknown_clients="refuse",
        max_body=5,
        journal_size=0,
        forbid_reset_all=True,
        admin_token="secret",
        access_log=False,
    )


def test_a_flag_wins_over_its_variable(parse: Parse) -> None:
    assert parse("--port", "1", ZUORA_MOCK_PORT="2").port == 1


def test_a_variable_that_is_empty_counts_as_not_set(parse: Parse) -> None:
    assert parse(ZUORA_MOCK_PORT="", ZUORA_MOCK_DB="", ZUORA_MOCK_FIXTURE="", ZUORA_MOCK_ACCESS_LOG="") == Settings()


def test_the_address_that_a_container_runtime_puts_into_the_port_is_ignored(parse: Parse) -> None:
    assert parse(ZUORA_MOCK_PORT="tcp://10.0.0.7:9867").port == DEFAULT_PORT


def test_fixtures_keep_their_order(parse: Parse, tmp_path: Path) -> None:
    paths = [tmp_path / "b.json", tmp_path / "a.json"]
    for path in paths:
        path.touch()
    assert parse(*(word for path in paths for word in ("--fixture", str(path)))).fixtures == tuple(paths)
    assert parse(ZUORA_MOCK_FIXTURE=os.pathsep.join(map(str, paths))).fixtures == tuple(paths)


def test_a_variable_that_is_no_setting_is_named_with_the_nearest_that_is() -> None:
    known = {"ZUORA_MOCK_PORT", "ZUORA_MOCK_HOST"}
    found = warnings({"ZUORA_MOCK_PROT": "1", "ZUORA_MOCK_HOST": "::1", "PATH": "/bin"}, known)
    assert list(found) == ["ZUORA_MOCK_PROT is no setting; did you mean ZUORA_MOCK_PORT?"]


def test_a_variable_like_nothing_we_know_gets_no_proposal() -> None:
    assert list(warnings({"ZUORA_MOCK_XYZZY": ""}, {"ZUORA_MOCK_DB"})) == ["ZUORA_MOCK_XYZZY is no setting"]


def test_variables_of_container_links_are_no_mistakes() -> None:
    linked = {"ZUORA_MOCK_PORT_9867_TCP_ADDR": "10.0.0.7", "ZUORA_MOCK_SERVICE_HOST": "10.0.0.7"}
    assert list(warnings(linked, set())) == []


def test_the_version_is_printed(run: Run) -> None:
    result = run("-m", "zuora_mock", "--version")
    assert (result.stdout, result.stderr, result.returncode) == (f"zuora-mock {__version__}\n", "", 0)


@pytest.mark.parametrize(
    "flags",
    [
        ["--port", "65536"],
        ["--port", "http"],
        ["--unknown-clients", "maybe"],
        ["--fixture", "missing.json"],
        ["--db", "missing/state.db"],
        ["--max-body", "0"],
        ["--port-file", "missing/port"],
        ["--tls-cert", "missing.pem"],
        ["--tls-key", __file__],
        ["--no-such-flag"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2_and_told_on_standard_error(run: Run, flags: list[str]) -> None:
    result = run("-m", "zuora_mock", *flags)
    assert result.returncode == click.UsageError.exit_code == 2
    assert flags[0] in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("flag", ["--db", "--port-file"])
def test_a_folder_or_a_file_that_nobody_may_write_is_told_with_the_user(
    flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, closed = tmp_path / "state", [tmp_path]
    path.touch()
    monkeypatch.setattr("os.access", lambda each, _: each not in closed)
    for each in (tmp_path, path):
        closed[:] = [each]
        result = CliRunner().invoke(main, [flag, str(path)])
        assert result.exit_code == 2
        assert f"user {os.getuid()} may not write {each}" in " ".join(result.output.split())


def test_a_taken_port_is_one_clear_line_and_an_exit_code_of_its_own(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("-m", "zuora_mock", "--port", str(port))
    assert result.stderr == f"Error: port {port} on 127.0.0.1 is taken; --port 0 takes a free one\n"
    assert (result.stdout, result.returncode) == ("", 4)


def test_a_host_that_is_not_ours_is_one_line_and_exit_code_2(command: Run) -> None:
    result = command("--host", "192.0.2.1", "--port", "0")
    assert re.fullmatch(r"Error: cannot listen on 192\.0\.2\.1 port 0: .*\n", result.stderr)
    assert (result.stdout, result.returncode) == ("", 2)


def test_a_file_that_is_no_database_is_one_line_and_exit_code_2(command: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, today no database was written. " * 20)
    result = command("--port", "0", "--db", "notes.txt")
    assert result.stderr == "Error: cannot use notes.txt as database: file is not a database\n"
    assert (result.stdout, result.returncode) == ("", 2)


def test_a_file_that_another_server_uses_is_one_line_and_exit_code_2(start: Start, command: Run) -> None:
    first = start("--db", "mock.db")
    result = command("--port", "0", "--db", "mock.db")
    refusal = "cannot use mock.db as database: another server uses it; stop that one or name another file"
    assert (result.stderr, result.stdout, result.returncode) == (f"Error: {refusal}\n", "", 2)
    first.process.kill()
    first.process.wait()
    assert start("--db", "mock.db").ready == "Ready."


def test_a_wrong_fixture_is_exit_code_3_and_names_file_path_and_value(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"clients": [{"clientId": "too short", "clientSecret": "secret"}]}')
    result = run("-m", "zuora_mock", "--port", "0", "--fixture", "wrong.json")
    assert (result.stdout, result.returncode) == ("", 3)
    for word in ("wrong.json", "clients", "0", "clientId", "too short"):
        assert word in result.stderr
    assert "Traceback" not in result.stderr


def test_a_fixture_that_is_no_json_is_exit_code_3(command: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text("{")
    result = command("--port", "0", "--fixture", "wrong.json")
    assert result.returncode == 3
    assert "wrong.json" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_without_fixtures_is_exit_code_3(command: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = command("--port", "0", "--fixture", "empty")
    assert (result.stderr, result.returncode) == ("Error: empty: /: the folder has no *.json\n", 3)


def test_a_certificate_that_is_none_is_one_line_and_exit_code_2(command: Run, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    result = command("--port", "0", "--tls-cert", "cert.pem")
    assert re.fullmatch(r"Error: cannot use cert\.pem for TLS: .*\n", result.stderr)
    assert (result.stdout, result.returncode) == ("", 2)


def test_a_port_file_that_cannot_be_written_is_one_line_and_exit_code_2(command: Run, tmp_path: Path) -> None:
    (tmp_path / "port.new").mkdir()
    result = command("--port", "0", "--port-file", "port")
    assert re.fullmatch(r"Error: cannot write port: .*\n", result.stderr)
    assert (result.stdout, result.returncode) == ("", 2)


def test_help_names_every_exit_code_and_every_command() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    assert re.findall(r"^ +(\d)  ", text, flags=re.MULTILINE) == ["0", "1", "2", "3", "4"]
    for name, command in main.commands.items():
        assert f"  {name} " in text
        assert command.get_short_help_str() in " ".join(text.split())


@pytest.mark.parametrize("flags", [["--help"], ["--version"], ["check", "--help"], ["--no-such-flag"]], ids=" ".join)
def test_what_needs_no_server_is_answered_without_importing_one(run: Run, flags: list[str]) -> None:
    program = f"import sys, atexit; atexit.register(lambda: print(*sys.modules)); sys.argv[1:] = {flags}\n"
    result = run("-c", f"{program}from zuora_mock.cli import main; main()")
    assert not {"fastapi", "sqlalchemy", "lark", "uvicorn"} & set(result.stdout.split())


def test_check_tells_what_is_in_fixtures_that_are_fine(run: Run) -> None:
    result = run("-m", "zuora_mock", "check", str(FIXTURES / "default.json"))
    assert result.stdout == f"{FIXTURES / 'default.json'}: fine: tenant default, 4 account(s), 14 invoice(s)\n"
    assert (result.stderr, result.returncode) == ("", 0)


def test_check_names_every_place_in_every_fixture_that_is_wrong(command: Run, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "one.json").write_text('{"client": []}')
    (tmp_path / "more" / "three.json").write_text("{")
    (tmp_path / "more" / "two.json").write_text('{"invoices": [{"AccountNumber": "A-1"}]}')
    result = command("check", "one.json", "more")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["one.json", "/client"],
        ["more/three.json", "/"],
        ["more/two.json", "/invoices/0/AccountNumber"],
    ]
    assert (result.stdout, result.returncode) == ("", 3)


def test_check_refuses_a_folder_whose_fixtures_do_not_go_together(command: Run, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text("{}")
    assert command("check", "one.json", "two.json").returncode == 0
    result = command("check", ".")
    assert (result.stderr, result.returncode) == ('two.json: /tenant: another fixture has this tenant: "default"\n', 3)


def test_the_default_fixture_is_printed_as_it_is(command: Run) -> None:
    assert command("fixture").stdout == (FIXTURES / "default.json").read_text(encoding="utf-8")


@TOGETHER
@pytest.mark.parametrize(("flags", "prefix"), [([], ""), (["--admin"], "/__admin")])
def test_the_documents_are_printed_as_the_server_has_them(command: Run, flags: list[str], prefix: str) -> None:
    """`test_openapi` holds those of the server against the same."""
    assert json.loads(command("openapi", *flags).stdout) == json.loads(json.dumps(drawn(prefix)))


def test_every_rule_is_a_line(command: Run) -> None:
    lines = command("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    [draft] = [line for line in lines if line.startswith("invoice-split.draft-only ")]
    assert "documented" in draft.split()
