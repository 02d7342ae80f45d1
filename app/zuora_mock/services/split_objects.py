"""InvoiceSplit and InvoiceSplitItem as objects: what must hold when they are created, changed and deleted.

Sources: SOAP API, InvoiceSplit and InvoiceSplitItem; Knowledge Center, Enable invoice splitting.
"""

from __future__ import annotations

from zuora_mock.domain import rules
from zuora_mock.domain.allocation import HUNDRED_PERCENT
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT, INVOICE_SPLIT_ITEM
from zuora_mock.domain.money import NANOS, percent_text
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal
from zuora_mock.services.splits import is_executed
from zuora_mock.storage.unit import Unit

WHOLE_PERCENT_UP_TO = 73
"""Up to this WSDL version SplitPercentage is a whole number (SOAP API, version history)."""


def check_allowed(unit: Unit) -> None:
    """Raises Refusal (`invoice-split.allowed`) where the tenant's billing rule is off."""
    if not unit.tenant.settings.allow_invoice_splitting:
        message = "Invoice splitting is not allowed: the billing rule 'Allow invoice splitting' is off"
        raise Refusal(rules.SPLIT_OFF, message, expected="allowInvoiceSplitting true", actual=False)


def check_split(unit: Unit, record: Record, pointer: str, _wsdl: int) -> Record:
    check_allowed(unit)
    invoice = unit.get(INVOICE, str(record["InvoiceId"]))
    if invoice is None:
        message = f"InvoiceId: no invoice has the id '{record['InvoiceId']}'"
        raise Refusal(
            rules.REFERENCE, message, pointer=f"{pointer}/InvoiceId", expected="an invoice", actual=record["InvoiceId"]
        )
    if invoice["Status"] != "Draft":
        message = f"Only draft invoices can be split: {invoice['InvoiceNumber']} is {invoice['Status']}"
        raise Refusal(
            rules.SPLIT_DRAFT, message, pointer=f"{pointer}/InvoiceId", expected="Draft", actual=invoice["Status"],
            state={"InvoiceNumber": invoice["InvoiceNumber"], "Status": invoice["Status"]},
        )  # fmt: skip
    return record


def check_item(unit: Unit, record: Record, pointer: str, wsdl: int) -> Record:
    check_allowed(unit)
    split = unit.get(INVOICE_SPLIT, str(record["InvoiceSplitId"]))
    if split is None:
        message = f"InvoiceSplitId: no InvoiceSplit has the id '{record['InvoiceSplitId']}'"
        raise Refusal(rules.REFERENCE, message, pointer=f"{pointer}/InvoiceSplitId", actual=record["InvoiceSplitId"])
    _check_open(unit, record)
    _check_percentage(int(record["SplitPercentage"] or 0), pointer, wsdl)
    _check_term(unit, record.get("PaymentTerm"), pointer)
    return record


def _check_open(unit: Unit, record: Record) -> None:
    if is_executed(unit, str(record["InvoiceSplitId"])):
        message = f"InvoiceSplit '{record['InvoiceSplitId']}' has been executed: its items cannot change"
        raise Refusal(
            rules.SPLIT_ITEM_CLOSED, message, expected="a split not executed", actual=record["InvoiceSplitId"]
        )


def _check_percentage(nano: int, pointer: str, wsdl: int) -> None:
    whole = wsdl <= WHOLE_PERCENT_UP_TO
    if 0 < nano <= HUNDRED_PERCENT and not (whole and nano % NANOS):
        return
    needed = "a whole number from 1 to 100" if whole else "above 0 and at most 100"
    message = f"SplitPercentage: {needed} is needed, not '{percent_text(nano)}'"
    raise Refusal(
        rules.SPLIT_PERCENTAGE,
        message,
        pointer=f"{pointer}/SplitPercentage",
        expected=needed,
        actual=percent_text(nano),
    )


def _check_term(unit: Unit, name: object, pointer: str) -> None:
    if name is None:
        return
    term = unit.tenant.terms.get(str(name))
    if term is None or not term.active:
        known = [each.name for each in unit.tenant.terms.values() if each.active]
        reason = "is not active" if term else "does not exist"
        message = f"PaymentTerm: '{name}' {reason}"
        raise Refusal(rules.SPLIT_TERM, message, pointer=f"{pointer}/PaymentTerm", expected=known, actual=name)


def remove_item(unit: Unit, record: Record) -> None:
    check_allowed(unit)
    _check_open(unit, record)
    unit.delete(INVOICE_SPLIT_ITEM, [record])
