"""A process that dies at one of its commits. Python imports this module by its name where its folder is on the path.

`MORTAL_AT` is the number of the commit and `before` or `after`; `MORTAL_LOG` a file that grows by a byte a commit.
`MORTAL_ENGINE` is `sqlite` or `postgresql`.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

_NUMBER, _MOMENT = (os.environ.get("MORTAL_AT") or "0 never").split()
_LOG = os.environ.get("MORTAL_LOG")
_COMMITS = count(1)


def _mortal(execute: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, sql: str, *parameters: Any) -> Any:
        if sql != "COMMIT":
            return execute(self, sql, *parameters)
        number = next(_COMMITS)
        _live_until(number, "before")
        rows = execute(self, sql, *parameters)
        _live_until(number, "after")
        return rows

    return run


def _live_until(number: int, moment: str) -> None:
    if _LOG and moment == "after":
        with Path(_LOG).open("ab") as log:
            log.write(b".")
    if number == int(_NUMBER) and moment == _MOMENT:
        os.kill(os.getpid(), signal.SIGKILL)


class _Mortal(sqlite3.Connection):
    execute = _mortal(sqlite3.Connection.execute)


if os.environ.get("MORTAL_ENGINE") == "postgresql":
    from zuora_mock.storage.postgresql_connection import PostgreSQLConnection

    PostgreSQLConnection.execute = _mortal(PostgreSQLConnection.execute)  # type: ignore[method-assign]
else:
    sqlite3.Connection = _Mortal  # type: ignore[misc]  # before anybody derives from it
