"""`/v1/object/*`: one object at a time.

Sources: Older API, Object_GET*, Object_PUT*, Object_POST*, Object_DELETE*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway import unknown
from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import DECLARED, REPEATABLE
from zuora_mock.api.gateway.models import CurrentWriteOptions, Options
from zuora_mock.api.gateway.operation import OperationRoute, sourced
from zuora_mock.api.gateway.remedies import HttpRemedy
from zuora_mock.api.objects.dialect import ObjectsDialect
from zuora_mock.api.objects.models import REFUSED, Deleted, Members, Saved, members_of, record_of
from zuora_mock.billing import fields, invoice_files, records
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.rendering import render_record
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import (
    CREATE,
    INVOICE,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    OBJECTS,
    UPDATE,
    Access,
    ObjectType,
)
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Provenance
from zuora_mock.pointers import pointer

CrudEndpoint = Callable[..., Answer]

_WRITING: Mapping[str, Access] = {"POST": CREATE, "PUT": UPDATE}
_ANSWERS: Mapping[str, type[BaseModel] | None] = {"GET": None, "POST": Saved, "PUT": Saved, "DELETE": Deleted}
_OURS = (Provenance.ASSUMED, "zuora-mock: Zuora creates it through /v1/action/create only")


class ObjectRoute(OperationRoute):
    dialect = ObjectsDialect()
    family = "CRUD"
    kind: ObjectType

    def late(self) -> Mapping[str, Any]:
        """The models of the object: of its members in the place of that of any, and of what is answered."""
        access = _WRITING.get(self.method)
        if access is not None:
            self.endpoint.__annotations__["body"] = members_of(self.kind, access)
        return {"response_model": _ANSWERS[self.method] or record_of(self.kind)}


router = APIRouter(
    prefix="/v1/object",
    route_class=ObjectRoute,
    tags=[ObjectRoute.family],
    dependencies=DECLARED,
    responses=REFUSED,
)
routers = (router,)


class ReadOptions(Options):
    fields: str | None = Field(default=None, description="Names with commas between them; Id is always there")


def _reader(kind: ObjectType) -> CrudEndpoint:
    def read(call: CurrentCall, id: str, options: Annotated[ReadOptions, Query()]) -> Answer:
        only = _wanted(kind, options.fields, call.wsdl)
        record = _found(call, kind, id)
        if kind is INVOICE:
            record = invoice_files.with_body(call.transaction, record, only)
        return _line(render_record(kind, record, wsdl=call.wsdl, zone=call.transaction.tenant.zone, only=only))

    return read


def _wanted(kind: ObjectType, names: str | None, wsdl: int) -> frozenset[str] | None:
    """The names in `fields`; unknown ones are ignored. Raises Refusal (`object.newer-field`)."""
    if names is None:
        return None
    wanted = frozenset(name.strip() for name in names.split(",") if name.strip())
    for name in sorted(wanted):
        field = kind.by_name.get(name)
        if field is not None and field.since > wsdl:
            message = f"invalid field: {kind.name}.{name} needs X-Zuora-WSDL-Version {field.since} or later"
            remedy = HttpRemedy(headers={"X-Zuora-WSDL-Version": str(field.since)})
            raise rules.NEWER_FIELD.refusal(message, at="fields", expected=field.since, actual=wsdl, remedy=remedy)
    return wanted


def _found(call: Call, kind: ObjectType, id: str) -> Record:
    """Raises Refusal (`object.not-found`)."""
    record = call.transaction.get(kind, id.lower()) if is_id(id) else None
    if record is None:
        message = f"no {kind.name} has the id '{fields.shown(id)}'"
        expected = fields.expected_id(kind.name, id)
        raise rules.NOT_FOUND.refusal(message, expected=expected, actual=fields.shown(id))
    return record


def _creator(kind: ObjectType) -> CrudEndpoint:
    def create(call: CurrentCall, body: Members, options: CurrentWriteOptions) -> Answer:
        members = _known(call, kind, CREATE, options, body.document)
        return _saved(records.create(call.transaction, kind, [members], call.wsdl)[0])

    return create


def _updater(kind: ObjectType) -> CrudEndpoint:
    def update(call: CurrentCall, id: str, body: Members, options: CurrentWriteOptions) -> Answer:
        members = {**_known(call, kind, UPDATE, options, body.document), "Id": id}
        return _saved(records.update(call.transaction, kind, [members], call.wsdl)[0])

    return update


def _deleter(kind: ObjectType) -> CrudEndpoint:
    def delete(call: CurrentCall, id: str) -> Answer:
        outcome = records.delete(call.transaction, kind, [id])[0]
        _raise_refusal(outcome)
        return _line({"success": True, "id": outcome.id})

    return delete


def _known(
    call: Call, kind: ObjectType, access: Access, options: CurrentWriteOptions, members: dict[str, Any]
) -> dict[str, Any]:
    if options.reject_unknown_fields:
        custom = call.transaction.tenant.custom_fields
        strange = fields.unknown_members(kind, members, access, call.wsdl, custom)
        names = fields.settable(kind, access, call.wsdl, custom)
        unknown.check([pointer(name) for name in strange], sorted(set(members) - set(strange)), names)
    return members


def _saved(outcome: Outcome) -> Answer:
    _raise_refusal(outcome)
    return _line({"Success": True, "Id": outcome.id})


def _raise_refusal(outcome: Outcome) -> None:
    """That of the one row: here it is the call's."""
    if outcome.refusal is not None:
        raise outcome.refusal


def _line(document: Any) -> Answer:
    """CRUD answers end with a newline (recorded)."""
    return Answer(200, render(document) + b"\n")


def _add(method: str, kind: ObjectType) -> None:
    ours = method == "POST" and kind in {INVOICE_SPLIT, INVOICE_SPLIT_ITEM}
    provenance, source = _OURS if ours else (Provenance.DOCUMENTED, f"Older API, Object_{method}{kind.name}")
    verb, endpoint = _OPERATIONS[method]
    router.add_api_route(
        f"/{kind.path}" + ("" if method == "POST" else "/{id}"),
        sourced(source, provenance)(endpoint(kind)),
        methods=[method],
        name=f"{method.lower()}-{kind.path}",
        summary=f"{verb} {'an' if kind.name[0] in 'AEIOU' else 'a'} {kind.name}",
        dependencies=REPEATABLE if method == "POST" else (),
    )
    route = cast("ObjectRoute", router.routes[-1])
    route.kind, route.level = kind, kind.level


_OPERATIONS: Mapping[str, tuple[str, Callable[[ObjectType], CrudEndpoint]]] = {
    "GET": ("Read", _reader),
    "POST": ("Create", _creator),
    "PUT": ("Update", _updater),
    "DELETE": ("Delete", _deleter),
}
for each in OBJECTS:
    for name in _OPERATIONS:
        if name in each.verbs:
            _add(name, each)
