"""What an account has of objects that the mock stores: subscriptions, payments, usage, its payment method.

Sources: API reference, Retrieve an account summary (the six latest subscriptions), Retrieve an account. Assumed: six
payments too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from zuora_mock.domain.catalogue import BY_NAME, INVOICE
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

MOST = 6
"""Subscriptions, payments and invoices in the summary of an account."""

SUBSCRIPTION, PAYMENT, USAGE, PAYMENT_METHOD = (
    BY_NAME[name] for name in ("Subscription", "Payment", "Usage", "PaymentMethod")
)
RATE_PLAN = BY_NAME["RatePlan"]
PRODUCT_RATE_PLAN, PRODUCT, INVOICE_FILE, _INVOICE_PAYMENT = (
    BY_NAME[name] for name in ("ProductRatePlan", "Product", "InvoiceFile", "InvoicePayment")
)


class Plan(NamedTuple):
    """A rate plan with what it was made from, as far as that is there."""

    record: Record
    template: Record
    product: Record


class Paid(NamedTuple):
    """What a payment has paid of an invoice."""

    record: Record
    invoice: Record


def subscriptions(transaction: Transaction, account: Record) -> list[Record]:
    """Their latest versions, the one that was changed last first."""
    found = transaction.find(SUBSCRIPTION, AccountId=account["Id"])
    return sorted((each for each in found if each.get("IsLatestVersion", True)), key=_changed, reverse=True)


def plans(transaction: Transaction, subscription: Record) -> Iterator[Plan]:
    for each in transaction.find(RATE_PLAN, SubscriptionId=subscription["Id"]):
        template = transaction.get(PRODUCT_RATE_PLAN, str(each.get("ProductRatePlanId"))) or {}
        yield Plan(each, template, transaction.get(PRODUCT, str(template.get("ProductId"))) or {})


def invoices(transaction: Transaction, account: Record) -> list[Record]:
    """The one that was changed last first."""
    return sorted(transaction.find(INVOICE, AccountId=account["Id"]), key=_changed, reverse=True)


def invoice_files(transaction: Transaction, invoice: Record) -> list[Record]:
    """The newest first."""
    found = transaction.find(INVOICE_FILE, InvoiceId=invoice["Id"])
    return sorted(found, key=lambda each: int(each.get("VersionNumber") or 0), reverse=True)


def payments(transaction: Transaction, account: Record) -> list[Record]:
    """The latest first."""
    found = transaction.find(PAYMENT, AccountId=account["Id"])
    return sorted(found, key=lambda each: (str(each.get("EffectiveDate") or ""), _changed(each)), reverse=True)


def paid(transaction: Transaction, payment: Record) -> Iterator[Paid]:
    for each in transaction.find(_INVOICE_PAYMENT, PaymentId=payment["Id"]):
        yield Paid(each, transaction.get(INVOICE, str(each.get("InvoiceId"))) or {})


def usage(transaction: Transaction, account: Record) -> list[Record]:
    return transaction.find(USAGE, AccountId=account["Id"])


def payment_methods(transaction: Transaction, account: Record) -> list[Record]:
    """Those of the account; the default one is one of them, wherever else it belongs."""
    found, default = transaction.find(PAYMENT_METHOD, AccountId=account["Id"]), payment_method(transaction, account)
    return [default, *found] if default and default not in found else found


def is_active(method: Record) -> bool:
    return bool(method.get("Active", True)) and method.get("PaymentMethodStatus") != "Closed"


def is_electronic(method: Record) -> bool:
    """What a gateway takes, and not a cheque, cash, a wire or another way outside of it."""
    return method.get("Type") not in {"Cash", "Check", "Other", "WireTransfer"}


def payment_method(transaction: Transaction, account: Record) -> Record | None:
    """The default one."""
    named = account.get("DefaultPaymentMethodId")
    return None if named is None else transaction.get(PAYMENT_METHOD, str(named))


def _changed(record: Record) -> tuple[int, str]:
    return int(record.get("UpdatedDate") or 0), str(record["Id"])
