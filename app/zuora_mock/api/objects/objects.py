"""`/v1/object/*`: one object at a time.

Sources: Older API, Object_GET*, Object_PUT*, Object_POST*, Object_DELETE*.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zuora_mock.api.actions.actions import no_object, reject_unknown
from zuora_mock.api.gateway.bodies import render
from zuora_mock.api.gateway.call import Answer, Call, Family, Handler, Operation
from zuora_mock.api.gateway.schemas import object_schema
from zuora_mock.billing import fields, records
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.rendering import render_record
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    CONTACT,
    CREATE,
    INVOICE,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    OBJECTS,
    UPDATE,
    Access,
    ObjectType,
)
from zuora_mock.domain.values import is_id
from zuora_mock.errors import Provenance, Refusal, Repair


def _line(document: Any) -> bytes:
    """CRUD answers end with a newline (recorded)."""
    return render(document) + b"\n"


def _wanted(call: Call, kind: ObjectType) -> frozenset[str] | None:
    """The names in `fields`; unknown ones are ignored. Raises Refusal (`object.newer-field`)."""
    given = call.query.get("fields")
    if given is None:
        return None
    names = frozenset(name.strip() for name in given.split(",") if name.strip())
    for name in sorted(names):
        field = kind.by_name.get(name)
        if field is not None and field.since > call.wsdl:
            message = f"invalid field: {kind.name}.{name} needs X-Zuora-WSDL-Version {field.since} or later"
            repair = Repair(headers={"X-Zuora-WSDL-Version": str(field.since)})
            raise Refusal(
                rules.NEWER_FIELD, message, pointer="fields", expected=field.since, actual=call.wsdl, repair=repair
            )
    return names


def _getter(kind: ObjectType) -> Handler:
    def get(call: Call) -> Answer:
        only = _wanted(call, kind)
        record = call.transaction.get(kind, call.identifier.lower()) if is_id(call.identifier) else None
        if record is None:
            message = f"no {kind.name} has the id '{fields.shown(call.identifier)}'"
            raise Refusal(
                rules.NOT_FOUND,
                message,
                expected=fields.expected_id(kind.name, call.identifier),
                actual=fields.shown(call.identifier),
            )
        return Answer(
            200, _line(render_record(kind, record, wsdl=call.wsdl, zone=call.transaction.tenant.zone, only=only))
        )

    return get


def _members(call: Call, kind: ObjectType, access: Access) -> dict[str, Any]:
    if not isinstance(call.body, dict):
        raise no_object(call.body)
    custom = call.transaction.tenant.custom_fields
    unknown = frozenset(fields.unknown_members(kind, call.body, access, call.wsdl, custom))
    reject_unknown(call, frozenset(call.body) - unknown)
    return call.body


def _answer(outcome: Outcome) -> Answer:
    """Raises the refusal of the one row: here it is the call's."""
    if outcome.refusal is not None:
        raise outcome.refusal.moved("/objects/0", "").moved("/ids/0", "")
    return Answer(200, _line({"Success": True, "Id": outcome.id}))


def _poster(kind: ObjectType) -> Handler:
    def post(call: Call) -> Answer:
        members = _members(call, kind, CREATE)
        return _answer(records.create(call.transaction, kind, [members], call.wsdl)[0])

    return post


def _putter(kind: ObjectType) -> Handler:
    def put(call: Call) -> Answer:
        members = {**_members(call, kind, UPDATE), "Id": call.identifier}
        return _answer(records.update(call.transaction, kind, [members], call.wsdl)[0])

    return put


def _deleter(kind: ObjectType) -> Handler:
    def delete(call: Call) -> Answer:
        _answer(outcome := records.delete(call.transaction, kind, [call.identifier])[0])
        return Answer(200, _line({"success": True, "id": outcome.id}))

    return delete


def _operation(method: str, kind: ObjectType, make: Callable[[ObjectType], Handler], verb: str) -> Operation:
    collection = method == "POST"
    ours = collection and kind in {INVOICE_SPLIT, INVOICE_SPLIT_ITEM}
    return Operation(
        name=f"{method.lower()}-{kind.path}",
        method=method,
        path=f"/v1/object/{kind.path}" + ("" if collection else "/{id}"),
        family=Family.CRUD,
        handler=make(kind),
        summary=f"{verb} {'an' if kind.name[0] in 'AEIOU' else 'a'} {kind.name}",
        provenance=Provenance.ASSUMED if ours else Provenance.DOCUMENTED,
        source="zuora-mock: Zuora creates it through /v1/action/create only"
        if ours
        else f"Older API, Object_{method}{kind.name}",
        takes_body=method in {"POST", "PUT"},
        schema=object_schema(kind, CREATE if collection else UPDATE) if method in {"POST", "PUT"} else None,
    )


def operations() -> tuple[Operation, ...]:
    """The CRUD operations that the mock has."""
    reads = [_operation("GET", kind, _getter, "Read") for kind in OBJECTS]
    creates = [
        _operation("POST", kind, _poster, "Create") for kind in (ACCOUNT, CONTACT, INVOICE_SPLIT, INVOICE_SPLIT_ITEM)
    ]
    updates = [_operation("PUT", kind, _putter, "Update") for kind in (ACCOUNT, CONTACT, INVOICE)]
    deletes = [_operation("DELETE", kind, _deleter, "Delete") for kind in (ACCOUNT, CONTACT, INVOICE)]
    return (*reads, *creates, *updates, *deletes)
