"""What bodies of the control plane have in common: JSON in camelCase, and no member that nobody reads."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Asked(BaseModel):
    """A body that comes in; a member that it does not know is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Answered(BaseModel):
    """A body that goes out; members may be added to it later."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)
