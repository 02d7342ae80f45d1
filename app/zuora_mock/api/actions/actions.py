"""`/v1/action/*`: one array of rows in, one array of results out, in the order of the request.

Sources: Older API, Action_POSTexecute and Action_POSTgenerate; Actions reference, create, update, delete, query,
queryMore.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zuora_mock.api.gateway.bodies import render
from zuora_mock.api.gateway.call import Answer, Call, Family, Operation
from zuora_mock.api.gateway.dialects import error_object
from zuora_mock.api.gateway.schemas import BODY_SCHEMAS
from zuora_mock.billing import fields, generation, queries, records
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting import execution as splits
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import CREATE, INVOICE, OBJECTS, UPDATE, Access, ObjectType, find_object
from zuora_mock.errors import Provenance, Refusal, Repair

MOST_ROWS = 50
SPLIT_TYPE = "InvoiceSplit"
_ONLY_VALUES: Mapping[str, Any] = {"synchronous": False}
"""Members that have one value that is accepted."""

_JSON_NAMES = {str: "a string", bool: "true or false", list: "an array", dict: "an object"}


def no_object(body: Any) -> Refusal:
    return Refusal(rules.SHAPE, "the body is not a JSON object", expected="an object", actual=fields.quoted(body))


def member(call: Call, name: str, kind: type) -> Any:
    """A required member of the body, of this JSON type. Raises Refusal (`body.shape`)."""
    if not isinstance(call.body, dict):
        raise no_object(call.body)
    value = call.body.get(name)
    if not isinstance(value, kind):
        problem = f"'{name}' is required" if value is None else f"'{name}' must be {_JSON_NAMES[kind]}"
        pointer, instead = f"/{name}", _ONLY_VALUES.get(name)
        raise Refusal(
            rules.SHAPE,
            problem,
            pointer=pointer,
            expected=_JSON_NAMES[kind],
            actual=fields.quoted(value),
            repair=Repair({pointer: instead}) if instead is not None else None,
        )
    return value


def rows(call: Call, name: str) -> list[Any]:
    """A required array that is not empty. Raises Refusal (`body.shape`)."""
    values: list[Any] = member(call, name, list)
    if not values:
        raise Refusal(rules.SHAPE, f"'{name}' is empty", pointer=f"/{name}", expected=f"1 to {MOST_ROWS}", actual=0)
    return values


def check_count(values: Sequence[Any], name: str) -> None:
    if len(values) > MOST_ROWS:
        message = f"{len(values)} {name} in one call, at most {MOST_ROWS} are allowed"
        pointer = f"/{name}"
        raise Refusal(
            rules.MAX_RECORDS,
            message,
            pointer=pointer,
            expected=MOST_ROWS,
            actual=len(values),
            repair=Repair({pointer: values[:MOST_ROWS]}),
        )


def reject_unknown(call: Call, known: frozenset[str], unknown: Sequence[str] = ()) -> None:
    """Raises Refusal (`body.unknown-fields`) if the call asks for it and there is one; `unknown` are more pointers."""
    if call.reject_unknown_fields:
        pointers = [pointer_to(name) for name in call.body if name not in known] + list(unknown)
        if pointers:
            message = f"unknown fields: {', '.join(map(fields.shown, pointers))}"
            raise Refusal(
                rules.UNKNOWN_FIELDS,
                message,
                pointer=pointers[0],
                expected=sorted(known),
                actual=pointers,
                repair=Repair(dict.fromkeys(pointers)),
            )


def pointer_to(*steps: object) -> str:
    """The JSON pointer of a member (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _invalid_type(name: str, *known: str) -> Refusal:
    """`known` are the types that the action takes; a single one is what was meant."""
    repair = Repair({"/type": known[0]}) if len(known) == 1 else None
    message = f"invalid type specified: {name}"
    return Refusal(rules.INVALID_TYPE, message, pointer="/type", expected=list(known), actual=name, repair=repair)


def _object_type(call: Call, name: str, allowed: Callable[[ObjectType], bool]) -> ObjectType:
    kind = find_object(name, call.wsdl)
    if kind is None or not allowed(kind):
        raise _invalid_type(name, *(each.name for each in OBJECTS if allowed(each) and each.since <= call.wsdl))
    return kind


def answer_rows(outcomes: Sequence[Outcome], show: Callable[[Outcome], dict[str, Any]]) -> Answer:
    refusals = tuple(each.refusal for each in outcomes if each.refusal is not None)
    rules_met = tuple(dict.fromkeys(each.rule for each in refusals))
    return Answer(200, render([show(each) for each in outcomes]), rules=rules_met, refusals=refusals)


def _save_result(outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal is not None:
        return {"Success": False, "Errors": [error_object(outcome.refusal)]}
    return {"Id": outcome.id, "Success": True}


def _execute_result(outcome: Outcome) -> dict[str, Any]:
    """`Id` equals the id of the request, refused or not."""
    if outcome.refusal is not None:
        return {"Success": False, "Id": outcome.id, "Errors": [error_object(outcome.refusal)]}
    return {"Success": True, "Id": outcome.id}


def _delete_result(outcome: Outcome) -> dict[str, Any]:
    """Lower case, except inside the errors."""
    if outcome.refusal is not None:
        return {"success": False, "errors": [error_object(outcome.refusal)]}
    return {"id": outcome.id, "success": True}


def execute(call: Call) -> Answer:
    name, synchronous, ids = member(call, "type", str), member(call, "synchronous", bool), rows(call, "ids")
    reject_unknown(call, frozenset({"type", "synchronous", "ids"}))
    if name.lower() != SPLIT_TYPE.lower():
        raise _invalid_type(name, SPLIT_TYPE)
    check_count(ids, "ids")
    refused = [Outcome(fields.as_text(each), _synchronous()) for each in ids] if synchronous else []
    return answer_rows(refused or splits.submit(call.transaction, ids), _execute_result)


def _synchronous() -> Refusal:
    return Refusal(
        rules.SPLIT_ASYNC,
        "synchronous must be false",
        pointer="/synchronous",
        expected=False,
        actual=True,
        repair=Repair({"/synchronous": False}),
    )


def _write(call: Call, access: Access, allowed: Callable[[ObjectType], bool]) -> tuple[ObjectType, list[Any]]:
    name, objects = member(call, "type", str), rows(call, "objects")
    kind = find_object(name, call.wsdl)
    unknown = _unknown_members(call, kind, objects, access) if kind else []
    reject_unknown(call, frozenset({"type", "objects"}), unknown)
    kind = _object_type(call, name, allowed)
    check_count(objects, "objects")
    return kind, objects


def _unknown_members(call: Call, kind: ObjectType, objects: Sequence[Any], access: Access) -> list[str]:
    custom = call.transaction.tenant.custom_fields
    return [
        pointer_to("objects", position, name)
        for position, each in enumerate(objects)
        if isinstance(each, dict)
        for name in fields.unknown_members(kind, each, access, call.wsdl, custom)
    ]


def create(call: Call) -> Answer:
    kind, objects = _write(call, CREATE, lambda kind: kind.creatable)
    return answer_rows(records.create(call.transaction, kind, objects, call.wsdl), _save_result)


def update(call: Call) -> Answer:
    kind, objects = _write(call, UPDATE, lambda kind: kind.updatable)
    return answer_rows(records.update(call.transaction, kind, objects, call.wsdl), _save_result)


def delete(call: Call) -> Answer:
    name, ids = member(call, "type", str), rows(call, "ids")
    reject_unknown(call, frozenset({"type", "ids"}))
    kind = _object_type(call, name, lambda kind: kind.deletable)
    check_count(ids, "ids")
    return answer_rows(records.delete(call.transaction, kind, ids), _delete_result)


def generate(call: Call) -> Answer:
    name, objects = member(call, "type", str), rows(call, "objects")
    unknown = [
        pointer_to("objects", position, name)
        for position, each in enumerate(objects)
        if isinstance(each, dict)
        for name in each
        if name not in generation.MEMBERS
    ]
    reject_unknown(call, frozenset({"type", "objects"}), unknown)
    if name.lower() != "invoice":
        raise _invalid_type(name, INVOICE.name)
    check_count(objects, "objects")
    return answer_rows(generation.generate(call.transaction, objects, call.wsdl), _execute_like_save)


def _execute_like_save(outcome: Outcome) -> dict[str, Any]:
    return _save_result(outcome) if outcome.refusal else {"Success": True, "Id": outcome.id}


def _batch_size(call: Call) -> object:
    conf = call.body.get("conf")
    if conf is None:
        return None
    if not isinstance(conf, dict):
        raise Refusal(
            rules.SHAPE,
            "'conf' must be an object",
            pointer="/conf",
            expected="an object",
            actual=fields.shown(conf),
            repair=Repair({"/conf": None}),
        )
    return conf.get("batchSize")


def _conf_members(call: Call) -> list[str]:
    conf = call.body.get("conf")
    return [pointer_to("conf", name) for name in conf if name != "batchSize"] if isinstance(conf, dict) else []


def query(call: Call) -> Answer:
    text = member(call, "queryString", str)
    reject_unknown(call, frozenset({"queryString", "conf"}), _conf_members(call))
    return _page(queries.query(call.transaction, text, _batch_size(call), call.wsdl))


def query_more(call: Call) -> Answer:
    locator = member(call, "queryLocator", str)
    reject_unknown(call, frozenset({"queryLocator", "conf"}), _conf_members(call))
    return _page(queries.query_more(call.transaction, locator, _batch_size(call), call.wsdl))


def _page(page: queries.Page) -> Answer:
    body: dict[str, Any] = {"size": page.size, "records": page.records}
    if page.locator is not None:
        body["queryLocator"] = page.locator
    return Answer(200, render({**body, "done": page.done}))


def _operation(name: str, handler: Callable[[Call], Answer], summary: str, source: str) -> Operation:
    return Operation(
        name,
        "POST",
        f"/v1/action/{name}",
        Family.ACTIONS,
        handler,
        summary,
        Provenance.DOCUMENTED,
        source,
        takes_body=True,
        schema=BODY_SCHEMAS[name],
    )


def operations() -> tuple[Operation, ...]:
    """The Actions that the mock has."""
    reference = "Actions reference"
    named: Mapping[str, tuple[Callable[[Call], Answer], str, str]] = {
        "execute": (execute, "Split draft invoices in the background", "Older API, Action_POSTexecute"),
        "create": (create, "Create up to 50 objects of one type", reference),
        "update": (update, "Update up to 50 objects of one type", reference),
        "delete": (delete, "Delete up to 50 objects of one type", reference),
        "query": (query, "Query objects with ZOQL", reference),
        "queryMore": (query_more, "Fetch a further page of a query", reference),
        "generate": (generate, "Generate draft invoices from what is due", "Older API, Action_POSTgenerate"),
    }
    return tuple(_operation(name, *rest) for name, rest in named.items())
