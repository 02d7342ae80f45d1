"""What a client sees on the wire when a fault strikes, and that the server says nothing of it in its log.

And when it takes its time: a request that does not come to its end ends its connection.
"""

from __future__ import annotations

import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import BadStatusLine, HTTPConnection, HTTPException, IncompleteRead, RemoteDisconnected
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.process.commands import environment
from zuora_mock.api.gateway import network
from zuora_mock.steering.faults import FaultKind

SERVER = Path(__file__).parent / "bare_server.py"
LOOPS = ["asyncio", pytest.param("uvloop", marks=pytest.mark.skipif(not find_spec("uvloop"), reason="no uvloop here"))]
SEVERING = [each for each in FaultKind if each.value.isupper() or each is FaultKind.APPLIED_THEN_LOST]
HEAD = b"POST /%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(process.stdout.readline()) if process.stdout else 0

    def log(self) -> str:
        """Ends the server; what it has written to its log."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[1]


@contextmanager
def serving(loop: str, read_timeout: float = network.READ_TIMEOUT) -> Iterator[Server]:
    command = [sys.executable, str(SERVER), loop, str(read_timeout)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


@pytest.fixture(scope="module", params=LOOPS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param) as running:
        yield running


def ask(server: Server, fault: str, *, times: int = 1) -> bytes:
    """All bytes that come back. Raises ConnectionResetError."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(HEAD % fault.encode() * times)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def ask_and_vanish(server: Server, fault: str) -> None:
    """A client that is gone before it can be struck."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(HEAD % fault.encode())


def call(server: Server, fault: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("POST", f"/{fault}", body=b"{}")
        return connection.getresponse().read()
    finally:
        connection.close()


def test_a_reset_connection_is_reset(server: Server) -> None:
    with pytest.raises(ConnectionResetError):
        ask(server, FaultKind.CONNECTION_RESET)


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_RESPONSE, FaultKind.APPLIED_THEN_LOST])
def test_an_answer_that_is_lost_leaves_no_byte_and_an_orderly_end(server: Server, kind: FaultKind) -> None:
    assert ask(server, kind) == b""
    with pytest.raises(RemoteDisconnected):
        call(server, kind)


def test_a_malformed_chunk_follows_a_good_head(server: Server) -> None:
    head, _, rest = ask(server, FaultKind.MALFORMED_CHUNK).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding: chunked" in head
    assert not re.match(rb"[0-9a-f]+\r\n", rest, re.IGNORECASE)
    with pytest.raises((HTTPException, ValueError)):
        call(server, FaultKind.MALFORMED_CHUNK)


def test_random_data_is_no_http_and_is_the_same_each_time(server: Server) -> None:
    first, second = ask(server, FaultKind.RANDOM_DATA), ask(server, FaultKind.RANDOM_DATA)
    assert first == second
    assert len(first) > 60
    with pytest.raises(BadStatusLine):
        call(server, FaultKind.RANDOM_DATA)


def test_a_truncated_body_is_half_of_what_its_head_promises(server: Server) -> None:
    head, _, body = ask(server, FaultKind.TRUNCATED_BODY).partition(b"\r\n\r\n")
    promised = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert len(body) == promised // 2
    with pytest.raises(IncompleteRead):
        call(server, FaultKind.TRUNCATED_BODY)


@pytest.mark.parametrize("loop", LOOPS)
def test_faults_leave_no_word_in_the_log_and_the_server_serves_on(loop: str) -> None:
    with serving(loop) as server:
        for kind in [*SEVERING, FaultKind.TRUNCATED_BODY] * 2:
            ask_and_vanish(server, kind)
            with suppress(ConnectionResetError):
                ask(server, kind, times=2)
        assert b'"Success":true' in call(server, "")
        log = server.log()
    for word in ("ERROR", "WARNING", "Traceback", "Exception"):
        assert word not in log


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_RESPONSE, FaultKind.TRUNCATED_BODY])
def test_a_fault_ends_a_connection_with_more_calls_in_its_pipeline(server: Server, kind: FaultKind) -> None:
    assert ask(server, kind, times=3).count(b"HTTP/1.1") == (kind is FaultKind.TRUNCATED_BODY)


@pytest.fixture(scope="module", params=LOOPS)
def impatient(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param, read_timeout=0.1) as running:
        yield running


def answered(server: Server, *pieces: bytes) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.assumed
@pytest.mark.parametrize(
    "request_", [b"", b"G", b"POST / HTTP/1.1\r\nHost: x\r\n", HEAD % b"" + HEAD[:-3] % b"", HEAD[:-1] % b""]
)
def test_a_request_that_does_not_come_to_its_end_ends_its_connection(impatient: Server, request_: bytes) -> None:
    assert answered(impatient, request_).count(b"HTTP/1.1") == request_.count(b"{}")


@pytest.mark.assumed
@pytest.mark.parametrize("more", [HEAD % b"", HEAD[:-1] % b"", HEAD[:-20] % b""])
def test_a_call_that_is_waited_for_is_answered_whatever_comes_after_it(impatient: Server, more: bytes) -> None:
    call = HEAD % b"wait/0.5"
    assert answered(impatient, call + more).count(b'"Success":true') == (call + more).count(b"{}")


@pytest.mark.assumed
def test_a_connection_between_two_calls_has_no_such_limit(impatient: Server) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=10) as connection:
        for _ in range(2):
            connection.sendall(HEAD % b"")
            assert b'"Success":true' in connection.recv(65_536)
            assert answered(impatient, b"") == b""  # which takes as long as a request may take


@pytest.mark.assumed
def test_the_application_is_told_that_the_client_is_gone() -> None:
    with serving("asyncio", read_timeout=0.1) as server:
        assert answered(server, HEAD[:-1] % b"") == b""
        log = server.log()
    assert "gone" in log
    for word in ("ERROR", "WARNING", "Traceback", "Exception"):
        assert word not in log


@pytest.mark.assumed
@pytest.mark.parametrize("line", [b"X: " + b"x" * 60_000 + b"\r\n", b"x" * 60_000])
def test_a_head_without_end_is_refused(server: Server, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(HEAD % b"" + b"GET / HTTP/1.1\r\nHost: x\r\nY: ")
        with pytest.raises(ConnectionError):
            connection.sendall(line * 1000)
    assert b'"Success":true' in call(server, "")
