"""Signing in."""

from zuora_mock.api.oauth.routes import connections, tokens

routers = (tokens, connections)
