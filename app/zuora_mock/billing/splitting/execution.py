"""Invoice splits as Zuora does them: accepted at once, done in the background.

`submit` checks and orders, in the transaction of the call. `run` does the work in one of its own: it loads,
checks again, plans and writes, or raises and changes nothing. `domain.split` knows the rules, this module the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from zuora_mock.billing.fields import as_text, expected_id
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting.arithmetic import arithmetic, keep
from zuora_mock.billing.splitting.parts import copies, name_parts, retire, write
from zuora_mock.billing.splitting.preparation import Work, load_group, load_split, policy, prepare
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE_SPLIT, INVOICE_SPLIT_ITEM
from zuora_mock.domain.splitting.split import Split, check, check_invoice, execute_request, verify
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Refusal, Repair
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import orders

__all__ = ["JOB_TYPE", "arithmetic", "is_executed", "refusal_of_invoice", "run", "submit"]

JOB_TYPE = "InvoiceSplit"


def submit(transaction: Transaction, ids: Sequence[object]) -> list[Outcome]:
    """One outcome for each id, in the order given; an accepted split has its job in `transaction.jobs`."""
    seen: dict[str, int] = {}
    return [Outcome(as_text(each), _order(transaction, each, seen, position)) for position, each in enumerate(ids)]


def _order(transaction: Transaction, given: object, seen: dict[str, int], position: int) -> Refusal | None:
    """Why a split is not accepted, or None and its job is ordered. `seen` are the splits of this call so far."""
    pointer = f"/ids/{position}"
    split = load_split(transaction, given.lower()) if isinstance(given, str) and is_id(given) else None
    if split is None:
        message = f"invalid id for execute: {as_text(given)}"
        return Refusal(
            rules.INVALID_ID, message, pointer=pointer, expected=expected_id("InvoiceSplit", given), actual=given
        )
    group = load_group(transaction, split.invoice_id)
    refusal = _check_once(transaction, split, seen, pointer) or _check_rivals(transaction, split, group, pointer)
    refusal = refusal or check(split, group, policy(transaction), pointer)
    seen.setdefault(split.id, position)
    if refusal is None:
        transaction.jobs.append(orders.enqueue(transaction, JOB_TYPE, split.id))
    return refusal


def _check_once(transaction: Transaction, split: Split, seen: dict[str, int], pointer: str) -> Refusal | None:
    if split.id in seen:
        message = f"InvoiceSplit {split.id} stands at /ids/{seen[split.id]} already"
        return Refusal(
            rules.SPLIT_ONCE, message, pointer=pointer, expected="each id once", actual=split.id, repair=Repair()
        )
    stage = _stage(transaction, split)
    if stage:
        return Refusal(
            rules.SPLIT_ONCE,
            f"InvoiceSplit {split.id} {stage}",
            pointer=pointer,
            expected="a split not executed",
            actual=stage,
            state={"InvoiceId": split.invoice_id, "parts": split.parts},
        )
    return None


def _stage(transaction: Transaction, split: Split) -> str:
    """How far a split has come that was executed; empty for another."""
    if orders.is_pending(transaction, split.id):
        return "is queued to be executed"
    return "has been executed already" if split.parts or orders.is_ordered(transaction, split.id) else ""


def _check_rivals(transaction: Transaction, split: Split, group: Sequence[Record], pointer: str) -> Refusal | None:
    """Of several splits of one invoice, or of parts of one group, the first that is executed wins (assumed)."""
    for member in group:
        for rival in transaction.find(INVOICE_SPLIT, InvoiceId=member["Id"]):
            if rival["Id"] != split.id and orders.is_pending(transaction, str(rival["Id"])):
                message = f"Invoice {member['InvoiceNumber']} is being split by InvoiceSplit {rival['Id']}"
                return Refusal(
                    rules.SPLIT_ONCE,
                    message,
                    pointer=pointer,
                    expected="one split of an invoice at a time",
                    actual=split.id,
                    state={"InvoiceNumber": member["InvoiceNumber"], "InvoiceSplit": rival["Id"]},
                )
    return None


def is_executed(transaction: Transaction, split_id: str) -> bool:
    """Whether the split was executed or is about to be; one whose background work failed counts as untouched."""
    if orders.is_ordered(transaction, split_id):
        return True
    item = transaction.any(INVOICE_SPLIT_ITEM, InvoiceSplitId=split_id)
    return item is not None and "InvoiceId" in item


def refusal_of_invoice(transaction: Transaction, invoice_id: str, pointer: str) -> Refusal | None:
    """Why the invoice cannot be split, whatever the items would be."""
    return check_invoice(invoice_id, load_group(transaction, invoice_id), policy(transaction), pointer)


def _prepare(transaction: Transaction, split_id: str) -> Work:
    """As `prepare`; a refusal that can be mended tells all the requests that do it."""
    try:
        return prepare(transaction, split_id)
    except Refusal as refusal:
        if refusal.repair is not None:
            refusal.accepted = refusal.repair.before(execute_request([split_id]))
        raise


def run(transaction: Transaction, split_id: str) -> None:
    """Splits the invoice. Raises Refusal if the world has changed so that it cannot be."""
    work = _prepare(transaction, split_id)
    parts = copies(transaction, work)
    verify(work.whole, parts)
    retire(transaction, work)
    write(transaction, parts)
    name_parts(transaction, work, parts)
    keep(transaction, work, parts)
