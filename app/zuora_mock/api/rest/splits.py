"""`PUT /v1/invoices/{key}/split`: by percentage or by amount.

Source: API reference, Split an invoice (2026-05-08; two to fifty parts by its schema, two to twenty by its text).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import Day, Money, Percentage, RestBody, Text100, objects_in, refused, required
from zuora_mock.api.rest.invoice_answers import InvoiceView, show_invoice
from zuora_mock.api.rest.records import in_wire_terms
from zuora_mock.api.rest.route import router_of
from zuora_mock.api.rest.statuses import JobStatus
from zuora_mock.billing import keys
from zuora_mock.billing.splitting import request
from zuora_mock.billing.splitting.request import WantedPart, WantedSplit
from zuora_mock.domain.catalogue import INVOICE
from zuora_mock.errors import Refusal

_TYPES = ("Percentage", "Amount")


class SplitPartBody(RestBody):
    """`splitPercentage` or `splitAmount`, as `splitType` says; the amount is with tax."""

    splitPercentage: Percentage | None = None
    splitAmount: Money | None = None
    invoiceDate: Day | None = None
    paymentTerm: Text100 | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.splitPercentage is not None and self.splitAmount is not None:
            yield refused("splitAmount", "a part has a percentage or an amount, not both", "one of the two")


class SplitRequest(RestBody):
    splitType: Literal["Percentage", "Amount"] = "Percentage"
    splits: list[SplitPartBody]

    @property
    def member(self) -> str:
        """Where the share of a part stands."""
        return f"split{self.splitType}"

    def contradictions(self) -> Iterator[Refusal]:
        if self.splitType not in _TYPES:
            return
        for position, part in objects_in(self.splits):
            if getattr(part, self.member) is None:
                yield required("splits", position, self.member)

    @property
    def wanted(self) -> WantedSplit:
        parts = (
            WantedPart(getattr(part, self.member), part.invoiceDate, part.paymentTerm or None) for part in self.splits
        )
        return WantedSplit(self.splitType == "Amount", tuple(parts))


class SplitView(BaseModel):
    """`id` is that of the invoice that was split; `invoices` are there where the work is done."""

    success: bool
    id: str
    jobId: str
    jobStatus: JobStatus
    invoices: list[InvoiceView] | None = None


router = router_of()


@router.put("/invoices/{key}/split", name="invoices.split", response_model=SplitView)
@sourced("API reference, Split an invoice")
def split(call: CurrentCall, key: str, body: SplitRequest) -> Answer:
    """Split a draft by percentage or by amount."""
    invoice = keys.get(call.transaction, INVOICE, key)
    with in_wire_terms():
        begun = request.begin(call.transaction, invoice, body.wanted)
    answer: dict[str, Any] = {"success": True, "id": invoice["Id"], "jobId": begun.job, "jobStatus": "Pending"}
    if begun.parts is not None:
        invoices = [show_invoice(call.transaction, part) for part in begun.parts]
        answer |= {"jobStatus": "Completed", "invoices": invoices}
    return Answer(200, render(answer))
