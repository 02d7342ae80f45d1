"""`PUT /v1/invoices/{key}/reverse`: an invoice and its siblings are credited in full."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import Day, RestBody, Text255
from zuora_mock.api.rest.records import in_wire_terms
from zuora_mock.api.rest.route import router_of
from zuora_mock.api.rest.statuses import JobStatus
from zuora_mock.billing import keys, reversal
from zuora_mock.billing.reversal import ReversalDates
from zuora_mock.domain.catalogue import INVOICE


class ReverseRequest(RestBody):
    """`comment` and `reasonCode` are those of the credit memos, which are not kept."""

    applyEffectiveDate: Day | None = None
    comment: Text255 | None = None
    memoDate: Day | None = None
    reasonCode: Text255 | None = None


class MemoView(BaseModel):
    id: str


class ReverseView(BaseModel):
    """The memos are there where the work is done; the first is that of the invoice that was named."""

    id: str
    jobId: str
    jobStatus: JobStatus
    creditMemo: MemoView | None = None
    creditMemos: list[MemoView] | None = None
    debitMemo: MemoView | None = None
    success: bool


router = router_of()


@router.put("/invoices/{key}/reverse", name="invoices.reverse", response_model=ReverseView)
@sourced("API reference, Reverse an invoice")
def reverse(call: CurrentCall, key: str, body: ReverseRequest) -> Answer:
    """Reverse a posted invoice and its siblings."""
    invoice = keys.get(call.transaction, INVOICE, key)
    with in_wire_terms():
        begun = reversal.begin(call.transaction, invoice, ReversalDates(body.memoDate, body.applyEffectiveDate))
    answer: dict[str, Any] = {"id": invoice["Id"], "jobId": begun.job, "jobStatus": "Pending"}
    if begun.memos is not None:
        memos = [{"id": each} for each in begun.memos]
        answer |= {"jobStatus": "Completed", "creditMemo": memos[0], "creditMemos": memos, "debitMemo": None}
    return Answer(200, render({**answer, "success": True}))
