"""InvoiceSplit and InvoiceSplitItem as objects: what must hold when they are created, changed and deleted.

Sources: SOAP API, InvoiceSplit and InvoiceSplitItem; Knowledge Center, Enable invoice splitting.
"""

from __future__ import annotations

from zuora_mock.billing.fields import nearest_percentage
from zuora_mock.billing.splitting.execution import is_executed
from zuora_mock.billing.splitting.preparation import load_group
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT, INVOICE_SPLIT_ITEM
from zuora_mock.domain.money import NANOS, percent_text
from zuora_mock.domain.splitting.allocation import HUNDRED_PERCENT
from zuora_mock.domain.splitting.split import splitting_is_off, unposted
from zuora_mock.domain.values import WHOLE_PERCENT_UP_TO, Record
from zuora_mock.errors import Refusal, Repair
from zuora_mock.storage.transaction import Transaction


def check_allowed(transaction: Transaction, pointer: str) -> None:
    """Raises Refusal (`invoice-split.allowed`) where the tenant's billing rule is off."""
    if not transaction.tenant.settings.allow_invoice_splitting:
        raise splitting_is_off(pointer)


def check_split(transaction: Transaction, record: Record, pointer: str, _wsdl: int) -> Record:
    check_allowed(transaction, pointer)
    invoice = transaction.get(INVOICE, str(record["InvoiceId"]))
    if invoice is None:
        message = f"InvoiceId: no invoice has the id '{record['InvoiceId']}'"
        raise Refusal(
            rules.REFERENCE, message, pointer=f"{pointer}/InvoiceId", expected="an invoice", actual=record["InvoiceId"]
        )
    if invoice["Status"] != "Draft":
        to_draft = unposted(
            load_group(transaction, str(invoice["Id"])), transaction.tenant.settings.cancel_posted_billing_documents
        )
        message = f"Only draft invoices can be split: {invoice['InvoiceNumber']} is {invoice['Status']}"
        raise Refusal(
            rules.SPLIT_DRAFT,
            message,
            pointer=f"{pointer}/InvoiceId",
            expected="Draft",
            actual=invoice["Status"],
            state={"InvoiceNumber": invoice["InvoiceNumber"], "Status": invoice["Status"]},
            repair=Repair(first=to_draft) if to_draft else None,
        )
    return record


def check_item(transaction: Transaction, record: Record, pointer: str, wsdl: int) -> Record:
    check_allowed(transaction, pointer)
    split = transaction.get(INVOICE_SPLIT, str(record["InvoiceSplitId"]))
    if split is None:
        message = f"InvoiceSplitId: no InvoiceSplit has the id '{record['InvoiceSplitId']}'"
        raise Refusal(
            rules.REFERENCE,
            message,
            pointer=f"{pointer}/InvoiceSplitId",
            expected="the id of an InvoiceSplit",
            actual=record["InvoiceSplitId"],
        )
    _check_open(transaction, record, f"{pointer}/InvoiceSplitId")
    _check_percentage(int(record["SplitPercentage"] or 0), pointer, wsdl)
    _check_term(transaction, record.get("PaymentTerm"), pointer)
    return record


def _check_open(transaction: Transaction, record: Record, pointer: str) -> None:
    if is_executed(transaction, str(record["InvoiceSplitId"])):
        message = f"InvoiceSplit '{record['InvoiceSplitId']}' has been executed: its items cannot change"
        raise Refusal(
            rules.SPLIT_ITEM_CLOSED,
            message,
            pointer=pointer,
            expected="a split not executed",
            actual=record["InvoiceSplitId"],
        )


def _check_percentage(nano: int, pointer: str, wsdl: int) -> None:
    whole = wsdl <= WHOLE_PERCENT_UP_TO
    if 0 < nano <= HUNDRED_PERCENT and not (whole and nano % NANOS):
        return
    needed = "a whole number from 1 to 100" if whole else "above 0 and at most 100"
    given, place = percent_text(nano), f"{pointer}/SplitPercentage"
    raise Refusal(
        rules.SPLIT_PERCENTAGE,
        f"SplitPercentage: {needed} is needed, not '{given}'",
        pointer=place,
        expected=needed,
        actual=given,
        repair=Repair({place: nearest_percentage(given, wsdl)}),
    )


def _check_term(transaction: Transaction, name: object, pointer: str) -> None:
    if name is None:
        return
    term = transaction.tenant.terms.get(str(name))
    if term is None or not term.active:
        known = [each.name for each in transaction.tenant.terms.values() if each.active]
        reason = "is not active" if term else "does not exist"
        message = f"PaymentTerm: '{name}' {reason}"
        place, instead = f"{pointer}/PaymentTerm", known[0] if known else None
        raise Refusal(
            rules.SPLIT_TERM, message, pointer=place, expected=known, actual=name, repair=Repair({place: instead})
        )


def remove_item(transaction: Transaction, record: Record) -> None:
    check_allowed(transaction, "")
    _check_open(transaction, record, "")
    transaction.delete(INVOICE_SPLIT_ITEM, [record])
