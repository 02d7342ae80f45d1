"""Who is calling: a bearer token, a ZSession cookie, the two key headers, or HTTP Basic.

Sources: guide Authentication; recorded calls with apiAccessKeyId and apiSecretAccessKey; clients that send Basic.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from zuora_mock.api.gateway.bodies import unzip
from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal
from zuora_mock.settings import CLIENT_ID_LENGTH, LONGEST_CLIENT_SECRET
from zuora_mock.storage.database import Database
from zuora_mock.storage.tenants import Client, Tenant
from zuora_mock.tenants.credentials import Credentials
from zuora_mock.tenants.tenancy import Tenancy

_NO_TOKEN = "Unable to generate token."  # noqa: S105  (a sentence)
_SIGN_IN_FIRST = "this resource is protected, please sign in first"


@dataclass(slots=True, eq=False, repr=False)
class Caller:
    """`refusal` says why the tenant is known and the call is not welcome all the same, as with an expired token."""

    tenant: Tenant | None
    client: Client | None = None
    session: str = ""
    keeps_session: bool = False
    refusal: Refusal | None = None


def basic_pair(header: str) -> tuple[str, str] | None:
    """User and password of an HTTP Basic header, taken as they are."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def _session_cookie(headers: Mapping[str, str]) -> str:
    for each in headers.get("cookie", "").split(";"):
        name, _, value = each.strip().partition("=")
        if name == "ZSession":
            return value.strip('"')
    return ""


def user_pair(headers: Mapping[str, str]) -> tuple[str, str] | None:
    if "apiaccesskeyid" in headers:
        return headers["apiaccesskeyid"], headers.get("apisecretaccesskey", "")
    return basic_pair(headers.get("authorization", ""))


_ENTITY, _ENTITY_ID, _ENTITY_NAME = "Zuora-Entity-Ids", "entityId", "entityName"
_NAMING = frozenset({_ENTITY.lower(), _ENTITY_ID.lower(), _ENTITY_NAME.lower()})
_FORM = "application/x-www-form-urlencoded"
_GRANT = "client_credentials"
_LONGEST_FORM = 256 * 1024


def read_application(headers: Mapping[str, str], body: bytes, limit: int) -> tuple[str, str]:
    """Client id and secret of a token request, from the form or from HTTP Basic. Raises Refusal (`token.*`)."""
    media = headers.get("content-type", _FORM)
    if media.partition(";")[0].strip().lower() != _FORM:
        raise rules.TOKEN_MEDIA.refusal(f"Content type '{media}' not supported", expected=_FORM, actual=media)
    plain = unzip(body, headers.get("content-encoding", ""), limit)
    form = _read_form(plain)
    pair = basic_pair(headers.get("authorization", ""))
    if pair:
        form["client_id"], form["client_secret"] = pair
    for name in ("client_id", "client_secret", "grant_type"):
        if not form.get(name):
            raise rules.TOKEN_REQUEST.refusal(f"Missing parameter: {name}", at=f"/{name}", expected=name)
    if form["grant_type"] != _GRANT:
        message = f"Unsupported grant type: {form['grant_type']}"
        raise rules.TOKEN_REQUEST.refusal(message, at="/grant_type", expected=_GRANT, actual=form["grant_type"])
    if len(form["client_id"]) != CLIENT_ID_LENGTH:
        expected, actual = f"{CLIENT_ID_LENGTH} characters", form["client_id"]
        raise rules.CLIENT_ID.refusal("Invalid client id", at="/client_id", expected=expected, actual=actual)
    if len(form["client_secret"]) > LONGEST_CLIENT_SECRET:
        expected = f"at most {LONGEST_CLIENT_SECRET} characters"
        raise rules.CLIENT_SECRET.refusal(_NO_TOKEN, at="/client_secret", expected=expected)
    return form["client_id"], form["client_secret"]


def _read_form(plain: bytes) -> dict[str, str]:
    """Raises Refusal (`token.request`) for a form much larger than any that asks for a token."""
    if len(plain) > _LONGEST_FORM:
        message = f"The form is longer than {_LONGEST_FORM} bytes"
        raise rules.TOKEN_REQUEST.refusal(message, expected=f"at most {_LONGEST_FORM} bytes", actual="more")
    return dict(parse_qsl(plain.decode("utf-8", "replace"), keep_blank_values=True))


