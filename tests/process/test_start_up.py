"""The server comes up, says so, and goes; and the wheel brings all of it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import httpx
import pytest

from tests.process.commands import ROOT, Run, Server, Start, environment, healthy
from zuora_mock import __version__

AT_ONCE = 2
"""Seconds within which a server that got TERM is gone: its own one, and one for a busy machine."""


PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")
BUILD = "import sys; from hatchling.build import build_sdist; build_sdist(sys.argv[1])"


def port_of(server: Server) -> int:
    return urlsplit(server.url).port or 0


def test_the_url_and_the_page_to_open_are_followed_by_ready(start_command: Start) -> None:
    server = start_command()
    assert re.fullmatch(
        rf"zuora-mock {re.escape(__version__)} listening on http://127\.0\.0\.1:[1-9]\d*", server.banner
    )
    assert server.ready == "Ready."
    page = httpx.get(server.page.rpartition(" ")[2])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_page_of_a_server_that_listens_everywhere_has_an_address_that_opens(start: Start) -> None:
    server = start("--host", "0.0.0.0")  # noqa: S104
    assert f"http://localhost:{port_of(server)}/__admin/docs" in server.page


def test_a_file_has_the_port_for_as_long_as_calls_are_welcome(start: Start, tmp_path: Path) -> None:
    (tmp_path / "port").write_text("an older server's")
    server = start("--port-file", "port")
    assert int((tmp_path / "port").read_text()) == port_of(server)
    server.stop()
    assert list(tmp_path.glob("port*")) == []


def test_every_fixture_of_a_folder_is_a_tenant(start: Start, tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    for name in ("west", "east", ".hidden"):
        (tmp_path / "fixtures" / f"{name}.json").write_text(json.dumps({"tenant": name}))
    server = start("--fixture", "fixtures")
    tenants = httpx.get(f"{server.url}/__admin/tenants").json()["tenants"]
    assert [each["name"] for each in tenants] == ["east", "west"]


def test_requests_are_welcome_once_ready_is_printed(start_command: Start, standing: Server) -> None:
    """Beside another server, whose port was free as well; the answer does not name the server's software."""
    server = start_command()
    assert port_of(server) != port_of(standing)
    answer = httpx.get(f"{server.url}/__admin/health")
    assert (answer.status_code, "server" in answer.headers) == (200, False)


def test_a_variable_that_is_no_setting_is_a_warning_and_no_obstacle(start: Start) -> None:
    server = start(ZUORA_MOCK_JOURNAL="5")
    server.stop()
    assert server.process.stderr is not None
    warning = "Warning: ZUORA_MOCK_JOURNAL is no setting; did you mean ZUORA_MOCK_JOURNAL_SIZE?\n"
    assert warning in server.process.stderr.read()


def assert_ends_in_silence(server: Server, signum: int = signal.SIGTERM) -> None:
    server.process.send_signal(signum)
    assert server.process.wait(AT_ONCE) == 0
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_with_exit_code_0(start_command: Start, signum: int) -> None:
    assert_ends_in_silence(start_command(), signum)


def test_idle_connections_do_not_delay_the_end(start: Start) -> None:
    server = start("--no-access-log")
    with httpx.Client(base_url=server.url) as client:
        client.get("/__admin/health")
        assert_ends_in_silence(server)


def test_a_call_whose_body_never_arrives_does_not_delay_the_end(start: Start) -> None:
    server = start("--no-access-log")
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        client.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: mock\r\nContent-Length: 10\r\n\r\n")
        assert healthy(port_of(server))
        assert_ends_in_silence(server)


def sign_in(server: Server, client_id: str = "c" * 36) -> str:
    form = {"client_id": client_id, "client_secret": "hush", "grant_type": "client_credentials"}
    token: str = httpx.post(f"{server.url}/oauth/token", data=form).json()["access_token"]
    return token


@pytest.mark.assumed
@pytest.mark.parametrize("gone", [False, True])
def test_a_call_that_waits_for_minutes_does_not_delay_the_end(start: Start, gone: bool) -> None:
    server = start("--no-access-log")
    head = f"GET /v1/object/invoice/1 HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {sign_in(server)}\r\n"
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        client.sendall(f"{head}Zuora-Mock-Delay: 600000\r\n\r\n".encode())
        assert healthy(port_of(server))
        if gone:
            client.close()
        assert_ends_in_silence(server)


@pytest.mark.assumed
@pytest.mark.parametrize(
    "half", [b"", b"POST /v1/action/create HTT", b"POST /v1/action/create HTTP/1.1\r\nHost: mock\r\n"]
)
def test_a_head_that_never_arrives_does_not_delay_the_end(start: Start, half: bytes) -> None:
    server = start("--no-access-log")
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        client.sendall(half)
        assert healthy(port_of(server))
        assert_ends_in_silence(server)


@pytest.mark.assumed
def test_nobody_can_write_a_line_into_the_log(start: Start) -> None:
    server = start()
    sign_in(server, "x\nPOST /forged 200 \x1b[31m".ljust(36, "\u202e"))
    httpx.get(f"{server.url}/v1/object/invoice/%0aforged%1b")
    server.stop()
    assert server.process.stderr is not None
    lines = server.process.stderr.read().splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["POST", "/oauth/token"],
        ["GET", "/v1/object/invoice/%0aforged%1b"],
    ]
    assert r"tenant=x\nPOST\x20/forged\x20200\x20\x1b[31m\u202e" in lines[0]
    assert all(line.isprintable() for line in lines)


