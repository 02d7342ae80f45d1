"""`python -m zuora_mock.health`: exit code 0 when the server on this machine is healthy, else 1.

For the image's HEALTHCHECK. It runs every second, so it imports next to nothing.
"""

from __future__ import annotations

import os
import socket
import sys

DEFAULT_PORT = 9867
_PATIENCE = 2
_REQUEST = b"GET /__admin/health HTTP/1.0\r\nHost: localhost\r\n\r\n"


def healthy(port: int) -> bool:
    """Whether `GET /__admin/health` answers 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connection:
            connection.sendall(_REQUEST)
            status_line = connection.recv(64).split(b" ")
    except OSError:
        return False
    return status_line[1:2] == [b"200"]


if __name__ == "__main__":
    setting = os.environ.get("ZUORA_MOCK_PORT", "")
    sys.exit(not healthy(int(setting) if setting.isdigit() else DEFAULT_PORT))
