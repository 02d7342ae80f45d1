"""What a client reads where a rule was broken, whichever the family of the endpoint."""

from __future__ import annotations

from zuora_mock.api.oauth.dialect import OAuthDialect
from zuora_mock.api.rest.dialect import RestDialect
from zuora_mock.api.words import COMMON, WORDS
from zuora_mock.errors import Kind, Rule

_IN_WORDS = frozenset({Kind.FAULT, Kind.ROW, Kind.CONCURRENCY})


def read_as(rule: Rule) -> str:
    """The word of Actions and CRUD, the status of a token request, else the digits of REST."""
    if rule.kind in _IN_WORDS:
        return WORDS.get(rule, COMMON)
    dialect = OAuthDialect() if rule.kind is Kind.TOKEN else RestDialect()
    return str(dialect.code(rule.refusal("")))
