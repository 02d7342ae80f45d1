"""What holds when an InvoiceSplit and its items are made, changed and removed, and when a split is to be executed.

A split is accepted at once and done in the background. Sources: SOAP API, InvoiceSplit and InvoiceSplitItem; Knowledge
Center, Enable invoice splitting; Older API, Action_POSTexecute.
"""

from __future__ import annotations

from collections.abc import Sequence

from zuora_mock.billing.fields import as_text, expected_id, nearest_percentage, no_such
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting.execution import load_group, load_split, policy
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT, INVOICE_SPLIT_ITEM
from zuora_mock.domain.money import NANOS, percent_text
from zuora_mock.domain.splitting.rounding import HUNDRED_PERCENT
from zuora_mock.domain.splitting.split import CHECKED, Split, check, splitting_is_off, unposted
from zuora_mock.domain.values import WHOLE_PERCENT_UP_TO, Record, Value, is_id
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import orders
from zuora_mock.work.orders import Progress

JOB_TYPE = INVOICE_SPLIT.name


def check_allowed(transaction: Transaction) -> None:
    """Raises Refusal (`invoice-split.allowed`) where the tenant's billing rule is off."""
    if not transaction.tenant.settings.allow_invoice_splitting:
        raise splitting_is_off()


def check_split(transaction: Transaction, record: Record, _wsdl: int) -> Record:
    check_allowed(transaction)
    invoice = transaction.get(INVOICE, str(record["InvoiceId"]))
    if invoice is None:
        raise no_such("InvoiceId", "invoice", record["InvoiceId"], "an invoice")
    _check_draft(transaction, invoice)
    return record


def _check_draft(transaction: Transaction, invoice: Record) -> None:
    status = invoice["Status"]
    if status != "Draft":
        message, at = f"Only draft invoices can be split: {invoice['InvoiceNumber']} is {status}", "/InvoiceId"
        state, remedy = {name: invoice[name] for name in ("InvoiceNumber", "Status")}, _to_draft(transaction, invoice)
        raise rules.SPLIT_DRAFT.refusal(message, at=at, expected="Draft", actual=status, state=state, remedy=remedy)


def _to_draft(transaction: Transaction, invoice: Record) -> Remedy | None:
    may_unpost = transaction.tenant.settings.cancel_posted_billing_documents
    edits = unposted(load_group(transaction, str(invoice["Id"]), *CHECKED), may_unpost)
    return Remedy(first=edits) if edits else None


def check_item(transaction: Transaction, record: Record, wsdl: int) -> Record:
    check_allowed(transaction)
    split_id = record["InvoiceSplitId"]
    if split_id not in transaction.checked:
        _check_split(transaction, split_id)
        transaction.checked.add(str(split_id))
    _check_percentage(int(record["SplitPercentage"] or 0), wsdl)
    _check_term(transaction, record.get("PaymentTerm"))
    return record


def _check_split(transaction: Transaction, split_id: Value) -> None:
    if not transaction.has(INVOICE_SPLIT, "Id", str(split_id)):
        raise no_such("InvoiceSplitId", "InvoiceSplit", split_id, "the id of an InvoiceSplit")
    _check_open(transaction, split_id, at="/InvoiceSplitId")


def _check_open(transaction: Transaction, split_id: Value, at: str = "") -> None:
    if is_executed(transaction, str(split_id)):
        message = f"InvoiceSplit '{split_id}' has been executed: its items cannot change"
        raise rules.SPLIT_ITEM_CLOSED.refusal(message, at=at, expected="a split not executed", actual=split_id)


def _check_percentage(nano: int, wsdl: int) -> None:
    whole = wsdl <= WHOLE_PERCENT_UP_TO
    if 0 < nano <= HUNDRED_PERCENT and not (whole and nano % NANOS):
        return
    needed = "a whole number from 1 to 100" if whole else "above 0 and at most 100"
    actual, at = percent_text(nano), "/SplitPercentage"
    message = f"SplitPercentage: {needed} is needed, not '{actual}'"
    remedy = Remedy({at: nearest_percentage(actual, wsdl)})
    raise rules.SPLIT_PERCENTAGE.refusal(message, at=at, expected=needed, actual=actual, remedy=remedy)


