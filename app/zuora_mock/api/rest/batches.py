"""Several invoices in one call: created, updated, posted. Each has its own result; one that is refused is as it was.

Sources: API reference, Create standalone invoices (batch), Update invoices, Post invoices. Assumed: of an update, whose
answer says nothing of single invoices, the reasons name the place of each that is refused, and the others stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, SkipValidation

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import Day, Flag, RestBody, Text32
from zuora_mock.api.rest.dialect import ErrorReason
from zuora_mock.api.rest.invoice_answers import InvoiceView, show_invoice
from zuora_mock.api.rest.invoice_bodies import (
    MOST_INVOICES,
    MOST_ITEMS,
    CreateInvoiceRequest,
    UpdateInvoiceRequest,
)
from zuora_mock.api.rest.records import in_wire_terms
from zuora_mock.api.rest.route import PostingRoute, RestRoute, router_of
from zuora_mock.api.rest.statuses import in_words_of_posting
from zuora_mock.billing import invoices, keys, standalone
from zuora_mock.billing.batches import each_apart
from zuora_mock.billing.terms import posted_on
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal, together

Results = Sequence[Mapping[str, Any] | Refusal]
_MEMBER = "invoices"


class InvoicesRequest(RestBody):
    """Rows are read one by one: what is wrong with one is that one's refusal."""

    invoices: Annotated[list[SkipValidation[CreateInvoiceRequest]], Field(min_length=1, max_length=MOST_INVOICES)]
    useSingleTransaction: Flag = False

    def contradictions(self) -> Iterator[Refusal]:
        rows: Any = self.invoices
        items = [each.get("invoiceItems") for each in rows or () if isinstance(each, dict)]
        count = sum(len(each) for each in items if isinstance(each, list))
        if count > MOST_ITEMS:
            message, at = f"'{_MEMBER}' is not valid: at most {MOST_ITEMS} items are allowed", f"/{_MEMBER}"
            yield rules.FIELD_VALUE.refusal(message, at=at, expected=f"at most {MOST_ITEMS} items", actual=count)


class InvoiceUpdateRow(UpdateInvoiceRequest):
    id: Text32


class UpdatesRequest(RestBody):
    invoices: Annotated[list[SkipValidation[InvoiceUpdateRow]], Field(min_length=1, max_length=MOST_INVOICES)]


class PostRow(RestBody):
    """Custom fields are changed with the status."""

    kind = INVOICE

    id: Text32
    invoiceDate: Day | None = None


class PostsRequest(RestBody):
    invoices: Annotated[list[SkipValidation[PostRow]], Field(min_length=1, max_length=MOST_INVOICES)]


class CreatedView(BaseModel):
    """An invoice that is refused has `reasons` in its place."""

    success: bool
    invoices: list[InvoiceView]


class PostedRow(BaseModel):
    """`id` of one that is refused is as it was sent."""

    id: str | None = None
    success: bool
    processId: str | None = None
    reasons: list[ErrorReason] | None = None
    requestId: str | None = None


class PostedView(BaseModel):
    """Outside `success` says that one was posted, or more."""

    success: bool
    invoices: list[PostedRow]


class SuccessView(BaseModel):
    success: bool


router = router_of()
posting = router_of(PostingRoute)


@router.post("/invoices/batch", name="invoices.bulk-create", response_model=CreatedView, dependencies=REPEATABLE)
@sourced("API reference, Create standalone invoices")
def bulk_create(call: CurrentCall, body: InvoicesRequest) -> Answer:
    """Create up to 50 standalone invoices."""
    results = each_apart(call.transaction, lambda row: _create(call, row), body.invoices)
    refused = _placed(results)
    if refused and body.useSingleTransaction:
        raise _by_place(refused)
    shown = [RestRoute.dialect.refused(each, call.context) if isinstance(each, Refusal) else each for each in results]
    return _answer({"success": len(refused) < len(results), "invoices": shown}, refused)


