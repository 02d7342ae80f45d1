"""What becomes of the server when its disk is full, its file is gone, or its file is no good."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.process.commands import Run, Server, Start
from zuora_mock.main import make_services
from zuora_mock.settings import Settings

pytestmark = pytest.mark.assumed

FORM = {"client_id": "c" * 36, "client_secret": "hush", "grant_type": "client_credentials"}
ACCOUNT = {"type": "Account", "objects": [{"Name": "Full", "Currency": "USD", "BillCycleDay": 1, "Status": "Draft"}]}
QUERY = {"queryString": "select Id from Invoice"}
READY = "Error: cannot use state.db as database: "


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """No file of the server's can grow, as on a disk without space."""
    limit = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, limit[1]))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limit)


SignIn = Callable[[Server], httpx.Client]


@pytest.fixture
def sign_in() -> Iterator[SignIn]:
    with ExitStack() as stack:

        def signed_in(server: Server) -> httpx.Client:
            client = stack.enter_context(httpx.Client(base_url=server.url))
            token = client.post("/oauth/token", data=FORM).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            return client

        yield signed_in


def create(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/action/create", json=ACCOUNT)


def accounts(client: httpx.Client) -> int:
    size: int = client.post("/v1/action/query", json={"queryString": "select Id from Account"}).json()["size"]
    return size


def health(client: httpx.Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/__admin/health")
    return answer.status_code, answer.json()


def test_a_full_disk_refuses_writes_and_nothing_else(start: Start, sign_in: SignIn, file: Path) -> None:
    server = start("--db", str(file), "--no-access-log")
    client = sign_in(server)
    before = accounts(client)
    with full_disk(server):
        action, crud = create(client), client.post("/v1/object/account", json=ACCOUNT["objects"][0])
        token, admin = client.post("/oauth/token", data=FORM), client.post("/__admin/reset")
        stranger = client.post("/oauth/token", data={**FORM, "client_id": "d" * 36})
        assert [each.status_code for each in (action, crud, token, stranger, admin)] == [503] * 5
        assert action.headers["Zuora-Mock-Rule"] == "mock.not-written; provenance=assumed"
        assert "faultcode" not in crud.text
        assert admin.json()["title"] == "Not written"
        assert accounts(client) == before
        assert client.get("/v1/object/account/none").status_code == 404
        assert client.get("/__admin/state").status_code == 200
        status, told = health(client)
        assert (status, told["status"]) == (503, "unhealthy")
        assert str(file) in told["problem"]
    assert create(client).json()[0]["Success"]
    assert accounts(client) == before + 1
    assert health(client)[0] == 200
    server.stop()
    assert server.process.stderr is not None
    lines = server.process.stderr.read().splitlines()
    assert len([line for line in lines if "nothing was written" in line]) >= 5
    assert "Traceback" not in "".join(lines)
    assert "can be written again" in lines[-1]


def test_work_that_could_not_be_written_is_done_when_there_is_space(start: Start, sign_in: SignIn, file: Path) -> None:
    server = start("--db", str(file), "--no-access-log")
    client = sign_in(server)
    client.put("/__admin/jobs/policy", json={"mode": "delayed", "seconds": 0.3}).raise_for_status()
    invoice = client.post("/v1/action/query", json=QUERY).json()["records"][0]["Id"]
    split = client.post("/v1/object/invoice-split", json={"InvoiceId": invoice}).json()["Id"]
    for share in (25, 75):
        item = {"InvoiceSplitId": split, "InvoiceDate": "2026-03-01", "SplitPercentage": share}
        client.post("/v1/object/invoice-split-item", json=item).raise_for_status()
    client.post("/v1/action/execute", json={"type": "InvoiceSplit", "synchronous": False, "ids": [split]})
    with full_disk(server):
        while health(client)[0] == 200:
            pass
    states: list[str] = []
    while states != ["succeeded"]:
        states = [job["state"] for job in client.get("/__admin/jobs").json()["jobs"]]


def test_a_file_that_is_deleted_is_told_by_health(start: Start, sign_in: SignIn, file: Path) -> None:
    client = sign_in(start("--db", str(file), "--no-access-log"))
    file.unlink()
    status, told = health(client)
    assert (status, told["status"]) == (503, "unhealthy")
    assert told["problem"].startswith(f"{file} is gone")
    assert accounts(client)


def assert_refused_in_one_line(command: Run, reason: str) -> None:
    done = command("--port", "0", "--db", "state.db")
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(READY)
    assert reason in line


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a file that a server has left."""
    file = tmp_path_factory.mktemp("left") / "state.db"
    services = make_services(Settings(db=file))
    services.pause()
    return file.read_bytes()


@pytest.mark.parametrize("part", [0.0, 0.02, 0.5, 0.9])
def test_a_damaged_file_is_refused_in_one_line(command: Run, file: Path, content: bytes, part: float) -> None:
    at = int(len(content) * part)
    file.write_bytes(content[:at] + b"\x5a" * 16384 + content[at + 16384 :])
    assert_refused_in_one_line(command, "")


def test_a_file_that_was_cut_off_is_refused_in_one_line(command: Run, file: Path, content: bytes) -> None:
    file.write_bytes(content[: len(content) // 2])
    assert_refused_in_one_line(command, "")


def test_an_older_file_is_refused_in_one_line(command: Run, file: Path, content: bytes) -> None:
    file.write_bytes(content[:60] + b"\x00\x00\x00\x07" + content[64:])  # its user_version
    assert_refused_in_one_line(command, "another version or program made it")


def test_a_file_of_another_server_is_refused_in_one_line(start: Start, command: Run, file: Path) -> None:
    start("--db", str(file), "--no-access-log")
    assert_refused_in_one_line(command, "another server uses it")
