"""A server with nothing behind it: the path of a call is the fault that it meets. Prints its port, then serves.

The path `/wait/…` is answered after so many seconds. What a client did not send in time is logged as `gone`.
"""

from __future__ import annotations

import asyncio
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
    message = await receive()
    while message.get("more_body", False):
        message = await receive()
    if message["type"] == "http.disconnect":
        logging.getLogger("bare").info("gone")
        return
    name = scope["path"].removeprefix("/")
    if name.startswith("wait/"):
        await asyncio.sleep(float(name.removeprefix("wait/")))
        name = ""
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(BODY))]}
    if name == FaultKind.TRUNCATED_BODY:
        await network.truncate(scope, receive, send, start, BODY)
    elif name:
        await network.sever(FaultKind(name), scope, receive, seed="seed")
    else:
        await send(start)
        await send({"type": "http.response.body", "body": BODY})


def main(loop: Literal["asyncio", "uvloop"], read_timeout: float) -> None:
    logging.basicConfig(level=logging.INFO)
    protocol = type("Protocol", (network.Protocol,), {"read_timeout": read_timeout})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application,
            http=protocol,
            loop=loop,
            lifespan="off",
            ws="none",
            log_config=None,
        )
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main("uvloop" if sys.argv[1] == "uvloop" else "asyncio", float(sys.argv[2]))
