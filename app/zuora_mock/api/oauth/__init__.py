"""Signing in."""

prefixes = ("/oauth/", "/v1/connections")