@router.put("/invoices", name="invoices.bulk-update", response_model=SuccessView)
@sourced("API reference, Update invoices")
def bulk_update(call: CurrentCall, body: UpdatesRequest) -> Answer:
    """Update up to 50 invoices."""
    refused = _placed(each_apart(call.transaction, lambda row: _update(call, row), body.invoices))
    return RestRoute.dialect.refuse(_by_place(refused), call.context) if refused else _answer({"success": True}, ())


@posting.post("/invoices/bulk-post", name="invoices.bulk-post", response_model=PostedView, dependencies=REPEATABLE)
@sourced("API reference, Post invoices")
def bulk_post(call: CurrentCall, body: PostsRequest) -> Answer:
    """Post up to 50 invoices and their siblings."""
    drafts = _drafts(call, body.invoices)
    results = each_apart(call.transaction, lambda row: _post(call, row, drafts), body.invoices)
    refused = _placed(results)
    shown = [
        {**_key(row), **PostingRoute.dialect.refused(each, call.context)} if isinstance(each, Refusal) else each
        for row, each in zip(body.invoices, results, strict=True)
    ]
    return _answer({"success": len(refused) < len(results), "invoices": shown}, refused)


def _create(call: Call, row: object) -> dict[str, Any]:
    body = CreateInvoiceRequest.taken(call, row)
    with in_wire_terms():
        record = standalone.create(call.transaction, body.new_invoice(call.transaction.tenant.custom_fields))
    return {**show_invoice(call.transaction, record), "success": True}


def _update(call: Call, row: object) -> dict[str, Any]:
    transaction, custom = call.transaction, call.transaction.tenant.custom_fields
    body = InvoiceUpdateRow.taken(call, row)
    values = {name: value for name, value in body.kept(custom).items() if name != "Id"}
    with in_wire_terms():
        standalone.change(transaction, keys.get(transaction, INVOICE, body.id), values, body.items(custom))
    return {}


def _post(call: Call, row: object, drafts: frozenset[str]) -> dict[str, Any]:
    """One that a sibling has posted in the same call still takes its own date."""
    transaction = call.transaction
    body = PostRow.taken(call, row)
    invoice = keys.get(transaction, INVOICE, body.id)
    with in_wire_terms(), in_words_of_posting():
        dates = posted_on(transaction, invoice, body.invoiceDate, draft=invoice["Id"] in drafts)
        values: Record = {**body.custom_fields(transaction.tenant.custom_fields), **dates}
        invoices.update(transaction, invoice, {**values, "Status": InvoiceState.POSTED.value})
    return {"id": invoice["Id"], "success": True}


def _drafts(call: Call, rows: Sequence[object]) -> frozenset[str]:
    """The ids of the drafts that the rows name."""
    found = [keys.find(call.transaction, INVOICE, str(_key(row).get("id"))) for row in rows]
    return frozenset(str(each["Id"]) for each in found if each and each["Status"] == InvoiceState.DRAFT)


def _key(row: object) -> dict[str, str]:
    given = row.get("id") if isinstance(row, dict) else None
    return {"id": given} if isinstance(given, str) else {}


def _placed(results: Results) -> list[Refusal]:
    """The refusals among the results, pointing into the body of the call."""
    return [each.under(_MEMBER, at) for at, each in enumerate(results) if isinstance(each, Refusal)]


def _by_place(refused: Sequence[Refusal]) -> Refusal:
    """One refusal of all, in which each names its place."""
    told = [each for refusal in refused for each in refusal.all]
    for each in told:
        _, member, position, *_ = each.pointer.split("/")
        each.message, each.also = f"{member}[{position}]: {each.message}", ()
    return together(told)


def _answer(body: Mapping[str, Any], refused: Sequence[Refusal]) -> Answer:
    every = tuple(each for refusal in refused for each in refusal.all)
    return Answer(200, render(body), rules=tuple(dict.fromkeys(each.rule for each in every)), refusals=every)
