"""What the JSON bodies of `/__admin` have in common: camelCase, and strictness towards those that come in."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class RequestBody(BaseModel):
    """A member that it does not know is a mistake and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class ResponseBody(BaseModel):
    """Members may be added later."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)
