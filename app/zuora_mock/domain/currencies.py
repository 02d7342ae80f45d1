"""The currencies of ISO 4217, from the list that its agency publishes, which the package `iso4217` brings.

The package is not imported: it makes a tree, a table and an enumeration of the list, which takes ten times as long as
what is needed of it and keeps a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import cast

_CURRENCY = re.compile(r"<Ccy>([A-Z]{3})</Ccy>\s*<CcyNbr>\d+</CcyNbr>\s*<CcyMnrUnts>(\d|N\.A\.)</CcyMnrUnts>", re.ASCII)
"""Its code, and the decimals of its minor unit."""


@cache
def minor_units() -> Mapping[str, int | None]:
    """The decimals by code; None for what has no minor unit, such as gold."""
    package = cast("ModuleSpec", find_spec("iso4217"))
    published = Path(str(package.origin)).with_name("table.xml").read_text(encoding="utf-8")
    return {code: int(digits) if digits.isdigit() else None for code, digits in _CURRENCY.findall(published)}
