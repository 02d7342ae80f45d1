"""`POST /oauth/token` and `POST /v1/connections`: the credentials were read at the door, here they are rewarded.

Sources: API reference, createToken; tokens of real tenants in clients' fixtures; recorded /v1/connections.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import TRACED
from zuora_mock.api.gateway.operation import OperationRoute, form, sourced
from zuora_mock.api.oauth.dialect import OAuthDialect
from zuora_mock.api.rest.dialect import REFUSED, RestDialect
from zuora_mock.clock import SECOND
from zuora_mock.domain import rules
from zuora_mock.settings import CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import user_id
from zuora_mock.tenants.credentials import TOKEN_LIFETIME

_SERVICES = (
    "events.read events.write genesis.read genesis.write notifications.read notifications.write "
    "usage.delete usage.update usage.write"
)
_SIGNED_IN = b'{\n  "success" : true\n}'


class TokenRoute(OperationRoute):
    dialect = OAuthDialect()
    family = "OAuth"
    open = True
    versioned = False


class ConnectionRoute(OperationRoute):
    dialect = RestDialect()
    family = "REST"
    open = True
    versioned = False


class TokenRequest(BaseModel):
    client_id: str = Field(min_length=CLIENT_ID_LENGTH, max_length=CLIENT_ID_LENGTH)
    client_secret: str = Field(max_length=LONGEST_CLIENT_SECRET)
    grant_type: Literal["client_credentials"]


class Token(BaseModel):
    """`jti` equals the token."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds")
    scope: str
    jti: str


class SpringError(BaseModel):
    timestamp: str
    status: int
    error: str
    message: str
    path: str


class SignedIn(BaseModel):
    success: bool


async def key_headers(
    api_access_key_id: Annotated[str | None, Header(alias="apiAccessKeyId")] = None,
    api_secret_access_key: Annotated[str | None, Header(alias="apiSecretAccessKey")] = None,
) -> None:
    """User name and password; HTTP Basic will do as well."""


tokens = APIRouter(route_class=TokenRoute, tags=[TokenRoute.family], dependencies=TRACED)
connections = APIRouter(route_class=ConnectionRoute, tags=[ConnectionRoute.family], dependencies=TRACED)
routers = (tokens, connections)


@tokens.post("/oauth/token", response_model=Token, responses={"4XX": {"model": SpringError, "description": "Refused"}})
@sourced("API reference, createToken")
@form(TokenRequest)
def token(call: CurrentCall) -> Answer:
    """Get a bearer token."""
    client, tenant = call.caller.client, call.transaction.tenant
    if client is None:
        raise rules.TOKEN_REQUEST.refusal("no client")
    issued = call.services.credentials.issue_token(call.transaction, client)
    body = {
        "access_token": issued,
        "token_type": "bearer",
        "expires_in": TOKEN_LIFETIME // SECOND,
        "scope": scope(tenant, client),
        "jti": issued,
    }
    return Answer(200, render(body))


@connections.post(
    "/v1/connections",
    name="connections",
    response_model=SignedIn,
    dependencies=[Depends(key_headers)],
    responses=REFUSED,
)
@sourced("Older API, POST_Connections")
def connect(_call: CurrentCall) -> Answer:
    """Sign in for a ZSession cookie."""
    return Answer(200, _SIGNED_IN)


def scope(tenant: Tenant, client: Client) -> str:
    """What a token opens, sorted: its entities, the services, the tenant and the user."""
    entities = [f"entity.{each.id}" for each in tenant.entities if each.number in client.entities]
    services = [f"service.{name}" for name in _SERVICES.split()]
    return " ".join(sorted([*entities, "platform.write", *services, f"tenant.{tenant.key}", f"user.{user_id(tenant)}"]))
