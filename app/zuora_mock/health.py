"""`python -I -S health.py`: exit code 0 when the server on this machine is healthy, else 1.

For the image's HEALTHCHECK. It runs often, so it imports next to nothing: the standard library's `socket`, `ssl` and
`importlib` would cost more than all the rest of it, and are left to TLS.
"""

from __future__ import annotations

import _socket
import os
import sys

DEFAULT_PORT = 9867
_PATIENCE = 2
_ENOUGH = len("HTTP/1.1 200")
_REQUEST = b"GET /__admin/health HTTP/1.0\r\nHost: localhost\r\n\r\n"


def healthy(port: int, *, tls: bool = False) -> bool:
    """Whether `GET /__admin/health` answers 200."""
    try:
        return (_over_tls(port) if tls else _plainly(port)).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _plainly(port: int) -> bytes:
    """The beginning of the status line."""
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        connection.settimeout(_PATIENCE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(_REQUEST)
        return connection.recv(_ENOUGH)
    finally:
        connection.close()


def _over_tls(port: int) -> bytes:
    """The same, without a look at the certificate: it is the port that is known."""
    socket, ssl = __import__("socket"), __import__("ssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), _PATIENCE)) as connection:
        connection.sendall(_REQUEST)
        line: bytes = connection.recv(_ENOUGH)
        return line


if __name__ == "__main__":
    setting = os.environ.get("ZUORA_MOCK_PORT", "")
    port = int(setting) if setting.isdigit() else DEFAULT_PORT
    sys.exit(not healthy(port, tls=bool(os.environ.get("ZUORA_MOCK_TLS_CERT"))))