def _check_term(transaction: Transaction, name: Value) -> None:
    terms = transaction.tenant.terms
    term = terms.get(str(name))
    if name is None or (term is not None and term.active):
        return
    message, at = f"PaymentTerm: '{name}' {'is not active' if term else 'does not exist'}", "/PaymentTerm"
    known = [other.name for other in terms.values() if other.active]
    remedy = Remedy({at: known[0] if known else None})
    raise rules.SPLIT_TERM.refusal(message, at=at, expected=known, actual=name, remedy=remedy)


def remove_item(transaction: Transaction, record: Record) -> None:
    check_allowed(transaction)
    _check_open(transaction, record["InvoiceSplitId"])
    transaction.delete(INVOICE_SPLIT_ITEM, [record])


def is_executed(transaction: Transaction, split_id: str) -> bool:
    """Whether the split was executed or is about to be; one whose background work failed counts as untouched."""
    if orders.past_of(transaction, split_id).progress is not Progress.NONE:
        return True
    return transaction.any_value(INVOICE_SPLIT_ITEM, "InvoiceId", InvoiceSplitId=split_id) is not None


def submit(transaction: Transaction, ids: Sequence[object]) -> list[Outcome]:
    """One outcome for each id, in the order given; an accepted split has its job in `transaction.jobs`."""
    first: dict[str, int] = {}
    return [_submit(transaction, each, first, position) for position, each in enumerate(ids)]


def _submit(transaction: Transaction, id: object, first: dict[str, int], position: int) -> Outcome:
    """`first` says where in the call each split stood first."""
    shown = as_text(id)
    split = load_split(transaction, id.lower()) if isinstance(id, str) and is_id(id) else None
    if split is None:
        message, expected = f"invalid id for execute: {shown}", expected_id("InvoiceSplit", id)
        return Outcome(shown, rules.INVALID_ID.refusal(message, expected=expected, actual=id))
    if first.setdefault(split.id, position) != position:
        message = f"InvoiceSplit {split.id} was named already"
        again = rules.SPLIT_ONCE.refusal(message, expected="each id once", actual=split.id, remedy=Remedy())
        return Outcome(shown, again, repeats=first[split.id])
    past = orders.past_of(transaction, split.id)
    refusal = _refusal(transaction, split, past.progress)
    if refusal is None:
        transaction.jobs.append(orders.enqueue(transaction, JOB_TYPE, split.id, past=past))
    return Outcome(shown, refusal)


def _refusal(transaction: Transaction, split: Split, progress: Progress) -> Refusal | None:
    group = load_group(transaction, split.invoice_id, *CHECKED)
    refusal = _check_once(split, progress) or _check_rivals(transaction, split, group)
    return refusal or check(split, group, policy(transaction))


def _check_once(split: Split, progress: Progress) -> Refusal | None:
    stage = _stage(split, progress)
    if not stage:
        return None
    message, state = f"InvoiceSplit {split.id} {stage}", {"InvoiceId": split.invoice_id, "parts": split.parts}
    return rules.SPLIT_ONCE.refusal(message, expected="a split not executed", actual=stage, state=state)


def _stage(split: Split, progress: Progress) -> str:
    """How far a split has come that was executed; empty for another."""
    if progress is Progress.PENDING:
        return "is queued to be executed"
    return "has been executed already" if split.parts or progress is Progress.DONE else ""


def _check_rivals(transaction: Transaction, split: Split, group: Sequence[Record]) -> Refusal | None:
    """Of several splits of one invoice, or of parts of one group, the first that is executed wins (assumed)."""
    for member in group:
        for rival in transaction.find(INVOICE_SPLIT, "Id", InvoiceId=member["Id"]):
            if rival["Id"] != split.id and orders.is_pending(transaction, str(rival["Id"])):
                number, expected = member["InvoiceNumber"], "one split of an invoice at a time"
                message = f"Invoice {number} is being split by InvoiceSplit {rival['Id']}"
                state = {"InvoiceNumber": number, "InvoiceSplit": rival["Id"]}
                return rules.SPLIT_ONCE.refusal(message, expected=expected, actual=split.id, state=state)
    return None
