"""The arithmetic of a split on show: kept when it was done, or computed for one that could be done now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zuora_mock.billing.splitting.preparation import Work, prepare
from zuora_mock.clock import format_instant
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT
from zuora_mock.domain.invoices import Invoice, Line, due_lines, exempt_lines
from zuora_mock.domain.money import percent_text
from zuora_mock.domain.splitting.allocation import Explanation, Rounding, explain
from zuora_mock.domain.splitting.split import in_minor_units
from zuora_mock.errors import Refusal
from zuora_mock.storage import splits
from zuora_mock.storage.splits import KeptSplit
from zuora_mock.storage.transaction import Transaction

Explain = Callable[[Refusal], dict[str, Any]]


def keep(transaction: Transaction, work: Work, parts: Sequence[Invoice]) -> None:
    """Writes down what went into the split: the lines in minor units, the shares, the policy, and what came of it."""
    splits.add(transaction, KeptSplit(work.split.id, work.split.invoice_id, _inputs(work, parts, transaction.now())))


def arithmetic(transaction: Transaction, id: str, explain_refusal: Explain) -> dict[str, Any] | None:
    """Rows by parts with exact shares, floors and reasons, for the id of an InvoiceSplit, of its invoice or of a part.

    `state` is `executed`, `planned`, or `refused` with the refusal for a split that could not be done now, as
    `explain_refusal` tells it.
    """
    kept = splits.find(transaction, id)
    if kept is not None:
        return {"id": kept.split, **_explained(kept.arithmetic)}
    invoice = transaction.get(INVOICE, id)
    if invoice is not None and "_Group" in invoice:
        return arithmetic(transaction, str(invoice["_Group"]), explain_refusal)
    split = transaction.get(INVOICE_SPLIT, id) or next(
        iter(reversed(transaction.find(INVOICE_SPLIT, InvoiceId=id))), None
    )
    return _planned(transaction, str(split["Id"]), explain_refusal) if split is not None else None


def _planned(transaction: Transaction, split_id: str, explain_refusal: Explain) -> dict[str, Any]:
    try:
        work = prepare(transaction, split_id)
    except Refusal as refusal:
        return {"id": split_id, "state": "refused", "refusal": explain_refusal(refusal)}
    return {"id": split_id, **_explained(_inputs(work, (), None))}


def _inputs(work: Work, parts: Sequence[Invoice], at: int | None) -> dict[str, Any]:
    header = work.whole.header
    inputs: dict[str, Any] = {
        "at": at,
        "original": {"id": work.split.invoice_id, "number": header.get("InvoiceNumber")},
        "currency": work.currency,
        "digits": work.digits,
        "rounding": work.policy.rounding.value,
        "due": _labelled(due_lines(work.whole), work.digits),
        "exempt": _labelled(exempt_lines(work.whole), work.digits),
        "parts": [
            {
                "itemId": part.item.id,
                "percentage": part.item.percentage,
                "invoiceDate": part.item.invoice_date,
                "paymentTerm": part.payment_term,
                "dueDate": part.due_date,
            }
            for part in work.parts
        ],
    }
    for part, invoice in zip(inputs["parts"], parts, strict=False):
        part["invoiceId"], part["invoiceNumber"] = invoice.header["Id"], invoice.header["InvoiceNumber"]
    if work.again:
        inputs["putTogether"] = {str(each.header["InvoiceNumber"]): each.header["Id"] for each in work.members}
    return inputs


def _labelled(lines: Sequence[Line], digits: int) -> list[tuple[str, int]]:
    units = in_minor_units(lines, digits)
    return [(line.label, amount) for line, amount in zip(lines, units, strict=True)]


def _explained(inputs: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in inputs.items() if name not in {"due", "exempt", "digits", "rounding", "at"}}
    told["parts"] = [{**part, "percentage": percent_text(int(part["percentage"]))} for part in inputs["parts"]]
    at = inputs["at"]
    return {
        "state": "planned" if at is None else "executed",
        "at": None if at is None else format_instant(int(at)),
        **told,
        "policy": inputs["rounding"],
        "due": _shared_out("due", inputs),
        "exempt": _shared_out("exempt", inputs) if inputs["exempt"] else None,
    }


def _shared_out(lines: str, inputs: dict[str, Any]) -> Explanation:
    rows = [(str(label), int(units)) for label, units in inputs[lines]]
    percentages = [int(part["percentage"]) for part in inputs["parts"]]
    return explain(rows, Rounding(inputs["rounding"]), int(inputs["digits"]), percentages=percentages)
