"""`python -m zuora_mock.health`: exit code 0 when the server on this machine is healthy, else 1.

For the image's HEALTHCHECK. It runs often, so it imports next to nothing.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module

DEFAULT_PORT = 9867
_PATIENCE = 2
_REQUEST = b"GET /__admin/health HTTP/1.0\r\nHost: localhost\r\n\r\n"


def healthy(port: int, *, tls: bool = False) -> bool:
    """Whether `GET /__admin/health` answers 200."""
    try:
        with _connection(port, tls=tls) as connection:
            connection.sendall(_REQUEST)
            status_line = connection.recv(64).split(b" ")
    except OSError:
        return False
    return status_line[1:2] == [b"200"]


def _connection(port: int, *, tls: bool) -> socket.socket:
    """Over TLS without a look at the certificate: it is the port that is known."""
    plain = socket.create_connection(("127.0.0.1", port), _PATIENCE)
    if not tls:
        return plain
    ssl = import_module("ssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wrapped: socket.socket = context.wrap_socket(plain)
    return wrapped


if __name__ == "__main__":
    setting = os.environ.get("ZUORA_MOCK_PORT", "")
    port = int(setting) if setting.isdigit() else DEFAULT_PORT
    sys.exit(not healthy(port, tls=bool(os.environ.get("ZUORA_MOCK_TLS_CERT"))))
