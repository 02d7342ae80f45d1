"""What the server's settings are where nobody says: apart from them, since help needs no pydantic."""

from pathlib import Path
from typing import Final

HOST = "127.0.0.1"
PORT = 9867
"""It spells ZUOR on a telephone."""

UNKNOWN_CLIENTS: Final = "accept"
MAX_BODY = 10 * 1024 * 1024
JOURNAL_SIZE = 1000
MOST_TENANTS = 1000
MOST_SNAPSHOTS = 100
MOST_TOKENS = 10_000
MOST_IDEMPOTENCY_KEYS = 10_000
MOST_CURSORS = 100
MOST_JOBS = 10_000
MOST_FAULTS = 1000
MOST_STUBS = 1000
ADMIN_TOKEN = ""
ACCESS_LOG = True

_PACKAGE = Path(__file__).resolve().parent


def default_fixture_path() -> Path:
    """`default.json` of the installed package, else of the checkout around it."""
    installed = _PACKAGE / "fixtures" / "default.json"
    return installed if installed.exists() else _PACKAGE.parents[1] / "fixtures" / "default.json"
