"""`PUT /v1/invoices/{key}/split`: by percentage or by amount.

Source: API reference, Split an invoice (2026-05-08; two to fifty parts by its schema, two to twenty by its text).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any, Literal, Self
from urllib.parse import unquote

from pydantic import BaseModel

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
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
from zuora_mock.domain.catalogue import INVOICE, LATEST_WSDL
from zuora_mock.domain.values import Type, parse
from zuora_mock.errors import Refusal, together

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

    @classmethod
    def of(cls, call: Call) -> Self:
        """Raises Refusal that tells of everything that is wrong, also with what only the invoice can tell."""
        try:
            return super().of(call)
        except Refusal as refusal:
            known = {each.pointer for each in refusal.all}
            further = (each for each in _further(call) if each.pointer not in known)
            raise together([*refusal.all, *further]) from None

    @property
    def wanted(self) -> WantedSplit:
        parts = (
            WantedPart(getattr(part, self.member), part.invoiceDate, part.paymentTerm or None) for part in self.splits
        )
        return WantedSplit(self.splitType == "Amount", tuple(parts))


def _further(call: Call) -> Sequence[Refusal]:
    """What is wrong with the parts of a body that cannot be read as a whole, of an invoice that there is."""
    document, key = call.document, unquote(call.request.path.split("/")[3])
    if not isinstance(document, dict) or not isinstance(document.get("splits"), list):
        return ()
    type_ = document.get("splitType") or _TYPES[0]
    if type_ not in _TYPES:
        return ()
    parts = tuple(_part_of(each, by_amount=type_ == "Amount") for each in document["splits"])
    try:
        invoice = keys.get(call.transaction, INVOICE, key)
        with in_wire_terms():
            request.check_parts(call.transaction, invoice, WantedSplit(type_ == "Amount", parts))
    except Refusal as refusal:
        return refusal.all
    return ()


def _part_of(raw: Any, *, by_amount: bool) -> WantedPart:
    """As much of it as can be read."""
    part = raw if isinstance(raw, dict) else {}
    kind, name = (Type.MONEY, "splitAmount") if by_amount else (Type.PERCENT, "splitPercentage")
    try:
        share = parse(kind, part.get(name), wsdl=LATEST_WSDL, zone=UTC)
    except (ValueError, ArithmeticError):
        share = None
    term = part.get("paymentTerm")
    return WantedPart(share if isinstance(share, int) else None, None, term if isinstance(term, str) else None)


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
