"""What other people write does not leave its place in our log."""

from __future__ import annotations

import logging
from io import StringIO

import pytest

from zuora_mock.printable import line, printable
from zuora_mock.serve import log_readably

pytestmark = pytest.mark.assumed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("line\r\nbreak", r"line\r\nbreak"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x7f\x85\x9b31m", r"\x7f\x85\x9b31m"),
        ("\u2028\u2029\u202e\u2066\u200b\ufeff", r"\u2028\u2029\u202e\u2066\u200b\ufeff"),
        ("\ud800\U000e0001", r"\ud800\U000e0001"),
        ("\x00\t\v", r"\x00\t\x0b"),
        ("Müller & 李 😀", "Müller & 李 😀"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_word_of_a_line_stays_one_word() -> None:
    assert line(["GET", "/v1/x", "acme rule=none\u00a0x"]) == r"GET /v1/x acme\x20rule=none\xa0x"
    assert line(["GET", "/v1/x"]) == "GET /v1/x"


@pytest.fixture
def log() -> StringIO:
    """What our log says, from now on."""
    logger, stream = logging.getLogger("zuora_mock"), StringIO()
    before = list(logger.handlers)
    log_readably()
    [handler] = (each for each in logger.handlers if each not in before)
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    logger.removeHandler(handler)
    logger = logging.getLogger("test_printable")
    logger.handlers, logger.propagate = [handler], False
    return stream


def test_a_message_is_one_line(log: StringIO) -> None:
    logging.getLogger("test_printable").warning("no %s", "x\n2026-01-01 00:00:00,000 INFO forged\x1b[31m")
    assert log.getvalue().count("\n") == 1
    assert r"x\n2026" in log.getvalue()
    assert "\x1b" not in log.getvalue()


def test_a_traceback_cannot_look_like_a_message(log: StringIO) -> None:
    forged = ValueError("x\n2026-01-01 00:00:00,000 INFO forged\x1b[31m")
    logging.getLogger("test_printable").error("failed", exc_info=forged)
    first, *others = log.getvalue().splitlines()
    assert first.endswith("ERROR failed")
    assert others
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in log.getvalue()
