"""`zuora-mock` without a command: what has to be so before the modules of the server are imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module

from pydantic import BaseModel


def run(settings: Mapping[str, object]) -> None:
    # FastAPI's models of OpenAPI are built when the page is asked for, not at import: a tenth of the time to Ready.
    BaseModel.model_config["defer_build"] = True
    # No plugin of pydantic's is to watch a mock; to look for them goes through all packages that are installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    made = import_module("zuora_mock.settings").Settings.model_validate(settings)
    import_module("zuora_mock.serve").run(settings=made)
