"""The files of invoices: a page of PDF that says what the invoice says.

An invoice has a file once it is posted, and one more for each time that RegenerateInvoicePDF was set (API reference,
List all files of an invoice; what is on the page is assumed). Nothing is kept of a file: it is drawn from the rows when
somebody asks, the same rows give the same bytes, and its id leads back to the invoice.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import NamedTuple

from zuora_mock.billing import pages
from zuora_mock.billing.invoices import MOST_PDFS, load
from zuora_mock.billing.pages import PageRow, PrintedPage
from zuora_mock.domain import money
from zuora_mock.domain.catalogue import ACCOUNT, INVOICE
from zuora_mock.domain.invoices import CHARGE, TAX, Invoice, micros
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.values import Record, is_id
from zuora_mock.storage.transaction import Transaction

_FILE, _ENTRY = 0x0F11_E000_0000_0000, 0x0F11_1D00_0000_0000
"""What an invoice's id is turned into another one by; the last digits count the files."""


class InvoiceFile(NamedTuple):
    """`version` in epoch milliseconds, counting on from the posting; `id` is that of the entry in the list."""

    id: str
    file_id: str
    version: int


def files_of(invoice: Record) -> list[InvoiceFile]:
    """The newest first."""
    posted, regenerated = invoice["Status"] == InvoiceState.POSTED, int(invoice.get("_Regenerated") or 0)
    begun = int((posted and invoice.get("PostedDate")) or invoice.get("CreatedDate") or 0)
    numbers = range(0 if posted else 1, regenerated + 1)
    return [_file(str(invoice["Id"]), number, begun + number) for number in reversed(numbers)]


def find(transaction: Transaction, file_id: str) -> Record | None:
    """The invoice that has the file."""
    if not is_id(file_id):
        return None
    for key in (_turned(file_id.lower(), _FILE | number) for number in range(MOST_PDFS + 1)):
        invoice = transaction.get(INVOICE, key)
        if invoice and any(each.file_id == file_id.lower() for each in files_of(invoice)):
            return invoice
    return None


def with_body(transaction: Transaction, invoice: Record, only: frozenset[str] | None = None) -> Record:
    """The invoice with its newest file as Base64 in `Body`, if it has one and the field is among those wanted."""
    if (only is not None and "Body" not in only) or invoice.get("Body") or not files_of(invoice):
        return invoice
    return {**invoice, "Body": b64encode(draw(transaction, invoice)).decode()}


def draw(transaction: Transaction, header: Record) -> bytes:
    invoice, account = load(transaction, header), transaction.get(ACCOUNT, str(header.get("AccountId"))) or {}
    return pages.draw(_page(invoice, account))


def _file(invoice: str, number: int, version: int) -> InvoiceFile:
    return InvoiceFile(_turned(invoice, _ENTRY | number), _turned(invoice, _FILE | number), version)


def _turned(id: str, mask: int) -> str:
    """Turned once more it is what it was."""
    return f"{int(id, 16) ^ mask:032x}"


def _page(invoice: Invoice, account: Record) -> PrintedPage:
    header, currency = invoice.header, str(account.get("Currency") or "")
    facts = {
        "Invoice": header["InvoiceNumber"],
        "Account": " ".join(str(account[name]) for name in ("AccountNumber", "Name") if name in account),
        "Invoice date": header.get("InvoiceDate"),
        "Due date": header.get("DueDate"),
        "Payment term": header.get("PaymentTerm"),
        "Currency": currency,
    }
    totals = {"Subtotal": "AmountWithoutTax", "Tax": TAX, "Total": "Amount", "Balance": "Balance"}
    return PrintedPage(
        tuple((name, str(value)) for name, value in facts.items() if value),
        tuple(_rows(invoice, currency)),
        tuple((name, f"{_amount(header, field, currency)} {currency}") for name, field in totals.items()),
    )


def _rows(invoice: Invoice, currency: str) -> Iterator[PageRow]:
    for item in invoice.items:
        service = [str(item[name]) for name in ("ServiceStartDate", "ServiceEndDate") if item.get(name)]
        named = str(item.get("ChargeName") or item.get("ProductName") or "")
        yield PageRow(named, " to ".join(service), str(item.get("Quantity", "")), _amount(item, CHARGE, currency))
    for tax in invoice.taxes:
        yield PageRow(str(tax.get("Name") or "Tax"), "", "", _amount(tax, TAX, currency))


def _amount(record: Record, field: str, currency: str) -> str:
    """With all the decimals of the currency; with more where the amount has more."""
    amount, digits = micros(record, field), money.minor_digits(currency)
    try:
        return money.fixed(money.to_minor(amount, digits), digits)
    except ValueError:
        return money.text(amount)
