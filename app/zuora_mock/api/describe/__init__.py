"""`/v1/describe`."""

prefixes = ("/v1/describe",)
