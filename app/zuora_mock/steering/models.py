"""What the JSON bodies of `/__admin` have in common: camelCase, and strictness towards those that come in."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

FailureReason = Annotated[str, Field(min_length=1, max_length=1000)]
"""Of a job."""


class RequestBody(BaseModel):
    """A member that it does not know is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class ResponseBody(BaseModel):
    """Members may be added later."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)
