"""Invoice splits as Zuora does them: accepted at once, done in the background.

`submit` checks and orders, in the transaction of the call. `run` does the work in one of its own: it loads,
checks again, plans and writes, or raises and changes nothing. `domain.split` knows the rules, this module the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from zuora_mock import jobs
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE_SPLIT, INVOICE_SPLIT_ITEM
from zuora_mock.domain.split import Split, check, check_invoice, execute_request, verify
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Refusal, Repair
from zuora_mock.services.arithmetic import arithmetic, keep
from zuora_mock.services.fields import as_text, expected_id
from zuora_mock.services.outcomes import Outcome
from zuora_mock.services.parts import copies, name_parts, retire, write
from zuora_mock.services.split_work import Work, load_group, load_split, policy, prepare
from zuora_mock.storage.unit import Unit

__all__ = ["JOB_TYPE", "arithmetic", "is_executed", "refusal_of_invoice", "run", "submit"]

JOB_TYPE = "InvoiceSplit"


def submit(unit: Unit, ids: Sequence[object]) -> list[Outcome]:
    """One outcome for each id, in the order given; an accepted split has its job in `unit.jobs`."""
    seen: dict[str, int] = {}
    return [Outcome(as_text(each), _order(unit, each, seen, position)) for position, each in enumerate(ids)]


def _order(unit: Unit, given: object, seen: dict[str, int], position: int) -> Refusal | None:
    """Why a split is not accepted, or None and its job is ordered. `seen` are the splits of this call so far."""
    pointer = f"/ids/{position}"
    split = load_split(unit, given.lower()) if isinstance(given, str) and is_id(given) else None
    if split is None:
        message = f"invalid id for execute: {as_text(given)}"
        return Refusal(
            rules.INVALID_ID, message, pointer=pointer, expected=expected_id("InvoiceSplit", given), actual=given
        )
    group = load_group(unit, split.invoice_id)
    refusal = _check_once(unit, split, seen, pointer) or _check_rivals(unit, split, group, pointer)
    refusal = refusal or check(split, group, policy(unit), pointer)
    seen.setdefault(split.id, position)
    if refusal is None:
        unit.jobs.append(jobs.enqueue(unit, JOB_TYPE, split.id))
    return refusal


def _check_once(unit: Unit, split: Split, seen: dict[str, int], pointer: str) -> Refusal | None:
    if split.id in seen:
        message = f"InvoiceSplit {split.id} stands at /ids/{seen[split.id]} already"
        return Refusal(
            rules.SPLIT_ONCE, message, pointer=pointer, expected="each id once", actual=split.id, repair=Repair()
        )
    stage = _stage(unit, split)
    if stage:
        return Refusal(
            rules.SPLIT_ONCE, f"InvoiceSplit {split.id} {stage}", pointer=pointer, expected="a split not executed",
            actual=stage, state={"InvoiceId": split.invoice_id, "parts": split.parts},
        )  # fmt: skip
    return None


def _stage(unit: Unit, split: Split) -> str:
    """How far a split has come that was executed; empty for another."""
    if jobs.is_pending(unit, split.id):
        return "is queued to be executed"
    return "has been executed already" if split.parts or jobs.is_ordered(unit, split.id) else ""


def _check_rivals(unit: Unit, split: Split, group: Sequence[Record], pointer: str) -> Refusal | None:
    """Of several splits of one invoice, or of parts of one group, the first that is executed wins (assumed)."""
    for member in group:
        for rival in unit.find(INVOICE_SPLIT, InvoiceId=member["Id"]):
            if rival["Id"] != split.id and jobs.is_pending(unit, str(rival["Id"])):
                message = f"Invoice {member['InvoiceNumber']} is being split by InvoiceSplit {rival['Id']}"
                return Refusal(
                    rules.SPLIT_ONCE, message, pointer=pointer, expected="one split of an invoice at a time",
                    actual=split.id, state={"InvoiceNumber": member["InvoiceNumber"], "InvoiceSplit": rival["Id"]},
                )  # fmt: skip
    return None


def is_executed(unit: Unit, split_id: str) -> bool:
    """Whether the split was executed or is about to be; one whose background work failed counts as untouched."""
    if jobs.is_ordered(unit, split_id):
        return True
    item = unit.any(INVOICE_SPLIT_ITEM, InvoiceSplitId=split_id)
    return item is not None and "InvoiceId" in item


def refusal_of_invoice(unit: Unit, invoice_id: str, pointer: str) -> Refusal | None:
    """Why the invoice cannot be split, whatever the items would be."""
    return check_invoice(invoice_id, load_group(unit, invoice_id), policy(unit), pointer)


def _prepare(unit: Unit, split_id: str) -> Work:
    """As `prepare`; a refusal that can be mended tells all the requests that do it."""
    try:
        return prepare(unit, split_id)
    except Refusal as refusal:
        if refusal.repair is not None:
            refusal.accepted = refusal.repair.before(execute_request([split_id]))
        raise


def run(unit: Unit, split_id: str) -> None:
    """Splits the invoice. Raises Refusal if the world has changed so that it cannot be."""
    work = _prepare(unit, split_id)
    parts = copies(unit, work)
    verify(work.whole, parts)
    retire(unit, work)
    write(unit, parts)
    name_parts(unit, work, parts)
    keep(unit, work, parts)