def send(server: Server, path: str, body: bytes) -> socket.socket:
    """The whole of a request; nobody waits for its answer."""
    client = socket.create_connection(("127.0.0.1", port_of(server)))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall(head.encode() + body)
    return client


@pytest.mark.assumed
def test_long_work_does_not_delay_the_end(start: Start, tmp_path: Path) -> None:
    server = start("--no-access-log", "--db", str(tmp_path / "state.db"))
    items = [{"ChargeName": "Seats", "ChargeAmount": "1.00"}] * 50_000
    invoice = {"AccountNumber": "A-9", "Status": "Draft", "InvoiceDate": "2026-01-15", "items": items}
    accounts = [{"AccountNumber": "A-9", "Name": "Nine", "Currency": "USD"}]
    body = json.dumps({"accounts": accounts, "invoices": [invoice]}).encode()
    with send(server, "/__admin/seed?tenant=default", body):
        assert server.stop(within=AT_ONCE) == 0


def test_the_health_probe_tells_a_healthy_server_from_none(start: Start) -> None:
    server = start()
    assert healthy(port_of(server))
    server.stop()
    assert not healthy(port_of(server))


def test_start_up_imports_nothing_that_a_server_does_not_need(run: Run) -> None:
    result = run("-c", "import sys, zuora_mock.serve as its; its.create_app(); print(*sys.modules)")
    imported = set(result.stdout.split())
    assert "zuora_mock.api.rest" in imported
    assert not {each for each in imported if each.startswith("zuora_mock.api.") and each.endswith(".routes")}
    assert not {"dotenv", "h11", "httpx", "jsonpath", "psycopg", "pydyf", "re2", "websockets", "yaml"} & imported
    assert "sqlalchemy.dialects.postgresql" not in imported
    assert not {f"zuora_mock.{each}" for each in ("admin.health", "steering.orders", "storage.queries")} & imported


def test_help_imports_nothing_but_what_reads_flags(run: Run) -> None:
    result = run(
        "-c",
        "import sys; from zuora_mock.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)",
    )
    imported = set(result.stdout.splitlines()[-1].split())
    assert "click" in imported
    assert not {"fastapi", "pydantic", "sqlalchemy", "uvicorn"} & imported


@pytest.fixture
def wheel(run: Run, tmp_path: Path) -> Path:
    """Built from the source distribution, as a package index would."""
    made = run("-c", f"import os; os.chdir({str(ROOT)!r}); {BUILD}", str(tmp_path / "made"))
    assert made.returncode == 0, made.stderr
    [source] = (tmp_path / "made").iterdir()
    built = run(*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "wheels", str(source))
    assert built.returncode == 0, built.stderr
    [wheel] = (tmp_path / "wheels").iterdir()
    return wheel


def assert_has_the_package_and_nothing_else(wheel: Path) -> None:
    names = [Path(name) for name in ZipFile(wheel).namelist()]
    assert {name.parts[0] for name in names} == {"zuora_mock", f"zuora_mock-{__version__}.dist-info"}
    ours = [name for name in names if name.parts[0] == "zuora_mock"]
    assert {name.suffix for name in ours} == {".py", ".json", ".html", ".sql", ".txt", ".typed"}
    assert [name.name for name in ours if name.parts[1] == "fixtures"] == ["default.json"]


@pytest.mark.slow
def test_the_wheel_installs_beside_a_package_called_app_and_again_while_it_runs(
    wheel: Path, run: Run, start_command: Start, tmp_path: Path
) -> None:
    assert_has_the_package_and_nothing_else(wheel)
    site = tmp_path / "site"
    (site / "app").mkdir(parents=True)
    (site / "app" / "__init__.py").write_text("mine = True\n")
    install = (*PIP, "install", "--no-deps", "--no-index", "--upgrade", "--target", str(site), str(wheel))

    assert run(*install).returncode == 0
    seen = run("-c", "import app, zuora_mock; print(app.mine, zuora_mock.__file__)", PYTHONPATH=str(site))
    assert seen.stdout == f"True {site / 'zuora_mock' / '__init__.py'}\n"
    server = start_command("--no-access-log", PYTHONPATH=str(site))
    assert server.banner.startswith(f"zuora-mock {__version__} ")
    assert run(*install).returncode == 0
    assert httpx.get(f"{server.url}/__admin/docs").is_success
    assert server.stop() == 0


def test_other_servers_find_the_application_by_its_module(tmp_path: Path) -> None:
    program = (
        "import zuora_mock.asgi as module; settings = module.app.state.services.settings;"
        "print(settings.journal_size, settings.db)"
    )
    variables = environment(ZUORA_MOCK_JOURNAL_SIZE="7", ZUORA_MOCK_DB=str(tmp_path / "mock.db"))
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["7", str(tmp_path / "mock.db")]


def test_a_wrong_variable_is_told_to_other_servers_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import zuora_mock.asgi"],
        env=environment(ZUORA_MOCK_JOURNAL_SIZE="many"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "many" in done.stderr
    assert "Traceback" not in done.stderr
