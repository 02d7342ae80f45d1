"""`/v1/object/*`."""

prefixes = ("/v1/object/",)
