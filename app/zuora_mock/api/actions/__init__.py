"""`/v1/action/*`."""

prefixes = ("/v1/action/",)
