"""`/v1/describe`: the objects of the tenant and their fields, custom ones too, as XML.

Sources: API reference, GET_Describe; iron_bank and tap-zuora, which read it. Assumed: every field is listed whatever
the WSDL version, and related objects too unless `showRelationships=false`: tap-zuora asks for none and needs them.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from zuora_mock.api.describe.document import of_error, of_object, of_objects
from zuora_mock.api.gateway.call import Answer, Call, Context, CurrentCall
from zuora_mock.api.gateway.headers import DECLARED
from zuora_mock.api.gateway.models import Options
from zuora_mock.api.gateway.operation import OperationRoute, sourced
from zuora_mock.api.rest.dialect import REFUSED, RestDialect
from zuora_mock.billing.fields import shown
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, OBJECTS
from zuora_mock.domain.spelling import nearest
from zuora_mock.errors import Kind, Provenance, Refusal

_MEDIA_TYPE = "text/xml;charset=utf-8"
_XML: dict[str, Any] = {"text/xml": {"schema": {"type": "string"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    **REFUSED,
    200: {"content": _XML},
    404: {**REFUSED["4XX"], "description": "No such object, in XML, or refused", "content": _XML},
}


class DescribeDialect(RestDialect):
    prefix = "/v1/describe"

    def status(self, refusal: Refusal, context: Context) -> int:
        return 404 if refusal.rule.kind is Kind.NOT_FOUND else super().status(refusal, context)

    def refuse(self, refusal: Refusal, context: Context) -> Answer:
        """As REST, but that there is no such object is said in XML."""
        answer = super().refuse(refusal, context)
        if refusal.rule.kind is Kind.NOT_FOUND:
            answer.content_type, answer.body = _MEDIA_TYPE, of_error(refusal.message)
        return answer


class DescribeRoute(OperationRoute):
    dialect = DescribeDialect()
    family = "Describe"
    versioned = False


router = APIRouter(
    prefix=DescribeDialect.prefix,
    route_class=DescribeRoute,
    tags=["Describe"],
    dependencies=DECLARED,
    default_response_class=Response,
    responses=_ANSWERS,
)
routers = (router,)


class DescribeOptions(Options):
    relationships: str = Field(
        default="true", alias="showRelationships", description="false leaves related objects out"
    )


@router.get("", name="describe.objects", response_model=None)
@sourced("iron_bank, describe; tap-zuora", Provenance.OBSERVED)
def objects(call: CurrentCall) -> Answer:
    """List the objects."""
    return Answer(200, of_objects(sorted(BY_NAME), _address(call)), content_type=_MEDIA_TYPE)


@router.get("/{object}", name="describe.get", response_model=None)
@sourced("API reference, GET_Describe")
def describe(call: CurrentCall, object: str, options: Annotated[DescribeOptions, Query()]) -> Answer:
    """Describe an object and its fields."""
    kind = BY_NAME.get(object)
    if kind is None:
        near = nearest(object, [each.name for each in OBJECTS])
        raise rules.NOT_FOUND.refusal(f"there is no object {shown(object)}", expected=near, actual=shown(object))
    custom = call.transaction.tenant.custom_fields.fields(kind)
    related = options.relationships.lower() != "false"
    return Answer(200, of_object(kind, custom, _address(call), related=related), content_type=_MEDIA_TYPE)


def _address(call: Call) -> str:
    """Where the descriptions stand, as the client reaches this server."""
    return f"{call.request.origin}{DescribeDialect.prefix}"