class Authenticator:
    """Turns the credentials of a request into a caller."""

    def __init__(self, database: Database, tenancy: Tenancy, credentials: Credentials, limit: int) -> None:
        self._limit = limit
        self._database = database
        self._tenancy = tenancy
        self._credentials = credentials

    def identify(self, headers: Mapping[str, str], body: bytes, open_operation: str) -> Caller:
        """Who calls. The two open operations bring credentials of their own: `token` a form, `connections` headers."""
        if open_operation == "token":
            return self._applicant(headers, body)
        if open_operation:
            pair = user_pair(headers)
            return self._by_user(*pair, sign_in_refusal) if pair else Caller(None, refusal=sign_in_refusal(None))
        authorization = headers.get("authorization", "")
        if authorization[:7].lower() == "bearer ":
            return self._by_token(authorization[7:].strip(), "bearer")
        pair = user_pair(headers)
        if pair:
            return self._by_user(*pair, _not_welcome)
        cookie = _session_cookie(headers)
        if cookie:
            return self._by_token(cookie, "session")
        return Caller(None, refusal=rules.UNAUTHENTICATED.refusal("Authentication error", expected="a credential"))

    def _applicant(self, headers: Mapping[str, str], body: bytes) -> Caller:
        """The client that asks for a token; one that is unknown may be let in with a tenant of its own."""
        try:
            client_id, secret = read_application(headers, body, self._limit)
        except Refusal as refusal:
            return Caller(None, refusal=refusal)
        find, admit = self._tenancy.find_client, self._tenancy.admit
        found = find(client_id) or admit(client_id, secret) or find(client_id)  # others may have let it in meanwhile
        if found is None:
            unknown = rules.CLIENT_ID.refusal("Invalid client id", at="/client_id", actual=client_id)
            return Caller(None, refusal=unknown)
        tenant, client = found
        if client.secret != secret:
            wrong = rules.CLIENT_SECRET.refusal(_NO_TOKEN, at="/client_secret")
            return Caller(tenant, refusal=wrong)
        if not client.active:
            return Caller(tenant, refusal=rules.CLIENT_INACTIVE.refusal("Forbidden", at="/client_id"))
        return Caller(tenant, client)

    def _by_user(self, username: str, password: str, refusal: Callable[[str], Refusal]) -> Caller:
        found = self._tenancy.find_user(username)
        if found is None:
            return Caller(None, refusal=refusal("an unknown user name"))
        tenant, client = found
        if client.password != password or not client.active:
            return Caller(tenant, refusal=refusal("a wrong password"))
        return Caller(tenant, client, keeps_session=True)

    def _by_token(self, token: str, kind: str) -> Caller:
        issued = self._credentials.find(self._database, token)
        if issued is None or issued.kind != kind:
            return Caller(None, refusal=_not_welcome(f"an unknown {kind}"))
        tenant = self._tenancy.remembered(issued.tenant)
        if tenant is None:
            return Caller(None, refusal=_not_welcome(f"a {kind} of a tenant that is gone"))
        if issued.expires_at <= tenant.now():
            return Caller(tenant, refusal=_not_welcome(f"a {kind} that expired"))
        client = self._tenancy.client_of(tenant, issued.client_id)
        if client is None:
            return Caller(tenant, refusal=_not_welcome(f"a {kind} of a client that is gone"))
        return Caller(tenant, client, token, True) if kind == "session" else Caller(tenant, client)


def _not_welcome(what: str) -> Refusal:
    return rules.UNAUTHENTICATED.refusal("Authentication error", expected="a credential that is known", actual=what)


def sign_in_refusal(actual: str | None) -> Refusal:
    return rules.SIGN_IN.refusal(_SIGN_IN_FIRST, expected="a user name and its password", actual=actual)


def choose_entity(tenant: Tenant, client: Client, headers: Mapping[str, str]) -> int:
    """The number of the entity that the call is about. Raises Refusal (`entity.header`)."""
    header, wanted = (_ENTITY, "") if _NAMING.isdisjoint(headers) else _entity_wanted(headers)
    if not wanted and len(client.entities) == 1:
        return client.entities[0]
    entities = [each for each in tenant.entities if each.number in client.entities]
    allowed = {each.id.lower(): each.number for each in entities}
    known = {
        _ENTITY: allowed,
        _ENTITY_ID: allowed | {key.replace("-", ""): number for key, number in allowed.items()},
        _ENTITY_NAME: {each.name: each.number for each in entities},
    }
    number = known[header].get(wanted if header == _ENTITY_NAME else wanted.lower())
    if number is None:
        message = f"{header} '{wanted}' is not an entity of this token" if wanted else f"{header} is required"
        raise _wrong_entity(message, allowed, wanted or None)
    if header != _ENTITY and all(_given(headers, name) for name in (_ENTITY_ID, _ENTITY_NAME)):
        raise _wrong_entity(f"{_ENTITY_ID} and {_ENTITY_NAME} exclude each other", allowed, wanted)
    return number


def _wrong_entity(message: str, allowed: Mapping[str, int], actual: str | None) -> Refusal:
    remedy = HttpRemedy(headers={_ENTITY_NAME: None, _ENTITY: min(allowed)}) if allowed else None
    return rules.ENTITY.refusal(message, expected=sorted(allowed), actual=actual, remedy=remedy)


def _entity_wanted(headers: Mapping[str, str]) -> tuple[str, str]:
    """The header that names the entity, the older ones where the newer is missing, and what it says.

    The older `entityId` is a UUID without its hyphens.
    """
    named = ((name, _given(headers, name)) for name in (_ENTITY, _ENTITY_ID, _ENTITY_NAME))
    return next(((name, value) for name, value in named if value), (_ENTITY, ""))


def _given(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name.lower(), "").strip()


def check_orgs(tenant: Tenant, headers: Mapping[str, str]) -> None:
    """Raises Refusal (`orgs.header`) for an organisation that the tenant's list lacks; no list means any."""
    wanted = headers.get("zuora-org-ids")
    if wanted is None:
        return
    for each in filter(None, (part.strip() for part in wanted.split(","))):
        if tenant.orgs and each not in tenant.orgs:
            raise rules.ORGS.refusal(
                f"organisation '{each}' is not accessible",
                expected=sorted(tenant.orgs),
                actual=each,
                remedy=HttpRemedy(headers={"Zuora-Org-Ids": min(tenant.orgs)}),
            )
