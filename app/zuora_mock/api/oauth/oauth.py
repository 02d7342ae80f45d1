"""`POST /oauth/token` and `POST /v1/connections`: the credentials were read at the door, here they are rewarded.

Sources: API reference, createToken; tokens of real tenants in clients' fixtures; recorded /v1/connections.
"""

from __future__ import annotations

from zuora_mock.api.gateway.bodies import render
from zuora_mock.api.gateway.call import Answer, Call, Family, Operation
from zuora_mock.clock import SECOND
from zuora_mock.domain import rules
from zuora_mock.errors import Provenance, Refusal
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.storage.transaction import user_id
from zuora_mock.tenants.credentials import TOKEN_LIFETIME, Credentials

_SERVICES = (
    "service.events.read",
    "service.events.write",
    "service.genesis.read",
    "service.genesis.write",
    "service.notifications.read",
    "service.notifications.write",
    "service.usage.delete",
    "service.usage.update",
    "service.usage.write",
)
_SIGNED_IN = b'{\n  "success" : true\n}'


def scope(tenant: Tenant, client: Client) -> str:
    """What a token opens, sorted: its entities, the services, the tenant and the user."""
    entities = [f"entity.{each.id}" for each in tenant.entities if each.number in client.entities]
    return " ".join(
        sorted([*entities, "platform.write", *_SERVICES, f"tenant.{tenant.key}", f"user.{user_id(tenant)}"])
    )


def operations(credentials: Credentials) -> tuple[Operation, ...]:
    def token(call: Call) -> Answer:
        """`jti` equals the token, `expires_in` is a number."""
        if call.caller.client is None:
            raise Refusal(rules.TOKEN_REQUEST, "no client")
        tenant = call.transaction.tenant
        issued = credentials.issue_token(call.transaction, call.caller.client)
        body = {
            "access_token": issued,
            "token_type": "bearer",
            "expires_in": TOKEN_LIFETIME // SECOND,
            "scope": scope(tenant, call.caller.client),
            "jti": issued,
        }
        return Answer(200, render(body))

    def connections(_call: Call) -> Answer:
        return Answer(200, _SIGNED_IN)

    return (
        Operation(
            "token",
            "POST",
            "/oauth/token",
            Family.OAUTH,
            token,
            "Get a bearer token",
            Provenance.DOCUMENTED,
            "API reference, createToken",
            versioned=False,
            open=True,
        ),
        Operation(
            "connections",
            "POST",
            "/v1/connections",
            Family.REST,
            connections,
            "Sign in for a ZSession cookie",
            Provenance.DOCUMENTED,
            "Older API, POST_Connections",
            versioned=False,
            open=True,
        ),
    )
