"""`/object-query/*`."""

prefixes = ("/object-query/",)
