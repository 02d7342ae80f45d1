"""A process that dies at one of its commits: a server imports this module before it begins.

`MORTAL_AT` is the number of the commit and `before` or `after`; `MORTAL_LOG` a file that grows by a byte a commit.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

from zuora_mock.storage import sqlite

_NUMBER, _MOMENT = (os.environ.get("MORTAL_AT") or "0 never").split()
_LOG = os.environ.get("MORTAL_LOG")
_COMMITS = count(1)


class _Mortal(sqlite.SQLiteConnection):
    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql != "COMMIT":
            return super().execute(sql, *parameters)
        number = next(_COMMITS)
        _live_until(number, "before")
        cursor = super().execute(sql, *parameters)
        _live_until(number, "after")
        return cursor


def _live_until(number: int, moment: str) -> None:
    if _LOG and moment == "after":
        with Path(_LOG).open("ab") as log:
            log.write(b".")
    if number == int(_NUMBER) and moment == _MOMENT:
        os.kill(os.getpid(), signal.SIGKILL)


sqlite.SQLiteConnection = _Mortal  # type: ignore[misc]  # what `connect` makes from now on
