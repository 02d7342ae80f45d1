"""HTTPS: what a client keeps to itself over plain HTTP, and the same faults."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET
from tests.process.commands import Start, healthy
from zuora_mock.steering.faults import NETWORK

pytestmark = pytest.mark.assumed

KEYS = {"apiAccessKeyId": CLIENT_ID, "apiSecretAccessKey": SECRET}


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One for this machine, with its key in the same file."""
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    new = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    command = ["openssl", "req", *new, *subject, "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    both = tmp_path / "both.pem"
    both.write_text((tmp_path / "cert.pem").read_text() + (tmp_path / "key.pem").read_text())
    return both


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_a_session_lives_in_the_jar_of_a_client(start_command: Start, certificate: Path) -> None:
    server = start_command("--tls-cert", "cert.pem", "--tls-key", "key.pem")
    assert server.url.startswith("https://")
    assert "https://" in server.page
    with httpx.Client(base_url=server.url, verify=trusting(certificate)) as client:
        assert client.get("/v1/object/invoice/1").status_code == 401
        assert client.post("/v1/connections", headers=KEYS).json() == {"success": True}
        assert client.get("/v1/object/invoice/1").status_code == 404


@pytest.mark.parametrize("kind", sorted(NETWORK))
def test_an_ordered_fault_breaks_the_connection_there_too(start: Start, certificate: Path, kind: str) -> None:
    server = start("--tls-cert", str(certificate), "--no-access-log")
    with httpx.Client(base_url=server.url, verify=trusting(certificate)) as client:
        client.post("/v1/connections", headers=KEYS)
        with pytest.raises(httpx.TransportError):
            client.get("/v1/object/invoice/1", headers={"Zuora-Mock-Fault": kind})
        assert client.get("/v1/object/invoice/1").status_code == 404
    assert server.stop() == 0
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""


def test_the_health_probe_asks_in_the_same_way(start: Start, certificate: Path) -> None:
    server = start(ZUORA_MOCK_TLS_CERT=str(certificate))
    port = int(server.url.rpartition(":")[2])
    assert healthy(port, ZUORA_MOCK_TLS_CERT=str(certificate))
    assert not healthy(port)
