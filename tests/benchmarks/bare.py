"""The yardstick of the machine: uvicorn as the server configures it, and an application that answers a constant."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import Receive, Scope, Send

_BODY = b'{"Id":"8ad00000000000000000000000000001","Success":true}\n'
_HEADERS = [(b"content-type", b"application/json;charset=utf-8"), (b"content-length", str(len(_BODY)).encode())]


async def application(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        config = uvicorn.Config(
            application,
            interface="asgi3",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}\nReady.", flush=True)  # noqa: T201
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
