"""The newer REST calls, whatever they are about, and how all of them refuse."""

prefixes = ("/v1/",)
