"""Load with wrk: C, so that one core of it outruns the server, scripted in Lua, a package of most systems."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

COMMAND = "wrk"
MISSING = f"{COMMAND} is missing: install the package of that name (apt-get install {COMMAND}, brew install {COMMAND})"
_SEPARATOR = "\x1e"
_SCRIPT = """
local requests, position = {}, 0
function init(arguments)
  for each in io.open(arguments[1], "rb"):read("*a"):gmatch("[^\\30]+") do requests[#requests + 1] = each end
end
function request()
  position = position % #requests + 1
  return requests[position]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(table.concat({
    "DONE", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed}, " "))
end
"""


class Load(NamedTuple):
    """Requests, how many a second, and the latency in milliseconds that half and 99 % of them stay under."""

    requests: int
    per_second: float
    p50: float
    p99: float


class LoadError(Exception):
    """The load did not go as it should."""


def installed() -> bool:
    return shutil.which(COMMAND) is not None


def load(url: str, requests: Sequence[str], *, seconds: int, connections: int) -> Load:
    """Sends the requests, head and body as they are, in turn and over and over again."""
    with tempfile.TemporaryDirectory() as folder:
        script, texts = Path(folder, "load.lua"), Path(folder, "requests")
        script.write_text(_SCRIPT, encoding="ascii")
        texts.write_text(_SEPARATOR.join(requests), encoding="ascii", newline="")
        command = [COMMAND, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url, "--", str(texts)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 10).stdout
    return _read(printed)


def _read(printed: str) -> Load:
    figures = next(line for line in printed.splitlines() if line.startswith("DONE ")).split()[1:]
    count, microseconds, p50, p99, failed = (float(each) for each in figures)
    if failed:
        raise LoadError(f"{failed:.0f} of {count:.0f} requests failed")
    return Load(int(count), count / microseconds * 1e6, p50 / 1000, p99 / 1000)


def middle(loads: Sequence[Load]) -> Load:
    """The median of each figure."""
    return Load(*(median(figures) for figures in zip(*loads, strict=True)))
