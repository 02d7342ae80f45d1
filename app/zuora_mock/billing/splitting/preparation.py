"""What a split starts from: its records, its invoice with everything on it, and the plan that follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE, INVOICE_ITEM, INVOICE_SPLIT, INVOICE_SPLIT_ITEM, TAXATION_ITEM
from zuora_mock.domain.invoices import Invoice, put_together
from zuora_mock.domain.money import minor_digits
from zuora_mock.domain.splitting.allocation import Rounding
from zuora_mock.domain.splitting.split import Part, Policy, Split, SplitItem, check, plan
from zuora_mock.domain.values import Record, Value
from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Work:
    """A split ready to be done. `members` are the invoices that it replaces, `whole` is what they add up to."""

    split: Split
    items: list[Record]
    policy: Policy
    currency: str
    digits: int
    members: list[Invoice]
    whole: Invoice
    parts: list[Part]

    @property
    def again(self) -> bool:
        """Whether parts are put together and split anew."""
        return "_Group" in self.whole.header


def policy(transaction: Transaction) -> Policy:
    settings = transaction.tenant.settings
    return Policy(
        allowed=settings.allow_invoice_splitting,
        standalone=settings.allow_splitting_standalone,
        may_unpost=settings.cancel_posted_billing_documents,
        rounding=Rounding(settings.execute_rounding),
        terms=transaction.tenant.terms,
    )


def load_split(transaction: Transaction, id: str) -> Split | None:
    found = _load_split(transaction, id)
    return found[0] if found else None


def _load_split(transaction: Transaction, id: str) -> tuple[Split, list[Record]] | None:
    """The split, and its items as records."""
    record = transaction.get(INVOICE_SPLIT, id)
    if record is None:
        return None
    items = transaction.find(INVOICE_SPLIT_ITEM, InvoiceSplitId=id)
    return Split(id, str(record["InvoiceId"]), tuple(map(_item, items))), items


def _item(record: Record) -> SplitItem:
    percentage = record["SplitPercentage"]
    return SplitItem(
        id=str(record["Id"]),
        percentage=percentage if isinstance(percentage, int) else 0,
        invoice_date=str(record["InvoiceDate"]),
        payment_term=_text(record.get("PaymentTerm")),
        part_id=_text(record.get("InvoiceId")),
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def load_group(transaction: Transaction, invoice_id: str) -> list[Record]:
    """The invoice and, if it is a part, its siblings; nothing if it is gone."""
    invoice = transaction.get(INVOICE, invoice_id)
    if invoice is None or "_Group" not in invoice:
        return [] if invoice is None else [invoice]
    siblings = transaction.find(INVOICE, _Group=invoice["_Group"])
    return [invoice, *(each for each in siblings if each["Id"] != invoice_id)]


def prepare(transaction: Transaction, split_id: str) -> Work:
    """Everything read, checked and planned, nothing written. Raises Refusal."""
    found = _load_split(transaction, split_id)
    if found is None:
        raise Refusal(rules.INVALID_ID, f"there is no InvoiceSplit {split_id}", actual=split_id)
    split, items = found
    group, ways = load_group(transaction, split.invoice_id), policy(transaction)
    refusal = check(split, group, ways)
    if refusal is not None:
        raise refusal
    members = [_load_invoice(transaction, header) for header in group]
    whole = put_together(group[0], members) if "_Group" in group[0] else members[0]
    account = transaction.get(ACCOUNT, str(whole.header.get("AccountId"))) or {}
    currency = str(account.get("Currency") or "")
    digits = minor_digits(currency)
    default = transaction.tenant.default_term
    fallbacks = (whole.header.get("PaymentTerm"), account.get("PaymentTerm"), default.name if default else None)
    terms = [_text(each) for each in fallbacks]
    return Work(split, items, ways, currency, digits, members, whole, plan(split, whole, ways, digits, terms))


def _load_invoice(transaction: Transaction, header: Record) -> Invoice:
    of_it = {"InvoiceId": header["Id"]}
    return Invoice(
        header, tuple(transaction.find(INVOICE_ITEM, **of_it)), tuple(transaction.find(TAXATION_ITEM, **of_it))
    )
