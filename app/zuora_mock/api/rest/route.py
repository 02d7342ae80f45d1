"""What the operations of REST have in common."""

from __future__ import annotations

from typing import ClassVar

from fastapi import APIRouter

from zuora_mock.api.gateway.headers import DECLARED_OF_REST
from zuora_mock.api.gateway.operation import OperationRoute
from zuora_mock.api.rest.dialect import REFUSED, Refused, RestDialect
from zuora_mock.domain import rules
from zuora_mock.domain.levels import Level

POSTING = 584_900
"""The resource of invoice posting (API reference, Post invoices)."""


class RestRoute(OperationRoute):
    dialect: ClassVar[RestDialect] = RestDialect()
    family = "REST"
    versioned = False
    refused_at_200 = Refused
    needs_media_type = True


class StoredRoute(RestRoute):
    """Of what the mock stores and computes nothing of."""

    level = Level.STORED


class PostingRoute(RestRoute):
    dialect = RestDialect(POSTING)


class UnpostingRoute(RestRoute):
    """The code is documented of an invoice that is not Posted (API reference, Unpost an invoice)."""

    dialect = RestDialect(whole={rules.INVOICE_STATUS: 51_001_122})


def router_of(route: type[RestRoute] = RestRoute) -> APIRouter:
    """One for operations of this kind below `/v1`."""
    return APIRouter(
        prefix="/v1", route_class=route, tags=[route.family], dependencies=DECLARED_OF_REST, responses=REFUSED
    )
