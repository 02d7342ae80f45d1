"""What answers of the control plane have in common; what comes in is `services.matching.Asked`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Answered(BaseModel):
    """A body that goes out; members may be added to it later."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)
