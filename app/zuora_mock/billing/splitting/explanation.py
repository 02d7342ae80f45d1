"""The arithmetic of a split on show: kept when it was done, or computed for one that could be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zuora_mock.billing.splitting.execution import inputs_of, prepare
from zuora_mock.clock import format_instant
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT
from zuora_mock.domain.money import fixed, percent_text
from zuora_mock.domain.splitting.explanation import Explanation, explain
from zuora_mock.domain.splitting.rounding import Rounding
from zuora_mock.errors import Refusal
from zuora_mock.storage import splits
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work.turns import at_once

_SHARES = ("percentage", "amount")

Explain = Callable[[Refusal], dict[str, Any]]


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
        work = at_once(prepare(transaction, split_id))
    except Refusal as refusal:
        return {"id": split_id, "state": "refused", "refusal": explain_refusal(refusal)}
    return {"id": split_id, **_explained(inputs_of(work))}


def _explained(inputs: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in inputs.items() if name not in {"due", "exempt", "digits", "rounding", "at"}}
    shown["parts"] = [_with_share(part, int(inputs["digits"])) for part in inputs["parts"]]
    at = inputs["at"]
    return {
        "state": "planned" if at is None else "executed",
        "at": None if at is None else format_instant(int(at)),
        **shown,
        "policy": inputs["rounding"],
        "due": _shared_out("due", inputs),
        "exempt": _shared_out("exempt", inputs) if inputs["exempt"] else None,
    }


def _shared_out(lines: str, inputs: dict[str, Any]) -> Explanation:
    rows = [(str(label), int(units)) for label, units in inputs[lines]]
    percentages, amounts = ([int(part[name]) for part in inputs["parts"] if name in part] for name in _SHARES)
    return explain(
        rows,
        Rounding(inputs["rounding"]),
        int(inputs["digits"]),
        percentages=percentages,
        targets=amounts,
        binding=lines == "due",
    )


def _with_share(part: dict[str, Any], digits: int) -> dict[str, Any]:
    """A part with its percentage or amount in words."""
    if "amount" in part:
        return {**part, "amount": fixed(int(part["amount"]), digits)}
    return {**part, "percentage": percent_text(int(part["percentage"]))}
