"""A server with nothing behind it: the path of a call is the fault that it meets. Prints its port, then serves."""

from __future__ import annotations

import logging
import socket
import sys
from typing import Literal

import uvicorn
from starlette.types import Receive, Scope, Send

from zuora_mock.api.gateway import network
from zuora_mock.steering.faults import FaultKind

BODY = b'{"Id":"8ad00000000000000000000000000001","Success":true}'


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass
    name = scope["path"].removeprefix("/")
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(BODY))]}
    if name == FaultKind.TRUNCATED_BODY:
        await network.truncate(scope, receive, send, start, BODY)
    elif name:
        await network.sever(FaultKind(name), scope, receive, seed="seed")
    else:
        await send(start)
        await send({"type": "http.response.body", "body": BODY})


def main(loop: Literal["asyncio", "uvloop"]) -> None:
    logging.basicConfig(level=logging.INFO)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application,
            http=network.Protocol,
            loop=loop,
            lifespan="off",
            ws="none",
            log_config=None,
        )
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main("uvloop" if "uvloop" in sys.argv else "asyncio")
