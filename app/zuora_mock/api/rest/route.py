"""What the operations of REST have in common."""

from __future__ import annotations

from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.rest.dialect import RestDialect

POSTING = 584_900
"""The resource of invoice posting (API reference, Post invoices)."""


class RestRoute(OperationRoute):
    dialect = RestDialect()
    family = "REST"
    versioned = False
    needs_media_type = True


class PostingRoute(RestRoute):
    dialect = RestDialect(POSTING)
