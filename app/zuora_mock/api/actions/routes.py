"""`/v1/action/*`: one array of rows in, one array of results out, in the order of the request.

Sources: Older API, Action_POSTexecute and Action_POSTgenerate; Actions reference, create, update, delete, query,
queryMore.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from zuora_mock.api.actions.dialect import PREFIX, ActionsDialect
from zuora_mock.api.actions.models import (
    MOST_ROWS,
    Conf,
    CreateRequest,
    DeleteRequest,
    DeleteResult,
    ExecuteRequest,
    GenerateRequest,
    QueryMoreRequest,
    QueryRequest,
    QueryResult,
    SaveResult,
    UpdateRequest,
    WriteRequest,
)
from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import DECLARED, REPEATABLE
from zuora_mock.api.gateway.models import CurrentWriteOptions
from zuora_mock.api.gateway.operation import OperationRoute, sourced
from zuora_mock.api.gateway.unknown import below, reject_unknown
from zuora_mock.api.proxy import REFUSED
from zuora_mock.api.words import error_object
from zuora_mock.billing import fields, generation, queries, records
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting import submission as splitting
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import CREATE, INVOICE, INVOICE_SPLIT, OBJECTS, UPDATE, Access, ObjectType, find_object
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.pointers import pointer
from zuora_mock.storage.transaction import Transaction

_REFERENCE = "Actions reference"

PagedQuery = Callable[[Transaction, str, int, int], queries.Page]


class ActionRoute(OperationRoute):
    dialect = ActionsDialect()
    family = "Actions"


router = APIRouter(
    prefix=PREFIX.removesuffix("/"),
    route_class=ActionRoute,
    tags=[ActionRoute.family],
    dependencies=[*DECLARED, *REPEATABLE],
    responses=REFUSED,
)
routers = (router,)


@router.post("/execute", response_model=list[SaveResult])
@sourced("Older API, Action_POSTexecute")
def execute(call: CurrentCall, body: ExecuteRequest, options: CurrentWriteOptions) -> Answer:
    """Split draft invoices in the background."""
    _check_filled("ids", body.ids)
    reject_unknown(call, options, body)
    if body.type.lower() != INVOICE_SPLIT.name.lower() or find_object(body.type, call.wsdl) is None:
        raise _invalid_type(body.type, INVOICE_SPLIT.name)
    _check_count("ids", body.ids)
    if body.synchronous:
        outcomes = [Outcome(fields.as_text(given), _synchronous()) for given in body.ids]
        return _rows(None, outcomes, _execute_result, INVOICE_SPLIT)
    return _rows("ids", splitting.submit(call.transaction, body.ids), _execute_result, INVOICE_SPLIT)


def _synchronous() -> Refusal:
    remedy = Remedy({"/synchronous": False})
    message = "synchronous must be false"
    return rules.SPLIT_ASYNC.refusal(message, at="/synchronous", expected=False, actual=True, remedy=remedy)


def _execute_result(outcome: Outcome) -> dict[str, Any]:
    """`Id` equals the id of the request, refused or not."""
    if outcome.refusal is not None:
        return {"Success": False, "Id": outcome.id, "Errors": [error_object(outcome.refusal)]}
    return {"Success": True, "Id": outcome.id}


@router.post("/create", response_model=list[SaveResult])
@sourced(_REFERENCE)
def create(call: CurrentCall, body: CreateRequest, options: CurrentWriteOptions) -> Answer:
    """Create up to 50 objects of one type."""
    kind = _checked(call, body, options, CREATE, lambda kind: kind.creatable)
    return _rows("objects", records.create(call.transaction, kind, body.objects, call.wsdl), _save_result, kind)


@router.post("/update", response_model=list[SaveResult])
@sourced(_REFERENCE)
def update(call: CurrentCall, body: UpdateRequest, options: CurrentWriteOptions) -> Answer:
    """Update up to 50 objects of one type."""
    kind = _checked(call, body, options, UPDATE, lambda kind: kind.updatable)
    return _rows("objects", records.update(call.transaction, kind, body.objects, call.wsdl), _save_result, kind)


def _save_result(outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal is not None:
        return {"Success": False, "Errors": [error_object(outcome.refusal)]}
    return {"Id": outcome.id, "Success": True}


def _checked(
    call: Call, body: WriteRequest, options: CurrentWriteOptions, access: Access, allowed: Callable[[ObjectType], bool]
) -> ObjectType:
    """The object that the call is about. Raises Refusal."""
    _check_filled("objects", body.objects)
    kind = find_object(body.type, call.wsdl)
    if options.reject_unknown_fields:
        unknown = below("objects", body.objects, _accepting(call, kind, access)) if kind else []
        custom = call.transaction.tenant.custom_fields
        names = fields.settable(kind, access, call.wsdl, custom) if kind else []
        reject_unknown(call, options, body, unknown, names)
    kind = _object_type(call, body.type, allowed)
    _check_count("objects", body.objects)
    return kind


def _accepting(call: Call, kind: ObjectType, access: Access) -> Callable[[Mapping[str, Any]], Sequence[str]]:
    custom = call.transaction.tenant.custom_fields
    return lambda row: fields.unknown_members(kind, row, access, call.wsdl, custom)


@router.post("/delete", response_model=list[DeleteResult])
@sourced(_REFERENCE)
def delete(call: CurrentCall, body: DeleteRequest, options: CurrentWriteOptions) -> Answer:
    """Delete up to 50 objects of one type."""
    _check_filled("ids", body.ids)
    reject_unknown(call, options, body)
    kind = _object_type(call, body.type, lambda kind: kind.deletable)
    _check_count("ids", body.ids)
    return _rows("ids", records.delete(call.transaction, kind, body.ids), _delete_result, kind)


def _delete_result(outcome: Outcome) -> dict[str, Any]:
    """Lower case, except inside the errors."""
    if outcome.refusal is not None:
        return {"success": False, "errors": [error_object(outcome.refusal)]}
    return {"id": outcome.id, "success": True}


@router.post("/generate", response_model=list[SaveResult])
@sourced("Older API, Action_POSTgenerate")
def generate(call: CurrentCall, body: GenerateRequest, options: CurrentWriteOptions) -> Answer:
    """Generate draft invoices from what is due."""
    _check_filled("objects", body.objects)
    if options.reject_unknown_fields:
        unknown = below("objects", body.objects, lambda row: [name for name in row if name not in generation.MEMBERS])
        reject_unknown(call, options, body, unknown, generation.MEMBERS)
    if body.type.lower() != INVOICE.name.lower():
        raise _invalid_type(body.type, INVOICE.name)
    _check_count("objects", body.objects)
    return _rows("objects", generation.generate(call.transaction, body.objects, call.wsdl), _generate_result, INVOICE)


def _generate_result(outcome: Outcome) -> dict[str, Any]:
    return _save_result(outcome) if outcome.refusal else {"Success": True, "Id": outcome.id}


@router.post("/query", response_model=QueryResult)
@sourced(_REFERENCE)
def query(call: CurrentCall, body: QueryRequest, options: CurrentWriteOptions) -> Answer:
    """Query objects with ZOQL."""
    reject_unknown(call, options, body, _unknown_conf(call, body.conf), Conf.model_fields)
    return _page("queryString", queries.query, call, body.queryString, body.conf)


@router.post("/queryMore", response_model=QueryResult, name="queryMore")
@sourced(_REFERENCE)
def query_more(call: CurrentCall, body: QueryMoreRequest, options: CurrentWriteOptions) -> Answer:
    """Fetch a further page of a query."""
    reject_unknown(call, options, body, _unknown_conf(call, body.conf), Conf.model_fields)
    return _page("queryLocator", queries.query_more, call, body.queryLocator, body.conf)


def _page_size(conf: Conf | None) -> int:
    try:
        return queries.batch_size(conf.batchSize if conf else None)
    except Refusal as refusal:
        raise refusal.under("conf", "batchSize") from None


def _unknown_conf(call: Call, conf: Conf | None) -> list[str]:
    return [pointer("conf", name) for name in call.document["conf"] if name not in Conf.model_fields] if conf else []


def _page(member: str, use_case: PagedQuery, call: Call, given: str, conf: Conf | None) -> Answer:
    """`member` is the one that `given` came in: what is wrong with it is told to be there."""
    size = _page_size(conf)
    try:
        page = use_case(call.transaction, given, size, call.wsdl)
    except Refusal as refusal:
        raise refusal.under(member) from None
    body: dict[str, Any] = {"size": page.size, "records": page.records}
    if page.locator is not None:
        body["queryLocator"] = page.locator
    return Answer(200, render({**body, "done": page.done}), objects=(page.kind,))


def _rows(
    member: str | None, outcomes: Sequence[Outcome], show: Callable[[Outcome], dict[str, Any]], kind: ObjectType
) -> Answer:
    """`member` is the array whose elements the outcomes are of: their refusals point below it and speak of it."""
    for position, outcome in enumerate(outcomes):
        if member and outcome.refusal is not None:
            _place(outcome.refusal, outcome.repeats, member, position)
    refusals = tuple(outcome.refusal for outcome in outcomes if outcome.refusal is not None)
    rules_met = tuple(dict.fromkeys(refusal.rule for refusal in refusals))
    body = render([show(outcome) for outcome in outcomes])
    return Answer(200, body, rules=rules_met, refusals=refusals, objects=(kind,))


def _place(refusal: Refusal, repeats: int | None, member: str, position: int) -> None:
    refusal.under(member, position)
    if refusal.rule is rules.NULL_ROW:
        refusal.message = f"{refusal.pointer} is not an object"
    if repeats is not None:
        refusal.message = f"{INVOICE_SPLIT.name} {refusal.actual} stands at {pointer(member, repeats)} already"


def _check_filled(name: str, rows: Sequence[Any]) -> None:
    if not rows:
        raise rules.SHAPE.refusal(f"'{name}' is empty", at=f"/{name}", expected=f"1 to {MOST_ROWS}", actual=0)


def _check_count(name: str, rows: Sequence[Any]) -> None:
    if len(rows) > MOST_ROWS:
        message = f"{len(rows)} {name} in one call, at most {MOST_ROWS} are allowed"
        remedy = Remedy({f"/{name}": rows[:MOST_ROWS]})
        raise rules.MAX_RECORDS.refusal(message, at=f"/{name}", expected=MOST_ROWS, actual=len(rows), remedy=remedy)


def _object_type(call: Call, name: str, allowed: Callable[[ObjectType], bool]) -> ObjectType:
    kind = find_object(name, call.wsdl)
    if kind is None or not allowed(kind):
        raise _invalid_type(name, *(each.name for each in OBJECTS if allowed(each) and each.since <= call.wsdl))
    return kind


def _invalid_type(name: str, *known: str) -> Refusal:
    """`known` are the types that the action takes; a single one is what was meant."""
    remedy = Remedy({"/type": known[0]}) if len(known) == 1 else None
    message = f"invalid type specified: {name}"
    return rules.INVALID_TYPE.refusal(message, at="/type", expected=list(known), actual=name, remedy=remedy)
