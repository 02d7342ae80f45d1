"""A process that dies at one of its commits: a server imports this module before it begins.

`MORTAL_AT` is the number of the commit and `before` or `after`, `MORTAL_LOG` a file that grows by a byte a commit,
`MORTAL_ENGINE` is `sqlite` or `postgresql`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from zuora_mock.storage import sqlite

_NUMBER, _MOMENT = (os.environ.get("MORTAL_AT") or "0 never").split()
_LOG = os.environ.get("MORTAL_LOG")
_COMMITS = count(1)


def _mortal(execute: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: Any, sql: str, *parameters: Any, **options: Any) -> Any:
        if sql != "COMMIT":
            return execute(self, sql, *parameters, **options)
        number = next(_COMMITS)
        _live_until(number, "before")
        rows = execute(self, sql, *parameters, **options)
        _live_until(number, "after")
        return rows

    return run


def _live_until(number: int, moment: str) -> None:
    if _LOG and moment == "after":
        with Path(_LOG).open("ab") as log:
            log.write(b".")
    if number == int(_NUMBER) and moment == _MOMENT:
        os.kill(os.getpid(), signal.SIGKILL)


class _Mortal(sqlite.SQLiteConnection):
    execute = _mortal(sqlite.SQLiteConnection.execute)


if os.environ["MORTAL_ENGINE"] == "postgresql":
    from zuora_mock.storage.postgresql_connection import PostgreSQLConnection

    PostgreSQLConnection.execute = _mortal(PostgreSQLConnection.execute)  # type: ignore[method-assign]
else:
    sqlite.SQLiteConnection = _Mortal  # type: ignore[misc]  # what `connect` makes from now on
