"""The file with SQLite's definitions is what follows from the tables; run as a script this writes it anew."""

from __future__ import annotations

from pathlib import Path

from zuora_mock.storage import schema
from zuora_mock.storage.sqlite import SQLITE

KEPT = Path(schema.__file__).with_name("sqlite.sql")


def text() -> str:
    lines = (line.rstrip() for line in schema.written(SQLITE).expandtabs(4).splitlines())
    return "\n".join(lines).strip() + "\n"


def test_the_definitions_that_are_kept_are_those_of_the_tables() -> None:
    assert KEPT.read_text(encoding="utf-8") == text(), f"python {__file__} writes them anew"


if __name__ == "__main__":
    KEPT.write_text(text(), encoding="utf-8")
